"""What every export shares: the tests of a deal as numbers, what an engine concludes, and how both are laid out.

An export takes the compiled program (advisor/program.py). Tests of facts are encoded beforehand, as 0 (no),
1 (undecided) or 2 (yes): types, dates and evidence are no business of an engine, and encoding costs all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from advisor.evidence import MemberView, View
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.model import CASE, FactTest, KnowledgeTest
from advisor.program import NO, UNDECIDED, YES, Lit, Program

Values = Mapping[int, int]
"""Column numbers to 0, 1 or 2."""


@dataclass(frozen=True)
class Facts:
    """What is known of a deal: the values of all tests, of the case and each member, and which lists are complete."""

    case: Values
    members: Mapping[str, tuple[Values, ...]]
    complete: Mapping[str, bool]


Fired = tuple[int, int, bool, int]
"""One alternative of a unit that held: unit, alternative, surely or possibly, and for which member (-1: the case)."""


@dataclass
class Outcome:
    """What an engine concluded: the value of every unit, of the case and of each member, and all that fired."""

    case: list[int]
    members: dict[str, list[list[int]]]
    fired: list[Fired] = field(default_factory=list)

    @classmethod
    def blank(cls, facts: Facts, units: int) -> Outcome:
        """Return an outcome in which nothing was concluded yet."""
        return cls([NO] * units, {name: [[NO] * units for _ in rows] for name, rows in facts.members.items()})

    def record(self, scope: str, fired: Fired) -> None:
        """Take down a firing of a unit of that scope."""
        self.fired.append(fired)
        unit, _, certain, member = fired
        values = self.case if member < 0 else self.members[scope][member]
        if certain:
            values[unit] = YES
        elif not values[unit]:
            values[unit] = UNDECIDED


class Engine(Protocol):
    """A rule engine that holds the rules of one program."""

    name: str
    form: str
    """How the rules were put, in a few words."""

    def prepare(self, facts: Facts) -> Any:
        """Put facts into the form in which the engine takes them; this is not measured."""

    def run(self, facts: Facts, prepared: Any) -> Outcome:
        """Judge one deal."""

    def close(self) -> None:
        """Free what the engine holds."""


class Layout:
    """The columns of a program as an export needs them."""

    def __init__(self, reasoner: Reasoner, lists: tuple[str, ...]) -> None:
        self.program: Program = reasoner.program
        self.lists = lists
        self._reasoner = reasoner
        used = {lit.column for unit in self.program.units for alternative in unit.alternatives for lit in alternative}
        self.tests: dict[str, tuple[int, ...]] = {
            scope: tuple(
                c.number
                for c in self.program.columns
                if c.scope == scope and c.number in used and isinstance(c.means, (FactTest, KnowledgeTest))
            )
            for scope in (CASE, *lists)
        }
        self._is_test = frozenset(n for numbers in self.tests.values() for n in numbers)

    def is_test(self, column: int) -> bool:
        """Tell whether a column is a test of facts, and not concluded."""
        return column in self._is_test

    def is_members(self, column: int) -> bool:
        """Tell whether each member has a value of its own in a column."""
        return self.program.columns[column].scope != CASE

    def facts(self, inference: Inference) -> Facts:
        """Return the tests of a deal as they were encoded for an inference."""
        columns = inference.columns
        members = {
            name: tuple({n: row[n] for n in self.tests[name]} for row in columns.members.get(name, ()))
            for name in self.lists
        }
        return Facts({n: columns.case[n] for n in self.tests[CASE]}, members, dict(columns.complete))

    @cached_property
    def ignorance(self) -> dict[int, int]:
        """The value of each test while nothing is known: most tests of most deals have it."""
        nobody = {name: (MemberView("nobody", None, None, {}),) for name in self.lists}
        facts = self.facts(self._reasoner.imagine(View({}, nobody, {}), whole=True))
        return {**facts.case, **{n: v for rows in facts.members.values() for row in rows for n, v in row.items()}}


def holds(lit: Lit, certain: bool) -> str:
    """Say what a literal asks of its column, as an operator and a number, surely or possibly."""
    if certain:
        return "== 2" if lit.positive else "== 0"
    return ">= 1" if lit.positive else "<= 1"
