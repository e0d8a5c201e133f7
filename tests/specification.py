"""The specification: what rules mean, written straight from the definition; slow, obvious, one deal at a time.

It evaluates conditions recursively over what is known of a case, with strong Kleene logic, and shares nothing
with the compiler, the encoder, the engine or the evaluator that shadows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from advisor.evidence import MemberView, State, View
from advisor.model import (
    All,
    Condition,
    Count,
    Either,
    Fact,
    FactRef,
    FactTest,
    FindingTest,
    KnowledgeTest,
    Not,
    Quantified,
    SettingRef,
    Value,
)
from advisor.rule import Candidate, Rule
from advisor.rulebase import Playbase

LADDER = ["assumed", "told", "written", "confirmed"]


class Truth(Enum):
    """The value of a condition, a rule or a finding."""

    NO = "no"
    UNDECIDED = "undecided"
    YES = "yes"


def both_ways(holds: bool) -> Truth:
    """A question that has an answer."""
    return Truth.YES if holds else Truth.NO


def opposite(truth: Truth) -> Truth:
    """Kleene's not."""
    return {Truth.NO: Truth.YES, Truth.UNDECIDED: Truth.UNDECIDED, Truth.YES: Truth.NO}[truth]


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's and."""
    found = set(truths)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNDECIDED if Truth.UNDECIDED in found else Truth.YES


def one_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's or."""
    found = set(truths)
    if Truth.YES in found:
        return Truth.YES
    return Truth.UNDECIDED if Truth.UNDECIDED in found else Truth.NO


def at_least(need: int, truths: list[Truth]) -> Truth:
    """Yes once so many are yes; no once so many can no longer be."""
    if truths.count(Truth.YES) >= need:
        return Truth.YES
    return Truth.NO if len(truths) - truths.count(Truth.NO) < need else Truth.UNDECIDED


class Specification:
    """A rule base, to be read against one deal after the other."""

    def __init__(self, base: Playbase) -> None:
        self.base = base
        self.knowledge = base.knowledge
        self.rules = base.rules
        self.makers: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.then.finding:
                self.makers.setdefault(rule.then.finding, []).append(rule)
        self.defeaters = {rule.id: self._defeaters(rule, rule.then.candidate) for rule in self.rules}

    def _defeaters(self, rule: Rule, candidate: Candidate | None) -> list[Rule]:
        """Return the other rules that defeat a candidate when they are yes."""
        names = {rule.id, candidate.verdict} if candidate else set()
        return [other for other in self.rules if other.id != rule.id and names & {*other.then.defeats}]

    def read(self, view: View, open_world: bool = False) -> Deal:
        """Return the meaning of the rule base for one deal."""
        return Deal(self, view, open_world)


