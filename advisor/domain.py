"""The values of a fact that make a difference: one for each way in which the rules can tell values apart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from advisor.compile import Program
from advisor.evidence import Place, View
from advisor.model import Fact, FactRef, FactTest, Knowledge, SettingRef, Value

Number = Decimal | int


class Domain:
    """Knows for each fact which values rules distinguish, and which facts they read at all."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._tests: dict[str, list[FactTest]] = {}
        for column in program.columns:
            if isinstance(column.means, FactTest):
                self._tests.setdefault(column.means.path, []).append(column.means)
                if isinstance(column.means.operand, FactRef):
                    self._tests.setdefault(column.means.operand.path, []).append(column.means)
        self.paths = frozenset(self._tests)

    def values(self, place: Place, view: View) -> list[Value | None]:
        """Return representative values of a fact, None for known to be absent; empty for free text."""
        fact = self.knowledge.facts[place[1]]
        absent: list[Value | None] = [None] if fact.absent is not None else []
        if fact.type == "enum":
            return [*fact.values, *absent]
        if fact.type == "bool":
            return [True, False, *absent]
        if fact.type == "text":
            return []
        return [*self._around(fact, place, view), *absent]

    def _around(self, fact: Fact, place: Place, view: View) -> list[Value]:
        points = sorted({p for test in self._tests.get(fact.path, ()) for p in self._points(test, place, view)})
        if not points:
            return []
        if isinstance(points[0], date):
            days = [p + timedelta(days=d) for p in points if isinstance(p, date) for d in (-1, 0, 1)]
            return list(dict.fromkeys(days))
        numbers = [p for p in points if not isinstance(p, date)]
        around = [n for p in numbers for n in (p - _step(p), p, p + _step(p))]
        if fact.type == "int":
            return list(dict.fromkeys(int(n) for n in around))
        return list(dict.fromkeys(Decimal(n) for n in around))

    def _points(self, test: FactTest, place: Place, view: View) -> list[date | Decimal | int]:
        """Return the values at which a test on this fact can turn."""
        operand = test.operand
        if isinstance(operand, FactRef):
            other = test.path if operand.path == place[1] else operand.path
            member = place[0] if self.knowledge.scope_of(other) == self.knowledge.scope_of(place[1]) else None
            operand = view.state((member, other)).value
        if isinstance(operand, SettingRef):
            operand = operand.value
        items = operand if isinstance(operand, tuple) else (operand,)
        return [i for i in items if isinstance(i, (date, Decimal, int)) and not isinstance(i, bool)]


def _step(point: Number) -> Number:
    """A step that a reader would take: one in a hundred, at least one, rounded to a whole number."""
    return max(1, abs(int(point)) // 100)
