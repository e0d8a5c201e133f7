"""The shortest case that reaches each verdict, and what takes it away: no verdict is reached by accident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from advisor.checks.examples import run_examples
from advisor.evidence import UNKNOWN_STATE, Place, View
from advisor.flips import Flip
from advisor.judge import Judge
from advisor.problems import Problems
from advisor.rule import Rule


@dataclass(frozen=True)
class Shortest:
    """The fewest facts found that carry a verdict, the rule that puts it forward, and the single facts that turn it."""

    verdict: str
    rule: Rule
    view: View
    flips: tuple[Flip, ...]


def shortest(judge: Judge) -> tuple[Shortest, ...]:
    """Return one case for each verdict that some rule puts forward, cut down from the rules' own examples."""
    best: dict[str, tuple[int, str, View]] = {}
    for rule, view in _carried(judge):
        verdict = rule.then.candidate.verdict if rule.then.candidate else ""
        size = len(stated(view))
        if verdict not in best or (size, rule.id) < best[verdict][:2]:
            cut = _cut(judge, view, verdict)
            found = (len(stated(cut)), rule.id, cut)
            if verdict not in best or found[:2] < best[verdict][:2]:
                best[verdict] = found
    order = judge.knowledge.verdicts
    return tuple(_turned(judge, verdict, best[verdict][2]) for verdict in order if verdict in best)


def _carried(judge: Judge) -> Iterator[tuple[Rule, View]]:
    """Yield the examples in which a rule's candidate wins."""
    for contender in judge.arbiter.contenders:
        for run in run_examples(judge, Problems(), contender.unit.name):
            winner = judge.arbiter.decide(run.inference.case).winner
            if run.outcome == "fires" and winner is not None and winner.unit is run.unit:
                yield run.rule, run.view


def _cut(judge: Judge, view: View, verdict: str) -> View:
    """Leave out every fact without which the verdict still stands."""
    for place in stated(view):
        less = view.changed({place: UNKNOWN_STATE})
        decision = judge.arbiter.decide(judge.reasoner.imagine(less).case)
        if decision.winner is not None and decision.verdict == verdict:
            view = less
    return replace(view, states={path: s for path, s in view.states.items() if s != UNKNOWN_STATE})


def stated(view: View) -> list[Place]:
    """Return the facts that a view states, in a fixed order."""
    found: list[Place] = [(None, path) for path, state in view.states.items() if state != UNKNOWN_STATE]
    for members in view.lists.values():
        found.extend((m.id, path) for m in members for path, state in m.states.items() if state != UNKNOWN_STATE)
    return sorted(found, key=lambda place: (place[0] or "", place[1]))


def _turned(judge: Judge, verdict: str, view: View) -> Shortest:
    inference = judge.reasoner.infer(view, verdict)
    winner = judge.arbiter.decide(inference.case).winner
    assert winner is not None
    assert winner.unit.rule is not None
    flips = tuple(flip for flip in judge.flips_of(view, verdict, inference) if len(flip.changes) == 1)
    return Shortest(verdict, winner.unit.rule, view, flips)
