"""The mark at the end of a document that we wrote: it tells ours, and unchanged, from what a person wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from advisor.digest import blake2b

_LINE = "deal-advisor: "
_FORMS = {
    # What stands before and after the mark, and how much of the document's end comes after it.
    "text": ("\n", "\n", ""),
    "markdown": ("\n<!-- ", " -->\n", ""),
    "html": ("\n<!-- ", " -->\n", ""),
    "json": (',\n  "mark": "', '"\n}\n', "\n}\n"),
}
_MARKED = [
    (re.compile(re.escape(before + _LINE).encode() + b"([0-9a-f]{32})" + re.escape(after).encode() + rb"\Z"), end)
    for before, after, end in _FORMS.values()
]
_LONGEST = 100
"""More than the longest mark with what stands around it, in bytes."""


def marked(format_: str, document: Iterable[str]) -> Iterator[bytes]:
    """Yield a document, piece by piece, and its mark, which a reader of its format does not see, or sees at its end."""
    before, after, end = _FORMS[format_]
    found, last = blake2b(digest_size=16), b""
    for piece in document:
        found.update(piece.encode())
        whole = last + piece.encode()
        last = whole[-len(end) :] if end else b""
        yield whole[: len(whole) - len(last)]
    if last != end.encode():
        yield last
    yield f"{before}{_LINE}{found.hexdigest()}{after}".encode()


def is_ours(path: Path) -> bool:
    """Tell whether a file holds a document of ours as we wrote it; it is read through, and not kept."""
    with path.open("rb") as stream:
        first = max(stream.seek(0, os.SEEK_END) - _LONGEST, 0)
        stream.seek(first)
        tail = stream.read()
        for form, end in _MARKED:
            mark = form.search(tail)
            if mark and mark[1].decode() == _digest(_until(stream, first + mark.start()), end.encode()):
                return True
    return False


def _until(stream: BinaryIO, end: int) -> Iterator[bytes]:
    """Yield what a file holds up to a place."""
    stream.seek(0)
    while (left := end - stream.tell()) > 0 and (part := stream.read(min(left, 1 << 20))):
        yield part


def _digest(parts: Iterable[bytes], end: bytes = b"") -> str:
    found = blake2b(digest_size=16)
    for part in parts:
        found.update(part)
    found.update(end)
    return found.hexdigest()
