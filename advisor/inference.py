"""What was concluded about one view of a case: values, and the firings that led to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from functools import cached_property
from typing import NamedTuple

from advisor.program import YES, Unit
from advisor.record import dataclass
from advisor.rows import Columns

Fired = tuple[int, int]
"""An engine rule that fired: a unit, and which of its alternatives."""


class Firing(NamedTuple):
    """One engine rule that fired: the unit, which alternative, for certain or possibly, the list and the member."""

    unit: int
    alternative: int
    certain: bool
    list: str
    member: int


class Answer(NamedTuple):
    """What the engine said of one row of one shard: the rules that fired possibly, and those that did for certain."""

    list: str
    member: int
    possible: Sequence[Fired]
    certain: Sequence[Fired]

    def firings(self, certain: bool = False) -> Iterator[Firing]:
        """Yield each rule that fired; or only those that are certain."""
        for fired, surely in ((self.certain, True),) if certain else ((self.possible, False), (self.certain, True)):
            for unit, alternative in fired:
                yield Firing(unit, alternative, surely, self.list, self.member)


@dataclass(frozen=True)
class Inference:
    """Everything concluded about one view: column values, unit values, and the engine's answers as they came.

    `told` gives the answers; they may have to be waited for.
    """

    columns: Columns
    case: list[int]
    members: dict[str, list[list[int]]]
    told: Callable[[], list[Answer]] = field(default=list, compare=False)

    @cached_property
    def record(self) -> list[Answer]:
        """The engine's answers in the order in which they came."""
        return self.told()

    @cached_property
    def firings(self) -> list[Firing]:
        """The firings in the order in which they happened."""
        return [firing for answer in self.record for firing in answer.firings()]

    @cached_property
    def strongest(self) -> list[int]:
        """The value of each unit: of a rule about members the strongest over them."""
        rows = [row for members in self.members.values() for row in members]
        return list(map(max, self.case, *rows)) if rows else self.case

    def holding(self, numbers: Iterable[int]) -> Iterator[int]:
        """Yield those of some units that are yes, for the case or for a member."""
        return (number for number in numbers if self.strongest[number] == YES)

    def value(self, unit: Unit) -> int:
        """Return a unit's value: of a rule about members the strongest over them."""
        return self.strongest[unit.number]
