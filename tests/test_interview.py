"""The next screen of an interview: it brings a verdict nearer, is never asked twice, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.evidence import Place, View, learnt, view_of
from advisor.interview import ENOUGH, ROWS, Interviewer
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
        outlook = interviewer.outlook(judgement, asked)
        if not outlook.next:
            return asked, judgement.decision.verdict, outlook.reached == "settled"
        asked.extend(outlook.next)
        now = now.changed({place: learnt(truth[place[1]]) for place in outlook.next if place[1] in truth})


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


def test_with_few_facts_that_could_turn_it_a_verdict_is_enough(mini_judge: Judge) -> None:
    interviewer, start = Interviewer(mini_judge), view(stakeholders=[], competitors=[])
    assert interviewer.outlook(mini_judge.judge_view(case_of(), start), []).reached == "open"
    early = view({"deal.criteria": "rival"}, stakeholders=[], competitors=[])
    judgement = mini_judge.judge_view(case_of(), early)
    outlook = interviewer.outlook(judgement, [])
    assert (judgement.decision.verdict, judgement.settlement.settled) == ("reshape-criteria", False)
    assert outlook.reached == "enough"
    assert len(outlook.turning) <= ENOUGH
    assert set(outlook.turning) == {q.place for q in mini_judge.questions(judgement) if q.turns}


def test_finding_out_first_is_enough_once_what_is_missing_was_asked_for(shipped_judge: Judge) -> None:
    interviewer, at_odds = Interviewer(shipped_judge), {"customer.phase": "evaluation", "customer.asks": "size"}
    judgement = shipped_judge.judge_view(case_of(), view({**at_odds}, stakeholders=[], competitors=[]))
    begun = interviewer.outlook(judgement, [])
    assert (judgement.decision.verdict, begun.reached) == ("qualify-first", "open")
    assert set(begun.next) <= set(begun.missing)
    assert interviewer.outlook(judgement, begun.missing).reached == "enough"


def test_several_facts_with_the_same_answers_make_one_screen(shipped_judge: Judge) -> None:
    interviewer = Interviewer(shipped_judge)
    signs: list[Place] = [(None, path) for path in shipped_judge.knowledge.facts if path.startswith("sign.")]
    yes_no = [place for place in signs if shipped_judge.knowledge.facts[place[1]].type == "bool"]
    screen = interviewer.screen([yes_no[0], (None, "needs.known"), *yes_no[1:]])
    assert screen == tuple(yes_no[:ROWS])
    people: list[Place] = [("a", "stakeholder.stance"), ("a", "stakeholder.coach"), ("b", "stakeholder.stance")]
    assert interviewer.screen(people) == (people[0], people[2])
    assert interviewer.screen([(None, "us.offer_price"), (None, "us.floor")]) == ((None, "us.offer_price"),)
    assert interviewer.screen([]) == ()


@pytest.mark.parametrize("name", ["sludge-dryers-city-water-company", "kiln-monitoring-tile-works"])
def test_a_shipped_deal_gets_to_a_verdict_to_act_on(shipped_judge: Judge, name: str) -> None:
    case = load_case(CASES / f"{name}.yaml", shipped_judge.knowledge)
    case = case.at_date(case.as_of)
    full = view_of(case, shipped_judge.knowledge)
    wanted = shipped_judge.judge_view(case, full).decision.verdict
    interviewer, asked, now = Interviewer(shipped_judge), list[Place](), View({}, full.lists, full.complete)
    for _ in range(12):
        judgement = shipped_judge.judge_view(case, now)
        outlook = interviewer.outlook(judgement, asked)
        if outlook.reached != "open":
            break
        asked.extend(outlook.next)
        now = now.changed({place: full.state(place) for place in outlook.next})
    assert outlook.reached == "enough"
    assert judgement.decision.verdict == wanted
