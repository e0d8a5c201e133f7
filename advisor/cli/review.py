"""`advisor review` and `advisor gate`: many cases at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import options, written
from advisor.problems import Exit, InputError, Location, Problem, nearest

if TYPE_CHECKING:
    from advisor.judge import Judge
    from advisor.load.previous import PreviousCase
    from advisor.result import Overview

# What judges and draws is loaded when the engine, if it is beside, has begun to get ready.


@click.command("review")
@click.argument("paths_", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@written.format_
@written.outputs
@written.overwrite
@click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An earlier review as JSON: say what has changed, and the facts that did it.",
)
@click.option(
    "--seat", metavar="competitor:ID", help="Play one deal from the chair of a rival: its best move, and our answer."
)
@options.lang
@options.rules
@options.as_of
@options.names
def review_command(
    paths_: tuple[Path, ...],
    format_: str | None,
    outputs: tuple[Path, ...],
    overwrite: bool,
    since: Path | None,
    seat: str | None,
    lang: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> int:
    """Review all cases in files or folders, for a deal-review board.

    Example: advisor review cases/ --lang zh --output pack.html --output pack.json
    """
    files = options.case_files(paths_)
    chosen = written.targets(outputs, format_, overwrite, read=files)
    if seat is not None and (since or names):
        raise click.UsageError("--seat goes neither with --since nor with --names")
    judge = options.judge(rules, beside=seat is None and len(files) == 1)
    if seat is not None:
        from advisor.cli.chair import play

        with closing(judge):
            layout, document = play(judge, files, seat, rules, options.day(as_of))
        written.emit(layout, partial(document, lang=lang), chosen, format_, lang)
        return Exit.OK
    from advisor.cli.judging import Manner, reviewed
    from advisor.render.board import board
    from advisor.render.layout.review import overview, review_page

    click.get_current_context().call_on_close(judge.close)  # what runs beside ends while the answer is printed
    before = _previous(judge, since) if since else None
    formats = written.drawn(chosen, format_)
    result, pieces = reviewed(judge, files, Manner(options.day(as_of), names, before, formats, lang))
    screen = partial(overview if chosen else review_page, review=result)
    written.emit(screen, partial(board, lang=lang, review=result, pieces=pieces), chosen, format_, lang)
    return Exit.INPUT if result.unreadable else Exit.OK


def _previous(judge: Judge, since: Path) -> Mapping[str, PreviousCase]:
    from advisor.load.previous import load_previous

    return load_previous(since, judge.knowledge)


@click.command("gate")
@click.argument("paths_", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--fail-on", default="", metavar="VERDICT,...", help="Verdicts that do not pass, separated by commas.")
@options.common
def gate_command(
    paths_: tuple[Path, ...],
    fail_on: str,
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> int:
    """Review cases and answer by exit code, for a pipeline.

    \b
    0 passes          1 a verdict named by --fail-on
    2 unreadable      3 a verdict is still open
    4 a legal block   (the most serious one counts: 2, 4, 1, 3)

    Example: advisor gate cases/ --fail-on withdraw,qualify-first
    """
    judge = options.judge(rules)
    from advisor.cli.judging import Manner, reviewed
    from advisor.render.board import board
    from advisor.render.layout.review import review_page

    failing = {name.strip() for name in fail_on.split(",") if name.strip()}
    unknown = [
        Problem(
            Location("--fail-on"),
            "unknown-verdict",
            f'unknown verdict "{name}"{nearest(name, judge.knowledge.verdicts)}',
        )
        for name in failing - set(judge.knowledge.verdicts)
    ]
    if unknown:
        raise InputError(unknown)
    manner = Manner(options.day(as_of), names, None, written.drawn([], format_), lang)
    files = options.case_files(paths_)
    with closing(judge):
        result, pieces = reviewed(judge, files, manner)
    screen = partial(review_page, review=result)
    written.emit(screen, partial(board, lang=lang, review=result, pieces=pieces), [], format_, lang)
    return gate_code(result, failing)


def gate_code(result: Overview, failing: set[str]) -> Exit:
    """Return the exit code of a gate: unreadable input, then a legal block, a failing verdict, an open one."""
    if result.unreadable:
        return Exit.INPUT
    if any(case.blocked for case in result.cases):
        return Exit.COMPLIANCE
    if any(case.verdict.id in failing for case in result.cases):
        return Exit.VERDICT
    return Exit.OK if all(case.settled for case in result.cases) else Exit.OPEN
