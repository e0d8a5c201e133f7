"""A case over time: acts, the date on which it is judged, and the members that acts add or change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from advisor.case import Act, Case, Content, Member, Statement
from advisor.evidence import view_of
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import Text, Value
from advisor.problems import InputError
from tests.build import case_of

JANUARY, FEBRUARY, MARCH = date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10)
TITLE = Text("an act", "一幕")


def said(value: Value | None, on: date | None = None) -> tuple[Statement, ...]:
    return (Statement(value, on=on),)


def content(
    facts: dict[str, tuple[Statement, ...]] | None = None,
    members: list[Member] | None = None,
    complete: bool | None = None,
) -> Content:
    lists = {} if members is None else {"stakeholders": tuple(members)}
    return Content(facts or {}, lists, {} if complete is None else {"stakeholders": complete})


def member(id_: str, name: str | None = None, title: Text | None = None, **facts: Value | None) -> Member:
    return Member(id_, title, name, {f"stakeholder.{key}": said(value) for key, value in facts.items()})


def staged(first: Content, *acts: tuple[date, Content]) -> Case:
    return case_of(first, MARCH, tuple(Act(on, TITLE, what) for on, what in acts))


def facts_at(case: Case, day: date) -> dict[str, tuple[Value | None, date | None]]:
    """Return each fact's statement, as value and date."""
    found = case.at_date(day).content.facts
    return {path: (list_[0].value, list_[0].on) for path, list_ in found.items() if list_}


def people(case: Case, day: date) -> dict[str, dict[str, Value | None]]:
    members = case.at_date(day).content.lists.get("stakeholders", ())
    return {m.id: {path: list_[0].value for path, list_ in m.facts.items() if list_} for m in members}


# --- facts over time ----------------------------------------------------------------------------------------------


def test_an_act_changes_facts_from_its_day_on_and_leaves_the_others() -> None:
    case = staged(
        content({"deal.phase": said("early"), "deal.price": said(5)}),
        (FEBRUARY, content({"deal.phase": said("late")})),
    )
    assert facts_at(case, JANUARY) == {"deal.phase": ("early", None), "deal.price": (5, None)}
    assert facts_at(case, FEBRUARY) == {"deal.phase": ("late", FEBRUARY), "deal.price": (5, None)}
    assert facts_at(case, MARCH) == facts_at(case, FEBRUARY)


def test_acts_follow_one_another() -> None:
    case = staged(
        content({"deal.phase": said("early")}),
        (JANUARY, content({"deal.phase": said("middle")})),
        (FEBRUARY, content({"deal.phase": said("late"), "deal.public": said(True)})),
    )
    assert facts_at(case, JANUARY) == {"deal.phase": ("middle", JANUARY)}
    assert facts_at(case, MARCH) == {"deal.phase": ("late", FEBRUARY), "deal.public": (True, FEBRUARY)}


def test_what_an_act_says_is_dated_by_the_act_unless_it_says_otherwise() -> None:
    case = staged(content(), (FEBRUARY, content({"deal.phase": said("late"), "deal.public": said(True, JANUARY)})))
    assert facts_at(case, MARCH) == {"deal.phase": ("late", FEBRUARY), "deal.public": (True, JANUARY)}


def test_an_act_can_make_a_fact_unknown_again() -> None:
    case = staged(content({"deal.phase": said("early")}), (FEBRUARY, content({"deal.phase": ()})))
    assert facts_at(case, JANUARY) == {"deal.phase": ("early", None)}
    assert facts_at(case, FEBRUARY) == {}


def test_statements_made_after_the_day_are_left_out_wherever_they_stand() -> None:
    late = Statement("late", on=FEBRUARY)
    person = Member("li", None, None, {"stakeholder.stance": (Statement("for", on=MARCH), Statement("for"))})
    case = staged(
        content({"deal.phase": (Statement("early", on=JANUARY), late), "deal.public": said(True, MARCH)}, [person]),
        (JANUARY, content({"deal.price": said(9, MARCH)})),
    )
    then = case.at_date(JANUARY).content
    assert then.facts == {"deal.phase": (Statement("early", on=JANUARY),), "deal.public": (), "deal.price": ()}
    assert then.lists["stakeholders"][0].facts == {"stakeholder.stance": (Statement("for"),)}
    assert facts_at(case, FEBRUARY)["deal.phase"] == ("early", JANUARY)
    assert case.at_date(FEBRUARY).content.facts["deal.phase"][1] is late


def test_a_case_as_of_a_day_has_that_date_and_no_history_and_the_case_itself_is_unchanged() -> None:
    case = staged(content({"deal.phase": said("early")}), (FEBRUARY, content({"deal.phase": said("late")})))
    before = staged(content({"deal.phase": said("early")}), (FEBRUARY, content({"deal.phase": said("late")})))
    then = case.at_date(FEBRUARY)
    assert (then.as_of, then.history) == (FEBRUARY, ())
    assert then.at_date(MARCH).content == then.content
    assert case == before


# --- members over time --------------------------------------------------------------------------------------------


def test_an_act_adds_members_and_changes_those_it_names_by_their_id() -> None:
    case = staged(
        content(members=[member("li", role="coach", stance="for"), member("wu", stance="neutral")]),
        (FEBRUARY, content(members=[member("wu", role="decision-maker"), member("he", stance="against")])),
    )
    assert people(case, JANUARY) == {
        "li": {"stakeholder.role": "coach", "stakeholder.stance": "for"},
        "wu": {"stakeholder.stance": "neutral"},
    }
    assert people(case, FEBRUARY) == {
        "li": {"stakeholder.role": "coach", "stakeholder.stance": "for"},
        "wu": {"stakeholder.stance": "neutral", "stakeholder.role": "decision-maker"},
        "he": {"stakeholder.stance": "against"},
    }
    assert list(people(case, FEBRUARY)) == ["li", "wu", "he"]


