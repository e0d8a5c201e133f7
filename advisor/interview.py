"""The next question of an interview: the one that brings the nearest verdict nearer (docs/semantics.md).

The board's questions ask what could overturn a verdict; an interview begins with next to nothing, and has to reach one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from fractions import Fraction

from advisor.arbitrate import Contender
from advisor.evidence import Place
from advisor.judge import Judge, Judgement
from advisor.model import CASE, FALLBACK
from advisor.settle import Dependencies


class Interviewer:
    """Chooses questions for one rule base."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.trace = Dependencies(judge.program, judge.knowledge)

    def next(self, judgement: Judgement, asked: Collection[Place]) -> Place | None:
        """Return what to ask next; None when the verdict is settled, or no question left could change it.

        Each rule that could still put forward a verdict ahead of the present one counts for the facts that it lacks:
        the fewer it lacks, the more. A fact is worth more the more rules it brings near, and less the more it costs to
        ask.
        When no rule is within reach any more, the questions of the board are asked, those that turn the verdict.
        """
        if judgement.settlement.settled:
            return None
        worth = self._worth(judgement, asked)
        if worth:
            return min(worth, key=lambda place: (-worth[place], place[1], place[0] or ""))
        left = (q for q in self.judge.questions(judgement) if q.turns and q.place not in asked)
        return next((question.place for question in left), None)

    def _worth(self, judgement: Judgement, asked: Collection[Place]) -> dict[Place, Fraction]:
        facts, worth = self.judge.knowledge.facts, defaultdict[Place, Fraction](Fraction)
        for contender in self._within_reach(judgement):
            hanging = self.trace.hanging([(contender.unit.number, CASE, -1)], judgement.inference, judgement.view)
            for place in hanging.places:
                fact = facts[place[1]]
                if place not in asked and fact.type != "text" and not fact.incident:
                    worth[place] += Fraction(1, len(hanging.places) ** 2 * fact.cost)
        return worth

    def _within_reach(self, judgement: Judgement) -> Iterator[Contender]:
        """Yield what may still go before the winner; to be told to find out first is what an interview begins with."""
        decision = judgement.decision
        for contender in decision.undecided:
            behind = decision.winner is not None and contender.rank > decision.winner.rank
            beaten = contender.beaten_by(judgement.inference.case)
            if contender.verdict != FALLBACK and not behind and not beaten:
                yield contender
