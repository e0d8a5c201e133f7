"""One page in one of the formats, and files that are written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Literal, get_args

from advisor.problems import InputError, Location, Problem
from advisor.render.blocks import Page, Part

Format = Literal["text", "markdown", "html", "json"]
FORMATS: tuple[str, ...] = get_args(Format)
SUFFIXES: dict[str, Format] = {".txt": "text", ".md": "markdown", ".html": "html", ".json": "json"}
FILE_WIDTH = 100
Layout = Callable[[Page], None]


def render(format_: str, lang: str, layout: Layout, plain: Any) -> str:
    """Return a document as text for a file or pipe: a page laid out by `layout`, or `plain` as JSON."""
    if format_ == "json":
        from advisor.render.data import to_json

        return to_json(plain) + "\n"
    return bind(format_, lang, drawn(format_, lang, layout))


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


def bind(format_: str, lang: str, parts: Iterable[Part]) -> str:
    """Put the parts of a document together, in the order in which they are read."""
    if format_ == "html":
        from advisor.render.html import document

        return document(parts, lang)
    return ("\n" if format_ == "markdown" else "").join(part.body for part in parts)


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


def put(text: str, stream: IO[str] | None = None) -> None:
    """Print a document; a reader who leaves before the end is no error."""
    with contextlib.suppress(BrokenPipeError):
        (stream or sys.stdout).write(text)


def _page(lang: str, layout: Layout) -> Page:
    page = Page(lang)
    layout(page)
    return page


def write_file(path: Path, text: str) -> None:
    """Write a file whole: to a temporary file beside it, then renamed over it; raise InputError if it cannot be.

    Who may read and write a file that is there stays as it is; where a link stands, the file that it leads to is
    written.
    """
    with _told(path):
        if path.exists() and not path.is_file():
            _may_write(path.resolve())
            path.write_text(text, encoding="utf-8", newline="\n")  # a pipe or device, which is not to be replaced
            return
        with replaced(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give the path of a temporary file that takes the place of a file once all is written, and not before.

    Raise InputError if it cannot; whatever happens while it is written, the temporary file goes.
    """
    import tempfile  # which loads compression and chance, and most commands write no file

    temporary = None
    with _told(path):
        try:
            target = path.resolve()
            _may_write(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            os.close(handle)
            yield Path(temporary)
            with open(temporary, "rb") as stream:
                os.fsync(stream.fileno())
            os.chmod(temporary, stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
            os.replace(temporary, target)
        finally:
            if temporary is not None and os.path.exists(temporary):
                os.unlink(temporary)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say of a file which it is that could not be written."""
    try:
        yield
    except OSError as error:
        message = f"cannot write the file: {error.strerror or error}"
        raise InputError([Problem(Location(str(path)), "file-unwritable", message)]) from error


def _may_write(path: Path) -> None:
    """Raise PermissionError for a file that is read-only: to replace it, only its folder would be asked."""
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _umask() -> int:
    """Return the user's mask of file modes, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
