"""The next question of an interview: it brings a verdict nearer, is never asked twice, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.evidence import Place, View, learnt, view_of
from advisor.interview import Interviewer
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import Value
from tests.build import case_of, view

CASES = Path(__file__).parent.parent / "cases"
BID: dict[str, Value | None] = {
    "deal.phase": "late",
    "deal.needs_known": True,
    "deal.criteria": "ours",
    "deal.price": 7,
    "deal.floor": 6,
}


def answers(judge: Judge, start: View, truth: Mapping[str, Value | None]) -> tuple[list[Place], str, bool]:
    """Hold an interview; what the truth does not hold, nobody knows."""
    interviewer, asked, now = Interviewer(judge), list[Place](), start
    while True:
        judgement = judge.judge_view(case_of(), now)
        place = interviewer.next(judgement, asked)
        if place is None:
            return asked, judgement.decision.verdict, judgement.settlement.settled
        asked.append(place)
        if place[1] in truth:
            now = now.changed({place: learnt(truth[place[1]])})


def test_an_interview_reaches_a_settled_verdict(mini_judge: Judge) -> None:
    asked, verdict, settled = answers(mini_judge, view(stakeholders=[], competitors=[]), BID)
    assert (verdict, settled) == ("bid", True)
    assert len(asked) == len(set(asked)) == len(BID)


def test_the_nearest_verdict_is_asked_for_first(mini_judge: Judge) -> None:
    """One answer about the criteria can put forward reshaping them; a bid lacks three."""
    asked, verdict, _ = answers(mini_judge, view(stakeholders=[], competitors=[]), {**BID, "deal.criteria": "rival"})
    assert asked[0] == (None, "deal.criteria")
    assert verdict == "reshape-criteria"


def test_what_nobody_knows_is_not_asked_again_and_the_interview_ends(mini_judge: Judge) -> None:
    asked, verdict, settled = answers(mini_judge, view(stakeholders=[], competitors=[]), {})
    assert (verdict, settled) == ("qualify-first", False)
    assert len(asked) == len(set(asked))


def test_a_settled_deal_is_asked_nothing(mini_judge: Judge) -> None:
    asked, _, settled = answers(mini_judge, view(BID, stakeholders=[], competitors=[]), {})
    assert (asked, settled) == ([], True)


@pytest.mark.parametrize("name", ["sludge-dryers-city-water-company", "inspection-robots-tunnel-operator"])
def test_a_shipped_deal_gets_to_its_verdict(shipped_judge: Judge, name: str) -> None:
    case = load_case(CASES / f"{name}.yaml", shipped_judge.knowledge)
    case = case.at_date(case.as_of)
    full = view_of(case, shipped_judge.knowledge)
    wanted = shipped_judge.judge_view(case, full).decision.verdict
    interviewer, asked, now = Interviewer(shipped_judge), list[Place](), View({}, full.lists, full.complete)
    for _ in range(16):
        judgement = shipped_judge.judge_view(case, now)
        place = interviewer.next(judgement, asked)
        if place is None or judgement.decision.verdict == wanted:
            break
        asked.append(place)
        now = now.changed({place: full.state(place)})
    assert shipped_judge.judge_view(case, now).decision.verdict == wanted
