"""The values of a fact that make a difference: one for each way in which the rules can tell values apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from advisor.evidence import UNKNOWN_STATE, Place, View
from advisor.model import CASE, Fact, FactRef, FactTest, SettingRef, Value
from advisor.program import Program
from advisor.rulebase import Knowledge

Number = Decimal | int


class Domain:
    """Knows for each fact which values rules distinguish."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._program = program
        self._tests = cache(self._find_tests)

    def _find_tests(self, path: str) -> list[FactTest]:
        """Return the tests that compare a fact with something."""
        readers = self._program.tests.readers.get(path, ())
        return [test for number in readers if isinstance(test := self._program.columns[number].means, FactTest)]

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

    def sample(self, place: Place, view: View) -> list[Value | None]:
        """Return the values, or one of the right type where rules tell none apart: the fact is simply known."""
        plain: dict[str, Value] = {"int": 0, "money": Decimal(0), "date": date(2000, 1, 1)}
        found = self.values(place, view)
        if any(value is not None for value in found):
            return found
        return [plain.get(self.knowledge.facts[place[1]].type, "told"), *found]

    def _around(self, fact: Fact, place: Place, view: View) -> list[Value]:
        """Return each point at which a test can turn, a value between any two, one below and one above."""
        points = sorted({p for test in self._tests(fact.path) for p in self._points(test, place, view)})
        if not points:
            return []
        if fact.type == "date":
            days = [p.toordinal() for p in points if isinstance(p, date)]
            first, last = date.min.toordinal(), date.max.toordinal()
            beside = _between(days, whole=True, step=lambda _: 1)
            return [date.fromordinal(int(n)) for n in beside if first <= n <= last]
        numbers = [p for p in points if not isinstance(p, date)]
        if fact.type == "int":
            return [int(n) for n in _between(numbers, whole=True, step=_step)]
        return [Decimal(n) for n in _between(numbers, whole=False, step=_step)]

    def _points(self, test: FactTest, place: Place, view: View) -> list[date | Decimal | int]:
        """Return the values at which a test on this fact can turn."""
        operand = test.operand
        if isinstance(operand, FactRef):
            items = self._other_side(test.path if operand.path == place[1] else operand.path, place, view)
        else:
            operand = operand.value if isinstance(operand, SettingRef) else operand
            items = operand if isinstance(operand, tuple) else (operand,)
        return [i for i in items if isinstance(i, (date, Decimal, int)) and not isinstance(i, bool)]

    def _other_side(self, path: str, place: Place, view: View) -> tuple[Value | None, ...]:
        """Return what the other fact of a comparison is: of the same member, or of every member of its list."""
        scope = self.knowledge.scope_of(path)
        if scope in (CASE, self.knowledge.scope_of(place[1])):
            return (view.state((None if scope == CASE else place[0], path)).value,)
        return tuple(m.states.get(path, UNKNOWN_STATE).value for m in view.lists.get(scope, ()))


def _between(points: Sequence[Number], whole: bool, step: Callable[[Number], Number]) -> list[Number]:
    found: list[Number] = [points[0] - step(points[0])]
    for low, high in zip(points, [*points[1:], None], strict=True):
        found.append(low)
        if high is None:
            found.append(low + step(low))
        elif not whole:
            found.append((Decimal(low) + Decimal(high)) / 2)
        elif high - low > 1:
            found.append((int(low) + int(high)) // 2)
    return found


def _step(point: Number) -> Number:
    """A step that a reader would take: one in a hundred, at least one, rounded to a whole number."""
    return max(1, abs(int(point)) // 100)
