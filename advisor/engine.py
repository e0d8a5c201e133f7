"""durable_rules behind one door: the only module that imports it, on the subset that was measured to be sound.

The engine sees small whole numbers only. Each unit's alternative becomes two engine rules over the columns
that it reads: *certain* (every positive column is 2, every negated one 0) and *possible* (at least 1, at
most 1). Rules stand in shards of at most MAX_RULES; one fact is in a shard at a time: assert, drain, retract.
docs/decisions/0001-engine-diet.md gives the reasons.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, cached_property
from operator import getitem
from typing import Any, NamedTuple

from advisor.model import CASE
from advisor.problems import EngineError
from advisor.program import Alternative, Program, Unit
from advisor.record import dataclass
from advisor.rows import Picker, picker

try:
    import durable_rules_engine as _durable
except ImportError as error:  # pragma: no cover - depends on the installation
    raise EngineError(
        "the rule engine's C extension (durable_rules) is missing or was built wrongly.\n"
        "Run `make review`, or install it by hand with a C compiler present:\n"
        '  CPPFLAGS="-O2 -DPyEval_CallObject=PyObject_CallObject" pip install --no-cache-dir durable-rules'
    ) from error

MAX_RULES = 60
MAX_COLUMNS = 240
_HANDLED, _NOT_HANDLED = 0, 1
_names = itertools.count(1)


class Firing(NamedTuple):
    """One engine rule that fired: the unit, which alternative, for certain or possibly, and what it read."""

    unit: int
    alternative: int
    certain: bool
    list: str
    member: int
    values: tuple[int, ...]


class Answer(NamedTuple):
    """What the engine said of one row of one shard: the rules that fired, and the values that they could read."""

    list: str
    member: int
    fired: Sequence[_EngineRule]
    columns: Sequence[int]
    values: tuple[int, ...]

    def firings(self, certain: bool = False) -> Iterator[Firing]:
        """Yield each rule that fired, with what it read; or only those that are certain."""
        row = dict(zip(self.columns, self.values, strict=True))
        for rule in self.fired:
            if rule.certain or not certain:
                yield Firing(rule.unit, rule.alternative, rule.certain, self.list, self.member, rule.read(row))


@dataclass(frozen=True)
class _EngineRule:
    """One alternative of one unit, asked for certainty or for possibility."""

    unit: int
    alternative: int
    literals: Alternative
    certain: bool

    @cached_property
    def read(self) -> Picker:
        """Picks what the rule reads out of a row."""
        return picker([lit.column for lit in self.literals])


@cache
def _condition(column: int, positive: bool, certain: bool) -> str:
    """Return what a literal asks of its column; thousands of rules ask the same few things."""
    if positive:
        return f'{{"$gte":{{"c{column}":{2 if certain else 1}}}}}'
    return f'{{"$lte":{{"c{column}":{0 if certain else 1}}}}}'


@cache
def _fragments(column: int) -> tuple[str, str, str]:
    """Return what a fact says of a column, for each value."""
    return f',"c{column}":0', f',"c{column}":1', f',"c{column}":2'


@cache
def fnv1a(text: str) -> int:
    """Return the 32-bit hash by which the engine compares property names."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


class _Said(NamedTuple):
    """What the engine said of one fact: the rules that fired, and what that makes of their units."""

    fired: list[_EngineRule]
    values: list[tuple[int, int]]


