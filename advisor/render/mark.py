"""The mark at the end of a document that we wrote: it tells ours, and unchanged, from what a person wrote."""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path

_LINE = "deal-advisor: "
_FORMS = {
    # What stands before and after the mark, and how much of the document's end comes after it.
    "text": ("\n", "\n", ""),
    "markdown": ("\n<!-- ", " -->\n", ""),
    "html": ("\n<!-- ", " -->\n", ""),
    "json": (',\n  "mark": "', '"\n}\n', "\n}\n"),
}
_MARKED = [
    (re.compile(re.escape(before + _LINE) + "([0-9a-f]{32})" + re.escape(after) + r"\Z"), end)
    for before, after, end in _FORMS.values()
]
_LONGEST = 100
"""More than the longest mark with what stands around it, in bytes."""


def marked(format_: str, document: str) -> str:
    """Return a document with its mark, which a reader of its format does not see, or sees as its last line."""
    before, after, end = _FORMS[format_]
    return f"{document.removesuffix(end)}{before}{_LINE}{_digest(document.encode())}{after}"


def is_ours(path: Path) -> bool:
    """Tell whether a file holds a document of ours as we wrote it."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - _LONGEST, 0))
        tail = stream.read().decode("utf-8", "replace")
        if not any(form.search(tail) for form, _ in _MARKED):
            return False
        stream.seek(0)
        whole = stream.read().decode("utf-8", "replace")
    marks = ((form.search(whole, max(len(whole) - _LONGEST, 0)), end) for form, end in _MARKED)
    return any(mark and mark[1] == _digest((whole[: mark.start()] + end).encode()) for mark, end in marks)


def _digest(document: bytes) -> str:
    return blake2b(document, digest_size=16).hexdigest()
