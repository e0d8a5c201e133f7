"""Inference: the engine, its shadow and the specification say the same of every rule, finding and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from advisor.arbitrate import Arbiter
from advisor.engine import MAX_RULES
from advisor.evidence import View
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.levels import quantify
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
    Quantifier,
)
from advisor.program import NO, UNDECIDED, YES, FindingColumn
from advisor.rulebase import Playbase
from tests.build import compiled, fact, playbase, rule, view, yes
from tests.specification import Deal, Specification, Truth
from tests.strategies import Generator, Shape, deals, with_rules

NUMBER = {Truth.NO: NO, Truth.UNDECIDED: UNDECIDED, Truth.YES: YES}
SEED = 20_260_000
BULK = Shape(rules=6)
WIDE = Shape(rules=28, case_facts=16, members=3)
"""Rule bases of several shards a level."""


class Compared:
    """A rule base with its reasoner and its specification."""

    def __init__(self, base: Playbase) -> None:
        self.base = base
        self.specification = Specification(base)
        self.reasoner = Reasoner(compiled(base), base.knowledge)
        self.arbiter = Arbiter(self.reasoner.program, base.knowledge.order)

    def differences(self, view: View) -> list[str]:
        """Compare one deal in both worlds and say everything that differs; the reasoner itself compares the shadow."""
        return [message for open_world in (False, True) for message in self._world(view, open_world)]

    def _world(self, view: View, open_world: bool) -> list[str]:
        inference = self.reasoner.infer(view, "deal", open_world)
        deal = self.specification.read(view, open_world)
        found = [*self._rules(view, inference, deal), *self._findings(view, inference, deal)]
        verdict = self.arbiter.decide(inference.case).verdict
        if verdict != deal.verdict():
            found.append(f"verdict {verdict}, specified {deal.verdict()}")
        return [f"{'open' if open_world else 'closed'}: {message}" for message in found]

    def _rules(self, view: View, inference: Inference, deal: Deal) -> list[str]:
        found = []
        for unit in self.reasoner.program.units:
            if unit.rule is None:
                continue
            if unit.scope == CASE:
                pairs = [(inference.case[unit.number], deal.rule(unit.rule))]
            else:
                rows = inference.members[unit.scope]
                members = view.lists.get(unit.scope, ())
                pairs = [(r[unit.number], deal.rule(unit.rule, m)) for r, m in zip(rows, members, strict=True)]
            found += [f"rule {unit.name} is {n}, specified {t}" for n, t in pairs if n != NUMBER[t]]
        return found

    def _findings(self, view: View, inference: Inference, deal: Deal) -> list[str]:
        found = []
        program, columns = self.reasoner.program, inference.columns
        for name in self.specification.makers:
            number = program.column(FindingColumn(name))
            list_ = program.columns[number].scope
            if list_ == CASE:
                pairs = [(columns.case[number], deal.finding(name))]
            else:
                members = view.lists.get(list_, ())
                pairs = [
                    (row[number], deal.finding(name, m)) for row, m in zip(columns.members[list_], members, strict=True)
                ]
            found += [f"finding {name} is {n}, specified {t}" for n, t in pairs if n != NUMBER[t]]
        return found


def compare_seeds(seeds: range, shape: Shape, views: int) -> Counter[str]:
    """Compare many deals for each seed's rule base; return how often each verdict came out."""
    verdicts: Counter[str] = Counter()
    for seed in seeds:
        generator = Generator(Random(seed), shape)
        compared = Compared(generator.base())
        for number in range(views):
            deal = generator.view(compared.base)
            found = compared.differences(deal)
            assert not found, f"seed {seed}, deal {number}: {found[0]} and {len(found) - 1} more differences"
            verdicts[compared.specification.read(deal).verdict()] += 1
        compared.reasoner.close()
    print(f"seeds {seeds.start} to {seeds.stop - 1}: {sum(verdicts.values())} deals, {dict(verdicts)}")
    return verdicts


def test_engine_shadow_and_specification_agree_on_twenty_thousand_deals() -> None:
    verdicts = compare_seeds(range(SEED, SEED + 500), BULK, 40)
    assert sum(verdicts.values()) >= 20_000
    assert min(verdicts.values()) > 500, "every verdict comes out often"


def test_they_agree_on_rule_bases_of_many_shards() -> None:
    seeds = range(SEED, SEED + 20)
    compare_seeds(seeds, WIDE, 20)
    programs = [compiled(Generator(Random(seed), WIDE).base()) for seed in seeds]
    alternatives = [sum(len(u.alternatives) for u in level) for program in programs for level in program.levels]
    assert sum(number > MAX_RULES for number in alternatives) > 10


