"""A program made ready, as far as that needs no case: conditions in short form and as Python, and what columns ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from advisor.evidence import State
from advisor.facttests import decider, knowing
from advisor.late import BrokenError, compact, listed, parsed
from advisor.model import CASE, Fact, FactRef, FactTest, KnowledgeTest, Value, paths_read
from advisor.parts import Effects, Part, Tests
from advisor.problems import EngineError
from advisor.program import NO, UNDECIDED, YES, Column, FindingColumn, Lit, QuantifiedColumn, Tree, Unit
from advisor.rulebase import Knowledge

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
        conditions=compact([short(unit.tree) for unit in units]),
    )


def tests_of(columns: Sequence[Column], knowledge: Knowledge) -> Tests:
    """Work out what columns ask."""
    readers: dict[str, list[int]] = {}
    shared: dict[str, set[str]] = {}
    for column in columns:
        means = column.means
        for path in paths_read(means) if isinstance(means, (FactTest, KnowledgeTest)) else ():
            readers.setdefault(path, []).append(column.number)
            if column.scope != CASE and knowledge.scope_of(path) == CASE:
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
        effects=dict(_effects(columns, knowledge.facts)),
        closed="".join(str(_unknown(column, False)) for column in columns),
        opened="".join(str(_unknown(column, True)) for column in columns),
    )


def _effects(columns: Sequence[Column], facts: Mapping[str, Fact]) -> Iterator[tuple[str, Effects]]:
    """Yield the facts of few values, with what these decide."""
    tests: dict[str, list[tuple[int, FactTest | KnowledgeTest]]] = {}
    for column in columns:
        if isinstance(column.means, (FactTest, KnowledgeTest)) and _asks_for_value(column.means):
            tests.setdefault(column.means.path, []).append((column.number, column.means))
    for path, found in tests.items():
        if path in facts and facts[path].type in ("enum", "bool"):
            yield path, _effects_of(facts[path], found)


def _effects_of(fact: Fact, tests: Sequence[tuple[int, FactTest | KnowledgeTest]]) -> Effects:
    deciders = [decider(fact, test) if isinstance(test, FactTest) else knowing(test) for _, test in tests]
    values: tuple[Value, ...] = tuple(fact.values) if fact.type == "enum" else (True, False)

    def digits(state: State) -> str:
        return "".join([str(decide(state)) for decide in deciders])

    told = {str(value): digits(State("value", value)) for value in values}
    return Effects(tuple(number for number, _ in tests), digits(State("absent")), told)


def _asks_for_value(test: FactTest | KnowledgeTest) -> bool:
    """Tell whether a fact's value decides a test, whatever else is known of it, and of other facts."""
    if isinstance(test, KnowledgeTest):
        return test.ask in ("known", "unknown")
    return not isinstance(test.operand, FactRef)


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
    try:
        return listed(parsed(part.conditions), len(part.units))
    except BrokenError as error:
        raise broken() from error


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
