"""A rule and what it concludes. Frozen, without behaviour beyond look-up.

The words are those of the files (docs/rule-language.md).
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from advisor.model import CASE, Condition, Text
from advisor.problems import NOWHERE, Location
from advisor.record import dataclass

Outcome = Literal["fires", "silent", "undecided"]
Status = Literal["draft", "stable", "deprecated"]
GuardLevel = Literal["refuse", "hold", "reword", "note"]
GUARD_LEVELS: tuple[GuardLevel, ...] = ("refuse", "hold", "reword", "note")
STOPPING: tuple[GuardLevel, ...] = ("refuse", "hold")
"""The levels of a guard that stop a case."""


@dataclass(frozen=True)
class Source:
    """Where a rule comes from: a passage of a playbook, or `ours` with the reason."""

    passage: str | None
    quote: str | None = None
    ours: Text | None = None
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Candidate:
    """A verdict that a rule puts forward, and what it overrides."""

    verdict: str
    tier: str
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Action:
    """Who does what, for whom, by when; shown for the verdicts that it serves (none named: for all)."""

    do: Text
    who: str
    to: str | None
    by: str
    serves: tuple[str, ...]
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Guard:
    """A legal limit: its level, the law behind it, and the lawful move that serves the same end.

    While it holds, actions and questions reach the customer `only_through` these roles; none named: through anybody.
    With `keeps_off` they do not reach the member whom the rule is about at all.
    """

    level: GuardLevel
    law: str
    instead: Text
    only_through: tuple[str, ...] = ()
    keeps_off: bool = False
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Classification:
    """Where the case, or the member that the rule is about, stands in a scheme (knowledge/schemes.yaml)."""

    scheme: str
    value: str
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Approach:
    """How to deal with the person whom the rule is about, in one respect (knowledge/approach.yaml)."""

    slot: str
    say: Text
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Then:
    """What a rule concludes."""

    finding: str | None = None
    candidate: Candidate | None = None
    supports: tuple[str, ...] = ()
    opposes: tuple[str, ...] = ()
    defeats: tuple[str, ...] = ()
    grave: bool = False
    actions: tuple[Action, ...] = ()
    ask: tuple[str, ...] = ()
    warning: Text | None = None
    guard: Guard | None = None
    classify: Classification | None = None
    approach: tuple[Approach, ...] = ()


@dataclass(frozen=True)
class Example:
    """A small case beside a rule, with the outcome that it must have."""

    name: str
    given: object
    expect: Outcome
    missing: tuple[str, ...]
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Rule:
    """One rule; `each` names the list whose members it judges one by one."""

    id: str
    title: Text
    status: Status
    when: Condition
    then: Then
    because: Text
    source: tuple[Source, ...]
    examples: tuple[Example, ...]
    item: int | None = None
    each: str | None = None
    at: Location = field(default=NOWHERE, compare=False)

    @property
    def scope(self) -> str:
        """The list whose members the rule judges, or CASE."""
        return self.each or CASE
