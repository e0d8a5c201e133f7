"""The shipped cases: they reach every verdict at least twice, and between them every rule holds on some day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from advisor.case import Case
from advisor.evidence import view_of
from advisor.infer import Inference
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.program import YES

CASES = sorted((Path(__file__).parent.parent / "cases").rglob("*.yaml"))

NO_PHASE = "decides where no phase is claimed, and every deal file claims one"
AT_ODDS = "needs two facts at odds that no shipped case states together"
OTHER_CELL = "another cell of a table in which the shipped accounts do not stand"
NOT_YET = "no shipped case has come to this yet"

IN_NO_CASE: dict[str, str] = {
    "attend-to-people/role-unknown": "every person in the cases has a role",
    "attend-to-people/set-together-with-whom": "needs a list of people known to be empty, and every case names people",
    "closing/worries-unasked": NOT_YET,
    "competitiveness-notes/rated-against-the-figures": AT_ODDS,
    "contact-levels/money-never-met": NOT_YET,
    "criteria-exist-signs/documents-to-read": NOT_YET,
    "customer-decision-process/not-decided": NO_PHASE,
    "customer-decision-process/problem-not-accepted": NO_PHASE,
    "customer-decision-process/signed": NO_PHASE,
    "dissatisfaction-focus/decides-and-ripe": NOT_YET,
    "four-animals/peacock-and-wary": NOT_YET,
    "four-animals/peacock-with-rivals": NOT_YET,
    "kam-skill-table/no-specialist-for-an-expert": NOT_YET,
    "lifetime-value/future-not-estimated": OTHER_CELL,
    "needs-phase-customer-questions/pays-for-no-problem": AT_ODDS,
    "needs-phase-customer-questions/pays-for-no-problem-while-it-compares": AT_ODDS,
    "negotiation-three-elements/settled-with-a-demand-on-file": AT_ODDS,
    "opportunity-threat-matrices/act-now": OTHER_CELL,
    "phase-table/decided-and-no-more-is-known": NO_PHASE,
    "planning-cycle/surroundings-unseen": NOT_YET,
    "profit-segmentation/losing-and-leaned-on": OTHER_CELL,
    "profit-segmentation/losing-potential-unknown": OTHER_CELL,
    "profit-segmentation/unprofitable-vip": OTHER_CELL,
    "recognition-objectives/none-and-somebody": AT_ODDS,
    "recognition-objectives/none-and-somebody-while-it-compares": AT_ODDS,
    "recognition-objectives/who-is-said-to-have-it": AT_ODDS,
    "recognition-objectives/worth-in-the-users-words": NOT_YET,
    "recognition-strategy/a-page-by-whoever-suffers": NOT_YET,
    "recognition-strategy/follow-it-with-the-users": NOT_YET,
    "selling-point-vs-buying-point/recognition-at-the-top": NOT_YET,
    "six-basic-needs/recognition-and-wary": NOT_YET,
    "special-treatment-and-double-role/single-thread-to-purchasing": NOT_YET,
    "three-focus-model/where-to-begin": NOT_YET,
    "three-levels/top-alone": NOT_YET,
    "time-allocation/mostly-closing": NOT_YET,
    "visit-frequency/a-in-line": OTHER_CELL,
    "visit-frequency/a-often": OTHER_CELL,
}
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
