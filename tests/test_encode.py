"""Encoding what is known of a case gives every test the value that it has when it is decided by itself."""

from __future__ import annotations

from random import Random

from advisor.encode import Encoder
from advisor.evidence import View
from advisor.model import CASE, FactTest, KnowledgeTest
from advisor.program import UNDECIDED, YES
from advisor.worlds import Deciders
from tests.build import compiled
from tests.strategies import Generator, Shape

SHAPE = Shape(rules=8, case_facts=14, members=4)
SEED = 20_270_000


def test_each_test_has_the_value_that_it_has_alone() -> None:
    decided = 0
    for seed in range(SEED, SEED + 60):
        generator = Generator(Random(seed), SHAPE)
        base = generator.base()
        program = compiled(base)
        encoder = Encoder(program, Deciders(program, base.knowledge))
        for view in [generator.view(base) for _ in range(10)]:
            columns = encoder.encode(view)
            for column in program.columns:
                means = column.means
                if not isinstance(means, (FactTest, KnowledgeTest)):
                    continue
                if means.path in base.knowledge.lists:
                    given = means.path in view.lists
                    assert (columns.case[column.number] == YES) is (given == (means.ask == "known"))  # type: ignore[union-attr]
                    continue
                rows = [columns.case] if column.scope == CASE else columns.members[column.scope]
                states = [{}] if column.scope == CASE else [m.states for m in view.lists.get(column.scope, ())]
                alone = [encoder.test(column.number, view.states, member) for member in states]
                assert [row[column.number] for row in rows] == alone, f"seed {seed}: {means}"
                decided += len(rows)
    assert decided > 5000


def test_of_a_case_of_which_nothing_is_known_all_is_undecided_but_what_is_known() -> None:
    base = Generator(Random(SEED), SHAPE).base()
    program = compiled(base)
    encoder = Encoder(program, Deciders(program, base.knowledge))
    for open_world in (False, True):
        row = encoder.encode(View({}, {}, {}), open_world).case
        for column in program.columns:
            if isinstance(column.means, FactTest) and column.scope == CASE:
                assert row[column.number] == UNDECIDED
            elif isinstance(column.means, KnowledgeTest) and column.scope == CASE:
                assert (row[column.number] == UNDECIDED) is open_world
