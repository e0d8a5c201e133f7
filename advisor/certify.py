"""Conclusions of the shadow, certified: the engine concludes on its own, and both must agree in everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from advisor.agreement import Agreement
from advisor.engine import Engine
from advisor.inference import Inference
from advisor.levels import Levels
from advisor.problems import EngineError
from advisor.program import Program
from advisor.rows import Columns


class Certifier:
    """The engine, made when it is needed first: it concludes from the whole of a program, or what bears on verdicts."""

    def __init__(self, program: Program, lists: Iterable[str]) -> None:
        self._program = program
        self._levels = {True: Levels(program), False: Levels(program.deciding)}
        self._agreement = {True: Agreement(program, lists), False: Agreement(program.deciding, lists)}

    @cached_property
    def engine(self) -> Engine:
        """The engine. What judges in processes of its own makes it there, and nothing is copied."""
        return Engine(self._program)

    def infer(self, columns: Columns, whole: bool) -> Inference:
        """Infer on the engine from encoded columns."""
        return self._levels[whole].run(self.engine, columns, traced=whole)

    def certify(self, columns: Columns, shadow: Inference, whole: bool, name: str) -> Inference:
        """Infer on the engine from encoded columns; raise EngineError naming rules and case if the shadow differs."""
        engine = self.infer(columns, whole)
        wrong = self._agreement[whole].differing(engine, shadow, whole)
        if wrong is not None:
            raise self._disagreement(wrong, name)
        return engine

    def confirm(self, columns: Columns, values: Mapping[int, int], name: str) -> None:
        """Infer on the engine what bears on verdicts; raise EngineError unless units of the case get these values."""
        engine = self.infer(columns, whole=False)
        wrong = sorted(number for number, value in values.items() if engine.case[number] != value)
        if wrong:
            raise self._disagreement(wrong, name)

    def _disagreement(self, wrong: Sequence[int], name: str) -> EngineError:
        rules = ", ".join(f'"{self._program.units[number].name}"' for number in wrong) or "its rules"
        return EngineError(f'engine and evaluator disagree on {rules} in case "{name}"; no advice is given')

    def assure(self) -> None:
        """Return: everything is certified when it is returned."""

    def remember(self) -> None:
        """Begin another case: until the next, the engine is not asked twice about the same."""
        self.engine.remember()

    def close(self) -> None:
        """Free the engine."""
        if "engine" in self.__dict__:
            self.engine.close()
