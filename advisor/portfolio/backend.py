"""The database that judges the columns: DuckDB, embedded, or whatever else Ibis can connect to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot

from advisor.portfolio.plan import RESULT
from advisor.problems import InputError, Location, Problem

DUCKDB = "duckdb://"
SLOW = "partial_aggregate_pushdown"
"""A step of DuckDB's optimizer that costs seconds on a plan of a hundred queries, and gains nothing there."""


class Backend(Protocol):
    """Where a plan runs."""

    dialect: str

    def put(self, name: str, table: pa.Table) -> None:
        """Put a table in, in place of one of that name."""

    def run(self, query: str) -> pa.Table:
        """Return what a query gives."""


class _DuckDB:
    dialect = "duckdb"

    def __init__(self, connection: Any) -> None:
        self.connection = connection.con
        known = [name for (name,) in self.connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()]
        if SLOW in known:
            self.connection.execute(f"SET disabled_optimizers = '{SLOW}'")

    def put(self, name: str, table: pa.Table) -> None:
        """Put a table in; in several pieces, which several threads can take."""
        pieces = table.combine_chunks().to_batches(max_chunksize=8192)
        self.connection.register(name, pa.Table.from_batches(pieces, table.schema))

    def run(self, query: str) -> pa.Table:
        """Return what a query gives."""
        return self.connection.sql(query).to_arrow_table()


class _Other:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.dialect = str(connection.name)

    def put(self, name: str, table: pa.Table) -> None:
        """Put a table in."""
        self.connection.create_table(name, table, temp=True, overwrite=True)

    def run(self, query: str) -> pa.Table:
        """Return what a query gives."""
        return self.connection.to_pyarrow(self.connection.sql(query))


def connect(url: str) -> Backend:
    """Connect to a database by its URL; raise InputError where that cannot be."""
    try:
        connection = ibis.connect(url)
    except Exception as error:
        # Whatever a driver raises: there are a dozen of them, and each has errors of its own.
        message = f"cannot connect to {url}: {str(error).partition(chr(10))[0] or type(error).__name__}"
        raise InputError([Problem(Location("--backend"), "backend-unreachable", message)]) from error
    return _DuckDB(connection) if connection.name == "duckdb" else _Other(connection)


def sql(queries: Mapping[str, ir.Table], dialect: str, last: str = RESULT) -> str:
    """Write a plan as one query in a dialect of SQL."""
    named = {
        sqlglot.to_identifier(name, quoted=True).sql(dialect_of(dialect)): query for name, query in queries.items()
    }
    parts = ",\n".join(
        f"{name} AS (\n{ibis.to_sql(query, dialect=dialect, pretty=False)}\n)" for name, query in named.items()
    )
    final = sqlglot.to_identifier(last, quoted=True).sql(dialect_of(dialect))
    return f"WITH {parts}\nSELECT * FROM {final}"


def dialect_of(backend: str) -> str:
    """Return what sqlglot calls the dialect of a backend."""
    return {"pyspark": "spark"}.get(backend, backend)
