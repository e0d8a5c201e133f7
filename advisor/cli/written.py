"""Results that are printed, or written to files, each in its format."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from advisor.problems import InputError, Location, Problem, visible
from advisor.record import dataclass
from advisor.render.output import FORMATS, SUFFIXES, Document, Layout, may_replace, put, show, write_output

format_ = click.option("--format", "format_", type=click.Choice(FORMATS), help="Format of the output.  [default: text]")
outputs = click.option(
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file (.txt, .md, .html, .json say the format) as well; with --format, instead of printing.",
)
overwrite = click.option(
    "--overwrite", is_flag=True, help="Replace files that are there, also those that the advisor did not write."
)


@dataclass(frozen=True)
class Target:
    """A file to be written, its format, and whether whatever it holds may be replaced."""

    path: Path
    format: str
    overwrite: bool

    def write(self, document: Document) -> None:
        """Write the document; raise InputError if it cannot be, or must not."""
        write_output(self.path, self.format, document, self.overwrite)


def targets(
    paths: Iterable[Path],
    format_: str | None,
    overwrite: bool,
    option: str = "--output",
    read: Iterable[Path] = (),
) -> list[Target]:
    """Return each file with its format; raise InputError where its ending says none, or what it holds must stay.

    What the command itself has `read` always must. It is asked before the work is done, and asked again when the file
    is written.
    """
    found: list[Target] = []
    problems: list[Problem] = []
    for path in paths:
        kind = format_ or SUFFIXES.get(path.suffix)
        if kind is None:
            message = f"the ending of {path.name} says no format; use {', '.join(SUFFIXES)} or give --format"
            problems.append(Problem(Location(option), "unknown-format", message))
            continue
        found.append(Target(path, kind, overwrite))
        try:
            not_read(path, read, option)
            may_replace(path, overwrite)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def not_read(path: Path, read: Iterable[Path], option: str = "--output") -> None:
    """Raise InputError if an output is a file that the command reads, under whatever name."""
    for source in read:
        with contextlib.suppress(OSError):
            if os.path.samefile(path, source):
                message = f"{path.name} is what the command reads; name another file"
                raise InputError([Problem(Location(option), "output-is-input", message)])


def drawn(chosen: list[Target], format_: str | None) -> frozenset[str]:
    """Return the formats in which a document is printed or written; beside files, a screen shows a table alone."""
    printed = [] if chosen else [format_ or "text"]
    return frozenset([*(target.format for target in chosen), *printed])


def emit(screen: Layout, text: Callable[[str], Document], chosen: list[Target], format_: str | None, lang: str) -> None:
    """Print in the format that was asked for, and write each file in its own.

    `screen` lays out what a terminal shows; `text` returns the document in a format.
    """
    if not (chosen and format_):
        if format_ in (None, "text"):
            show("text", lang, screen, None)
        else:
            put(text(format_))
    for target in chosen:
        target.write(text(target.format))
    for target in chosen:
        tell(target.path)


def tell(path: Path) -> None:
    """Say on standard error that a file was written, whatever it is called."""
    click.echo(visible(f"written: {path}"), err=True)
