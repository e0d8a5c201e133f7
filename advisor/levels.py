"""A program run on the engine: its levels in turn, over the case and over each member."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.engine import Engine
from advisor.inference import Answer, Inference
from advisor.model import CASE
from advisor.program import NO, UNDECIDED, YES, Program
from advisor.rows import Columns


class Levels:
    """The levels of a program, or of the part of it that bears on verdicts."""

    def __init__(self, program: Program) -> None:
        readers = _lists_that_read(program)
        self._size = len(program.units)
        self._plans = [_LevelPlan(program, level, readers) for level in range(len(program.parts))]

    def run(self, engine: Engine, columns: Columns, traced: bool) -> Inference:
        """Infer on the engine from encoded columns, which get the values of findings, helpers and quantifiers.

        Unless it is `traced`, nothing is run but what bears on verdicts, and no firing is recorded.
        """
        case = [NO] * self._size
        members = {name: [[NO] * self._size for _ in rows] for name, rows in columns.members.items()}
        record: list[Answer] = []
        kept = record if traced else None
        for number, plan in enumerate(self._plans):
            if CASE in plan.scopes:
                engine.run(number, CASE, -1, columns.case, case, kept)
            for list_ in plan.lists:
                for index, row in enumerate(columns.members[list_]):
                    engine.run(number, list_, index, row, members[list_][index], kept)
            plan.write(columns, case, members)
        return Inference(columns, case, members, lambda: record)


class _LevelPlan:
    """What happens after the units of one level have run: findings, helpers and quantifiers get their values."""

    def __init__(self, program: Program, level: int, readers: dict[int, tuple[str, ...]]) -> None:
        parts = program.parts[level]
        self.scopes = {part.scope for part in parts}
        self.lists = sorted(self.scopes - {CASE})
        writes = {
            scope: [pair for p in parts if p.scope == scope for pair in p.writes.items()] for scope in self.scopes
        }
        self.case_writes = [(unit, column, readers.get(column, ())) for unit, column in writes.pop(CASE, ())]
        self.member_writes = writes
        self.quantified = [(n, means, readers.get(n, ())) for n, means in program.quantified_at(level + 1)]

    def write(self, columns: Columns, case: list[int], members: dict[str, list[list[int]]]) -> None:
        """Write conclusions into columns: a finding is the strongest of the rules that conclude it."""
        for unit, column, lists in self.case_writes:
            if case[unit] > columns.case[column]:
                columns.put(column, case[unit], lists)
        for list_, writes in self.member_writes.items():
            for row, values in zip(columns.members[list_], members[list_], strict=True):
                for unit, column in writes:
                    if values[unit] > row[column]:  # noqa: PLR1730 -- a board's run comes here millions of times
                        row[column] = values[unit]
        for column, means, lists in self.quantified:
            found = [row[means.member_column] for row in columns.members[means.list]]
            value = quantify(means.quantifier, found, columns.complete[means.list])
            if value != NO:
                columns.put(column, value, lists)


def _lists_that_read(program: Program) -> dict[int, tuple[str, ...]]:
    """Return for each column of the case the lists whose members' rules read it."""
    found: dict[int, set[str]] = {}
    for part in (part for level in program.parts for part in level if part.scope != CASE):
        for number in {literal // 2 for _, _, *literals in part.alternatives for literal in literals}:
            if program.columns[number].scope == CASE:
                found.setdefault(number, set()).add(part.scope)
    return {number: tuple(sorted(lists)) for number, lists in found.items()}


def quantify(quantifier: str, values: Iterable[int], complete: bool) -> int:
    """Combine members' values: over an incomplete list nothing is certain but a hit or a counterexample."""
    found = list(values)
    if quantifier == "every":
        value = min(found, default=YES)
        return value if complete or value == NO else UNDECIDED
    value = max(found, default=NO)
    if not complete and value == NO:
        value = UNDECIDED
    return value if quantifier == "any" else YES - value
