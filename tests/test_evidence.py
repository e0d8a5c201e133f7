"""From statements to what is known: contradiction, grade, staleness, masking and quarantine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.case import Case, Content, Member, Statement
from advisor.evidence import (
    UNKNOWN_STATE,
    State,
    View,
    as_proven,
    learnt,
    places,
    quarantined,
    state_of,
    view_of,
)
from advisor.judge import Judge
from advisor.model import GRADES, Text, Value
from advisor.program import NO, UNDECIDED, YES
from advisor.rulebase import Knowledge, Quarantine
from tests.build import case_of, fact, playbase, view

DAY = date(2026, 3, 1)
PHASE = fact("deal.phase", "early<late", stale_after=30)
PRICE = fact("deal.price", "money", absent=Text("none", "无"))


def said(value: Value | None, grade: str = "told", by: str | None = None, days: int | None = None) -> Statement:
    """Make a statement, made so many days before DAY."""
    return Statement(value, grade, by, None if days is None else DAY - timedelta(days=days))


def grade_of(*statements: Statement) -> str:
    return GRADES[state_of(PHASE, statements, DAY).grade]


# --- one fact -----------------------------------------------------------------------------------------------------


def test_a_fact_without_statements_is_unknown() -> None:
    assert state_of(PHASE, (), DAY) == UNKNOWN_STATE
    assert State("unknown", None, -1, False, False) == UNKNOWN_STATE


def test_a_value_and_absence_are_both_known() -> None:
    assert state_of(PHASE, (said("late"),), DAY) == State("value", "late", 1)
    assert state_of(PRICE, (said(None),), DAY) == State("absent", None, 1)


def test_statements_that_differ_contradict_and_count_as_unknown_but_are_kept() -> None:
    statements = (said("late", "confirmed"), said("early", "assumed"))
    state = state_of(PHASE, statements, DAY)
    assert (state.known, state.value, state.contradicted, state.grade) == ("unknown", None, True, -1)
    assert state.said == statements


@pytest.mark.parametrize("other", [None, Decimal("7.01"), Decimal(0)])
def test_absence_and_other_amounts_contradict_an_amount(other: Decimal | None) -> None:
    assert state_of(PRICE, (said(Decimal(7)), said(other)), DAY).contradicted


def test_the_same_amount_written_otherwise_does_not_contradict() -> None:
    assert state_of(PRICE, (said(Decimal("7.00")), said(Decimal(7))), DAY).known == "value"


def test_yes_and_one_are_different_things() -> None:
    assert state_of(PRICE, (said(True), said(1)), DAY).contradicted


def test_the_strongest_statement_gives_the_grade() -> None:
    assert grade_of(said("late", "assumed"), said("late", "written"), said("late", "told")) == "written"


@pytest.mark.parametrize(
    ("statements", "grade"),
    [
        ((said("late", by="coach"), said("late", by="user")), "confirmed"),
        ((said("late", by="coach"), said("late", by="coach")), "told"),
        ((said("late", by="coach"), said("late")), "told"),
        ((said("late"), said("late")), "told"),
        ((said("late", by="coach"), said("late", "assumed", by="user")), "told"),
        ((said("late", "assumed", by="coach"), said("late", "assumed", by="user")), "assumed"),
    ],
)
def test_two_named_sources_confirm_but_assumptions_and_the_nameless_do_not(
    statements: tuple[Statement, ...], grade: str
) -> None:
    assert grade_of(*statements) == grade


def test_our_own_people_are_one_source_together() -> None:
    ours = {"account-manager", "engineer"}
    told = [said("late", by=name) for name in ("account-manager", "engineer", "coach")]
    assert GRADES[state_of(PHASE, tuple(told[:2]), DAY, ours).grade] == "told"
    assert GRADES[state_of(PHASE, tuple(told[1:]), DAY, ours).grade] == "confirmed"


def test_a_view_counts_our_own_people_as_one_source(mini_judge: Judge) -> None:
    phase = (said("late", by="account-manager"), said("late", by="coach"))
    assert view_of(stated({"deal.phase": phase}), mini_judge.knowledge).states["deal.phase"].grade == GRADES.index(
        "confirmed"
    )
    assert mini_judge.knowledge.our_roles.keys() == {"account-manager"}


@pytest.mark.parametrize(
    ("days", "stale"),
    [([30], False), ([31], True), ([31, 90], True), ([31, 2], False), ([31, None], False), ([None], False)],
)
def test_a_fact_is_stale_when_every_statement_is_dated_and_too_old(days: list[int | None], stale: bool) -> None:
    assert state_of(PHASE, tuple(said("late", days=n) for n in days), DAY).stale is stale


def test_a_fact_without_stale_days_never_goes_stale() -> None:
    assert not state_of(PRICE, (said(Decimal(7), days=9999),), DAY).stale


def test_a_stale_fact_keeps_its_value() -> None:
    assert state_of(PHASE, (said("late", "written", days=31),), DAY) == State("value", "late", 2, stale=True)


statements = st.builds(
    said,
    st.sampled_from(["early", "late"]),
    st.sampled_from(GRADES),
    st.sampled_from([None, "coach", "user"]),
    st.sampled_from([None, 1, 30, 31, 400]),
)


@given(st.lists(statements, max_size=4))
def test_the_order_of_statements_changes_nothing(drawn: list[Statement]) -> None:
    assert len({state_of(PHASE, tuple(order), DAY) for order in permutations(drawn)}) == 1


@given(st.lists(statements, min_size=1, max_size=4), statements)
def test_a_further_agreeing_statement_never_weakens_a_fact(drawn: list[Statement], more: Statement) -> None:
    agreeing = [replace(s, value="late") for s in drawn]
    before = state_of(PHASE, tuple(agreeing), DAY)
    after = state_of(PHASE, (*agreeing, replace(more, value="late")), DAY)
    assert after.grade >= before.grade
    assert before.stale or not after.stale


def test_what_is_learnt_counts_as_confirmed_and_fresh() -> None:
    assert learnt("late") == State("value", "late", GRADES.index("confirmed"))
    assert learnt(None) == State("absent", None, GRADES.index("confirmed"))
    assert learnt(False).value is False


# --- views --------------------------------------------------------------------------------------------------------

ACME = "stakeholder-1"


def two_members() -> View:
    return view({"deal.a": True}, stakeholders=[{"stakeholder.role": "coach"}, {}], incomplete=["competitors"])


def test_a_view_gives_the_state_of_any_place_and_unknown_where_nothing_stands() -> None:
    deal = two_members()
    assert deal.state((None, "deal.a")) == learnt(True)
    assert deal.state((ACME, "stakeholder.role")) == learnt("coach")
    for place in ((None, "deal.b"), ("stakeholder-2", "stakeholder.role"), ("nobody", "stakeholder.role")):
        assert deal.state(place) is UNKNOWN_STATE


def test_a_list_is_complete_when_it_is_given_and_nothing_says_otherwise() -> None:
    assert View({}, {"stakeholders": ()}, {}).is_complete("stakeholders")
    assert not View({}, {"stakeholders": ()}, {"stakeholders": False}).is_complete("stakeholders")
    assert not View({}, {}, {"stakeholders": True}).is_complete("stakeholders")


def test_changing_facts_leaves_the_old_view_and_everything_else_as_it_was() -> None:
    deal = two_members()
    changed = deal.changed({(None, "deal.b"): learnt(1), ("stakeholder-2", "stakeholder.role"): learnt("user")})
    assert changed.state((None, "deal.b")) == learnt(1)
    assert changed.state(("stakeholder-2", "stakeholder.role")) == learnt("user")
    assert changed.state((ACME, "stakeholder.role")) == learnt("coach")
    assert deal == two_members()
    assert [m.id for m in changed.lists["stakeholders"]] == [m.id for m in deal.lists["stakeholders"]]


def test_a_member_of_another_list_with_the_same_id_is_not_changed() -> None:
    deal = View({}, {name: (replace(m, id="acme"),) for name, (m,) in _one_of_each().lists.items()}, {})
    changed = deal.changed({("acme", "stakeholder.role"): learnt("user")})
    assert changed.state(("acme", "stakeholder.role")) == learnt("user")
    assert changed.state(("acme", "competitor.role")) == learnt("rival")


def _one_of_each() -> View:
    return view(stakeholders=[{"stakeholder.role": "coach"}], competitors=[{"competitor.role": "rival"}])


def test_places_are_listed_in_a_fixed_order_for_the_case_and_for_each_member() -> None:
    knowledge = playbase([fact("deal.a"), fact("stakeholder.role", "x|y"), fact("competitor.role", "x|y")]).knowledge
    wanted = frozenset({"stakeholder.role", "deal.a", "competitor.role"})
    assert places(two_members(), knowledge, wanted) == [
        (None, "deal.a"),
        (ACME, "stakeholder.role"),
        ("stakeholder-2", "stakeholder.role"),
    ]


def stated(facts: dict[str, tuple[Statement, ...]], members: tuple[Member, ...] = ()) -> Case:
    return case_of(Content(facts, {"stakeholders": members}, {"stakeholders": False}), DAY)


def test_a_view_weighs_every_statement_as_of_the_date_of_the_case(mini_judge: Judge) -> None:
    member = Member(ACME, Text("buyer", "买方"), "Li", {"stakeholder.stance": (said("for"), said("against"))})
    deal = view_of(stated({"deal.phase": (said("late", days=31),)}, (member,)), mini_judge.knowledge)
    assert deal.states == {"deal.phase": State("value", "late", 1, stale=True)}
    (buyer,) = deal.lists["stakeholders"]
    assert (buyer.id, buyer.name, buyer.states["stakeholder.stance"].contradicted) == (ACME, "Li", True)
    assert not deal.is_complete("stakeholders")
    assert not deal.is_complete("competitors")


# --- as proven ----------------------------------------------------------------------------------------------------


def test_as_proven_masks_weak_claims_and_stale_facts_and_says_which() -> None:
    knowledge = playbase(
        [
            fact("deal.weak", claim=True),
            fact("deal.written", claim=True),
            fact("deal.old", claim=True),
            fact("deal.ours"),
            fact("deal.ours_old"),
            fact("deal.torn", claim=True),
            fact("stakeholder.weak", claim=True),
        ]
    ).knowledge
    told, written = State("value", True, 1), State("value", True, 2)
    stale = State("value", True, 3, stale=True)
    torn = State(contradicted=True)
    facts = {"deal.weak": told, "deal.written": written, "deal.old": stale, "deal.ours": told, "deal.ours_old": stale}
    deal = view({**facts, "deal.torn": torn}, stakeholders=[{"stakeholder.weak": told}])
    proven, masked = as_proven(deal, knowledge)
    assert proven.states == {
        "deal.weak": UNKNOWN_STATE,
        "deal.written": written,
        "deal.old": UNKNOWN_STATE,
        "deal.ours": told,
        "deal.ours_old": UNKNOWN_STATE,
        "deal.torn": torn,
    }
    assert masked == ((None, "deal.old"), (None, "deal.ours_old"), (None, "deal.weak"), (ACME, "stakeholder.weak"))
    assert as_proven(proven, knowledge) == (proven, ())


# --- quarantine ---------------------------------------------------------------------------------------------------


def guarded(sensitive_without_how: bool) -> Knowledge:
    knowledge = playbase([fact("deal.rank"), fact("deal.secret", sensitive="law"), fact("stakeholder.rank")]).knowledge
    rule = Quarantine(knowledge.evidence.quarantine.when, ("leaked",), sensitive_without_how)
    return replace(knowledge, evidence=replace(knowledge.evidence, quarantine=rule))


def obtained(*hows: str | None) -> State:
    return State("value", True, 1, said=tuple(Statement(True, how=how) for how in hows))


def test_in_a_live_tender_what_was_leaked_is_taken_out_and_named() -> None:
    deal = view({"deal.rank": obtained("leaked")}, stakeholders=[{"stakeholder.rank": obtained("published", "leaked")}])
    kept = quarantined(deal, guarded(sensitive_without_how=False), YES)
    assert kept.quarantined == ((None, "deal.rank"), (ACME, "stakeholder.rank"))
    assert all(kept.state(place) == UNKNOWN_STATE for place in kept.quarantined)


def test_without_a_live_tender_nothing_is_taken_out() -> None:
    deal = view({"deal.rank": obtained("leaked"), "deal.secret": obtained(None)})
    kept = quarantined(deal, guarded(sensitive_without_how=True), NO)
    assert (kept.states, kept.quarantined) == (deal.states, ())


def test_a_guess_of_ours_was_obtained_from_nobody() -> None:
    guess = State("value", True, 0, said=(Statement(True, "assumed"),))
    told = State("value", True, 1, said=(Statement(True, "assumed"), Statement(True)))
    leaked = State("value", True, 0, said=(Statement(True, "assumed", how="leaked"),))
    taken = [quarantined(view({"deal.secret": s}), guarded(True), YES).quarantined for s in (guess, told, leaked)]
    assert taken == [(), ((None, "deal.secret"),), ((None, "deal.secret"),)]


def test_a_sensitive_fact_must_say_how_it_was_obtained_where_the_tender_is_known_to_be_live() -> None:
    deal = view({"deal.rank": obtained(None), "deal.secret": obtained("published", None)})
    assert quarantined(deal, guarded(sensitive_without_how=True), YES).quarantined == ((None, "deal.secret"),)
    assert quarantined(deal, guarded(sensitive_without_how=True), UNDECIDED).quarantined == ()
    assert quarantined(deal, guarded(sensitive_without_how=False), YES).quarantined == ()


def test_a_fact_that_nobody_stated_is_never_quarantined() -> None:
    deal = view({"deal.secret": State()})
    assert quarantined(deal, guarded(sensitive_without_how=True), YES).quarantined == ()


def test_contradicting_statements_are_quarantined_with_the_leaked_one_among_them() -> None:
    torn = State(contradicted=True, said=(Statement(True, how="leaked"), Statement(False, how="published")))
    kept = quarantined(view({"deal.rank": torn}), guarded(sensitive_without_how=False), YES)
    assert kept.states["deal.rank"] == UNKNOWN_STATE


@pytest.mark.parametrize(("public", "taken"), [(True, True), (False, False), (None, True)])
def test_the_judge_quarantines_leaks_unless_the_deal_is_known_not_to_be_public(
    public: bool | None, taken: bool, mini_judge: Judge
) -> None:
    facts: dict[str, tuple[Statement, ...]] = {"deal.criteria": (Statement("ours", how="leaked"),)}
    if public is not None:
        facts["deal.public"] = (Statement(public),)
    deal = mini_judge.judge(stated(facts)).view
    assert deal.quarantined == (((None, "deal.criteria"),) if taken else ())
    assert (deal.state((None, "deal.criteria")).known == "unknown") is taken
