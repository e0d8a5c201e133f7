"""A deal from a rival's chair: what changes sides, what stays, what a rival does not see, and our answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import Case, Content, Member, Statement, Statements
from advisor.explain.seat import SeatReport, seat_report
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.load.seat import load_seat
from advisor.model import Text, Value
from advisor.paths import shipped
from advisor.problems import InputError, Problem
from advisor.seat import US, Seat
from tests.build import MINI, case_of, mini_library
from tests.test_cli import Advisor, advisor, checkout, write  # noqa: F401 - fixtures

CASES = Path(__file__).parent.parent / "cases"
DEAL = CASES / "packaging-line-dairy-group.yaml"


def told(**facts: Value | None) -> Statements:
    """State facts of a deal or member; `__` stands for the dot of a path."""
    return {path.replace("__", "."): (Statement(value, "told"),) for path, value in facts.items()}


def rival(id_: str = "rival", **facts: Value | None) -> Member:
    return Member(id_, Text(id_, id_), None, told(**facts))


def deal(*rivals: Member, people: tuple[Member, ...] = (), **facts: Value | None) -> Case:
    return case_of(Content(told(**facts), {"stakeholders": people, "competitors": rivals}, {"stakeholders": True}))


@pytest.fixture
def seat(mini_judge: Judge) -> Seat:
    return load_seat(mini_library(), mini_judge.knowledge)


@pytest.fixture
def shipped_seat(shipped_judge: Judge) -> Seat:
    return load_seat(shipped(), shipped_judge.knowledge)


def values(facts: Statements) -> dict[str, Value | None]:
    return {path: said[0].value for path, said in facts.items()}


# What changes sides


def test_a_fact_changes_sides_and_what_is_the_customers_stays(seat: Seat) -> None:
    seated, assumed = seat.seated(deal(rival(), deal__criteria="rival", deal__phase="late"), rival())
    assert values(seated.content.facts) == {"deal.criteria": "ours", "deal.phase": "late", "deal.needs_known": True}
    assert assumed == ("deal.needs_known",)
    assert [said.grade for said in seated.content.facts["deal.needs_known"]] == ["assumed"]


def test_what_we_know_of_a_rival_is_its_own_and_nothing_is_assumed_against_it(seat: Seat) -> None:
    known = rival(competitor__strong=False)
    seated, assumed = seat.seated(deal(known, deal__criteria="rival"), known)
    assert values(seated.content.facts)["deal.needs_known"] is False
    assert assumed == ()


def test_what_is_ours_alone_is_not_seen(seat: Seat) -> None:
    seated, _ = seat.seated(deal(rival(), deal__price=5, deal__floor=6, deal__profit=1), rival())
    assert seated.content.facts == {}


def test_we_are_a_rival_of_the_rival_and_other_rivals_stay(seat: Seat) -> None:
    one, other = rival("one", competitor__strong=True), rival("other", competitor__strong=False)
    seated, _ = seat.seated(deal(one, other, deal__needs_known=True), one)
    assert [member.id for member in seated.content.lists["competitors"]] == [US, "other"]
    assert values(seated.content.lists["competitors"][0].facts) == {"competitor.strong": True}


def test_people_change_sides_and_whoever_has_no_other_side_is_unknown(seat: Seat) -> None:
    people = (
        Member("a", None, None, told(stakeholder__stance="for", stakeholder__role="coach")),
        Member("b", None, None, told(stakeholder__stance="neutral")),
    )
    seated, _ = seat.seated(deal(rival(), people=people), rival())
    assert [values(member.facts) for member in seated.content.lists["stakeholders"]] == [
        {"stakeholder.stance": "against", "stakeholder.role": "coach"},
        {},
    ]
    assert seated.content.complete == {"stakeholders": True}


@pytest.mark.parametrize("criteria", ["ours", "rival", None])
@pytest.mark.parametrize("stance", ["for", "against"])
def test_turning_twice_gives_back_what_was_turned(seat: Seat, criteria: str | None, stance: str) -> None:
    people = (Member("a", None, None, told(stakeholder__stance=stance)),)
    first = deal(rival(), people=people, deal__criteria=criteria)
    there, _ = seat.seated(first, rival())
    back, _ = seat.seated(there, there.content.lists["competitors"][0])
    assert back.content.facts["deal.criteria"] == first.content.facts["deal.criteria"]
    assert back.content.lists["stakeholders"] == people


def test_every_shipped_value_that_turns_turns_back(shipped_seat: Seat, shipped_judge: Judge) -> None:
    """But for people: who supports us does not oppose the rival as far as an enemy would."""
    for path, turned in shipped_seat.turn.items():
        assert set(turned) | set(turned.values()) <= set(shipped_judge.knowledge.facts[path].values), path
        if path != "stakeholder.stance":
            assert {other: value for value, other in turned.items()} == turned, path


def test_nobody_stands_on_both_sides(shipped_seat: Seat) -> None:
    ours = {"mentor", "supporter"}
    for stance, turned in shipped_seat.turn["stakeholder.stance"].items():
        assert (stance in ours) != (turned in ours)


def test_what_the_shipped_file_names_belongs_to_one_group_only(shipped_seat: Seat, shipped_judge: Judge) -> None:
    groups = {path.partition(".")[0] for path in shipped_judge.knowledge.facts}
    shared = {p for p in shipped_judge.knowledge.facts if {p, p.partition(".")[0]} & shipped_seat.shared}
    assert shipped_seat.shared <= groups | set(shipped_judge.knowledge.facts)
    assert not shared & (set(shipped_seat.swap) | set(shipped_seat.members))
    assert not any(path.startswith(("us.", "competitor.")) for path in shared), "what a side is belongs to it"


def test_every_verdict_of_a_rival_has_an_answer(shipped_seat: Seat, shipped_judge: Judge) -> None:
    assert set(shipped_seat.answers) == set(shipped_judge.knowledge.verdicts)


# What comes of it


def played(judge: Judge, seat: Seat, case: Case, wanted: str = "competitor:rival") -> SeatReport:
    return seat_report(judge, seat, case, wanted)


def test_a_move_of_the_rival_is_answered_and_followed_to_its_end(mini_judge: Judge, seat: Seat) -> None:
    case = deal(rival(), deal__criteria="ours", deal__phase="late", deal__needs_known=True, deal__public=True)
    found = played(mini_judge, seat, case)
    assert (found.ours.verdict.id, found.theirs.verdict.id) == ("bid", "reshape-criteria")
    assert found.answer.en == "be there first"
    assert found.after is not None
    assert found.after.verdict.id == "reshape-criteria"
    assert not found.several
    assert found.assumed == ()


def test_a_move_without_effect_ends_there_and_assumptions_are_named(mini_judge: Judge, seat: Seat) -> None:
    found = played(mini_judge, seat, deal(rival(), rival("other"), deal__criteria="rival", deal__phase="late"))
    assert found.theirs.verdict.id == "bid"
    assert found.after is None
    assert found.several
    assert [line.path for line in found.assumed] == ["deal.needs_known"]


@pytest.mark.parametrize("wanted", ["competitor:nobody", "rival", "stakeholder:rival", "competitor:", "", "x" * 5000])
def test_an_unknown_seat_names_those_that_there_are(mini_judge: Judge, seat: Seat, wanted: str) -> None:
    for case, said in ((deal(rival()), "competitor:rival"), (deal(), "no rival is on file")):
        with pytest.raises(InputError) as caught:
            played(mini_judge, seat, case, wanted)
        (problem,) = caught.value.problems
        assert problem.id == "unknown-seat"
        assert said in problem.message or "did you mean" in problem.message


def test_every_rival_of_the_shipped_deals_can_be_played(shipped_judge: Judge, shipped_seat: Seat) -> None:
    count = 0
    for path in sorted(CASES.glob("*.yaml"))[::6]:
        case = load_case(path, shipped_judge.knowledge)
        case = case.at_date(case.as_of)
        for member in case.content.lists.get("competitors", ())[:1]:
            found = seat_report(shipped_judge, shipped_seat, case, f"competitor:{member.id}")
            assert found.answer == shipped_seat.answers[found.theirs.verdict.id].answer
            assert (
                found.ours.verdict
                == seat_report(shipped_judge, shipped_seat, case, f"competitor:{member.id}").ours.verdict
            )
            count += 1
    assert count > 2


def test_the_leader_of_a_shipped_deal_defends_its_lead(shipped_judge: Judge, shipped_seat: Seat) -> None:
    case = load_case(DEAL, shipped_judge.knowledge)
    found = seat_report(shipped_judge, shipped_seat, case.at_date(case.as_of), "competitor:leader")
    assert (found.ours.verdict.id, found.theirs.verdict.id) == ("create-doubt", "defend-lead")
    assert {line.path for line in found.assumed} == {"needs.known", "proposal.handed_in"}


# The file


BROKEN = [
    ("shared: [deal.phase", "shared: [deal.phas", "unknown-fact"),
    ("{deal.needs_known: competitor.strong}", "{deal.needs_knwn: competitor.strong}", "unknown-fact"),
    ("{deal.needs_known: competitor.strong}", "{deal.needs_known: competitor.storng}", "unknown-fact"),
    ("{ours: rival, rival: ours}", "{ours: rivals}", "value-not-allowed"),
    ("{ours: rival, rival: ours}", "{our: rival}", "value-not-allowed"),
    ("members: [stakeholder.role]", "members: [stakeholder.rol]", "unknown-fact"),
    ("then: {deal.needs_known: yes}", "then: {deal.needs_known: late}", "not-yes-no"),
    ("then: {deal.needs_known: yes}", "than: {}", "missing-key"),
    ("    bid: {answer", "    bit: {answer", "unknown-verdict"),
    ("effect: {deal.criteria: rival}", "effect: {deal.criterion: rival}", "unknown-fact"),
    ("    withdraw: {answer: {en: wait, zh: 等一等}}\n", "", "missing-key"),
]


@pytest.mark.parametrize(("old", "new", "id_"), BROKEN)
def test_a_problem_of_the_file_is_named_with_its_place(
    mini_judge: Judge, tmp_path: Path, old: str, new: str, id_: str
) -> None:
    text = (MINI / "knowledge" / "seat.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "seat.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_seat(replace(mini_library(), knowledge=tmp_path), mini_judge.knowledge)
    problem: Problem = next(problem for problem in caught.value.problems if problem.id == id_)
    assert problem.at.line
    assert problem.at.file.endswith("seat.yaml")


# As a user plays it

SEAT = ("--seat", "competitor:competitor-1")


def test_the_play_is_printed_and_written_in_every_format(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    outcome = advisor("review", "harbour.yaml", *SEAT, "--output", "s.html", "--output", "s.json", COLUMNS="200")
    assert outcome.code == 0
    assert "Its best move: reshape-criteria" in outcome.out
    assert "be there first" in outcome.out
    assert "be there first" in (tmp_path / "s.html").read_text(encoding="utf-8")
    found = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert (found["case"], found["theirs"]["verdict"]["id"]) == ("harbour", "reshape-criteria")
    assert len(json.dumps(found)) < 20_000
    assert "换位推演（Rival）" in advisor("review", "harbour.yaml", *SEAT, "--lang", "zh").out


def test_the_play_is_as_of_the_day_that_is_asked_for(advisor: Advisor) -> None:  # noqa: F811
    def of(*more: str) -> tuple[str, str]:
        found = json.loads(advisor("review", "harbour.yaml", *SEAT, "--format", "json", *more).out)
        return found["ours"]["verdict"]["id"], found["theirs"]["verdict"]["id"]

    assert of() == ("bid", "reshape-criteria")
    assert of("--as-of", "2026-04-01") == ("reshape-criteria", "qualify-first")


def test_playing_leaves_the_review_as_it_was(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    before = (tmp_path / "harbour.yaml").read_bytes()
    plain = advisor("review", "harbour.yaml").out
    advisor("review", "harbour.yaml", *SEAT)
    assert advisor("review", "harbour.yaml").out == plain
    assert (tmp_path / "harbour.yaml").read_bytes() == before


def test_an_account_has_no_seat_and_a_folder_neither(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    write(tmp_path, mill="case: mill\nkind: account\ntitle: A mill\nas_of: 2026-03-01\n")
    assert advisor("review", "mill.yaml", *SEAT).err.endswith("[account-not-deal]\n")
    assert advisor("review", ".", *SEAT).err.endswith("[one-deal]\n")