class _Shard:
    """At most MAX_RULES engine rules with a ruleset of their own."""

    def __init__(self, rules: Sequence[_EngineRule], deciding: bool = True) -> None:
        self.rules = rules
        self.deciding = deciding
        self.columns = sorted({lit.column for rule in rules for lit in rule.literals})
        self._check()
        texts = [f'"{n}":{{"all":[{{"m":{{"$and":[{self._conditions(rule)}]}}}}]}}' for n, rule in enumerate(rules)]
        definition = "{" + ",".join(texts) + ',"w":{"all":[{"m":{"!":1}}]}}'
        self.handle = _durable.create_ruleset(f"advisor{next(_names)}", definition)
        self.pick = picker(self.columns)
        self.fragments = [_fragments(column) for column in self.columns]
        self.answers: dict[tuple[int, ...], _Said] | None = None
        """What the engine said of each fact that it was given for the present case; None: it is asked each time."""
        self._warm_up()

    def _check(self) -> None:
        names = [f"c{c}" for c in self.columns] + ["id", "sid", "$s", "!"]
        if len({fnv1a(name) for name in names}) != len(names):
            raise EngineError("two column names share the engine's hash; renumber the columns")
        if len(self.rules) > MAX_RULES or len(self.columns) > MAX_COLUMNS:
            raise EngineError("a shard exceeds what the engine was measured to hold")

    def _conditions(self, rule: _EngineRule) -> str:
        return ",".join([_condition(lit.column, lit.positive, rule.certain) for lit in rule.literals])

    def _warm_up(self) -> None:
        """Complete one action: without it the engine frees uninitialised memory when its state is dropped."""
        code, state = _durable.assert_fact(self.handle, '{"id":"0","sid":"s","!":1}')
        started = _durable.start_action_for_state(self.handle, state) if code == _HANDLED else None
        if not started or not started[1].startswith('{"w"'):
            raise EngineError("the engine did not answer its start-up check")
        if _durable.complete_and_start_action(self.handle, state) is not None:
            raise EngineError("the engine answered its start-up check twice")
        _durable.retract_fact(self.handle, '{"id":"0","sid":"s"}')
        if json.loads(_durable.get_facts(self.handle, "s")):
            raise EngineError("the engine kept a retracted fact")

    def run(self, values: tuple[int, ...]) -> _Said:
        """Return the rules that match what was picked out of a row; raise EngineError on anything unexpected."""
        found = self.answers.get(values) if self.answers is not None else None
        if found is None:
            fired, raised = self._ask(values), dict[int, int]()
            for rule in fired:
                if rule.certain or rule.unit not in raised:
                    raised[rule.unit] = 2 if rule.certain else 1
            found = _Said(fired, list(raised.items()))
            if self.answers is not None:
                self.answers[values] = found
        return found

    def _ask(self, values: tuple[int, ...]) -> list[_EngineRule]:
        try:
            return self._match(values)
        except Exception as error:
            _durable.delete_state(self.handle, "s")
            self._warm_up()
            if isinstance(error, EngineError):
                raise
            raise EngineError(f"the engine failed: {error}") from error

    def _match(self, values: tuple[int, ...]) -> list[_EngineRule]:
        """Assert one fact, drain what fires, and retract it."""
        text = "".join(map(getitem, self.fragments, values))
        code, state = _durable.assert_fact(self.handle, f'{{"id":"1","sid":"s"{text}}}')
        if code == _NOT_HANDLED:
            return []
        if code != _HANDLED:
            raise EngineError(f"the engine returned code {code} for rule {self.rules[0].unit} and its neighbours")
        started = _durable.start_action_for_state(self.handle, state)
        if not started:
            raise EngineError("the engine matched a fact and named no rule")
        fired: list[_EngineRule] = []
        message: Any = started[1]
        while message is not None:
            fired.append(self.rules[int(message[2 : message.index('"', 2)])])
            message = _durable.complete_and_start_action(self.handle, state)
        _durable.retract_fact(self.handle, '{"sid":"s","id":"1"}')
        return fired

    def close(self) -> None:
        """Free the engine's memory."""
        _durable.delete_state(self.handle, "s")
        _durable.delete_ruleset(self.handle)


class Engine:
    """Runs a program level by level. One instance must not be used by two threads at once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._deciding = {unit.number for unit in program.deciding.running}
        self._shards: list[dict[str, list[_Shard]]] = [{} for _ in program.levels]
        self._remembers = False
        self._closed = False
        for level in range(len(program.levels)):
            self.shards(level, CASE)

    def shards(self, level: int, scope: str) -> list[_Shard]:
        """Return the shards of a level and scope; those about members are made for the first case that has such."""
        found = self._shards[level].get(scope)
        if found is None:
            units = [unit for unit in self._program.levels[level] if unit.scope == scope]
            found = self._shards[level][scope] = _shards(units, self._deciding)
            if self._remembers:
                self._forget(found)
        return found

    def run(
        self, level: int, scope: str, member: int, row: Sequence[int], values: list[int], record: list[Answer] | None
    ) -> None:
        """Run one level over one row: raise `values` of the units that fired, and record what the engine answers.

        Without a record, only what bears on verdicts is run.
        """
        list_ = "" if scope == CASE else scope
        for shard in self.shards(level, scope):
            if record is None and not shard.deciding:
                break
            picked = shard.pick(row)
            fired, raised = shard.run(picked)
            for unit, value in raised:
                if value > values[unit]:  # noqa: PLR1730 -- a board's run comes here millions of times
                    values[unit] = value
            if record is not None and fired:
                record.append(Answer(list_, member, fired, shard.columns, picked))

    def remember(self) -> None:
        """Ask anew from here on, but not twice about the same fact: one case is judged in many views of it."""
        self._remembers = True
        for scopes in self._shards:
            for shards in scopes.values():
                self._forget(shards)

    def _forget(self, shards: list[_Shard]) -> None:
        for shard in shards:
            shard.answers = {}

    def close(self) -> None:
        """Free the engine's memory; the instance cannot be used afterwards."""
        if not self._closed:
            self._closed = True
            for scopes in self._shards:
                for shards in scopes.values():
                    for shard in shards:
                        shard.close()


def _shards(units: Sequence[Unit], deciding: Collection[int]) -> list[_Shard]:
    """Put units into shards: those that bear on verdicts first, apart from the others."""
    parts = [[u for u in units if (u.number in deciding) is first] for first in (True, False)]
    rules = [
        (part, first)
        for units, first in zip(parts, (True, False), strict=True)
        for part in _parts(_engine_rules(units))
    ]
    return [_Shard(part, first) for part, first in rules]


def _engine_rules(units: Iterable[Unit]) -> list[_EngineRule]:
    return [
        _EngineRule(unit.number, number, literals, certain)
        for unit in units
        for number, literals in enumerate(unit.alternatives)
        for certain in (True, False)
    ]


def _parts(rules: list[_EngineRule]) -> list[list[_EngineRule]]:
    """Cut rules into shards that keep within both limits."""
    parts: list[list[_EngineRule]] = []
    columns: set[int] = set()
    for rule in rules:
        more = columns | {lit.column for lit in rule.literals}
        if not parts or len(parts[-1]) >= MAX_RULES or len(more) > MAX_COLUMNS:
            parts.append([])
            more = {lit.column for lit in rule.literals}
        parts[-1].append(rule)
        columns = more
    return parts
