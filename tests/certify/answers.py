"""The answers of engine, shadow and specification to one deal, and everything in which they and the columns differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advisor.evidence import View, as_proven, without_incidents
from advisor.inference import Firing, Inference
from advisor.judge import Judge
from advisor.model import CASE, KnowledgeTest
from advisor.portfolio.again import on_engine
from advisor.problems import EngineError
from advisor.program import NO, UNDECIDED, YES, Column, FindingColumn, HelperColumn, Lit, QuantifiedColumn, Unit
from advisor.rulebase import Playbase
from tests.build import case_of, compiled, on_engine_alone
from tests.certify.columnar import Columnar
from tests.columns import Row, plain, sheet_of
from tests.specification import Deal, Specification, Truth
from tests.specified_verdict import Said, Verdicts

WORDS = {NO: "no", UNDECIDED: "undecided", YES: "yes"}
NUMBER = {Truth.NO: NO, Truth.UNDECIDED: UNDECIDED, Truth.YES: YES}
Values = tuple[int, ...]
"""The value for the case, or those for each member."""


@dataclass(frozen=True)
class World:
    """One of the worlds in which a deal is looked at, and what engine and shadow conclude there."""

    name: str
    view: View
    opened: bool
    engine: Inference
    shadow: Inference | None
    """None for the calm world, the open one in which nothing happened of which nothing is on file.

    It differs from the open one in facts alone, so that only the columns, which know of it, are compared there.
    """


@dataclass(frozen=True)
class Answered:
    """What was found of one deal, and how it differs."""

    worlds: tuple[World, ...]
    row: Row
    tried: bool
    said: Said
    differences: tuple[str, ...]


class Bench:
    """A rule set with all that judges its deals."""

    def __init__(self, base: Playbase) -> None:
        self.base = base
        self.program = compiled(base)
        self.judge = Judge(base, self.program)
        self.sheet = sheet_of(self.program, base.knowledge)
        self.specification = Specification(base)
        self.verdicts = Verdicts(self.specification, {unit.name: unit.number for unit in self.program.units})
        self.compared: Counter[str] = Counter()
        """How much of the engine's answers was compared with which of the others."""
        self._sizes = Counter(unit.scope for unit in self.program.units)
        self._quantified = {number: means for means, number in self.program.quantified.items()}

    def answer(self, told: View, number: int, columns: Columnar) -> Answered:
        """Judge a deal four ways; the columns have judged it already, under its number there."""
        worlds = tuple(self._worlds(told))
        row, tried = on_engine(self.judge, self.sheet, case_of(), told)
        said = self.verdicts.said(told)
        found = [message for world in worlds for message in self._in_world(world, number, columns)]
        found += self._of_verdict(told, worlds[0], row, said, plain(columns.rows[number]))
        return Answered(worlds, row, tried, said, tuple(found))

    def _worlds(self, told: View) -> Iterator[World]:
        reasoner, knowledge = self.judge.reasoner, self.base.knowledge
        reasoner.remember()
        view = reasoner.quarantine.apply(told)
        calm = without_incidents(view, knowledge)
        for name, opened in (("closed", False), ("open", True)):
            shadow = reasoner.imagine(view, opened, whole=True)
            yield World(name, view, opened, on_engine_alone(reasoner, view, opened, whole=True), shadow)
        yield World("calm", calm, True, on_engine_alone(reasoner, calm, open_world=True, whole=True), None)

    # --- of one world: every value and every firing -------------------------------------------------------------

    def _in_world(self, world: World, number: int, columns: Columnar) -> Iterator[str]:
        messages = [self._to_columns(world, number, columns)]
        if world.shadow is not None:
            messages += [self._to_shadow(world.engine, world.shadow), self._to_specification(world)]
        for found in messages:
            yield from (f"{world.name} world: {message}" for message in found)

    def _to_shadow(self, engine: Inference, shadow: Inference) -> Iterator[str]:
        if engine.case != shadow.case or engine.members != shadow.members:
            for unit in self.program.units:
                yield from _unequal(f"unit {unit.name}", "engine", _of(engine, unit), "shadow", _of(shadow, unit))
        rows = {CASE: 1, **{name: len(members) for name, members in engine.members.items()}}
        self.compared["values with the shadow"] += sum(rows[scope] * number for scope, number in self._sizes.items())
        for column in self.program.columns:
            mine, other = _read(engine, column), _read(shadow, column)
            self.compared["values with the shadow"] += len(mine) if column.number in self.program.used else 0
            if mine != other:
                yield from _unequal(self._name(column), "engine", mine, "shadow", other)
        self.compared["firings with the shadow"] += len(engine.firings)
        fired, expected = Counter(engine.firings), Counter(self._firings(shadow))
        if fired != expected:
            yield from (f"fired, not expected: {self._fired(firing)}" for firing in fired - expected)
            yield from (f"expected, did not fire: {self._fired(firing)}" for firing in expected - fired)

    def _firings(self, shadow: Inference) -> Iterator[Firing]:
        """Yield what has to fire, by the values of the shadow: each alternative that holds, for certain or possibly."""
        for unit in self.program.running:
            rows = [shadow.columns.case] if unit.scope == CASE else shadow.columns.members[unit.scope]
            for place, row in enumerate(rows):
                where = ("", -1) if unit.scope == CASE else (unit.scope, place)
                for alternative, literals in enumerate(unit.alternatives):
                    strength = min((_strength(literal, row) for literal in literals), default=YES)
                    if strength != NO:
                        yield Firing(unit.number, alternative, False, *where)
                        if strength == YES:
                            yield Firing(unit.number, alternative, True, *where)

    def _to_specification(self, world: World) -> Iterator[str]:
        deal = self.specification.read(world.view, world.opened)
        for unit in self.program.units:
            if unit.rule is not None:
                members = (None,) if unit.scope == CASE else world.view.lists.get(unit.scope, ())
                specified = tuple(NUMBER[deal.rule(unit.rule, member)] for member in members)
                mine = _of(world.engine, unit)
                self.compared["values with the specification"] += len(mine)
                if mine != specified:
                    yield from _unequal(f"rule {unit.name}", "engine", mine, "specification", specified)
        for column in self.program.columns:
            if column.number in self.program.used and not isinstance(column.means, HelperColumn):
                mine, specified = _read(world.engine, column), self._specified(column, deal)
                self.compared["values with the specification"] += len(mine)
                if mine != specified:
                    yield from _unequal(self._name(column), "engine", mine, "specification", specified)

    def _specified(self, column: Column, deal: Deal) -> Values:
        members = (None,) if column.scope == CASE else deal.view.lists.get(column.scope, ())
        means = column.means
        if isinstance(means, FindingColumn):
            return tuple(NUMBER[deal.finding(means.name, member)] for member in members)
        if isinstance(means, QuantifiedColumn):
            return (NUMBER[deal.condition(self._quantified[column.number], None)],)
        assert not isinstance(means, HelperColumn)
        return tuple(NUMBER[deal.condition(means, member)] for member in members)

    def _to_columns(self, world: World, number: int, columns: Columnar) -> Iterator[str]:
        rows = {CASE: [columns.case(number, world.name)]}
        for name in columns.lists:
            count = len(world.view.lists.get(name, ()))
            rows[name] = columns.members(number, world.name, name, count)
        things: list[tuple[str, str, str, Values]] = [
            (f"c{c.number}", c.scope, self._name(c), _read(world.engine, c)) for c in self.sheet.columns
        ]
        things += [(f"u{u.number}", u.scope, f"unit {u.name}", _of(world.engine, u)) for u in self.sheet.units]
        for key, scope, name, mine in things:
            told = tuple(row[key] for row in rows[scope])
            self.compared["values with the columns"] += len(told)
            yield from _unequal(name, "engine", mine, "columns", told)

    # --- of the verdict -----------------------------------------------------------------------------------------

    def _of_verdict(self, told: View, closed: World, row: Row, said: Said, columns: Row) -> Iterator[str]:
        for name, value in row.items():
            specified = getattr(said, name)
            if (frozenset(value) if isinstance(value, list) else value) != specified:
                yield f"{name}: engine {value}, specification {_listed(specified)}"
            if columns[name] != value:
                yield f"{name}: engine {value}, columns {columns[name]}"
        reasoner, arbiter = self.judge.reasoner, self.judge.arbiter
        proven = arbiter.decide(on_engine_alone(reasoner, as_proven(told, self.base.knowledge)[0]).case).verdict
        if proven != said.proven:
            yield f"as proven: engine {proven}, specification {said.proven}"
        for opened, wanted in ((False, {row["verdict"]}), (True, None)):
            imagined = reasoner.imagine_all(closed.view, [{}], opened)
            side = arbiter.open_to(imagined.case, 1) if opened else arbiter.verdicts(imagined.case, 1)
            alone = wanted or set(arbiter.possible(on_engine_alone(reasoner, closed.view, opened).case))
            if side.keys() != alone:
                yield f"verdicts in the {'open' if opened else 'closed'} world: engine {alone}, shadow {sorted(side)}"

    # --- words --------------------------------------------------------------------------------------------------

    def _name(self, column: Column) -> str:
        means = column.means
        if isinstance(means, FindingColumn):
            return f"finding {means.name}"
        if isinstance(means, QuantifiedColumn):
            return f"column {column.number}: {means.quantifier} of the {means.list}"
        if isinstance(means, HelperColumn):
            return f"helper {means.number}"
        what = means.ask if isinstance(means, KnowledgeTest) else means.op
        return f"column {column.number}: {means.path} {what}"

    def _fired(self, firing: Firing) -> str:
        unit = self.program.units[firing.unit]
        where = f" of the {firing.list}, number {firing.member}" if firing.list else ""
        return f"{unit.name}, alternative {firing.alternative}{where}, {'certain' if firing.certain else 'possible'}"

    def close(self) -> None:
        """Free the engine."""
        self.judge.close()


def attempt(bench: Bench, told: View, number: int, columns: Columnar) -> Answered | str:
    """Judge a deal; return the error where engine and evaluator stop the advice, which is a difference too."""
    try:
        return bench.answer(told, number, columns)
    except EngineError as error:
        return str(error)


def _of(inference: Inference, unit: Unit) -> Values:
    rows = [inference.case] if unit.scope == CASE else inference.members[unit.scope]
    return tuple(row[unit.number] for row in rows)


def _read(inference: Inference, column: Column) -> Values:
    columns = inference.columns
    rows = [columns.case] if column.scope == CASE else columns.members[column.scope]
    return tuple(row[column.number] for row in rows)


def _strength(literal: Lit, row: Sequence[int]) -> int:
    value = row[literal.column]
    return value if literal.positive else YES - value


def _unequal(name: str, one: str, mine: Values, other: str, theirs: Values) -> Iterator[str]:
    if mine != theirs:
        yield f"{name}: {one} {_words(mine)}, {other} {_words(theirs)}"


def _words(values: Values) -> str:
    return ", ".join(WORDS[value] for value in values) or "nothing"


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value
