"""Whom actions and questions reach: the person a rule is about or the role it names, never who is out of bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from advisor.evidence import View
from advisor.explain.argument import Explainer
from advisor.explain.builder import Builder, explainer
from advisor.explain.contact import Contact
from advisor.explain.people import Holding
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.model import All, Condition, FactTest, Text
from advisor.playbase import load_playbase
from advisor.problems import NOWHERE
from advisor.result import CaseReport
from advisor.rule import Action, Guard, GuardLevel, Rule, Then
from advisor.rulebase import Horizon, Playbase, RuleFile
from tests.build import case_of, compiled, mini_library, view, yes

DECIDES = FactTest("stakeholder.role", "is", "decision-maker")
SAID = Text("said", "说")
SOON, LATE = "this-week", "late"


def act(do: str, to: str | None = None, by: str = SOON) -> Action:
    """Have the account manager do something."""
    return Action(Text(do, do), "account-manager", to, by, (), NOWHERE)


def stop(level: GuardLevel, keeps_off: bool = False, only_through: tuple[str, ...] = ()) -> Guard:
    """Set a legal limit."""
    return Guard(level, "collusion", SAID, only_through, keeps_off, NOWHERE)


def written(id_: str, when: Condition, then: Then, because: str = "said", each: str | None = None) -> Rule:
    """Write a rule in full."""
    return Rule(f"hand/{id_}", SAID, "stable", when, then, Text(because, because), (), (), each=each)


def judge_with(*rules: Rule) -> Judge:
    """Put rules beside the small rule base."""
    base, _ = load_playbase(mini_library())
    horizons = {**base.knowledge.horizons, LATE: Horizon(LATE, 30, SAID)}
    file = RuleFile("hand", None, SAID, SAID, (), rules, (), NOWHERE)
    more = Playbase(replace(base.knowledge, horizons=horizons), (*base.files, file))
    return Judge(more, compiled(more))


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """A judge who says whom to see."""
    opponent = Then(actions=(act("hear the person out"), act("ask what is behind it", to="coach")))
    neutral_boss = All((FactTest("stakeholder.stance", "is", "neutral"), DECIDES))
    barred = Then(guard=stop("hold", keeps_off=True), actions=(act("see them"), act("ask about them", to="coach")))
    opened = judge_with(
        written("opponent", FactTest("stakeholder.stance", "is", "against"), opponent, each="stakeholders"),
        written("favour", neutral_boss, barred, each="stakeholders"),
        written("quiet-time", yes("deal.public"), Then(guard=stop("reword", only_through=("decision-maker",)))),
        written("limit", yes("deal.needs_known"), Then(guard=stop("refuse"), actions=(act("refuse", by=LATE),))),
    )
    yield opened
    opened.close()


def found(judge: Judge, deal: View) -> CaseReport:
    """Report on a deal."""
    return report(judge, judge.judge_view(case_of(), deal))


def steps(case: CaseReport) -> list[tuple[str, str | None]]:
    """Say what is to be done with whom."""
    return [(a.do.en, a.to.en if a.to else None) for a in case.actions]


def contact(judge: Judge, deal: View) -> Contact:
    """Return whom a deal lets us reach."""
    judgement = judge.judge_view(case_of(), deal)
    shown: Explainer = explainer(judge, judgement)
    holding: tuple[Holding, ...] = Builder(judge, judgement, False).holding
    return Contact(shown, holding)


def test_what_is_about_a_person_goes_to_that_person_unless_it_names_a_role(judge: Judge) -> None:
    people = [{"stakeholder.role": "decision-maker", "stakeholder.stance": "against"}, {"stakeholder.role": "coach"}]
    done = steps(found(judge, view({}, stakeholders=people)))
    assert done == [("hear the person out", "decision maker"), ("ask what is behind it", "coach")]


def test_nothing_reaches_who_is_out_of_bounds_nor_goes_to_another_about_them(judge: Judge) -> None:
    people = [{"stakeholder.role": "decision-maker", "stakeholder.stance": "neutral"}, {"stakeholder.role": "coach"}]
    assert steps(found(judge, view({}, stakeholders=people))) == []


def test_while_one_role_alone_may_be_reached_a_role_named_must_be_that_one(judge: Judge) -> None:
    people = [{"stakeholder.role": "decision-maker", "stakeholder.stance": "against"}, {"stakeholder.role": "coach"}]
    done = [do for do, _ in steps(found(judge, view({"deal.public": True}, stakeholders=people)))]
    assert done == ["hear the person out"]


def test_what_a_legal_limit_asks_for_comes_first_however_late_it_is_due(judge: Judge) -> None:
    people = [{"stakeholder.stance": "against"}]
    done = [do for do, _ in steps(found(judge, view({"deal.needs_known": True}, stakeholders=people)))]
    assert done[0] == "refuse"
    assert len(done) > 1


def test_somebody_stands_in_for_a_role_that_nobody_holds_and_nobody_for_a_coach(shipped_judge: Judge) -> None:
    people = [{"stakeholder.role": "procurement"}, {"stakeholder.role": "decision-maker"}]
    known = contact(shipped_judge, view({}, stakeholders=people))
    roles = ("project-lead", "user")
    assert [known.name(role).en for role in roles] == [known.name(r).en for r in ("procurement", "decision-maker")]
    assert not known.with_role("coach")
    unsure = contact(shipped_judge, view({}, incomplete=["stakeholders"], stakeholders=people))
    assert "nobody" in unsure.name("project-lead").en
    assert unsure.with_role("coach")


def test_people_of_the_case_are_asked_before_roles_that_nobody_fills(shipped_judge: Judge) -> None:
    people = [{"stakeholder.role": "user"}, {"stakeholder.role": "procurement"}]
    known = contact(shipped_judge, view({}, stakeholders=people))
    asked = known.answerers(["coach", "account-manager", "procurement", "user"], {"stakeholder-1"})
    roles = {**shipped_judge.knowledge.their_roles, **shipped_judge.knowledge.our_roles}
    assert asked[1:] == [roles[role] for role in ("coach", "account-manager", "user")]
    assert asked[0] not in roles.values()


def test_whoever_is_against_us_is_asked_last_of_the_people(shipped_judge: Judge) -> None:
    enemy, other = {"stakeholder.role": "user", "stakeholder.stance": "enemy"}, {"stakeholder.role": "procurement"}
    known = contact(shipped_judge, view({}, stakeholders=[enemy, other]))
    both = known.answerers(["user", "procurement", "coach"], set())
    assert both[:2] == [*known.answerers(["procurement"], set()), *known.answerers(["user"], set())]


def test_a_reason_that_tells_nothing_new_stands_behind_those_that_do() -> None:
    supports = Then(supports=("reshape-criteria",))
    weighing = judge_with(
        written("again", FactTest("deal.criteria", "is", "rival"), supports, "the same once more"),
        written("news", FactTest("deal.phase", "is", "late"), supports, "something else"),
    )
    said = found(weighing, view({"deal.criteria": "rival", "deal.phase": "late"}, stakeholders=[]))
    weighing.close()
    assert [r.rule for r in said.reasons_for] == ["timing/reshape", "hand/news", "hand/again"]
