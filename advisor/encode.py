"""What is known of a case, as numbers: 0 (no), 1 (undecided) or 2 (yes) for every test that rules make.

Types, absence, evidence and dates end here; the engine never sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from advisor.evidence import UNKNOWN_STATE, MemberView, Place, State, View
from advisor.model import CASE, GRADES, Fact, FactRef, FactTest, KnowledgeTest, SettingRef, Value, paths_read
from advisor.program import NO, UNDECIDED, YES, Column, Program
from advisor.rulebase import Knowledge

States = Mapping[str, State]
TestFunction = Callable[[States, States], int]
"""Gives a test's value from the case's states and the member's (empty for a case test)."""

_NOTHING: States = {}
NEAR = 12
"""Up to so many changed facts, a view is encoded from the last one."""


@dataclass
class Columns:
    """The values of all columns for one case: the case's own row, and a row for each member of each list.

    A member's row holds the case's values too, so that one row is all that a rule about a member reads.
    """

    case: list[int]
    members: dict[str, list[list[int]]]
    ids: dict[str, tuple[str, ...]]
    complete: dict[str, bool]

    def copy(self) -> Columns:
        """Return columns of their own with the same values."""
        members = {name: [row.copy() for row in rows] for name, rows in self.members.items()}
        return Columns(self.case.copy(), members, self.ids, self.complete)

    def put(self, column: int, value: int) -> None:
        """Set a column of the case, in the members' rows too."""
        self.case[column] = value
        for rows in self.members.values():
            for row in rows:
                row[column] = value


@dataclass(frozen=True)
class _Base:
    """A view and its columns before anything was inferred from them."""

    view: View
    columns: Columns

    def changes(self, view: View) -> list[Place] | None:
        """Return the places whose states are others in a view; None if its lists are not the same."""
        old = self.view
        if view.complete != old.complete or view.lists.keys() != old.lists.keys():
            return None
        found: list[Place] = _changed(None, old.states, view.states)
        for name, members in view.lists.items():
            before = old.lists[name]
            if members is not before:
                if [m.id for m in members] != [m.id for m in before]:
                    return None
                for one, other in zip(before, members, strict=True):
                    found.extend(_changed(other.id, one.states, other.states))
        return found


def _changed(member: str | None, old: States, new: States) -> list[Place]:
    """Return the places where two states are not one and the same; what is the same elsewhere only costs time."""
    if old is new:
        return []
    return [(member, path) for path in old.keys() | new.keys() if old.get(path) is not new.get(path)]


