"""Edges at which settled verdicts, flips and acts once went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.arbitrate import Arbiter
from advisor.case import Statement
from advisor.domain import Domain
from advisor.evidence import State, View, learnt
from advisor.flips import FlipSearch
from advisor.infer import Reasoner
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import All, Either, FactTest, KnowledgeTest, Not, Value
from advisor.problems import InputError
from advisor.rulebase import Playbase, Quarantine
from tests.build import case_of, compiled, fact, playbase, rule, view, yes
from tests.strategies import WORDS


def judged(base: Playbase, deal: View) -> tuple[str, bool]:
    """Return the verdict and whether it is settled."""
    judgement = Judge(base, compiled(base)).judge_view(case_of(), deal)
    return judgement.decision.verdict, judgement.settlement.settled


@pytest.mark.parametrize(("kind", "value"), [("money", Decimal(5)), ("date", date(2026, 1, 1))])
def test_a_value_is_tried_where_rules_only_ask_for_absence(kind: str, value: Value) -> None:
    base = playbase([fact("deal.x", kind, absent=WORDS)], rule("r/bid", Not(FactTest("deal.x", "is", None)), "bid"))
    assert judged(base, view()) == ("qualify-first", False)
    assert judged(base, view({"deal.x": value})) == ("bid", True)


def test_days_are_tried_right_beside_a_threshold() -> None:
    base = playbase([fact("deal.x", "date")], rule("r/bid", FactTest("deal.x", "at_least", date(2026, 2, 28)), "bid"))
    found = Domain(compiled(base), base.knowledge).values((None, "deal.x"), view())
    assert found == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]


def test_many_values_of_one_fact_do_not_end_the_search_for_flips() -> None:
    facts = [fact("deal.x", "int", change="given"), fact("deal.b", change="ours"), fact("deal.c", change="ours")]
    when = Either((FactTest("deal.x", "in", (1, 3, 5, 7, 9)), All((yes("deal.b"), yes("deal.c")))))
    base = playbase(facts, rule("r/bid", when, "bid"))
    reasoner = Reasoner(compiled(base), base.knowledge)
    arbiter = Arbiter(reasoner.program, base.knowledge.order)
    search = FlipSearch(reasoner, arbiter, Domain(reasoner.program, base.knowledge))
    flips = search.find(view(), "qualify-first", reasoner.infer(view(), "deal"), "deal")
    assert {"deal.b", "deal.c"} in [{path for (_, path), _ in flip.changes} for flip in flips]


def test_a_quarantine_that_rests_on_ignorance_keeps_a_verdict_open() -> None:
    base = playbase([fact("deal.a"), fact("deal.public")], rule("r/bid", yes("deal.a"), "bid"))
    guard = Quarantine(KnowledgeTest("known", "deal.public"), ("leaked",), False)
    evidence = replace(base.knowledge.evidence, quarantine=guard)
    base = replace(base, knowledge=replace(base.knowledge, evidence=evidence))
    deal = view({"deal.a": State("value", True, 1, said=(Statement(True, how="leaked"),))})
    assert judged(base, deal) == ("bid", False)
    assert judged(base, deal.changed({(None, "deal.public"): learnt(True)}))[0] == "qualify-first"


def test_an_act_must_say_who_it_is_about(tmp_path: Path, mini_judge: Judge) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(
        "case: acme\ntitle: x\nas_of: 2026-03-10\n"
        "stakeholders: [{post: buyer, stance: for}]\n"
        "history: [{on: 2026-02-01, title: x, stakeholders: [{post: director, stance: against}]}]\n"
    )
    with pytest.raises(InputError, match="missing-key"):
        load_case(path, mini_judge.knowledge)


def test_an_incident_of_which_nothing_is_on_file_keeps_no_verdict_open() -> None:
    facts = [fact("deal.a"), fact("deal.bribe", incident=True, quiet=False)]
    base = playbase(
        facts,
        rule("r/bid", yes("deal.a"), "bid"),
        rule("r/out", yes("deal.bribe"), "withdraw", tier="compliance"),
    )
    assert judged(base, view({"deal.a": True})) == ("bid", True)
    assert judged(base, view({"deal.a": True, "deal.bribe": True})) == ("withdraw", True)


def test_a_verdict_that_hangs_on_an_incident_stays_open() -> None:
    quiet = All((yes("deal.a"), FactTest("deal.bribe", "is", False)))
    base = playbase([fact("deal.a"), fact("deal.bribe", incident=True, quiet=False)], rule("r/bid", quiet, "bid"))
    assert judged(base, view({"deal.a": True})) == ("qualify-first", False)
    assert judged(base, view({"deal.a": True, "deal.bribe": False})) == ("bid", True)


def test_a_contradicted_incident_keeps_a_verdict_open() -> None:
    facts = [fact("deal.a"), fact("deal.bribe", incident=True, quiet=False)]
    base = playbase(
        facts,
        rule("r/bid", yes("deal.a"), "bid"),
        rule("r/out", yes("deal.bribe"), "withdraw", tier="compliance"),
    )
    assert judged(base, view({"deal.a": True, "deal.bribe": State(contradicted=True)})) == ("bid", False)
