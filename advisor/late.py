"""Instances of frozen dataclasses that are decoded late: each field when it is read for the first time.

They are instances of their class, equal to others of the same fields, and nobody who reads them sees a difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING
from functools import cached_property
from operator import contains
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import orjson

from advisor.digest import MARK, mark
from advisor.problems import AdvisorError
from advisor.record import Declared, declared

_ALL_DEFAULTS = -1
"""Stands for the line of an instance whose fields in that line are all as their class has them by default."""


class BrokenError(AdvisorError):
    """What was read is not what was written."""


Lines = Callable[[int], bytes]
"""Gives the line at a place, without its mark; raises BrokenError where none stands as it was written."""

_FOREIGN = "the rules in the cache are not what was written there; empty its folder"


class Written:
    """What an encoded value consists of; `objects` are the instances that will be decoded late, by their numbers."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._size = 0
        self.shared: list[Any] = []
        self.numbers: dict[int, int] = {}
        """The places of shared instances, by their identities."""
        self.objects: list[Any] = []

    def add(self, line: str) -> int:
        """Add a line behind its mark, and return its place: how many bytes stand in the lines before it."""
        place, coded = self._size, line.encode()
        self.lines.append(mark(coded) + coded)
        self._size += MARK + len(coded) + 1
        return place


class Store:
    """What a value is decoded from: lines, of which few are ever looked at.

    What turns out to be broken is taken from `originals`.
    """

    def __init__(self, lines: Lines, shared: list[Any], size: int, originals: Callable[[], list[Any]] = list) -> None:
        self.size = size
        self._lines = lines
        self._shared = shared
        self._made: dict[int, Any] = {}
        self._make_originals = originals

    def line(self, place: Any, length: int) -> list[Any]:
        """Return the line at a place, which must be a list of this length."""
        if type(place) is not int or place < 0:
            raise BrokenError
        return listed(parsed(self._lines(place)), length)

    def shared(self, number: Any, cls: type, coder: Coder) -> Any:
        """Return a shared instance: one and the same for one number."""
        if type(number) is not int or not 0 <= number < len(self._shared):
            raise BrokenError
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = coder.read(self._shared[number], self)
        if not isinstance(made, cls):
            raise BrokenError
        return made

    def original(self, number: int, cls: type) -> Any:
        """Return an instance as it was before it was written."""
        found = self._originals[number] if number < len(self._originals) else None
        if not isinstance(found, cls):
            raise BrokenError(_FOREIGN)
        return found

    def original_item(self, number: int, cls: type, key: Any) -> Any:
        """Return an item of a tuple or dictionary as it was before it was written."""
        try:
            return self.original(number, cls)[key]
        except LookupError as error:
            raise BrokenError(_FOREIGN) from error

    @cached_property
    def _originals(self) -> list[Any]:
        return self._make_originals()


Write = Callable[[Any, Written], Any]
Read = Callable[[Any, Store], Any]


class Coder:
    """How a type is written as a plain value, and read; to read raises BrokenError."""

    def __init__(self, write: Write, read: Read) -> None:
        self.write = write
        self.read = read


def unread(coder: Coder) -> Coder:
    """Write values as JSON within JSON, each of which is parsed when it is read: most never are."""
    return Coder(
        lambda value, written: compact(coder.write(value, written)), lambda raw, store: coder.read(parsed(raw), store)
    )


def parsed(line: bytes | str) -> Any:
    """Parse JSON; raise BrokenError where it is none."""
    try:
        return orjson.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenError from error