@hypothesis_settings(max_examples=100)
@given(deals())
def test_they_agree_on_whatever_hypothesis_finds(drawn: tuple[Playbase, list[View]]) -> None:
    base, views = drawn
    compared = Compared(base)
    for deal in views:
        assert compared.differences(deal) == []
    compared.reasoner.close()


@pytest.mark.parametrize("seed", range(SEED, SEED + 40))
def test_the_order_of_rules_and_facts_changes_nothing(seed: int) -> None:
    generator = Generator(Random(seed), BULK)
    base = generator.base()
    views = [generator.view(base) for _ in range(5)]
    before = [outcome(base, deal) for deal in views]
    random = Random(seed)
    for _ in range(3):
        rules = random.sample(base.rules, len(base.rules))
        facts = dict(random.sample(list(base.knowledge.facts.items()), len(base.knowledge.facts)))
        shuffled = with_rules(Playbase(replace(base.knowledge, facts=facts), base.files), rules)
        assert [outcome(shuffled, deal) for deal in views] == before, f"seed {seed}"


def outcome(base: Playbase, deal: View) -> tuple[object, ...]:
    """Return every rule's value for the case and for each member, and the verdict, in both worlds."""
    reasoner = Reasoner(compiled(base), base.knowledge)
    arbiter = Arbiter(reasoner.program, base.knowledge.order)
    found: list[object] = []
    for open_world in (False, True):
        inference = reasoner.infer(deal, "deal", open_world)
        found.append(arbiter.decide(inference.case).verdict)
        found.append(arbiter.possible(inference.case))
        for unit in sorted((u for u in reasoner.program.units if u.rule), key=lambda u: u.name):
            rows = [inference.case] if unit.scope == CASE else inference.members[unit.scope]
            found.append((unit.name, [row[unit.number] for row in rows]))
    reasoner.close()
    return tuple(found)


@pytest.mark.parametrize(
    ("quantifier", "values", "complete", "incomplete"),
    [
        ("any", [], NO, UNDECIDED),
        ("any", [NO], NO, UNDECIDED),
        ("any", [NO, UNDECIDED], UNDECIDED, UNDECIDED),
        ("any", [UNDECIDED, YES], YES, YES),
        ("every", [], YES, UNDECIDED),
        ("every", [YES], YES, UNDECIDED),
        ("every", [YES, UNDECIDED], UNDECIDED, UNDECIDED),
        ("every", [UNDECIDED, NO], NO, NO),
        ("none", [], YES, UNDECIDED),
        ("none", [NO], YES, UNDECIDED),
        ("none", [NO, UNDECIDED], UNDECIDED, UNDECIDED),
        ("none", [UNDECIDED, YES], NO, NO),
    ],
)
def test_over_an_incomplete_list_only_a_hit_or_a_counterexample_decides(
    quantifier: Quantifier, values: list[int], complete: int, incomplete: int
) -> None:
    assert quantify(quantifier, values, complete=True) == complete
    assert quantify(quantifier, values, complete=False) == incomplete


def value_of(base: Playbase, deal: View, name: str, open_world: bool = False) -> int:
    """Infer one deal and return one rule's value."""
    reasoner = Reasoner(compiled(base), base.knowledge)
    inference = reasoner.infer(deal, "deal", open_world)
    unit = next(u for u in reasoner.program.units if u.name == name)
    reasoner.close()
    return inference.value(unit)


def test_a_list_left_out_is_unknown_and_an_empty_one_is_not() -> None:
    hostile = rule("r/x", Quantified("any", "stakeholders", yes("stakeholder.hostile")))
    base = playbase([fact("stakeholder.hostile")], hostile)
    assert value_of(base, view(), "r/x") == UNDECIDED
    assert value_of(base, view(stakeholders=[]), "r/x") == NO
    assert value_of(base, view(stakeholders=[], incomplete=["stakeholders"]), "r/x") == UNDECIDED
    assert value_of(base, view(stakeholders=[{"stakeholder.hostile": True}]), "r/x") == YES


def test_knowing_a_list_is_decided_but_in_the_open_world_a_list_left_out_is_undecided() -> None:
    base = playbase([fact("stakeholder.hostile")], rule("r/x", KnowledgeTest("known", "stakeholders")))
    assert value_of(base, view(), "r/x") == NO
    assert value_of(base, view(), "r/x", open_world=True) == UNDECIDED
    assert value_of(base, view(stakeholders=[]), "r/x", open_world=True) == YES


