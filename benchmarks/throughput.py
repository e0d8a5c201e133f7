"""Certified throughput: verdict and complete explanation on engine and shadow, against the same rules elsewhere."""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Callable
from functools import partial

from advisor.evidence import View, view_of
from advisor.inference import Inference
from advisor.judge import Judge
from benchmarks.engines.base import Engine, Facts, Fired, Layout, Outcome
from benchmarks.measure import side_by_side
from benchmarks.setting import Setting
from benchmarks.table import Bar, Part, amount

OURS, SHADOW = "ours, certified", "ours, shadow alone"
ENGINES = {"clips": "Clips", "zen": "Zen", "documented": "Documented"}
"""Modules of benchmarks.engines, and the export that each holds."""
TIMES_CLIPS = 10


def measure(setting: Setting) -> Part:
    """Judge shipped and generated deals on everything that is installed, round by round in turn."""
    judge = setting.judge()
    deals = setting.deals(judge)
    varied = setting.variation(judge).variants(deals, setting.pick(60, 8))
    views = [(deal.id, view_of(deal, judge.knowledge)) for deal in (*deals, *varied)]
    layout = Layout(judge.reasoner, tuple(judge.knowledge.lists))
    part = Part("Certified throughput", ("engine", "deals a second", "time, ours = 1", "equal results", "form"))
    inferred = [judge.reasoner.infer(view, name) for name, view in views]
    facts = [layout.facts(inference) for inference in inferred]
    actions: dict[str, Callable[[], object]] = {
        OURS: partial(_certify, judge, views),
        SHADOW: partial(_imagine, judge, views),
    }
    equal = {OURS: "all, by itself", SHADOW: f"{_shadowed(judge, views, inferred)} of {len(views)}"}
    forms = {OURS: "durable_rules and shadow, compared", SHADOW: "generated Python"}
    engines: list[Engine] = []
    for module, kind in ENGINES.items():
        try:
            engine: Engine = getattr(importlib.import_module(f"benchmarks.engines.{module}"), kind)(layout)
            ready = [(found, engine.prepare(found)) for found in facts]
            outcomes = [engine.run(*one) for one in ready]
        except Exception as error:  # whatever another engine makes of rules that it was never tried with
            part.notes.append(f"Left out: {module}, which failed or is not installed: {error}")
            continue
        engines.append(engine)
        equal[engine.name] = f"{_equal(judge, outcomes, inferred)} of {len(views)}"
        forms[engine.name] = engine.form
        actions[engine.name] = partial(_run, judge, engine, views, ready)
    times = side_by_side(actions, setting.rounds)
    for name, took in times.items():
        ratios = [theirs / ours for theirs, ours in zip(took, times[OURS], strict=True)]
        rate = amount(len(views) / statistics.median(took))
        part.add(name, rate, f"{statistics.median(ratios):.2f}", equal[name], forms[name])
    _judge_bars(part, times, [engine.name for engine in engines])
    part.notes.append(_what(judge, views, inferred))
    part.notes.append(
        "Time: the median over the rounds of its time by ours in the same round; above 1, ours is faster."
    )
    part.notes.append(
        "Every firing is told, by each in the same way: rule, alternative, surely or possibly, member. "
        "Each encodes the facts of a deal as numbers once, and weighs the candidates in the same way; putting the "
        "numbers into the form that an engine takes was done beforehand, and is not counted."
    )
    for engine in engines:
        engine.close()
    judge.close()
    return part


def _certify(judge: Judge, views: list[tuple[str, View]]) -> None:
    for name, view in views:
        inference = judge.reasoner.infer(view, name)
        judge.arbiter.decide(inference.case)
        _told(inference)


def _told(inference: Inference) -> list[Fired]:
    """Return every firing, as the other engines tell theirs."""
    return [
        (unit, alternative, certain, said.member)
        for said in inference.record
        for fired, certain in ((said.possible, False), (said.certain, True))
        for unit, alternative in fired
    ]


def _imagine(judge: Judge, views: list[tuple[str, View]]) -> None:
    for _, view in views:
        judge.arbiter.verdicts(judge.reasoner.imagine_all(view, [{}], whole=True).case, 1)


def _run(judge: Judge, engine: Engine, views: list[tuple[str, View]], ready: list[tuple[Facts, object]]) -> None:
    """Judge all deals elsewhere: facts are encoded as ours are, and then taken in the form that was prepared."""
    encode, quarantine = judge.reasoner.encoder.encode, judge.reasoner.quarantine
    for (_, view), (facts, prepared) in zip(views, ready, strict=True):
        encode(quarantine.apply(view))
        judge.arbiter.decide(engine.run(facts, prepared).case)


def _shadowed(judge: Judge, views: list[tuple[str, View]], inferred: list[Inference]) -> int:
    imagined = (judge.reasoner.imagine(view, whole=True) for _, view in views)
    return sum(_values(one) == _values(other) for one, other in zip(imagined, inferred, strict=True))


def _equal(judge: Judge, outcomes: list[Outcome], inferred: list[Inference]) -> int:
    """Count the deals with the same verdict, the same values of every rule for every member, and the same firings."""
    decide = judge.arbiter.decide
    return sum(
        _values(outcome) == _values(inference)
        and decide(outcome.case).verdict == decide(inference.case).verdict
        and sorted(outcome.fired) == sorted(_told(inference))
        for outcome, inference in zip(outcomes, inferred, strict=True)
    )


def _values(found: Inference | Outcome) -> tuple[list[int], dict[str, list[list[int]]]]:
    return list(found.case), {name: [list(row) for row in rows] for name, rows in found.members.items() if rows}


def _judge_bars(part: Part, times: dict[str, list[float]], others: list[str]) -> None:
    for name in others:
        ahead = statistics.median(t / o for t, o in zip(times[name], times[OURS], strict=True))
        part.bars.append(Bar(f"certified ahead of {name}", ahead > 1, f"{ahead:.2f} times as fast"))
    clips = next((name for name in others if name.startswith("CLIPS")), None)
    if clips:
        ahead = statistics.median(t / s for t, s in zip(times[clips], times[SHADOW], strict=True))
        aim = f"shadow alone at least {TIMES_CLIPS} times as fast as CLIPS"
        part.bars.append(Bar(aim, ahead >= TIMES_CLIPS, f"{ahead:.1f} times"))


def _what(judge: Judge, views: list[tuple[str, View]], inferred: list[Inference]) -> str:
    program = judge.program
    rules = sum(unit.rule is not None for unit in program.units)
    alternatives = sum(len(unit.alternatives) for unit in program.units)
    members = sum(len(rows) for inference in inferred for rows in inference.members.values()) / len(views)
    firings = sum(len(inference.firings) for inference in inferred) / len(views)
    return (
        f"{rules:,} rules in {len(program.levels)} levels, {alternatives:,} alternatives, each asked for surely "
        f"and for possibly; {len(views)} deals with {members:.0f} members and {firings:,.0f} firings each."
    )
