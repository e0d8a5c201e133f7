"""The evaluator that shadows the engine: each level as one generated Python function over variants side by side.

It works from the conditions themselves, not from the alternatives that the engine gets, so that the two
agree only if the lowering is right. It also serves the searches, whose results are confirmed on the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any, Final

from advisor.lowering import Lowered, broken, conditions_of
from advisor.model import CASE
from advisor.parts import Part
from advisor.program import Program, QuantifiedColumn
from advisor.record import dataclass
from advisor.rows import Bits, Variants

WALKS: Final = 16
"""How often the conditions of a part are walked before they are compiled: a command on one case seldom needs more."""


@dataclass(frozen=True)
class Imagined:
    """What the shadow concluded: for each variant the values of all columns, and of the units of case and members."""

    columns: Variants
    case: Bits
    members: dict[str, Bits]

    def certain(self, unit: int) -> int:
        """Return the variants in which a unit is yes, of a rule about members for any of them."""
        found = self.case.certain[unit]
        for name, members in self.members.items():
            if members.certain[unit]:
                found |= self.columns.any_member(members.certain[unit], name)
        return found


class Shadow:
    """Runs a program level by level, like the engine, without recording firings."""

    def __init__(self, program: Program, functions: Functions) -> None:
        self._size = len(program.units)
        handed: dict[str, set[int]] = {}
        self._levels = [_Level(program, number, handed, functions) for number in range(len(program.parts))]

    def run(self, variants: Variants) -> Imagined:
        """Judge all variants; their columns get the values of findings, helpers and quantifiers."""
        case = Bits.none(self._size)
        members = {name: Bits.none(self._size) for name in variants.members}
        for level in self._levels:
            level.run(variants, case, members)
        return Imagined(variants, case, members)


class Functions:
    """The conditions of parts as Python, compiled when there is the first case that needs them."""

    def __init__(self) -> None:
        self._made: dict[int, LevelFunction] = {}

    def of(self, part: Part) -> LevelFunction:
        """Return what gives the units of a part from its columns; one and the same for one part."""
        if id(part) not in self._made:
            self._made[id(part)] = LevelFunction(part)
        return self._made[id(part)]


class _Level:
    """The units of one level, and what is written once they have run."""

    def __init__(self, program: Program, number: int, handed: dict[str, set[int]], functions: Functions) -> None:
        self.parts = [_RunningPart(program, part, handed, functions.of(part)) for part in program.parts[number]]
        self.quantified = program.quantified_at(number + 1)

    def run(self, variants: Variants, case: Bits, members: dict[str, Bits]) -> None:
        for part in self.parts:
            part.run(variants, case if part.scope == CASE else members[part.scope])
        for column, means in self.quantified:
            variants.case.raise_to(column, *_quantified(means, variants))


class LevelFunction:
    """Gives the units of a part from columns, the same columns negated, and the bits of all rows.

    All are pairs: the possible bits above the certain ones. Negation aside, both are worked out alike, so once is
    enough. The first few times the conditions are walked; to compile them takes as long as some ten walks.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        self._walks = WALKS

    @cached_property
    def _conditions(self) -> list[Any]:
        return conditions_of(self._part)

    @cached_property
    def _lowered(self) -> Lowered:
        return Lowered(self._part)

    @cached_property
    def _function(self) -> Callable[..., list[int]]:
        parameters = ", ".join(["every", *self._lowered.parameters])
        # The text holds nothing but the numbers of columns: no word of a rule file reaches it.
        made: Callable[..., list[int]] = eval(f"lambda {parameters}: {self._lowered.text}", {"some": _some})
        return made

    def conclude(self, columns: Bits, every: int) -> list[int]:
        """Return the units of the part."""
        if not self._walks:
            return self.compiled(columns, every)
        self._walks -= 1
        possible, certain, width = columns.possible, columns.certain, every.bit_length()
        both = every << width | every
        yes = {2 * n + 1: possible[n] << width | certain[n] for n in self._part.reads}
        no = {2 * n: both ^ (certain[n] << width | possible[n]) for n in self._part.reads}
        return walked(self._conditions, yes | no, both)

    def compiled(self, columns: Bits, every: int) -> list[int]:
        """Return the units of the part, from its conditions as Python."""
        possible, certain, width = columns.possible, columns.certain, every.bit_length()
        both = every << width | every
        plain = [possible[n] << width | certain[n] for n in self._lowered.columns]
        negated = [both ^ (certain[n] << width | possible[n]) for n in self._lowered.negated]
        return self._function(both, *plain, *negated)


def walked(conditions: Sequence[Any], literals: Mapping[int, int], every: int) -> list[int]:
    """Return the rows in which each of some conditions in short form holds, from those in which literals do."""

    def held(condition: Any) -> int:
        if type(condition) is int:
            return literals[condition]
        operator, need, *parts = condition
        if operator == 0:
            rows = every
            for part in parts:
                rows &= literals[part] if type(part) is int else held(part)
                if not rows:
                    break
            return rows
        found = [held(part) for part in parts]
        if operator == 1:
            return reduce(or_, found, 0)
        if operator != 2 or type(need) is not int:
            raise broken()
        return _some(need, every, *found)

    try:
        return [held(condition) for condition in conditions]
    except (KeyError, TypeError, ValueError) as error:
        raise broken() from error


class _RunningPart:
    """The units of a part, run; those about members get what they read of the case from the case first."""

    def __init__(self, program: Program, part: Part, handed: dict[str, set[int]], function: LevelFunction) -> None:
        self.scope = part.scope
        self._part = part
        self._function = function
        self._from_case: list[int] = []
        if part.scope != CASE:
            known = handed.setdefault(part.scope, set(program.tests.own.get(part.scope, ())))
            self._from_case = [n for n in part.reads if n not in known]
            known.update(self._from_case)

    def run(self, variants: Variants, values: Bits) -> None:
        if self.scope == CASE:
            columns, every = variants.case, variants.full
        elif not variants.counts[self.scope]:
            return
        else:
            columns, every = variants.members[self.scope], variants.all_rows(self.scope)
            for number in self._from_case:
                variants.hand_down(number, self.scope)
        possible, certain, width = values.possible, values.certain, every.bit_length()
        for number, value in zip(self._part.units, self._function.conclude(columns, every), strict=True):
            if value:
                possible[number] = value >> width
                certain[number] = value & every
        for unit, column in self._part.writes.items():
            columns.raise_to(column, possible[unit], certain[unit])


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


def _some(need: int, every: int, *parts: int) -> int:
    """Return the rows in which at least `need` of the parts hold."""
    held = [every] + [0] * need
    for part in parts:
        for number in range(need, 0, -1):
            held[number] |= held[number - 1] & part
    return held[need]
