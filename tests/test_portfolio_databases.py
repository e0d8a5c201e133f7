"""The same plan elsewhere: as a backend, and as a script run by hand; by DuckDB always, by others where they are.

Spark needs Java and pyspark; PostgreSQL a server's programs and psycopg: pip install -e '.[databases]'.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from advisor.cli.portfolio import DIALECTS
from advisor.judge import Judge
from advisor.portfolio import screen, script
from advisor.portfolio.backend import POLARS
from advisor.portfolio.layout import Layout
from advisor.portfolio.slice import bearing
from advisor.portfolio.source import Source
from tests.test_portfolio import BAD, ROWS, command, opened, write

Execute = Callable[[str], Any]
Rows = list[dict[str, Any]]

needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None, reason="there is no Spark, or no Java"
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("told") / "deals.jsonl", ROWS)


@pytest.fixture(scope="module")
def expected(shipped_judge: Judge, table: Path) -> Rows:
    """What the command says, by the database that it has by default."""
    return said(shipped_judge, table, POLARS)


@pytest.fixture(scope="module")
def tables(shipped_judge: Judge, table: Path) -> Mapping[str, pa.Table]:
    return cells(shipped_judge, table)


def said(judge: Judge, table: Path, url: str) -> Rows:
    """Return what the columns say on a backend, checked on the engine."""
    found = opened(judge, table, url)
    rows = [row for batch in found.batches(4) for row in batch.drop_columns(["deal", "title"]).to_pylist()]
    found.check()
    assert found.summary.sampled == len(ROWS)
    return rows


def cells(judge: Judge, table: Path) -> dict[str, pa.Table]:
    (batch,) = Source(table, table.name, Layout(judge.knowledge)).batches(100)
    return {"deals": batch.deals, **batch.members}


def declared(text: str) -> dict[str, list[str]]:
    """Return the tables that a script says it reads, with their columns."""
    found = (re.findall(r'["`](.*?)["`]', statement) for statement in created(text))
    return {name: columns for name, *columns in found}


def created(text: str) -> list[str]:
    return _statements(line.removeprefix("-- ") for line in text.splitlines() if line.startswith("--"))


def _statements(lines: Iterable[str]) -> list[str]:
    return "\n".join(lines).rstrip(";").split(";\n")


def run_by_hand(text: str, tables: Mapping[str, pa.Table], execute: Execute) -> Any:
    """Create the tables of a script as its comments say, fill them, and run it; return what its end gives."""
    for statement in created(text):
        execute(statement)
    for name, columns in declared(text).items():
        for row in tables[name.removeprefix("given_")].to_pylist():
            values = ", ".join(_literal(row.get(column, "")) for column in columns)
            execute(f"INSERT INTO {name} VALUES ({values})")
    *others, last = _statements(line for line in text.splitlines() if not line.startswith("--"))
    for statement in others:
        execute(statement)
    return execute(last)


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def in_order(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: row["row"])


def printed(*options: object) -> str:
    result = command("playbook", "sql", *options)
    assert result.exit_code == 0, result.output[:1000]
    return result.output


def by_duckdb(text: str, tables: Mapping[str, pa.Table]) -> Rows:
    with closing(duckdb.connect()) as database:
        found: Rows = run_by_hand(text, tables, database.sql).to_arrow_table().to_pylist()
    return in_order(found)


@pytest.mark.parametrize("like", [True, False])
def test_what_is_printed_gives_what_the_command_does(
    table: Path, tables: Mapping[str, pa.Table], expected: Rows, like: bool
) -> None:
    found = by_duckdb(printed(*(["--like", table] if like else [])), tables)
    assert found == expected
    assert {row["row"]: row["problems"] for row in found if row["problems"]} == BAD


def test_query_by_query_it_gives_the_same(
    table: Path, tables: Mapping[str, pa.Table], expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "STEPS", {**script.STEPS, "duckdb": ""})
    text = printed("--like", table)
    assert text.count("\nCREATE TABLE") > 100
    assert by_duckdb(text, tables) == expected


def test_it_reads_what_the_table_tells_and_nothing_else(table: Path) -> None:
    facts = {column for columns in declared(printed("--like", table)).values() for column in columns if "." in column}
    members = {f"stakeholder.{key}" for row in ROWS for member in row.get("stakeholders", ()) for key in member}
    assert facts == {key for row in ROWS for key in row if "." in key} | members & facts
    assert {"stakeholder.role", "stakeholder.stance"} <= facts


def test_rows_without_a_day_stand_on_the_one_that_is_given(shipped_judge: Judge, tmp_path: Path) -> None:
    table = write(tmp_path / "deals.jsonl", [{"deal": "one"}])
    tables = cells(shipped_judge, table)
    (dated,) = by_duckdb(printed("--like", table, "--as-of", "2026-10-01"), tables)
    (undated,) = by_duckdb(printed("--like", table), tables)
    assert (dated["problems"], undated["problems"]) == ("", "as_of")
    assert dated["verdict"]
    assert not undated["verdict"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_plan_is_written_in_every_dialect(dialect: str, mini_judge: Judge) -> None:
    sheet = bearing(mini_judge.program, mini_judge.arbiter, mini_judge.knowledge)
    columns = screen.all_columns(sheet)
    queries = script.sql(screen.queries(sheet, columns, None), dialect)
    assert "qualify-first" in queries["result"]
    statements = script.script(queries, dialect).rstrip(";\n").split(";\n")
    assert len(statements) == {"duckdb": 1, "postgres": 2}.get(dialect, len(queries) + 1)
    assert statements[-1].endswith("SELECT * FROM " + script.quoted("result", dialect))
    assert script.given(columns, dialect).count("CREATE TABLE") == 1 + len(sheet.knowledge.lists)


def test_another_dialect_is_refused() -> None:
    result = command("playbook", "sql", "--dialect", "postgre")
    assert (result.exit_code, "[unknown-dialect]" in result.output) == (2, True)


@needs_spark
def test_spark_says_what_the_engine_says(shipped_judge: Judge, table: Path, expected: Rows) -> None:
    assert in_order(said(shipped_judge, table, "pyspark://local[2]")) == expected


@needs_spark
def test_what_is_printed_for_spark_runs_there(
    table: Path, tables: Mapping[str, pa.Table], expected: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql import SparkSession

    monkeypatch.chdir(tmp_path)  # where it keeps its tables
    text = printed("--dialect", "spark", "--like", table)
    session = SparkSession.builder.master("local[2]").getOrCreate().newSession()
    try:
        session.sql(f"CREATE DATABASE ours LOCATION '{tmp_path}/ours'")
        session.sql("USE ours")
        found = [row.asDict() for row in run_by_hand(text, tables, session.sql).collect()]
    finally:
        session.stop()
    assert in_order(found) == expected


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server of our own, and give its URL."""
    programs = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *map(Path, filter(None, [shutil.which("initdb")]))]
    if not programs or importlib.util.find_spec("psycopg") is None:
        pytest.skip("there is no PostgreSQL, or no psycopg")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data"
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        _as_somebody_else(programs[0], "-D", data, "-A", "trust", "-U", "advisor")
        control = programs[0].with_name("pg_ctl")
        settings = f"-p {port} -h 127.0.0.1 -k {folder} -F"
        _as_somebody_else(control, "-D", data, "-w", "-l", f"{folder}/log", "-o", settings, "start")
        try:
            yield f"postgres://advisor@127.0.0.1:{port}/postgres"
        finally:
            _as_somebody_else(control, "-D", data, "-w", "-m", "immediate", "stop")


def _as_somebody_else(*command: object) -> None:
    """Run a program of PostgreSQL, which refuses to be run by root."""
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*other, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


def test_postgres_says_what_the_engine_says(shipped_judge: Judge, table: Path, expected: Rows, postgres: str) -> None:
    assert in_order(said(shipped_judge, table, postgres)) == expected


@pytest.mark.parametrize("like", [True, False])
def test_what_is_printed_for_postgres_runs_there(
    table: Path, tables: Mapping[str, pa.Table], expected: Rows, postgres: str, like: bool
) -> None:
    import psycopg
    from psycopg.rows import dict_row

    text = printed("--dialect", "postgres", *(["--like", table] if like else []))
    with psycopg.connect(postgres, row_factory=dict_row) as database:
        found = run_by_hand(text, tables, lambda statement: database.execute(statement.encode())).fetchall()
        database.rollback()
    assert in_order(found) == expected
