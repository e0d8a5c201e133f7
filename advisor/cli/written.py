"""Results that are printed, or written to files, each in its format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from advisor.problems import InputError, Location, Problem
from advisor.render.output import FORMATS, SUFFIXES, Layout, put, show, write_file

format_ = click.option("--format", "format_", type=click.Choice(FORMATS), help="Format of the output.  [default: text]")
outputs = click.option(
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file (.txt, .md, .html, .json say the format) as well; with --format, instead of printing.",
)


def formats(paths: tuple[Path, ...], format_: str | None) -> list[tuple[Path, str]]:
    """Return each file with its format; raise InputError where its ending says none."""
    return [(path, _format_of(path, format_)) for path in paths]


def _format_of(path: Path, format_: str | None) -> str:
    """Return the format in which to write a file: as asked, or as its ending says; raise InputError if it says none."""
    found = format_ or SUFFIXES.get(path.suffix)
    if found is None:
        message = f"the ending of {path.name} says no format; use {', '.join(SUFFIXES)} or give --format"
        raise InputError([Problem(Location("--output"), "unknown-format", message)])
    return found


def drawn(chosen: list[tuple[Path, str]], format_: str | None) -> frozenset[str]:
    """Return the formats in which a document is printed or written; beside files, a screen shows a table alone."""
    printed = [] if chosen else [format_ or "text"]
    return frozenset([*(kind for _, kind in chosen), *printed])


def emit(
    screen: Layout, text: Callable[[str], str], chosen: list[tuple[Path, str]], format_: str | None, lang: str
) -> None:
    """Print in the format that was asked for, and write each file in its own.

    `screen` lays out what a terminal shows; `text` returns the document in a format.
    """
    if not (chosen and format_):
        if format_ in (None, "text"):
            show("text", lang, screen, None)
        else:
            put(text(format_))
    for path, kind in chosen:
        write_file(path, text(kind))
    for path, _ in chosen:
        click.echo(f"written: {path}", err=True)
