"""The tests of a program, and what is known of facts decides of them, in the closed world and in the open one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache

from advisor.evidence import UNKNOWN_STATE, Known, State
from advisor.facttests import States, TestFunction, decider, knowledge_function, reference_function
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest, Value, paths_read
from advisor.program import NO, Program
from advisor.rulebase import Knowledge

_Readers = list[tuple[int, TestFunction]]
"""Tests by the numbers of their columns."""

KEPT = 20_000
"""So many facts with what is known of them are kept, with the tests that they decide."""


class Deciders:
    """The tests of a program as functions, each made when it is used first."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.knowledge = knowledge
        self._known: dict[tuple[int, bool], TestFunction] = {}

    def function(self, column: int, open_world: bool = False) -> TestFunction:
        """Return what decides a test column; the open world only makes a difference to tests of knowledge."""
        means = self.program.columns[column].means
        key = (column, open_world and isinstance(means, KnowledgeTest))
        if key not in self._known:
            self._known[key] = self._made(means, open_world)
        return self._known[key]

    def _made(self, means: object, open_world: bool) -> TestFunction:
        if isinstance(means, KnowledgeTest):
            return knowledge_function(means, self._member_side(means.path), open_world)
        assert isinstance(means, FactTest)
        return self._fact_function(means)

    def _member_side(self, path: str) -> bool:
        return self.knowledge.scope_of(path) != CASE

    def _fact_function(self, test: FactTest) -> TestFunction:
        fact = self.knowledge.facts[test.path]
        here = self._member_side(test.path)
        if isinstance(test.operand, FactRef):
            return reference_function(fact, test, test.operand.path, here, self._member_side(test.operand.path))
        decide = decider(fact, test)
        path = test.path

        def on_case(case: States, _: States) -> int:
            return decide(case.get(path, UNKNOWN_STATE))

        def on_member(_: States, member: States) -> int:
            return decide(member.get(path, UNKNOWN_STATE))

        return on_member if here else on_case


class World:
    """The tests that a program makes in each scope, as they are decided in the closed or in the open world."""

    def __init__(self, program: Program, tests: Deciders, open_world: bool) -> None:
        self._program = program
        self._tests = tests
        self._open_world = open_world
        self._unknown = program.tests.opened if open_world else program.tests.closed
        self.shared = {name: frozenset(program.tests.shared.get(name, ())) for name in tests.knowledge.lists}
        """For each list the facts of the case that tests of its members read too."""
        lists = tests.knowledge.lists
        self._blank = {name: [(n, int(self._unknown[n])) for n in program.own_columns(name)] for name in lists}
        self._effect = lru_cache(maxsize=KEPT)(self._decided)
        self._alone = cache(lambda scope, path, decided: self._find(scope, path, True, decided))
        self._paired = cache(lambda scope, path: self._find(scope, path, False))
        self.compared = frozenset(program.tests.compared)
        """Facts that some test compares with another."""

    @cached_property
    def empty_case(self) -> list[int]:
        """The columns of a case of which nothing is known."""
        own = self._program.used.difference(*self._program.tests.own.values())
        return [int(value) if number in own else NO for number, value in enumerate(self._unknown)]

    def blank(self, row: list[int], list_: str) -> None:
        """Set the tests of a list's members to what they are while nothing is known."""
        for number, value in self._blank[list_]:
            row[number] = value

    def _find(self, scope: str, path: str, alone: bool, decided: tuple[int, ...] = ()) -> _Readers:
        """Return the tests of a scope that read one fact `alone`, or compare it with another; not those `decided`."""
        used, columns, found = self._program.used, self._program.columns, list[tuple[int, TestFunction]]()
        for number in self._program.tests.readers.get(path, ()):
            if number in used and number not in decided and columns[number].scope == scope:
                means = columns[number].means
                assert isinstance(means, (FactTest, KnowledgeTest))
                if (len(paths_read(means)) == 1) is alone:
                    found.append((number, self._tests.function(number, self._open_world)))
        return found

    def decide(self, row: list[int], scope: str, paths: Iterable[str], case: States, member: States) -> None:
        """Decide the tests of a scope that read these facts."""
        for number, value in self.values(scope, paths, case, member):
            row[number] = value

    def values(self, scope: str, paths: Iterable[str], case: States, member: States) -> Iterator[tuple[int, int]]:
        """Yield the tests of a scope that read these facts, with their values."""
        for path in paths:
            state = member[path] if path in member else case.get(path, UNKNOWN_STATE)
            yield from self.effect(scope, path, state).items()
            if path in self.compared:
                for number, test in self._paired(scope, path):
                    yield number, test(case, member)

    def effect(self, scope: str, path: str, state: State) -> dict[int, int]:
        """Return the tests of a scope that read one fact alone, with their values."""
        return self._effect(scope, path, state.known, state.value, state.grade, state.stale, state.contradicted)

    def _decided(
        self, scope: str, path: str, known: Known, value: Value | None, grade: int, stale: bool, contradicted: bool
    ) -> dict[int, int]:
        """Decide the tests that read one fact alone; the same facts are the same in case after case."""
        told, decided = dict[int, int](), tuple[int, ...]()
        effects = self._program.tests.effects.get(path) if known != "unknown" else None
        if effects is not None and scope == self._tests.knowledge.scope_of(path):
            decided, used = effects.tests, self._program.used
            told = {number: test for number, test in effects.of(value) if number in used}
        others = self._alone(scope, path, decided)
        states = {path: State(known, value, grade, stale, contradicted)}
        return told | {number: test(states, states) for number, test in others}
