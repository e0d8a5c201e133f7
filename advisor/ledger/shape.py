"""Reads JSON as the dataclasses of an entry: exactly their fields, of exactly their types."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal, TypeVar

from advisor.load.reader import shorten

T = TypeVar("T")


class ShapeError(Exception):
    """What was read is not of its type; says where in the entry, and what is wrong."""


def read(kind: type[T], node: Any, where: str = "the entry") -> T:
    """Return JSON as a dataclass; raise ShapeError for a key too many or too few, or a value of another type."""
    found: T = _read(kind, node, where)
    return found


def _read(kind: Any, node: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin is Literal:
        return _one_of(typing.get_args(kind), node, where)
    if origin is tuple:
        return _items(typing.get_args(kind)[0], node, where)
    if origin in (types.UnionType, typing.Union):
        inner = next(part for part in typing.get_args(kind) if part is not type(None))
        return None if node is None else _read(inner, node, where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _object(kind, node, where)
    if kind is date:
        return _day(node, where)
    if type(node) is not kind:
        raise ShapeError(f"{where} must be {_NAMES[kind]}")
    return node


_NAMES = {str: "a string", int: "a whole number", bool: "true or false"}


def _one_of(allowed: tuple[Any, ...], node: Any, where: str) -> Any:
    if node not in allowed or type(node) is not str:
        raise ShapeError(f"{where} must be one of {', '.join(allowed)}")
    return node


def _items(kind: Any, node: Any, where: str) -> tuple[Any, ...]:
    if type(node) is not list:
        raise ShapeError(f"{where} must be a list")
    return tuple(_read(kind, item, f"{where}[{number}]") for number, item in enumerate(node))


def _day(node: Any, where: str) -> date:
    try:
        found = date.fromisoformat(node)
    except (TypeError, ValueError):
        found = None
    if found is None or found.isoformat() != node:
        raise ShapeError(f"{where} must be a day written YYYY-MM-DD")
    return found


def _object(kind: type, node: Any, where: str) -> Any:
    if type(node) is not dict:
        raise ShapeError(f"{where} must be an object")
    expected = _fields(kind)
    for key in node:
        if key not in expected:
            raise ShapeError(f"{where} has a key {shorten(key)} that this version does not know")
    for key in expected:
        if key not in node:
            raise ShapeError(f"{where} lacks the key {shorten(key)}")
    return kind(**{key: _read(type_, node[key], f'"{key}"') for key, type_ in expected.items()})


@lru_cache(maxsize=32)
def _fields(kind: type) -> dict[str, Any]:
    """Return the fields of a dataclass with their types."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
