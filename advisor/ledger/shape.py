"""Reads JSON as the dataclasses of an entry: exactly their fields, of exactly their types."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any, Literal, TypeVar

from advisor.load.reader import shorten

T = TypeVar("T")
_Read = Callable[[Any, str], Any]
"""Reads JSON, given what to call it in messages."""


class ShapeError(Exception):
    """What was read is not of its type; says where in the entry, and what is wrong."""


def read(kind: type[T], node: Any, where: str = "the entry") -> T:
    """Return JSON as a dataclass; raise ShapeError for a key too many or too few, or a value of another type."""
    any_kind: Any = kind  # which the cache takes for a key; a class of unknown type it does not
    found: T = _reader(any_kind)(node, where)
    return found


@lru_cache(maxsize=64)
def _reader(kind: Any) -> _Read:
    """Return what reads a type; to find that out for each value again would take most of the time."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return partial(_one_of, inner)
    if origin is tuple:
        return partial(_items, _reader(inner[0]))
    if origin in (types.UnionType, typing.Union):
        return partial(_optional, next(_reader(part) for part in inner if part is not type(None)))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return partial(_object, kind, {f.name: (_reader(hints[f.name]), f'"{f.name}"') for f in fields(kind)})
    return _day if kind is date else partial(_plain, kind)


_NAMES = {str: "a string", int: "a whole number", bool: "true or false"}


def _plain(kind: type, node: Any, where: str) -> Any:
    if type(node) is not kind:
        raise ShapeError(f"{where} must be {_NAMES[kind]}")
    return node


def _optional(inner: _Read, node: Any, where: str) -> Any:
    return None if node is None else inner(node, where)


def _one_of(allowed: tuple[Any, ...], node: Any, where: str) -> Any:
    if type(node) is not str or node not in allowed:
        raise ShapeError(f"{where} must be one of {', '.join(allowed)}")
    return node


def _items(inner: _Read, node: Any, where: str) -> tuple[Any, ...]:
    if type(node) is not list:
        raise ShapeError(f"{where} must be a list")
    return tuple([inner(item, f"{where}[{number}]") for number, item in enumerate(node)])


def _day(node: Any, where: str) -> date:
    try:
        found = date.fromisoformat(node)
    except (TypeError, ValueError):
        found = None
    if found is None or found.isoformat() != node:
        raise ShapeError(f"{where} must be a day written YYYY-MM-DD")
    return found


def _object(kind: type, expected: dict[str, tuple[_Read, str]], node: Any, where: str) -> Any:
    if type(node) is not dict:
        raise ShapeError(f"{where} must be an object")
    if node.keys() != expected.keys():
        _differing_keys(node, expected, where)
    return kind(**{key: inner(node[key], name) for key, (inner, name) in expected.items()})


def _differing_keys(node: dict[str, Any], expected: dict[str, tuple[_Read, str]], where: str) -> typing.NoReturn:
    for key in node:
        if key not in expected:
            raise ShapeError(f"{where} has a key {shorten(key)} that this version does not know")
    raise ShapeError(f"{where} lacks the key {shorten(next(key for key in expected if key not in node))}")
