"""The reference of facts: what a case may state, which values, who can answer; for those who write cases."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.explain.wording import fill
from advisor.lexicon import say
from advisor.model import Fact, Text
from advisor.render.blocks import Line, Page, Table
from advisor.rulebase import Knowledge


def facts_page(page: Page, knowledge: Knowledge, facts: Iterable[Fact]) -> None:
    """Write the facts in groups, by what stands before the dot."""
    page.head("facts.title", 1)
    page.line("facts.intro", "quiet")
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.path.partition(".")[0], []).append(fact)
    columns = tuple(map(page.words, ("column.fact", "column.means", "column.values", "column.ask", "column.whom")))
    for group, members in sorted(groups.items()):
        page.head("facts.group", group=group)
        about = next((decl.label for decl in knowledge.lists.values() if decl.member == group), None)
        if about is not None:
            page.add(Line(page.words("facts.member", list=about)))
        page.add(Table(columns, tuple(_row(page, knowledge, fact) for fact in members)))


def _row(page: Page, knowledge: Knowledge, fact: Fact) -> tuple[str, ...]:
    roles = {**knowledge.our_roles, **knowledge.their_roles}
    whom = page.words("list.comma").join(page.text(roles[role]) for role in fact.who[:2])
    listed_in = knowledge.lists.get(fact.scope)
    ask = fill(fact.ask, {"self": say("facts.self", list=listed_in.label)}) if listed_in else fact.ask
    return fact.path, page.text(fact.label), _values(page, fact), page.text(ask), whom


def _values(page: Page, fact: Fact) -> str:
    words = {word: say(word) for word in ("yes", "no")} if fact.type == "bool" else {}
    labels = {**words, **fact.values}
    values = [_value(word, label) for word, label in labels.items()]
    if not values:
        values = [say(f"facts.{fact.type}")]
    if fact.absent is not None:
        values.append(_value("none", fact.absent))
    return page.listed(values)


def _value(word: str, label: Text) -> Text:
    """Return the word to write, with what it means unless it says so itself."""
    return label if label == Text(word, word) else say("facts.value", word=word, label=label)