class Encoder:
    """Encodes views for one program.

    Searches encode thousands of views that differ from one another in a fact or two. The encoder therefore keeps the
    last view that it encoded in full, and of one that is near it decides only the tests that read what changed.
    """

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.knowledge = knowledge
        self.width = len(program.columns)
        self.lists = tuple(knowledge.lists)
        self._case = self._tests(CASE, open_world=False)
        self._case_open = self._tests(CASE, open_world=True)
        self._member = {name: self._tests(name, open_world=False) for name in self.lists}
        self._member_open = {name: self._tests(name, open_world=True) for name in self.lists}
        self._bases: dict[bool, _Base] = {}
        self._single = dict(self._case + [pair for pairs in self._member.values() for pair in pairs])
        self._list_tests = [
            (c.number, c.means)
            for c in program.columns
            if isinstance(c.means, KnowledgeTest) and c.means.path in self.lists
        ]

    def one(self, column: int, view: View, scope: str, member: int) -> int:
        """Return the value of a single test column for the case, or for a member by its index."""
        test = self._single[column]
        return test(view.states, _NOTHING if scope == CASE else view.lists[scope][member].states)

    def encode(self, view: View, open_world: bool = False) -> Columns:
        """Encode a view. In the open world, tests of knowledge on an unknown fact are undecided (docs/semantics.md)."""
        base = self._bases.get(open_world)
        changes = base.changes(view) if base else None
        if base is None or changes is None or len(changes) > NEAR:
            columns = self._encode(view, open_world)
            self._bases[open_world] = _Base(view, columns.copy())
            return columns
        columns = base.columns.copy()
        for place in changes:
            self._decide_again(columns, view, place, open_world)
        return columns

    def _encode(self, view: View, open_world: bool) -> Columns:
        case = [NO] * self.width
        for number, test in self._case_open if open_world else self._case:
            case[number] = test(view.states, _NOTHING)
        for number, means in self._list_tests:
            case[number] = self._list_known(means, view, open_world)
        tests = self._member_open if open_world else self._member
        members = {
            name: [self._row(case, tests[name], view, member) for member in view.lists.get(name, ())]
            for name in self.lists
        }
        ids = {name: tuple(m.id for m in view.lists.get(name, ())) for name in self.lists}
        return Columns(case, members, ids, {name: view.is_complete(name) for name in self.lists})

    def _decide_again(self, columns: Columns, view: View, place: Place, open_world: bool) -> None:
        """Decide the tests that read one fact: those of the case, and of members that read it too."""
        member, path = place
        readers = self._readers[open_world]
        if member is None:
            for number, test in readers[CASE].get(path, ()):
                columns.put(number, test(view.states, _NOTHING))
        for name in self.lists:
            tests = readers[name].get(path, ())
            if tests:
                for row, one in zip(columns.members[name], view.lists.get(name, ()), strict=True):
                    if member in (None, one.id):
                        for number, test in tests:
                            row[number] = test(view.states, one.states)

    @cached_property
    def _readers(self) -> dict[bool, dict[str, dict[str, list[tuple[int, TestFunction]]]]]:
        """For each world and scope, the tests by the paths that they read."""
        worlds = {False: {CASE: self._case, **self._member}, True: {CASE: self._case_open, **self._member_open}}
        return {world: {scope: self._by_path(tests) for scope, tests in of.items()} for world, of in worlds.items()}

    def _by_path(self, tests: list[tuple[int, TestFunction]]) -> dict[str, list[tuple[int, TestFunction]]]:
        found: dict[str, list[tuple[int, TestFunction]]] = {}
        for number, test in tests:
            means = self.program.columns[number].means
            assert isinstance(means, (FactTest, KnowledgeTest))
            for path in paths_read(means):
                found.setdefault(path, []).append((number, test))
        return found

    def _row(self, case: list[int], tests: list[tuple[int, TestFunction]], view: View, member: MemberView) -> list[int]:
        row = case.copy()
        for number, test in tests:
            row[number] = test(view.states, member.states)
        return row

    def _tests(self, scope: str, open_world: bool) -> list[tuple[int, TestFunction]]:
        return [
            (c.number, self._function(c, open_world))
            for c in self.program.columns
            if c.scope == scope and isinstance(c.means, (FactTest, KnowledgeTest)) and c.means.path not in self.lists
        ]

    def _function(self, column: Column, open_world: bool) -> TestFunction:
        means = column.means
        if isinstance(means, KnowledgeTest):
            return _knowledge_function(means, self._member_side(means.path), open_world)
        assert isinstance(means, FactTest)
        return self._fact_function(means)

    def _member_side(self, path: str) -> bool:
        return self.knowledge.scope_of(path) != CASE

    def _fact_function(self, test: FactTest) -> TestFunction:
        fact = self.knowledge.facts[test.path]
        here = self._member_side(test.path)
        if isinstance(test.operand, FactRef):
            return _reference_function(fact, test, test.operand.path, here, self._member_side(test.operand.path))
        decide = _decider(fact, test)
        path = test.path

        def on_case(case: States, _: States) -> int:
            return decide(case.get(path, UNKNOWN_STATE))

        def on_member(_: States, member: States) -> int:
            return decide(member.get(path, UNKNOWN_STATE))

        return on_member if here else on_case

    def _list_known(self, test: KnowledgeTest, view: View, open_world: bool) -> int:
        given = test.path in view.lists
        if not given and open_world:
            return UNDECIDED
        return YES if given == (test.ask == "known") else NO


def _decider(fact: Fact, test: FactTest) -> Callable[[State], int]:
    """Decide a test against constants: unknown is undecided, absent fails all but `is: none`."""
    operand = test.operand
    if operand is None:
        return lambda s: UNDECIDED if s.known == "unknown" else (YES if s.known == "absent" else NO)
    holds = _comparison(fact, test)

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


def _reference_function(fact: Fact, test: FactTest, other: str, here: bool, there: bool) -> TestFunction:
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


def _knowledge_function(test: KnowledgeTest, on_member: bool, open_world: bool) -> TestFunction:
    answer = _knowledge_answer(test)
    path = test.path

    def decide(case: States, member: States) -> int:
        state = (member if on_member else case).get(path, UNKNOWN_STATE)
        if open_world and state.known == "unknown":
            return UNDECIDED
        return YES if answer(state) else NO

    return decide


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
