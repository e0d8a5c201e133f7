"""A tender that turns out to be public begins the quarantine: verdicts, flips and what-if take it into account."""

from __future__ import annotations

from advisor.case import Content, Statement
from advisor.evidence import learnt
from advisor.judge import Judge, Judgement
from tests.build import case_of


def deal(judge: Judge, how: str | None, public: bool | None) -> Judgement:
    """A deal that is a bid as long as what was said of its criteria may be used."""
    facts: dict[str, tuple[Statement, ...]] = {
        "deal.phase": (Statement("late"),),
        "deal.needs_known": (Statement(True),),
        "deal.criteria": (Statement("ours", how=how),),
        "deal.price": (Statement(7),),
        "deal.floor": (Statement(6),),
    }
    if public is not None:
        facts["deal.public"] = (Statement(public),)
    return judge.judge(case_of(Content(facts, {"stakeholders": ()}, {})))


def test_a_leaked_fact_carries_a_verdict_only_outside_a_public_tender(mini_judge: Judge) -> None:
    assert deal(mini_judge, "leaked", False).decision.verdict == "bid"
    assert deal(mini_judge, "leaked", True).decision.verdict == "qualify-first"


def test_a_verdict_without_leaks_is_settled_whatever_the_tender_turns_out_to_be(mini_judge: Judge) -> None:
    judged = deal(mini_judge, None, None)
    assert (judged.decision.verdict, judged.settlement.settled) == ("bid", True)


def test_a_verdict_hangs_on_the_tender_where_a_leak_could_be_used_or_not(mini_judge: Judge) -> None:
    judged = deal(mini_judge, "leaked", None)
    assert judged.decision.verdict == "qualify-first"
    assert not judged.settlement.settled
    assert set(judged.settlement.possible) >= {"bid", "qualify-first"}
    assert (None, "deal.public") in judged.settlement.places
    assert (None, "deal.public") in [question.place for question in mini_judge.questions(judged)]


def test_learning_that_the_tender_is_not_public_flips_such_a_deal(mini_judge: Judge) -> None:
    judged = deal(mini_judge, "leaked", None)
    changed = judged.told.changed({(None, "deal.public"): learnt(False)})
    assert mini_judge.judge_view(judged.case, changed).decision.verdict == "bid"


def test_a_what_if_begins_the_quarantine(mini_judge: Judge) -> None:
    judged = deal(mini_judge, "leaked", False)
    changed = judged.told.changed({(None, "deal.public"): learnt(True)})
    after = mini_judge.judge_view(judged.case, changed)
    assert after.decision.verdict == "qualify-first"
    assert after.view.quarantined == ((None, "deal.criteria"),)
