"""Representative values: one for each way in which the rules can tell values of a fact apart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain import Domain
from advisor.evidence import View
from advisor.model import Condition, Fact, FactRef, FactTest, KnowledgeTest, Operator, Quantified, SettingRef, Value
from tests.build import compiled, fact, playbase, rule, view
from tests.specification import compare
from tests.strategies import SETTINGS, WORDS

X = (None, "deal.x")
NONE = WORDS


def domain(facts: list[Fact], *tests: Condition) -> Domain:
    base = playbase(facts, *(rule(f"r/{n}", test, "bid") for n, test in enumerate(tests)))
    return Domain(compiled(base), base.knowledge)


def values(x: Fact, *tests: Condition, deal: View | None = None, others: tuple[Fact, ...] = ()) -> list[Value | None]:
    return domain([x, *others], *tests).values(X, deal or view())


def test_an_enum_has_its_values_in_their_order_and_absence_where_it_is_declared() -> None:
    assert values(fact("deal.x", "low<high")) == ["low", "high"]
    assert values(fact("deal.x", "red|blue", absent=NONE)) == ["red", "blue", None]


def test_a_yes_no_fact_has_both() -> None:
    assert values(fact("deal.x")) == [True, False]
    assert values(fact("deal.x", absent=NONE)) == [True, False, None]


def test_free_text_has_no_representative() -> None:
    assert values(fact("deal.x", "text"), KnowledgeTest("known", "deal.x")) == []


@pytest.mark.parametrize("kind", ["int", "money", "date"])
def test_a_number_or_day_that_no_rule_compares_has_no_representative(kind: str) -> None:
    assert values(fact("deal.x", kind), KnowledgeTest("known", "deal.x")) == []


def test_a_threshold_gives_the_values_beside_it_and_itself() -> None:
    assert values(fact("deal.x", "int"), FactTest("deal.x", "above", 5)) == [4, 5, 6]
    assert values(fact("deal.x", "money", absent=NONE), FactTest("deal.x", "above", Decimal("2.5"))) == [
        Decimal("1.5"),
        Decimal("2.5"),
        Decimal("3.5"),
        None,
    ]


def test_the_step_is_one_that_a_reader_would_take() -> None:
    assert values(fact("deal.x", "money"), FactTest("deal.x", "below", Decimal(2_000_000))) == [
        Decimal(1_980_000),
        Decimal(2_000_000),
        Decimal(2_020_000),
    ]


def test_the_thresholds_of_every_rule_count_each_once_and_in_order_with_a_value_between_two() -> None:
    found = values(
        fact("deal.x", "int"),
        FactTest("deal.x", "above", 5),
        FactTest("deal.x", "in", (9, 5)),
        FactTest("deal.x", "below", 1),
    )
    assert found == [0, 1, 3, 5, 7, 9, 10]


def test_a_setting_is_a_threshold() -> None:
    name = "least-profit"
    test = FactTest("deal.x", "below", SettingRef(name, SETTINGS[name]))
    assert values(fact("deal.x", "money"), test) == [Decimal(19), Decimal(20), Decimal(21)]
    found = values(fact("deal.x", "int"), test)
    assert found == [19, 20, 21]
    assert {type(value) for value in found} == {int}


def test_another_facts_value_is_a_threshold_from_either_side() -> None:
    other = (fact("deal.y", "int"),)
    deal = view({"deal.y": 7})
    assert values(fact("deal.x", "int"), FactTest("deal.x", "below", FactRef("deal.y")), others=other, deal=deal) == [
        6,
        7,
        8,
    ]
    assert values(fact("deal.x", "int"), FactTest("deal.y", "below", FactRef("deal.x")), others=other, deal=deal) == [
        6,
        7,
        8,
    ]
    assert values(fact("deal.x", "int"), FactTest("deal.x", "below", FactRef("deal.y")), others=other) == []


def test_a_members_number_is_compared_with_its_own_and_with_the_cases() -> None:
    facts = [fact("stakeholder.age", "int"), fact("stakeholder.years", "int"), fact("deal.limit", "int")]
    within = FactTest("stakeholder.age", "above", FactRef("stakeholder.years"))
    with_case = FactTest("stakeholder.age", "above", FactRef("deal.limit"))
    found = domain(facts, *(Quantified("any", "stakeholders", test) for test in (within, with_case)))
    deal = view({"deal.limit": 60}, stakeholders=[{"stakeholder.years": 10}, {"stakeholder.years": 20}])
    assert found.values(("stakeholder-1", "stakeholder.age"), deal) == [9, 10, 35, 60, 61]
    assert found.values(("stakeholder-2", "stakeholder.age"), deal) == [19, 20, 40, 60, 61]


def test_a_number_of_the_case_is_compared_with_that_of_every_member() -> None:
    facts = [fact("deal.limit", "int"), fact("stakeholder.age", "int")]
    test = FactTest("stakeholder.age", "above", FactRef("deal.limit"))
    found = domain(facts, Quantified("any", "stakeholders", test))
    deal = view(stakeholders=[{"stakeholder.age": 40}, {}, {"stakeholder.age": 30}])
    assert found.values((None, "deal.limit"), deal) == [29, 30, 35, 40, 41]


@pytest.mark.parametrize(
    ("kind", "points", "between"),
    [
        ("int", (1000, 1002), 1001),
        ("money", (Decimal(1), Decimal(2)), Decimal("1.5")),
        ("money", (Decimal("0.1"), Decimal("0.3")), Decimal("0.2")),
    ],
)
def test_a_value_lies_between_two_thresholds_however_close(
    kind: str, points: tuple[Value, Value], between: Value
) -> None:
    found = values(fact("deal.x", kind), FactTest("deal.x", "above", points[0]), FactTest("deal.x", "below", points[1]))
    assert found[1:4] == [points[0], between, points[1]]


def test_nothing_lies_between_two_whole_numbers_or_days_that_follow_one_another() -> None:
    x = fact("deal.x", "int")
    assert values(x, FactTest("deal.x", "in", (5, 6))) == [4, 5, 6, 7]
    found = values(fact("deal.x", "date"), FactTest("deal.x", "in", (date(2026, 2, 28), date(2026, 3, 1))))
    assert found[1:-1] == [date(2026, 2, 28), date(2026, 3, 1)]


def test_the_first_and_the_last_day_of_the_calendar_have_no_day_beyond() -> None:
    found = values(fact("deal.x", "date"), FactTest("deal.x", "in", (date.min, date.max)))
    assert (found[0], found[-1]) == (date.min, date.max)


def test_a_sample_is_a_value_of_the_right_kind_even_where_rules_tell_none_apart() -> None:
    for kind, type_ in (("int", int), ("money", Decimal), ("date", date), ("text", str)):
        found = domain([fact("deal.x", kind)], KnowledgeTest("known", "deal.x")).sample(X, view())
        assert [type(value) for value in found] == [type_]
    assert domain([fact("deal.x")]).sample(X, view()) == [True, False]


DAY = date(2026, 1, 1)
OPERATORS: list[Operator] = ["is", "at_least", "above", "at_most", "below"]
numbers = st.one_of(st.integers(-20, 20), st.integers(1000, 1010))
amounts = st.decimals(-3, 3, places=1)
days = st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))


def alike(x: Fact, tests: list[FactTest], one: Value, other: Value) -> bool:
    operands = [(test.op, test.operand) for test in tests]
    return all(
        compare(x, one, op, operand) == compare(x, other, op, operand)
        for op, operand in operands
        if operand is not None and not isinstance(operand, (tuple, FactRef, SettingRef))
    )


@given(st.lists(st.tuples(st.sampled_from(OPERATORS), numbers), min_size=1, max_size=5), st.integers(-25, 1025))
def test_every_whole_number_has_a_representative_that_no_rule_tells_from_it(
    drawn: list[tuple[Operator, int]], value: int
) -> None:
    tests = [FactTest("deal.x", op, threshold) for op, threshold in drawn]
    x = fact("deal.x", "int")
    assert any(alike(x, tests, value, known) for known in values(x, *tests) if known is not None)


@given(
    st.lists(st.tuples(st.sampled_from(OPERATORS), numbers), min_size=1, max_size=5), st.decimals(-10, 210, places=2)
)
def test_every_amount_has_a_representative_that_no_rule_tells_from_it(
    drawn: list[tuple[Operator, Decimal]], value: Decimal
) -> None:
    tests = [FactTest("deal.x", op, threshold) for op, threshold in drawn]
    x = fact("deal.x", "money")
    assert any(alike(x, tests, value, known) for known in values(x, *tests) if known is not None)


@given(st.lists(st.tuples(st.sampled_from(OPERATORS), days), min_size=1, max_size=5), st.integers(-5, 40))
def test_every_day_has_a_representative_that_no_rule_tells_from_it(
    drawn: list[tuple[Operator, date]], offset: int
) -> None:
    tests = [FactTest("deal.x", op, threshold) for op, threshold in drawn]
    x = fact("deal.x", "date")
    value = DAY + timedelta(days=offset)
    assert any(alike(x, tests, value, known) for known in values(x, *tests) if known is not None)
