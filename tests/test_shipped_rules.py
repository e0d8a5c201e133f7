"""The shipped rules keep their promises: their own examples, examples that notice every weakening, coverage."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.checks.examples import ExampleRun, failed, run_examples
from advisor.checks.mutants import survivors
from advisor.coverage import coverage
from advisor.evidence import UNKNOWN_STATE, MemberView, learnt, view_of
from advisor.explain.report import report
from advisor.judge import Judge, open_judge
from advisor.load.cases import load_case
from advisor.paths import shipped
from advisor.problems import Problems
from advisor.rulebase import Knowledge

CASES = sorted((Path(__file__).parent.parent / "cases").rglob("*.yaml"))


def _runs() -> tuple[Judge, list[ExampleRun]]:
    judge, problems = open_judge(shipped()), Problems()
    runs = list(run_examples(judge, problems))
    assert not problems.found
    return judge, runs


JUDGE, RUNS = _runs()


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.rule.id} :: {run.example.name}")
def test_an_example_comes_out_as_it_says(run: ExampleRun) -> None:
    assert failed(JUDGE, run) is None


def test_every_weakened_rule_is_noticed_by_an_example_of_its_own() -> None:
    assert survivors(JUDGE) == []


def test_every_item_with_logic_has_rules() -> None:
    """An item that loses its last rule fails the build."""
    lines = coverage(JUDGE.base)
    assert [line.item.number for line in lines if line.item.logic and not line.rules] == []
    assert sum(line.item.logic for line in lines) == 152


def test_what_carries_no_logic_says_why() -> None:
    for item in JUDGE.knowledge.items.values():
        assert item.logic == (item.lines > 0)
        assert item.logic == (item.why is None), item.number


def test_only_items_with_logic_have_rule_files() -> None:
    items = JUDGE.knowledge.items
    assert [f.id for f in JUDGE.base.files if f.item is not None and not items[f.item].logic] == []


def test_the_index_holds_every_item_of_the_playbooks() -> None:
    knowledge: Knowledge = JUDGE.knowledge
    assert sorted(knowledge.items) == list(range(1, 183))
    assert sum(item.logic for item in knowledge.items.values()) == 152
    described = {p.item for book in knowledge.playbooks.values() for p in book.passages.values()}
    assert described == set(knowledge.items)


def test_every_fact_is_read_by_a_rule() -> None:
    assert sorted(JUDGE.knowledge.facts.keys() - JUDGE.program.tests.readers.keys()) == []


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_while_bids_are_out_nothing_goes_to_the_customer_but_through_the_tender_office(path: Path) -> None:
    case = load_case(path, JUDGE.knowledge)
    told = view_of(case, JUDGE.knowledge).changed(
        {(None, "purchase.kind"): learnt("public-tender"), (None, "purchase.stage"): learnt("published")}
    )
    found = report(JUDGE, JUDGE.judge_view(case, told))
    office = {"procurement", "tender-agent"}
    theirs = {words.en: role for role, words in JUDGE.knowledge.their_roles.items()}
    people = {post_of(m): role_of(m) for m in told.lists.get("stakeholders", ())}
    named = [action.to for action in found.actions if action.to] + [who for q in found.questions for who in q.who]
    reached = {people.get(text.en, theirs.get(text.en.removesuffix(" (nobody named yet)"))) for text in named}
    assert reached - office - {None} == set()


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_nothing_goes_to_whoever_asked_for_a_favour_whatever_counsel_answered(path: Path) -> None:
    case = load_case(path, JUDGE.knowledge)
    told = view_of(case, JUDGE.knowledge)
    for member in told.lists.get("stakeholders", ()):
        view = told.changed(
            {
                (None, "compliance.favour"): learnt("rebate"),
                (None, "compliance.counsel_on_favour"): learnt("note 14"),
                (member.id, "stakeholder.asked_favour"): learnt(value=True),
            }
        )
        found = report(JUDGE, JUDGE.judge_view(case, view))
        reached = [action.to for action in found.actions if action.to] + [w for q in found.questions for w in q.who]
        assert post_of(member) not in {text.en for text in reached}
        advice = [line.rule for person in found.people if person.id == member.id for line in person.approach]
        assert advice == ["personal-win/whoever-asked"]


def post_of(member: MemberView) -> str:
    """Return what reports call somebody."""
    return member.title.en if member.title else ""


def role_of(member: MemberView) -> str:
    """Return somebody's role, or that it is unknown."""
    return str(member.states.get("stakeholder.role", UNKNOWN_STATE).value)
