"""Frozen dataclasses to lines of JSON and back, checked against the types of their fields, decoded when they are read.

Nothing that is read is ever run, and no class is looked up by a name that stands in the data: the types are those of
the program, and a value that is not of its type is broken (docs/decisions/0011-cache-of-the-compiled-rules.md).
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin

from advisor.late import (
    BrokenError,
    Coder,
    KnownTypes,
    LateClass,
    Lines,
    Read,
    Store,
    Written,
    compact,
    listed,
    parsed,
    plain_types,
    unread,
)
from advisor.lateitems import late_items, late_mapping
from advisor.plainvalues import day_of, decimal_of, literal_of, plain_items_of, plain_of
from advisor.record import dataclass, declared, is_record

_PLAIN = (str, int, bool, type(None))
"""What JSON holds as it is."""


@dataclass(frozen=True)
class Brief:
    """A short form of a class: to a plain value, and back; to read raises BrokenError."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True)
class Shape:
    """What is written, and how.

    Of an instance of a class in `late`, fields are decoded when they are read; those named there stand in a line that
    is not even parsed before. So are the items of a `Sequence` or `Mapping`. Instances of classes in `shared` stay one
    and the same wherever they are found. Fields in `left_out` have to be named in `late` too, and are not written.
    """

    root: Any
    late: Mapping[type, tuple[str, ...]] = field(default_factory=dict)
    shared: frozenset[type] = frozenset()
    brief: Mapping[type, Brief] = field(default_factory=dict)
    left_out: frozenset[tuple[type, str]] = frozenset()