def test_an_act_changes_a_members_fact_as_a_whole() -> None:
    case = staged(
        content(members=[member("li", stance="for")]), (FEBRUARY, content(members=[member("li", stance=None)]))
    )
    (li,) = case.at_date(MARCH).content.lists["stakeholders"]
    assert li.facts["stakeholder.stance"] == (Statement(None, on=FEBRUARY),)


def test_a_members_title_and_name_stay_until_an_act_gives_others() -> None:
    old, new = Text("buyer", "采购员"), Text("head buyer", "采购主管")
    case = staged(
        content(members=[member("li", name="Li Ming", title=old), member("wu", title=old)]),
        (FEBRUARY, content(members=[member("li", stance="for"), member("wu", name="Wu", title=new)])),
    )
    found = [(m.id, m.name, m.title) for m in case.at_date(MARCH).content.lists["stakeholders"]]
    assert found == [("li", "Li Ming", old), ("wu", "Wu", new)]


def test_a_list_is_unknown_until_an_act_gives_it() -> None:
    case = staged(content(), (FEBRUARY, content(members=[member("li")], complete=True)))
    assert "stakeholders" not in case.at_date(JANUARY).content.lists
    assert list(people(case, FEBRUARY)) == ["li"]


def test_an_act_can_say_that_a_list_is_complete_or_no_longer_is() -> None:
    case = staged(
        content(members=[member("li")], complete=False),
        (JANUARY, content(complete=True)),
        (FEBRUARY, content(complete=False)),
    )
    days = (date(2026, 1, 1), JANUARY, FEBRUARY)
    assert [case.at_date(day).content.complete["stakeholders"] for day in days] == [False, True, False]


def test_an_act_about_one_member_leaves_open_whether_there_are_more() -> None:
    case = staged(
        content(members=[member("li")], complete=False), (FEBRUARY, content(members=[member("li", role="coach")]))
    )
    assert case.at_date(FEBRUARY).content.complete["stakeholders"] is False


# --- from a file --------------------------------------------------------------------------------------------------

STAGED = """\
case: acme
title: A staged case
as_of: 2026-03-10
facts:
  deal.phase: early
  deal.needs_known: {value: yes, evidence: written, on: 2026-01-05}
stakeholders:
  - {id: li, post: buyer, stance: neutral}
stakeholders_complete: no
history:
  - on: 2026-02-20
    title: The criteria are published
    facts: {deal: {criteria: ours}, deal.phase: late}
  - on: 2026-01-20
    title: A decision maker appears
    stakeholders:
      - {id: wu, post: {en: director, zh: 总监}, role: decision-maker, stance: for}
      - {id: li, role: coach}
    stakeholders_complete: yes
  - on: 2026-01-15
    title: The buyer turns out to be a coach
    stakeholders: [{id: li, role: coach}]
"""


@pytest.fixture
def staged_case(tmp_path: Path, mini_judge: Judge) -> Case:
    path = tmp_path / "acme.yaml"
    path.write_text(STAGED, encoding="utf-8")
    return load_case(path, mini_judge.knowledge)


def test_acts_are_put_in_the_order_of_their_days(staged_case: Case) -> None:
    assert [act.on for act in staged_case.history] == [date(2026, 1, 15), date(2026, 1, 20), date(2026, 2, 20)]


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (date(2026, 1, 1), "qualify-first"),
        (date(2026, 1, 25), "qualify-first"),
        (date(2026, 2, 20), "bid"),
        (None, "bid"),
    ],
)
def test_the_same_case_is_judged_as_of_any_day(
    day: date | None, verdict: str, staged_case: Case, mini_judge: Judge
) -> None:
    judgement = mini_judge.judge(staged_case, day)
    assert judgement.decision.verdict == verdict
    assert judgement.case.as_of == (day or staged_case.as_of)


def test_what_is_known_grows_with_the_acts(staged_case: Case, mini_judge: Judge) -> None:
    days = (date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 20), date(2026, 2, 20))
    views = [view_of(staged_case.at_date(day), mini_judge.knowledge) for day in days]
    known = [{path: state.value for path, state in view.states.items() if state.known == "value"} for view in views]
    assert known == [
        {"deal.phase": "early"},
        {"deal.phase": "early", "deal.needs_known": True},
        {"deal.phase": "early", "deal.needs_known": True},
        {"deal.phase": "late", "deal.needs_known": True, "deal.criteria": "ours"},
    ]
    assert [[m.id for m in view.lists["stakeholders"]] for view in views] == [
        ["li"],
        ["li"],
        ["li", "wu"],
        ["li", "wu"],
    ]
    assert [view.is_complete("stakeholders") for view in views] == [False, False, True, True]
    assert {path: s.value for path, s in views[2].lists["stakeholders"][0].states.items()} == {
        "stakeholder.stance": "neutral",
        "stakeholder.role": "coach",
    }


def test_a_fact_goes_stale_as_the_day_of_judging_moves_on(staged_case: Case, mini_judge: Judge) -> None:
    phase = (None, "deal.phase")
    days = (date(2026, 2, 20), date(2026, 3, 22), date(2026, 3, 23))
    stale = [view_of(staged_case.at_date(day), mini_judge.knowledge).state(phase).stale for day in days]
    assert stale == [False, False, True]


def test_a_fact_learnt_after_the_date_of_the_case_belongs_into_its_history(tmp_path: Path, mini_judge: Judge) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(STAGED.replace("on: 2026-01-05", "on: 2026-03-11"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_case(path, mini_judge.knowledge)
    (problem,) = caught.value.problems
    assert (problem.id, problem.at.line) == ("after-as-of", 6)
