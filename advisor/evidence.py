"""From statements to what is known on a day: value, grade, staleness, contradiction, quarantine.

A `View` is all that inference sees of a case. The same case gives several views: as claimed, as proven
(weak claims and stale facts masked to unknown), and with facts changed for a what-if.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from advisor.case import Case, Member, Statement, Statements
from advisor.model import CASE, GRADES, Fact, Text, Value
from advisor.record import dataclass
from advisor.rulebase import Knowledge

Known = Literal["value", "absent", "unknown"]
PROVEN = GRADES.index("written")
"""The lowest grade at which a claim counts as proven."""

Place = tuple[str | None, str]
"""Where a fact stands in a case: the member's id (None for the case itself) and the path."""


@dataclass(frozen=True)
class State:
    """What is known of one fact. A contradicted fact counts as unknown; `said` keeps what was claimed."""

    known: Known = "unknown"
    value: Value | None = None
    grade: int = -1
    stale: bool = False
    contradicted: bool = False
    said: tuple[Statement, ...] = field(default=(), compare=False)


UNKNOWN_STATE = State()

Doubt = Literal["unknown", "contradicted", "stale", "weak"]


def doubt(state: State, fact: Fact) -> Doubt | None:
    """Say why a fact is not to be relied on; None where it is."""
    if state.contradicted:
        return "contradicted"
    if state.known == "unknown":
        return "unknown"
    if state.stale:
        return "stale"
    return "weak" if fact.claim and state.grade < PROVEN else None


@dataclass(frozen=True)
class MemberView:
    """One member of a list and what is known of it."""

    id: str
    title: Text | None
    name: str | None
    states: Mapping[str, State]


@dataclass(frozen=True)
class View:
    """What is known of a case. A list that is not in `lists` is unknown as a whole."""

    states: Mapping[str, State]
    lists: Mapping[str, tuple[MemberView, ...]]
    complete: Mapping[str, bool]
    quarantined: tuple[Place, ...] = ()
    cleared: bool = False
    """Whether the quarantine has been applied already."""

    def state(self, place: Place) -> State:
        """Return the state of a fact; unknown when it was never mentioned."""
        member, path = place
        if member is None:
            return self.states.get(path, UNKNOWN_STATE)
        found = (view.states[path] for view in self._by_id.get(member, ()) if path in view.states)
        return next(found, UNKNOWN_STATE)

    @cached_property
    def _by_id(self) -> dict[str, list[MemberView]]:
        found: dict[str, list[MemberView]] = {}
        for members in self.lists.values():
            for view in members:
                found.setdefault(view.id, []).append(view)
        return found

    def is_complete(self, list_: str) -> bool:
        """Whether every member of the list is known."""
        return list_ in self.lists and self.complete.get(list_, True)

    def changed(self, changes: Mapping[Place, State]) -> View:
        """Return the view with some facts replaced."""
        states = dict(self.states)
        members: dict[str, dict[str, State]] = {}
        for (member, path), state in changes.items():
            if member is None:
                states[path] = state
            else:
                members.setdefault(member, {})[path] = state
        lists = self.lists
        if members:
            lists = {name: tuple(_with(m, members.get(m.id)) for m in views) for name, views in self.lists.items()}
        return replace(self, states=states, lists=lists)


def _with(member: MemberView, changes: Mapping[str, State] | None) -> MemberView:
    """Return a member with some facts replaced; one of whom nothing changes is the same member."""
    return replace(member, states={**member.states, **changes}) if changes else member


def without_incidents(view: View, knowledge: Knowledge) -> View:
    """Return the view with nothing having happened of which nothing is on file."""
    paths = frozenset(path for path, fact in knowledge.facts.items() if fact.incident)
    unknown = (p for p in places(view, knowledge, paths) if doubt(view.state(p), knowledge.facts[p[1]]) == "unknown")
    return view.changed({place: learnt(knowledge.facts[place[1]].quiet) for place in unknown})


