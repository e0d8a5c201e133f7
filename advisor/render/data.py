"""Draws results as JSON: both languages, two blanks a level, nothing in it that a terminal would obey."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from advisor.problems import escaped


def to_json(value: Any) -> str:
    """Return a result as JSON: dataclasses as objects, days and amounts as strings.

    What JSON allows in a string, and a terminal would obey, is escaped. A result holds nothing beside its fields (no
    cached property): whatever an instance holds is written.
    """
    return escaped(_encoded(value))


def nested(value: Any, levels: int) -> str:
    """Return a result as JSON as it stands so many levels down in a document."""
    return to_json(value).replace("\n", "\n" + "  " * levels)


def with_lists(value: Any, lists: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield a dataclass as a document; some fields are lists whose items are written already, two levels down."""
    opening = "{\n"
    for field in fields(value):
        yield f'{opening}  "{field.name}": '
        if field.name in lists:
            yield from _items(lists[field.name])
        else:
            yield nested(getattr(value, field.name), 1)
        opening = ",\n"
    yield "\n}\n"


def _items(items: Iterable[str]) -> Iterator[str]:
    opening, closing = "[\n    ", "[]"
    for item in items:
        yield opening
        yield item
        opening, closing = ",\n    ", "\n  ]"
    yield closing


def _encoded(value: Any) -> str:
    """Encode a result; what the quick library refuses (half a surrogate in the name of a file) takes the slow one."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value, default=_plain, ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    """Return what JSON has no form for as something that it has one for."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, (date, Decimal)):
        return str(value)
    raise TypeError(f"no form in JSON for {type(value).__name__}")
