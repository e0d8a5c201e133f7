"""One page in one of the formats, printed or written to a file."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, get_args

from advisor.problems import InputError, Location, Problem
from advisor.render.blocks import Page, Part
from advisor.writing import is_a_device, write_over

Format = Literal["text", "markdown", "html", "json"]
FORMATS: tuple[str, ...] = get_args(Format)
SUFFIXES: dict[str, Format] = {".txt": "text", ".md": "markdown", ".html": "html", ".json": "json"}
FILE_WIDTH = 100
Layout = Callable[[Page], None]
Document = str | Iterable[str]
"""A document whole, or in pieces one after the other: a pack of thousands of deals has a gigabyte."""


def render(format_: str, lang: str, layout: Layout, plain: Any) -> str:
    """Return a document as text for a file or pipe: a page laid out by `layout`, or `plain` as JSON."""
    if format_ == "json":
        from advisor.render.data import to_json

        return to_json(plain) + "\n"
    return "".join(_pieces(bind(format_, lang, drawn(format_, lang, layout))))


def drawn(format_: str, lang: str, layout: Layout) -> list[Part]:
    """Draw what `layout` writes, for a file or pipe, as parts of a document."""
    blocks = _page(lang, layout).blocks
    if format_ == "html":
        from advisor.render.html import parts

        return parts(blocks)
    if format_ == "markdown":
        from advisor.render.markdown import markdown

        return [Part(markdown(blocks))]
    from advisor.render.terminal import console, draw

    stream = io.StringIO()
    draw(console(stream, FILE_WIDTH), blocks)
    return [Part("\n".join(line.rstrip() for line in stream.getvalue().split("\n")))]


def bind(format_: str, lang: str, parts: Iterable[Part]) -> Document:
    """Put the parts of a document together, in the order in which they are read."""
    if format_ == "html":
        from advisor.render.html import document

        return document(parts, lang)
    between = "\n" if format_ == "markdown" else ""
    return (between + part.body if number else part.body for number, part in enumerate(parts))


def ready(format_: str) -> None:
    """Load what shows a document in a format, which takes longer than to draw most of them."""
    if format_ == "text":
        import advisor.render.terminal  # noqa: F401
    if format_ == "html":
        from advisor.render.html import prepare

        prepare()


def show(format_: str, lang: str, layout: Layout, plain: Any, stream: IO[str] | None = None) -> None:
    """Print a document to standard output; as text with the width and colours of the terminal there.

    A reader who leaves before the end (`| head`) is no error, and keeps nothing else from being done.
    """
    if format_ != "text":
        put(render(format_, lang, layout, plain), stream)
        return
    from advisor.render.terminal import console, draw

    with contextlib.suppress(BrokenPipeError):
        draw(console(stream or sys.stdout), _page(lang, layout).blocks)


def put(document: Document, stream: IO[str] | None = None) -> None:
    """Print a document; a reader who leaves before the end is no error."""
    with contextlib.suppress(BrokenPipeError):
        (stream or sys.stdout).writelines(_pieces(document))


def _pieces(document: Document) -> Iterable[str]:
    return [document] if isinstance(document, str) else document


def _page(lang: str, layout: Layout) -> Page:
    page = Page(lang)
    layout(page)
    return page


def write_output(path: Path, format_: str, document: Document, overwrite: bool) -> None:
    """Write a document whole, with its mark; raise InputError if it cannot be, or must not.

    What is there already stays unless we wrote it, and nobody changed it since, or the user wants it replaced. Pipes
    and devices get the document alone.
    """
    from advisor.render.mark import marked

    pieces = _pieces(document)
    whole = (piece.encode() for piece in pieces) if is_a_device(path) else marked(format_, pieces)
    write_over(path, whole, partial(may_replace, overwrite=overwrite))


def may_replace(path: Path, overwrite: bool) -> None:
    """Raise InputError for a file that holds something, unless we wrote it so, or the user wants it replaced."""
    if overwrite or not os.path.isfile(path) or not os.path.getsize(path):
        return
    from advisor.render.mark import is_ours

    try:
        ours = is_ours(path)
    except OSError:
        ours = False
    if not ours:
        message = "this file exists, and the advisor did not write what is in it; name another, or say --overwrite"
        raise InputError([Problem(Location(str(path)), "file-exists", message)])
