"""Two recorded advices on a deal: what changed between them, and which of it turned the verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

from advisor.evidence import MemberView, Place, State, View
from advisor.explain.since import Difference, Differences, needed
from advisor.explain.wording import verdict_line
from advisor.judge import Judge
from advisor.ledger.entry import Advice, Entry
from advisor.lines import VerdictLine
from advisor.load.previous import PreviousCase, PreviousList, earlier_state
from advisor.model import Text
from advisor.record import dataclass
from advisor.sheet import ChangedFact, Footing

Cause = Literal["none", "facts", "rules-changed", "other-rules", "unclear"]
"""Why the verdict is another: the facts did it; or the rules changed in between, or by now; or the program did."""
Role = Literal["decided", "supports", "opposes", "guards"]
ROLES: tuple[Role, ...] = ("decided", "supports", "opposes", "guards")
MAX_CHANGES = 3
"""The most changes that are tried together, as on the flip card."""
MAX_TRIES = 3000
"""The most sets that are tried; a set takes a millisecond. Both numbers are ours."""


@dataclass(frozen=True)
class Stand:
    """One of two advices: its number and day, the verdict and what it stood on, and what the board decided."""

    number: int
    day: str
    verdict: VerdictLine
    footing: Footing
    decision: VerdictLine | None


@dataclass(frozen=True)
class RuleChange:
    """A rule that had a part in one of two advices alone; `now`: in the later one."""

    role: Role
    rule: str
    title: Text
    now: bool


@dataclass(frozen=True)
class Diff:
    """What changed from one advice to a later one.

    `sets` are the smallest sets of changes each of which alone turns the verdict of then into that of now, confirmed on
    the engine. All sets of up to `searched` changes were tried. Where none of them does it, there is one set that is
    larger, of which nothing can be left out.
    """

    deal: str
    title: Text
    then: Stand
    now: Stand
    cause: Cause
    sets: tuple[tuple[ChangedFact, ...], ...]
    searched: int
    changes: tuple[ChangedFact, ...]
    rules: tuple[RuleChange, ...]
    same_file: bool
    same_tool: bool


def diff(judge: Judge, playbook: str, then: Entry, now: Entry) -> Diff:
    """Compare two entries with advice; `playbook` is the hash of the rules that the judge has."""
    was, is_ = then.note.advice, now.note.advice
    assert was is not None
    assert is_ is not None
    search = _Search(judge, then, now)
    cause = _cause(search, was, is_, playbook)
    sets, searched = search.sets() if cause == "facts" else ([], 0)
    return Diff(
        deal=now.note.deal,
        title=now.note.title,
        then=_stand(judge, then, was),
        now=_stand(judge, now, is_),
        cause=cause,
        sets=tuple(tuple(map(_line, found)) for found in sets),
        searched=searched,
        changes=tuple(map(_line, search.differences)),
        rules=tuple(_rules(judge, was, is_)),
        same_file=was.case == is_.case,
        same_tool=was.tool == is_.tool,
    )


def _cause(search: _Search, was: Advice, is_: Advice, playbook: str) -> Cause:
    if was.verdict.verdict == is_.verdict.verdict:
        return "none"
    if was.playbook != is_.playbook:
        return "rules-changed"
    if playbook != is_.playbook:
        return "other-rules"
    ends = search.verdict(()), search.verdict(search.differences)
    return "facts" if ends == (was.verdict.verdict, is_.verdict.verdict) else "unclear"


class _Search:
    """Takes the facts of then towards those of now, change by change."""

    def __init__(self, judge: Judge, then: Entry, now: Entry) -> None:
        self.judge = judge
        self.name = now.note.deal
        self.view = _view(_earlier(judge, then))
        later = _earlier(judge, now)
        self.target = later.verdict
        currency = now.note.advice.currency if now.note.advice else ""
        self.differences = tuple(Differences(judge.knowledge, self.view, currency, later).all())

    def verdict(self, changed: Sequence[Difference]) -> str:
        """Return the verdict on the facts of then with some changes."""
        return self.judge.arbiter.decide(self.judge.reasoner.imagine(self._changed(changed)).case).verdict

    def sets(self) -> tuple[list[tuple[Difference, ...]], int]:
        """Return the smallest sets that turn the verdict, and up to how many changes all sets were tried."""
        tried = searched = 0
        for size in range(1, MAX_CHANGES + 1):
            tried += math.comb(len(self.differences), size)
            if tried > MAX_TRIES:
                break
            searched = size
            found = list(filter(self._turns, combinations(self.differences, size)))
            if found:
                return list(map(self._confirmed, found)), searched
        return [self._confirmed(needed(self.differences, self._turns))], searched

    def _turns(self, changed: Sequence[Difference]) -> bool:
        return self.verdict(changed) == self.target

    def _confirmed(self, way: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """Run the engine on the changed facts; raise EngineError if it does not say what the search found."""
        view, reasoner = self._changed(way), self.judge.reasoner
        said = reasoner.imagine(view).case
        reasoner.confirm(view, {number: said[number] for number in self.judge.arbiter.units}, self.name)
        return way

    def _changed(self, changed: Sequence[Difference]) -> View:
        """Return the facts of then with some changes; who came up on a list comes before what is known of them."""
        view = self.view
        for difference in changed:
            view = difference.undo(view)
        return view


def _earlier(judge: Judge, entry: Entry) -> PreviousCase:
    """Return an advice as what a review had on file; facts that the rule base no longer has are left out."""
    advice = entry.note.advice
    assert advice is not None
    knowledge = judge.knowledge
    facts: dict[Place, State] = {
        (f.member, f.path): earlier_state(knowledge, f.path, f.standing, f.value, f.grade, f.stale)
        for f in advice.facts
        if f.path in knowledge.facts
    }
    lists = {
        found.name: PreviousList(
            found.complete,
            tuple(
                MemberView(m.id, m.title, None, {path: state for (id_, path), state in facts.items() if id_ == m.id})
                for m in found.members
            ),
        )
        for found in advice.lists
        if found.name in knowledge.lists
    }
    return PreviousCase(
        entry.note.deal, entry.note.title, advice.verdict.verdict, advice.settled, advice.footing, facts, lists
    )


def _view(earlier: PreviousCase) -> View:
    """Return what was on file as a view; what had to be kept out of it is not in it any more."""
    return View(
        {path: state for (member, path), state in earlier.facts.items() if member is None},
        {name: found.members for name, found in earlier.lists.items()},
        {name: found.complete for name, found in earlier.lists.items()},
        cleared=True,
    )


def _stand(judge: Judge, entry: Entry, advice: Advice) -> Stand:
    decision = verdict_line(judge.knowledge, advice.decision.verdict) if advice.decision else None
    verdict = verdict_line(judge.knowledge, advice.verdict.verdict)
    return Stand(entry.number, entry.note.day.isoformat(), verdict, advice.footing, decision)


def _line(difference: Difference) -> ChangedFact:
    """Return a change in the order of time: the search goes from then to now, undoing then."""
    line = difference.line
    stale: Literal["was", "now"] | None = None
    if line.stale is not None:
        stale = "now" if line.stale == "was" else "was"
    return ChangedFact(line.label, line.now, line.was, stale)


def _rules(judge: Judge, was: Advice, is_: Advice) -> Iterator[RuleChange]:
    titles = {rule.id: rule.title for rule in judge.base.rules}
    for role in ROLES:
        then, now = getattr(was, role), getattr(is_, role)
        for rule in (*then, *now):
            if (rule in then) is not (rule in now):
                yield RuleChange(role, rule, titles.get(rule, Text(rule, rule)), rule in now)
