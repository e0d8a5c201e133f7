"""What an interview asks next, and when it has enough to act on (docs/semantics.md).

The board's questions ask what could overturn a verdict; an interview begins with next to nothing, and has to reach one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from advisor.arbitrate import Contender
from advisor.evidence import Place, places
from advisor.judge import Judge, Judgement
from advisor.model import CASE, FALLBACK, Fact, Value, paths_read
from advisor.settle import Dependencies

Reached = Literal["open", "enough", "settled"]

ENOUGH = 3
"""With a verdict that no more facts than this could turn alone one can act; so many `advisor next` asks for."""

ROLE = "stakeholder.role"
"""What is asked of everybody first: advice goes to people by their roles."""

ROWS = 6
"""So many facts are asked for on one screen."""


@dataclass(frozen=True)
class Outlook:
    """Where an interview stands.

    `turning` are the facts any one of which could turn the verdict, the most useful first, but for those that were
    just told, and as if nothing had happened of which nothing is on file; `next` are those to ask for now, on one
    screen: one, or several that take the same answers. Empty: nothing is left to ask. `missing` is what the rule asks
    for that says to find out first, as far as nobody knows it.
    """

    reached: Reached
    turning: tuple[Place, ...] = ()
    next: tuple[Place, ...] = ()
    missing: tuple[Place, ...] = ()


class Interviewer:
    """Chooses questions for one rule base."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.facts = judge.knowledge.facts
        self.trace = Dependencies(judge.program, judge.knowledge)
        self.readers = Counter(path for u in judge.program.units if u.rule for path in paths_read(u.rule.when))

    def outlook(self, judgement: Judgement, asked: Collection[Place]) -> Outlook:
        """Say how far an interview has come and what to ask next; `asked` is not asked again, answered or not.

        The roles of people go first, then what a rule asks for that says to find out first; then, while no rule puts
        forward a verdict, what the rules lack; once one does, what could turn it. A verdict is enough to act on when
        few facts could turn it, or when each of them was asked for; so is finding out first, when what is missing was
        asked for.
        """
        if judgement.settlement.settled:
            return Outlook("settled")
        turns = [question.place for question in self.judge.questions(judgement) if question.turns]
        told = {place for place in asked if judgement.view.state(place).known != "unknown"}
        turning = [place for place in turns if place not in told and not self.facts[place[1]].incident]
        lacking, missing = self._lacking(judgement, asked), self._missing(judgement)
        begun = judgement.decision.verdict == FALLBACK
        order = [*missing, *lacking, *turns] if begun else [*turning, *lacking, *turns]
        roles = [place for place in self._roles(judgement) if place not in asked]
        left = [*roles, *(place for place in dict.fromkeys(order) if place not in asked and place not in roles)]
        if roles:
            enough = False
        elif begun:
            enough = bool(missing) and set(missing) <= set(asked)
        else:
            enough = len(turning) <= ENOUGH or set(turning) <= set(asked)
        return Outlook("enough" if enough else "open", tuple(turning), self.screen(left), tuple(missing))

    def _roles(self, judgement: Judgement) -> list[Place]:
        """Return the roles that nobody knows."""
        return self._unknown(judgement, frozenset({ROLE} & self.facts.keys()))

    def _missing(self, judgement: Judgement) -> list[Place]:
        """Return what the rule asks for that says to find out first, as far as nobody knows it or sources differ."""
        return self._unknown(judgement, judgement.decision.asks_first)

    def _unknown(self, judgement: Judgement, paths: frozenset[str]) -> list[Place]:
        """Return where these facts stand or could stand, and nobody knows them."""
        found = places(judgement.view, self.judge.knowledge, paths)
        return [place for place in found if judgement.view.state(place).known == "unknown"]

    def screen(self, places: Iterable[Place]) -> tuple[Place, ...]:
        """Choose the first place, and those further on that can be asked with it: the same answers about one thing."""
        left = list(places)
        return tuple(place for place in left if place == left[0] or self._alike(left[0], place))[:ROWS]

    def _alike(self, one: Place, other: Place) -> bool:
        """Tell whether two facts go on one screen: one fact of several members, or several of one part of the case."""
        choices = answers(self.facts[one[1]])
        if not choices or choices != answers(self.facts[other[1]]):
            return False
        if one[0] is not None or other[0] is not None:
            return one[1] == other[1]
        return one[1].partition(".")[0] == other[1].partition(".")[0]

    def _lacking(self, judgement: Judgement, asked: Collection[Place]) -> list[Place]:
        """Return what the rules lack that could put forward a verdict ahead of the present one, best first.

        A rule counts for a fact the more the fewer facts it lacks; of one verdict, each further rule counts less. A
        fact is worth less the more it costs to ask.
        """
        near: defaultdict[Place, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        for contender in self._within_reach(judgement):
            hanging = self.trace.hanging([(contender.unit.number, CASE, -1)], judgement.inference, judgement.view)
            for place in hanging.places:
                fact = self.facts[place[1]]
                if place not in asked and fact.type != "text" and not fact.incident:
                    near[place][contender.verdict] += 1 / (len(hanging.places) ** 2 * fact.cost)
        worth = {place: sum(map(sqrt, verdicts.values())) for place, verdicts in near.items()}
        return sorted(worth, key=lambda p: (-worth[p], -self.readers[p[1]], p[1], p[0] or ""))

    def _within_reach(self, judgement: Judgement) -> Iterator[Contender]:
        """Yield what may still go before the winner; to be told to find out first is what an interview begins with."""
        decision = judgement.decision
        for contender in decision.undecided:
            behind = decision.winner is not None and contender.rank > decision.winner.rank
            beaten = contender.beaten_by(judgement.inference.case)
            if contender.verdict != FALLBACK and not behind and not beaten:
                yield contender


def answers(fact: Fact) -> list[Value | None]:
    """Return the answers that can be picked from a list; none for numbers, days and words."""
    picked: list[Value | None] = [True, False] if fact.type == "bool" else list(fact.values)
    return [*picked, None] if picked and fact.absent is not None else picked
