"""A compiled rule base: three-valued columns, and units that read them, arranged in levels (docs/semantics.md).

A column holds 0 (no), 1 (undecided) or 2 (yes). Engine, shadow and explanations all read this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from functools import cached_property
from typing import Literal

from advisor.model import FactTest, KnowledgeTest, Quantified, Quantifier, Test, paths_read
from advisor.parts import Part, Tests, Uses
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

    columns: Sequence[Column]
    units: Sequence[Unit]
    parts: tuple[tuple[Part, ...], ...]
    """What runs in each level."""
    tests: Tests
    uses: Uses
    quantified: dict[Quantified, int] = field(compare=False)
    """The columns of the quantifiers as rules write them."""

    def column(self, means: Test | FindingColumn | Quantified) -> int:
        """Return the number of the column of a test, a finding or a quantifier as rules write it."""
        if means not in self._numbers:
            self._numbers[means] = self._number(means)
        return self._numbers[means]

    @cached_property
    def _numbers(self) -> dict[Test | FindingColumn | Quantified, int]:
        return {}

    def _number(self, means: Test | FindingColumn | Quantified) -> int:
        if isinstance(means, FindingColumn):
            return self.tests.findings[means.name]
        if isinstance(means, Quantified):
            return self.quantified[means]
        return next(n for n in self.tests.readers.get(means.path, self.tests.lists) if self.columns[n].means == means)

    def writers(self, column: int) -> list[Unit]:
        """Return the units that write the column of a finding or helper."""
        return [self.units[number] for number in self._writers.get(column, ())]

    @cached_property
    def _writers(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, column in sorted(pair for level in self.parts for part in level for pair in part.writes.items()):
            found.setdefault(column, []).append(number)
        return found

    def makers(self, finding: str) -> tuple[Unit, ...]:
        """Return the rules that conclude a finding."""
        return self._numbered(self.uses.makers.get(finding, ()))

    def _numbered(self, numbers: Iterable[int]) -> tuple[Unit, ...]:
        return tuple(self.units[number] for number in numbers)

    @cached_property
    def running(self) -> tuple[Unit, ...]:
        """The units that are run, level by level."""
        return tuple(unit for level in self.levels for unit in level)

    @cached_property
    def levels(self) -> tuple[tuple[Unit, ...], ...]:
        """The units that are run in each level, in the order of their numbers."""
        return tuple(self._numbered(sorted(n for part in level for n in part.units)) for level in self.parts)

    @cached_property
    def used(self) -> frozenset[int]:
        """The columns that these units read or write."""
        return frozenset(n for level in self.parts for part in level for n in (*part.reads, *part.writes.values()))

    def own_columns(self, list_: str) -> list[int]:
        """Return the columns in use in which the members of a list differ."""
        return [number for number in self.tests.own.get(list_, ()) if number in self.used]

    def quantified_at(self, level: int) -> list[tuple[int, QuantifiedColumn]]:
        """Return the quantifier columns in use that can be computed once this level has run."""
        return self._quantified.get(level, [])

    @cached_property
    def _quantified(self) -> dict[int, list[tuple[int, QuantifiedColumn]]]:
        found: dict[int, list[tuple[int, QuantifiedColumn]]] = {}
        for column in (self.columns[number] for number in self.tests.quantified if number in self.used):
            if isinstance(column.means, QuantifiedColumn):
                found.setdefault(column.level, []).append((column.number, column.means))
        return found

    @cached_property
    def deciding(self) -> Program:
        """The part that bears on verdicts: candidates, what defeats them, and whatever these rest on.

        Units and columns keep their numbers. What is said and done about a verdict is most of a rule base. Quantifiers
        as rules write them, and which rules do what, are asked of the whole.
        """
        parts = tuple(tuple(part for part in level if part.decides) for level in self.parts)
        return Program(self.columns, self.units, parts, self.tests, Uses(), {})

    def below(self, units: Iterable[int]) -> set[int]:
        """Return these units and all on which they rest."""
        stack, found = list(units), set[int]()
        while stack:
            number = stack.pop()
            if number not in found:
                found.add(number)
                stack.extend(unit.number for unit in self._below(self.units[number]))
        return found

    def paths_below(self, units: Iterable[int]) -> frozenset[str]:
        """Return the paths of all facts that these units read, through findings and quantifiers."""
        alternatives = (alternative for n in self.below(units) for alternative in self.units[n].alternatives)
        read = {lit.column for alternative in alternatives for lit in alternative}
        tests = (self.columns[number].means for number in read)
        paths = {p for test in tests if isinstance(test, (FactTest, KnowledgeTest)) for p in paths_read(test)}
        return frozenset(path for path in paths if "." in path)

    def _below(self, unit: Unit) -> Iterator[Unit]:
        """Yield the units on which one rests."""
        for number in {lit.column for alternative in unit.alternatives for lit in alternative}:
            means = self.columns[number].means
            written = means.member_column if isinstance(means, QuantifiedColumn) else number
            yield from self.writers(written)


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