def compact(value: Any) -> str:
    """Write JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def listed(raw: Any, length: int) -> list[Any]:
    """Return a list of this length; raise BrokenError for anything else."""
    if type(raw) is not list or len(raw) != length:
        raise BrokenError
    return raw


def plain_types(hint: Any) -> frozenset[type]:
    """Return the types of a field that JSON holds as it is; empty for any other field."""
    if get_origin(hint) is Literal:
        return frozenset((str,))
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    plain = frozenset((str, int, bool, type(None)))
    return frozenset(members) if plain.issuperset(members) else frozenset()


class KnownTypes:
    """What JSON holds as it is, checked: each combination of types is looked at once."""

    def __init__(self, allowed: list[frozenset[type]]) -> None:
        self._allowed = allowed
        self._seen: set[tuple[type, ...]] = set()

    def check(self, values: list[Any]) -> None:
        """Raise BrokenError unless each value is of one of its types."""
        types = tuple(map(type, values))
        if types not in self._seen:
            if len(types) != len(self._allowed) or not all(map(contains, self._allowed, types)):
                raise BrokenError
            self._seen.add(types)


class LateClass:
    """Writes and reads instances of a class whose fields are decoded late; those `apart` stand in a line of their own.

    An instance is written as its number, its plain fields, the others, and the place of the line, in which its number
    stands again.
    """

    def __init__(self, cls: type, hints: dict[str, Any], coders: dict[str, Coder], apart: tuple[str, ...]) -> None:
        self.cls = cls
        self._coders = coders
        self._own = own = declared(cls)
        self._plain = [f.name for f in own if plain_types(hints[f.name]) and f.name not in apart]
        self._late = [f.name for f in own if f.name not in (*self._plain, *apart)]
        self._apart = [f for f in own if f.name in apart]
        self._known = KnownTypes([frozenset((int,)), *(plain_types(hints[name]) for name in self._plain)])
        self._choices = [
            (1 + place, frozenset(get_args(hints[name])))
            for place, name in enumerate(self._plain)
            if get_origin(hints[name]) is Literal
        ]
        self._size = 1 + len(self._plain)
        self._length = self._size + len(self._late) + 1
        self._made = self._late_class()

    def _late_class(self) -> type:
        """A class of its own, whose fields are found in an instance once they have been decoded, and here before."""
        members: dict[str, Any] = {
            name: _LateField(name, self.cls, self._size + place, self._coders[name])
            for place, name in enumerate(self._late)
        }
        for place, f in enumerate(self._apart):
            members[f.name] = _FieldApart(f, self.cls, 1 + place, len(self._apart), self._coders[f.name])
        members["__class__"] = property(lambda _: self.cls)
        members["__reduce__"] = lambda it: (self.cls, tuple(getattr(it, f.name) for f in self._own))
        return type(self.cls.__name__, (self.cls,), members)

    def write(self, value: Any, written: Written) -> list[Any]:
        """Return an instance as a list, and its line added to the others."""
        number = len(written.objects)
        written.objects.append(value)
        coded = [self._coders[name].write(getattr(value, name), written) for name in (*self._plain, *self._late)]
        return [number, *coded, self._line(number, value, written)]

    def _line(self, number: int, value: Any, written: Written) -> int:
        if all(getattr(value, f.name) == f.default for f in self._apart):
            return _ALL_DEFAULTS
        coded = [self._coders[f.name].write(getattr(value, f.name), written) for f in self._apart]
        return written.add(compact([number, *coded]))

    def read(self, raw: Any, store: Store) -> Any:
        """Return an instance whose plain fields are checked, and whose other fields wait."""
        if type(raw) is not list or len(raw) != self._length:
            raise BrokenError
        self._known.check(raw[: self._size])
        if not 0 <= raw[0] < store.size:
            raise BrokenError
        for place, allowed in self._choices:
            if raw[place] not in allowed:
                raise BrokenError
        made: Any = object.__new__(self._made)
        made.__dict__.update(zip(self._plain, raw[1 : self._size], strict=False))
        made.__dict__["_from"] = store, raw
        return made


class _LateField:
    """A field that is decoded when it is read first, and kept in the instance, which hides this one from then on."""

    def __init__(self, name: str, cls: type, place: int, coder: Coder) -> None:
        self.name = name
        self.cls = cls
        self.place = place
        self.coder = coder

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            raise AttributeError(self.name)
        known = instance.__dict__
        store, raw = known["_from"]
        try:
            value = self.coder.read(self.source(known, raw, store)[self.place], store)
        except (BrokenError, RecursionError):
            value = getattr(store.original(raw[0], self.cls), self.name)
        known[self.name] = value
        return value

    def source(self, _: dict[str, Any], raw: list[Any], __: Store) -> list[Any]:
        """Return the list in which the field stands; raise BrokenError."""
        return raw


class _FieldApart(_LateField):
    """A field in the line of its instance, which is parsed when the first such field is read."""

    def __init__(self, field: Declared, cls: type, place: int, length: int, coder: Coder) -> None:
        super().__init__(field.name, cls, place, coder)
        self.default = field.default
        self.length = length

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None and self.default is not MISSING:
            known = instance.__dict__
            if known["_from"][1][-1] == _ALL_DEFAULTS:
                known[self.name] = self.default
                return self.default
        return super().__get__(instance, owner)

    def source(self, known: dict[str, Any], raw: list[Any], store: Store) -> list[Any]:
        """Return the line of the instance; raise BrokenError."""
        line: list[Any] | None = known.get("_line")
        if line is None:
            line = known["_line"] = store.line(raw[-1], 1 + self.length)
        if line[0] != raw[0]:
            raise BrokenError
        return line
