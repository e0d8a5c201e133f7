"""The flip card: every flip flips and is minimal, and what trying everything finds is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest

from advisor import flips
from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.engine import Engine
from advisor.evidence import Place, State, View, learnt, places
from advisor.flips import Flip, FlipSearch
from advisor.infer import Reasoner
from advisor.judge import Judge
from advisor.model import GRADES, All, Either, FactRef, FactTest, FindingTest, KnowledgeTest, Not, Quantified
from advisor.problems import EngineError
from advisor.rulebase import Playbase
from advisor.ways import Step, Way, apply
from tests.build import Facts, compiled, fact, playbase, rule, view, yes
from tests.strategies import Generator, Shape

SEED = 20_280_000
LITTLE = Shape(
    strata=3,
    rules=4,
    depth=2,
    case_facts=5,
    member_facts=2,
    members=2,
    deep=False,
)
USUAL = Shape(rules=6)


class Flipping:
    """A rule base whose verdicts are turned, on the engine or by its fast shadow."""

    def __init__(self, base: Playbase) -> None:
        self.base = base
        program = compiled(base)
        self.reasoner = Reasoner(program, base.knowledge)
        self.arbiter = Arbiter(program, base.knowledge.order)
        self.domain = Domain(program, base.knowledge)
        self.search = FlipSearch(self.reasoner, self.arbiter, self.domain)

    def verdict(self, deal: View, way: Iterable[Step] = ()) -> str:
        return self.arbiter.decide(self.reasoner.imagine(apply(deal, way)).case).verdict

    def certified(self, deal: View, way: Iterable[Step] = ()) -> str:
        return self.arbiter.decide(self.reasoner.infer(apply(deal, way), "deal").case).verdict

    def find(self, deal: View) -> list[Flip]:
        inference = self.reasoner.infer(deal, "deal")
        return self.search.find(deal, self.arbiter.decide(inference.case).verdict, inference, "deal")

    def steps(self, deal: View) -> list[Step]:
        """Return every single change that could make a difference; what is given can only be learnt or proven."""
        found: list[Step] = []
        facts = self.base.knowledge.facts
        for place in places(deal, self.base.knowledge, frozenset(facts)):
            now = deal.state(place)
            present = [] if now.known == "unknown" else [now.value]
            fixed = facts[place[1]].change == "given" and now.known != "unknown"
            values = present if fixed else dict.fromkeys([*self.domain.values(place, deal), *present])
            found.extend((place, value) for value in values if learnt(value) != now)
        return found

    def every_flip(self, deal: View) -> tuple[set[Way], set[Way]]:
        """Try all single changes, and all pairs of changes neither of which flips by itself."""
        verdict, steps = self.verdict(deal), self.steps(deal)
        single = {step for step in steps if self.verdict(deal, (step,)) != verdict}
        pairs = combinations([step for step in steps if step not in single], 2)
        double = {frozenset(p) for p in pairs if p[0][0] != p[1][0] and self.verdict(deal, p) != verdict}
        return {frozenset((step,)) for step in single}, double

    def minimal(self, deal: View, way: Way) -> bool:
        """Tell whether the changes flip together and none flips alone."""
        verdict = self.verdict(deal)
        return self.verdict(deal, way) != verdict and all(self.verdict(deal, (step,)) == verdict for step in way)

    def kinds(self, deal: View, found: Iterable[Way]) -> set[tuple[frozenset[Place], str]]:
        """Return which facts change together and what verdict that leads to, whatever the values."""
        return {(frozenset(place for place, _ in way), self.verdict(deal, way)) for way in found}


def ways(found: Iterable[Flip], size: int) -> set[Way]:
    return {frozenset(flip.changes) for flip in found if len(flip.changes) == size}


def test_every_flip_flips_on_the_engine_and_no_part_of_it_does() -> None:
    sizes: Counter[int] = Counter()
    for seed in range(SEED, SEED + 100):
        generator = Generator(Random(seed), USUAL)
        flipping = Flipping(generator.base())
        for number in range(5):
            deal = generator.view(flipping.base)
            before = flipping.certified(deal)
            for flip in flipping.find(deal):
                name = f"seed {seed}, deal {number}: {flip}"
                sizes[len(flip.changes)] += 1
                assert flip.verdict != before, name
                assert flipping.certified(deal, flip.changes) == flip.verdict, name
                assert len(flip.changes) <= flips.MAX_CHANGES, name
                for size in range(1, len(flip.changes)):
                    for part in combinations(flip.changes, size):
                        assert flipping.certified(deal, part) == before, f"{name} holds the smaller {part}"
        flipping.reasoner.close()
    print(f"seeds {SEED} to {SEED + 99}: flips by size {dict(sizes)}")
    assert min(sizes[size] for size in (1, 2, 3)) > 10


@pytest.fixture
def all_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the search go on to pairs of changes, and show all that it finds, whatever the values."""
    monkeypatch.setattr(FlipSearch, "_cards", lambda self, found, view: found)
    monkeypatch.setattr(flips, "MAX_CHANGES", 2)
    monkeypatch.setattr(FlipSearch, "_enough", lambda self, found: False)