@lru_cache(maxsize=4096, typed=True)
def learnt(value: Value | None) -> State:
    """Return the state of a fact as if it had just been confirmed; None means known to be absent."""
    return State("absent" if value is None else "value", value, len(GRADES) - 1)


def state_of(fact: Fact, said: tuple[Statement, ...], as_of: date, ours: Collection[str] = ()) -> State:
    """Weigh the statements about one fact: contradiction first, then the strongest and freshest.

    Two independent sources make a fact confirmed; our own people (`ours`) count as one source together.
    """
    if not said:
        return UNKNOWN_STATE
    if len({(type(s.value), s.value) for s in said}) > 1:
        return State(contradicted=True, said=said)
    grade = max(GRADES.index(s.grade) for s in said)
    sources = {"us" if s.by in ours else s.by for s in said if s.by and s.grade != "assumed"}
    if len(sources) > 1:
        grade = GRADES.index("confirmed")
    stale = fact.stale_after is not None and all(_older(s, as_of, fact.stale_after) for s in said)
    value = said[0].value
    return State("absent" if value is None else "value", value, grade, stale, said=said)


def _older(said: Statement, as_of: date, days: int) -> bool:
    return said.on is not None and as_of - said.on > timedelta(days=days)


def view_of(case: Case, knowledge: Knowledge) -> View:
    """Weigh every statement of a case as of its date (no quarantine yet)."""
    facts = knowledge.facts

    def states(said: Statements) -> dict[str, State]:
        return {path: state_of(facts[path], list_, case.as_of, knowledge.our_roles) for path, list_ in said.items()}

    def member(m: Member) -> MemberView:
        return MemberView(m.id, m.title, m.name, states(m.facts))

    content = case.content
    lists = {name: tuple(map(member, members)) for name, members in content.lists.items()}
    return View(states(content.facts), lists, dict(content.complete))


def as_proven(view: View, knowledge: Knowledge) -> tuple[View, tuple[Place, ...]]:
    """Mask every claim below `written` and every stale fact to unknown; also return what was masked."""

    def weak(path: str, state: State) -> bool:
        claimed = knowledge.facts[path].claim and state.grade < PROVEN
        return state.known != "unknown" and (claimed or state.stale)

    return _masked(view, weak)


def quarantined(view: View, knowledge: Knowledge, live: int) -> View:
    """Take improperly obtained facts out of inference while a public tender is live (docs/semantics.md).

    `live` is the value of the quarantine's condition: 0 takes nothing out; 1 (undecided) what is on record
    as improper; 2 (yes) also sensitive facts that do not say how they were obtained. What we merely assume was not
    obtained from anybody.
    """
    if not live:
        return replace(view, cleared=True)
    rule = knowledge.evidence.quarantine

    def improper(path: str, state: State) -> bool:
        if not state.said:
            return False
        sensitive = live > 1 and rule.sensitive_without_how and knowledge.facts[path].sensitive is not None
        silent = sensitive and any(s.how is None and s.grade != "assumed" for s in state.said)
        return silent or any(s.how in rule.how for s in state.said)

    kept, taken = _masked(view, improper)
    return replace(kept, quarantined=taken, cleared=True)


def _masked(view: View, drop: Callable[[str, State], bool]) -> tuple[View, tuple[Place, ...]]:
    masked: list[Place] = [(None, path) for path in sorted(p for p, state in view.states.items() if drop(p, state))]
    for members in view.lists.values():
        for member in members:
            dropped = sorted(path for path, state in member.states.items() if drop(path, state))
            masked.extend((member.id, path) for path in dropped)
    return view.changed(dict.fromkeys(masked, UNKNOWN_STATE)) if masked else view, tuple(masked)


def places(view: View, knowledge: Knowledge, paths: frozenset[str]) -> list[Place]:
    """Return every place of the case where one of these facts stands or could stand, in a fixed order."""
    found: list[Place] = []
    for path in sorted(paths):
        scope = knowledge.facts[path].scope
        if scope == CASE:
            found.append((None, path))
        else:
            found.extend((m.id, path) for m in view.lists.get(scope, ()))
    return found
