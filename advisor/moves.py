"""What changed facts do to a test: the changes that bring it to a wanted value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from advisor.evidence import Place, State, View, doubt, learnt
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest, Value
from advisor.ways import Ground, Step, Way

Goal = tuple[int, str, int, int, bool]
"""What is wanted of a column or unit: its number, the row (scope and member), and the bound that it is to reach, from
below (True) or from above.
"""


class Moves:
    """The changes that tests of one view react to; searches of every size from that view share what was found."""

    def __init__(self, ground: Ground, view: View) -> None:
        self.ground = ground
        self.view = view
        self._single: dict[Goal, tuple[list[Place], list[Way]]] = {}
        self._values: dict[Place, list[tuple[Value | None, State]]] = {}

    def reaching(self, test: FactTest | KnowledgeTest, goal: Goal, size: int) -> list[Way]:
        """Return sets of at most `size` changes that bring a test to what is wanted of it, cheapest first."""
        if goal not in self._single:
            places = list(self._places(test, goal))
            self._single[goal] = places, self.ground.trim(self._singles(places, goal), 1)
        places, single = self._single[goal]
        if size < 2 or len(places) < 2:
            return single
        return self.ground.trim((*single, *self._pairs(places, goal)), size)

    def _singles(self, places: Sequence[Place], goal: Goal) -> Iterator[Way]:
        number, scope, _, bound, up = goal
        for place in places:
            for value, state in self._options(place):
                step: Step = (place, value)
                if len(places) == 1:
                    now = self.ground.reasoner.encoder.effect(scope, place[1], state)[number]
                else:
                    now = self._after((step,), goal)
                if now >= bound if up else now <= bound:
                    yield frozenset((step,))

    def _pairs(self, places: Sequence[Place], goal: Goal) -> Iterator[Way]:
        """Yield both sides of a comparison changed at once: two unknown facts have to be learnt together."""
        _, _, _, bound, up = goal
        for left, right in product(*(self._options(place) for place in places)):
            steps: tuple[Step, Step] = ((places[0], left[0]), (places[1], right[0]))
            now = self._after(steps, goal)
            if now >= bound if up else now <= bound:
                yield frozenset(steps)

    def _places(self, test: FactTest | KnowledgeTest, goal: Goal) -> Iterator[Place]:
        _, scope, member, _, _ = goal
        paths = [test.path]
        if isinstance(test, FactTest) and isinstance(test.operand, FactRef):
            paths.append(test.operand.path)
        for path in paths:
            if "." in path:
                own = self.ground.domain.knowledge.scope_of(path)
                yield (None if own == CASE else self.view.lists[scope][member].id, path)

    def _options(self, place: Place) -> list[tuple[Value | None, State]]:
        """Return the values that a fact could take, with its state then, as if confirmed.

        Its present value is one only if confirming it changes something. A fact that nobody can change can only be
        learnt, or proven.
        """
        if place not in self._values:
            self._values[place] = self._worked_out(place)
        return self._values[place]

    def _worked_out(self, place: Place) -> list[tuple[Value | None, State]]:
        fact = self.ground.domain.knowledge.facts[place[1]]
        if fact.our_label:
            return []
        now = self.view.state(place)
        fixed = now.known != "unknown" and fact.change == "given"
        values = [] if fixed else self._reachable(place, now)
        if now.known != "unknown" and now.value not in values:
            values = [*values, now.value]
        return [(value, state) for value in values if (state := learnt(value)) != now]

    def _reachable(self, place: Place, now: State) -> list[Value | None]:
        """Return the values that a fact could take; what only moves forward does not go back."""
        fact, values = self.ground.domain.knowledge.facts[place[1]], self.ground.domain.values(place, self.view)
        if not fact.one_way or now.known != "value" or now.value is None or doubt(now, fact):
            return values
        reached = fact.rank(now.value)
        return [value for value in values if value is not None and fact.rank(value) >= reached]  # type: ignore[operator]

    def _after(self, steps: tuple[Step, ...], goal: Goal) -> int:
        """Return a test's value once facts have changed."""
        number, scope, member, _, _ = goal
        case = self.view.states
        own = self.view.lists[scope][member].states if scope != CASE else {}
        for (of, path), value in steps:
            if of is None:
                case = {**case, path: learnt(value)}
            else:
                own = {**own, path: learnt(value)}
        return self.ground.reasoner.encoder.test(number, case, own)
