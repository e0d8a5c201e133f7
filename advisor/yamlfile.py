"""Text to plain nodes with a line and column each: YAML as data, nothing guessed.

Every scalar stays the text that was written (`yes`, `on`, `2026-02-11` and `1e3` never change type);
what it means is decided by whoever knows the declared type. Anchors, tags and several documents are
refused, nesting and size are bounded, and a duplicate key is a problem.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from advisor.problems import UNPRINTABLE, Location, Problems
from advisor.record import dataclass

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_EVENTS = 100_000
"""What the parser may report of one file: about as many words, keys and brackets."""
_BLOCK = 1 << 20
BOM = "\ufeff"  # what some programs write before the first character of a UTF-8 file
_REFUSED = UNPRINTABLE + r"(?<![\t\n\r\x85\u2028\u2029])"
"""Unprintable characters but those that YAML knows to part words or lines."""
_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Scalar:
    """A word, number or sentence as it was written; `plain` tells that it stood without quotes."""

    text: str
    at: Location
    plain: bool = True


@dataclass(frozen=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    at: Location


@dataclass(frozen=True)
class Mapping:
    """Keys in their written order, each with the place of the key."""

    entries: dict[str, Node]
    key_at: dict[str, Location]
    at: Location


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True)
class Span:
    """From which character to which a node stands in its text; `flow` tells that brackets hold it."""

    start: int
    end: int
    flow: bool = False


Spans = dict[tuple[type, int, int], Span]
"""Spans by the kind, line and column of a node; two nodes of a kind never begin at one place."""


@dataclass
class _Open:
    """A collection under construction."""

    is_mapping: bool
    at: Location
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_at: dict[str, Location] = field(default_factory=dict)
    key: Scalar | None = None


def read(path: Path, name: str, problems: Problems) -> Node | None:
    """Read one YAML file; `name` is how problems call it. None (with problems added) if unreadable."""
    text = read_text(path, name, problems)
    return None if text is None else parse(text.removeprefix(BOM), name, problems)


def read_text(path: Path, name: str, problems: Problems) -> str | None:
    """Read a text file as it is; None (with problems added) if it is no UTF-8 text of bounded size."""
    raw = read_bytes(path, name, problems, MAX_BYTES)
    return None if raw is None else decoded(raw, name, problems)


def read_bytes(path: Path, name: str, problems: Problems, limit: int) -> bytes | None:
    """Read a file of at most `limit` bytes; None (with problems added) if it is larger or cannot be read.

    A named pipe to which nobody writes is empty; a program that waits for a writer may wait for ever.
    """
    raw = bytearray()
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            size = os.fstat(stream.fileno()).st_size  # 0 of what is no file, but a pipe or device
            while max(size, len(raw)) <= limit and (block := stream.read(_BLOCK)):
                raw += block
    except OSError as error:
        problems.add(Location(name), "file-unreadable", f"cannot read the file: {error.strerror or error}")
        return None
    if max(size, len(raw)) > limit:
        problems.add(Location(name), "file-too-large", f"larger than {limit} bytes")
        return None
    return bytes(raw)


def decoded(raw: bytes, name: str, problems: Problems) -> str | None:
    """Return bytes as text; None (with a problem added) if they are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(Location(name, line, 1), "not-utf8", "not UTF-8 text; save the file as UTF-8")
        return None


