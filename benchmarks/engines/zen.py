"""The rules in zen-engine: one decision graph, one expression for each alternative of a rule.

The tests of the case are numbers, those of members lists of numbers. All expressions stand in one node, by levels, so
that each reads what stands above it: a node for each level carries everything along and takes a quarter longer.
Packing the rules of a level into one expression is no faster, and a function node is several times slower.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import zen

from advisor.model import CASE
from advisor.program import YES, Alternative, Column, Lit, QuantifiedColumn
from benchmarks.engines.base import Facts, Layout, Outcome, holds


class Zen:
    """A zen-engine decision that holds the rules."""

    name = "zen-engine"
    form = "a decision graph with an expression for each alternative of a rule"

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._units = layout.program.units
        expressions = [{"id": key, "key": key, "value": value} for key, value in self._expressions()]
        graph = {
            "nodes": [
                {"id": "in", "name": "in", "type": "inputNode", "content": {}},
                {"id": "all", "name": "all", "type": "expressionNode", "content": {"expressions": expressions}},
                {"id": "out", "name": "out", "type": "outputNode", "content": {}},
            ],
            "edges": [
                {"id": "first", "sourceId": "in", "targetId": "all", "type": "edge"},
                {"id": "last", "sourceId": "all", "targetId": "out", "type": "edge"},
            ],
        }
        self._decision: Any = zen.ZenEngine().create_decision(json.dumps(graph))
        self._keys = [
            (_key(unit.number, number), unit.scope, unit.number, number)
            for unit in self._units
            for number in range(len(unit.alternatives))
        ]

    def _expressions(self) -> Iterator[tuple[str, str]]:
        """Yield every alternative, and every column that is concluded, each after what it reads."""
        program = self._layout.program
        for level, units in enumerate(((), *program.levels)):
            for unit in units:
                for number, alternative in enumerate(unit.alternatives):
                    yield _key(unit.number, number), self._over(unit.scope, self._alternative(alternative))
            for column in program.columns:
                if column.level == level and not isinstance(column.means, QuantifiedColumn):
                    yield f"d{column.number}", self._strongest(column)
            for number, means in program.quantified_at(level):
                yield f"d{number}", _quantified(means)

    def _over(self, scope: str, expression: str) -> str:
        return expression if scope == CASE else f"map({scope}, {expression})"

    def _alternative(self, alternative: Alternative) -> str:
        surely, possibly = (
            " and ".join(self._asks(lit, certain) for lit in alternative) or "true" for certain in (True, False)
        )
        return f"{possibly} ? ({surely} ? 2 : 1) : 0"

    def _asks(self, lit: Lit, certain: bool) -> str:
        name = f"c{lit.column}" if self._layout.is_test(lit.column) else f"$.d{lit.column}"
        member = "[#]" if self._layout.is_members(lit.column) else ""
        return f"{name}{member} {holds(lit, certain)}"

    def _strongest(self, column: Column) -> str:
        """Write the value of a finding or helper: the strongest alternative of the units that conclude it."""
        member = "" if column.scope == CASE else "[#]"
        parts = [
            f"$.{_key(unit.number, number)}{member}"
            for unit in self._layout.program.writers(column.number)
            for number in range(len(unit.alternatives))
        ]
        one = f"max([{', '.join(parts)}])" if len(parts) > 1 else "".join(parts) or "0"
        return self._over(column.scope, one)

    def prepare(self, facts: Facts) -> dict[str, Any]:
        """Return the context of a decision: tests by column, and for each list the numbers of its members."""
        context: dict[str, Any] = {f"c{n}": value for n, value in facts.case.items()}
        for list_ in self._layout.lists:
            rows = facts.members[list_]
            context[list_] = list(range(len(rows)))
            context[f"{list_}_hidden"] = not facts.complete.get(list_, False)
            context.update({f"c{n}": [row[n] for row in rows] for n in self._layout.tests[list_]})
        return context

    def run(self, facts: Facts, prepared: dict[str, Any]) -> Outcome:
        """Evaluate the decision."""
        found = self._decision.evaluate(prepared)["result"]
        outcome = Outcome.blank(facts, len(self._units))
        for key, scope, unit, alternative in self._keys:
            values = found[key]
            for member, value in enumerate(values) if scope != CASE else ((-1, values),):
                if value:
                    outcome.record(scope, (unit, alternative, False, member))
                if value == YES:
                    outcome.record(scope, (unit, alternative, True, member))
        return outcome

    def close(self) -> None:
        """Nothing is held outside Python's memory."""


def _key(unit: int, alternative: int) -> str:
    return f"a{unit}_{alternative}"


def _quantified(means: QuantifiedColumn) -> str:
    column, hidden = f"$.d{means.member_column}", f"{means.list}_hidden"
    if means.quantifier == "every":
        return f"all({column}, # >= 1) ? (all({column}, # == 2) and not {hidden} ? 2 : 1) : 0"
    yes, no = ("2", "0") if means.quantifier == "any" else ("0", "2")
    return f"some({column}, # == 2) ? {yes} : (some({column}, # >= 1) or {hidden}) ? 1 : {no}"
