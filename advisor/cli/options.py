"""Options that commands share, and the small things that every command does."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from advisor import paths
from advisor.load.reader import FIRST_YEAR, LAST_YEAR
from advisor.paths import shipped
from advisor.problems import InputError, Location, Problem, visible
from advisor.render.output import FORMATS, ready

if TYPE_CHECKING:
    from advisor.judge import Judge

F = TypeVar("F", bound=Callable[..., Any])
MEMORY_VARIABLE = "ADVISOR_MEMORY"
"""Says how many megabytes one case may take while it is judged in a worker process."""

lang = click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    envvar="ADVISOR_LANG",
    help="Language of the output.",
)
format_ = click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="Format of the output."
)
rules = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="Folder of house rules that add to, or replace, the shipped ones.",
)
as_of = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge as of this day instead of the case's own (acts after it are left out).",
)
names = click.option("--names", is_flag=True, help="Show people's names beside their posts.")
case = click.argument("case", type=click.Path(path_type=Path))


def common(function: F) -> F:
    """Add the options of every command that judges cases."""
    for option in (names, as_of, rules, format_, lang):
        function = option(function)
    return function


@contextlib.contextmanager
def alone(house: Path | None, format_: str) -> Iterator[Judge]:
    """Open the rule base for a single case; what was concluded about it is certified when the block is left.

    What draws in a format is loaded while the engine may still be at work.
    """
    opened = judge(house, beside=True)
    click.get_current_context().call_on_close(opened.close)  # what runs beside ends while the answer is printed
    with opened.certified():
        yield opened
        ready(format_)


def judge(house: Path | None, beside: bool = False) -> Judge:
    """Open the rule base; for a single case the engine may run `beside`, and nothing is told before it has agreed.

    What is opened is a million small things that stay until the end. The collector of garbage walked through all of
    them again and again, while they were made and while cases were judged, and took as long as the work.
    """
    gc.disable()
    try:
        if beside:
            from advisor.opening import open_beside

            return open_beside(shipped(house))
        from advisor.judge import open_judge

        return open_judge(shipped(house))
    finally:
        gc.freeze()
        gc.enable()


def memory() -> int:
    """Return how many megabytes the judging of one case may take; raise InputError where the user set it wrongly."""
    from advisor.workers import MEMORY

    said = os.environ.get(MEMORY_VARIABLE, "")
    if not said:
        return MEMORY
    if not re.fullmatch("[1-9][0-9]{0,6}", said):
        message = "write how many megabytes one case may take: a whole number from 1 to 9999999"
        raise InputError([Problem(Location(MEMORY_VARIABLE), "bad-limit", message)])
    return int(said)


def case_files(paths_: tuple[Path, ...], what: str = "case file") -> list[Path]:
    """List the case files, or other YAML files, in files and folders; raise InputError where there is none."""
    missing = [
        Problem(Location(str(path)), "file-missing", "there is no such file or folder")
        for path in paths_
        if not os.path.exists(path)
    ]
    if missing:
        raise InputError(missing)
    files = list(paths.case_files(paths_))
    if not files:
        raise InputError([Problem(Location(str(paths_[0])), "no-cases", f"there is no {what} (*.yaml) here")])
    return files


def day(value: datetime | None, option: str = "--as-of") -> date | None:
    """Return the day of an option; raise InputError for one that no case could have."""
    if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
        message = f"the day must lie between {FIRST_YEAR} and {LAST_YEAR}"
        raise InputError([Problem(Location(option), "not-a-date", message)])
    return value.date() if value else None


def _name(name: str | None) -> str:
    return visible(name or "")


class Progress:
    """A progress bar on standard error, shown only on a terminal and once work has taken a second."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.started = time.monotonic()
        self.done = 0
        self._bar: Any = None

    def step(self, path: Path) -> None:
        """Note that the next file begins."""
        self.advance(1, path.name)

    def advance(self, count: int, name: str) -> None:
        """Note that so many more are done."""
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self.started > 1:
            self._bar = click.progressbar(length=self.total, file=sys.stderr, item_show_func=_name)
            self._bar.__enter__()
            self._bar.update(self.done)
        self.done += count
        if self._bar is not None:
            self._bar.update(count, name)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
