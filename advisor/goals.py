"""Backward search: sets of changes that would bring conditions to wanted values.

It starts from what would have to hold for another verdict, so it only tries changes that some rule reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product

from advisor.arbitrate import Contender
from advisor.evidence import Place, State, View, doubt, learnt
from advisor.inference import Inference
from advisor.model import CASE, FALLBACK, FactRef, FactTest, KnowledgeTest, Value
from advisor.program import NO, UNDECIDED, YES, Column, FindingColumn, HelperColumn, QuantifiedColumn, Tree
from advisor.ways import Ground, Step, Way

_NEVER: list[Way] = []
_DONE: list[Way] = [frozenset()]


class Goals:
    """Ways of at most `size` changes to bring columns to wanted values, from one inference."""

    def __init__(self, ground: Ground, view: View, inference: Inference, size: int) -> None:
        self.ground = ground
        self.program = ground.reasoner.program
        self.view = view
        self.inference = inference
        self.size = size
        self._falling: dict[int, list[Way]] = {}
        self._units: dict[tuple[int, str, int, int, bool], list[Way]] = {}
        self._known: dict[tuple[int, str, int, int, bool], list[Way]] = {}
        self._changes: dict[Place, list[tuple[Value | None, State]]] = {}

    def ways(self, verdict: str) -> list[Way]:
        """Return ways in which another verdict could win."""
        found: list[Way] = []
        contenders = self.ground.arbiter.contenders
        for contender in contenders:
            if contender.verdict != verdict:
                found.extend(self._win(contender, verdict))
        if verdict != FALLBACK:
            found.extend(self._out(self._certain))
        return self.ground.trim(found, self.size)

    @cached_property
    def _certain(self) -> list[Contender]:
        return [c for c in self.ground.arbiter.contenders if self.inference.case[c.unit.number] == YES]

    def _win(self, contender: Contender, verdict: str) -> list[Way]:
        """The contender is yes, nothing defeats it, and what outranks it for the old verdict falls."""
        return self._product(self._needed(contender, verdict))

    def _needed(self, contender: Contender, verdict: str) -> Iterator[list[Way]]:
        yield self._unit(contender.unit.number, CASE, -1, YES, True)
        for number in contender.defeated_by:
            yield self._unit(number, CASE, -1, UNDECIDED, False)
        better = [c for c in self._certain if c.rank < contender.rank]
        yield self._out([c for c in better if c.verdict == verdict or c.verdict != contender.verdict])

    def _out(self, contenders: list[Contender]) -> list[Way]:
        """Each of these contenders is not yes, or is defeated."""
        return self._product(map(self._falls, contenders))

    def _falls(self, contender: Contender) -> list[Way]:
        number = contender.unit.number
        if number not in self._falling:
            fails = self._unit(number, CASE, -1, UNDECIDED, False)
            self._falling[number] = self._union(
                [fails, *(self._unit(n, CASE, -1, YES, True) for n in contender.defeated_by)]
            )
        return self._falling[number]

    def _union(self, parts: Iterable[list[Way]]) -> list[Way]:
        """One of these goals reached; the parts are trimmed already, and looked at until one needs no change."""
        some: list[list[Way]] = []
        for part in parts:
            if part == _DONE:
                return _DONE
            if part:
                some.append(part)
        if len(some) < 2:
            return some[0] if some else _NEVER
        return self.ground.trim((way for part in some for way in part), self.size)

    def _product(self, parts: Iterable[list[Way]]) -> list[Way]:
        """All of these goals reached; the parts are trimmed already, and looked at until one cannot be reached."""
        if self.size == 1:
            return self._common(parts)
        some: list[list[Way]] = []
        for part in parts:
            if not part:
                return _NEVER
            if part != _DONE:
                some.append(part)
        result = _DONE
        for part in sorted(some, key=len):
            result = part if result is _DONE else self.ground.trim((a | b for a in result for b in part), self.size)
            if not result:
                return _NEVER
        return result

    def _common(self, parts: Iterable[list[Way]]) -> list[Way]:
        """The single changes that reach all of these goals, which are looked at until there is none left."""
        found = _DONE
        for part in parts:
            if part != _DONE:
                found = part if found is _DONE else [way for way in found if way in part]
                if not found:
                    return _NEVER
        return found

    def _unit(self, number: int, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        key = (number, scope, member, bound, up)
        if key not in self._units:
            self._units[key] = self._tree(self.program.units[number].tree, scope, member, bound, up)
        return self._units[key]

    def _tree(self, tree: Tree, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        """Ways to bring a condition to at least (`up`), or at most, a bound."""
        if tree.lit is not None:
            if tree.lit.positive:
                return self._column(tree.lit.column, scope, member, bound, up)
            return self._column(tree.lit.column, scope, member, YES - bound, not up)
        parts = (self._tree(part, scope, member, bound, up) for part in tree.parts)
        if tree.op == "count":
            return self._some(parts, tree.need if up else len(tree.parts) - tree.need + 1)
        return self._product(parts) if (tree.op == "all") is up else self._union(parts)

    def _some(self, parts: Iterable[list[Way]], need: int) -> list[Way]:
        """Ways for `need` of the parts; those that hold already need no change."""
        held = [_DONE, *[_NEVER] * need]
        for part in parts:
            held = [held[0], *(self._union([held[n], self._product([held[n - 1], part])]) for n in range(1, need + 1))]
        return held[need]

    def _column(self, number: int, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        column = self.program.columns[number]
        if column.scope == CASE:
            scope, member = CASE, -1
        row = self.inference.columns.case if scope == CASE else self.inference.columns.members[scope][member]
        if row[number] >= bound if up else row[number] <= bound:
            return _DONE
        key = (number, scope, member, bound, up)
        if key not in self._known:
            self._known[key] = self._reach(column, scope, member, bound, up)
        return self._known[key]

    def _reach(self, column: Column, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        means = column.means
        if isinstance(means, QuantifiedColumn):
            return self._quantified(means, bound, up)
        if isinstance(means, (FindingColumn, HelperColumn)):
            units = self.program.writers(column.number)
            parts = (self._unit(u.number, scope, member, bound, up) for u in units)
            return self._union(parts) if up else self._product(parts)
        return self._test(means, column.number, scope, member, bound, up)

    def _quantified(self, means: QuantifiedColumn, bound: int, up: bool) -> list[Way]:
        if means.quantifier == "none":
            bound, up = YES - bound, not up
        complete = self.inference.columns.complete[means.list]
        strongest = means.quantifier != "every"
        if not complete and (bound == (NO if strongest else YES)) and up is not strongest:
            return _NEVER
        indexes = range(len(self.inference.columns.members[means.list]))
        parts = (self._column(means.member_column, means.list, i, bound, up) for i in indexes)
        return self._union(parts) if up is strongest else self._product(parts)

    def _test(
        self, test: FactTest | KnowledgeTest, number: int, scope: str, member: int, bound: int, up: bool
    ) -> list[Way]:
        ways: list[Way] = []
        places = list(self._places(test, scope, member))
        for place in places:
            for value, state in self._options(place):
                step: Step = (place, value)
                if len(places) == 1:
                    now = self.ground.reasoner.encoder.effect(scope, place[1], state)[number]
                else:
                    now = self._after((step,), number, scope, member)
                if now >= bound if up else now <= bound:
                    ways.append(frozenset((step,)))
        ways.extend(self._pairs(places, number, scope, member, bound, up))
        return self.ground.trim(ways, self.size)

    def _pairs(
        self, places: Sequence[Place], number: int, scope: str, member: int, bound: int, up: bool
    ) -> Iterator[Way]:
        """Both sides of a comparison changed at once: two unknown facts have to be learnt together."""
        if len(places) < 2 or self.size < 2:
            return
        for left, right in product(*(self._options(place) for place in places)):
            steps: tuple[Step, Step] = ((places[0], left[0]), (places[1], right[0]))
            now = self._after(steps, number, scope, member)
            if now >= bound if up else now <= bound:
                yield frozenset(steps)

    def _places(self, test: FactTest | KnowledgeTest, scope: str, member: int) -> Iterator[Place]:
        paths = [test.path]
        if isinstance(test, FactTest) and isinstance(test.operand, FactRef):
            paths.append(test.operand.path)
        for path in paths:
            if "." in path:
                own = self.ground.domain.knowledge.scope_of(path)
                yield (None if own == CASE else self.inference.columns.ids[scope][member], path)

    def _options(self, place: Place) -> list[tuple[Value | None, State]]:
        """Values that the fact could take, as if confirmed; its present one only if confirming changes something.

        A fact that nobody can change can only be learnt, or proven.
        """
        if self.ground.domain.knowledge.facts[place[1]].our_label:
            return []
        if place not in self._changes:
            now = self.view.state(place)
            fixed = now.known != "unknown" and self.ground.domain.knowledge.facts[place[1]].change == "given"
            values = [] if fixed else self._reachable(place, now)
            if now.known != "unknown" and now.value not in values:
                values = [*values, now.value]
            options = [(value, learnt(value)) for value in values]
            self._changes[place] = [(value, state) for value, state in options if state != now]
        return self._changes[place]

    def _reachable(self, place: Place, now: State) -> list[Value | None]:
        """Return the values that a fact could take; what only moves forward does not go back."""
        fact, values = self.ground.domain.knowledge.facts[place[1]], self.ground.domain.values(place, self.view)
        if not fact.one_way or now.known != "value" or now.value is None or doubt(now, fact):
            return values
        reached = fact.rank(now.value)
        return [value for value in values if value is not None and fact.rank(value) >= reached]  # type: ignore[operator]

    def _after(self, steps: tuple[Step, ...], number: int, scope: str, member: int) -> int:
        """Return a test's value once facts have changed."""
        case = self.view.states
        own = self.view.lists[scope][member].states if scope != CASE else {}
        for (of, path), value in steps:
            if of is None:
                case = {**case, path: learnt(value)}
            else:
                own = {**own, path: learnt(value)}
        return self.ground.reasoner.encoder.test(number, case, own)
