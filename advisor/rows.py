"""Rows of columns: those of one case and its members, and those of many variants of a case side by side.

Variants are views that differ in some facts. A column of many variants is two whole numbers: bit i of `possible` says
that it is at least undecided in variant i, bit i of `certain` that it is yes. One pass over the rules judges them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import add, itemgetter

from advisor.program import NO, YES
from advisor.record import dataclass


@dataclass(frozen=True)
class Columns:
    """The values of all columns for one case: the case's own row, and a row for each member of each list.

    A member's row holds the case's values too that rules about members read.
    """

    case: list[int]
    members: dict[str, list[list[int]]]
    ids: dict[str, tuple[str, ...]]
    complete: dict[str, bool]

    def put(self, column: int, value: int, lists: Iterable[str]) -> None:
        """Set a column of the case, in the rows of those members too whose rules read it."""
        self.case[column] = value
        for name in lists:
            for row in self.members[name]:
                row[column] = value


Row = Sequence[int] | Mapping[int, int]
"""Values by the number of their column."""

OwnColumns = Mapping[str, Sequence[int]]
"""For each list the columns in which its members differ."""


@dataclass(frozen=True)
class Bits:
    """Numbered three-valued things, columns or units, in many rows side by side."""

    possible: list[int]
    certain: list[int]

    @classmethod
    def none(cls, size: int) -> Bits:
        """Return so many things that are no in every row."""
        return cls([0] * size, [0] * size)

    def raise_to(self, number: int, possible: int, certain: int) -> None:
        """Raise a thing to what something else is, where that is more."""
        self.possible[number] |= possible
        self.certain[number] |= certain

    def value(self, number: int, row: int) -> int:
        """Return the value of a thing in one row."""
        return (self.possible[number] >> row & 1) + (self.certain[number] >> row & 1)

    def values(self, numbers: Iterable[int], row: int) -> list[int]:
        """Return the values of some things in one row."""
        possible, certain = self.possible, self.certain
        return [(possible[n] >> row & 1) + (certain[n] >> row & 1) for n in numbers]

    def only(self) -> list[int]:
        """Return the values of all things where there is one row."""
        return list(map(add, self.possible, self.certain))


class Marks:
    """New values of things in some rows, noted one by one and put in together."""

    def __init__(self) -> None:
        self._rows: dict[int, list[int]] = {}

    def note(self, row: int, values: Iterable[tuple[int, int]]) -> None:
        """Note values in one row, given as its bit."""
        for number, value in values:
            found = self._rows.get(number)
            if found is None:
                found = self._rows[number] = [0, 0, 0]
            found[value] |= row

    def apply(self, bits: Bits) -> None:
        """Set things to what was noted of each row."""
        for number, (no, undecided, yes) in self._rows.items():
            others = ~(no | undecided | yes)
            bits.possible[number] = bits.possible[number] & others | undecided | yes
            bits.certain[number] = bits.certain[number] & others | yes


class Variants:
    """The columns of `width` variants of one case.

    The rows of a list's members stand side by side too: member m of variant v is row m * width + v. A member's row
    has its own columns, and those of the case only once they were handed down.
    """

    def __init__(self, columns: Columns, width: int, own: OwnColumns) -> None:
        """Spread encoded columns over the variants; of members, those that are their `own`."""
        self.width = width
        self.full = (1 << width) - 1
        self.own = own
        self.complete = columns.complete
        self.counts = {name: len(rows) for name, rows in columns.members.items()}
        size = len(columns.case)
        self.case = Bits([self.full if v else 0 for v in columns.case], [self.full * (v == YES) for v in columns.case])
        self.members: dict[str, Bits] = {}
        for name, rows in columns.members.items():
            bits = self.members[name] = Bits.none(size)
            widen = _Widener(width)
            for number, values in zip(own[name], zip(*map(picker(own[name]), rows), strict=True), strict=bool(rows)):
                bits.possible[number], bits.certain[number] = widen.bits(values)

    def all_rows(self, list_: str) -> int:
        """Return the bits of every row of a list."""
        return (1 << self.width * self.counts[list_]) - 1

    def hand_down(self, column: int, list_: str) -> None:
        """Give the rows of a list's members a column of the case."""
        bits = self.members[list_]
        bits.possible[column] = self._repeated(self.case.possible[column], list_)
        bits.certain[column] = self._repeated(self.case.certain[column], list_)

    def _repeated(self, rows: int, list_: str) -> int:
        if not rows:
            return 0
        everywhere = self.all_rows(list_)
        return everywhere if rows == self.full else rows * (everywhere // self.full)

    def any_member(self, rows: int, list_: str) -> int:
        """Return the variants in which a bit of some member of the list is set."""
        count = self.counts[list_]
        while count > 1:
            half = (count + 1) // 2
            rows = rows >> half * self.width | rows & (1 << half * self.width) - 1
            count = half
        return rows


class _Widener:
    """Repeats what members are, one after the other, for every variant; most columns are alike."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._full = (1 << width) - 1
        self.known: dict[tuple[int, ...], tuple[int, int]] = {}

    def bits(self, values: tuple[int, ...]) -> tuple[int, int]:
        """Return the bits of a column, possible and certain, from the values of its members."""
        if values not in self.known:
            possible = _side_by_side([self._full if value != NO else 0 for value in values], self._width)
            certain = _side_by_side([self._full if value == YES else 0 for value in values], self._width)
            self.known[values] = (possible, certain)
        return self.known[values]


def _side_by_side(rows: list[int], width: int) -> int:
    """Put rows of one width one above the other, two by two: the more there are, the longer are those put together."""
    while len(rows) > 1:
        if len(rows) % 2:
            rows.append(0)
        rows = [low | high << width for low, high in zip(rows[::2], rows[1::2], strict=True)]
        width *= 2
    return rows[0] if rows else 0


Picker = Callable[[Row], tuple[int, ...]]


def picker(columns: Sequence[int]) -> Picker:
    """Return what picks these columns out of a row."""
    if not columns:
        return lambda _: ()
    if len(columns) == 1:
        only = columns[0]
        return lambda row: (row[only],)
    return itemgetter(*columns)


def lanes(rows: int) -> Iterator[int]:
    """Yield the variants whose bits are set."""
    while rows:
        low = rows & -rows
        yield low.bit_length() - 1
        rows ^= low
