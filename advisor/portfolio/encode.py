"""What is known of many deals, as columns, and the tests that rules make of it, as expressions over them.

A column of a test is false (no), null (undecided) or true (yes). Of a fact, a table holds the value under the fact's
path (null: unknown), and under the path with an ending what else is asked of it; what a table lacks is constant.
"""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from advisor.model import GRADES, Fact, FactRef, FactTest, KnowledgeTest, SettingRef, Test, Value
from advisor.rulebase import Knowledge

NONE, CONTRADICTED, GRADE, STALE = ".none", ".contradicted", ".grade", ".stale"
IMPROPER, SILENT = ".improper", ".silent"
"""Whether a fact was obtained improperly, and whether, being sensitive, it does not say how it was."""
ENDINGS = (NONE, CONTRADICTED, GRADE, STALE, IMPROPER, SILENT)
GIVEN, COMPLETE = ".given", ".complete"

OPEN, CLOSED, QUIET, LIVE = "open", "closed", "quiet", "live"
DAY = "day"
"""Of a view: false in the closed world and null in the open one; whether it is closed; whether nothing happened of
which nothing is on file; and 0, 1 or 2 for whether a tender is live."""

TYPES = {"enum": "int16", "bool": "boolean", "int": "int64", "money": "decimal(21, 6)", "date": "date"}
"""Of an enum a column holds the place of the value among those declared; of a text, whether there is one."""

MAYBE: ir.BooleanScalar = ibis.null("boolean")
FALSE: ir.BooleanScalar = ibis.literal(False)


def column_type(fact: Fact) -> str:
    """Return the type of the column that holds a fact."""
    return TYPES.get(fact.type, "boolean")


def encoded(fact: Fact, value: Value) -> ir.Scalar:
    """Return a value as the column of its fact holds it."""
    if fact.type == "enum":
        return ibis.literal(list(fact.values).index(str(value)), "int16")
    if fact.type == "money":
        return ibis.literal(Decimal(str(value)), "decimal(21, 6)")
    return ibis.literal(True if fact.type == "text" else value)


def sure(value: ir.BooleanValue) -> ir.BooleanValue:
    """Tell whether a value is yes."""
    return value.fill_null(False)


def possible(value: ir.BooleanValue) -> ir.BooleanValue:
    """Tell whether a value is not no."""
    return value.fill_null(True)


def undecided(value: ir.BooleanValue) -> ir.BooleanValue:
    """Tell whether a value is neither yes nor no.

    Asked of what a `not` swaps: Ibis would write NOT x IS NULL, which databases read as NOT (x IS NULL).
    """
    op = value.op()
    while isinstance(op, ops.Not):
        op = op.arg
    return op.to_expr().isnull()


def three_valued(yes: ir.BooleanValue, maybe: ir.BooleanValue) -> ir.BooleanValue:
    """Return yes where it is so, undecided where it may be, else no; neither is ever null."""
    return yes | (maybe & MAYBE)


class States:
    """The states of facts in one table: of the deals, or of the members of a list."""

    def __init__(self, table: ir.Table, knowledge: Knowledge, open_world: bool | None = None) -> None:
        self.table = table
        self.knowledge = knowledge
        self.facts = knowledge.facts
        self.open_world = open_world

    @property
    def world(self) -> ir.BooleanValue:
        """False in the closed world, null in the open one."""
        if self.open_world is None:
            return self.table[OPEN]
        return MAYBE if self.open_world else FALSE

    @property
    def closed(self) -> ir.BooleanValue:
        """Whether the world is closed."""
        return self.table[CLOSED] if self.open_world is None else ibis.literal(not self.open_world)

    def value(self, path: str) -> ir.Value | None:
        """Return what a fact is, null where it is unknown or absent; None: the table has no column for it.

        A null written out is no stand-in: Ibis takes a comparison with it for the question whether the other is null.
        """
        return self._column(path)

    def absent(self, path: str) -> ir.BooleanValue | None:
        """Tell whether a fact is known to be absent; None: it never is."""
        return self._column(path + NONE)

    def known(self, path: str) -> ir.BooleanValue:
        """Tell whether a fact is known, be it absent."""
        absent, value = self.absent(path), self.value(path)
        known = FALSE if value is None else value.notnull()
        return known if absent is None else known | absent

    def flag(self, path: str, ending: str) -> ir.BooleanValue:
        """Tell whether something else is so of a fact."""
        found = self._column(path + ending)
        return FALSE if found is None else found

    def grade(self, path: str) -> ir.IntegerValue:
        """Return the grade of a fact's evidence; what a table does not grade counts as told."""
        found = self._column(path + GRADE)
        return ibis.literal(GRADES.index("told"), "int8") if found is None else found

    def _column(self, name: str) -> ir.Value | None:
        return self.table[name] if name in self.table.columns else None


def tested(test: Test, own: States) -> ir.BooleanValue:
    """Return the value of a test for each row of a table that holds the states which it reads."""
    if isinstance(test, KnowledgeTest):
        return _knowledge(test, own)
    if isinstance(test.operand, FactRef):
        return _compared(test, test.operand.path, own)
    fact, value, absent = own.facts[test.path], own.value(test.path), own.absent(test.path)
    if test.operand is None:
        unknown = MAYBE if value is None else value.isnull() & MAYBE
        return unknown if absent is None else absent | unknown
    if value is None:
        return MAYBE if absent is None else ~absent & MAYBE
    operand = test.operand.value if isinstance(test.operand, SettingRef) else test.operand
    if isinstance(operand, tuple):
        holds = value.isin([encoded(fact, one) for one in operand])
    else:
        holds = _ordered(test.op, value, encoded_operand(fact, operand))
    return holds if absent is None else ~absent & holds


def encoded_operand(fact: Fact, operand: Value) -> ir.Scalar:
    """Return a constant on the right side; a threshold for a whole number may be a fraction."""
    if fact.type == "int" and isinstance(operand, Decimal):
        return ibis.literal(operand, "decimal(21, 6)")
    return encoded(fact, operand)


def _ordered(op: str, left: ir.Value, right: ir.Value) -> ir.BooleanValue:
    if op == "is":
        return left == right
    if op == "at_least":
        return left >= right
    if op == "above":
        return left > right
    return left <= right if op == "at_most" else left < right


def _compared(test: FactTest, other: str, own: States) -> ir.BooleanValue:
    left, right = own.value(test.path), own.value(other)
    holds = MAYBE if left is None or right is None else _ordered(test.op, left, right)
    for path in (test.path, other):
        absent = own.absent(path)
        if absent is not None:
            holds = ~absent & holds
    return holds


def _knowledge(test: KnowledgeTest, own: States) -> ir.BooleanValue:
    """In the open world (`open` is null), what is asked of an unknown fact or list is undecided."""
    world = own.world
    if test.path in own.knowledge.lists:
        given = own.table[test.path + GIVEN] | world
        return given if test.ask == "known" else ~given
    known = own.known(test.path)
    if test.ask in ("known", "unknown"):
        return known | world if test.ask == "known" else ~(known | world)
    if test.ask == "evidence":
        return (known & (own.grade(test.path) >= GRADES.index(test.grade or GRADES[0]))) | (~known & world)
    flag = own.flag(test.path, STALE if test.ask == "stale" else CONTRADICTED)
    return ibis.ifelse(known | own.closed, flag, MAYBE)
