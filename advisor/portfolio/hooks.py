"""What undecided conclusions hang on: a bit for each fact and each list, gathered on the way up (advisor.settle)."""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir

from advisor.model import FactTest, KnowledgeTest
from advisor.portfolio.bits import Bits, together, where
from advisor.portfolio.encode import undecided
from advisor.portfolio.slice import Slice, literals, references
from advisor.program import Column, QuantifiedColumn, Tree

Holds = Callable[[Tree], ir.BooleanValue]
Read = Callable[[int], "ir.IntegerValue | None"]


class Hooks:
    """Numbers what verdicts can hang on, and knows in which words each unit and each column can have bits."""

    def __init__(self, sheet: Slice) -> None:
        self.sheet = sheet
        tested = {path for _, test in sheet.tests for path in references(test)}
        self.bits = Bits("hangs_on", sorted({*tested, *sheet.lists}))
        self.of_units: dict[int, frozenset[int]] = {}
        self.of_columns: dict[int, frozenset[int]] = {}
        columns = {c.number: c for c in sheet.columns}
        for unit in sorted(sheet.units, key=lambda u: u.level):
            found = (self._column(columns[lit.column]) for lit in literals(unit.tree))
            self.of_units[unit.number] = frozenset().union(*found)
        for column in sheet.columns:
            self._column(column)

    def _column(self, column: Column) -> frozenset[int]:
        if column.number not in self.of_columns:
            means = column.means
            if isinstance(means, (FactTest, KnowledgeTest)):
                words = {self.bits.word(path) for path in references(means)}
            elif isinstance(means, QuantifiedColumn):
                writers = self.sheet.writers(means.member_column)
                words = {self.bits.word(means.list), *(w for u in writers for w in self.of_units[u.number])}
            else:
                words = {w for u in self.sheet.writers(column.number) for w in self.of_units[u.number]}
            self.of_columns[column.number] = frozenset(words)
        return self.of_columns[column.number]


def hook(word: int, name: str) -> str:
    """Name the column that holds a word of what a unit or column hangs on."""
    return f"h{word}_{name}"


def hung(tree: Tree, holds: Holds, read: Read, top: bool = True) -> ir.IntegerValue | None:
    """Return what a condition hangs on: what its undecided parts do. The whole of it is known to be undecided."""
    if tree.lit is not None:
        return read(tree.lit.column)
    bits = together(hung(part, holds, read, top=False) for part in tree.parts)
    return bits if top or bits is None else where(undecided(holds(tree)), bits)
