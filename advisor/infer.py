"""Inference: a view encoded, concluded on by the shadow, and certified by the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from advisor.beside import Beside, certifier
from advisor.encode import Changes, Encoder, differing
from advisor.evidence import View
from advisor.inference import Inference
from advisor.program import NO, Program
from advisor.quarantine import Quarantine
from advisor.rows import Columns
from advisor.rulebase import Knowledge
from advisor.shadow import Functions, Imagined, Shadow
from advisor.worlds import Deciders

if TYPE_CHECKING:
    from advisor.certify import Certifier


class Reasoner:
    """A compiled rule base, ready to judge one view after the other.

    Where the engine runs beside, nothing may be told before `assure` has returned.
    """

    def __init__(self, program: Program, knowledge: Knowledge, engine: Certifier | Beside | None = None) -> None:
        self.program = program
        self.quarantine = Quarantine(knowledge)
        self.certifier = engine or certifier(program, knowledge.lists)
        tests, functions = Deciders(program, knowledge), Functions()
        self._courses = {
            True: _Course(program, tests, functions),
            False: _Course(program.deciding, tests, functions),
        }
        self.encoder = self._courses[True].encoder

    def infer(self, view: View, name: str, open_world: bool = False, whole: bool = True) -> Inference:
        """Infer on the engine, shadowed; raise EngineError naming the rule and the case if they differ.

        Where only the verdict matters, not the `whole` of what rules say, nothing is run and traced but what bears on
        verdicts; all other units are then no.
        """
        columns = self.encoded(view, open_world, whole)
        return self.certifier.certify(columns, self._courses[whole].imagine(columns), whole, name)

    def confirm(self, view: View, values: Mapping[int, int], name: str) -> None:
        """Infer on the engine alone, where a search has found what units of the case get; raise EngineError if not so.

        They have to be of those that bear on verdicts.
        """
        self.certifier.confirm(self.encoded(view), values, name)

    def imagine(self, view: View, open_world: bool = False, whole: bool = False) -> Inference:
        """Infer on the shadow alone: for searches whose results are confirmed."""
        return self._courses[whole].imagine(self.encoded(view, open_world, whole))

    def encoded(self, view: View, open_world: bool = False, whole: bool = False) -> Columns:
        """Return the columns of a view as the quarantine leaves it."""
        return self._courses[whole].encoder.encode(self.quarantine.apply(view), open_world)

    def imagine_all(
        self, view: View, changes: Sequence[Changes], open_world: bool = False, whole: bool = False
    ) -> Imagined:
        """Infer on the shadow, side by side, all the views that some changes make of one."""
        course = self._courses[whole]
        marked = course.encoder.marked(*self._cleared(view, changes), open_world)
        return course.shadow.run(course.encoder.variants(marked, open_world))

    def imagine_told(self, view: View, changes: Sequence[Changes]) -> tuple[Imagined, Callable[[], Imagined]]:
        """Infer on the shadow, side by side, what answers make of a view; and once it is asked for, in the open world.

        What is told is the same in both worlds. In the open one nothing is run but what bears on verdicts.
        """
        view, changes = self._cleared(view, changes)
        whole, deciding = self._courses[True], self._courses[False]
        marked = whole.encoder.marked(view, changes)
        telling = all(state.known != "unknown" for change in changes for state in change.values())

        def opened() -> Imagined:
            again = marked if telling else deciding.encoder.marked(view, changes, open_world=True)
            return deciding.shadow.run(deciding.encoder.variants(again, open_world=True))

        return whole.shadow.run(whole.encoder.variants(marked)), opened

    def _cleared(self, view: View, changes: Sequence[Changes]) -> tuple[View, Sequence[Changes]]:
        """Return a view as the quarantine leaves it, and what changes make of it then."""
        if view.cleared:
            return view, changes
        base, apply, spares = self.quarantine.apply(view), self.quarantine.apply, self.quarantine.spares
        return base, [c if spares(c) else _changes(base, apply(view.changed(c))) for c in changes]

    def assure(self) -> None:
        """Return once everything that was inferred is certified; raise EngineError if it cannot be."""
        self.certifier.assure()

    def remember(self) -> None:
        """Begin another case: until the next, the engine is not asked twice about the same."""
        self.certifier.remember()

    def close(self) -> None:
        """Free the engine."""
        self.certifier.close()


class _Course:
    """How a program, or the part of it that bears on verdicts, is imagined."""

    def __init__(self, program: Program, tests: Deciders, functions: Functions) -> None:
        self.encoder = Encoder(program, tests)
        self.shadow = Shadow(program, functions)
        self._size = len(program.units)
        parts = [part for level in program.parts for part in level]
        self._units = {name: [n for p in parts if p.scope == name for n in p.units] for name in tests.knowledge.lists}

    def imagine(self, columns: Columns) -> Inference:
        """Infer on the shadow from encoded columns, which stay as they are."""
        shadow = self.shadow.run(self.encoder.spread(columns))
        case = shadow.columns.case.only()
        rows, said = dict[str, list[list[int]]](), dict[str, list[list[int]]]()
        for name, members in columns.members.items():
            own, units = shadow.columns.own[name], self._units[name]
            nothing, bits, values = [NO] * self._size, shadow.columns.members[name], shadow.members[name]
            rows[name] = [_with(case, own, bits.values(own, member)) for member in range(len(members))]
            said[name] = [_with(nothing, units, values.values(units, member)) for member in range(len(members))]
        return Inference(Columns(case, rows, columns.ids, columns.complete), shadow.case.only(), said)


def _changes(base: View, view: View) -> Changes:
    """Return what is other in a view whose lists are the same."""
    return {place: view.state(place) for place in differing(base, view) or ()}


def _with(row: list[int], places: Sequence[int], values: Sequence[int]) -> list[int]:
    """Return a row with other values in some places."""
    row = row.copy()
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return row
