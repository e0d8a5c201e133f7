"""Inference: levels in turn, on the engine and on its shadow, and nothing that they disagree about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from advisor.encode import Changes, Deciders, Encoder, differing
from advisor.engine import Answer, Engine, Firing
from advisor.evidence import View
from advisor.model import CASE
from advisor.problems import EngineError
from advisor.program import NO, UNDECIDED, YES, Alternative, Program, Unit
from advisor.quarantine import Quarantine
from advisor.rows import Bits, Columns
from advisor.rulebase import Knowledge
from advisor.shadow import Imagined, Shadow

Fired = tuple[int, int, bool, str, int]
"""A unit, its alternative, for certain or possibly, the list and the member."""


@dataclass
class Inference:
    """Everything concluded about one view: column values, unit values, and the engine's answers as they came."""

    columns: Columns
    case: list[int]
    members: dict[str, list[list[int]]]
    record: list[Answer] = field(default_factory=list)

    @cached_property
    def firings(self) -> list[Firing]:
        """The firings in the order in which they happened."""
        return [firing for answer in self.record for firing in answer.firings()]

    def value(self, unit: Unit) -> int:
        """Return a unit's value: of a rule about members the strongest over them."""
        if unit.scope == CASE:
            return self.case[unit.number]
        return max((values[unit.number] for values in self.members[unit.scope]), default=NO)


