"""The rules in CLIPS (clipspy): chained by CLIPS itself, levels as saliences.

The tests of the case are one fact with a slot for each, those of each member another; what is concluded are facts of
their own: `(y17)` when column 17 is yes, `(p17)` when it is at least undecided, with the member's number behind it.
Of the forms that were tried this one is the fastest: one fact for each value takes six times as long. Slots have
the value of ignorance as default, so that a deal asserts only what it knows. Firings are printed to a file that is
read after the run: a call of Python, or a fact, for each firing takes longer.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

import clips

from advisor.model import CASE
from advisor.program import Alternative, Column, Lit, QuantifiedColumn, Unit
from benchmarks.engines.base import Facts, Layout, Outcome

_OF_TESTS = {(True, True): "2", (True, False): "0", (False, True): "~0", (False, False): "~2"}
"""What a slot must hold, by (certain, positive)."""


class Clips:
    """A CLIPS environment that holds the rules."""

    name = "CLIPS (clipspy)"
    form = "a fact with slots for the case and for each member, levels as saliences, chained by CLIPS"

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._units = layout.program.units
        self._rules: list[tuple[int, int, bool]] = []
        self._environment: Any = clips.Environment()
        handle, self._path = tempfile.mkstemp(prefix="firings.")
        self._firings = os.fdopen(handle, "rb")
        self._environment.eval(f'(open "{self._path}" fired "w")')
        for scope, tests in layout.tests.items():
            slots = "".join(f"(slot c{n} (default {layout.ignorance[n]}))" for n in tests)
            self._environment.build(f"(deftemplate {scope} (slot id (default 0)){slots})")
        for unit in self._units:
            for number, alternative in enumerate(unit.alternatives):
                for certain in (True, False):
                    self._build(unit, number, alternative, certain)
        for column in layout.program.columns:
            if isinstance(column.means, QuantifiedColumn):
                self._quantify(column, column.means)
        self._templates = {scope: self._environment.find_template(scope) for scope in layout.tests}

    def _build(self, unit: Unit, number: int, alternative: Alternative, certain: bool) -> None:
        key, mine = len(self._rules), unit.scope != CASE
        self._rules.append((unit.number, number, certain))
        head = f"(defrule r{key} (declare (salience {-2 * unit.level}))"
        then = f'(printout fired "{key} " {"?m" if mine else -1} " ")'
        if unit.writes is not None:
            then += f"(assert ({'y' if certain else 'p'}{unit.writes}{' ?m' if mine else ''}))"
        self._environment.build(f"{head} {self._when(unit.scope, alternative, certain)} => {then})")

    def _when(self, scope: str, alternative: Alternative, certain: bool) -> str:
        """Write an alternative: tests of the member and of the case as a pattern each, then what was concluded."""
        of_member, of_case, some, none = "", "", "", ""
        for lit in alternative:
            if self._layout.is_test(lit.column):
                slot = f"(c{lit.column} {_OF_TESTS[certain, lit.positive]})"
                if self._layout.is_members(lit.column):
                    of_member += slot
                else:
                    of_case += slot
            elif lit.positive:
                some += self._concluded(lit, certain)
            else:
                none += f"(not {self._concluded(lit, not certain)})"
        member = f"({scope} (id ?m){of_member})" if scope != CASE else ""
        return member + (f"({CASE} {of_case})" if of_case else "") + some + none

    def _concluded(self, lit: Lit, certain: bool) -> str:
        member = " ?m" if self._layout.is_members(lit.column) else ""
        return f"({'y' if certain else 'p'}{lit.column}{member})"

    def _quantify(self, column: Column, means: QuantifiedColumn) -> None:
        """Add the rules that combine what was concluded about each member."""
        yes, some = f"(y{means.member_column} ", f"(p{means.member_column} "
        hidden, whole = f"(incomplete {means.list})", f"(not (incomplete {means.list}))"
        possibly = f"(assert (p{column.number}))"
        surely = f"(assert (y{column.number})){possibly}"
        if means.quantifier == "any":
            bodies = [(f"(exists {yes}?))", surely), (f"(exists {some}?))", possibly), (hidden, possibly)]
        elif means.quantifier == "none":
            bodies = [(f"{whole}(not {some}?))", surely), (f"(not {yes}?))", possibly)]
        else:
            every = f"(not (and ({means.list} (id ?m)) (not "
            bodies = [(f"{whole}{every}{yes}?m))))", surely), (f"{every}{some}?m))))", possibly)]
        for number, (when, then) in enumerate(bodies):
            head = f"(defrule q{column.number}-{number} (declare (salience {-2 * column.level - 1}))"
            self._environment.build(f"{head} {when} => {then})")

    def prepare(self, facts: Facts) -> list[tuple[str, dict[str, int]]]:
        """Return the facts to assert, by template, without what nobody knows."""
        found: list[tuple[str, dict[str, int]]] = []
        for scope in self._layout.tests:
            for number, row in enumerate([facts.case] if scope == CASE else facts.members[scope]):
                known = {f"c{n}": v for n, v in row.items() if v != self._layout.ignorance[n]}
                found.append((scope, {"id": number, **known}))
        return found

    def run(self, facts: Facts, prepared: list[tuple[str, dict[str, int]]]) -> Outcome:
        """Assert the facts of a deal and run to the end."""
        environment = self._environment
        environment.reset()
        for scope, slots in prepared:
            self._templates[scope].assert_fact(**slots)
        for list_, complete in facts.complete.items():
            if not complete:
                environment.assert_string(f"(incomplete {list_})")
        environment.run()
        environment.eval("(flush fired)")
        outcome = Outcome.blank(facts, len(self._units))
        words = iter(self._firings.read().split())
        for key, member in zip(words, words, strict=True):
            unit, alternative, certain = self._rules[int(key)]
            outcome.record(self._units[unit].scope, (unit, alternative, certain, int(member)))
        return outcome

    def close(self) -> None:
        """Close and remove the file of firings."""
        self._environment.eval("(close fired)")
        self._firings.close()
        os.unlink(self._path)
