"""Runs the examples that stand beside the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.evidence import View, view_of
from advisor.inference import Inference
from advisor.judge import Judge
from advisor.load.cases import CaseReader
from advisor.load.reader import Reader
from advisor.model import CASE
from advisor.problems import Problem, Problems
from advisor.program import UNDECIDED, Unit
from advisor.rule import Example, Rule
from advisor.settle import Dependencies
from advisor.yamlfile import Mapping, Scalar, Sequence

_WORDS = {0: "silent", 1: "undecided", 2: "fires"}


@dataclass(frozen=True)
class ExampleRun:
    """An example with what came of it; `outcome` is fires, silent or undecided."""

    rule: Rule
    unit: Unit
    example: Example
    view: View
    inference: Inference
    outcome: str


def run_examples(judge: Judge, problems: Problems, only: str | None = None) -> Iterator[ExampleRun]:
    """Run the examples of all rules, or of the rules whose id starts with `only`; unreadable ones are problems."""
    for unit in judge.program.units:
        if unit.rule is None or (only and not unit.rule.id.startswith(only)):
            continue
        for example in unit.rule.examples:
            run = _run(judge, unit, unit.rule, example, problems)
            if run is not None:
                yield run


def _run(judge: Judge, unit: Unit, rule: Rule, example: Example, problems: Problems) -> ExampleRun | None:
    own = Problems()
    node = example.given
    if not isinstance(node, (Mapping, Sequence, Scalar)):
        return None
    case = CaseReader(Reader(own), judge.knowledge).given(node, example.at)
    problems.found.extend(own.found)
    if own:
        return None
    view = view_of(case.at_date(case.as_of), judge.knowledge)
    inference = judge.reasoner.infer(view, f"{rule.id} :: {example.name}")
    return ExampleRun(rule, unit, example, view, inference, _WORDS[inference.value(unit)])


def failed(judge: Judge, run: ExampleRun) -> str | None:
    """Say what is wrong with an example's outcome, or None."""
    if run.outcome != run.example.expect:
        return f'"{run.rule.id}": the example "{run.example.name}" expects {run.example.expect}, not {_said(run)}'
    missing = set(run.example.missing) - set(_hangs_on(judge, run)) if run.outcome == "undecided" else set()
    if missing:
        names = ", ".join(sorted(missing))
        return f'"{run.rule.id}": in the example "{run.example.name}" the rule does not hang on {names}'
    return None


def _said(run: ExampleRun) -> str:
    return {"fires": "yes (it fires)", "silent": "no (it stays silent)"}.get(run.outcome, run.outcome)


def _hangs_on(judge: Judge, run: ExampleRun) -> list[str]:
    trace = Dependencies(judge.program, judge.knowledge)
    scope = run.unit.scope
    if scope == CASE:
        hanging = trace.hanging([(run.unit.number, CASE, -1)], run.inference, run.view)
    else:
        rows = run.inference.members[scope]
        starts = [(run.unit.number, scope, i) for i, values in enumerate(rows) if values[run.unit.number] == UNDECIDED]
        hanging = trace.hanging(starts, run.inference, run.view)
    return [path for _, path in hanging.places] + list(hanging.lists)


def check_examples(judge: Judge, only: str | None = None) -> list[Problem]:
    """Return a problem for every example that cannot be read or does not come out as it says."""
    problems = Problems()
    for run in run_examples(judge, problems, only):
        message = failed(judge, run)
        if message:
            problems.add(run.example.at, "example-fails", message)
    return problems.found
