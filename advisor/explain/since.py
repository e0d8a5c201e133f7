"""A deal beside its earlier review: whether the verdict changed, and the facts that did it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from advisor.evidence import UNKNOWN_STATE, MemberView, Place, View
from advisor.explain.wording import Wording, labelled, verdict_line
from advisor.judge import Judge, Judgement
from advisor.lexicon import say
from advisor.lines import FactLine
from advisor.load.previous import PreviousCase, PreviousList
from advisor.model import Text
from advisor.record import dataclass
from advisor.result import DealReport
from advisor.rulebase import Knowledge
from advisor.sheet import CaseChange, Cause, ChangedFact


@dataclass(frozen=True)
class Difference:
    """One difference between then and now, and how to undo it in a view."""

    line: ChangedFact
    undo: Callable[[View], View]


def change(judge: Judge, judgement: Judgement, now: DealReport, before: PreviousCase) -> CaseChange:
    """Compare a deal with its earlier review."""
    differences = tuple(Differences(judge.knowledge, judgement.told, judgement.case.currency, before).all())
    cause, did = _cause(judge, judgement, before, differences)
    return CaseChange(
        id=now.id,
        title=now.title,
        was=verdict_line(judge.knowledge, before.verdict),
        now=now.verdict,
        was_settled=before.settled,
        now_settled=now.settled,
        was_footing=before.footing,
        now_footing=now.footing,
        cause=cause,
        did=tuple(difference.line for difference in did),
        others=len(differences) - len(did),
    )


def new(now: DealReport) -> CaseChange:
    """Return a deal that the earlier review did not have."""
    return CaseChange(now.id, now.title, None, now.verdict, False, now.settled, None, now.footing, "none", (), 0)


def gone(judge: Judge, before: PreviousCase) -> CaseChange:
    """Return a deal that only the earlier review had."""
    was = verdict_line(judge.knowledge, before.verdict)
    return CaseChange(before.id, before.title, was, None, before.settled, False, before.footing, None, "none", (), 0)


def _cause(
    judge: Judge, judgement: Judgement, before: PreviousCase, differences: Sequence[Difference]
) -> tuple[Cause, tuple[Difference, ...]]:
    """Find a smallest set of differences that have to be undone for the earlier verdict: none of them is needless."""
    if judgement.decision.verdict == before.verdict:
        return "none", ()

    def turns(undone: Sequence[Difference]) -> bool:
        view = judgement.told
        for difference in undone:
            view = difference.undo(view)
        return judge.arbiter.decide(judge.reasoner.imagine(view).case).verdict == before.verdict

    return ("facts", needed(differences, turns)) if turns(differences) else ("rules", ())


def needed(differences: Sequence[Difference], turns: Callable[[Sequence[Difference]], bool]) -> tuple[Difference, ...]:
    """Return some of the differences that turn a verdict together as all of them do, and none of which is needless."""
    kept = list(differences)
    for difference in differences:
        fewer = [other for other in kept if other is not difference]
        if turns(fewer):
            kept = fewer
    return tuple(kept)


class Differences:
    """Lists what is on file now and was not then, or was otherwise."""

    def __init__(self, knowledge: Knowledge, told: View, currency: str, before: PreviousCase) -> None:
        self.knowledge = knowledge
        self.told = told
        self.before = before
        self.wording = Wording(knowledge, told, currency)

    def all(self) -> Iterator[Difference]:
        """Yield every difference: facts, then members of lists and whether all of them are known."""
        yield from self._facts(None)
        for name in self.knowledge.lists:
            yield from self._list(name)

    def _facts(self, member: MemberView | None) -> Iterator[Difference]:
        """Yield differing facts of the case, or of a member that both reviews have."""
        id_ = member.id if member else None
        states = member.states if member else self.told.states
        paths = {path for place, path in self.before.facts if place == id_} | set(states)
        for path in sorted(paths & self.knowledge.facts.keys()):
            was, now = self.before.facts.get((id_, path), UNKNOWN_STATE), self.told.state((id_, path))
            if was != now:
                yield self._fact((id_, path))

    def _fact(self, place: Place) -> Difference:
        was = self.before.facts.get(place, UNKNOWN_STATE)
        then, now = self.wording.fact(place, was), self.wording.fact(place, self.told.state(place))
        line = ChangedFact(labelled(now), then.value, now.value)
        if then.value == now.value:
            words = [_graded(one.value, one.grade_label, one.stale) for one in (then, now)]
            line = ChangedFact(line.label, words[0], words[1], _stale(then, now))
        return Difference(line, lambda view: view.changed({place: was}))

    def _list(self, name: str) -> Iterator[Difference]:
        nobody = PreviousList(False, ())
        was = {member.id: member for member in self.before.lists.get(name, nobody).members}
        now = {member.id: member for member in self.told.lists.get(name, ())}
        for id_, member in now.items():
            if id_ in was:
                yield from self._facts(member)
            else:
                yield self._membership(name, member, joined=True)
        yield from (self._membership(name, member, joined=False) for id_, member in was.items() if id_ not in now)
        known_then = name in self.before.lists and self.before.lists[name].complete
        if known_then != self.told.is_complete(name):
            yield self._completeness(name, known_then)

    def _membership(self, name: str, member: MemberView, joined: bool) -> Difference:
        label = say("fact.of", fact=self.knowledge.lists[name].label, who=self.wording.member(member, name))
        words = (say("since.not-on-file"), say("since.on-file"))

        def undo(view: View) -> View:
            others = tuple(other for other in view.lists.get(name, ()) if other.id != member.id)
            return replace(view, lists={**view.lists, name: others if joined else (*others, member)})

        return Difference(ChangedFact(label, *(words if joined else words[::-1])), undo)

    def _completeness(self, name: str, then: bool) -> Difference:
        def undo(view: View) -> View:
            lists = dict(view.lists)
            if name not in self.before.lists:
                lists.pop(name, None)
            else:
                lists.setdefault(name, ())
            return replace(view, lists=lists, complete={**view.complete, name: then})

        words = (say("since.partly"), say("since.all"))
        return Difference(ChangedFact(self.knowledge.lists[name].label, *(words if not then else words[::-1])), undo)


def _stale(then: FactLine, now: FactLine) -> Literal["was", "now"] | None:
    """Say which of two is out of date, if they are the same but for that."""
    if then.grade_label != now.grade_label or then.stale is now.stale:
        return None
    return "was" if then.stale else "now"


def _graded(value: Text, grade: Text | None, stale: bool) -> Text:
    marks = [grade] if grade else []
    marks.extend(say("fact.is-stale") for _ in [0] if stale)
    for mark in marks:
        value = say("fact.of", fact=value, who=mark)
    return value
