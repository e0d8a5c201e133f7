"""Entries as lines, each sealed by its hash and by that of the entry before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from advisor.ledger.entry import SCHEMA, Entry, Note
from advisor.problems import escaped


def linked(note: Note, number: int, previous: str) -> Entry:
    """Return a note as the entry that follows the one with the hash `previous`."""
    entry = Entry(SCHEMA, number, note, previous, "")
    return replace(entry, hash=hash_of(plain(entry)))


def line_of(entry: Entry) -> bytes:
    """Return an entry as its line, with the end of the line."""
    return canonical(plain(entry)) + b"\n"


def hash_of(node: dict[str, Any]) -> str:
    """Return the SHA-256 of an entry as JSON, all of it but its own hash."""
    return hashlib.sha256(canonical({key: value for key, value in node.items() if key != "hash"})).hexdigest()


def canonical(node: Any) -> bytes:
    """Return JSON in its one form: keys sorted, no blanks, UTF-8; what a terminal would obey is escaped."""
    text = json.dumps(node, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escaped(text).encode()


def plain(value: Any) -> Any:
    """Return a dataclass as what JSON has: objects, lists, strings, whole numbers, yes and no."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
