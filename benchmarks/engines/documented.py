"""The rules in durable_rules as its README shows it: `ruleset`, `when_all`, `m.c17 == 2`, actions as Python functions.

In one ruleset the shipped rules fail with error 303 on every deal. The largest form that works cuts them into rulesets
of at most SIZE rules, each asserted a fact with only the columns that it reads, level after level; findings and
quantifiers are put together in Python between the levels. Joins and `none` are left out: they are not reliable
(docs/decisions/0001-engine-diet.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from durable.engine import MessageNotHandledException
from durable.lang import assert_fact, m, retract_fact, ruleset, when_all

from advisor.levels import quantify
from advisor.model import CASE
from advisor.program import NO, Alternative, Lit, Unit
from benchmarks.engines.base import Facts, Layout, Outcome

SIZE = 30
"""Rules of a ruleset: 30 and 60 are the fastest; 15 and 120 are a tenth slower, with 200 a deal fails."""
WIDTH = 240
"""Columns of a fact; it cannot have more than 252."""

Rule = tuple[int, int, bool, Alternative]


class Documented:
    """The rulesets of durable_rules, by level."""

    name = "durable_rules, documented style"
    form = f"rulesets of at most {SIZE} rules, an action for each rule, levels driven from Python"
    _made = 0

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._program = layout.program
        self._fired: list[tuple[int, int, bool]] = []
        Documented._made += 1
        self._levels = [list(self._rulesets(number, level)) for number, level in enumerate(self._program.levels)]

    def _rulesets(self, level: int, units: Sequence[Unit]) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Make the rulesets of a level; yield for each its scope, its name and the columns that it reads."""
        for scope in self._layout.tests:
            rules = [
                (unit.number, number, certain, alternative)
                for unit in units
                if unit.scope == scope
                for number, alternative in enumerate(unit.alternatives)
                for certain in (True, False)
            ]
            for number, part in enumerate(_parts(rules)):
                name = f"export{Documented._made}-{level}-{scope}-{number}"
                with ruleset(name):
                    for unit, alternative, certain, lits in part:
                        when_all(_condition(lits, certain))(self._action(unit, alternative, certain))
                yield scope, name, tuple(sorted({lit.column for rule in part for lit in rule[3]}))

    def _action(self, unit: int, alternative: int, certain: bool) -> Callable[[Any], None]:
        def fire(_: Any) -> None:
            self._fired.append((unit, alternative, certain))

        return fire

    def prepare(self, facts: Facts) -> None:
        """Nothing: a ruleset's fact holds what was concluded before."""

    def run(self, facts: Facts, _: None) -> Outcome:
        """Assert one fact to each ruleset, level after level."""
        width = len(self._program.columns)
        case = [facts.case.get(n, NO) for n in range(width)]
        rows = {
            name: [[row.get(n, case[n]) for n in range(width)] for row in found]
            for name, found in facts.members.items()
        }
        outcome = Outcome.blank(facts, len(self._program.units))
        for number, rulesets in enumerate(self._levels):
            for scope, name, columns in rulesets:
                for member, row in enumerate([case] if scope == CASE else rows[scope]):
                    self._assert(name, {f"c{c}": row[c] for c in columns})
                    for fired in self._fired:
                        outcome.record(scope, (*fired, -1 if scope == CASE else member))
            self._conclude(number, facts, case, rows, outcome)
        return outcome

    def _assert(self, name: str, columns: dict[str, int]) -> None:
        self._fired.clear()
        fact = {"id": "1", "sid": "deal", **columns}
        try:
            assert_fact(name, fact)
        except MessageNotHandledException:
            return
        retract_fact(name, fact)

    def _conclude(
        self, level: int, facts: Facts, case: list[int], rows: dict[str, list[list[int]]], outcome: Outcome
    ) -> None:
        """Write what a level concluded into the columns that later levels read."""
        everywhere = [case, *(row for found in rows.values() for row in found)]
        for unit in self._program.levels[level]:
            if unit.writes is not None and unit.scope == CASE:
                for row in everywhere:
                    row[unit.writes] = max(row[unit.writes], outcome.case[unit.number])
            elif unit.writes is not None:
                for row, values in zip(rows[unit.scope], outcome.members[unit.scope], strict=True):
                    row[unit.writes] = max(row[unit.writes], values[unit.number])
        for number, means in self._program.quantified_at(level + 1):
            found = [row[means.member_column] for row in rows[means.list]]
            value = quantify(means.quantifier, found, facts.complete.get(means.list, False))
            for row in everywhere:
                row[number] = value

    def close(self) -> None:
        """The library keeps rulesets as long as the process lives."""


def _condition(lits: Alternative, certain: bool) -> Any:
    condition: Any = None
    for lit in lits:
        asked = _asked(lit, certain)
        condition = asked if condition is None else condition & asked
    return condition


def _asked(lit: Lit, certain: bool) -> Any:
    column = getattr(m, f"c{lit.column}")
    if certain:
        return column == 2 if lit.positive else column == 0
    return column >= 1 if lit.positive else column <= 1


def _parts(rules: list[Rule]) -> Iterator[list[Rule]]:
    """Cut rules into parts that keep within the sizes that work."""
    part: list[Rule] = []
    columns: set[int] = set()
    for rule in rules:
        mine = {lit.column for lit in rule[3]}
        if part and (len(part) >= SIZE or len(columns | mine) > WIDTH):
            yield part
            part, columns = [], set()
        part.append(rule)
        columns |= mine
    if part:
        yield part
