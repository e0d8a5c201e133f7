"""Two reviews of the same deals, a month apart: what changed, and the facts that did it."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from advisor.evidence import places, view_of
from advisor.explain.since import Differences
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.load.previous import load_previous
from advisor.problems import InputError
from advisor.render.blocks import Page, Table, cell_text
from advisor.render.layout.changes import changes
from advisor.render.output import render
from advisor.result import Review
from advisor.review import review
from advisor.sheet import CaseChange

CASES = Path(__file__).parent.parent / "cases"
HEAD = "case: mill\ntitle: A mill's scales\nas_of: 2026-03-01\n"
BID = (
    HEAD
    + "facts: {deal.phase: late, deal.needs_known: yes, deal.criteria: ours, deal.price: 7, deal.floor: 6}\n"
    + "stakeholders: [{id: boss, post: Owner, role: decision-maker, stance: for}]\ncompetitors: []\n"
)


def reviewed(judge: Judge, folder: Path, text: str, before: Path | None = None, name: str = "mill") -> Review:
    """Review one deal, beside an earlier review if there is one."""
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    earlier = load_previous(before, judge.knowledge) if before else None
    return review(judge, [folder / f"{name}.yaml"], before=earlier)


def kept(found: Review, folder: Path, name: str = "before.json") -> Path:
    """Keep a review as its JSON."""
    (folder / name).write_text(render("json", "en", lambda page: None, found), encoding="utf-8")
    return folder / name


def changed(judge: Judge, folder: Path, then: str, now: str) -> CaseChange:
    """Review a deal twice."""
    before = kept(reviewed(judge, folder, then), folder)
    found = reviewed(judge, folder, now, before).changes
    assert found is not None
    assert len(found) == 1
    return found[0]


def did(change: CaseChange) -> list[tuple[str, str, str]]:
    """Return what did it, in words."""
    return [(fact.label.en, fact.was.en, fact.now.en) for fact in change.did]


def test_the_fact_that_turned_the_verdict_is_named_and_the_others_are_counted(
    mini_judge: Judge, tmp_path: Path
) -> None:
    now = BID.replace("deal.criteria: ours", "deal.criteria: rival").replace("deal.price: 7", "deal.price: 8")
    change = changed(mini_judge, tmp_path, BID, now)
    assert (change.was and change.was.id, change.now and change.now.id) == ("bid", "reshape-criteria")
    assert (change.cause, did(change), change.others) == ("facts", [("deal criteria", "ours", "a rival")], 1)


def test_facts_that_only_together_turn_it_are_named_together(mini_judge: Judge, tmp_path: Path) -> None:
    then = BID.replace("deal.price: 7, deal.floor: 6", "deal.price: 5, deal.floor: 6")
    now = BID.replace("deal.price: 7, deal.floor: 6", "deal.price: 7, deal.floor: 5")
    change = changed(mini_judge, tmp_path, then, now)
    assert (change.was and change.was.id, change.now and change.now.id) == ("withdraw", "bid")
    assert [label for label, _, _ in did(change)] == ["deal floor", "deal price"]


def test_somebody_who_joined_can_be_what_did_it(mini_judge: Judge, tmp_path: Path) -> None:
    hostile = "stakeholders: [{id: boss, post: Owner, role: decision-maker, stance: for}, "
    hostile += "{id: heir, post: Heir, role: decision-maker, stance: against}]\n"
    now = BID.replace("stakeholders: [{id: boss, post: Owner, role: decision-maker, stance: for}]\n", hostile)
    joined = changed(mini_judge, tmp_path, BID, now)
    assert [(was, is_now) for _, was, is_now in did(joined)] == [("not on file", "on file")]
    assert "Heir" in did(joined)[0][0]
    left = changed(mini_judge, tmp_path, now, BID)
    assert [(was, is_now) for _, was, is_now in did(left)] == [("on file", "not on file")]


def test_a_list_that_is_not_complete_any_more_can_be_what_did_it(mini_judge: Judge, tmp_path: Path) -> None:
    change = changed(mini_judge, tmp_path, BID, BID + "stakeholders_complete: no\n")
    assert change.cause == "facts"
    assert [(was, is_now) for _, was, is_now in did(change)] == [("all of them known", "not all of them known")]


def test_the_same_verdict_has_no_culprit(mini_judge: Judge, tmp_path: Path) -> None:
    change = changed(mini_judge, tmp_path, BID, BID.replace("deal.price: 7", "deal.price: 8"))
    assert (change.cause, change.did, change.others) == ("none", (), 1)


def test_other_rules_are_said_to_be_what_did_it(mini_judge: Judge, tmp_path: Path) -> None:
    before = kept(reviewed(mini_judge, tmp_path, BID), tmp_path)
    document = json.loads(before.read_text(encoding="utf-8"))
    document["cases"][0]["verdict"]["id"] = "withdraw"
    before.write_text(json.dumps(document), encoding="utf-8")
    found = reviewed(mini_judge, tmp_path, BID, before).changes
    assert found
    assert (found[0].cause, found[0].did) == ("rules", ())


def test_a_deal_on_another_footing_is_a_change(mini_judge: Judge, tmp_path: Path) -> None:
    before = kept(reviewed(mini_judge, tmp_path, BID), tmp_path)
    document = json.loads(before.read_text(encoding="utf-8"))
    level = {"level": "refuse", "answer": "yes"}
    document["cases"][0]["compliance"] = [level]
    before.write_text(json.dumps(document), encoding="utf-8")
    found = reviewed(mini_judge, tmp_path, BID, before)
    assert found.changes
    assert (found.changes[0].was_footing, found.changes[0].now_footing) == ("blocked", found.cases[0].footing)
    page = Page("en")
    changes(page, found.changes)
    table = next(block for block in page.blocks if isinstance(block, Table))
    assert cell_text(table.rows[0][1]).endswith("(stopped by compliance)")
    assert cell_text(table.rows[0][3]).startswith("the verdict is the same")


def test_deals_come_and_go(mini_judge: Judge, tmp_path: Path) -> None:
    before = kept(reviewed(mini_judge, tmp_path, BID), tmp_path)
    other = BID.replace("case: mill", "case: dock")
    found = reviewed(mini_judge, tmp_path, other, before, "dock").changes
    assert found
    assert {change.id: (change.was is None, change.now is None) for change in found} == {
        "dock": (True, False),
        "mill": (False, True),
    }


@pytest.mark.parametrize(
    "name", ["electric-trucks-parcel-carrier", "loading-line-grain-reserve", "sludge-dryers-city-water-company"]
)
def test_what_a_review_wrote_is_read_back_whole(shipped_judge: Judge, tmp_path: Path, name: str) -> None:
    path = CASES / f"{name}.yaml"
    found = review(shipped_judge, [path])
    earlier = load_previous(kept(found, tmp_path), shipped_judge.knowledge)
    again = review(shipped_judge, [path], before=earlier).changes
    assert again
    assert (again[0].cause, again[0].others) == ("none", 0)


def test_a_shipped_deal_a_month_later_says_what_happened(shipped_judge: Judge, tmp_path: Path) -> None:
    path = CASES / "loading-line-grain-reserve.yaml"
    acts = review(shipped_judge, [path]).cases[0].sheet.acts
    days = [act.on for act in acts]
    assert len({act.verdict.id for act in acts}) > 1, "the case has no turn any more; take another"
    for then, now in pairwise(days):
        before = load_previous(kept(review(shipped_judge, [path], then), tmp_path), shipped_judge.knowledge)
        changes = review(shipped_judge, [path], now, before=before).changes
        assert changes
        was, is_now = changes[0].was, changes[0].now
        assert was
        assert is_now
        assert (changes[0].cause == "none") == (was.id == is_now.id)
        assert changes[0].cause != "rules"
        assert bool(changes[0].did) == (was.id != is_now.id)


def test_every_difference_undone_gives_the_earlier_view(shipped_judge: Judge, tmp_path: Path) -> None:
    """Then nothing that could have turned the verdict is missing from the differences."""
    path = CASES / "loading-line-grain-reserve.yaml"
    case = load_case(path, shipped_judge.knowledge)
    for day in (date(2026, 1, 1), *(act.on for act in case.history)):
        before = load_previous(kept(review(shipped_judge, [path], day), tmp_path), shipped_judge.knowledge)
        now = shipped_judge.judge(case)
        view = now.told
        for difference in Differences(shipped_judge.knowledge, now.told, case.currency, before[case.id]).all():
            view = difference.undo(view)
        then = view_of(case.at_date(day), shipped_judge.knowledge)
        paths = frozenset(shipped_judge.knowledge.facts)
        for place in places(then, shipped_judge.knowledge, paths):
            assert view.state(place) == then.state(place), place
        assert {n: {m.id for m in ms} for n, ms in view.lists.items()} == {
            n: {m.id for m in ms} for n, ms in then.lists.items()
        }


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"cases": [1]}', '{"cases": [{"id": "x"}]}', "[" * 100_000, "\ud800"]
)
def test_what_is_not_a_review_is_refused_in_one_line(mini_judge: Judge, tmp_path: Path, text: str) -> None:
    path = tmp_path / "before.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError) as caught:
        load_previous(path, mini_judge.knowledge)
    assert [problem.id for problem in caught.value.problems] == ["not-a-review"]


@pytest.mark.parametrize("member", [[1], {}, 5])
def test_a_fact_of_nobody_that_can_be_is_no_review(mini_judge: Judge, tmp_path: Path, member: object) -> None:
    path = kept(reviewed(mini_judge, tmp_path, BID), tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cases"][0]["sheet"]["facts"][0]["member"] = member
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_previous(path, mini_judge.knowledge)
    assert [problem.id for problem in caught.value.problems] == ["not-a-review"]