@pytest.mark.usefixtures("all_cards")
def test_the_search_finds_every_flip_of_one_or_two_changes_that_trying_everything_finds() -> None:
    tally: Counter[str] = Counter()
    for seed in range(SEED, SEED + 220):
        generator = Generator(Random(seed), LITTLE)
        flipping = Flipping(generator.base())
        for number in range(4):
            deal = generator.view(flipping.base)
            single, double = flipping.every_flip(deal)
            found = flipping.find(deal)
            name = f"seed {seed}, deal {number}"
            assert ways(found, 1) == single, name
            assert flipping.kinds(deal, ways(found, 2)) >= flipping.kinds(deal, double), name
            assert all(flipping.minimal(deal, way) for way in ways(found, 2)), name
            tally.update(single=len(single), double=len(double))
        flipping.reasoner.close()
    print(f"seeds {SEED} to {SEED + 219}: {dict(tally)}")
    assert tally["single"] > 1000
    assert tally["double"] > 300


def test_where_a_single_change_flips_the_card_shows_single_changes_first() -> None:
    shown = 0
    for seed in range(SEED, SEED + 80):
        generator = Generator(Random(seed), LITTLE)
        flipping = Flipping(generator.base())
        for number in range(4):
            deal = generator.view(flipping.base)
            single, _ = flipping.every_flip(deal)
            found = flipping.find(deal)
            name = f"seed {seed}, deal {number}"
            kinds = flipping.kinds(deal, ways(found, 1))
            assert kinds <= flipping.kinds(deal, single), name
            assert len(kinds) == len(ways(found, 1)), f"{name}: the same facts and verdict on two cards"
            assert len(kinds) == min(len(flipping.kinds(deal, single)), flips.MAX_CARDS), name
            assert [len(f.changes) for f in found] == sorted(len(f.changes) for f in found), name
            shown += bool(single)
        flipping.reasoner.close()
    assert shown > 100


def find(base: Playbase, deal: View) -> list[Flip]:
    flipping = Flipping(base)
    found = flipping.find(deal)
    flipping.reasoner.close()
    return found


def changes(base: Playbase, deal: View) -> list[dict[str, object]]:
    """Return the changes of each flip by path, members' by `member:path`."""
    return [
        {f"{member}:{path}" if member else path: value for (member, path), value in flip.changes}
        for flip in find(base, deal)
    ]


TWO = [fact("deal.a"), fact("deal.b")]
BID = rule("r/bid", All((yes("deal.a"), yes("deal.b"))), "bid")


def test_what_is_missing_is_named_together() -> None:
    assert find(playbase(TWO, BID), view({"deal.a": False})) == [
        Flip((((None, "deal.a"), True), ((None, "deal.b"), True)), "bid")
    ]


def test_a_flip_that_the_engine_does_not_confirm_stops_all_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    base = playbase(TWO, BID)
    flipping = Flipping(base)
    deal = view({"deal.a": False, "deal.b": True})
    inference = flipping.reasoner.infer(deal, "deal")
    monkeypatch.setattr(Engine, "run", lambda *_: None)  # nothing fires any more
    with pytest.raises(EngineError, match=r'disagree on "r/bid" in case "acme"; no advice is given'):
        flipping.search.find(deal, "qualify-first", inference, "acme")


def test_a_flip_of_three_changes_is_found_where_no_smaller_one_is() -> None:
    facts = [fact(f"deal.f{n}") for n in range(3)]
    base = playbase(facts, rule("r/bid", All(tuple(yes(f.path) for f in facts)), "bid"))
    assert changes(base, view()) == [{"deal.f0": True, "deal.f1": True, "deal.f2": True}]


