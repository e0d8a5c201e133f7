"""What is known of a case, as numbers: 0 (no), 1 (undecided) or 2 (yes) for every test that rules make.

Types, absence, evidence and dates end here; the engine never sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.evidence import MemberView, Place, State, View
from advisor.facttests import States
from advisor.model import CASE, KnowledgeTest
from advisor.program import NO, UNDECIDED, YES, Program
from advisor.record import dataclass
from advisor.rows import Columns, Marks, Variants
from advisor.worlds import Deciders, World

Changes = Mapping[Place, State]
"""What is other in a variant: facts of the case or of its members, with the state that they are given."""

MemberPlaces = Mapping[str, tuple[str, int, MemberView]]
"""For each member's id its list, its number there, and what is known of it."""


@dataclass(frozen=True)
class Marked:
    """So many variants of a view, as far as they are other than it."""

    view: View
    width: int
    marks: dict[str, Marks]


_NOTHING: States = {}


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
        self._worlds: dict[bool, World] = {}
        self._last: dict[bool, tuple[View, Columns]] = {}
        self._list_tests = [
            (number, means)
            for number in program.tests.lists
            if number in program.used and isinstance(means := program.columns[number].means, KnowledgeTest)
        ]

    def test(self, column: int, case: States, member: States) -> int:
        """Return the value of a single test column, from what is known of the case and of a member of its list."""
        return self._tests.function(column)(case, member)

    def effect(self, scope: str, path: str, state: State) -> dict[int, int]:
        """Return the test columns of a scope that read one fact alone, with their values."""
        return self._world(False).effect(scope, path, state)

    def _world(self, open_world: bool) -> World:
        if open_world not in self._worlds:
            self._worlds[open_world] = World(self.program, self._tests, open_world)
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

    def _rows(self, case: list[int], list_: str, view: View, world: World) -> list[list[int]]:
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

    def marked(self, view: View, changes: Sequence[Changes], open_world: bool = False) -> Marked:
        """Decide the tests that are other in variants of a view, each with the changes of its own."""
        places: MemberPlaces = {
            m.id: (name, n, m) for name, members in view.lists.items() for n, m in enumerate(members)
        }
        marks = {scope: Marks() for scope in (CASE, *self._lists)}
        for number, change in enumerate(changes):
            if change:
                self._vary(marks, view, places, change, number, self._world(open_world), len(changes))
        return Marked(view, len(changes), marks)

    def variants(self, marked: Marked, open_world: bool = False) -> Variants:
        """Encode a view side by side with itself, each variant as it is marked."""
        result = self.spread(self._encoded(marked.view, open_world), marked.width)
        for scope, found in marked.marks.items():
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
        world: World,
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
        self, marks: dict[str, Marks], places: MemberPlaces, change: Changes, number: int, world: World, width: int
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
        marks[scope].note(1 << index * width + number, world.effect(scope, path, state).items())
        return True

    def _list_known(self, test: KnowledgeTest, view: View, open_world: bool) -> int:
        given = test.path in view.lists
        if not given and open_world:
            return UNDECIDED
        return YES if given == (test.ask == "known") else NO
