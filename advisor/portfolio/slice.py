"""The part of a program that bears on verdicts and on legal limits that stop a deal, and what it reads of a deal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from advisor.arbitrate import Arbiter
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest, Test, paths_read
from advisor.program import Column, FindingColumn, HelperColumn, Lit, Program, QuantifiedColumn, Tree, Unit
from advisor.rule import STOPPING
from advisor.rulebase import Knowledge


@dataclass(frozen=True)
class Slice:
    """Units and columns of a program, pruned; `stops` are the rules that stop a deal when they are yes."""

    program: Program
    knowledge: Knowledge
    arbiter: Arbiter
    units: tuple[Unit, ...]
    columns: tuple[Column, ...]
    stops: tuple[Unit, ...]

    @cached_property
    def tests(self) -> tuple[tuple[Column, Test], ...]:
        """The columns that test facts or lists."""
        return tuple((c, c.means) for c in self.columns if isinstance(c.means, (FactTest, KnowledgeTest)))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of all facts that are tested, sorted."""
        return tuple(sorted({path for _, test in self.tests for path in paths_read(test) if "." in path}))

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The lists whose members are looked at, in the order of their declaration."""
        asked = {c.means.list for c in self.columns if isinstance(c.means, QuantifiedColumn)}
        asked |= {u.scope for u in self.units if u.scope != CASE}
        return tuple(name for name in self.knowledge.lists if name in asked)

    def asked(self, path: str) -> frozenset[str]:
        """Return what is asked of a fact beside its value: `stale`, `contradicted`, `evidence`."""
        return frozenset(t.ask for _, t in self.tests if isinstance(t, KnowledgeTest) and t.path == path) - {
            "known",
            "unknown",
        }

    def of_members(self) -> Slice:
        """Return what is needed to judge members: their units, and what those read of the deal."""
        asked = {c.number for c in self.columns if isinstance(c.means, QuantifiedColumn)}
        units, columns = below(self.program, {u.number for u in self.units if u.scope != CASE})
        return replace(
            self,
            units=tuple(u for u in self.units if u.number in units),
            columns=tuple(c for c in self.columns if c.number in columns | asked or c.scope != CASE),
        )

    def writers(self, column: int) -> list[Unit]:
        """Return the units that write the column of a finding or helper."""
        return self.program.writers(column)


def bearing(program: Program, arbiter: Arbiter, knowledge: Knowledge) -> Slice:
    """Return what bears on the verdict, and on whether a legal limit stops the deal."""
    stops = tuple(u for u in program.units if u.rule and u.rule.then.guard and u.rule.then.guard.level in STOPPING)
    contest = (number for c in arbiter.contenders for number in (c.unit.number, *c.defeated_by))
    units, columns = below(program, {*contest, *(u.number for u in stops)})
    return Slice(
        program=program,
        knowledge=knowledge,
        arbiter=arbiter,
        units=tuple(u for u in program.units if u.number in units),
        columns=tuple(c for c in program.columns if c.number in columns),
        stops=stops,
    )


def literals(tree: Tree) -> Iterator[Lit]:
    """Yield every literal of a condition."""
    if tree.lit is not None:
        yield tree.lit
    for part in tree.parts:
        yield from literals(part)


def references(test: Test) -> tuple[str, ...]:
    """Return the paths of the facts that a test reads, its own first."""
    if isinstance(test, FactTest) and isinstance(test.operand, FactRef):
        return test.path, test.operand.path
    return (test.path,)


def below(program: Program, start: Iterable[int]) -> tuple[set[int], set[int]]:
    """Return these units, all units below them, and the columns that they read."""
    units: set[int] = set()
    columns: set[int] = set()
    stack = list(start)
    while stack:
        number = stack.pop()
        if number in units:
            continue
        units.add(number)
        for column in {lit.column for lit in literals(program.units[number].tree)}:
            means = program.columns[column].means
            written = means.member_column if isinstance(means, QuantifiedColumn) else column
            columns |= {column, written}
            if isinstance(means, (QuantifiedColumn, FindingColumn, HelperColumn)):
                stack.extend(u.number for u in program.writers(written))
    return units, columns
