"""Engine and shadow compared, value by value and firing by firing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from advisor.inference import Fired, Inference
from advisor.model import CASE
from advisor.program import NO, YES, Program
from advisor.rows import picker

KEPT = 200
"""Of a unit, so many combinations of values that it read are kept, with the alternatives that hold for them."""

_Expected = tuple[tuple[Fired, ...], tuple[Fired, ...]]
"""What has to fire possibly, and for certain."""


class Agreement:
    """Compares what the engine did with what its shadow says.

    Of a unit, those alternatives have to fire that hold by the values of its columns. A unit with a single one fires as
    its own value says.
    """

    def __init__(self, program: Program, lists: Iterable[str]) -> None:
        self._program = program
        self._own = {name: picker(program.own_columns(name)) for name in lists}

    @cached_property
    def _units(self) -> dict[str, tuple[list[tuple[int, Fired]], list[_Several]]]:
        """For each scope the units of a single alternative, and those of several; needed only where firings are."""
        scopes: dict[str, tuple[list[tuple[int, Fired]], list[_Several]]] = {s: ([], []) for s in (CASE, *self._own)}
        for part in (part for level in self._program.parts for part in level):
            alternatives: dict[int, list[tuple[int, ...]]] = {number: [] for number in part.units}
            for unit, _, *literals in part.alternatives:
                alternatives[unit].append(tuple(literals))
            single, several = scopes[part.scope]
            single += [(unit, (unit, 0)) for unit, found in alternatives.items() if len(found) == 1]
            several += [_Several(unit, found) for unit, found in alternatives.items() if len(found) != 1]
        return scopes

    def differing(self, engine: Inference, shadow: Inference, traced: bool) -> list[int] | None:
        """Return the units on which they differ; None if they agree, nothing if it is columns on which they do not."""
        if engine.case == shadow.case and engine.members == shadow.members and self._same_columns(engine, shadow):
            wrong = self._other_firings(engine) if traced else set()
            return sorted(wrong) if wrong else None
        return sorted(_other_values(engine, shadow))

    def _same_columns(self, engine: Inference, shadow: Inference) -> bool:
        """Tell whether columns are the same; of members, those that they have a value of their own in."""
        return engine.columns.case == shadow.columns.case and all(
            list(map(own, engine.columns.members[name])) == list(map(own, shadow.columns.members[name]))
            for name, own in self._own.items()
        )

    def _other_firings(self, engine: Inference) -> set[int]:
        """Return the units of which other alternatives fired than hold, or one of them more than once."""
        fired: dict[tuple[str, int], tuple[list[Fired], list[Fired]]] = {}
        for answer in engine.record:
            possible, certain = fired.setdefault((answer.list, answer.member), ([], []))
            possible += answer.possible
            certain += answer.certain
        wrong = set[int]()
        for where, expected in self._expected(engine):
            for found, wanted in zip(fired.pop(where, ([], [])), expected, strict=True):
                if len(found) != len(wanted) or set(found) != set(wanted):
                    wrong.update(_unlike(found, wanted))
        return wrong.union(unit for lists in fired.values() for found in lists for unit, _ in found)

    def _expected(self, engine: Inference) -> Iterator[tuple[tuple[str, int], tuple[list[Fired], list[Fired]]]]:
        """Yield what has to fire for the case, and for each member."""
        yield ("", -1), self._of_row(CASE, engine.case, engine.columns.case)
        for name, rows in engine.members.items():
            for member, (values, columns) in enumerate(zip(rows, engine.columns.members[name], strict=True)):
                yield (name, member), self._of_row(name, values, columns)

    def _of_row(self, scope: str, values: list[int], columns: list[int]) -> tuple[list[Fired], list[Fired]]:
        single, many = self._units[scope]
        possible = [fired for number, fired in single if values[number]]
        certain = [fired for number, fired in single if values[number] == YES]
        for several in many:
            if values[several.number]:
                maybe, surely = several.expected(columns)
                possible += maybe
                certain += surely
        return possible, certain


class _Several:
    """A unit of several alternatives, with what is known of values that its columns had."""

    def __init__(self, number: int, alternatives: Sequence[tuple[int, ...]]) -> None:
        self.number = number
        self._alternatives = alternatives
        self._pick = picker(sorted({literal // 2 for literals in alternatives for literal in literals}))
        self._known: dict[tuple[int, ...], _Expected] = {}

    def expected(self, columns: list[int]) -> _Expected:
        """Return the alternatives that hold possibly, and those that do for certain."""
        values = self._pick(columns)
        found = self._known.get(values)
        if found is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            strengths = [_strength(alternative, columns) for alternative in self._alternatives]
            fired = [((self.number, place), strength) for place, strength in enumerate(strengths)]
            found = tuple(one for one, s in fired if s != NO), tuple(one for one, s in fired if s == YES)
            self._known[values] = found
        return found


def _strength(literals: Iterable[int], row: list[int]) -> int:
    """Return the value of an alternative, the weakest of what it asks for."""
    values = [row[literal // 2] if literal % 2 else YES - row[literal // 2] for literal in literals]
    return min(values, default=YES)


def _unlike(found: list[Fired], wanted: list[Fired]) -> Iterator[int]:
    """Yield the units that fired otherwise than they had to."""
    many, due = Counter(found), Counter(wanted)
    yield from (unit for unit, _ in (many - due) + (due - many))


def _other_values(engine: Inference, shadow: Inference) -> set[int]:
    rows = [(engine.case, shadow.case)]
    for name, members in engine.members.items():
        rows.extend(zip(members, shadow.members[name], strict=True))
    return {number for mine, other in rows for number, value in enumerate(mine) if value != other[number]}
