"""What is known of a case, as numbers: 0 (no), 1 (undecided) or 2 (yes) for every test that rules make.

Types, absence, evidence and dates end here; the engine never sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from advisor.evidence import UNKNOWN_STATE, MemberView, Place, State, View
from advisor.facttests import States, TestFunction, decider, knowledge_function, reference_function
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest, paths_read
from advisor.program import NO, UNDECIDED, YES, Column, Program
from advisor.rows import Columns, Variants
from advisor.rulebase import Knowledge

Changes = Mapping[Place, State]
"""What is other in a variant: facts of the case or of its members, with the state that they are given."""

Readers = dict[str, dict[str, list[tuple[int, TestFunction]]]]
"""For each scope, the tests by the paths that they read."""

_NOTHING: States = {}
NEAR = 12
"""Up to so many changed facts, a view is encoded from the last one."""


@dataclass(frozen=True)
class _Base:
    """A view and its columns before anything was inferred from them."""

    view: View
    columns: Columns


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
        self._own = {name: [c.number for c in program.columns if c.scope == name] for name in self.lists}
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
        changes = differing(base.view, view) if base else None
        if base is None or changes is None or len(changes) > NEAR:
            columns = self._encode(view, open_world)
            self._bases[open_world] = _Base(view, columns.copy())
            return columns
        columns = base.columns.copy()
        for place in changes:
            self._decide_again(columns, view, place, open_world)
        return columns

    def variants(self, view: View, changes: Sequence[Changes], open_world: bool = False) -> Variants:
        """Encode a view side by side with itself, each variant with the changes of its own."""
        result = self.spread(self.encode(view, open_world), len(changes))
        for number, change in enumerate(changes):
            if change:
                self._vary(result, view, change, number, self._readers[open_world])
        return result

    def spread(self, columns: Columns, width: int = 1) -> Variants:
        """Return encoded columns as so many variants, all alike."""
        return Variants(columns, width, self._own)

    def _vary(self, variants: Variants, view: View, change: Changes, number: int, readers: Readers) -> None:
        """Decide again, in one variant, the tests that read what it changes."""
        of: dict[str | None, dict[str, State]] = {}
        for (member, path), state in change.items():
            of.setdefault(member, {})[path] = state
        case = {**view.states, **of.pop(None, {})}
        for path in (path for member, path in change if member is None):
            for column, test in readers[CASE].get(path, ()):
                variants.case.put(column, 1 << number, test(case, _NOTHING))
        for name, members in view.lists.items():
            touched = [path for member, path in change if member is None and path in readers[name]]
            for index, one in enumerate(members):
                changed = of.get(one.id, {})
                if touched or changed:
                    row = 1 << index * variants.width + number
                    states = {**one.states, **changed}
                    for path in (*touched, *changed):
                        for column, test in readers[name].get(path, ()):
                            variants.members[name].put(column, row, test(case, states))

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
    def _readers(self) -> dict[bool, Readers]:
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

    def _list_known(self, test: KnowledgeTest, view: View, open_world: bool) -> int:
        given = test.path in view.lists
        if not given and open_world:
            return UNDECIDED
        return YES if given == (test.ask == "known") else NO
