"""A plan as a row of named queries, each over the ones before it: what warehouses call common table expressions.

A query is kept as what it takes over and what it adds, and is built once it is known which of its columns are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

How = Literal["left", "inner"]


@dataclass(frozen=True)
class Query:
    """What a query takes over from tables by name, what it adds, and how it is built of what is read of both."""

    taken: dict[str, ir.Table]
    added: dict[str, ir.Value]
    always: tuple[tuple[str, str], ...]
    """What is read whichever columns are kept: the name of a query and of its column."""
    build: Callable[[dict[str, ir.Value], Narrow], ir.Table]


class Narrow:
    """The tables that queries read, with no more columns than are read of them."""

    def __init__(self, wanted: Mapping[str, Mapping[str, None]]) -> None:
        self.wanted = wanted

    def __call__(self, table: ir.Table) -> ir.Table:
        """Return a table without what nobody reads."""
        name, schema = table.get_name(), table.schema()
        return ibis.table({one: schema[one] for one in schema if one in self.wanted[name]}, name=name)


@dataclass
class Stages:
    """Queries by name, in the order in which they are computed."""

    queries: dict[str, Query] = field(default_factory=dict)

    def extend(self, name: str, table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
        """Add a query that gives a table and further columns."""
        return self._project(name, table, columns, table.columns) if columns else table

    def only(self, name: str, table: ir.Table, columns: Mapping[str, ir.Value], keep: Iterable[str] = ()) -> ir.Table:
        """Add a query that gives some columns of a table, and further ones."""
        return self._project(name, table, columns, keep)

    def _project(self, name: str, table: ir.Table, columns: Mapping[str, ir.Value], keep: Iterable[str]) -> ir.Table:
        def build(kept: dict[str, ir.Value], narrow: Narrow) -> ir.Table:
            old, new = table.op(), narrow(table).op()
            values = {one: _moved(value, old, new) for one, value in kept.items()}
            return ops.Project(new, values).to_expr()

        return self._add(name, Query({one: table for one in keep if one not in columns}, dict(columns), (), build))

    def beside(
        self, name: str, left: ir.Table, right: ir.Table, key: str, take: Iterable[str] = (), how: How = "left"
    ) -> ir.Table:
        """Add a query that gives the rows of one table with columns of another, which the first does not have.

        Where that has no such row: null, or with `how` inner no row either.
        """
        take = tuple(take)
        if how == "left" and not take:
            return left
        assert not {*take} & {*left.columns}, "two columns of one name"
        taken = {**dict.fromkeys(left.columns, left), **dict.fromkeys(take, right)}

        def build(kept: dict[str, ir.Value], narrow: Narrow) -> ir.Table:
            a, b = narrow(left), narrow(right)
            return a.join(b, key, how=how).select(list(kept))

        return self._add(name, Query(taken, {}, ((left.get_name(), key), (right.get_name(), key)), build))

    def grouped(self, name: str, table: ir.Table, keys: tuple[str, ...], columns: Mapping[str, ir.Value]) -> ir.Table:
        """Add a query that gives a row for each group of rows."""

        def build(kept: dict[str, ir.Value], narrow: Narrow) -> ir.Table:
            old, new = table.op(), narrow(table).op()
            metrics = {one: _moved(value, old, new) for one, value in kept.items() if one not in keys}
            return ops.Aggregate(new, {key: new.to_expr()[key].op() for key in keys}, metrics).to_expr()

        always = tuple((table.get_name(), key) for key in keys)
        return self._add(name, Query(dict.fromkeys(keys, table), dict(columns), always, build))

    def pruned(self, last: Iterable[str]) -> dict[str, ir.Table]:
        """Return the queries that these need, each with no more columns than are read of it."""
        wanted: dict[str, dict[str, None]] = {}
        for name in last:
            wanted[name] = dict.fromkeys([*self.queries[name].taken, *self.queries[name].added])
        for name, query in reversed(self.queries.items()):
            for source, column in _reads(query, wanted[name]) if name in wanted else ():
                wanted.setdefault(source, {})[column] = None
        narrow, kept = Narrow(wanted), {}
        for name, query in self.queries.items():
            if name in wanted:
                columns = {one: table[one] for one, table in query.taken.items() if one in wanted[name]}
                columns |= {one: value for one, value in query.added.items() if one in wanted[name]}
                kept[name] = query.build(columns, narrow)
        return kept

    def _add(self, name: str, query: Query) -> ir.Table:
        """Name a query (with a number where the name is taken), and return what it gives as a table."""
        number = 1
        while (unique := name if number == 1 else f"{name}_{number}") in self.queries:
            number += 1
        self.queries[unique] = query
        schemas = {id(table): table.schema() for table in query.taken.values()}
        types = {one: schemas[id(table)][one] for one, table in query.taken.items()}
        types |= {one: value.type() for one, value in query.added.items()}
        return ibis.table(types, name=unique)


def _moved(value: ir.Value, old: ops.Relation, new: ops.Relation) -> ops.Value:
    """Return a value read of another table."""
    op = value.op()
    while isinstance(op, ops.Alias):
        op = op.arg
    return ops.Field(new, op.name) if isinstance(op, ops.Field) else op.replace({old: new})


def _reads(query: Query, wanted: Mapping[str, None]) -> Iterator[tuple[str, str]]:
    """Yield every column that the wanted columns are made of, with the name of the query that gives it."""
    yield from query.always
    for one, table in query.taken.items():
        if one in wanted:
            yield table.get_name(), one
    for one, value in query.added.items():
        for read in value.op().find(ops.Field) if one in wanted else ():
            assert isinstance(read.rel, ops.UnboundTable)
            yield read.rel.name, read.name
