"""Sets of names as whole numbers: a bit for each name, in as many words as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import add, or_

import ibis
import ibis.expr.types as ir

from advisor.portfolio.fold import fold

WORD_BITS = 62
"""Bits of a word; the sum of all of them is still a whole number of 64 bits with a sign."""
BETWEEN = " "
"""What parts the names of a set in a text; names of facts, rules and verdicts hold none."""


class Bits:
    """Numbers names; a set of them is a word under the label with each number of `words`."""

    def __init__(self, label: str, names: Iterable[str]) -> None:
        self.label = label
        self.names = tuple(dict.fromkeys(names))
        self._place = {name: divmod(n, WORD_BITS) for n, name in enumerate(self.names)}
        self.words = range(-(-len(self.names) // WORD_BITS))

    def word(self, name: str) -> int:
        """Return the word in which a name has its bit."""
        return self._place[name][0]

    def bit(self, name: str) -> int:
        """Return the bit of a name in its word."""
        return 1 << self._place[name][1]

    def column(self, word: int) -> str:
        """Name the column that holds a word."""
        return f"{self.label}_{word}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold a set."""
        return tuple(self.column(word) for word in self.words)

    def gather(self, flags: Mapping[str, ir.BooleanValue]) -> dict[str, ir.IntegerValue]:
        """Return the columns of a set that has each name whose flag is set; none is null."""
        found: dict[int, list[ir.IntegerValue]] = {word: [] for word in self.words}
        for name, flag in flags.items():
            found[self.word(name)].append(where(flag, self.bit(name)))
        return {self.column(word): fold(or_, bits, ibis.literal(0, "int64")) for word, bits in found.items()}

    def has(self, table: ir.Table, name: str) -> ir.BooleanValue:
        """Tell whether a set has a name."""
        return (table[self.column(self.word(name))] & self.bit(name)) != 0

    def text(self, table: ir.Table, order: Iterable[str] | None = None) -> ir.StringValue:
        """Write a set out: its names in their order, parted by blanks."""
        return parted(self.behind_blanks(table, order))

    def behind_blanks(self, table: ir.Table, order: Iterable[str] | None = None) -> ir.StringValue:
        """Write a set out, a blank before each name."""
        return behind_blanks((self.has(table, name), name) for name in order or self.names)


def behind_blanks(flags: Iterable[tuple[ir.BooleanValue, str]]) -> ir.StringValue:
    """Write the names whose flags are set, a blank before each."""
    return fold(add, (ibis.ifelse(flag, BETWEEN + name, "") for flag, name in flags), ibis.literal(""))


def parted(names: ir.StringValue) -> ir.StringValue:
    """Write names that stand behind blanks as names parted by blanks.

    Not by what strips a text: written for Spark, that takes off the letters f and v as well.
    """
    return names.substr(len(BETWEEN))


def where(flag: ir.BooleanValue, bits: ir.IntegerValue | int) -> ir.IntegerValue:
    """Return bits where a flag is set, else nothing."""
    return ibis.ifelse(flag, bits, ibis.literal(0, "int64"))
