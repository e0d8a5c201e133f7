"""durable_rules behind one door: the only module that imports it, on the subset that was measured to be sound.

The engine sees ones only. Each unit's alternative becomes one engine rule over its literals: a column, or the negation
of one. A fact lists the literals that fail, and a rule fires if none of its own is there. It is asked twice: with those
that fail for certain, and the rules that fire are possible; then with all that do not hold for certain. Rules stand in
shards of at most MAX_RULES; one fact is in a shard at a time: assert, drain, retract.
docs/decisions/0001-engine-diet.md gives the reasons.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from functools import cache
from operator import getitem
from typing import Any, NamedTuple

from advisor.inference import Answer, Fired
from advisor.model import CASE
from advisor.problems import EngineError
from advisor.program import Program
from advisor.rows import picker

try:
    import durable_rules_engine as _durable
except ImportError as error:  # pragma: no cover - depends on the installation
    raise EngineError(
        "the rule engine's C extension (durable_rules) is missing or was built wrongly.\n"
        "Run `make review`, or install it by hand with a C compiler present:\n"
        '  CPPFLAGS="-O2 -DPyEval_CallObject=PyObject_CallObject" pip install --no-cache-dir durable-rules'
    ) from error

MAX_RULES = 60
MAX_PROPERTIES = 240
_HANDLED, _NOT_HANDLED = 0, 1
_names = itertools.count(1)


Rule = tuple[int, ...]
"""One alternative: its unit, its place there, and its literals as numbers (`advisor.program.Part`)."""


@cache
def _name(literal: int) -> str:
    """Return the property that says that a literal fails; thousands of rules read the same few hundred."""
    return f"{'c' if literal % 2 else 'n'}{literal // 2}"


@cache
def _condition(literal: int) -> str:
    return f'{{"$nex":{{"{_name(literal)}":1}}}}'


@cache
def _fragments(literal: int, certain: bool) -> tuple[str, str, str]:
    """Return what a fact says of a literal, for each value of its column."""
    fails = f',"{_name(literal)}":1'
    doubtful = fails if certain else ""
    return (fails, doubtful, "") if literal % 2 else ("", doubtful, fails)


@cache
def fnv1a(text: str) -> int:
    """Return the 32-bit hash by which the engine compares property names; most names begin like others."""
    return ((fnv1a(text[:-1]) ^ ord(text[-1])) * 0x01000193) & 0xFFFFFFFF if text else 0x811C9DC5


class _Said(NamedTuple):
    """What the engine said of some values: the rules that fired, and what that makes of their units."""

    possible: list[Fired]
    certain: list[Fired]
    values: list[tuple[int, int]]


class _Shard:
    """At most MAX_RULES engine rules with a ruleset of their own."""

    def __init__(self, rules: Sequence[Rule], deciding: bool = True) -> None:
        self.rules = rules
        self.deciding = deciding
        self.literals = sorted({literal for _, _, *literals in rules for literal in literals})
        self._check()
        texts = [f'"{n}":{{"all":[{{"m":{{"$and":[{self._conditions(rule)}]}}}}]}}' for n, rule in enumerate(rules)]
        definition = "{" + ",".join(texts) + ',"w":{"all":[{"m":{"!":1}}]}}'
        self.handle = _durable.create_ruleset(f"advisor{next(_names)}", definition)
        self.pick = picker([literal // 2 for literal in self.literals])
        self.names = [(unit, alternative) for unit, alternative, *_ in rules]
        self._possible = [_fragments(literal, False) for literal in self.literals]
        self._certain = [_fragments(literal, True) for literal in self.literals]
        self.answers: dict[tuple[int, ...], _Said] | None = None
        """What the engine said of all values that it was asked about for the present case; None: it is always asked."""
        self._warm_up()

    def _check(self) -> None:
        names = [*map(_name, self.literals), "id", "sid", "$s", "!", "?"]
        if len({fnv1a(name) for name in names}) != len(names):
            raise EngineError("two column names share the engine's hash; renumber the columns")
        if len(self.rules) > MAX_RULES or len(self.literals) > MAX_PROPERTIES:
            raise EngineError("a shard exceeds what the engine was measured to hold")

    def _conditions(self, rule: Rule) -> str:
        return ",".join(['{"?":1}', *map(_condition, rule[2:])])

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
            possible = self._ask(values, False)
            certain = self._ask(values, True) if possible else []
            raised = {unit: 1 for unit, _ in possible}
            raised.update((unit, 2) for unit, _ in certain)
            found = _Said(possible, certain, list(raised.items()))
            if self.answers is not None:
                self.answers[values] = found
        return found

    def _ask(self, values: tuple[int, ...], certain: bool) -> list[Fired]:
        try:
            return self._match("".join(map(getitem, self._certain if certain else self._possible, values)))
        except Exception as error:
            _durable.delete_state(self.handle, "s")
            self._warm_up()
            if isinstance(error, EngineError):
                raise
            raise EngineError(f"the engine failed: {error}") from error

    def _match(self, fact: str) -> list[Fired]:
        """Assert one fact, drain what fires, and retract it."""
        code, state = _durable.assert_fact(self.handle, f'{{"id":"1","sid":"s","?":1{fact}}}')
        if code == _NOT_HANDLED:
            return []
        if code != _HANDLED:
            raise EngineError(f"the engine returned code {code} for rule {self.rules[0][0]} and its neighbours")
        started = _durable.start_action_for_state(self.handle, state)
        if not started:
            raise EngineError("the engine matched a fact and named no rule")
        fired: list[Fired] = []
        message: Any = started[1]
        while message is not None:
            fired.append(self.names[int(message[2 : message.index('"', 2)])])
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
        self._parts = program.parts
        self._shards: list[dict[str, list[_Shard]]] = [{} for _ in program.parts]
        self._remembers = False
        self._closed = False
        for level in range(len(program.parts)):
            self.shards(level, CASE)

    def shards(self, level: int, scope: str) -> list[_Shard]:
        """Return the shards of a level and scope; those about members are made for the first case that has such."""
        found = self._shards[level].get(scope)
        if found is None:
            parts = [part for part in self._parts[level] if part.scope == scope]
            shards = [_Shard(rules, part.decides) for part in parts for rules in _cut(part.alternatives)]
            found = self._shards[level][scope] = shards
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
            possible, certain, raised = shard.run(picked)
            for unit, value in raised:
                if value > values[unit]:  # noqa: PLR1730 -- a board's run comes here millions of times
                    values[unit] = value
            if record is not None and possible:
                record.append(Answer(list_, member, possible, certain))

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


def _cut(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Cut rules into shards that keep within both limits."""
    cut: list[list[Rule]] = []
    literals: set[int] = set()
    for rule in rules:
        more = literals.union(rule[2:])
        if not cut or len(cut[-1]) >= MAX_RULES or len(more) > MAX_PROPERTIES:
            cut.append([])
            more = set(rule[2:])
        cut[-1].append(rule)
        literals = more
    return cut
