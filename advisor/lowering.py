"""A program made ready, as far as that needs no case: conditions in short form and as Python, and what columns ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final

from advisor.model import CASE, FactTest, KnowledgeTest, paths_read
from advisor.problems import EngineError
from advisor.program import NO, UNDECIDED, YES, Column, FindingColumn, Lit, Part, QuantifiedColumn, Tests, Tree, Unit

OPERATORS: Final = ("all", "either", "count")


def parts_of(levels: Sequence[Sequence[Unit]], deciding: Collection[int]) -> tuple[tuple[Part, ...], ...]:
    """Arrange the units of each level, those that bear on verdicts apart from the others."""
    return tuple(tuple(_parts(level, deciding)) for level in levels)


def _parts(level: Sequence[Unit], deciding: Collection[int]) -> Iterator[Part]:
    for decides in (True, False):
        units = [unit for unit in level if (unit.number in deciding) is decides]
        for scope in sorted({unit.scope for unit in units}):
            yield _part(scope, decides, [unit for unit in units if unit.scope == scope])


def _part(scope: str, decides: bool, units: Sequence[Unit]) -> Part:
    reads = sorted({lit.column for unit in units for lit in _literals(unit.tree)})
    return Part(
        scope=scope,
        decides=decides,
        units=tuple(unit.number for unit in units),
        reads=tuple(reads),
        writes={unit.number: unit.writes for unit in units if unit.writes is not None},
        alternatives=tuple(
            (unit.number, place, *map(short_literal, alternative))
            for unit in units
            for place, alternative in enumerate(unit.alternatives)
        ),
        conditions=json.dumps([short(unit.tree) for unit in units], separators=(",", ":")),
    )


def tests_of(columns: Sequence[Column], scope_of: Callable[[str], str]) -> Tests:
    """Work out what columns ask; `scope_of` tells the list that a fact belongs to."""
    readers: dict[str, list[int]] = {}
    shared: dict[str, set[str]] = {}
    for column in columns:
        means = column.means
        for path in paths_read(means) if isinstance(means, (FactTest, KnowledgeTest)) else ():
            readers.setdefault(path, []).append(column.number)
            if column.scope != CASE and scope_of(path) == CASE:
                shared.setdefault(column.scope, set()).add(path)
    tests = [column.means for column in columns if isinstance(column.means, (FactTest, KnowledgeTest))]
    scopes = sorted({column.scope for column in columns} - {CASE})
    return Tests(
        readers={path: tuple(numbers) for path, numbers in readers.items() if _is_fact(path)},
        lists=tuple(n for path, numbers in readers.items() if not _is_fact(path) for n in numbers),
        shared={name: tuple(sorted(paths)) for name, paths in shared.items()},
        own={name: tuple(c.number for c in columns if c.scope == name) for name in scopes},
        quantified=tuple(c.number for c in columns if isinstance(c.means, QuantifiedColumn)),
        findings={c.means.name: c.number for c in columns if isinstance(c.means, FindingColumn)},
        compared=tuple(sorted({p for test in tests for p in paths_read(test) if len(paths_read(test)) > 1})),
        closed="".join(str(_unknown(column, False)) for column in columns),
        opened="".join(str(_unknown(column, True)) for column in columns),
    )


def _is_fact(path: str) -> bool:
    """Tell a fact from a list."""
    return "." in path


def _unknown(column: Column, open_world: bool) -> int:
    """Return what a column is while nothing is known; findings, helpers and quantifiers come later."""
    means = column.means
    if not isinstance(means, (FactTest, KnowledgeTest)) or not _is_fact(means.path):
        return NO
    if isinstance(means, FactTest) or open_world:
        return UNDECIDED
    return YES if means.ask == "unknown" else NO


def _literals(tree: Tree) -> Iterator[Lit]:
    if tree.lit is not None:
        yield tree.lit
    for part in tree.parts:
        yield from _literals(part)


def short_literal(lit: Lit) -> int:
    """Write a literal as a number."""
    return 2 * lit.column + lit.positive


def short(tree: Tree) -> Any:
    """Write a condition: a literal as its number, anything else as a list of operator, need and parts."""
    if tree.lit is not None:
        return short_literal(tree.lit)
    return [OPERATORS.index(tree.op), tree.need, *map(short, tree.parts)]


def conditions_of(part: Part) -> list[Any]:
    """Return the conditions of the units of a part in short form."""
    conditions = json.loads(part.conditions)
    if type(conditions) is not list or len(conditions) != len(part.units):
        raise broken()
    return conditions


class Lowered:
    """The conditions of a part as a list in Python: over `c` and a column's number, or `n` where it is negated."""

    def __init__(self, part: Part) -> None:
        self.columns: list[int] = []
        self.negated: list[int] = []
        self._names: dict[int, str] = {}
        conditions = conditions_of(part)
        self._allowed = frozenset(part.reads)
        self.text = f"[{', '.join([self._expression(condition) for condition in conditions])}]"

    @property
    def parameters(self) -> list[str]:
        """The names that the text reads, in the order of `columns` and then of `negated`."""
        return [f"c{number}" for number in self.columns] + [f"n{number}" for number in self.negated]

    def _expression(self, short: Any) -> str:
        """Write a condition; the text holds nothing but numbers, whatever was remembered."""
        if type(short) is not list:
            return self._names.get(short) or self._name(short)
        operator, need, *parts = short if len(short) >= 2 else (None, None)
        texts = [self._expression(part) for part in parts]
        if operator == 0:
            return f"({' & '.join(texts) or 'every'})"
        if operator == 1:
            return f"({' | '.join(texts) or 0})"
        if operator != 2 or type(need) is not int:
            raise broken()
        return f"some({need}, every, {', '.join(texts)})"

    def _name(self, literal: Any) -> str:
        """Name a literal that was not met before."""
        if type(literal) is not int or literal // 2 not in self._allowed:
            raise broken()
        column, positive = divmod(literal, 2)
        (self.columns if positive else self.negated).append(column)
        self._names[literal] = f"{'c' if positive else 'n'}{column}"
        return self._names[literal]


def broken() -> EngineError:
    """Return what to raise for conditions that nobody has written."""
    return EngineError("the conditions in the cache are not what was written there; empty its folder")
