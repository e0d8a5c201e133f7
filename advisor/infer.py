"""Inference: levels in turn, on the engine and on its shadow, and nothing that they disagree about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from advisor.encode import Columns, Encoder
from advisor.engine import Engine, Firing
from advisor.evidence import View
from advisor.model import CASE
from advisor.problems import EngineError
from advisor.program import NO, UNDECIDED, YES, Column, Program, QuantifiedColumn, Unit
from advisor.quarantine import Quarantine
from advisor.rulebase import Knowledge
from advisor.shadow import Shadow

RunRow = Callable[[int, str, int, Sequence[int], list[int]], None]
"""Runs one level of one scope over one row: (level, scope, member index, row, unit values to set)."""


@dataclass
class Inference:
    """Everything concluded about one view: column values, unit values, and the firings as they happened."""

    columns: Columns
    case: list[int]
    members: dict[str, list[list[int]]]
    firings: list[Firing] = field(default_factory=list)

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
        self.encoder = Encoder(program, knowledge)
        self.shadow = Shadow(program)
        self.engine = Engine(program)
        self._plan = [_LevelPlan(program, level) for level in range(len(program.levels))]

    def infer(self, view: View, name: str, open_world: bool = False) -> Inference:
        """Infer on the engine, shadowed; raise EngineError naming the rule and the case if they differ."""
        firings: list[Firing] = []

        def on_engine(level: int, scope: str, member: int, row: Sequence[int], values: list[int]) -> None:
            self.engine.run(level, scope, member, row, values, firings)

        view = self.quarantine.apply(view)
        result = self._run(self.encoder.encode(view, open_world), on_engine)
        result.firings = firings
        self._compare(result, self.imagine(view, open_world), name)
        return result

    def imagine(self, view: View, open_world: bool = False) -> Inference:
        """Infer on the shadow alone: fast, for searches whose results are confirmed by `infer`."""

        def on_shadow(level: int, scope: str, _: int, row: Sequence[int], values: list[int]) -> None:
            self.shadow.run(level, scope, row, values)

        return self._run(self.encoder.encode(self.quarantine.apply(view), open_world), on_shadow)

    def close(self) -> None:
        """Free the engine."""
        self.engine.close()

    def _run(self, columns: Columns, run_row: RunRow) -> Inference:
        size = len(self.program.units)
        case = [NO] * size
        members = {name: [[NO] * size for _ in rows] for name, rows in columns.members.items()}
        for number, plan in enumerate(self._plan):
            if CASE in plan.scopes:
                run_row(number, CASE, -1, columns.case, case)
            for list_ in plan.lists:
                for index, row in enumerate(columns.members[list_]):
                    run_row(number, list_, index, row, members[list_][index])
            plan.write(columns, case, members)
        return Inference(columns, case, members)

    def _compare(self, engine: Inference, shadow: Inference, name: str) -> None:
        """Raise EngineError unless both agree on every value, and the engine fired exactly what had to fire."""
        fired = {(f.unit, f.alternative, f.certain, f.list, f.member) for f in engine.firings}
        if engine.case == shadow.case and engine.members == shadow.members and engine.columns == shadow.columns:
            expected = set(self._expected(shadow))
            if fired == expected and len(engine.firings) == len(expected):
                return
            wrong = {key[0] for key in fired ^ expected}
        else:
            wrong = {unit.number for unit in self.program.units if _rows(engine, unit) != _rows(shadow, unit)}
        rules = ", ".join(f'"{self.program.units[number].name}"' for number in sorted(wrong)) or "its rules"
        raise EngineError(f'engine and evaluator disagree on {rules} in case "{name}"; no advice is given')

    def _expected(self, shadow: Inference) -> Iterator[tuple[int, int, bool, str, int]]:
        """Yield the firings that the shadow's values call for: the alternatives that hold, of units that are not no."""
        for unit in self.program.units:
            list_ = "" if unit.scope == CASE else unit.scope
            for member, (value, row) in enumerate(_rows_and_columns(shadow, unit)):
                if value == NO:
                    continue
                index = member if list_ else -1
                for number, literals in enumerate(unit.alternatives):
                    strength = min(row[lit.column] if lit.positive else YES - row[lit.column] for lit in literals)
                    if strength == YES:
                        yield unit.number, number, True, list_, index
                    if strength != NO:
                        yield unit.number, number, False, list_, index


class _LevelPlan:
    """What happens after the units of one level have run: findings, helpers and quantifiers get their values."""

    def __init__(self, program: Program, level: int) -> None:
        units = program.levels[level]
        self.scopes = {u.scope for u in units}
        self.lists = sorted(self.scopes - {CASE})
        writers = [u for u in units if u.writes is not None]
        self.case_writes = [(u.number, u.writes) for u in writers if u.scope == CASE and u.writes is not None]
        self.member_writes = {
            name: [(u.number, u.writes) for u in writers if u.scope == name and u.writes is not None]
            for name in self.lists
        }
        self.quantified = [(c, c.means) for c in program.quantified_at(level + 1) if _is_quantified(c)]

    def write(self, columns: Columns, case: list[int], members: dict[str, list[list[int]]]) -> None:
        """Write conclusions into columns: a finding is the strongest of the rules that conclude it."""
        for unit, column in self.case_writes:
            if case[unit] > columns.case[column]:
                columns.put(column, case[unit])
        for list_, writes in self.member_writes.items():
            for row, values in zip(columns.members[list_], members[list_], strict=True):
                for unit, column in writes:
                    if values[unit] > row[column]:  # noqa: PLR1730 -- a board's run comes here millions of times
                        row[column] = values[unit]
        for quantified, means in self.quantified:
            assert isinstance(means, QuantifiedColumn)
            found = [row[means.member_column] for row in columns.members[means.list]]
            value = quantify(means.quantifier, found, columns.complete[means.list])
            if value != NO:
                columns.put(quantified.number, value)


def _rows(inference: Inference, unit: Unit) -> list[int]:
    if unit.scope == CASE:
        return [inference.case[unit.number]]
    return [values[unit.number] for values in inference.members[unit.scope]]


def _rows_and_columns(inference: Inference, unit: Unit) -> Iterable[tuple[int, list[int]]]:
    if unit.scope == CASE:
        return [(inference.case[unit.number], inference.columns.case)]
    return zip(_rows(inference, unit), inference.columns.members[unit.scope], strict=True)


def _is_quantified(column: Column) -> bool:
    return isinstance(column.means, QuantifiedColumn)


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
