"""Polars as the database that judges: yes, no and undecided are two bits a value there, which makes it the fastest.

It has no text of queries; Ibis puts each query to it as it is, over the frames of those before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

Tables = Mapping[str, pa.Table]
Judging = Callable[[Tables], pa.Table]
"""What judges tables that are put in under their names, and returns what the last of some queries gives."""

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Step:
    """A query: the columns of a table that it takes over as they are, what it works out, and tables not read again."""

    name: str
    source: str
    kept: tuple[str, ...]
    worked_out: ir.Table | None
    done: tuple[str, ...]


class Polars:
    """Judges in this process; several batches at once, since Polars leaves the interpreter free meanwhile."""

    dialect = "polars"
    rows = 25_000
    at_once = 2

    def prepare(self, queries: Mapping[str, ir.Table]) -> Judging:
        """Return what judges tables by these queries; each thread that does has a plan of its own."""
        steps, columns = tuple(_steps(queries)), list(queries.values())[-1].columns
        own = threading.local()

        def judged(tables: Tables) -> pa.Table:
            if not hasattr(own, "plan"):
                own.plan = _Plan(steps, columns)
            plan: _Plan = own.plan
            return plan.judged(tables)

        return judged


class _Plan:
    """Queries, translated once each over whatever frames there are when they are run: for one batch at a time.

    Ibis needs as long to translate them as Polars to run them. It is told to hold frames in memory, which they are;
    by its streaming engine, which some releases choose by themselves, small steps take a third longer.
    """

    def __init__(self, steps: tuple[Step, ...], columns: Sequence[str]) -> None:
        self._steps = steps
        self._columns = columns
        self._frames: Frames = {}
        self._translated: dict[str, pl.LazyFrame] = {}

    def judged(self, tables: Tables) -> pa.Table:
        """Return what the last query gives for these tables."""
        frames = self._frames
        try:
            frames.update({name: pl.DataFrame(table) for name, table in tables.items()})
            for step in self._steps:
                frames[step.name] = self._taken(step)
                for name in step.done:
                    del frames[name]
            return _plain(frames[self._steps[-1].name].select(self._columns).to_arrow())
        finally:
            frames.clear()

    def _taken(self, step: Step) -> pl.DataFrame:
        """Take one step; columns that stay as they are are not touched, let alone translated."""
        kept = self._frames[step.source].select(step.kept) if step.kept else None
        if step.worked_out is None:
            assert kept is not None, "a query without columns"
            return kept
        if step.name not in self._translated:
            self._translated[step.name] = self._translate(step.worked_out)
        found = self._translated[step.name].collect(engine="in-memory")
        return found if kept is None else kept.hstack(found)

    def _translate(self, query: ir.Table) -> pl.LazyFrame:
        read = (table.name for table in query.op().find(ops.UnboundTable))
        connection = ibis.polars.connect({name: self._current(name) for name in read})
        translated: pl.LazyFrame = connection.compile(query)
        return translated

    def _current(self, name: str) -> pl.LazyFrame:
        """Return what stands for the frame that has this name when it is read."""
        return pl.defer(lambda: self._frames[name], schema=self._frames[name].schema)


def _plain(table: pa.Table) -> pa.Table:
    """Return a table with texts as other databases give them."""
    texts = (pa.large_string(), pa.string_view())
    plain = [pa.field(field.name, pa.string() if field.type in texts else field.type) for field in table.schema]
    return table.cast(pa.schema(plain))


def _steps(queries: Mapping[str, ir.Table]) -> Iterator[Step]:
    last: dict[str, str] = {}
    for name, query in queries.items():
        last.update(dict.fromkeys((table.name for table in query.op().find(ops.UnboundTable)), name))
    for name, query in queries.items():
        done = tuple(source for source, reader in last.items() if reader == name)
        op = query.op()
        if isinstance(op, ops.Project) and not any(isinstance(value, ops.Unnest) for value in op.values.values()):
            yield Step(name, op.parent.name, *_parted(op), done)
        else:
            yield Step(name, "", (), query, done)


def _parted(op: ops.Project) -> tuple[tuple[str, ...], ir.Table | None]:
    """Part the columns of a projection that stay as they are from those that are worked out."""
    kept = dict.fromkeys(n for n, value in op.values.items() if isinstance(value, ops.Field) and value.name == n)
    others = {name: value for name, value in op.values.items() if name not in kept}
    return tuple(kept), ops.Project(op.parent, others).to_expr() if others else None
