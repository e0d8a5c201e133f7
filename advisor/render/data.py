"""Draws results as JSON: both languages, two blanks a level, nothing in it that a terminal would obey."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from advisor.problems import UNPRINTABLE

_UNPRINTABLE = re.compile(UNPRINTABLE.pattern + r"(?<!\n)")
"""What JSON allows in a string, and a terminal would obey; only the line ends between strings are left."""


def to_json(value: Any) -> str:
    """Return a result as JSON: dataclasses as objects, days and amounts as strings.

    A result holds nothing beside its fields (no cached property): whatever an instance holds is written.
    """
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", _encoded(value))


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
