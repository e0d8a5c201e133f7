"""Facts, values, tests and templates in words of both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from advisor.case import Statement
from advisor.evidence import UNKNOWN_STATE, MemberView, Place, State, View
from advisor.lexicon import join, say, words
from advisor.lines import FactLine, Standing, VerdictLine
from advisor.model import CASE, GRADES, Fact, FactRef, FactTest, KnowledgeTest, SettingRef, Text, Value
from advisor.rulebase import Knowledge

_BRACES = re.compile(r"\{([^{}]*)\}")


def fill(template: Text, parts: Mapping[str, Text]) -> Text:
    """Fill a template's placeholders; a name without a part stays as it is (the loader refuses such rules)."""

    def side(text: str, lang: str) -> str:
        def put(match: re.Match[str]) -> str:
            part = parts.get(match.group(1))
            return part.get(lang) if part else match.group(0)

        return _BRACES.sub(put, text)

    return Text(side(template.en, "en"), side(template.zh, "zh"))


def money(amount: Decimal | int, currency: str) -> Text:
    """Say an amount: `2,050,000 CNY`; in Chinese in units of ten thousand or a hundred million, `205万元`."""
    chinese = f"{amount:,}"
    units = ((100_000_000, "unit.yi"), (10_000, "unit.wan"))
    fitting = next(((size, unit) for size, unit in units if abs(Decimal(amount)) >= size), None)
    if fitting:
        chinese = f"{(Decimal(amount) / fitting[0]).normalize():f}{words()[fitting[1]].zh}"
    name = words().get(f"currency.{currency}", Text(currency, f" {currency}"))
    return say("value.money", amount=Text(f"{amount:,}", chinese), currency=name)


