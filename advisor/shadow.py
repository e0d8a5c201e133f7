"""The evaluator that shadows the engine: each level as one generated Python function over variants side by side.

It works from the conditions themselves, not from the alternatives that the engine gets, so that the two
agree only if the lowering is right. It also serves the searches, whose results are confirmed on the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from advisor.model import CASE
from advisor.program import Column, Lit, Program, QuantifiedColumn, Tree, Unit
from advisor.record import dataclass
from advisor.rows import Bits, Variants

LevelFunction = Callable[[list[int], list[int], int], list[int]]
"""Gives units from columns, the same columns negated, and the bits of all rows.

All are pairs: the possible bits above the certain ones. Negation aside, both are worked out alike, so once is enough.
"""


@dataclass(frozen=True)
class Imagined:
    """What the shadow concluded: for each variant the values of all columns, and of the units of case and members."""

    columns: Variants
    case: Bits
    members: dict[str, Bits]

    def certain(self, unit: Unit) -> int:
        """Return the variants in which a unit is yes, of a rule about members for any of them."""
        if unit.scope == CASE:
            return self.case.certain[unit.number]
        return self.columns.any_member(self.members[unit.scope].certain[unit.number], unit.scope)


class Shadow:
    """Runs a program level by level, like the engine, without recording firings."""

    def __init__(self, program: Program) -> None:
        self._size = len(program.units)
        handed: dict[str, set[int]] = {}
        self._levels = [_Level(program, number, handed) for number in range(len(program.levels))]

    def run(self, variants: Variants) -> Imagined:
        """Judge all variants; their columns get the values of findings, helpers and quantifiers."""
        case = Bits.none(self._size)
        members = {name: Bits.none(self._size) for name in variants.members}
        for level in self._levels:
            level.run(variants, case, members)
        return Imagined(variants, case, members)


class _Level:
    """The units of one level, and what is written once they have run."""

    def __init__(self, program: Program, number: int, handed: dict[str, set[int]]) -> None:
        units = program.levels[number]
        self.parts = [
            _Part(program, [u for u in units if u.scope == s], handed) for s in sorted({u.scope for u in units})
        ]
        self.quantified = program.quantified_at(number + 1)

    def run(self, variants: Variants, case: Bits, members: dict[str, Bits]) -> None:
        for part in self.parts:
            part.run(variants, case if part.scope == CASE else members[part.scope])
        for column, means in self.quantified:
            variants.case.raise_to(column, *_quantified(means, variants))


class _Part:
    """The units of one level about the case, or about the members of one list."""

    def __init__(self, program: Program, units: list[Unit], handed: dict[str, set[int]]) -> None:
        self.scope = units[0].scope
        self.units = units
        self.numbers = [unit.number for unit in units]
        self.columns = sorted({lit.column for unit in units for lit in _literals(unit.tree) if lit.positive})
        self.negated = sorted({lit.column for unit in units for lit in _literals(unit.tree) if not lit.positive})
        self.writes = [(u.number, u.writes) for u in units if u.writes is not None]
        known = handed.setdefault(self.scope, set())
        self.from_case = sorted(_case_columns(program.columns, units) - known) if self.scope != CASE else []
        known.update(self.from_case)

    @cached_property
    def function(self) -> LevelFunction:
        """The conditions as Python; compiled when there is the first case with such members."""
        return _function(self.units, self.columns, self.negated)

    def run(self, variants: Variants, values: Bits) -> None:
        if self.scope == CASE:
            columns, every = variants.case, variants.full
        elif not variants.counts[self.scope]:
            return
        else:
            columns, every = variants.members[self.scope], variants.all_rows(self.scope)
            for number in self.from_case:
                variants.hand_down(number, self.scope)
        self._conclude(columns, values, every)
        for unit, column in self.writes:
            columns.raise_to(column, values.possible[unit], values.certain[unit])

    def _conclude(self, columns: Bits, values: Bits, every: int) -> None:
        possible, certain, width = columns.possible, columns.certain, every.bit_length()
        both = every << width | every
        plain = [possible[n] << width | certain[n] for n in self.columns]
        negated = [both ^ (certain[n] << width | possible[n]) for n in self.negated]
        possible, certain = values.possible, values.certain
        for number, value in zip(self.numbers, self.function(plain, negated, both), strict=True):
            if value:
                possible[number] = value >> width
                certain[number] = value & every


def _case_columns(columns: tuple[Column, ...], units: Iterable[Unit]) -> set[int]:
    """Return the columns of the case that units about members read."""
    read = {lit.column for unit in units for lit in _literals(unit.tree)}
    return {number for number in read if columns[number].scope == CASE}


def _literals(tree: Tree) -> Iterator[Lit]:
    if tree.lit is not None:
        yield tree.lit
    for part in tree.parts:
        yield from _literals(part)


def _quantified(means: QuantifiedColumn, variants: Variants) -> tuple[int, int]:
    """Combine members' values: over an incomplete list nothing is certain but a hit or a counterexample."""
    list_, full = means.list, variants.full
    bits, complete = variants.members[list_], variants.complete[list_]
    possible, certain = bits.possible[means.member_column], bits.certain[means.member_column]
    if means.quantifier == "every":
        every = variants.all_rows(list_)
        failing, doubtful = every ^ possible, every ^ certain
        certain = full ^ variants.any_member(doubtful, list_) if complete else 0
        return full ^ variants.any_member(failing, list_), certain
    some_possible = variants.any_member(possible, list_) if complete else full
    some_certain = variants.any_member(certain, list_)
    if means.quantifier == "any":
        return some_possible, some_certain
    return full ^ some_certain, full ^ some_possible


def _function(units: list[Unit], columns: list[int], negated: list[int]) -> LevelFunction:
    names = {(number, True): f"c[{place}]" for place, number in enumerate(columns)}
    names.update({(number, False): f"n[{place}]" for place, number in enumerate(negated)})
    text = f"lambda c, n, every: [{', '.join([_expression(unit.tree, names) for unit in units])}]"
    # The text holds nothing but places in lists: no word of a rule file reaches it.
    made: LevelFunction = eval(text, {"some": _some})
    return made


def _expression(tree: Tree, names: Mapping[tuple[int, bool], str]) -> str:
    """Write a condition as Python."""
    if tree.lit is not None:
        return names[tree.lit.column, tree.lit.positive]
    parts = [_expression(part, names) for part in tree.parts]
    if tree.op == "count":
        return f"some({tree.need}, every, {', '.join(parts)})"
    return f"({' & '.join(parts) or 'every'})" if tree.op == "all" else f"({' | '.join(parts) or 0})"


def _some(need: int, every: int, *parts: int) -> int:
    """Return the rows in which at least `need` of the parts hold."""
    held = [every] + [0] * need
    for part in parts:
        for number in range(need, 0, -1):
            held[number] |= held[number - 1] & part
    return held[need]
