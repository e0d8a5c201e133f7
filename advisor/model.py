"""The nouns of the product: texts, facts, conditions. Frozen, without behaviour beyond look-up.

The words are those of the files (docs/rule-language.md, docs/knowledge.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from advisor.problems import NOWHERE, Location
from advisor.record import dataclass

Value = str | bool | int | Decimal | date
"""A typed fact value: enum value or text, yes/no, whole number, amount, day."""

FactType = Literal["enum", "bool", "int", "money", "date", "text"]
Change = Literal["ours", "theirs", "given"]
Operator = Literal["is", "in", "at_least", "above", "at_most", "below"]
Ask = Literal["known", "unknown", "stale", "contradicted", "evidence"]
Quantifier = Literal["any", "every", "none"]

CASE = "case"
"""The scope of a fact that belongs to the case as a whole, not to a member of a list."""

GRADES: tuple[str, ...] = ("assumed", "told", "written", "confirmed")
"""The evidence ladder, weakest first (docs/semantics.md)."""

FALLBACK = "qualify-first"
"""The verdict when no candidate is yes (docs/semantics.md)."""


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    en: str
    zh: str

    def get(self, lang: str) -> str:
        """Return the words in `en` or `zh`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Fact:
    """The declaration of a fact in the dictionary."""

    path: str
    scope: str
    type: FactType
    label: Text
    ask: Text
    who: tuple[str, ...]
    cost: int
    change: Change
    claim: bool
    values: dict[str, Text]
    ordered: bool = False
    absent: Text | None = None
    stale_after: int | None = None
    sensitive: str | None = None
    incident: bool = False
    """Tells of something that may have happened; while nothing is on file, it does not keep a verdict open."""
    quiet: Value | None = None
    """The value of an incident while nothing happened; None: known to be absent."""
    one_way: bool = False
    """Values only move forward: what has been reached does not go back, so no flip card proposes that."""
    our_label: bool = False
    """A name that we give the state of things: signs turn it, so no flip card proposes to change it."""
    at: Location = field(default=NOWHERE, compare=False)

    def rank(self, value: Value) -> int | Decimal | date:
        """Order a value among its kind: position in an ordered enum, else the value itself."""
        if isinstance(value, str):
            return self._ranks[value]
        return value

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {value: place for place, value in enumerate(self.values)}

    @property
    def comparable(self) -> bool:
        """Whether values of this fact have an order."""
        return self.type in ("int", "money", "date") or (self.type == "enum" and self.ordered)


@dataclass(frozen=True)
class Setting:
    """A threshold of ours: a number with its reason."""

    name: str
    value: Decimal
    label: Text
    why: Text


@dataclass(frozen=True)
class FactRef:
    """The right side of a comparison with another fact."""

    path: str


@dataclass(frozen=True)
class SettingRef:
    """The right side of a comparison with a setting, with the value that it had when loaded."""

    name: str
    value: Value


@dataclass(frozen=True)
class FactTest:
    """A test on a fact. `operand` is None for `is: none`; `in` takes a tuple of values."""

    path: str
    op: Operator
    operand: Value | tuple[Value, ...] | FactRef | SettingRef | None
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class KnowledgeTest:
    """A test on what is known of a fact or list; never undecided. `grade` only for `evidence`."""

    ask: Ask
    path: str
    grade: str | None = None
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class FindingTest:
    """Reads a conclusion of other rules."""

    name: str
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Quantified:
    """`any`, `every` or `none` of a list's members such that `where` holds."""

    quantifier: Quantifier
    list: str
    where: Condition
    word: str | None = field(default=None, compare=False)
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Count:
    """At least `need` of the parts hold; `setting` names the threshold that `need` came from."""

    need: int
    parts: tuple[Condition, ...]
    setting: str | None = None


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Test = FactTest | KnowledgeTest
Condition = All | Either | Count | Not | Quantified | FactTest | KnowledgeTest | FindingTest


def leaves(condition: Condition) -> Iterator[FactTest | KnowledgeTest | FindingTest | Quantified]:
    """Yield every test of a condition, quantifiers first and then what stands inside them."""
    if isinstance(condition, (All, Either, Count)):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition
        if isinstance(condition, Quantified):
            yield from leaves(condition.where)


def paths_read(condition: Condition) -> set[str]:
    """Return the paths of all facts that a condition reads, compared facts included."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, (FactTest, KnowledgeTest)):
            found.add(leaf.path)
        if isinstance(leaf, FactTest) and isinstance(leaf.operand, FactRef):
            found.add(leaf.operand.path)
    return found