def test_a_rule_about_members_counts_as_its_strongest_member() -> None:
    each = rule("r/x", yes("stakeholder.hostile"), finding="hostile", each="stakeholders")
    base = playbase([fact("stakeholder.hostile")], each)
    member = "stakeholder.hostile"
    assert value_of(base, view(stakeholders=[{member: False}, {}]), "r/x") == UNDECIDED
    assert value_of(base, view(stakeholders=[{member: False}, {}, {member: True}]), "r/x") == YES
    assert value_of(base, view(stakeholders=[]), "r/x") == NO


def test_a_test_and_its_opposite_are_undecided_together_and_never_yes() -> None:
    base = playbase([fact("deal.a")], rule("r/x", All((yes("deal.a"), Not(yes("deal.a"))))))
    assert value_of(base, view(), "r/x") == UNDECIDED
    assert value_of(base, view({"deal.a": True}), "r/x") == NO


def test_absent_fails_every_comparison_with_another_fact_even_an_unknown_one() -> None:
    facts = [fact("deal.price", "money", absent=fact("deal.x").label), fact("deal.floor", "money")]
    below = FactTest("deal.price", "below", FactRef("deal.floor"))
    base = playbase(facts, rule("r/x", below), rule("r/y", Not(below)))
    assert value_of(base, view({"deal.price": None}), "r/x") == NO
    assert value_of(base, view({"deal.price": None}), "r/y") == YES


def test_a_finding_that_no_rule_concludes_is_no() -> None:
    base = playbase([fact("deal.a")], rule("r/x", Not(FindingTest("never-made"))))
    assert value_of(base, view(), "r/x") == YES


def test_each_firing_names_its_rule_and_its_member() -> None:
    each = rule("r/x", All((yes("stakeholder.hostile"), Not(yes("deal.a")))), finding="hostile", each="stakeholders")
    base = playbase([fact("stakeholder.hostile"), fact("deal.a")], each)
    reasoner = Reasoner(compiled(base), base.knowledge)
    deal = view({"deal.a": False}, stakeholders=[{}, {"stakeholder.hostile": True}])
    firings = reasoner.infer(deal, "deal").firings
    reasoner.close()
    assert [(f.unit, f.list, f.member) for f in firings if f.certain] == [(0, "stakeholders", 1)]
    assert {(f.unit, f.member) for f in firings if not f.certain} == {(0, 0), (0, 1)}


def test_random_rule_bases_reach_every_construct_of_the_language() -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEED, SEED + 200):
        base = Generator(Random(seed), BULK).base()
        program = compiled(base)
        seen.update(type(condition).__name__ for each in base.rules for condition in parts_of(each.when))
        seen.update(leaf.op for each in base.rules for leaf in parts_of(each.when) if isinstance(leaf, FactTest))
        seen.update(leaf.ask for each in base.rules for leaf in parts_of(each.when) if isinstance(leaf, KnowledgeTest))
        for each in base.rules:
            seen.update(type(leaf.operand).__name__ for leaf in parts_of(each.when) if isinstance(leaf, FactTest))
            seen.update(q.quantifier for q in parts_of(each.when) if isinstance(q, Quantified))
            seen.update({"each": each.each is not None, "defeats": bool(each.then.defeats)})
        seen["helpers for wide conditions"] += sum(u.rule is None and "/" in u.name for u in program.units)
        seen["several rules for a finding"] += any(len(m) > 1 for m in Specification(base).makers.values())
        seen["levels"] = max(seen["levels"], len(program.levels))
    wanted = {
        *("All", "Either", "Count", "Not", "Quantified", "FindingTest", "FactTest", "KnowledgeTest"),
        *("is", "in", "at_least", "above", "at_most", "below", "any", "every", "none"),
        *("known", "unknown", "stale", "contradicted", "evidence", "each", "defeats"),
        *("FactRef", "SettingRef", "NoneType", "bool", "int", "Decimal", "date", "str", "tuple"),
        *("helpers for wide conditions", "several rules for a finding"),
    }
    assert {name for name in wanted if seen[name] < 20} == set()
    assert seen["levels"] >= 8


def parts_of(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything inside it."""
    yield condition
    for part in condition.parts if isinstance(condition, (All, Either, Count)) else ():
        yield from parts_of(part)
    if isinstance(condition, Not):
        yield from parts_of(condition.part)
    if isinstance(condition, Quantified):
        yield from parts_of(condition.where)
