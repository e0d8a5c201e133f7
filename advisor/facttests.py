"""What a single test says of what is known: 0 (no), 1 (undecided) or 2 (yes)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from advisor.evidence import UNKNOWN_STATE, State
from advisor.model import GRADES, Fact, FactRef, FactTest, KnowledgeTest, SettingRef, Value
from advisor.program import NO, UNDECIDED, YES

States = Mapping[str, State]
TestFunction = Callable[[States, States], int]
"""Gives a test's value from the case's states and the member's (empty for a case test)."""


def decider(fact: Fact, test: FactTest) -> Callable[[State], int]:
    """Decide a test against constants: unknown is undecided, absent fails all but `is: none`."""
    operand = test.operand
    if operand is None:
        return lambda s: UNDECIDED if s.known == "unknown" else (YES if s.known == "absent" else NO)
    holds = lru_cache(maxsize=64)(_comparison(fact, test))

    def decide(state: State) -> int:
        if state.known == "unknown":
            return UNDECIDED
        return YES if state.known == "value" and state.value is not None and holds(state.value) else NO

    return decide


def _comparison(fact: Fact, test: FactTest) -> Callable[[Value], bool]:
    operand = test.operand.value if isinstance(test.operand, SettingRef) else test.operand
    if isinstance(operand, tuple):
        allowed = frozenset(operand)
        return lambda value: value in allowed
    assert operand is not None
    assert not isinstance(operand, FactRef)
    return lambda value: compare(fact, test.op, value, operand)


def compare(fact: Fact, op: str, left: Value, right: Value) -> bool:
    """Compare two values of one fact's kind."""
    if op == "is":
        return left == right
    a, b = fact.rank(left), right if fact.type != "enum" else fact.rank(right)
    if op == "at_least":
        return bool(a >= b)  # type: ignore[operator]
    if op == "above":
        return bool(a > b)  # type: ignore[operator]
    if op == "at_most":
        return bool(a <= b)  # type: ignore[operator]
    return bool(a < b)  # type: ignore[operator]


def reference_function(fact: Fact, test: FactTest, other: str, here: bool, there: bool) -> TestFunction:
    """Compare two facts: undecided while either is unknown, no when either is absent."""

    def decide(case: States, member: States) -> int:
        left = (member if here else case).get(test.path, UNKNOWN_STATE)
        right = (member if there else case).get(other, UNKNOWN_STATE)
        if "absent" in (left.known, right.known):
            return NO
        if "unknown" in (left.known, right.known):
            return UNDECIDED
        assert left.value is not None
        assert right.value is not None
        return YES if compare(fact, test.op, left.value, right.value) else NO

    return decide


def knowledge_function(test: KnowledgeTest, on_member: bool, open_world: bool) -> TestFunction:
    """Ask what is known of a fact: never undecided, but in the open world while it is unknown."""
    answer = knowing(test)
    path = test.path

    def decide(case: States, member: States) -> int:
        state = (member if on_member else case).get(path, UNKNOWN_STATE)
        if open_world and state.known == "unknown":
            return UNDECIDED
        return answer(state)

    return decide


def knowing(test: KnowledgeTest) -> Callable[[State], int]:
    """Ask what is known of a fact of which something is, or in the closed world."""
    answer = _knowledge_answer(test)
    return lambda state: YES if answer(state) else NO


def _knowledge_answer(test: KnowledgeTest) -> Callable[[State], bool]:
    if test.ask == "known":
        return lambda s: s.known != "unknown"
    if test.ask == "unknown":
        return lambda s: s.known == "unknown"
    if test.ask == "stale":
        return lambda s: s.stale
    if test.ask == "contradicted":
        return lambda s: s.contradicted
    least = GRADES.index(test.grade or GRADES[0])
    return lambda s: s.known != "unknown" and s.grade >= least
