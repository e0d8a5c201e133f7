"""Next questions: what is worth asking, in which order, and what each answer would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.evidence import State, View, learnt
from advisor.explain.account import account_report
from advisor.infer import Reasoner
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import All, Either, Fact, FactRef, FactTest, FindingTest, KnowledgeTest, Not, Quantified
from advisor.questions import Answer, Asker, Hanging, Question
from advisor.rule import Action, Rule, Then
from advisor.rulebase import Playbase
from advisor.settle import Settler
from tests.build import case_of, compiled, fact, playbase, rule, view, yes
from tests.strategies import WORDS

CASES = Path(__file__).parent.parent / "cases"
STATES = {
    "confirmed": learnt(True),
    "written": State("value", True, 2),
    "told": State("value", True, 1),
    "stale": State("value", True, 3, stale=True),
    "torn": State(contradicted=True),
}


def ask(base: Playbase, deal: View, wanted: Iterable[str] = (), at_odds: Iterable[str] = ()) -> list[Question]:
    program = compiled(base)
    reasoner = Reasoner(program, base.knowledge)
    arbiter = Arbiter(program, base.knowledge.order)
    domain = Domain(program, base.knowledge)
    inference = reasoner.infer(deal, "deal")
    decision = arbiter.decide(inference.case)
    opened = reasoner.infer(deal, "deal", open_world=True)
    settlement = Settler(reasoner, arbiter, domain).settle(deal, decision, opened)
    hanging = Hanging(not settlement.settled, frozenset(settlement.places), frozenset(at_odds))
    asker = Asker(reasoner, arbiter, domain)
    found = asker.questions(deal, decision.verdict, inference, hanging, frozenset(wanted))
    reasoner.close()
    return found


def asked(questions: list[Question]) -> list[str]:
    return [question.place[1] for question in questions]


BID = rule("r/bid", yes("deal.a"), "bid")


def test_a_question_says_what_each_answer_would_do() -> None:
    (question,) = ask(playbase([fact("deal.a")], BID), view())
    turning = Answer(True, "bid", settles=True)
    staying = Answer(False, "qualify-first", settles=True)
    assert question == Question((None, "deal.a"), "unknown", (turning, staying), (turning,), hangs=True, settling=2)


def test_an_answer_that_leaves_the_verdict_open_does_not_settle() -> None:
    base = playbase([fact("deal.a"), fact("deal.b")], rule("r/bid", All((yes("deal.a"), yes("deal.b"))), "bid"))
    answers = {(q.place[1], a.value): (a.verdict, a.settles) for q in ask(base, view()) for a in q.answers}
    assert answers == {
        ("deal.a", True): ("qualify-first", False),
        ("deal.a", False): ("qualify-first", True),
        ("deal.b", True): ("qualify-first", False),
        ("deal.b", False): ("qualify-first", True),
    }


@pytest.mark.parametrize(
    ("state", "claim", "why"),
    [
        ("torn", False, "contradicted"),
        ("stale", False, "stale"),
        ("told", True, "weak"),
        ("told", False, None),
        ("written", True, None),
        ("confirmed", True, None),
    ],
)
def test_only_what_is_unknown_torn_stale_or_weakly_claimed_is_asked(state: str, claim: bool, why: str | None) -> None:
    base = playbase([fact("deal.a", claim=claim)], BID)
    questions = ask(base, view({"deal.a": STATES[state]}))
    assert [q.why for q in questions] == ([why] if why else [])


def test_facts_that_cannot_bear_on_the_verdict_are_not_asked() -> None:
    facts = [fact("deal.a"), fact("deal.aside"), fact("deal.unread")]
    base = playbase(facts, BID, rule("r/aside", yes("deal.aside"), finding="aside"))
    assert asked(ask(base, view())) == ["deal.a"]


def test_facts_that_matter_through_findings_members_and_defeats_are_asked() -> None:
    facts = [fact("deal.a"), fact("deal.b"), fact("stakeholder.hostile")]
    base = playbase(
        facts,
        rule("r/each", yes("stakeholder.hostile"), finding="hostile", each="stakeholders"),
        rule("r/blocked", Quantified("any", "stakeholders", FindingTest("hostile")), finding="blocked"),
        rule("r/bid", All((yes("deal.a"), Not(FindingTest("blocked")))), "bid"),
        rule("r/guard", yes("deal.b"), defeats=["bid"]),
    )
    questions = ask(base, view({"deal.a": True}, stakeholders=[{}, {"stakeholder.hostile": False}]))
    assert {q.place for q in questions} == {(None, "deal.b"), ("stakeholder-1", "stakeholder.hostile")}


def test_the_cheaper_of_two_like_questions_comes_first() -> None:
    either = Either((yes("deal.a"), yes("deal.b")))
    base = playbase([fact("deal.a", cost=3), fact("deal.b", cost=1)], rule("r/bid", either, "bid"))
    assert asked(ask(base, view())) == ["deal.b", "deal.a"]


def test_a_cheap_question_comes_before_one_that_does_more_but_costs_much_more() -> None:
    either = Either((FactTest("deal.a", "in", ("x", "y", "z")), yes("deal.b")))
    facts = [fact("deal.a", "w|x|y|z", cost=1), fact("deal.b", cost=1)]
    dear = [replace(facts[0], cost=3), facts[1]]
    assert asked(ask(playbase(facts, rule("r/bid", either, "bid")), view())) == ["deal.a", "deal.b"]
    assert asked(ask(playbase(dear, rule("r/bid", either, "bid")), view())) == ["deal.b", "deal.a"]


def test_the_question_whose_answers_do_more_comes_first() -> None:
    facts = [fact("deal.a"), fact("deal.b", "low<middle<high")]
    rules = [
        rule("r/bid", FactTest("deal.b", "at_least", "middle"), "bid"),
        rule("r/park", All((yes("deal.a"), FactTest("deal.b", "is", "low"))), "park"),
    ]
    assert asked(ask(playbase(facts, *rules), view()))[0] == "deal.b"


def test_what_the_verdict_hangs_on_or_turns_on_comes_before_what_only_moves_actions() -> None:
    base = acting("deal.z", fact("deal.a", cost=3))
    questions = ask(base, view({"deal.c": False, "deal.y": False}))
    assert [(q.place[1], q.hangs) for q in questions] == [("deal.a", True), ("deal.z", False)]


def acting(path: str, *facts: Fact) -> Playbase:
    """A rule base in which one fact decides what is done, and bears on a verdict only where `deal.c` is yes."""
    action = Action(WORDS, "account-manager", None, "this-week", ("bid", "qualify-first"))
    act = Rule("r/act", WORDS, "stable", yes(path), Then(actions=(action,)), WORDS, (), ())
    aside = rule("r/aside", All((yes("deal.y"), yes(path), yes("deal.c"))), "park", tier="people")
    return playbase([*facts, fact(path), fact("deal.y"), fact("deal.c")], BID, act, aside)


def test_what_a_rule_wants_to_know_is_asked_even_if_it_moves_nothing_and_is_free_text() -> None:
    base = playbase([fact("deal.a"), fact("deal.note", "text")], BID)
    questions = ask(base, view({"deal.a": True}), wanted=["deal.note"])
    assert [(q.place, q.answers) for q in questions] == [((None, "deal.note"), ())]


def test_what_is_at_odds_is_asked_before_what_would_turn_the_verdict() -> None:
    base = playbase([fact("deal.a"), fact("deal.b", cost=3)], BID)
    assert asked(ask(base, view(), wanted=["deal.b"])) == ["deal.a", "deal.b"]
    assert asked(ask(base, view(), wanted=["deal.b"], at_odds=["deal.b"])) == ["deal.b", "deal.a"]


def test_the_rule_that_says_to_find_out_first_has_its_questions_asked_first(shipped_judge: Judge) -> None:
    case = load_case(CASES / "laboratory-gases-materials-institute.yaml", shipped_judge.knowledge)
    judgement = shipped_judge.judge(case)
    assert judgement.decision.winner
    winner = judgement.decision.winner.unit.rule
    assert winner
    first = shipped_judge.questions(judgement)[0]
    assert first.place[1] in winner.then.ask


def test_an_answer_that_changes_the_actions_alone_counts() -> None:
    base = acting("deal.z", fact("deal.a"))
    assert asked(ask(base, view({"deal.a": True, "deal.c": False, "deal.y": False}))) == ["deal.z"]


def test_an_answer_that_can_do_nothing_is_no_reason_to_ask() -> None:
    base = acting("deal.z", fact("deal.a"))
    assert ask(base, view({"deal.a": True, "deal.c": False, "deal.z": False})) == []


def test_the_facts_below_a_rule_are_found_through_every_layer() -> None:
    facts = [fact("deal.a"), fact("deal.x", "int"), fact("deal.y", "int"), fact("stakeholder.hostile"), fact("deal.z")]
    below = FactTest("deal.x", "below", FactRef("deal.y"))
    base = playbase(
        facts,
        rule("r/f", All((below, KnowledgeTest("known", "stakeholders"))), finding="f"),
        rule("r/g", Quantified("none", "stakeholders", All((yes("stakeholder.hostile"), FindingTest("f")))), "bid"),
        rule("r/other", yes("deal.z"), finding="other"),
    )
    program = compiled(base)
    assert program.uses.paths == ("deal.x", "deal.y", "stakeholder.hostile")
    other = next(u.number for u in program.units if u.name == "r/other")
    assert program.paths_below([other]) == {"deal.z"}


def test_the_small_rule_base_asks_for_what_its_verdict_hangs_on(mini_judge: Judge) -> None:
    judgement = mini_judge.judge_view(case_of(), view({"deal.phase": "late", "deal.criteria": "ours"}, stakeholders=[]))
    assert judgement.decision.verdict == "qualify-first"
    questions = mini_judge.questions(judgement)
    assert set(asked(questions)) == {"deal.needs_known", "deal.price", "deal.floor"}
    assert asked(questions)[0] == "deal.needs_known"
    assert [(a.value, a.verdict) for a in questions[0].turns] == [(True, "bid")]


def test_a_rule_that_holds_makes_the_judge_ask_what_it_wants(mini_judge: Judge) -> None:
    deal = view({"deal.criteria": "rival", "deal.phase": "early", "deal.price": 7, "deal.floor": 6}, stakeholders=[])
    judgement = mini_judge.judge_view(case_of(), deal)
    assert judgement.decision.verdict == "reshape-criteria"
    assert "deal.needs_known" in asked(mini_judge.questions(judgement))


def test_an_account_is_first_asked_for_what_was_told_twice_or_is_out_of_date(
    shipped_judge: Judge, tmp_path: Path
) -> None:
    file = tmp_path / "mill.yaml"
    file.write_text(
        "{case: mill, kind: account, title: A mill, as_of: 2026-05-20, facts: {account.profit: most,"
        " account.buys_now: [{value: little, by: finance}, {value: ordinary, by: account-manager}],"
        " relationship.future_value: {value: low, by: sales-director, on: 2023-02-01}}}"
    )
    case = load_case(file, shipped_judge.knowledge)
    asked = [(q.fact.path, q.why) for q in account_report(shipped_judge, shipped_judge.judge(case)).questions]
    assert sorted(asked[:2]) == [("account.buys_now", "contradicted"), ("relationship.future_value", "stale")]
    assert {why for _, why in asked[2:]} == {"unknown"}
