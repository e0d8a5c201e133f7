"""What is known of a case, as numbers: 0 (no), 1 (undecided) or 2 (yes) for every test that rules make.

Types, absence, evidence and dates end here; the engine never sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache

from advisor.evidence import UNKNOWN_STATE, Known, MemberView, Place, State, View
from advisor.facttests import States, TestFunction, decider, knowledge_function, reference_function
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest, Value, paths_read
from advisor.program import NO, UNDECIDED, YES, Program
from advisor.rows import Columns, Marks, Variants
from advisor.rulebase import Knowledge

Changes = Mapping[Place, State]
"""What is other in a variant: facts of the case or of its members, with the state that they are given."""

_Readers = list[tuple[int, TestFunction]]
"""Tests by the numbers of their columns."""

MemberPlaces = Mapping[str, tuple[str, int, MemberView]]
"""For each member's id its list, its number there, and what is known of it."""

_NOTHING: States = {}
KEPT = 20_000
"""So many facts with what is known of them are kept, with the tests that they decide."""


def differing(old: View, view: View) -> list[Place] | None:
    """Return the places whose states differ between two views; None if their lists are not the same."""
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


def _changed_states(view: View, places: MemberPlaces, change: Changes) -> tuple[States, dict[str, States]]:
    """Return what is known of the case once it is changed, and of each member of whom something is."""
    case, own = view.states, dict[str, States]()
    for (member, path), state in change.items():
        if member is None:
            case = {**case, path: state}
        elif member in places:
            own[member] = {**own.get(member, places[member][2].states), path: state}
    return case, own


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


class _World:
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
        self._readers = cache(self._find_readers)
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

    def _find_readers(self, scope: str, path: str) -> tuple[_Readers, _Readers]:
        """Return the tests of a scope that read one fact alone, and those that compare it with another."""
        alone, paired = list[tuple[int, TestFunction]](), list[tuple[int, TestFunction]]()
        for number in self._program.tests.readers.get(path, ()):
            column = self._program.columns[number]
            if column.scope == scope and number in self._program.used:
                assert isinstance(column.means, (FactTest, KnowledgeTest))
                test = (number, self._tests.function(number, self._open_world))
                (alone if len(paths_read(column.means)) == 1 else paired).append(test)
        return alone, paired

    def decide(self, row: list[int], scope: str, paths: Iterable[str], case: States, member: States) -> None:
        """Decide the tests of a scope that read these facts."""
        for number, value in self.values(scope, paths, case, member):
            row[number] = value

    def values(self, scope: str, paths: Iterable[str], case: States, member: States) -> Iterator[tuple[int, int]]:
        """Yield the tests of a scope that read these facts, with their values."""
        for path in paths:
            state = member[path] if path in member else case.get(path, UNKNOWN_STATE)
            yield from self._effect(scope, path, state.known, state.value, state.grade, state.stale, state.contradicted)
            for number, test in self._readers(scope, path)[1]:
                yield number, test(case, member)

    def effect(self, scope: str, path: str, state: State) -> list[tuple[int, int]]:
        """Return the tests of a scope that read one fact alone, with their values."""
        return self._effect(scope, path, state.known, state.value, state.grade, state.stale, state.contradicted)

    def _decided(
        self, scope: str, path: str, known: Known, value: Value | None, grade: int, stale: bool, contradicted: bool
    ) -> list[tuple[int, int]]:
        """Decide the tests that read one fact alone; the same facts are the same in case after case."""
        states = {path: State(known, value, grade, stale, contradicted)}
        return [(number, test(states, states)) for number, test in self._readers(scope, path)[0]]


