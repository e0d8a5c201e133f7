"""The JSON Schemas of the result document and of a ledger, generated from their dataclasses."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from advisor import result
from advisor.ledger import entry
from advisor.schema import DAY, DIALECT, Schema, enum_of, object_of

MARK = {"type": "string", "description": "stands in a file alone: who wrote it, and a hash of the rest"}


def result_schema() -> Schema:
    """Return the schema of the JSON that `advisor review` writes."""
    defs: dict[str, Schema] = {}
    root = _type_schema(result.Review, defs)
    defs[result.Review.__name__]["properties"]["mark"] = MARK
    return {"$schema": DIALECT, "title": "A review of the deal advisor", **root, "$defs": defs}


def entry_schema() -> Schema:
    """Return the schema of a line of a ledger."""
    defs: dict[str, Schema] = {}
    root = _type_schema(entry.Entry, defs)
    return {"$schema": DIALECT, "title": "An entry of a ledger of the deal advisor", **root, "$defs": defs}


def _type_schema(kind: Any, defs: dict[str, Schema]) -> Schema:
    origin = typing.get_origin(kind)
    if origin is Literal:
        return enum_of(kind)
    if origin is tuple:
        return {"type": "array", "items": _type_schema(typing.get_args(kind)[0], defs)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_type_schema(part, defs) for part in typing.get_args(kind)]}
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in defs:
            defs[kind.__name__] = {}
            defs[kind.__name__] = _dataclass_schema(kind, defs)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    simple: dict[Any, Schema] = {
        str: {"type": "string"},
        int: {"type": "integer"},
        bool: {"type": "boolean"},
        date: DAY,
        Decimal: {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
        type(None): {"type": "null"},
    }
    return simple[kind]


def _dataclass_schema(kind: type, defs: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(kind)
    listed = fields(kind)
    properties = {f.name: _type_schema(hints[f.name], defs) for f in listed}
    assert all(f.default_factory is MISSING for f in listed)
    return object_of(properties, tuple(properties))
