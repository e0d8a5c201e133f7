"""Rows judged again on the engine, in processes of their own: a row that its process does not survive costs itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from advisor.case import Case
from advisor.cores import cores
from advisor.evidence import View, view_of
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.portfolio.plan import PROBLEMS
from advisor.portfolio.rows import Record, read_row
from advisor.portfolio.slice import Slice
from advisor.portfolio.source import NO_CELLS
from advisor.problems import Location, Problem
from advisor.program import YES
from advisor.result import CaseReport
from advisor.workers import MEMORY, GaveUp, work

SETS = ("possible", "decided_by", "hangs_on", "stopped_by", "kept_out")
"""What the columns say in several names, parted by blanks."""
ORDERED = ("decided_by",)

R = TypeVar("R")
Row = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A row with its cells and what the columns say of it."""

    number: int
    record: Record
    result: Row


class Engine:
    """Judges rows of one file on the engine, of which each may take so many megabytes."""

    def __init__(self, judge: Judge, sheet: Slice, name: str, on: date | None, memory: int = MEMORY) -> None:
        self.judge = judge
        self.sheet = sheet
        self.name = name
        self.on = on
        self.memory = memory

    def differences(self, rows: Sequence[Judged]) -> Iterator[tuple[list[str], bool] | Problem]:
        """Yield of each row where the columns disagree, and if trying values would settle it; or why it was lost."""
        return self._each(self._differences, rows)

    def reports(self, rows: Sequence[Judged]) -> Iterator[CaseReport | Problem | None]:
        """Yield the full report of each row, None where it is no case; or why it was lost."""
        return self._each(self._report, rows)

    def _each(self, function: Callable[[Judged], R], rows: Sequence[Judged]) -> Iterator[R | Problem]:
        """Yield what comes of each row, in their order."""
        numbers = range(len(rows))
        found = dict(work(lambda number: function(rows[number]), numbers, cores(), memory=self.memory))
        for row, outcome in ((rows[number], found[number]) for number in numbers):
            if isinstance(outcome, GaveUp):
                message = f"the engine says nothing on this row: {outcome.reason} while it was judged"
                yield Problem(Location(f"{self.name}, row {row.number}"), "row-lost", message)
            else:
                yield outcome

    def _case(self, judged: Judged) -> Case | None:
        """Return a row as a case, as of its day; None if it is none."""
        case, _ = read_row(judged.record, judged.number, self.name, self.judge.knowledge, self.on)
        return case.at_date(case.as_of) if case is not None else None

    def _report(self, judged: Judged) -> CaseReport | None:
        case = self._case(judged)
        return report(self.judge, self.judge.judge(case)) if case is not None else None

    def _differences(self, judged: Judged) -> tuple[list[str], bool]:
        case, result, where = self._case(judged), judged.result, f"row {judged.number}"
        wrong = result[PROBLEMS] or ""
        if NO_CELLS.isdisjoint(wrong.split()) and (case is None) is not bool(wrong):
            return [f"{where}: wrong in columns: {wrong or 'nothing'}; read as a case: {case is not None}"], False
        if case is None or wrong:
            return [], False
        expected, tried = on_engine(self.judge, self.sheet, case, view_of(case, self.judge.knowledge))
        told = {n: result[n].split() if n in SETS else result[n] for n in ("verdict", "settled", *SETS)}
        plain = {name: value if name in ORDERED or name not in SETS else sorted(value) for name, value in told.items()}
        other = [name for name, value in expected.items() if plain[name] != value]
        return [f"{where}: {name}: columns {plain[name]}, engine {expected[name]}" for name in other], tried


def on_engine(judge: Judge, sheet: Slice, case: Case, view: View) -> tuple[Row, bool]:
    """Judge a view on the engine, as far as columns can: without trying values; and say if these would settle it."""
    told = judge.reasoner.quarantine.spare(view)
    inference = judge.reasoner.infer(told, case.id)
    decision = judge.arbiter.decide(inference.case)
    settlement = judge.settlement(case, told, decision, trying=False)
    kept_out = judge.reasoner.quarantine.apply(told).quarantined
    row = {
        "verdict": decision.verdict,
        "settled": settlement.settled,
        "possible": sorted(settlement.possible),
        "decided_by": [c.unit.name for c in decision.standing if c.verdict == decision.verdict],
        "hangs_on": sorted({path for _, path in settlement.places} | set(settlement.lists)),
        "stopped_by": sorted(unit.name for unit in sheet.stops if inference.value(unit) == YES),
        "kept_out": sorted({path for _, path in kept_out}),
    }
    return row, not settlement.settled and judge.settlement(case, told, decision).settled