class Encoder:
    """Encodes views for one program: the tests that its units make; columns that they do not use stay no.

    Most of what rules ask of a case is not known of it: a view is encoded as one of which nothing is known, and then
    the tests are decided that read what is.
    """

    def __init__(self, program: Program, tests: Deciders) -> None:
        self.program = program
        self._tests = tests
        self._lists = tuple(tests.knowledge.lists)
        self._own = {name: program.own_columns(name) for name in self._lists}
        self._worlds: dict[bool, _World] = {}
        self._last: dict[bool, tuple[View, Columns]] = {}
        self._list_tests = [
            (number, means)
            for number in program.tests.lists
            if number in program.used and isinstance(means := program.columns[number].means, KnowledgeTest)
        ]

    def test(self, column: int, case: States, member: States) -> int:
        """Return the value of a single test column, from what is known of the case and of a member of its list."""
        return self._tests.function(column)(case, member)

    def _world(self, open_world: bool) -> _World:
        if open_world not in self._worlds:
            self._worlds[open_world] = _World(self.program, self._tests, open_world)
        return self._worlds[open_world]

    def encode(self, view: View, open_world: bool = False) -> Columns:
        """Encode a view. In the open world, tests of knowledge on an unknown fact are undecided (docs/semantics.md)."""
        world = self._world(open_world)
        case = world.empty_case.copy()
        world.decide(case, CASE, view.states, view.states, _NOTHING)
        for number, means in self._list_tests:
            case[number] = self._list_known(means, view, open_world)
        members = {name: self._rows(case, name, view, world) for name in self._lists}
        ids = {name: tuple(m.id for m in view.lists.get(name, ())) for name in self._lists}
        return Columns(case, members, ids, {name: view.is_complete(name) for name in self._lists})

    def _rows(self, case: list[int], list_: str, view: View, world: _World) -> list[list[int]]:
        members = view.lists.get(list_, ())
        if not members:
            return []
        shared = case.copy()
        beside = world.shared[list_] & view.states.keys()
        world.blank(shared, list_)
        rows = [shared.copy() for _ in members]
        for row, member in zip(rows, members, strict=True):
            world.decide(row, list_, (*member.states, *beside), view.states, member.states)
        return rows

    def variants(self, view: View, changes: Sequence[Changes], open_world: bool = False) -> Variants:
        """Encode a view side by side with itself, each variant with the changes of its own."""
        result = self.spread(self._encoded(view, open_world), len(changes))
        places: MemberPlaces = {
            m.id: (name, n, m) for name, members in view.lists.items() for n, m in enumerate(members)
        }
        marks = {scope: Marks() for scope in (CASE, *self._lists)}
        for number, change in enumerate(changes):
            if change:
                self._vary(marks, view, places, change, number, self._world(open_world), len(changes))
        for scope, found in marks.items():
            found.apply(result.case if scope == CASE else result.members[scope])
        return result

    def _encoded(self, view: View, open_world: bool) -> Columns:
        """Encode a view to read from; searches vary the same one again and again."""
        last = self._last.get(open_world)
        if last is None or last[0] is not view:
            last = self._last[open_world] = (view, self.encode(view, open_world))
        return last[1]

    def spread(self, columns: Columns, width: int = 1) -> Variants:
        """Return encoded columns as so many variants, all alike."""
        return Variants(columns, width, self._own)

    def _vary(
        self,
        marks: dict[str, Marks],
        view: View,
        places: MemberPlaces,
        change: Changes,
        number: int,
        world: _World,
        width: int,
    ) -> None:
        """Decide again, in one variant, the tests that read what it changes."""
        if len(change) == 1 and self._vary_alone(marks, places, change, number, world, width):
            return
        case, own = _changed_states(view, places, change)
        paths = [path for member, path in change if member is None]
        marks[CASE].note(1 << number, world.values(CASE, paths, case, _NOTHING))
        for id_, states in own.items():
            list_, index, _ = places[id_]
            theirs = [path for member, path in change if member == id_]
            marks[list_].note(1 << index * width + number, world.values(list_, theirs, case, states))
        for id_, (list_, index, member) in places.items() if paths else ():
            both = world.shared[list_].intersection(paths)
            if both:
                states = own.get(id_, member.states)
                marks[list_].note(1 << index * width + number, world.values(list_, both, case, states))

    def _vary_alone(
        self, marks: dict[str, Marks], places: MemberPlaces, change: Changes, number: int, world: _World, width: int
    ) -> bool:
        """Do so where a single fact changes that no test compares with another; False where one does."""
        ((member, path), state), *_ = change.items()
        scope, index = CASE, 0
        if member is not None:
            if member not in places:
                return True
            scope, index, _ = places[member]
        if path in world.compared:
            return False
        marks[scope].note(1 << index * width + number, world.effect(scope, path, state))
        return True

    def _list_known(self, test: KnowledgeTest, view: View, open_world: bool) -> int:
        given = test.path in view.lists
        if not given and open_world:
            return UNDECIDED
        return YES if given == (test.ask == "known") else NO