def test_four_changes_are_too_many() -> None:
    facts = [fact(f"deal.f{n}") for n in range(4)]
    base = playbase(facts, rule("r/bid", All(tuple(yes(f.path) for f in facts)), "bid"))
    assert find(base, view()) == []


def test_what_lies_in_our_hands_comes_first() -> None:
    facts = [fact("deal.a", change="given"), fact("deal.b", change="theirs"), fact("deal.c", change="ours")]
    base = playbase(facts, rule("r/bid", Either(tuple(yes(f.path) for f in facts)), "bid"))
    assert changes(base, view()) == [{"deal.c": True}, {"deal.b": True}, {"deal.a": True}]


def test_the_cheaper_of_two_like_changes_comes_first() -> None:
    facts = [fact("deal.a", cost=3), fact("deal.b", cost=1)]
    base = playbase(facts, rule("r/bid", Either((yes("deal.a"), yes("deal.b"))), "bid"))
    assert changes(base, view()) == [{"deal.b": True}, {"deal.a": True}]


def test_larger_flips_are_sought_while_none_lies_in_our_hands() -> None:
    facts = [fact("deal.a", change="given"), fact("deal.b", change="ours"), fact("deal.c", change="ours")]
    when = Either((yes("deal.a"), All((yes("deal.b"), yes("deal.c")))))
    assert changes(playbase(facts, rule("r/bid", when, "bid")), view()) == [
        {"deal.a": True},
        {"deal.b": True, "deal.c": True},
    ]


def test_at_most_so_many_cards_are_shown() -> None:
    facts = [fact(f"deal.f{n}") for n in range(9)]
    base = playbase(facts, rule("r/bid", Either(tuple(yes(f.path) for f in facts)), "bid"))
    assert len(find(base, view())) == flips.MAX_CARDS


def test_a_verdict_falls_when_its_rule_does_or_when_it_is_defeated_or_outranked() -> None:
    facts = [fact("deal.a"), fact("deal.b"), fact("deal.c")]
    base = playbase(
        facts,
        rule("r/bid", yes("deal.a"), "bid"),
        rule("r/guard", yes("deal.b"), defeats=["r/bid"]),
        rule("r/first", yes("deal.c"), "withdraw", tier="compliance"),
    )
    found = find(base, view({"deal.a": True}))
    assert {f.changes[0][0][1]: f.verdict for f in found} == {
        "deal.a": "qualify-first",
        "deal.b": "qualify-first",
        "deal.c": "withdraw",
    }


def test_a_member_can_turn_the_verdict_but_not_where_members_may_be_hidden() -> None:
    all_friendly = Quantified("every", "stakeholders", yes("stakeholder.friendly"))
    base = playbase([fact("stakeholder.friendly")], rule("r/bid", all_friendly, "bid"))
    members = [{"stakeholder.friendly": True}, {"stakeholder.friendly": False}]
    assert changes(base, view(stakeholders=members)) == [{"stakeholder-2:stakeholder.friendly": True}]
    assert changes(base, view(stakeholders=members, incomplete=["stakeholders"])) == []


def test_none_of_the_members_is_reached_by_changing_each_that_hinders() -> None:
    nobody = Quantified("none", "stakeholders", yes("stakeholder.hostile"))
    base = playbase([fact("stakeholder.hostile")], rule("r/bid", nobody, "bid"))
    hostile = {"stakeholder.hostile": True}
    assert changes(base, view(stakeholders=[hostile, hostile])) == [
        {"stakeholder-1:stakeholder.hostile": False, "stakeholder-2:stakeholder.hostile": False}
    ]


def test_confirming_what_is_only_claimed_can_flip() -> None:
    proven = KnowledgeTest("evidence", "deal.a", "written")
    base = playbase([fact("deal.a")], rule("r/bid", All((yes("deal.a"), proven)), "bid"))
    assert changes(base, view({"deal.a": State("value", True, 1)})) == [{"deal.a": True}]