class Wording:
    """Words for one view of one case. `names` shows people's names beside their posts."""

    def __init__(self, knowledge: Knowledge, view: View, currency: str, names: bool = False) -> None:
        self.knowledge = knowledge
        self.view = view
        self.currency = currency
        self.names = names
        self._facts: dict[Place, FactLine] = {}
        self.members = {m.id: (list_, m) for list_, members in view.lists.items() for m in members}

    def value(self, fact: Fact, value: Value | None) -> Text:
        """Return a value as a reader would say it; None is the fact's word for absence."""
        if value is None:
            return fact.absent or say("none")
        if isinstance(value, bool):
            word = "yes" if value else "no"
            return fact.values.get(word) or say(word)
        if isinstance(value, (Decimal, int)):
            plain = Text(f"{value:,}", f"{value:,}")
            return money(value, self.currency) if self._priced(fact) else plain
        if isinstance(value, str):
            return fact.values.get(value) or Text(value, value)
        return Text(value.isoformat(), value.isoformat())

    def _priced(self, fact: Fact) -> bool:
        return fact.type == "money" and bool(self.currency)

    def state(self, fact: Fact, state: State) -> Text:
        """Return what is known of a fact, in words."""
        if state.contradicted:
            values = dict.fromkeys(self.value(fact, s.value) for s in state.said)
            told = [say("value.quoted", value=value) for value in values]
            return say("value.contradicted", values=join(told, "list.or"))
        return say("value.unknown") if state.known == "unknown" else self.value(fact, state.value)

    def member(self, member: MemberView, list_: str) -> Text:
        """Return what text calls a member: post or title, else the role, else the id."""
        decl = self.knowledge.lists[list_]
        title = member.title or self._role(member, decl.member)
        if title is None:
            title = say("unnamed", list=decl.label, id=member.id)
        if self.names and member.name:
            return say("person.named", post=title, name=member.name)
        return title

    def _role(self, member: MemberView, word: str) -> Text | None:
        fact = self.knowledge.facts.get(f"{word}.role")
        state = member.states.get(f"{word}.role", UNKNOWN_STATE)
        return self.value(fact, state.value) if fact and state.known == "value" else None

    def is_person(self, member: MemberView) -> bool:
        """Tell a stakeholder from a rival, a criterion or a commitment: somebody with a role."""
        list_, _ = self.members[member.id]
        return f"{self.knowledge.lists[list_].member}.role" in self.knowledge.facts

    def who(self, id_: str) -> Text | None:
        """Return what text calls the member with this id, if there is one."""
        found = self.members.get(id_)
        return self.member(found[1], found[0]) if found else None

    def fact(self, place: Place, state: State | None = None) -> FactLine:
        """Return a fact with its evidence, as it stands in the view or as it was in another."""
        if state is not None:
            return self._fact(place, state)
        if place not in self._facts:
            self._facts[place] = self._fact(place, self.view.state(place))
        return self._facts[place]

    def _fact(self, place: Place, state: State) -> FactLine:
        id_, path = place
        fact = self.knowledge.facts[path]
        said = strongest(state.said)
        grade = GRADES[state.grade] if state.grade >= 0 else None
        how = self.knowledge.evidence.how.get(said.how) if said and said.how else None
        return FactLine(
            path=path,
            member=id_,
            who=self.who(id_) if id_ else None,
            label=fact.label,
            value=self.state(fact, state),
            raw=written(state.value) if state.known == "value" else None,
            standing=_standing(state),
            grade=grade,
            grade_label=self.knowledge.evidence.grades[grade] if grade else None,
            by=self._source(said.by) if said and said.by else None,
            on=said.on if said else None,
            how=how.label if how else None,
            stale=state.stale,
        )

    def _source(self, by: str) -> Text:
        return self.who(by) or self.role(by) or Text(by, by)

    def role(self, id_: str) -> Text | None:
        """Return the label of a role of theirs or ours."""
        return self.knowledge.their_roles.get(id_) or self.knowledge.our_roles.get(id_)

    def test(self, test: FactTest | KnowledgeTest) -> Text:
        """Return a test in words."""
        if isinstance(test, KnowledgeTest):
            return self._knowledge(test)
        fact = self.knowledge.facts[test.path]
        return say(f"test.{test.op}", fact=fact.label, value=self._operand(fact, test))

    def _knowledge(self, test: KnowledgeTest) -> Text:
        list_ = self.knowledge.lists.get(test.path)
        label = list_.label if list_ else self.knowledge.facts[test.path].label
        if test.grade:
            return say("test.evidence", fact=label, value=self.knowledge.evidence.grades[test.grade])
        return say(f"test.{test.ask}", fact=label)

    def _operand(self, fact: Fact, test: FactTest) -> Text:
        operand = test.operand
        if isinstance(operand, FactRef):
            return self.knowledge.facts[operand.path].label
        if isinstance(operand, SettingRef):
            return self.knowledge.settings[operand.name].label
        if isinstance(operand, tuple):
            return join([self.value(fact, item) for item in operand], "list.or")
        return self.value(fact, operand)

    def template(self, text: Text, self_member: tuple[str, MemberView] | None, named: Callable[[str], Text]) -> Text:
        """Fill a `because`: fact values, the members named by `as`, and `self`."""
        parts: dict[str, Text] = {}
        for name in set(_BRACES.findall(text.en)) | set(_BRACES.findall(text.zh)):
            if name == "self" and self_member:
                parts[name] = self.member(self_member[1], self_member[0])
            elif name in self.knowledge.facts:
                fact = self.knowledge.facts[name]
                own = self_member is not None and fact.scope != CASE
                states = self_member[1].states if own and self_member else self.view.states
                parts[name] = self.state(fact, states.get(name, UNKNOWN_STATE))
            else:
                parts[name] = named(name)
        return fill(text, parts)


def verdict_line(knowledge: Knowledge, id_: str) -> VerdictLine:
    """Return a verdict in words; one that the rule base does not have goes by its id."""
    verdict = knowledge.verdicts.get(id_)
    if verdict is None:
        return VerdictLine(id_, Text(id_, id_), Text("", ""), Text("", ""))
    return VerdictLine(id_, verdict.label, verdict.meaning, verdict.decision)


def written(value: Value | None) -> str | None:
    """Return a value as a case file writes it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _standing(state: State) -> Standing:
    if state.contradicted:
        return "contradicted"
    return {"value": "known", "absent": "absent", "unknown": "unknown"}[state.known]  # type: ignore[return-value]


def strongest(said: tuple[Statement, ...]) -> Statement | None:
    """Return the statement with the best grade, the newest among equals."""
    if not said:
        return None
    return max(said, key=lambda s: (GRADES.index(s.grade), s.on.isoformat() if s.on else ""))


def labelled(line: FactLine) -> Text:
    """Name a fact, with the member it is about."""
    return say("fact.of", who=line.who, fact=line.label) if line.who else line.label