class Deal:
    """One deal: every rule, finding and candidate has one value, worked out when asked for, and remembered."""

    def __init__(self, specification: Specification, view: View, open_world: bool) -> None:
        self.specification = specification
        self.facts = specification.knowledge.facts
        self.view = view
        self.open_world = open_world
        self._rules: dict[tuple[str, str | None], Truth] = {}

    def rule(self, rule: Rule, member: MemberView | None = None) -> Truth:
        """A rule is what its condition is, for the case or for one member of its list."""
        key = (rule.id, member.id if member else None)
        if key not in self._rules:
            self._rules[key] = self.condition(rule.when, member)
        return self._rules[key]

    def finding(self, name: str, member: MemberView | None = None) -> Truth:
        """A finding is yes when some rule for it is yes, no when all of them are no, else undecided."""
        makers = self.specification.makers.get(name, [])
        return one_of(self.rule(rule, member if rule.each else None) for rule in makers)

    def condition(self, condition: Condition, member: MemberView | None) -> Truth:
        """A condition as seen from the case, or from one member."""
        if isinstance(condition, All):
            return all_of([self.condition(part, member) for part in condition.parts])
        if isinstance(condition, Either):
            return one_of([self.condition(part, member) for part in condition.parts])
        if isinstance(condition, Count):
            return at_least(condition.need, [self.condition(part, member) for part in condition.parts])
        if isinstance(condition, Not):
            return opposite(self.condition(condition.part, member))
        if isinstance(condition, Quantified):
            return self._quantified(condition)
        if isinstance(condition, FindingTest):
            return self.finding(condition.name, member)
        if isinstance(condition, KnowledgeTest):
            return self._knowledge_test(condition, member)
        return self._fact_test(condition, member)

    def _quantified(self, condition: Quantified) -> Truth:
        """Only a hit, or a counterexample, decides while further members may exist."""
        members = self.view.lists.get(condition.list, ())
        values = [self.condition(condition.where, member) for member in members]
        further = condition.list not in self.view.lists or not self.view.complete.get(condition.list, True)
        hidden = [Truth.UNDECIDED] if further else []
        if condition.quantifier == "every":
            return all_of([*values, *hidden])
        some = one_of([*values, *hidden])
        return some if condition.quantifier == "any" else opposite(some)

    def _state(self, path: str, member: MemberView | None) -> State:
        if self.facts[path].scope == "case":
            return self.view.states.get(path, State())
        assert member is not None
        return member.states.get(path, State())

    def _knowledge_test(self, test: KnowledgeTest, member: MemberView | None) -> Truth:
        """What is known is never undecided, unless the world is open and the fact is unknown."""
        if test.path in self.specification.knowledge.lists:
            known = test.path in self.view.lists
            if self.open_world and not known:
                return Truth.UNDECIDED
            return both_ways(known is (test.ask == "known"))
        state = self._state(test.path, member)
        unknown = state.known == "unknown"
        if self.open_world and unknown:
            return Truth.UNDECIDED
        answers = {
            "known": not unknown,
            "unknown": unknown,
            "stale": state.stale,
            "contradicted": state.contradicted,
            "evidence": not unknown and state.grade >= LADDER.index(test.grade or "assumed"),
        }
        return both_ways(answers[test.ask])

    def _fact_test(self, test: FactTest, member: MemberView | None) -> Truth:
        """Absent passes `is: none` alone and fails all else, unknown is undecided, a value is compared."""
        state = self._state(test.path, member)
        if isinstance(test.operand, FactRef):
            return self._comparison(test, state, self._state(test.operand.path, member))
        if state.known == "unknown":
            return Truth.UNDECIDED
        if test.operand is None:
            return both_ways(state.known == "absent")
        if state.known == "absent":
            return Truth.NO
        assert state.value is not None
        if isinstance(test.operand, tuple):
            return both_ways(any(state.value == item for item in test.operand))
        operand = test.operand.value if isinstance(test.operand, SettingRef) else test.operand
        return both_ways(compare(self.facts[test.path], state.value, test.op, operand))

    def _comparison(self, test: FactTest, left: State, right: State) -> Truth:
        if left.known == "absent" or right.known == "absent":
            return Truth.NO
        if left.known == "unknown" or right.known == "unknown":
            return Truth.UNDECIDED
        assert left.value is not None
        assert right.value is not None
        return both_ways(compare(self.facts[test.path], left.value, test.op, right.value))

    def verdict(self) -> str:
        """The first of the candidates that stand, by tier and then by verdict; none: qualify first."""
        order = self.specification.knowledge.order
        tiers = [tier.id for tier in order.tiers]
        places = [
            (tiers.index(rule.then.candidate.tier), order.verdicts.index(rule.then.candidate.verdict))
            for rule in self.specification.rules
            if rule.then.candidate and self._stands(rule)
        ]
        return order.verdicts[min(places)[1]] if places else "qualify-first"

    def _stands(self, rule: Rule) -> bool:
        beaten = any(self.rule(other) is Truth.YES for other in self.specification.defeaters[rule.id])
        return self.rule(rule) is Truth.YES and not beaten


def compare(fact: Fact, left: Value, op: str, right: Value) -> bool:
    """Compare two values: words by their place in the declared order, all else as it is."""
    if op == "is":
        return left == right
    order = list(fact.values)
    a = order.index(left) if isinstance(left, str) else left
    b = order.index(right) if isinstance(right, str) else right
    below, above = a < b, a > b  # type: ignore[operator]
    return {"below": below, "above": above, "at_least": not below, "at_most": not above}[op]


def settled_by_definition(base: Playbase, view: View) -> bool:
    """Say whether, judged openly, the verdict still comes out and no other is even possible (docs/semantics.md)."""
    specification = Specification(base)
    verdict = specification.read(view).verdict()
    later = specification.read(view, open_world=True)
    order = base.knowledge.order
    tiers = [tier.id for tier in order.tiers]
    certain: list[tuple[int, int]] = []
    rivals: list[tuple[int, int]] = []
    for rule in specification.rules:
        if rule.then.candidate is None or later.rule(rule) is Truth.NO:
            continue
        place = (tiers.index(rule.then.candidate.tier), order.verdicts.index(rule.then.candidate.verdict))
        beaten = {later.rule(other) for other in specification.defeaters[rule.id]}
        if later.rule(rule) is Truth.YES and beaten <= {Truth.NO}:
            certain.append(place)
        if rule.then.candidate.verdict != verdict and Truth.YES not in beaten:
            rivals.append(place)
    if not certain:
        return verdict == "qualify-first" and not rivals
    first = min(certain)
    return order.verdicts[first[1]] == verdict and not any(place < first for place in rivals)