def test_what_nobody_can_change_can_be_learnt_or_proven_but_not_changed() -> None:
    given = [fact("deal.a", change="given")]
    base = playbase(given, rule("r/bid", yes("deal.a"), "bid"))
    assert changes(base, view()) == [{"deal.a": True}]
    assert changes(base, view({"deal.a": State(contradicted=True)})) == [{"deal.a": True}]
    assert changes(base, view({"deal.a": False})) == []
    proven = KnowledgeTest("evidence", "deal.a", "confirmed")
    base = playbase(given, rule("r/bid", All((yes("deal.a"), proven)), "bid"))
    assert changes(base, view({"deal.a": State("value", True, 1)})) == [{"deal.a": True}]


def test_the_same_facts_leading_to_the_same_verdict_are_one_card() -> None:
    base = playbase(
        [fact("deal.phase", "early<middle<late")], rule("r/x", FactTest("deal.phase", "above", "early"), "bid")
    )
    assert len(changes(base, view({"deal.phase": "early"}))) == 1


def test_a_new_verdict_is_shown_before_a_second_way_to_the_same_and_a_slip_into_asking_last() -> None:
    facts = [fact("deal.a"), fact("deal.b"), fact("deal.c"), fact("deal.d")]
    base = playbase(
        facts,
        rule("r/bid", yes("deal.d"), "bid"),
        rule("r/one", yes("deal.a"), "withdraw", tier="compliance"),
        rule("r/two", yes("deal.b"), "withdraw", tier="compliance"),
        rule("r/three", yes("deal.c"), "park", tier="compliance"),
    )
    assert [flip.verdict for flip in find(base, view({"deal.d": True}))] == [
        "withdraw",
        "park",
        "withdraw",
        "qualify-first",
    ]


def test_a_fact_in_doubt_is_shown_before_an_amount_that_stands() -> None:
    facts = [fact("deal.doubted", claim=True), fact("deal.cost", "money"), fact("deal.profit", "money", change="ours")]
    less = FactTest("deal.profit", "below", FactRef("deal.cost"))
    base = playbase(
        facts,
        rule("r/bid", yes("deal.doubted"), "bid"),
        rule("r/out", less, "withdraw", tier="compliance"),
    )
    told = State("value", True, GRADES.index("told"))
    deal = view({"deal.doubted": told, "deal.cost": Decimal(5), "deal.profit": Decimal(9)})
    assert [flip.changes[0][0][1] for flip in find(base, deal)] == ["deal.doubted", "deal.profit", "deal.cost"]


def test_learning_what_was_unknown_can_flip_a_verdict_that_rests_on_ignorance() -> None:
    base = playbase(TWO, rule("r/park", KnowledgeTest("unknown", "deal.a"), "park"))
    assert {f.verdict for f in find(base, view())} == {"qualify-first"}


def test_a_flip_goes_through_findings_negations_and_comparisons() -> None:
    base = playbase(
        [fact("deal.price", "money"), fact("deal.floor", "money")],
        rule("r/low", FactTest("deal.price", "at_most", 100), finding="low"),
        rule("r/bid", Not(FindingTest("low")), "bid"),
    )
    found = find(base, view({"deal.price": 90}))
    assert [(f.changes, f.verdict) for f in found] == [((((None, "deal.price"), 101),), "bid")]


def test_the_small_rule_base_shows_its_flips(mini_judge: Judge) -> None:
    facts: Facts = {
        "deal.phase": "late",
        "deal.needs_known": True,
        "deal.criteria": "rival",
        "deal.price": 7,
        "deal.floor": 6,
    }
    deal = view(facts, stakeholders=[])
    search = FlipSearch(mini_judge.reasoner, mini_judge.arbiter, mini_judge.domain)
    found = search.find(deal, "reshape-criteria", mini_judge.reasoner.infer(deal, "deal"), "deal")
    assert {(tuple(path for (_, path), _ in f.changes), f.verdict) for f in found} >= {
        (("deal.price",), "withdraw"),
        (("deal.criteria",), "bid"),
    }


def test_what_only_moves_forward_is_not_turned_back() -> None:
    steps = fact("deal.stage", "planned<published<awarded", one_way=True)
    base = playbase(
        [steps],
        rule("r/bid", FactTest("deal.stage", "is", "published"), "bid"),
        rule("r/wait", FactTest("deal.stage", "is", "planned"), "park"),
        rule("r/out", FactTest("deal.stage", "is", "awarded"), "withdraw"),
    )
    assert [flip.verdict for flip in find(base, view({"deal.stage": "published"}))] == ["withdraw"]
