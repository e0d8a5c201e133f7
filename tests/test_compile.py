"""Compiling: columns, levels, alternatives and helpers, and the cycle that is named."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest

from advisor.compile import MAX_ALTERNATIVES, compile_rules, finding_scopes, findings_read, spelled_out
from advisor.model import (
    CASE,
    All,
    Condition,
    Count,
    Either,
    FactRef,
    FactTest,
    FindingTest,
    KnowledgeTest,
    Not,
    Quantified,
)
from advisor.problems import Location, Problem, Problems
from advisor.program import FindingColumn, HelperColumn, Lit, Program, QuantifiedColumn, Tree, Unit, tree_value
from advisor.rule import Rule
from advisor.rulebase import Playbase
from tests.build import compiled, fact, playbase, rule, yes
from tests.strategies import Generator, Shape

FACTS = [fact(f"deal.f{n}") for n in range(30)]
TESTS = [yes(f.path) for f in FACTS]


def program_of(*rules: Rule) -> Program:
    members = [fact("stakeholder.hostile"), fact("stakeholder.age", "int"), fact("deal.limit", "int")]
    return compiled(playbase([*FACTS, *members], *rules))


def unit_of(when: Condition) -> Unit:
    return unit(program_of(rule("r/x", when, "bid")), "r/x")


def unit(program: Program, name: str) -> Unit:
    return next(u for u in program.units if u.name == name)


def signs(when: Condition) -> set[frozenset[tuple[int, bool]]]:
    """Return the alternatives of a condition, with the number of each test and its sign."""
    program = program_of(rule("r/x", when, "bid"))
    numbers = {program.column(test): n for n, test in enumerate(TESTS) if test.path in program.tests.readers}
    return {frozenset((numbers[lit.column], lit.positive) for lit in alt) for alt in unit(program, "r/x").alternatives}


# --- columns ------------------------------------------------------------------------------------------------------


def test_a_test_has_one_column_however_often_it_is_made() -> None:
    program = program_of(rule("r/x", All((TESTS[0], TESTS[1])), "bid"), rule("r/y", Not(TESTS[0]), "park"))
    assert [c.means for c in program.columns] == [TESTS[0], TESTS[1]]
    assert [c.number for c in program.columns] == [0, 1]


def test_a_test_on_a_member_is_a_column_of_its_list_and_one_on_the_case_is_not() -> None:
    across = FactTest("deal.limit", "below", FactRef("stakeholder.age"))
    listed = KnowledgeTest("known", "stakeholders")
    when = All((yes("stakeholder.hostile"), TESTS[0], across, listed))
    program = program_of(rule("r/x", when, finding="f", each="stakeholders"))
    scopes = {c.means: c.scope for c in program.columns}
    assert scopes == {
        yes("stakeholder.hostile"): "stakeholders",
        TESTS[0]: CASE,
        across: "stakeholders",
        listed: CASE,
        FindingColumn("f"): "stakeholders",
    }


def test_a_quantifier_is_a_column_of_the_case_over_a_helper_of_its_list() -> None:
    where = yes("stakeholder.hostile")
    program = program_of(rule("r/x", Quantified("any", "stakeholders", where), "bid"))
    helper = next(c for c in program.columns if isinstance(c.means, HelperColumn))
    quantified = next(c for c in program.columns if isinstance(c.means, QuantifiedColumn))
    assert (helper.scope, helper.level) == ("stakeholders", 1)
    assert (quantified.scope, quantified.means) == (CASE, QuantifiedColumn("any", "stakeholders", helper.number))
    assert program.quantified_at(1) == [(quantified.number, quantified.means)]
    assert program.quantified_at(2) == []
    assert program.column(Quantified("any", "stakeholders", where)) == quantified.number


def test_quantifiers_over_the_same_condition_share_its_helper() -> None:
    where = yes("stakeholder.hostile")
    first = Quantified("any", "stakeholders", where, word="who")
    program = program_of(
        rule("r/x", first, "bid"),
        rule("r/y", Quantified("none", "stakeholders", where), "park"),
        rule("r/z", Quantified("any", "stakeholders", where), "park"),
        rule("r/other", Quantified("any", "competitors", KnowledgeTest("known", "competitors")), "park"),
    )
    assert sum(isinstance(c.means, HelperColumn) for c in program.columns) == 2
    assert sum(isinstance(c.means, QuantifiedColumn) for c in program.columns) == 3


# --- levels -------------------------------------------------------------------------------------------------------


def test_a_rule_runs_one_level_above_what_it_reads() -> None:
    program = program_of(
        rule("r/third", All((FindingTest("second"), TESTS[0])), "bid"),
        rule("r/second", Not(FindingTest("first")), finding="second"),
        rule("r/first", TESTS[0], finding="first"),
        rule("r/lone", TESTS[1], "park"),
    )
    levels = {u.name: u.level for u in program.units}
    assert levels == {"r/first": 1, "r/lone": 1, "r/second": 2, "r/third": 3}
    assert [[u.name for u in level] for level in program.levels] == [["r/first", "r/lone"], ["r/second"], ["r/third"]]


def test_a_rule_that_asks_about_members_runs_after_the_findings_about_them() -> None:
    program = program_of(
        rule("r/each", yes("stakeholder.hostile"), finding="f", each="stakeholders"),
        rule("r/any", Quantified("any", "stakeholders", FindingTest("f")), "bid"),
    )
    helper = next(u for u in program.units if u.rule is None)
    assert (unit(program, "r/each").level, helper.level, unit(program, "r/any").level) == (1, 2, 3)
    assert (helper.scope, helper.writes) == ("stakeholders", helper_column(program))


def helper_column(program: Program) -> int:
    return next(c.number for c in program.columns if isinstance(c.means, HelperColumn))


def test_a_finding_of_several_rules_stands_once_all_of_them_have_run() -> None:
    deep = Quantified("any", "stakeholders", yes("stakeholder.hostile"))
    program = program_of(
        rule("r/plain", TESTS[0], finding="f"),
        rule("r/deep", deep, finding="f"),
        rule("r/reader", FindingTest("f"), "bid"),
    )
    assert unit(program, "r/plain").writes == unit(program, "r/deep").writes == program.column(FindingColumn("f"))
    assert (unit(program, "r/plain").level, unit(program, "r/deep").level, unit(program, "r/reader").level) == (1, 2, 3)


def test_a_finding_that_no_rule_concludes_is_a_column_that_stays_no() -> None:
    program = program_of(rule("r/x", FindingTest("never"), "bid"))
    assert (program.columns[0].means, program.columns[0].level) == (FindingColumn("never"), 0)


def test_a_deprecated_rule_is_not_compiled() -> None:
    old = replace(rule("r/old", TESTS[0], "bid"), status="deprecated")
    assert program_of(old).units == ()


def test_in_any_rule_base_every_unit_reads_only_columns_of_lower_levels() -> None:
    for seed in range(150):
        program = compiled(Generator(Random(seed), Shape(rules=6)).base())
        for compiled_unit in program.units:
            read = {lit.column for alternative in compiled_unit.alternatives for lit in alternative}
            read |= set(columns(compiled_unit.tree))
            assert max((program.columns[c].level for c in read), default=0) < compiled_unit.level, f"seed {seed}"
            if compiled_unit.writes is not None:
                assert program.columns[compiled_unit.writes].level >= compiled_unit.level, f"seed {seed}"


def columns(tree: Tree) -> list[int]:
    return [tree.lit.column] if tree.lit else [c for part in tree.parts for c in columns(part)]


# --- alternatives -------------------------------------------------------------------------------------------------


def test_not_swaps_all_and_either_down_to_the_tests() -> None:
    a, b, c = TESTS[:3]
    assert signs(Not(All((a, Not(b))))) == {frozenset({(0, False)}), frozenset({(1, True)})}
    assert signs(Not(Either((a, All((b, c)))))) == {
        frozenset({(0, False), (1, False)}),
        frozenset({(0, False), (2, False)}),
    }
    assert signs(Not(Not(a))) == {frozenset({(0, True)})}


def test_an_all_of_eithers_is_multiplied_out() -> None:
    a, b, c, d = TESTS[:4]
    pairs = {frozenset({(x, True), (y, True)}) for x, y in product((0, 1), (2, 3))}
    assert signs(All((Either((a, b)), Either((c, d))))) == pairs


def test_equal_alternatives_and_literals_stand_once() -> None:
    a, b = TESTS[:2]
    assert unit_of(Either((a, a, All((a, a))))).alternatives == ((Lit(0, True),),)
    assert len(unit_of(All((Either((a, b)), Either((a, b))))).alternatives) == 4


def test_a_count_asks_for_every_combination_of_so_many() -> None:
    chosen = signs(Count(2, tuple(TESTS[:3])))
    assert chosen == {frozenset({(x, True), (y, True)}) for x, y in ((0, 1), (0, 2), (1, 2))}


def test_the_opposite_of_a_count_counts_what_does_not_hold() -> None:
    chosen = signs(Not(Count(2, tuple(TESTS[:3]))))
    assert chosen == {frozenset({(x, False), (y, False)}) for x, y in ((0, 1), (0, 2), (1, 2))}
    assert signs(Not(Count(3, tuple(TESTS[:3])))) == {frozenset({(n, False)}) for n in range(3)}


@pytest.mark.parametrize(("number", "need"), [(3, 1), (3, 3), (6, 3), (7, 3), (9, 4), (17, 1), (18, 17)])
def test_a_count_means_the_same_when_it_is_spelled_out(number: int, need: int) -> None:
    tree = Tree("count", parts=tuple(Tree("lit", Lit(n, True)) for n in range(number)), need=need)
    random = Random(number)
    rows = [[random.choice((0, 1, 2)) for _ in range(number)] for _ in range(300)]
    assert all(tree_value(spelled_out(tree), row) == tree_value(tree, row) for row in rows)


def test_as_many_alternatives_as_the_cap_need_no_helper() -> None:
    program = program_of(rule("r/x", Either(tuple(TESTS[:MAX_ALTERNATIVES])), "bid"))
    assert [len(u.alternatives) for u in program.units] == [MAX_ALTERNATIVES]


WIDE = [
    Either(tuple(TESTS[: MAX_ALTERNATIVES + 1])),
    Either(tuple(TESTS)),
    Either(tuple(All((TESTS[n], TESTS[n + 1])) for n in range(20))),
    Either((Either(tuple(TESTS[:10])), Either(tuple(TESTS[10:20])))),
    All(tuple(Either(tuple(TESTS[n : n + 3])) for n in (0, 3, 6))),
    All((Either(tuple(TESTS[:9])), Not(All(tuple(TESTS[9:20]))), TESTS[20])),
    Count(4, tuple(TESTS[:9])),
    Not(Count(3, tuple(TESTS[:8]))),
    Not(Either((All(tuple(TESTS[:20])), All(tuple(TESTS[10:30]))))),
]


@pytest.mark.parametrize("when", WIDE)
def test_more_alternatives_than_the_cap_become_helpers_named_after_the_rule(when: Condition) -> None:
    program = program_of(rule("r/x", when, "bid"))
    assert max(len(u.alternatives) for u in program.units) <= MAX_ALTERNATIVES
    helpers = [u for u in program.units if u.rule is None]
    assert helpers
    for helper in helpers:
        assert helper.name.startswith("r/x~")
        assert helper.writes is not None
        assert program.columns[helper.writes].level == helper.level < unit(program, "r/x").level


@pytest.mark.parametrize("when", WIDE)
def test_the_alternatives_with_their_helpers_mean_what_the_condition_means(when: Condition) -> None:
    program = program_of(rule("r/x", when, "bid"))
    random = Random(7)
    for _ in range(200):
        row = [random.choice((0, 1, 1, 2, 2)) for _ in program.columns]
        for level in program.levels:
            for each in level:
                value = max((min(literal(lit, row) for lit in alt) for alt in each.alternatives), default=0)
                assert value == tree_value(each.tree, row)
                if each.writes is not None:
                    row[each.writes] = value


def literal(lit: Lit, row: list[int]) -> int:
    return row[lit.column] if lit.positive else 2 - row[lit.column]


def test_two_rules_with_the_same_wide_part_share_its_helper() -> None:
    wide = Either(tuple(TESTS[:20]))
    alone = program_of(rule("r/x", wide, "bid"))
    both = program_of(rule("r/x", wide, "bid"), rule("r/y", wide, "park"))
    assert len(both.units) == len(alone.units) + 1


def test_in_any_rule_base_no_unit_exceeds_the_cap() -> None:
    for seed in range(100):
        program = compiled(Generator(Random(seed), Shape(rules=6)).base())
        assert all(len(u.alternatives) <= MAX_ALTERNATIVES for u in program.units), f"seed {seed}"


# --- cycles and findings ------------------------------------------------------------------------------------------


def cycle(*rules: Rule) -> list[Problem]:
    problems = Problems()
    base: Playbase = playbase([*FACTS, fact("stakeholder.hostile")], *rules)
    assert compile_rules(base, problems) is None
    return problems.found


def test_a_rule_that_reads_its_own_finding_is_a_cycle() -> None:
    (found,) = cycle(rule("r/self", All((TESTS[0], Not(FindingTest("f")))), finding="f", at=Location("r.yaml", 7, 3)))
    assert found.id == "finding-cycle"
    assert str(found.at) == "r.yaml:7:3"
    assert found.message == 'findings read one another in a circle: "f" (r/self) -> "f" (r/self)'


def test_a_cycle_is_named_rule_by_rule_and_its_readers_are_not_blamed() -> None:
    (found,) = cycle(
        rule("r/reader", FindingTest("a"), "bid", at=Location("r.yaml", 1, 1)),
        rule("r/fine", TESTS[0], finding="fine", at=Location("r.yaml", 2, 1)),
        rule("r/a", All((FindingTest("fine"), FindingTest("b"))), finding="a", at=Location("r.yaml", 3, 1)),
        rule("r/b", Either((TESTS[1], Not(FindingTest("c")))), finding="b", at=Location("r.yaml", 4, 1)),
        rule("r/c", FindingTest("a"), finding="c", at=Location("r.yaml", 5, 1)),
    )
    assert found.message.endswith('"a" (r/a) -> "b" (r/b) -> "c" (r/c) -> "a" (r/a)')
    assert found.at.line == 3


def test_a_cycle_through_members_is_found() -> None:
    (found,) = cycle(
        rule("r/each", FindingTest("whole"), finding="part", each="stakeholders"),
        rule("r/whole", Quantified("any", "stakeholders", FindingTest("part")), finding="whole"),
    )
    assert '"part" (r/each) -> "whole" (r/whole) -> "part" (r/each)' in found.message


def test_one_rule_of_a_finding_is_enough_for_a_cycle() -> None:
    (found,) = cycle(
        rule("r/plain", TESTS[0], finding="f"),
        rule("r/back", FindingTest("g"), finding="f"),
        rule("r/g", FindingTest("f"), finding="g"),
    )
    assert "r/plain" not in found.message
    assert "r/back" in found.message


def test_the_findings_that_a_condition_reads_are_found_wherever_they_stand() -> None:
    at = Location("r.yaml", 9, 1)
    when = All(
        (
            Not(FindingTest("a", at)),
            Count(1, (FindingTest("b"), Quantified("every", "stakeholders", Either((FindingTest("c"), TESTS[0]))))),
            FindingTest("a", Location("r.yaml", 10, 1)),
        )
    )
    assert sorted(findings_read(when)) == ["a", "b", "c"]
    assert findings_read(when)["a"] == at


def test_a_finding_belongs_to_the_list_whose_members_it_is_about() -> None:
    rules = [rule("r/x", TESTS[0], finding="f"), rule("r/y", TESTS[0], finding="g", each="competitors")]
    assert finding_scopes([*rules, rule("r/z", TESTS[0], "bid")]) == {"f": CASE, "g": "competitors"}
