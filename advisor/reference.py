"""Reference knowledge: terms, conflicts between the playbooks, boxes of known methods, and what a pack shows."""

from __future__ import annotations

from decimal import Decimal

from advisor.model import Text, Value
from advisor.record import dataclass


@dataclass(frozen=True)
class Term:
    """An entry of the glossary."""

    id: str
    term: Text
    means: Text
    items: tuple[int, ...]


@dataclass(frozen=True)
class Conflict:
    """Where the playbooks disagree with one another or with themselves, and how we settled it."""

    id: str
    topic: Text
    items: tuple[int, ...]
    positions: Text
    settled: Text


@dataclass(frozen=True)
class Selection:
    """Facts of those members of a list who are as `where` says: all of its facts have these values."""

    list: str
    where: dict[str, Value]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """A box of a method: what it asks for, and the facts of ours that fill it."""

    id: str
    label: Text
    asks: Text
    facts: tuple[str, ...]
    members: tuple[Selection, ...]


@dataclass(frozen=True)
class Method:
    """A way of qualifying deals that users know from elsewhere, as boxes over our facts."""

    id: str
    label: Text
    note: Text
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Axis:
    """An axis of the portfolio: the boxes whose items it counts."""

    boxes: tuple[str, ...]
    label: Text


@dataclass(frozen=True)
class PeopleAxes:
    """The facts that place people on their map; who has influence `sways` has the ear of the role `swayed`."""

    across: str
    up: str
    size: str
    met: str
    sways: str
    swayed: str


@dataclass(frozen=True)
class Pack:
    """What the board's pack shows of a deal beside its argument, by the paths of facts (knowledge/pack.yaml)."""

    grid: str
    across: Axis
    up: Axis
    amount: str
    rates: dict[str, Decimal]
    people: PeopleAxes
    criteria: tuple[str, ...]
    money: tuple[str, ...]
    always: tuple[str, ...]
