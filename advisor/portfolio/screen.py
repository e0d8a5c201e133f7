"""A table of deals, screened batch by batch: judged in columns, with a sample of rows judged again on the engine."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from heapq import nsmallest
from operator import attrgetter, itemgetter
from random import Random

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from advisor.judge import Judge
from advisor.portfolio.again import SETS, Engine, Judged
from advisor.portfolio.backend import Backend
from advisor.portfolio.cells import Read
from advisor.portfolio.frames import Judging
from advisor.portfolio.layout import DEAL, KEYS, ROW, SHAPE, TITLE, Layout
from advisor.portfolio.plan import PROBLEMS, plan
from advisor.portfolio.rows import read_row
from advisor.portfolio.slice import Slice, bearing
from advisor.portfolio.source import CALLED, Batch, Source
from advisor.portfolio.spelling import visible
from advisor.portfolio.stages import Stages
from advisor.portfolio.textrows import LINE
from advisor.problems import EngineError, InputError, Location, Problem
from advisor.quarantine import Quarantine
from advisor.result import SCHEMA_VERSION, CaseReport, Review, Unreadable
from advisor.review import urgency
from advisor.workers import MEMORY

WORST = 200
"""So many wrong rows are told in full; the others are counted, and named in the result."""
DEALS = "deals"
_LOOKED_AT = 50_000
"""So many rows are looked at together for their columns."""
WRITTEN = (*SETS, PROBLEMS)
"""Columns of the result that hold several names, parted by blanks."""

Columns = dict[str, tuple[str, ...]]
"""The columns of the tables of cells: of the deals, and of each list."""


@dataclass
class Summary:
    """What a run came to: rows by verdict, settled, stopped and wrong, and what the engine says of the sample."""

    rows: int = 0
    wrong: int = 0
    settled: int = 0
    stopped: int = 0
    kept_out: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    settled_of: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    sampled: int = 0
    tried: int = 0
    """Sampled rows that are open in columns, and settled once the engine tries the values that are missing."""
    lost: list[str] = field(default_factory=list)
    """Of rows on which the engine says nothing, since their process did not survive it: why."""


class Screen:
    """Screens one file. `on` is the day of rows that state none; so many rows are sampled, by a seed.

    The rows that need a board most, at most `most`, are kept to be explained.
    """

    def __init__(
        self,
        judge: Judge,
        source: Source,
        backend: Backend,
        on: date | None,
        sample: int = 200,
        seed: int = 0,
        most: int = 0,
        memory: int = MEMORY,
    ) -> None:
        self.judge = judge
        self.source = source
        self.backend = backend
        self.on = on
        self.sheet = bearing(judge.program, judge.arbiter, judge.knowledge)
        self.engine = Engine(judge, self.sheet, source.name, on, memory)
        self.summary = Summary()
        self.exceptions: list[tuple[int, Judged]] = []
        self.most = most
        self._size = sample
        self._drawn: list[tuple[float, Judged]] = []
        self._random = Random(seed)
        self._prepared: tuple[Columns, Judging] | None = None

    @property
    def sample(self) -> list[Judged]:
        """The rows that were drawn, in their order."""
        return sorted((judged for _, judged in self._drawn), key=attrgetter("number"))

    def batches(self, size: int | None = None) -> Iterator[pa.Table]:
        """Yield what the columns say, in the order of the rows, for so many at once, or as many as suit the backend."""
        for batch, result in self._judged(self.source.batches(size or self.backend.rows)):
            self._count(result)
            self._draw(batch, result)
            self._tell(batch, result)
            self._pick(batch, result)
            yield _named(batch, result)

    def _judged(self, batches: Iterator[Batch]) -> Iterator[tuple[Batch, pa.Table]]:
        """Yield batches with what the columns say; while they are looked at, the next ones are read and judged."""
        at_once = self.backend.at_once
        with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(at_once) as judges:
            coming: deque[Future[tuple[Batch, pa.Table]]] = deque()
            reading = reader.submit(next, batches, None)
            while (batch := reading.result()) is not None:
                reading = reader.submit(next, batches, None)
                coming.append(judges.submit(_result, self._judging(batch), batch))
                while len(coming) > at_once:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()

    def _judging(self, batch: Batch) -> Judging:
        """Return what judges a batch; plans are made anew only where columns come up that were empty before."""
        columns = {name: tuple(table.column_names) for name, table in _tables(batch).items()}
        if self._prepared is None or self._prepared[0] != columns:
            self._prepared = columns, self.backend.prepare(queries(self.sheet, columns, self.on))
        return self._prepared[1]

    def _count(self, result: pa.Table) -> None:
        summary = self.summary
        summary.rows += result.num_rows
        for row in result.group_by(["verdict", "settled"]).aggregate([(ROW, "count")]).to_pylist():
            if row["verdict"] is None:
                summary.wrong += row["row_count"]
                continue
            summary.verdicts[row["verdict"]] += row["row_count"]
            if row["settled"]:
                summary.settled += row["row_count"]
                summary.settled_of[row["verdict"]] += row["row_count"]
        summary.stopped += _filled(result, "stopped_by")
        summary.kept_out += _filled(result, "kept_out")

    def _draw(self, batch: Batch, result: pa.Table) -> None:
        """Draw rows such that each of the whole file is as likely as any other: those whose lots are the smallest."""
        most = self._drawn[-1][0] if self._drawn and len(self._drawn) == self._size else 1.0
        lots = [(lot, place) for place in range(result.num_rows) if (lot := self._random.random()) < most]
        drawn: list[tuple[float, int | Judged]] = nsmallest(self._size, [*self._drawn, *lots], key=itemgetter(0))
        self._drawn = [(lot, _row(batch, result, it) if isinstance(it, int) else it) for lot, it in drawn]

    def _tell(self, batch: Batch, result: pa.Table) -> None:
        """Say what is wrong with the first rows of which something is."""
        if len(self.summary.problems) >= WORST:
            return
        for index, wrong in enumerate(result[PROBLEMS].to_pylist()):
            if wrong and len(self.summary.problems) < WORST:
                judged = _row(batch, result, index)
                _, problems = read_row(judged.record, judged.number, self.source.name, self.judge.knowledge, self.on)
                told = map(str, problems) if problems else [self._shape(judged.number, wrong)]
                self.summary.problems.extend(told)

    def _shape(self, number: int, wrong: str) -> str:
        columns = ", ".join(wrong.split())
        at = Location(f"{self.source.name}, row {number}")
        return str(Problem(at, "bad-row", f"this cannot be read: {columns}"))

    def _pick(self, batch: Batch, result: pa.Table) -> None:
        """Keep the rows that need a board most: stopped by a legal limit, closed, with facts kept out, open."""
        if len(self.exceptions) == self.most and (not self.most or self.exceptions[-1][0] == 0):
            return
        closes = {name for name, verdict in self.judge.knowledge.verdicts.items() if verdict.closes}
        columns = (result[name].to_pylist() for name in ("stopped_by", "verdict", "settled", "kept_out", PROBLEMS))
        ranked: list[tuple[int, int]] = []
        for index, (stopped, verdict, settled, kept_out, wrong) in enumerate(zip(*columns, strict=True)):
            if not wrong:
                rank = 0 if stopped else 1 if settled and verdict in closes else 2 if kept_out else 4 if settled else 3
                ranked.append((rank, index))
        picked = [(rank, _row(batch, result, index)) for rank, index in sorted(ranked)[: self.most]]
        both = sorted([*self.exceptions, *picked], key=lambda pair: (pair[0], pair[1].number))
        self.exceptions = both[: self.most]

    def explained(self) -> Review:
        """Return the full reports of the rows that need a board most, from the engine."""
        found = list(self.engine.reports([judged for _, judged in self.exceptions]))
        lost = [one for one in found if isinstance(one, Problem)]
        self._lose(*lost)
        return Review(
            schema_version=SCHEMA_VERSION,
            disclaimer=self.judge.knowledge.disclaimer,
            cases=tuple(sorted((one for one in found if isinstance(one, CaseReport)), key=urgency)),
            accounts=(),
            unreadable=tuple(Unreadable(one.at.file, (str(one),)) for one in lost),
            changes=None,
        )

    def _lose(self, *lost: Problem) -> None:
        self.summary.lost = list(dict.fromkeys([*self.summary.lost, *map(str, lost)]))

    def check(self) -> None:
        """Judge the sample on the engine; raise EngineError, with rows, verdicts and rules, where it disagrees."""
        differing: list[str] = []
        for found in self.engine.differences(self.sample):
            if isinstance(found, Problem):
                self._lose(found)
                continue
            differing += found[0]
            self.summary.sampled += 1
            self.summary.tried += found[1]
        if differing:
            raise EngineError("columns and engine disagree; nothing is written\n" + "\n".join(differing[:20]))


def _tables(batch: Batch) -> dict[str, pa.Table]:
    return {DEALS: batch.deals, **batch.members}


def _result(judging: Judging, batch: Batch) -> tuple[Batch, pa.Table]:
    found = judging({f"given_{name}": table for name, table in _tables(batch).items()}).sort_by(ROW)
    if found.num_rows != batch.deals.num_rows:
        raise EngineError(f"{batch.deals.num_rows} rows were put in and {found.num_rows} came back; nothing is written")
    return batch, found


def queries(sheet: Slice, columns: Columns, on: date | None) -> dict[str, ir.Table]:
    """Return the queries that judge tables of cells with these columns; those of the deals stand under `deals`."""
    stages = Stages()
    members = {name: found for name, found in columns.items() if name != DEALS}
    read = Read(sheet, stages, columns[DEALS], members, on)
    states = {name: table for name, (table, _) in read.members.items()}
    return plan(sheet, stages, read.deals, states, read.wrong).queries


def all_columns(sheet: Slice) -> Columns:
    """Return the columns of tables of cells that bear on a verdict: keys, facts with evidence and origin, and lists."""
    layout, asked = Layout(sheet.knowledge), (*sheet.paths, *Quarantine(sheet.knowledge).paths)
    endings = ("", ".evidence", ".how")
    cells = {path + ending for path in asked for ending in endings}
    found = {DEALS: (ROW, SHAPE, *(c for c in layout.columns if c in cells or c in (*KEYS, *sheet.knowledge.lists)))}
    for name in sheet.knowledge.lists:
        keys = dict.fromkeys(layout.member(name).values())
        found[name] = (ROW, *(key for key in keys if key in cells or "." not in key))
    return found


def told_columns(source: Source) -> Columns:
    """Return the columns of the tables of cells that some row of a file tells; raise InputError where it has no row."""
    found: Columns = {}
    for batch in source.batches(_LOOKED_AT):
        # Batches leave out what was empty so far, so the last one has them all.
        found = {
            name: tuple(column for column in table.column_names if column not in (LINE, CALLED))
            for name, table in _tables(batch).items()
        }
    if not found:
        message = "the table has no row, and which columns are filled says what is to be read"
        raise InputError([Problem(Location(source.name), "table-empty", message)])
    return found


def _row(batch: Batch, result: pa.Table, index: int) -> Judged:
    row = {name: result[name][index].as_py() for name in result.column_names}
    return Judged(row[ROW], batch.record(index), row)


def _named(batch: Batch, result: pa.Table) -> pa.Table:
    """Put the id and the title of each deal in front of what was found."""
    for place, name in enumerate((DEAL, TITLE), start=1):
        if name in batch.deals.column_names:
            result = result.add_column(place, name, visible(batch.deals[name]))
    return result


def _filled(result: pa.Table, name: str) -> int:
    return int(pc.sum(pc.greater(pc.utf8_length(result[name]), 0)).as_py() or 0)
