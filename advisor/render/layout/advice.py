"""Pages for one deal at a time: next best action, flips, what-if, why and why not."""

from __future__ import annotations

from advisor.explain.wording import labelled
from advisor.lexicon import say
from advisor.lines import BoxLine, FactLine, SourceLine
from advisor.model import Text
from advisor.render.blocks import Branch, Bullet, Bullets, Line, Page, Table, Tree
from advisor.render.layout.case import (
    REASONS,
    actions,
    compliance,
    flips,
    openness,
    openness_word,
    question_effect,
    source,
    warnings,
)
from advisor.render.layout.people import people_briefly
from advisor.result import Argument, CaseReport, Crosswalk, Node

PEOPLE = 2
"""With how many people a rep is told how to deal, on one screen."""


def next_page(page: Page, case: CaseReport) -> None:
    """Write what a rep does next: verdict in one line, actions, questions, and the error about to be made."""
    state = openness_word(page, case)
    page.head("next.title", 1, title=case.title)
    page.add(Line(page.words("verdict.title", verdict=case.verdict.label, state=state), "strong"))
    page.add(Line(page.text(case.verdict.meaning)), *openness(page, case))
    if case.reasons_for:
        page.line("next.because", text=case.reasons_for[0].text)
    warnings(page, case.warnings, REASONS)
    shown = case.actions[:REASONS]
    actions(page, case.actions, REASONS)
    met = {action.to for action in shown}
    people_briefly(page, [person for person in case.people if person.who in met][:PEOPLE])
    page.head("head.questions")
    bullets = tuple(
        Bullet(
            page.words("next.ask", whom=_first(q.who), ask=q.ask),
            question_effect(page, q),
        )
        for q in case.questions[:REASONS]
    )
    page.add(Bullets(bullets, numbered=True) if bullets else Line(page.words("questions.none"), "quiet"))
    compliance(page, case.compliance, case.quarantined)


def _first(who: tuple[Text, ...]) -> Text:
    return who[0] if who else Text("", "")


def flips_page(page: Page, case: CaseReport) -> None:
    """Write the flip card of one case."""
    state = openness_word(page, case)
    page.head("head.case", 1, title=case.title)
    page.add(Line(page.words("verdict.title", verdict=case.verdict.label, state=state), "strong"))
    flips(page, case.flips)


def what_if_page(page: Page, before: CaseReport, after: CaseReport, changes: list[tuple[FactLine, FactLine]]) -> None:
    """Write a case before and after some facts change."""
    page.head("what-if.title", 1, title=before.title)
    page.add(
        Bullets(
            tuple(
                Bullet(page.words("flip.change", fact=labelled(old), was=old.value, to=new.value))
                for old, new in changes
            )
        )
    )
    rows = tuple(
        (page.words(key), page.text(case.verdict.label), page.words("state.settled" if case.settled else "state.open"))
        for key, case in (("what-if.before", before), ("what-if.after", after))
    )
    page.add(Table(tuple(map(page.words, ("column.when", "column.verdict", "column.state"))), rows))
    page.head("what-if.reasons")
    page.add(Bullets(tuple(Bullet(page.text(r.text)) for r in after.reasons_for[:REASONS])))
    old, new = ({page.text(a.do) for a in case.actions} for case in (before, after))
    for key, found in (("what-if.new-actions", new - old), ("what-if.dropped-actions", old - new)):
        if found:
            page.head(key)
            page.add(Bullets(tuple(Bullet(text) for text in sorted(found))))


def crosswalk_page(page: Page, crosswalk: Crosswalk) -> None:
    """Write a deal through a method: each box, how far it is filled, by which facts, and what is missing."""
    page.head("view.title", 1, title=crosswalk.title, method=crosswalk.label)
    page.add(Line(page.text(crosswalk.note), "quiet"))
    columns = ("column.box", "column.state", "column.filled", "column.missing")
    page.add(Table(tuple(map(page.words, columns)), tuple(_box_row(page, box) for box in crosswalk.boxes)))


def _box_row(page: Page, box: BoxLine) -> tuple[str, ...]:
    semicolon = page.words("list.semicolon")
    known = [page.words("box.fact", fact=labelled(f), value=f.value, grade=_grade(f)) for f in box.known]
    missing = [*map(labelled, box.unknown), *(say("box.nobody", list=label) for label in box.nobody)]
    return (
        page.words("box.label", label=box.label, asks=box.asks),
        page.words(f"filling.{box.filling}"),
        semicolon.join(known) or page.words("dash"),
        semicolon.join(map(page.text, missing)) or page.words("dash"),
    )


def _grade(fact: FactLine) -> Text:
    return say("evidence.stale") if fact.stale or not fact.grade_label else fact.grade_label


def argument_page(page: Page, argument: Argument) -> None:
    """Write a why or why-not: one tree for each rule, and the facts that are missing."""
    page.add(Line(page.text(argument.heading), "strong"))
    seen: set[Node] = set()
    for node in argument.trees:
        page.add(Tree(_branch(page, node, seen, top=True)))
    if argument.missing:
        page.head("why-not.missing")
        page.add(Bullets(tuple(Bullet(page.text(labelled(f))) for f in argument.missing)))


def _branch(page: Page, node: Node, seen: set[Node], top: bool = False) -> Branch:
    """Tell a passage in full for the rule at the top, name it for rules below, and a finding only once."""
    if node.kind == "finding" and node.children:
        if node in seen:
            return Branch(page.words("why.above", text=node.text), node.answer)
        seen.add(node)
    notes = [page.text(node.because)] if node.because else []
    if node.fact is not None:
        notes.append(_evidence(page, node.fact))
    if top:
        notes.extend(page.words("source.in", source=source(page, s), says=s.says) for s in node.sources)
    elif node.sources:
        notes.append(page.words("source.named", sources=page.words("list.semicolon").join(_named(page, node.sources))))
    children = tuple(_branch(page, child, seen) for child in node.children)
    return Branch(page.text(node.text), node.answer, "\n".join(n for n in notes if n), children)


def _named(page: Page, sources: tuple[SourceLine, ...]) -> list[str]:
    return list(dict.fromkeys(source(page, s) for s in sources))


def _evidence(page: Page, fact: FactLine) -> str:
    if fact.standing == "unknown":
        return page.words("evidence.unknown")
    parts = [page.words("evidence.value", value=fact.value)]
    if fact.grade_label:
        parts.append(page.text(fact.grade_label))
    if fact.by:
        parts.append(page.words("evidence.by", by=fact.by))
    if fact.on:
        parts.append(fact.on.isoformat())
    if fact.stale:
        parts.append(page.words("evidence.stale"))
    return page.words("list.clause").join(parts)
