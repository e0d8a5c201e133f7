"""The words of case files: values, statements and texts as an author would write them."""

from __future__ import annotations

import re
from decimal import Decimal

from advisor.case import Statement
from advisor.model import Text, Value

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_MEANING = ("none", "unknown", "null")
"""Words that mean something of their own where they stand without quotes."""


def statement_text(said: Statement | None) -> str:
    """Write a statement in one line: the bare value where nothing else is known of it."""
    if said is None:
        return "unknown"
    value = value_text(said.value)
    more = {"by": said.by, "on": said.on, "how": said.how}
    if said.grade == "told" and not any(more.values()):
        return value
    words = "".join(f", {key}: {word(str(part))}" for key, part in more.items() if part is not None)
    return f"{{value: {value}, evidence: {said.grade}{words}}}"


def value_text(value: Value | None) -> str:
    """Write a value as case files do."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        whole, _, rest = f"{value:,f}".replace(",", "_").partition(".")
        return f"{whole}.{rest}" if rest.strip("0") else whole
    return word(str(value))


def both(text: Text) -> str:
    """Write text: once where both languages say the same."""
    return _quoted(text.en) if text.en == text.zh else f"{{en: {_quoted(text.en)}, zh: {_quoted(text.zh)}}}"


def word(text: str) -> str:
    """Write a word as it is, or between quotes where YAML or a reader could take it for something else."""
    harmless = _PLAIN.fullmatch(text) and text.lower() not in _MEANING
    return text if harmless or re.fullmatch(r"\d[\d-]*", text) else _quoted(text)


def _quoted(text: str) -> str:
    """Write text between quotes, in one line, so that nothing in it is a sign of YAML."""
    words = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + words.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
