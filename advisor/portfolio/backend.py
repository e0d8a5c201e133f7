"""The database that judges the columns: Polars, in this process, or whatever else Ibis can connect to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from advisor.portfolio.frames import Judging, Polars, Tables
from advisor.portfolio.script import UNCOMPILED, joined, quoted, sql
from advisor.problems import InputError, Location, Problem

POLARS, DUCKDB = "polars://", "duckdb://"
SLOW = "partial_aggregate_pushdown"
"""A step of DuckDB's optimizer that costs seconds on a plan of a hundred queries, and gains nothing there."""

_FOUND = "given_back"
"""The table from which the result of a batch is fetched."""


class Backend(Protocol):
    """Where a plan runs. `rows` are to be put in at once, and so many batches `at_once`."""

    dialect: str
    rows: int
    at_once: int

    def prepare(self, queries: Mapping[str, ir.Table]) -> Judging:
        """Return what judges tables by these queries, each of which reads the tables and those before it."""


class _DuckDB:
    dialect = "duckdb"
    rows = 25_000
    at_once = 1

    def __init__(self, connection: Any) -> None:
        self.connection = connection.con
        known = [name for (name,) in self.connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()]
        if SLOW in known:
            self.connection.execute(f"SET disabled_optimizers = '{SLOW}'")

    def prepare(self, queries: Mapping[str, ir.Table]) -> Judging:
        """Return what judges by one text of all queries."""
        text = joined(sql(queries, self.dialect), self.dialect)

        def judged(tables: Tables) -> pa.Table:
            for name, table in tables.items():
                # In several pieces, which several threads can take.
                pieces = table.combine_chunks().to_batches(max_chunksize=8192)
                self.connection.register(name, pa.Table.from_batches(pieces, table.schema))
            return self.connection.sql(text).to_arrow_table()

        return judged


class _Other:
    rows = 25_000
    at_once = 1

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.dialect = str(connection.name)
        self._ours: set[str] = set()
        if self.dialect == "postgres":
            self._run(UNCOMPILED)

    def prepare(self, queries: Mapping[str, ir.Table]) -> Judging:
        """Return what judges by one text of all queries."""
        text = joined(sql(queries, self.dialect), self.dialect)
        # As a table: what Ibis would make of a text, to know its columns, PostgreSQL does not plan within 20 GB.
        made = f"CREATE TEMPORARY TABLE {quoted(_FOUND, self.dialect)} AS {text}"

        def judged(tables: Tables) -> pa.Table:
            for name, table in tables.items():
                self._clear(name)
                self.connection.create_table(name, table, temp=True)
            self._clear(_FOUND)
            self._run(made)
            return self.connection.to_pyarrow(self.connection.table(_FOUND))

        return judged

    def _clear(self, name: str) -> None:
        """Drop what the batch before has put in, and nothing that is not ours."""
        if name in self._ours:
            self._run(f"DROP TABLE {quoted(name, self.dialect)}")
        self._ours.add(name)

    def _run(self, statement: str) -> None:
        self.connection.raw_sql(statement).close()


class _Spark:
    """Spark writes out common table expressions wherever they are read, until no memory holds the plan.

    So each query is worked out before the next one. There are no temporary tables; a view does for one.
    """

    dialect = "spark"
    rows = 25_000
    at_once = 1

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def prepare(self, queries: Mapping[str, ir.Table]) -> Judging:
        """Return what judges by one query after the other."""
        texts = sql(queries, self.dialect)

        def judged(tables: Tables) -> pa.Table:
            for name, table in tables.items():
                self.connection.create_view(name, ibis.memtable(table), overwrite=True)
            for name, query in texts.items():
                found = self.connection.raw_sql(query).localCheckpoint()
                found.createOrReplaceTempView(name)
            return self.connection.to_pyarrow(self.connection.table(name))

        return judged


def connect(url: str) -> Backend:
    """Connect to a database by its URL; raise InputError where that cannot be."""
    if url == POLARS:
        return Polars()
    try:
        connection = ibis.connect(_spelled(url))
    except Exception as error:
        # Whatever a driver raises: there are a dozen of them, and each has errors of its own.
        message = f"cannot connect to {url}: {str(error).partition(chr(10))[0] or type(error).__name__}"
        raise InputError([Problem(Location("--backend"), "backend-unreachable", message)]) from error
    kinds: dict[str, type[_DuckDB] | type[_Spark]] = {"duckdb": _DuckDB, "pyspark": _Spark}
    return kinds.get(connection.name, _Other)(connection)


def _spelled(url: str) -> str:
    """Spell out `pyspark://local[2]`: Ibis takes the master of Spark as an option only."""
    scheme, _, master = url.partition("://")
    plain = scheme == "pyspark" and master and "?" not in master
    return f"pyspark://?spark.master={quote(master)}" if plain else url
