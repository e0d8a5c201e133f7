"""Many variants of a case judged side by side come out as each of them does on the engine, alone."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from advisor.arbitrate import Arbiter
from advisor.evidence import UNKNOWN_STATE, Place, State, View, learnt, places
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.model import FALLBACK
from advisor.program import NO, YES
from advisor.rows import Bits, Columns, Marks, Variants
from advisor.rulebase import Playbase
from tests.build import compiled, fact, playbase, rule, view, yes
from tests.strategies import Generator, Shape

SHAPE = Shape(rules=12, case_facts=14, members=4)
SEED = 20_280_000


def row_of(bits: Bits, index: int) -> list[int]:
    """Return the values of all things in one row."""
    return bits.values(range(len(bits.possible)), index)


class Sides:
    """A rule base whose verdicts are found side by side, and one at a time on the engine."""

    def __init__(self, base: Playbase) -> None:
        self.base = base
        self.reasoner = Reasoner(compiled(base), base.knowledge)
        self.arbiter = Arbiter(self.reasoner.program, base.knowledge.order)

    def compare(self, deal: View, changes: list[Mapping[Place, State]], open_world: bool) -> None:
        """Fail where a variant is other than the same view inferred alone."""
        together = self.reasoner.imagine_all(deal, changes, open_world, whole=True)
        closed, opened = self.reasoner.imagine_told(deal, changes)
        program, told = self.reasoner.program, opened().case if open_world else closed.case
        for unit in program.deciding.running if open_world else program.running:
            for here, there in ((told.possible, together.case.possible), (told.certain, together.case.certain)):
                assert here[unit.number] == there[unit.number]
        every = (1 << len(changes)) - 1
        verdicts = self.arbiter.verdicts(together.case, every)
        possible = self.arbiter.open_to(together.case, every)
        assert sum(verdicts.values()) == every, "each variant gets one verdict"
        for lane, change in enumerate(changes):
            alone = self.reasoner.infer(deal.changed(change), "deal", open_world)
            self._same(alone, row_of(together.case, lane), together.members, len(changes), lane)
            for unit in self.reasoner.program.units:
                assert bool(together.certain(unit.number) >> lane & 1) is (alone.value(unit) == YES)
            decided = self.arbiter.decide(alone.case).verdict
            assert [name for name, rows in verdicts.items() if rows >> lane & 1] == [decided]
            self._same_verdict(deal.changed(change), alone, open_world)
            still = {name for name, rows in possible.items() if rows >> lane & 1}
            assert still == set(self.arbiter.possible(alone.case))

    def _same_verdict(self, deal: View, whole: Inference, open_world: bool) -> None:
        """What bears on verdicts is the same when nothing else is run, on the engine and on its shadow."""
        deciding = {unit.number for unit in self.reasoner.program.deciding.running}
        for part in (
            self.reasoner.infer(deal, "deal", open_world, whole=False),
            self.reasoner.imagine(deal, open_world),
        ):
            assert part.case == [value if n in deciding else NO for n, value in enumerate(whole.case)]
            assert self.arbiter.decide(part.case) == self.arbiter.decide(whole.case)
            assert self.arbiter.possible(part.case) == self.arbiter.possible(whole.case)

    def _same(self, alone: Inference, case: list[int], members: dict[str, Bits], width: int, lane: int) -> None:
        assert case == alone.case
        for name, rows in alone.members.items():
            assert [row_of(members[name], m * width + lane) for m in range(len(rows))] == rows


def changes_of(random: Random, base: Playbase, deal: View, other: View) -> list[Mapping[Place, State]]:
    """Draw variants: nothing changed, a fact or several, as another deal has it, or unknown again."""
    found = places(deal, base.knowledge, frozenset(base.knowledge.facts))
    drawn: list[Mapping[Place, State]] = [{}]
    for size in (1, 1, 1, 2, 3, 6):
        some = random.sample(found, min(size, len(found)))
        drawn.append({place: random.choice((other.state(place), UNKNOWN_STATE, learnt(None))) for place in some})
    return drawn


@pytest.mark.parametrize("seed", range(SEED, SEED + 60))
def test_side_by_side_is_as_one_by_one(seed: int) -> None:
    random = Random(seed)
    generator = Generator(random, SHAPE)
    sides = Sides(generator.base())
    for _ in range(4):
        deal, other = generator.view(sides.base), generator.view(sides.base)
        changes = changes_of(random, sides.base, deal, other)
        for open_world in (False, True):
            sides.compare(deal, changes, open_world)
    sides.reasoner.close()


def test_no_variant_at_all_has_no_verdict() -> None:
    base = playbase([fact("deal.a")], rule("r", yes("deal.a"), "bid"))
    sides = Sides(base)
    nothing = sides.reasoner.imagine_all(view({"deal.a": True}), [])
    assert not any(sides.arbiter.verdicts(nothing.case, 0).values())
    one = sides.reasoner.imagine_all(view(), [{(None, "deal.a"): learnt(True)}, {}])
    assert sides.arbiter.verdicts(one.case, 0b11) == {"bid": 0b01, FALLBACK: 0b10}


@pytest.mark.parametrize("width", [1, 2, 3, 64, 65])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 100])
def test_members_stand_side_by_side_for_each_variant(width: int, count: int) -> None:
    random = Random(width * 1000 + count)
    rows = [[0, random.choice((0, 1, 2))] for _ in range(count)]
    columns = Columns([random.choice((0, 1, 2)), 0], {"people": rows}, {"people": tuple(map(str, range(count)))}, {})
    variants = Variants(columns, width, {"people": [1]})
    marks = Marks()
    marks.note(1, [(0, YES)])
    marks.apply(variants.case)
    variants.hand_down(0, "people")
    for member in range(count):
        for lane in range(width):
            row = row_of(variants.members["people"], member * width + lane)
            assert row == [YES if lane == 0 else columns.case[0], rows[member][1]]
    some = variants.any_member(variants.members["people"].certain[1], "people")
    assert some == (variants.full if any(row[1] == YES for row in rows) else 0)
