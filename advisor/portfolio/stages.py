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
Build = Callable[[dict[str, ir.Value]], ir.Table]


@dataclass(frozen=True)
class Query:
    """The columns of a query by name, and how it is built from those of them that are read."""

    columns: dict[str, ir.Value]
    build: Build
    always: tuple[ir.Value, ...] = ()
    """What is read whichever columns are kept: keys and conditions."""


@dataclass
class Stages:
    """Queries by name, in the order in which they are computed."""

    queries: dict[str, Query] = field(default_factory=dict)

    def extend(self, name: str, table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
        """Add a query that gives a table and further columns."""
        if not columns:
            return table
        old = {one: table[one] for one in table.columns if one not in columns}
        return self._add(name, Query({**old, **columns}, lambda kept: table.select(**kept)))

    def only(self, name: str, table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
        """Add a query that gives these columns of a table."""
        return self._add(name, Query(dict(columns), lambda kept: table.select(**kept)))

    def beside(
        self, name: str, left: ir.Table, right: ir.Table, key: str, take: Iterable[str] = (), how: How = "left"
    ) -> ir.Table:
        """Add a query that gives the rows of one table with columns of another.

        Where that has no such row: null, or with `how` inner no row either.
        """
        columns = {**{one: left[one] for one in left.columns}, **{one: right[one] for one in take}}

        def build(kept: dict[str, ir.Value]) -> ir.Table:
            return left.join(right, left[key] == right[key], how=how).select(**kept)

        return self._add(name, Query(columns, build, (left[key], right[key])))

    def grouped(self, name: str, table: ir.Table, keys: tuple[str, ...], columns: Mapping[str, ir.Value]) -> ir.Table:
        """Add a query that gives a row for each group of rows."""
        by = {key: table[key] for key in keys}

        def build(kept: dict[str, ir.Value]) -> ir.Table:
            return table.group_by(list(keys)).aggregate(**{n: v for n, v in kept.items() if n not in by})

        return self._add(name, Query({**by, **columns}, build, tuple(by.values())))

    def pruned(self, last: Iterable[str]) -> dict[str, ir.Table]:
        """Return the queries that these need, each with no more columns than are read of it."""
        wanted = {name: dict.fromkeys(self.queries[name].columns) for name in last}
        kept: dict[str, ir.Table] = {}
        for name, query in reversed(self.queries.items()):
            if name in wanted:
                columns = {one: value for one, value in query.columns.items() if one in wanted[name]}
                kept[name] = query.build(columns)
                for source, column in _reads((*columns.values(), *query.always)):
                    wanted.setdefault(source, {})[column] = None
        return dict(reversed(kept.items()))

    def _add(self, name: str, query: Query) -> ir.Table:
        """Name a query (with a number where the name is taken), and return what it gives as a table."""
        number = 1
        while (unique := name if number == 1 else f"{name}_{number}") in self.queries:
            number += 1
        self.queries[unique] = query
        return ibis.table({one: value.type() for one, value in query.columns.items()}, name=unique)


def _reads(values: Iterable[ir.Value]) -> Iterator[tuple[str, str]]:
    """Yield every column that values are made of, with the name of the query that gives it."""
    for value in values:
        for one in value.op().find(ops.Field):
            assert isinstance(one.rel, ops.UnboundTable)
            yield one.rel.name, one.name
