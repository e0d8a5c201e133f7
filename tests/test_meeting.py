"""One meeting prepared: the right person, and only what belongs to a meeting with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.evidence import Place, State, learnt, view_of
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.meeting import meeting
from advisor.problems import InputError
from advisor.render.blocks import Page
from advisor.render.layout.meeting import meeting_page
from advisor.render.output import render
from advisor.result import CaseReport

CASES = Path(__file__).parent.parent / "cases"


@pytest.fixture(scope="module")
def deal(shipped_judge: Judge) -> CaseReport:
    """A deal with several people."""
    path = CASES / "packaging-line-dairy-group.yaml"
    return report(shipped_judge, shipped_judge.judge(load_case(path, shipped_judge.knowledge)))


@pytest.mark.parametrize("wanted", ["decision-maker", "MANAGING director of the group", "集团总经理"])
def test_somebody_is_found_by_role_or_post(deal: CaseReport, wanted: str) -> None:
    assert meeting(deal, wanted).who.en == "Managing director of the group"


def test_everybody_is_found_by_id(deal: CaseReport) -> None:
    for spot in deal.sheet.people.spots:
        assert meeting(deal, spot.id).who == spot.who


def test_what_is_prepared_is_for_that_person(deal: CaseReport) -> None:
    found = meeting(deal, "decision-maker")
    assert found.person is not None
    assert found.person.id == found.id
    assert found.questions
    assert all(found.who in question.who for question in found.questions)
    assert all(action.to == found.who for action in found.actions)


def test_nobody_and_several_are_said_with_who_there_is(deal: CaseReport) -> None:
    with pytest.raises(InputError) as nobody:
        meeting(deal, "tender-office-of-mars")
    assert "on file:" in nobody.value.problems[0].message
    twin = deal.sheet.people.spots[0]
    people = replace(deal.sheet.people, spots=(*deal.sheet.people.spots, replace(twin, id="twin")))
    with pytest.raises(InputError) as several:
        meeting(replace(deal, sheet=replace(deal.sheet, people=people)), twin.who.en)
    assert f"name one of {twin.id}, twin" in several.value.problems[0].message


def test_while_a_tender_runs_nothing_is_asked_of_the_decision_maker(shipped_judge: Judge) -> None:
    case = load_case(CASES / "packaging-line-dairy-group.yaml", shipped_judge.knowledge)
    tender: dict[Place, State] = {
        (None, "purchase.kind"): learnt("public-tender"),
        (None, "purchase.stage"): learnt("published"),
    }
    told = view_of(case.at_date(case.as_of), shipped_judge.knowledge).changed(tender)
    found = meeting(report(shipped_judge, shipped_judge.judge_view(case, told)), "decision-maker")
    assert not found.questions
    assert not found.actions


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_every_part_that_there_is_something_to_say_in(deal: CaseReport, lang: str) -> None:
    found = meeting(deal, "decision-maker")

    def lay_out(page: Page) -> None:
        meeting_page(page, found)

    drawn = render("markdown", lang, lay_out, found)
    assert found.who.get(lang) in drawn
    assert drawn.count("\n## ") >= 3
