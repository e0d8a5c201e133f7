"""Readers of values that JSON holds as they are, or as text; what is not of its type is broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from advisor.late import BrokenError, Read, Store


def plain_of(kind: type) -> Read:
    """Read a value of one type that JSON knows."""

    def read(raw: Any, _: Store) -> Any:
        if type(raw) is not kind:
            raise BrokenError
        return raw

    return read


def plain_items_of(kind: type) -> Read:
    """Read what JSON holds as it is, all of one type."""
    allowed = {kind}

    def read(raw: Any, _: Store) -> Any:
        if type(raw) is not list or not allowed.issuperset(map(type, raw)):
            raise BrokenError
        return tuple(raw)

    return read


def literal_of(allowed: tuple[Any, ...]) -> Read:
    """Read one of a few words."""

    def read(raw: Any, _: Store) -> Any:
        if type(raw) is not str or raw not in allowed:
            raise BrokenError
        return raw

    return read


def decimal_of(raw: Any, _: Store) -> Decimal:
    """Read a number that stands as text."""
    try:
        found = Decimal(_text(raw))
    except InvalidOperation as error:
        raise BrokenError from error
    if not found.is_finite():
        raise BrokenError
    return found


def day_of(raw: Any, _: Store) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(_text(raw))
    except ValueError as error:
        raise BrokenError from error


def _text(raw: Any) -> str:
    if type(raw) is not str:
        raise BrokenError
    return raw
