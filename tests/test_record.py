"""Classes of `advisor.record` are to their users what the standard frozen dataclasses are."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from advisor import record


@record.dataclass(frozen=True)
class Ours:
    state: str
    left: int = 1
    made: list[int] = dataclasses.field(default_factory=list)
    at: str = dataclasses.field(default="here", compare=False)
    _x: str | None = None


@dataclasses.dataclass(frozen=True)
class Standard:
    state: str
    left: int = 1
    made: list[int] = dataclasses.field(default_factory=list)
    at: str = dataclasses.field(default="here", compare=False)
    _x: str | None = None


@record.dataclass(frozen=True)
class Pair:
    one: object
    other: object = None


@record.dataclass(frozen=True)
class Nothing:
    pass


@record.dataclass
class Changing:
    n: int


@pytest.mark.parametrize(
    ("args", "named"),
    [(("a",), {}), ((), {"state": "a"}), (("a", 2, [3]), {}), (("a",), {"at": "there", "_x": "y"}), (("a", 1, []), {})],
)
def test_instances_hold_the_same(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, standard = Ours(*args, **named), Standard(*args, **named)
    assert dataclasses.asdict(ours) == dataclasses.asdict(standard)
    assert repr(ours) == repr(standard).replace("Standard", "Ours")
    assert ours == Ours(*args, **{**named, "at": "elsewhere"})
    assert ours != Ours("b")
    assert ours.__eq__(standard) is NotImplemented
    assert copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours)) == dataclasses.replace(ours) == ours
    assert dataclasses.replace(ours, left=7).left == 7


@pytest.mark.parametrize("wrong", [lambda c: c(), lambda c: c("a", 1, [], "", "", ""), lambda c: c("a", nothing=1)])
def test_wrong_arguments_are_named(wrong: Callable[[Any], object]) -> None:
    found = []
    for kind in (Ours, Standard):
        with pytest.raises(TypeError) as caught:
            wrong(kind)
        found.append(str(caught.value).replace(kind.__name__, ""))
    assert found[0] == found[1]


def test_each_instance_has_a_list_of_its_own() -> None:
    assert Ours("a").made is not Ours("a").made


def test_nothing_can_be_changed() -> None:
    ours = Ours("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="'state'"):
        ours.state = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="'state'"):
        del ours.state
    assert ours == Ours("a")


def test_equal_ones_are_one_in_a_set() -> None:
    assert len({Pair(1, (2,)), Pair(1, (2,)), Pair(1), Pair(1, None), Nothing(), Nothing()}) == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(Pair([]))


@record.dataclass(frozen=True, order=True)
class Ranked:
    n: int
    note: str = dataclasses.field(default="", compare=False)


def test_ordered_ones_are_sorted_by_their_fields() -> None:
    assert sorted([Ranked(2), Ranked(1, "x"), Ranked(3)]) == [Ranked(1), Ranked(2), Ranked(3)]
    assert Ranked(1) <= Ranked(1, "x") < Ranked(2) > Ranked(1) >= Ranked(1)
    with pytest.raises(TypeError):
        Ranked(1) < 2  # type: ignore[operator]  # noqa: B015


def test_fields_and_patterns_are_the_standard_ones() -> None:
    names = [[(f.name, f.default, f.compare) for f in dataclasses.fields(kind)] for kind in (Ours, Standard)]
    assert names[0] == names[1]
    match Pair(1, 2):
        case Pair(one, other):
            assert (one, other) == (1, 2)


def test_without_frozen_it_is_the_standard_one() -> None:
    changing = Changing(1)
    changing.n = 2
    assert changing == Changing(2)
