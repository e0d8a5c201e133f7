"""A compiled rule base: three-valued columns, and units that read them, arranged in levels (docs/semantics.md).

A column holds 0 (no), 1 (undecided) or 2 (yes). Engine, shadow and explanations all read this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cached_property
from typing import Literal

from advisor.model import Quantified, Quantifier, Test
from advisor.record import dataclass
from advisor.rule import Rule

NO, UNDECIDED, YES = 0, 1, 2


@dataclass(frozen=True)
class FindingColumn:
    """The value of a finding."""

    name: str


@dataclass(frozen=True)
class QuantifiedColumn:
    """The value of any, every or none over the members' values of a helper column."""

    quantifier: Quantifier
    list: str
    member_column: int


@dataclass(frozen=True)
class HelperColumn:
    """The value of a part of a condition that stands as a unit of its own."""

    number: int


Meaning = Test | FindingColumn | QuantifiedColumn | HelperColumn


@dataclass(frozen=True)
class Column:
    """One column: what it means, and the list whose members have a value of their own in it (or CASE)."""

    number: int
    scope: str
    means: Meaning
    level: int


@dataclass(frozen=True)
class Lit:
    """A column asked for yes (`positive`) or for no."""

    column: int
    positive: bool


Alternative = tuple[Lit, ...]


@dataclass(frozen=True)
class Tree:
    """A condition over columns in negation normal form; `count` asks for `need` of its parts."""

    op: Literal["lit", "all", "either", "count"]
    lit: Lit | None = None
    parts: tuple[Tree, ...] = ()
    need: int = 0


@dataclass(frozen=True)
class Unit:
    """A rule, or a helper, as the engine sees it. `rule` is None for a helper; `writes` is a column."""

    number: int
    name: str
    rule: Rule | None
    scope: str
    level: int
    tree: Tree
    alternatives: tuple[Alternative, ...]
    writes: int | None


@dataclass(frozen=True)
class Program:
    """Everything that inference needs, in plain numbers. Levels count from 1."""

    columns: tuple[Column, ...]
    units: tuple[Unit, ...]
    levels: tuple[tuple[Unit, ...], ...]
    quantified: dict[Quantified, int] = field(compare=False)
    """The columns of the quantifiers as rules write them."""

    @cached_property
    def column_of(self) -> dict[Meaning | Quantified, int]:
        """The number of each column by what it means."""
        found: dict[Meaning | Quantified, int] = {column.means: column.number for column in self.columns}
        found.update(self.quantified.items())
        return found

    @cached_property
    def writers(self) -> dict[int, list[Unit]]:
        """The units that write each column of a finding or helper."""
        found: dict[int, list[Unit]] = {}
        for unit in self.units:
            if unit.writes is not None:
                found.setdefault(unit.writes, []).append(unit)
        return found

    @cached_property
    def makers(self) -> dict[str, list[Unit]]:
        """The rules that conclude each finding."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            if unit.rule and unit.rule.then.finding:
                found.setdefault(unit.rule.then.finding, []).append(unit)
        return found

    @cached_property
    def asking(self) -> tuple[Unit, ...]:
        """The rules that ask for facts."""
        return tuple(unit for unit in self.units if unit.rule and unit.rule.then.ask)

    @cached_property
    def guarding(self) -> tuple[Unit, ...]:
        """The rules that state a legal limit."""
        return tuple(unit for unit in self.units if unit.rule and unit.rule.then.guard)

    @cached_property
    def speaking(self) -> tuple[Unit, ...]:
        """The rules that speak for or against a verdict."""
        return tuple(u for u in self.units if u.rule and (u.rule.then.supports or u.rule.then.opposes))

    @cached_property
    def running(self) -> tuple[Unit, ...]:
        """The units that are run, level by level."""
        return tuple(unit for level in self.levels for unit in level)

    @cached_property
    def used(self) -> frozenset[int]:
        """The columns that these units read or write."""
        read = {lit.column for unit in self.running for alternative in unit.alternatives for lit in alternative}
        return frozenset(read | {unit.writes for unit in self.running if unit.writes is not None})

    def own_columns(self, list_: str) -> list[int]:
        """Return the columns in use in which the members of a list differ."""
        return [c.number for c in self.columns if c.scope == list_ and c.number in self.used]

    def quantified_at(self, level: int) -> list[tuple[int, QuantifiedColumn]]:
        """Return the quantifier columns in use that can be computed once this level has run."""
        at_level = ((c.number, c.means) for c in self.columns if c.level == level and c.number in self.used)
        return [(number, means) for number, means in at_level if isinstance(means, QuantifiedColumn)]

    @cached_property
    def deciding(self) -> Program:
        """The part that bears on verdicts: candidates, what defeats them, and whatever these rest on.

        Units and columns keep their numbers. What is said and done about a verdict is most of a rule base.
        """
        kept = self.below(u.number for u in self.units if u.rule and (u.rule.then.candidate or u.rule.then.defeats))
        levels = tuple(tuple(unit for unit in level if unit.number in kept) for level in self.levels)
        return Program(self.columns, self.units, levels, self.quantified)

    def below(self, units: Iterable[int]) -> set[int]:
        """Return these units and all on which they rest."""
        stack, found = list(units), set[int]()
        while stack:
            number = stack.pop()
            if number not in found:
                found.add(number)
                stack.extend(unit.number for unit in self._below(self.units[number]))
        return found

    def _below(self, unit: Unit) -> Iterator[Unit]:
        """Yield the units on which one rests."""
        for number in {lit.column for alternative in unit.alternatives for lit in alternative}:
            means = self.columns[number].means
            written = means.member_column if isinstance(means, QuantifiedColumn) else number
            yield from self.writers.get(written, ())


def nth_strongest(values: list[int], need: int) -> int:
    """Return the value of `at least need of`: the need-th strongest part decides."""
    return sorted(values, reverse=True)[need - 1]


def tree_value(tree: Tree, row: list[int]) -> int:
    """Evaluate a condition over a row of columns."""
    if tree.lit is not None:
        value = row[tree.lit.column]
        return value if tree.lit.positive else YES - value
    values = [tree_value(part, row) for part in tree.parts]
    if tree.op == "count":
        return nth_strongest(values, tree.need)
    return min(values, default=YES) if tree.op == "all" else max(values, default=NO)
