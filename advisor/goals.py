"""Backward search: sets of changes that would bring conditions to wanted values.

It starts from what would have to hold for another verdict, so it only tries changes that some rule reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from advisor.arbitrate import Contender
from advisor.inference import Inference
from advisor.model import CASE, FALLBACK
from advisor.moves import Goal, Moves
from advisor.program import NO, UNDECIDED, YES, Column, FindingColumn, HelperColumn, QuantifiedColumn, Tree
from advisor.ways import Way

_NEVER: list[Way] = []
_DONE: list[Way] = [frozenset()]


class Goals:
    """Ways of at most `size` changes to bring columns to wanted values, from one inference."""

    def __init__(self, moves: Moves, inference: Inference, size: int) -> None:
        self.moves = moves
        self.ground = moves.ground
        self.program = moves.ground.reasoner.program
        self.inference = inference
        self.size = size
        self._falling: dict[int, list[Way]] = {}
        self._units: dict[Goal, list[Way]] = {}
        self._known: dict[Goal, list[Way]] = {}

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
        return self.moves.reaching(means, (column.number, scope, member, bound, up), self.size)

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