class Reasoner:
    """A compiled rule base, ready to judge one view after the other."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.quarantine = Quarantine(knowledge)
        self.engine = Engine(program)
        tests = Deciders(program, knowledge)
        self._whole = _Course(program, tests)
        self._deciding = _Course(program.deciding, tests)
        self.encoder = self._whole.encoder

    def infer(self, view: View, name: str, open_world: bool = False, whole: bool = True) -> Inference:
        """Infer on the engine, shadowed; raise EngineError naming the rule and the case if they differ.

        Where only the verdict matters, not the `whole` of what rules say, nothing is run and traced but what bears on
        verdicts; all other units are then no.
        """
        course = self._whole if whole else self._deciding
        columns = course.encoder.encode(self.quarantine.apply(view), open_world)
        shadow = course.shadow.run(course.encoder.spread(columns))
        result = self._run(course, columns, whole)
        wrong = course.agreement.differing(result, shadow, whole)
        if wrong is not None:
            rules = ", ".join(f'"{self.program.units[number].name}"' for number in wrong) or "its rules"
            raise EngineError(f'engine and evaluator disagree on {rules} in case "{name}"; no advice is given')
        return result

    def confirm(self, view: View, open_world: bool = False, whole: bool = False) -> Inference:
        """Infer on the engine alone, where the shadow has said already, or says elsewhere, what must come out."""
        course = self._whole if whole else self._deciding
        return self._run(course, course.encoder.encode(self.quarantine.apply(view), open_world), traced=whole)

    def imagine(self, view: View, open_world: bool = False, whole: bool = False) -> Inference:
        """Infer on the shadow alone: for searches whose results are confirmed by `infer`."""
        course = self._whole if whole else self._deciding
        columns = course.encoder.encode(self.quarantine.apply(view), open_world)
        return _inference(columns, course.shadow.run(course.encoder.spread(columns)))

    def imagine_all(
        self, view: View, changes: Sequence[Changes], open_world: bool = False, whole: bool = False
    ) -> Imagined:
        """Infer on the shadow, side by side, all the views that some changes make of one."""
        course = self._whole if whole else self._deciding
        if not view.cleared:
            base = self.quarantine.apply(view)
            apply, spares = self.quarantine.apply, self.quarantine.spares
            changes = [c if spares(c) else _changes(base, apply(view.changed(c))) for c in changes]
            view = base
        return course.shadow.run(course.encoder.variants(view, changes, open_world))

    def remember(self) -> None:
        """Begin another case: until the next, the engine is not asked twice about the same fact."""
        self.engine.remember()

    def close(self) -> None:
        """Free the engine."""
        self.engine.close()

    def _run(self, course: _Course, columns: Columns, traced: bool) -> Inference:
        size = len(self.program.units)
        case = [NO] * size
        members = {name: [[NO] * size for _ in rows] for name, rows in columns.members.items()}
        record: list[Answer] = []
        kept = record if traced else None
        for number, plan in enumerate(course.plan):
            if CASE in plan.scopes:
                self.engine.run(number, CASE, -1, columns.case, case, kept)
            for list_ in plan.lists:
                for index, row in enumerate(columns.members[list_]):
                    self.engine.run(number, list_, index, row, members[list_][index], kept)
            plan.write(columns, case, members)
        return Inference(columns, case, members, record)


class _Course:
    """How a program, or the part of it that bears on verdicts, is run: by its shadow, and beside it by the engine."""

    def __init__(self, program: Program, tests: Deciders) -> None:
        readers = _lists_that_read(program)
        self.encoder = Encoder(program, tests)
        self.shadow = Shadow(program)
        self.plan = [_LevelPlan(program, level, readers) for level in range(len(program.levels))]
        self.agreement = _Agreement(program, tests.knowledge.lists)


def _changes(base: View, view: View) -> Changes:
    """Return what is other in a view whose lists are the same."""
    return {place: view.state(place) for place in differing(base, view) or ()}


def _inference(columns: Columns, shadow: Imagined) -> Inference:
    """Return what the shadow says of a single view, as the engine would."""
    columns.case = shadow.columns.case.row(0)
    for name, rows in columns.members.items():
        own = shadow.columns.own[name]
        for index, row in enumerate(rows):
            row[:] = columns.case
            for number, value in zip(own, shadow.columns.members[name].values(own, index), strict=True):
                row[number] = value
    members = {name: [bits.row(m) for m in range(len(columns.members[name]))] for name, bits in shadow.members.items()}
    return Inference(columns, shadow.case.row(0), members)


class _Agreement:
    """Compares what the engine did with what its shadow says, value by value and firing by firing.

    A unit of one alternative fires for certain and possibly when it is yes, and possibly when it is undecided: so often
    as its value says. Where a unit has several alternatives, each is looked at.
    """

    def __init__(self, program: Program, lists: Iterable[str]) -> None:
        self.program = program
        self.units = {s: [u.number for u in program.running if u.scope == s] for s in (CASE, *lists)}
        self.several = [u for u in program.running if len(u.alternatives) > 1]
        self.numbers = {u.number for u in self.several}
        self.single = {s: [n for n in units if n not in self.numbers] for s, units in self.units.items()}

    def differing(self, engine: Inference, shadow: Imagined, traced: bool) -> list[int] | None:
        """Return the units on which they differ; None if they agree, nothing if it is columns on which they do not."""
        wrong = set(self._other_values(CASE, [engine.case], shadow.case))
        same = engine.columns.case == shadow.columns.case.row(0)
        for name, rows in engine.members.items():
            wrong.update(self._other_values(name, rows, shadow.members[name]))
            cells = ((row, member) for member, row in enumerate(engine.columns.members[name]))
            bits, own = shadow.columns.members[name], shadow.columns.own[name]
            same = same and all([row[n] for n in own] == bits.values(own, m) for row, m in cells)
        if not wrong and same:
            wrong = self._other_firings(engine) if traced else set()
            return sorted(wrong) if wrong else None
        return sorted(wrong)

    def _other_values(self, scope: str, rows: list[list[int]], bits: Bits) -> Iterator[int]:
        units = self.units[scope]
        for index, row in enumerate(rows):
            values = bits.values(units, index)
            if [row[n] for n in units] != values:
                yield from (n for n, value in zip(units, values, strict=True) if row[n] != value)

    def _other_firings(self, engine: Inference) -> set[int]:
        """Return the units that did not fire as often, or in those alternatives, as their values call for."""
        count = Counter([rule.unit for answer in engine.record for rule in answer.fired])
        for scope, units in self.single.items():
            for row in [engine.case] if scope == CASE else engine.members[scope]:
                for number in units:
                    if row[number]:
                        count[number] -= row[number]
        wrong = {number for number, left in count.items() if left and number not in self.numbers}
        wrong.update(key[0] for key in set(self._fired(engine)) ^ set(self._expected(engine)))
        for answer in engine.record:
            if len(set(map(id, answer.fired))) != len(answer.fired):
                wrong.update(rule.unit for rule, times in Counter(answer.fired).items() if times > 1)
        return wrong

    def _fired(self, engine: Inference) -> Iterator[Fired]:
        for answer in engine.record:
            for rule in answer.fired:
                if rule.unit in self.numbers:
                    yield rule.unit, rule.alternative, rule.certain, answer.list, answer.member

    def _expected(self, engine: Inference) -> Iterator[Fired]:
        """Yield the firings that the values call for, of units with several alternatives: of those that hold."""
        for unit in self.several:
            list_ = "" if unit.scope == CASE else unit.scope
            for member, (value, row) in enumerate(_rows_and_columns(engine, unit)):
                if value == NO:
                    continue
                index = member if list_ else -1
                for number, literals in enumerate(unit.alternatives):
                    strength = _strength(literals, row)
                    if strength == YES:
                        yield unit.number, number, True, list_, index
                    if strength != NO:
                        yield unit.number, number, False, list_, index


def _strength(literals: Alternative, row: list[int]) -> int:
    """Return the value of an alternative, the weakest of what it asks for; most fail at once."""
    weakest = YES
    for lit in literals:
        value = row[lit.column] if lit.positive else YES - row[lit.column]
        if value < weakest:
            if value == NO:
                return NO
            weakest = value
    return weakest


class _LevelPlan:
    """What happens after the units of one level have run: findings, helpers and quantifiers get their values."""

    def __init__(self, program: Program, level: int, readers: dict[int, tuple[str, ...]]) -> None:
        units = program.levels[level]
        self.scopes = {u.scope for u in units}
        self.lists = sorted(self.scopes - {CASE})
        writers = [u for u in units if u.writes is not None]
        self.case_writes = [
            (u.number, u.writes, readers.get(u.writes, ())) for u in writers if u.scope == CASE and u.writes is not None
        ]
        self.member_writes = {
            name: [(u.number, u.writes) for u in writers if u.scope == name and u.writes is not None]
            for name in self.lists
        }
        self.quantified = [(n, means, readers.get(n, ())) for n, means in program.quantified_at(level + 1)]

    def write(self, columns: Columns, case: list[int], members: dict[str, list[list[int]]]) -> None:
        """Write conclusions into columns: a finding is the strongest of the rules that conclude it."""
        for unit, column, lists in self.case_writes:
            if case[unit] > columns.case[column]:
                columns.put(column, case[unit], lists)
        for list_, writes in self.member_writes.items():
            for row, values in zip(columns.members[list_], members[list_], strict=True):
                for unit, column in writes:
                    if values[unit] > row[column]:  # noqa: PLR1730 -- a board's run comes here millions of times
                        row[column] = values[unit]
        for column, means, lists in self.quantified:
            found = [row[means.member_column] for row in columns.members[means.list]]
            value = quantify(means.quantifier, found, columns.complete[means.list])
            if value != NO:
                columns.put(column, value, lists)


def _rows_and_columns(inference: Inference, unit: Unit) -> Iterable[tuple[int, list[int]]]:
    if unit.scope == CASE:
        return [(inference.case[unit.number], inference.columns.case)]
    values = (row[unit.number] for row in inference.members[unit.scope])
    return zip(values, inference.columns.members[unit.scope], strict=True)


def _lists_that_read(program: Program) -> dict[int, tuple[str, ...]]:
    """Return for each column of the case the lists whose members' rules read it."""
    found: dict[int, set[str]] = {}
    for unit in program.running:
        for number in {lit.column for alternative in unit.alternatives for lit in alternative}:
            if unit.scope != CASE and program.columns[number].scope == CASE:
                found.setdefault(number, set()).add(unit.scope)
    return {number: tuple(sorted(lists)) for number, lists in found.items()}


def quantify(quantifier: str, values: Iterable[int], complete: bool) -> int:
    """Combine members' values: over an incomplete list nothing is certain but a hit or a counterexample."""
    found = list(values)
    if quantifier == "every":
        value = min(found, default=YES)
        return value if complete or value == NO else UNDECIDED
    value = max(found, default=NO)
    if not complete and value == NO:
        value = UNDECIDED
    return value if quantifier == "any" else YES - value
