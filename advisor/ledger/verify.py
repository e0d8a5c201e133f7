"""What is wrong with the lines of a ledger: every problem with its line.

A chain shows what was changed in it. It cannot show that its end was cut off, or that all of it was written anew with
hashes that fit: for that, somebody has to have kept a hash elsewhere (`heads`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NoReturn

from advisor.ledger import shape
from advisor.ledger.chain import canonical, hash_of
from advisor.ledger.entry import FIRST, SCHEMA, Entry
from advisor.problems import Location, Problems
from advisor.record import dataclass

MAX_LINE = 4_000_000
"""Bytes of an entry: more than the facts of any case take."""
MAX_NUMBER = 10**9
"""No entry has a number that is as high as that."""


def check(lines: Iterable[bytes], name: str, problems: Problems, before: int = 0) -> list[Entry]:
    """Return the entries that can be read, each line with its end; add every problem.

    `before` so many lines stand before these, and are not looked at: then the first of these hangs on nothing.
    """
    checker = _Checker(name, problems, before)
    return [entry for line in lines if (entry := checker.entry(line)) is not None]


def check_heads(entries: Iterable[Entry], heads: Iterable[str], name: str, problems: Problems) -> None:
    """Add a problem for each hash that was kept elsewhere and that no entry has any more."""
    known = {entry.hash for entry in entries}
    for head in heads:
        if head not in known:
            message = (
                f"no entry has the hash {head[:64]} that was kept: entries were cut off at the end, or the ledger was "
                "written anew"
            )
            problems.add(Location(name), "ledger-head", message)


@dataclass(frozen=True)
class Sound:
    """A ledger whose chain holds: how many entries, the hash of the last (None: there is none), and the kept ones.

    `kept` are the numbers of the entries whose hashes were kept elsewhere.
    """

    entries: int
    head: str | None
    kept: tuple[int, ...]


def sound(entries: Sequence[Entry], heads: Collection[str]) -> Sound:
    """Say of entries without a problem what a reader wants to know of the whole ledger."""
    kept = tuple(entry.number for entry in entries if entry.hash in heads)
    return Sound(len(entries), entries[-1].hash if entries else None, kept)


class _BrokenLineError(Exception):
    """A line that is no entry in the one form that entries have."""


class _Checker:
    def __init__(self, name: str, problems: Problems, before: int) -> None:
        self.name = name
        self.problems = problems
        self.line = before
        self.known = before == 0
        """Whether the hash and the number of the entry before are known."""
        self.hash: object = FIRST
        self.number: object = 0

    def entry(self, raw: bytes) -> Entry | None:
        """Check the next line; None if it holds no entry of this version."""
        self.line += 1
        if not raw.endswith(b"\n"):
            self._wrong("ledger-torn", "the last entry has no end: its writer was stopped, or its end was cut off")
            return None
        try:
            node = _parsed(raw)
        except _BrokenLineError as error:
            self._wrong("ledger-line", str(error))
            self.known = False
            return None
        self._links(node)
        if type(node.get("schema")) is int and node["schema"] > SCHEMA:
            newer = f"the entry has version {node['schema']}, and this program reads up to {SCHEMA}; use a newer one"
            self._wrong("ledger-newer", newer)
            return None
        try:
            entry = shape.read(Entry, node)
            _agrees(entry)
        except shape.ShapeError as error:
            self._wrong("ledger-entry", str(error))
            return None
        return entry

    def _links(self, node: dict[str, Any]) -> None:
        """Check the seal of an entry, and that it follows the one before it."""
        if node.get("hash") != hash_of(node):
            self._wrong("ledger-hash", "the entry is not what was recorded: its hash does not fit what stands in it")
        if self.known and node.get("previous") != self.hash:
            message = (
                "the entry does not follow the one before it: something was changed, taken out, put in or moved here"
            )
            self._wrong("ledger-chain", message)
        number = node.get("number")
        if self.known and (type(self.number) is not int or number != self.number + 1):
            words = (str(n) if type(n) is int and abs(n) < MAX_NUMBER else "none" for n in (number, self.number))
            self._wrong("ledger-number", "the number of the entry is {}, and of the one before {}".format(*words))
        self.hash, self.number, self.known = node.get("hash"), number, True

    def _wrong(self, id_: str, message: str) -> None:
        self.problems.add(Location(self.name, self.line, 1), id_, message)


def _parsed(raw: bytes) -> dict[str, Any]:
    """Return a line as an object; raise _BrokenLineError if it is not written as entries are."""
    if len(raw) > MAX_LINE:
        raise _BrokenLineError(f"the line is longer than {MAX_LINE} bytes: no entry is")
    try:
        node = json.loads(raw[:-1].decode("utf-8"), parse_constant=_refuse)
        same = isinstance(node, dict) and canonical(node) == raw[:-1]
    except (ValueError, RecursionError):
        raise _BrokenLineError("the line is no entry: it is not JSON") from None
    if not same:
        raise _BrokenLineError("the line is no entry as they are recorded: an object, keys sorted, without blanks")
    return node  # type: ignore[no-any-return]


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _agrees(entry: Entry) -> None:
    """Raise ShapeError where the parts of an entry contradict one another."""
    note = entry.note
    if entry.schema != SCHEMA:
        raise shape.ShapeError(f'"schema" must be {SCHEMA}')
    if (note.advice is None) is (note.kind == "advice") or (note.outcome is None) is (note.kind == "outcome"):
        raise shape.ShapeError(f"an entry of the kind {note.kind} must hold that, and nothing else")
    if note.advice is not None and note.advice.overridden and not note.reason:
        raise shape.ShapeError("a decision other than the advice must have its reason")