class Codec:
    """Writes and reads values of one shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._coders: dict[Any, Coder] = {}

    def encode(self, value: Any) -> tuple[bytes, list[Any]]:
        """Return a value as lines of JSON, and the instances in it that will be decoded late, by their numbers."""
        written = Written()
        root = self.coder(self.shape.root).write(value, written)
        head = compact([root, written.shared, len(written.objects)])
        return b"\n".join([head.encode(), *written.lines]), written.objects

    def decode(self, head: bytes, lines: Lines, again: Callable[[], Any]) -> Any:
        """Read a value from its first line, and others when they are needed; raise BrokenError unless it has its shape.

        What is decoded later and is broken then, or was left out, is taken from the value that `again` makes.
        """
        root, shared, size = listed(parsed(head), 3)
        if type(shared) is not list or type(size) is not int:
            raise BrokenError
        store = Store(lines, shared, size, lambda: self.encode(again())[1])
        return self.coder(self.shape.root).read(root, store)

    def coder(self, hint: Any) -> Coder:
        """Return how a type is written and read."""
        found = self._coders.get(hint)
        if found is None:
            found = self._coders[hint] = self._make(hint)
        return found

    def _make(self, hint: Any) -> Coder:
        if hint in _PLAIN or get_origin(hint) is Literal:
            return Coder(_same, literal_of(get_args(hint)) if get_origin(hint) is Literal else plain_of(hint))
        if hint is Decimal or hint is date:
            return Coder(lambda value, _: str(value), decimal_of if hint is Decimal else day_of)
        if get_origin(hint) in (Union, types.UnionType):
            return self._union(get_args(hint))
        if get_origin(hint) is tuple:
            return self._tuple(get_args(hint)[0])
        if get_origin(hint) is Sequence:
            return late_items(self._item(get_args(hint)[0]))
        if get_origin(hint) is Mapping:
            return late_mapping(self._item(get_args(hint)[1]))
        if get_origin(hint) is dict:
            return self._dict(*get_args(hint))
        return self._class(hint)

    def _item(self, hint: Any) -> Coder:
        coder = self.coder(hint)
        return coder if hint in _PLAIN else unread(coder)

    def _union(self, members: tuple[Any, ...]) -> Coder:
        """A type or None as it is; else what JSON knows as it is, and anything else with the place of its type."""
        others = [m for m in members if m not in _PLAIN]
        plain = frozenset(m for m in members if m in _PLAIN)
        alone = len(others) == 1 and plain == {type(None)}
        coders = [self.coder(m) for m in others]

        def write(value: Any, written: Written) -> Any:
            if type(value) in plain:
                return value
            kind = next(n for n, m in enumerate(others) if isinstance(value, get_origin(m) or m))
            coded = coders[kind].write(value, written)
            return coded if alone else [kind, coded]

        def read(raw: Any, store: Store) -> Any:
            if type(raw) in plain:
                return raw
            if alone:
                return coders[0].read(raw, store)
            kind, coded = listed(raw, 2)
            if type(kind) is not int or not 0 <= kind < len(coders):
                raise BrokenError
            return coders[kind].read(coded, store)

        return Coder(write, read)

    def _tuple(self, item: Any) -> Coder:
        if item in _PLAIN:
            return Coder(lambda value, _: list(value), plain_items_of(item))
        one = self.coder(item)

        def read(raw: Any, store: Store) -> Any:
            if type(raw) is not list:
                raise BrokenError
            return tuple([one.read(part, store) for part in raw]) if raw else ()

        return Coder(lambda value, written: [one.write(part, written) for part in value], read)

    def _dict(self, key: Any, item: Any) -> Coder:
        keys, items = self.coder(key), self.coder(item)

        def read(raw: Any, store: Store) -> Any:
            if type(raw) is not list:
                raise BrokenError
            pairs = [listed(pair, 2) for pair in raw]
            return {keys.read(k, store): items.read(v, store) for k, v in pairs}

        return Coder(
            lambda value, written: [[keys.write(k, written), items.write(v, written)] for k, v in value.items()], read
        )

    def _class(self, cls: type) -> Coder:
        if cls in self.shape.brief:
            brief = self.shape.brief[cls]
            return Coder(lambda value, _: brief.write(value), lambda raw, _: brief.read(raw))
        if not is_record(cls):
            raise TypeError(f"no form for {cls}")
        coder = _deferred(self._late if cls in self.shape.late else self._whole, cls)
        return self._share(cls, unread(coder)) if cls in self.shape.shared else coder

    def _late(self, cls: type) -> Coder:
        hints = _hints(cls)
        left = Coder(lambda *_: None, _left_out)
        coders = {
            f.name: left if (cls, f.name) in self.shape.left_out else self.coder(hints[f.name]) for f in declared(cls)
        }
        late = LateClass(cls, hints, coders, self.shape.late[cls])
        return Coder(late.write, late.read)

    def _whole(self, cls: type) -> Coder:
        """Instances that are decoded at once."""
        hints, make = _hints(cls), cast(Callable[..., Any], cls)
        names = [f.name for f in declared(cls)]
        coders = [self.coder(hints[name]) for name in names]
        if all(plain_types(hints[name]) and get_origin(hints[name]) is not Literal for name in names):
            return Coder(lambda value, _: [getattr(value, name) for name in names], _plain_reader(make, hints, names))

        def read(raw: Any, store: Store) -> Any:
            return make(*[c.read(part, store) for c, part in zip(coders, listed(raw, len(coders)), strict=True)])

        def write(value: Any, written: Written) -> Any:
            return [c.write(getattr(value, name), written) for c, name in zip(coders, names, strict=True)]

        return Coder(write, read)

    def _share(self, cls: type, coder: Coder) -> Coder:
        def write(value: Any, written: Written) -> int:
            number = written.numbers.get(id(value))
            if number is None:
                number = written.numbers[id(value)] = len(written.shared)
                written.shared.append(None)
                written.shared[number] = coder.write(value, written)
            return number

        return Coder(write, lambda raw, store: store.shared(raw, cls, coder))


def _hints(cls: type) -> dict[str, Any]:
    """Return the types of the fields of a class, as `typing.get_type_hints` does; the same few recur in a module."""
    return {f.name: _hint(cls.__module__, f.type) if isinstance(f.type, str) else f.type for f in declared(cls)}


@cache
def _hint(module: str, text: str) -> Any:
    return eval(text, vars(sys.modules[module]))  # a line of the program's own


def _deferred(make: Callable[[type], Coder], cls: type) -> Coder:
    """Work out how instances are written and read when there is the first one: types recur, and most are never read."""

    def resolve() -> None:
        made = make(cls)
        coder.write, coder.read = made.write, made.read

    def write(value: Any, written: Written) -> Any:
        resolve()
        return coder.write(value, written)

    def read(raw: Any, store: Store) -> Any:
        resolve()
        return coder.read(raw, store)

    coder = Coder(write, read)
    return coder


def _plain_reader(make: Callable[..., Any], hints: Mapping[str, Any], names: list[str]) -> Read:
    """Read instances whose fields JSON holds as they are."""
    known = KnownTypes([plain_types(hints[name]) for name in names])

    def read(raw: Any, _: Store) -> Any:
        if type(raw) is not list:
            raise BrokenError
        known.check(raw)
        return make(*raw)

    return read


def _left_out(_: Any, __: Store) -> Any:
    raise BrokenError


def _same(value: Any, _: Written) -> Any:
    return value
