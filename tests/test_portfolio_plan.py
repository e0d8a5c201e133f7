"""The plan over columns says of every deal what the engine says."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import ibis
import pytest

from advisor.arbitrate import Arbiter
from advisor.evidence import View, view_of
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.paths import case_files
from advisor.rulebase import Playbase
from tests.build import compiled
from tests.columns import Row, Table, sheet_of, sql
from tests.strategies import Generator, Shape


def connection() -> Any:
    con = ibis.duckdb.connect()
    con.raw_sql("set disabled_optimizers='partial_aggregate_pushdown'")
    return con


def run(con: Any, table: Table) -> list[Row]:
    """Judge a table in columns."""
    table.put(con)
    queries = table.plan().queries
    return con.con.execute(sql(con, queries, 'SELECT * FROM "result" ORDER BY 1')).to_arrow_table().to_pylist()
