"""Encoding from the last view gives what encoding anew gives, whatever changed between the two."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from advisor.encode import NEAR, Encoder
from advisor.evidence import UNKNOWN_STATE, Place, State, View, places
from advisor.rows import Columns
from advisor.rulebase import Playbase
from tests.build import compiled
from tests.strategies import Generator, Shape

SHAPE = Shape(rules=8, case_facts=14, members=4)
SEED = 20_270_000


def neighbours(random: Random, base: Playbase, deal: View, other: View) -> Iterator[View]:
    """Yield views that differ from a deal in one fact, in several, and in more than the encoder calls near."""
    facts = frozenset(base.knowledge.facts)
    found = places(deal, base.knowledge, facts)
    random.shuffle(found)
    for size in (1, 2, 5, NEAR, NEAR + 8):
        yield deal.changed({place: _state(random, place, other) for place in found[:size]})
    yield other
    yield deal


def _state(random: Random, place: Place, other: View) -> State:
    """Take a fact's state from another deal, from anybody there who has one."""
    if place[0] is None:
        return other.states.get(place[1], UNKNOWN_STATE)
    states = [m.states[place[1]] for members in other.lists.values() for m in members if place[1] in m.states]
    return random.choice(states) if states else UNKNOWN_STATE


def test_an_encoder_that_remembers_says_what_a_new_one_says() -> None:
    compared = 0
    for seed in range(SEED, SEED + 60):
        random = Random(seed)
        generator = Generator(random, SHAPE)
        base = generator.base()
        program = compiled(base)
        encoder = Encoder(program, base.knowledge)
        for _ in range(8):
            for view in neighbours(random, base, generator.view(base), generator.view(base)):
                for open_world in (False, True):
                    found = encoder.encode(view, open_world)
                    assert found == Encoder(program, base.knowledge).encode(view, open_world), f"seed {seed}"
                    scribble(found)
                    compared += 1
    assert compared > 5000


def scribble(columns: Columns) -> None:
    """Write into columns as inference does: what the encoder remembers must not be these."""
    for number in range(len(columns.case)):
        columns.put(number, 2 - columns.case[number])
