"""Checks of compiled rules: a rule whose own conditions exclude one another can never fire."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.domain import Domain
from advisor.evidence import UNKNOWN_STATE, State, View
from advisor.model import CASE, GRADES, FactRef, FactTest, KnowledgeTest
from advisor.problems import Problem
from advisor.program import NO, Alternative, Lit, Program
from advisor.rulebase import Knowledge
from advisor.worlds import Deciders


def never_fires(program: Program, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield rules none of whose alternatives some value of each single fact could satisfy."""
    checker = _Checker(program, knowledge)
    for unit in program.units:
        if unit.rule and not any(checker.satisfiable(alternative) for alternative in unit.alternatives):
            yield Problem(
                unit.rule.at,
                "never-fires",
                f'the rule "{unit.rule.id}" can never fire: its conditions exclude one another',
            )


class _Checker:
    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.knowledge = knowledge
        self.tests = Deciders(program, knowledge)
        self.domain = Domain(program, knowledge)

    def satisfiable(self, alternative: Alternative) -> bool:
        if any(Lit(lit.column, not lit.positive) in alternative for lit in alternative):
            return False
        by_path: dict[str, list[Lit]] = {}
        for lit in alternative:
            path = self._single_path(lit)
            if path:
                by_path.setdefault(path, []).append(lit)
        return all(self._path_satisfiable(path, literals) for path, literals in by_path.items())

    def _single_path(self, lit: Lit) -> str | None:
        means = self.program.columns[lit.column].means
        if not isinstance(means, (FactTest, KnowledgeTest)) or "." not in means.path:
            return None
        return None if isinstance(getattr(means, "operand", None), FactRef) else means.path

    def _path_satisfiable(self, path: str, literals: list[Lit]) -> bool:
        return any(all(self._holds(lit, path, state) for lit in literals) for state in self._states(path))

    def _holds(self, lit: Lit, path: str, state: State) -> bool:
        on_case = self.knowledge.scope_of(path) == CASE
        value = self.tests.function(lit.column)({path: state} if on_case else {}, {} if on_case else {path: state})
        return value == (2 if lit.positive else NO)

    def _states(self, path: str) -> Iterator[State]:
        yield UNKNOWN_STATE
        yield State(contradicted=True)
        for value in self.domain.values((None, path), View({}, {}, {})) or ["text"]:
            for grade in range(len(GRADES)):
                for stale in (False, True):
                    yield State("absent" if value is None else "value", value, grade, stale)
