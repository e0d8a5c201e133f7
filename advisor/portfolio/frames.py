"""Polars as the database that judges: yes, no and undecided are two bits a value there, which makes it the fastest.

It has no text of queries; Ibis puts each query to it as it is, over the frames of those before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

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
    rows = 40_000
    at_once = 2

    def prepare(self, queries: Mapping[str, ir.Table]) -> Judging:
        """Return what judges tables by these queries."""
        return partial(_judged, tuple(_steps(queries)), list(queries.values())[-1].columns)


def _judged(steps: tuple[Step, ...], columns: Sequence[str], tables: Tables) -> pa.Table:
    frames = {name: pl.DataFrame(table) for name, table in tables.items()}
    for step in steps:
        frames[step.name] = _taken(step, frames)
        for name in step.done:
            del frames[name]
    return _plain(frames[steps[-1].name].select(columns).to_arrow())


def _plain(table: pa.Table) -> pa.Table:
    """Return a table with texts as other databases give them."""
    texts = (pa.large_string(), pa.string_view())
    plain = [pa.field(field.name, pa.string() if field.type in texts else field.type) for field in table.schema]
    return table.cast(pa.schema(plain))


def _taken(step: Step, frames: Frames) -> pl.DataFrame:
    """Take one step; columns that stay as they are are not touched, let alone translated."""
    kept = frames[step.source].select(step.kept) if step.kept else None
    if step.worked_out is None:
        assert kept is not None, "a query without columns"
        return kept
    read = (table.name for table in step.worked_out.op().find(ops.UnboundTable))
    connection = ibis.polars.connect({name: frames[name].lazy() for name in read})
    found: pl.DataFrame = connection.compile(step.worked_out).collect()
    return found if kept is None else kept.hstack(found)


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
