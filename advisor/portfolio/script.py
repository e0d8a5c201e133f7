"""A plan as SQL: for a database that judges, or printed for a warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir
import sqlglot
from sqlglot import exp

from advisor.portfolio.layout import ROW

ONCE = ("duckdb", "postgres")
"""Dialects of databases that work out each common table expression once, if they are told to."""
STEPS = {"clickhouse": " ENGINE = Memory", "databricks": "", "spark": " USING parquet", "trino": ""}
"""Dialects of databases that would write out a common table expression wherever it is read, until no memory holds the
plan: there each query becomes a table. Behind its name stands how it is kept."""
UNCOMPILED = "SET jit = off"
"""PostgreSQL would compile every expression of a plan: two minutes for what runs in half a second."""


def sql(queries: Mapping[str, ir.Table], dialect: str) -> dict[str, str]:
    """Write the queries of a plan in a dialect of SQL."""
    backend = {"spark": "pyspark"}.get(dialect, dialect)  # after which Ibis names it
    return {name: ibis.to_sql(query, dialect=backend, pretty=False) for name, query in queries.items()}


def joined(queries: Mapping[str, str], dialect: str) -> str:
    """Write queries as one; it gives what the last of them does."""
    once = "AS MATERIALIZED" if dialect in ONCE else "AS"
    parts = ",\n".join(f"{quoted(name, dialect)} {once} (\n{query}\n)" for name, query in queries.items())
    return f"WITH {parts}\n{_last(queries, dialect)}"


def script(queries: Mapping[str, str], dialect: str) -> str:
    """Write queries as statements, the last of which gives what the last query does."""
    if dialect in STEPS:
        made = (f"CREATE TABLE {quoted(name, dialect)}{STEPS[dialect]} AS\n{query}" for name, query in queries.items())
        return _statements([*made, _last(queries, dialect)])
    return _statements([*([UNCOMPILED] if dialect == "postgres" else []), joined(queries, dialect)])


def given(columns: Mapping[str, Iterable[str]], dialect: str) -> str:
    """Write the statements that create the tables of cells that a plan reads, as comments."""
    made = _statements(_table(f"given_{name}", found, dialect) for name, found in columns.items())
    return "".join(f"-- {line}\n" for line in made.splitlines())


def _table(name: str, columns: Iterable[str], dialect: str) -> str:
    cells = ibis.schema({column: "!int64" if column == ROW else "!string" for column in columns})
    defined = cells.to_sqlglot_column_defs(dialect)
    table = exp.Schema(this=exp.table_(name, quoted=True), expressions=defined)
    return exp.Create(this=table, kind="TABLE").sql(dialect, pretty=True) + STEPS.get(dialect, "")


def _last(queries: Mapping[str, str], dialect: str) -> str:
    return f"SELECT * FROM {quoted(list(queries)[-1], dialect)}"


def _statements(found: Iterable[str]) -> str:
    return "".join(f"{one};\n" for one in found)


def quoted(name: str, dialect: str) -> str:
    """Write the name of a table or column."""
    return sqlglot.to_identifier(name, quoted=True).sql(dialect)
