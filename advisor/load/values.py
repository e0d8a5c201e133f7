"""What a scalar means, given the declared type of its fact."""

from __future__ import annotations

from enum import Enum

from advisor.load.reader import Reader, either_of, shorten
from advisor.model import Fact, Value
from advisor.problems import nearest
from advisor.yamlfile import Node, Scalar

RESERVED = ("none", "unknown")
"""Words with a meaning of their own, never values of an enum."""


class Unknown(Enum):
    """The mark of a fact that nobody knows."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


def fact_value(reader: Reader, fact: Fact, node: Node) -> Value | Unknown | None:
    """Read a fact's value: a typed value, None when known to be absent, UNKNOWN when nobody knows."""
    if not isinstance(node, Scalar):
        reader.bad(node.at, "not-a-word", f'"{fact.path}" must be a single value')
        return UNKNOWN
    word = node.text.strip()
    if node.plain and word in ("", "unknown"):
        return UNKNOWN
    if node.plain and word in ("null", "~"):
        reader.bad(
            node.at, "value-null", f'"{fact.path}" is null: write unknown, none (we looked, there is none) or a value'
        )
        return UNKNOWN
    if node.plain and word == "none":
        if fact.absent is None:
            reader.bad(node.at, "cannot-be-absent", f'"{fact.path}" cannot be none{_allowed(fact)}')
        return None
    return typed_value(reader, fact, node)


def typed_value(reader: Reader, fact: Fact, node: Scalar) -> Value:
    """Read a value that is neither unknown nor absent, as the fact's declared type."""
    what = f'"{fact.path}"'
    if fact.type == "bool":
        return reader.flag(node, what)
    if fact.type == "int":
        return reader.integer(node, what)
    if fact.type == "money":
        return reader.number(node, what)
    if fact.type == "date":
        return reader.day(node, what)
    word = reader.string(node, what)
    if fact.type == "enum" and word not in fact.values:
        quoted = "; write none without quotes" if word == "none" and fact.absent else ""
        hint = quoted or nearest(word, fact.values) or _allowed(fact)
        reader.bad(node.at, "value-not-allowed", f"{what} cannot be {shorten(word)}{hint}")
        return next(iter(fact.values), "")
    return word


def _allowed(fact: Fact) -> str:
    if fact.type == "bool":
        return "; allowed: yes, no, unknown"
    names = [*fact.values, *(["none"] if fact.absent else []), "unknown"]
    return f"; allowed: {either_of(names)}" if fact.values else ""
