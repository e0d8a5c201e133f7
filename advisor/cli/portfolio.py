"""`advisor portfolio`: a whole pipeline at once, in columns."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor import paths
from advisor.cli import options, written
from advisor.problems import Exit, InputError, Location, Problem, nearest
from advisor.render.output import render, show

if TYPE_CHECKING:
    from advisor.judge import Judge
    from advisor.portfolio.screen import Screen
    from advisor.portfolio.source import Source

SAMPLE, MOST = 200, 20
DIALECTS = ("clickhouse", "databricks", "duckdb", "postgres", "spark", "trino")
"""The dialects in which the plan is written; it was run on ClickHouse, DuckDB, PostgreSQL and Spark."""


@click.command("portfolio")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The table of verdicts: .csv, .jsonl or .parquet.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of rows that state none.")
@click.option(
    "--backend",
    default="polars://",
    show_default=True,
    metavar="URL",
    help="The database that judges, as Ibis names it.",
)
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=SAMPLE,
    show_default=True,
    help="So many rows are judged on the engine, too.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other rows.")
@click.option(
    "--explain",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Full reports of the deals that need a board most: .html, .md, .json or .txt.",
)
@click.option("--most", type=click.IntRange(1), default=MOST, show_default=True, help="So many full reports at most.")
@written.overwrite
@options.lang
@options.format_
@options.rules
def portfolio_command(
    file: Path,
    output: Path,
    as_of: datetime | None,
    backend: str,
    sample: int,
    seed: int,
    explain: Path | None,
    most: int,
    overwrite: bool,
    lang: str,
    format_: str,
    rules: Path | None,
) -> int:
    """Screen a table of deals (CSV, JSON Lines, Parquet; one row a deal), and write a verdict for each.

    The rules run as database queries; a random sample of rows is judged again on the engine, and has to agree.

    Example: advisor portfolio pipeline.parquet --output verdicts.parquet --explain exceptions.html
    """
    began = time.monotonic()
    installed()
    from advisor.portfolio.screen import WRITTEN
    from advisor.render.dealtable import check_target, write_table
    from advisor.render.layout.pack import pack_page
    from advisor.render.layout.portfolio import portfolio_page

    written.not_read(output, [file])
    check_target(output, overwrite)
    explained = written.targets([explain] if explain else [], None, overwrite, "--explain", read=[file])
    with closing(options.judge(rules)) as judge:
        screen = _screen(judge, file, backend, options.day(as_of), (sample, seed, most if explain else 0))
        labels = {name: verdict.label.get(lang) for name, verdict in judge.knowledge.verdicts.items()}
        write_table(output, _batches(screen), WRITTEN, labels, overwrite)
        for target in explained:
            review = screen.explained()
            target.write(render(target.format, lang, partial(pack_page, review=review), review))
        summary = screen.summary
        page = partial(portfolio_page, summary=summary, verdicts=judge.knowledge.verdicts)
        show(format_, lang, page, summary)
    for path in (output, *([explain] if explain else [])):
        written.tell(path)
    click.echo(f"took {time.monotonic() - began:.1f} s", err=True)
    return Exit.INPUT if summary.wrong or summary.lost else Exit.OK


def installed() -> None:
    """Raise InputError where the libraries are not installed that only this command needs."""
    if any(importlib.util.find_spec(name) is None for name in ("ibis", "duckdb", "polars", "pyarrow")):
        message = "this command needs more libraries: pip install 'deal-advisor[portfolio]'"
        raise InputError([Problem(Location("command line"), "library-missing", message)])


def _screen(judge: Any, file: Path, url: str, day: Any, numbers: tuple[int, int, int]) -> Screen:
    from advisor.portfolio.backend import connect
    from advisor.portfolio.screen import Screen as Opened

    source = _source(judge, file)
    sample, seed, most = numbers
    return Opened(judge, source, connect(url), day, sample, seed, most, options.memory())


def _source(judge: Judge, file: Path) -> Source:
    from advisor.portfolio.layout import Layout
    from advisor.portfolio.source import Source as Opened

    return Opened(file, paths.display(file), Layout(judge.knowledge))


def _batches(screen: Screen) -> Iterator[Any]:
    """Yield judged batches, with a bar that shows how far it is; at the end, the sample has to agree."""
    progress = options.Progress(screen.source.count())
    try:
        for batch in screen.batches():
            progress.advance(batch.num_rows, "")
            yield batch
        screen.check()
    finally:
        progress.close()


@click.command("sql")
@click.option("--dialect", default="duckdb", show_default=True, help=f"Of {', '.join(DIALECTS)}.")
@click.option(
    "--like",
    type=click.Path(path_type=Path),
    help="A table of deals; only the columns are read that it has, instead of all that bear on a verdict.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of rows that state none.")
@options.rules
def sql_command(dialect: str, like: Path | None, as_of: datetime | None, rules: Path | None) -> None:
    """Print the rules as SQL, for a warehouse: over tables of cells, with a verdict for each row.

    Example: advisor playbook sql --dialect spark --like pipeline.parquet > verdicts.sql
    """
    installed()
    if dialect not in DIALECTS:
        message = (
            f'the plan cannot be written as "{dialect}"{nearest(dialect, DIALECTS)}; allowed: {", ".join(DIALECTS)}'
        )
        raise InputError([Problem(Location("--dialect"), "unknown-dialect", message)])
    from advisor.portfolio.screen import all_columns, queries, told_columns
    from advisor.portfolio.script import given, script, sql
    from advisor.portfolio.slice import bearing

    with closing(options.judge(rules)) as judge:
        sheet = bearing(judge.program, judge.arbiter, judge.knowledge)
        columns = told_columns(_source(judge, like)) if like else all_columns(sheet)
        texts = sql(queries(sheet, columns, options.day(as_of)), dialect)
        click.echo(given(columns, dialect) + script(texts, dialect), nl=False)
