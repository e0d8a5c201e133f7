"""The specification, second part: what is said of a deal's verdict, written straight from docs/semantics.md.

Slow and obvious like the first part (tests/specification.py), of which it asks the value of every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from advisor.evidence import MemberView, State, View
from advisor.model import (
    CASE,
    FALLBACK,
    All,
    Condition,
    Count,
    Either,
    FactRef,
    FactTest,
    FindingTest,
    KnowledgeTest,
    Not,
    Quantified,
)
from advisor.rule import Rule
from tests.specification import LADDER, Deal, Specification, Truth

Rank = tuple[int, int, int]


@dataclass(frozen=True)
class Said:
    """What is said of the verdict of one deal."""

    verdict: str
    settled: bool
    possible: frozenset[str]
    decided_by: frozenset[str]
    hangs_on: frozenset[str]
    stopped_by: frozenset[str]
    kept_out: frozenset[str]
    proven: str
    ways: int
    """In how many ways the quarantine could turn out."""


class Verdicts:
    """Says of one deal after the other what the definition says of its verdict.

    `places` gives each rule its place among those that put forward the same verdict in the same tier; the definition
    leaves it open, and what a verdict hangs on is told only up to the first of them that is certain.
    """

    def __init__(self, specification: Specification, places: Mapping[str, int]) -> None:
        self.specification = specification
        self.knowledge = specification.knowledge
        self.places = places
        self.candidates = [rule for rule in specification.rules if rule.then.candidate]

    def said(self, told: View) -> Said:
        """Say all of it of a deal as it was told."""
        now = self.seen(told)
        deal = self.specification.read(now)
        verdict = deal.verdict()
        settled = [self._settled(view) for view in self._ways(told)]
        possible = frozenset(verdict for each in settled for verdict in each.possible)
        sure = possible == {verdict} and all(each.possible == {each.verdict} for each in settled)
        hangs_on = frozenset(name for each in settled for name in each.hangs_on)
        if len(settled) > 1 and not sure:
            hangs_on |= {p for p in self._tender_paths() if told.states.get(p, State()).known == "unknown"}
        return Said(
            verdict=verdict,
            settled=sure,
            possible=possible,
            decided_by=frozenset(rule.id for rule in self._standing(deal, verdict)),
            hangs_on=hangs_on,
            stopped_by=frozenset(rule.id for rule in self._stopping(deal)),
            kept_out=frozenset(self._taken(told, self._tender(told))),
            proven=self.specification.read(self.seen(self._proven(told))).verdict(),
            ways=len(settled),
        )

    # --- the quarantine: what must not be used while a public tender is live -----------------------------------

    def seen(self, told: View) -> View:
        """Return what may be used of what was told."""
        return self._without(told, self._tender(told))

    def _ways(self, told: View) -> list[View]:
        """Return what may come to be usable: all of it, some or less, while nobody knows whether a tender is live."""
        found = self._tender(told, open_world=True)
        if self._taken(told, Truth.YES) and found is Truth.UNDECIDED:
            return [self._without(told, live) for live in (Truth.NO, Truth.UNDECIDED, Truth.YES)]
        return [self.seen(told)]

    def _tender(self, told: View, open_world: bool = False) -> Truth:
        """Tell whether a tender is live, if there is anything in the deal that would have to be kept out then."""
        if not self._taken(told, Truth.YES):
            return Truth.NO
        return self.specification.read(told, open_world).condition(self.knowledge.evidence.quarantine.when, None)

    def _tender_paths(self) -> set[str]:
        return set(_paths(self.knowledge.evidence.quarantine.when))

    def _taken(self, told: View, live: Truth) -> set[str]:
        members = [member.states for list_ in told.lists.values() for member in list_]
        return {path for states in (told.states, *members) for path in states if self._is_out(path, states[path], live)}

    def _without(self, told: View, live: Truth) -> View:
        return _masked(told, lambda path, state: State() if self._is_out(path, state, live) else state)

    def _is_out(self, path: str, state: State, live: Truth) -> bool:
        """While it may be live, what is on record as improper; while it is, also what is sensitive and says nothing."""
        rule = self.knowledge.evidence.quarantine
        if live is Truth.NO:
            return False
        if any(said.how in rule.how for said in state.said):
            return True
        sensitive = rule.sensitive_without_how and self.knowledge.facts[path].sensitive is not None
        silent = any(said.how is None and said.grade != "assumed" for said in state.said)
        return live is Truth.YES and sensitive and silent

    # --- settled or open ----------------------------------------------------------------------------------------

    def _settled(self, view: View) -> _Settled:
        """Judge openly: first as if nothing had happened of which nothing is on file, unless that hides the verdict."""
        verdict = self.specification.read(view).verdict()
        deal = self.specification.read(self.calm(view), open_world=True)
        if verdict not in self._possible(deal):
            deal = self.specification.read(view, open_world=True)
        possible = self._possible(deal)
        hangs_on = frozenset() if possible == {verdict} else frozenset(self._hanging(deal))
        return _Settled(verdict, possible, hangs_on)

    def calm(self, view: View) -> View:
        """Return the deal with no incident having happened of which nothing is on file."""
        happened = self.knowledge.facts

        def quiet(path: str, state: State) -> State:
            fact = happened[path]
            if not fact.incident or state.known != "unknown" or state.contradicted:
                return state
            return State("absent" if fact.quiet is None else "value", fact.quiet, LADDER.index("confirmed"))

        paths: dict[str, list[str]] = {}
        for fact in happened.values():
            if fact.incident:
                paths.setdefault(fact.scope, []).append(fact.path)
        states = {path: State() for path in paths.get(CASE, ())} | {**view.states}
        lists = {
            name: tuple(
                replace(m, states={path: State() for path in paths.get(name, ())} | {**m.states}) for m in list_
            )
            for name, list_ in view.lists.items()
        }
        return _masked(replace(view, states=states, lists=lists), quiet)

    def _contested(self, deal: Deal) -> list[Rule]:
        """Return the rules that could still decide: not no, not beaten, and behind none that is certain."""
        certain = [self._rank(rule) for rule in self.candidates if self._is_certain(deal, rule)]
        return [
            rule
            for rule in self.candidates
            if deal.rule(rule) is not Truth.NO
            and not self._is_beaten(deal, rule)
            and not any(first < self._rank(rule) for first in certain)
        ]

    def _is_beaten(self, deal: Deal, rule: Rule) -> bool:
        return any(deal.rule(other) is Truth.YES for other in self.specification.defeaters[rule.id])

    def _is_certain(self, deal: Deal, rule: Rule) -> bool:
        return deal.rule(rule) is Truth.YES and all(
            deal.rule(other) is Truth.NO for other in self.specification.defeaters[rule.id]
        )

    def _possible(self, deal: Deal) -> frozenset[str]:
        contested = self._contested(deal)
        found = {rule.then.candidate.verdict for rule in contested if rule.then.candidate}
        decided = any(self._is_certain(deal, rule) for rule in contested)
        return frozenset(found if decided else found | {FALLBACK})

    def _rank(self, rule: Rule) -> Rank:
        assert rule.then.candidate is not None
        order = self.knowledge.order
        tiers = [tier.id for tier in order.tiers]
        candidate = rule.then.candidate
        return tiers.index(candidate.tier), order.verdicts.index(candidate.verdict), self.places[rule.id]

    def _standing(self, deal: Deal, verdict: str) -> Iterator[Rule]:
        """Yield the rules that put forward the verdict, are yes and not beaten."""
        for rule in self.candidates:
            mine = rule.then.candidate is not None and rule.then.candidate.verdict == verdict
            if mine and deal.rule(rule) is Truth.YES and not self._is_beaten(deal, rule):
                yield rule

    # --- what an open verdict hangs on --------------------------------------------------------------------------

    def _hanging(self, deal: Deal) -> set[str]:
        """Everything unknown below the rules that could still decide, and below those that could defeat them."""
        rules = [other for rule in self._contested(deal) for other in (rule, *self.specification.defeaters[rule.id])]
        unknown = _Unknown(deal)
        return {name for rule in rules if not rule.each for name in unknown.below_rule(rule, None)}

    # --- limits and proof ---------------------------------------------------------------------------------------

    def _stopping(self, deal: Deal) -> Iterator[Rule]:
        """Yield the rules that stop the deal: `refuse` or `hold`, of a rule about members for any of them."""
        for rule in self.specification.rules:
            if rule.then.guard and rule.then.guard.level in ("refuse", "hold"):
                members = deal.view.lists.get(rule.each, ()) if rule.each else (None,)
                if any(deal.rule(rule, member) is Truth.YES for member in members):
                    yield rule

    def _proven(self, told: View) -> View:
        """Leave out every claim below `written` and every stale fact."""

        def kept(path: str, state: State) -> State:
            weak = self.knowledge.facts[path].claim and state.grade < LADDER.index("written")
            return State() if state.known != "unknown" and (weak or state.stale) else state

        return _masked(told, kept)


@dataclass(frozen=True)
class _Settled:
    """What could come of a verdict, in one state of the quarantine."""

    verdict: str
    possible: frozenset[str]
    hangs_on: frozenset[str]


class _Unknown:
    """What is unknown below the undecided conditions of a deal; what is below a rule is worked out once."""

    def __init__(self, deal: Deal) -> None:
        self.deal = deal
        self._rules: dict[tuple[str, str | None], set[str]] = {}

    def below_rule(self, rule: Rule, member: MemberView | None) -> set[str]:
        """Return facts and lists below a rule, for the case or for one member."""
        key = (rule.id, member.id if member else None)
        if key not in self._rules:
            self._rules[key] = self.below(rule.when, member)
        return self._rules[key]

    def below(self, condition: Condition, member: MemberView | None) -> set[str]:
        """Return them below a condition; what is decided hangs on nothing."""
        if self.deal.condition(condition, member) is not Truth.UNDECIDED:
            return set()
        if isinstance(condition, (All, Either, Count)):
            return {name for part in condition.parts for name in self.below(part, member)}
        if isinstance(condition, Not):
            return self.below(condition.part, member)
        if isinstance(condition, FindingTest):
            makers = self.deal.specification.makers.get(condition.name, [])
            return {name for rule in makers for name in self.below_rule(rule, member if rule.each else None)}
        if isinstance(condition, Quantified):
            members = self.deal.view.lists.get(condition.list, ())
            hidden = set() if self.deal.view.is_complete(condition.list) else {condition.list}
            return hidden.union(*(self.below(condition.where, each) for each in members))
        return {path for path in _paths(condition) if self._is_unknown(path, member)}

    def _is_unknown(self, path: str, member: MemberView | None) -> bool:
        fact = self.deal.facts.get(path)
        if fact is None:
            return True  # a list; one that is known decides whatever is asked of it
        states = self.deal.view.states if member is None or fact.scope == CASE else member.states
        return states.get(path, State()).known == "unknown"


def _paths(condition: Condition) -> Iterator[str]:
    """Yield the path of every fact, or the name of every list, that the tests in a condition read."""
    for part in condition.parts if isinstance(condition, (All, Either, Count)) else ():
        yield from _paths(part)
    if isinstance(condition, Not):
        yield from _paths(condition.part)
    if isinstance(condition, (FactTest, KnowledgeTest)):
        yield condition.path
    if isinstance(condition, FactTest) and isinstance(condition.operand, FactRef):
        yield condition.operand.path


def _masked(view: View, change: Callable[[str, State], State]) -> View:
    """Return a view with every state as a function has it."""

    def changed(states: Mapping[str, State]) -> dict[str, State]:
        return {path: change(path, state) for path, state in states.items()}

    lists = {name: tuple(replace(m, states=changed(m.states)) for m in list_) for name, list_ in view.lists.items()}
    return replace(view, states=changed(view.states), lists=lists)
