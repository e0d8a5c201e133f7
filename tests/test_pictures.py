"""Where the dots of the portfolio stand: near their place, and never on one another."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.render import charts
from advisor.render.blocks import Picture
from advisor.render.layout import pictures
from advisor.render.layout.pictures import GAP, LARGEST, SMALLEST, Point, _apart

SPECIFICATIONS = Path(charts.__file__).with_suffix("")
UNIT = (57.0, 47.0)
PLACES = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), max_size=12)


def distance(one: Point, two: Point) -> float:
    """Measure as the picture is drawn."""
    return math.hypot((one[0] - two[0]) * UNIT[0], (one[1] - two[1]) * UNIT[1])


@given(PLACES, st.floats(SMALLEST, LARGEST))
def test_no_dot_covers_another(places: list[Point], size: float) -> None:
    radius = math.sqrt(size) / 2
    spots = _apart(places, [radius] * len(places), UNIT)
    assert len(spots) == len(places)
    assert all(distance(one, two) > 2 * radius - GAP for one, two in itertools.combinations(spots, 2))


@given(PLACES)
def test_a_dot_stays_near_its_place(places: list[Point]) -> None:
    spots = _apart(places, [10] * len(places), UNIT)
    assert all(distance(spot, place) < 20 * math.sqrt(len(places)) for spot, place in zip(spots, places, strict=True))


def test_a_dot_alone_stands_where_its_counts_say() -> None:
    alone = [(float(x), 0.0) for x in range(-3, 4)]
    assert all(distance(*pair) < 1 for pair in zip(_apart(alone, [12] * 7, UNIT), alone, strict=True))


def test_more_dots_are_pushed_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands on one picture cannot be parted; to try took most of the time that a pack of them took to draw."""
    pushed: list[float] = []

    def push(_: object, __: object, need: float) -> bool:
        pushed.append(need)
        return True

    monkeypatch.setattr(pictures, "_push", push)
    monkeypatch.setattr(pictures, "MOVES", 300)
    _apart([(0, 0)] * 2, [10] * 2, UNIT)
    few = len(pushed)
    _apart([(5 * n, 0) for n in range(50) for _ in range(2)], [10] * 100, UNIT)
    assert (few, len(pushed) - few) == (pictures.ROUNDS, 50 * 3)


@pytest.mark.parametrize("name", get_args(get_type_hints(Picture)["chart"]))
def test_no_text_of_a_picture_is_measured(name: str) -> None:
    """Sizes stand below zero in the specifications: measuring took nine tenths of the time."""
    sizes = re.findall(r'ontSize": *([^,}\s]+)', (SPECIFICATIONS / f"{name}.json.j2").read_text(encoding="utf-8"))
    assert sizes
    assert all(float(size) < 0 for size in sizes)