def _without_waiting(path: str, flags: int) -> int:
    """Open a file at once, whatever it is; only what is read from it then is waited for."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    return handle


def parse(text: str, name: str, problems: Problems) -> Node | None:
    """Build the node of one YAML document; None (with problems added) if it is not one."""
    builder = _Builder(name, problems)
    bad = _unprintable(text)
    if bad is not None:
        start = text.rfind("\n", 0, bad.start()) + 1
        at = Location(name, text.count("\n", 0, start) + 1, bad.start() - start + 1)
        problems.add(at, "control-character", _not_allowed(bad))
        return None
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        if "nesting depth" in (error.problem or ""):
            # Newer parsers have a bound of their own and reach it, reading ahead, before ours is seen.
            problems.add(at, "yaml-nesting", _TOO_DEEP)
        else:
            problems.add(at, "yaml-syntax", _syntax(error))
        return None
    except (yaml.YAMLError, ValueError) as error:
        problems.add(Location(name), "yaml-syntax", _one_line(str(error)))
        return None
    if builder.root is None:
        problems.add(Location(name), "file-empty", "the file is empty")
    return builder.root


def spans(text: str) -> Spans:
    """Say where each node of a text ends, for those who change it; the text is one that `parse` can read."""
    found: Spans = {}
    opened: list[tuple[type, Any]] = []
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        mark, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent):
            found[Scalar, mark.line + 1, mark.column + 1] = Span(mark.index, end.index)
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append((Mapping if isinstance(event, yaml.MappingStartEvent) else Sequence, event))
        elif isinstance(event, yaml.CollectionEndEvent):
            kind, start = opened.pop()
            mark = start.start_mark
            found[kind, mark.line + 1, mark.column + 1] = Span(mark.index, end.index, bool(start.flow_style))
    return found


def _unprintable(text: str) -> re.Match[str] | None:
    return None if text.replace("\n", "").isprintable() else re.search(_REFUSED, text)


def _not_allowed(found: re.Match[str]) -> str:
    return f"the control character U+{ord(found.group()):04X} cannot stand in a file; remove it"


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """Say what the parser stumbled over, and where the thing began that it was reading then."""
    said = _one_line(error.problem or "not valid YAML")
    if not error.context or not error.context_mark:
        return said
    return f"{said}, {_one_line(error.context)} that starts in line {error.context_mark.line + 1}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Builder:
    """Turns parser events into nodes, without recursion, so that no input can exhaust the stack."""

    def __init__(self, name: str, problems: Problems) -> None:
        self.name = name
        self.problems = problems
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.documents = 0
        self.events = 0

    def take(self, event: Any) -> bool:
        """Use one event; False when the document must be given up."""
        self.events += 1
        if self.events > MAX_EVENTS:
            return self._refuse(self._at(event), "file-too-large", f"more than {MAX_EVENTS} words, keys and brackets")
        if isinstance(event, yaml.CollectionEndEvent):
            return self._close()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "anchors and aliases are not used here; write the value out"
            return self._refuse(self._at(event), "yaml-alias", message)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, self._at(event))
        if isinstance(event, yaml.CollectionStartEvent):
            return self._open(event, self._at(event))
        return not isinstance(event, yaml.DocumentStartEvent) or self._document(self._at(event))

    def _at(self, event: Any) -> Location:
        return Location(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, at: Location, id_: str, message: str) -> bool:
        self.problems.add(at, id_, message)
        return False

    def _document(self, at: Location) -> bool:
        self.documents += 1
        return self.documents == 1 or self._refuse(at, "yaml-documents", "one document a file; remove the '---'")

    def _scalar(self, event: Any, at: Location) -> bool:
        if event.tag and event.tag != "!":
            return self._refuse(at, "yaml-tag", f"YAML tags are not used here; remove {event.tag}")
        bad = _unprintable(event.value) if event.style == '"' else None
        if bad is not None:
            return self._refuse(at, "control-character", _not_allowed(bad))
        self._add(Scalar(event.value, at, plain=event.style in (None, "")))
        return True

    def _open(self, event: Any, at: Location) -> bool:
        if event.tag and event.tag != "!":
            return self._refuse(at, "yaml-tag", f"YAML tags are not used here; remove {event.tag}")
        if len(self.stack) >= MAX_DEPTH:
            return self._refuse(at, "yaml-nesting", _TOO_DEEP)
        if self.stack and self.stack[-1].is_mapping and self.stack[-1].key is None:
            return self._refuse(at, "yaml-key", "a key must be a plain word")
        self.stack.append(_Open(isinstance(event, yaml.MappingStartEvent), at))
        return True

    def _close(self) -> bool:
        done = self.stack.pop()
        if done.is_mapping:
            self._add(Mapping(done.entries, done.key_at, done.at))
        else:
            self._add(Sequence(tuple(done.items), done.at))
        return True

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is None and isinstance(node, Scalar):
            top.key = node
        elif top.key is not None:
            self._entry(top, top.key, node)

    def _entry(self, top: _Open, key: Scalar, node: Node) -> None:
        top.key = None
        if key.text in top.entries:
            first = top.key_at[key.text].line
            self.problems.add(key.at, "duplicate-key", f'the key "{key.text}" stands twice (first in line {first})')
            return
        top.entries[key.text] = node
        top.key_at[key.text] = key.at


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it."""
    yield node
    if isinstance(node, Mapping):
        for child in node.entries.values():
            yield from walk(child)
    elif isinstance(node, Sequence):
        for child in node.items:
            yield from walk(child)
