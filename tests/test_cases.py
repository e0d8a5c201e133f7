"""The shipped cases: they reach every verdict at least twice, and between them every rule holds on some day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from advisor.case import Case
from advisor.evidence import view_of
from advisor.inference import Inference
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.program import YES

CASES = sorted((Path(__file__).parent.parent / "cases").rglob("*.yaml"))

IN_NO_CASE: dict[str, str] = {}
"""Rules that hold in examples only, with the reason."""


def read(judge: Judge) -> list[Case]:
    """Read every shipped case."""
    return [load_case(path, judge.knowledge) for path in CASES]


def inferred(judge: Judge, case: Case) -> Iterator[Inference]:
    """Infer a case as of its own day, and of the day of every act."""
    for day in sorted({case.as_of, *(act.on for act in case.history)}):
        then = case.at_date(day)
        yield judge.reasoner.infer(view_of(then, judge.knowledge), case.id)


def test_the_deals_reach_every_verdict_at_least_twice(shipped_judge: Judge) -> None:
    deals = [case.at_date(case.as_of) for case in read(shipped_judge) if case.kind == "deal"]
    reached = Counter(
        shipped_judge.arbiter.decide(
            shipped_judge.reasoner.infer(view_of(deal, shipped_judge.knowledge), deal.id).case
        ).verdict
        for deal in deals
    )
    assert {verdict: reached[verdict] for verdict in shipped_judge.knowledge.verdicts if reached[verdict] < 2} == {}


def test_every_rule_holds_in_some_case_or_says_why_not(shipped_judge: Judge) -> None:
    silent = {unit.rule.id: unit for unit in shipped_judge.program.units if unit.rule}
    for case in read(shipped_judge):
        for inference in inferred(shipped_judge, case):
            silent = {name: unit for name, unit in silent.items() if inference.value(unit) != YES}
    assert sorted(set(silent) - set(IN_NO_CASE)) == []
    assert sorted(set(IN_NO_CASE) - set(silent)) == [], "these hold in a case now"


def test_every_case_says_that_it_is_made_up(shipped_judge: Judge) -> None:
    for case in read(shipped_judge):
        assert case.about is not None, case.file
        assert "ictitious" in case.about.en, case.file
        assert "虚构" in case.about.zh, case.file
