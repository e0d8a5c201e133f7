"""Settled or open: could the revealing of unknown facts still change the verdict, and which facts?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from advisor.arbitrate import Arbiter, Contender, Decision
from advisor.domain import Domain
from advisor.evidence import UNKNOWN_STATE, Place, State, View, learnt
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest
from advisor.program import (
    UNDECIDED,
    Column,
    FindingColumn,
    HelperColumn,
    Program,
    QuantifiedColumn,
    Tree,
    Unit,
    tree_value,
)
from advisor.record import dataclass
from advisor.rulebase import Knowledge

MAX_TRIALS = 400
"""How many combinations of values are tried to show that an open verdict is settled after all."""


Row = tuple[int, str, int]
"""A unit over the case's row (scope CASE, index -1) or over one member's row."""


@dataclass(frozen=True)
class Settlement:
    """`possible` are the verdicts that could still come out; `places` and `lists` what they hang on."""

    settled: bool
    possible: tuple[str, ...]
    places: tuple[Place, ...]
    lists: tuple[str, ...]


@dataclass
class Hanging:
    """The unknown facts and incomplete lists behind undecided conclusions."""

    places: dict[Place, None]
    lists: dict[str, None]
    exact: bool = True
    """False when something hangs on evidence, or on a comparison of two unknown facts: not to be enumerated."""


class Settler:
    """Judges settledness for one program."""

    def __init__(self, reasoner: Reasoner, arbiter: Arbiter, domain: Domain) -> None:
        self.reasoner = reasoner
        self.arbiter = arbiter
        self.domain = domain
        self.trace = Dependencies(reasoner.program, domain.knowledge)

    def settle(self, view: View, decision: Decision, opened: Inference, trying: bool = True) -> Settlement:
        """Decide from the open-world inference; where few facts are involved, try their values, if wanted."""
        possible = tuple(self.arbiter.possible(opened.case))
        if possible == (decision.verdict,):
            return Settlement(True, possible, (), ())
        hanging = self._hanging(view, opened)
        if trying and self._always(view, decision.verdict, hanging):
            return Settlement(True, (decision.verdict,), (), ())
        return Settlement(False, possible, tuple(hanging.places), tuple(hanging.lists))

    def _hanging(self, view: View, opened: Inference) -> Hanging:
        units: list[Row] = []
        for contender in self.arbiter.contested(opened.case):
            units.extend((number, CASE, -1) for number in self._undecided(contender, opened))
        return self.trace.hanging(units, opened, view)

    def _undecided(self, contender: Contender, opened: Inference) -> Iterator[int]:
        for number in (contender.unit.number, *contender.defeated_by):
            if opened.case[number] == UNDECIDED:
                yield number

    def _always(self, view: View, verdict: str, hanging: Hanging) -> bool:
        """Try every combination of values, and of leaving them unknown; True if the verdict never changes."""
        if hanging.lists or not hanging.exact or not hanging.places:
            return False
        choices = [self._states(place, view) for place in hanging.places]
        trials = 1
        for states in choices:
            trials *= len(states)
        if trials > MAX_TRIALS:
            return False
        changes = [dict(zip(hanging.places, combination, strict=True)) for combination in product(*choices)]
        every = (1 << trials) - 1
        return self.arbiter.verdicts(self.reasoner.imagine_all(view, changes).case, every).get(verdict, 0) == every

    def _states(self, place: Place, view: View) -> list[State]:
        return [UNKNOWN_STATE, *map(learnt, self.domain.sample(place, view))]


class Dependencies:
    """Follows undecided conclusions down to the facts that nobody knows."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.knowledge = knowledge

    def hanging(self, units: list[Row], inference: Inference, view: View) -> Hanging:
        """Collect what these undecided units hang on."""
        hanging = Hanging({}, {})
        seen: set[Row] = set()
        stack = list(units)
        while stack:
            key = stack.pop()
            if key in seen:
                continue
            seen.add(key)
            number, scope, member = key
            row = inference.columns.case if scope == CASE else inference.columns.members[scope][member]
            for column in _undecided_columns(self.program.units[number].tree, row):
                stack.extend(self._follow(self.program.columns[column], scope, member, inference, view, hanging))
        hanging.places = dict.fromkeys(sorted(hanging.places, key=lambda p: (p[1], p[0] or "")))
        hanging.lists = dict.fromkeys(sorted(hanging.lists))
        return hanging

    def _follow(
        self, column: Column, scope: str, member: int, inference: Inference, view: View, hanging: Hanging
    ) -> Iterator[Row]:
        means = column.means
        if isinstance(means, (FindingColumn, HelperColumn)):
            at = (CASE, -1) if column.scope == CASE else (scope, member)
            for unit in self.program.writers(column.number):
                if _value(inference, unit, at[1]) == UNDECIDED:
                    yield (unit.number, *at)
        elif isinstance(means, QuantifiedColumn):
            if not inference.columns.complete[means.list]:
                hanging.lists[means.list] = None
            for index, _ in enumerate(inference.columns.members[means.list]):
                for unit in self.program.writers(means.member_column):
                    if _value(inference, unit, index) == UNDECIDED:
                        yield (unit.number, means.list, index)
        else:
            self._note(means, scope, member, inference, view, hanging)

    def _note(
        self,
        test: FactTest | KnowledgeTest,
        scope: str,
        member: int,
        inference: Inference,
        view: View,
        hanging: Hanging,
    ) -> None:
        if "." not in test.path:
            hanging.lists[test.path] = None
            return
        paths = [test.path]
        if isinstance(test, FactTest) and isinstance(test.operand, FactRef):
            paths.append(test.operand.path)
        if isinstance(test, KnowledgeTest) and test.ask not in ("known", "unknown"):
            hanging.exact = False
        unknown: list[Place] = []
        for path in paths:
            own = scope != CASE and self.knowledge.scope_of(path) == scope
            place: Place = (inference.columns.ids[scope][member] if own else None, path)
            if view.state(place).known == "unknown":
                unknown.append(place)
        hanging.exact = hanging.exact and len(unknown) <= 1
        hanging.places.update(dict.fromkeys(unknown))


def _value(inference: Inference, unit: Unit, member: int) -> int:
    return inference.case[unit.number] if unit.scope == CASE else inference.members[unit.scope][member][unit.number]


def _undecided_columns(tree: Tree, row: list[int]) -> Iterator[int]:
    """Yield the undecided columns under undecided parts of a condition; decided parts cannot change."""
    if tree.lit is not None:
        if row[tree.lit.column] == UNDECIDED:
            yield tree.lit.column
    elif tree_value(tree, row) == UNDECIDED:
        for part in tree.parts:
            yield from _undecided_columns(part, row)
