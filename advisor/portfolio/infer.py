"""The units of a program as columns: level after level, for deals and for the members of their lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import add, and_, or_

import ibis
import ibis.expr.types as ir

from advisor.model import CASE, FactTest, KnowledgeTest
from advisor.portfolio.encode import COMPLETE, States, possible, sure, tested, three_valued
from advisor.portfolio.fold import fold
from advisor.portfolio.slice import Slice, literals
from advisor.portfolio.stages import Stages
from advisor.program import Column, FindingColumn, HelperColumn, QuantifiedColumn, Tree, Unit

VIEW = "view"
"""The key of a view: of one deal, in one world, in one state of the quarantine."""


def column(number: int) -> str:
    """Name the column of a test, finding or quantifier."""
    return f"c{number}"


def unit(number: int) -> str:
    """Name the column of a unit."""
    return f"u{number}"


def holds(tree: Tree, read: Callable[[int], ir.BooleanValue]) -> ir.BooleanValue:
    """Return the value of a condition (true, null or false), given those of the columns that it reads."""
    if tree.lit is not None:
        value = read(tree.lit.column)
        return value if tree.lit.positive else ~value
    parts = [holds(part, read) for part in tree.parts]
    if tree.op == "count":
        return three_valued(_number(map(sure, parts)) >= tree.need, _number(map(possible, parts)) >= tree.need)
    if not parts:
        return ibis.literal(tree.op == "all")
    return fold(and_ if tree.op == "all" else or_, parts)


def _number(flags: Iterable[ir.BooleanValue]) -> ir.IntegerValue:
    return fold(add, (flag.cast("int32") for flag in flags))


class Inference:
    """Values of units and columns, in a table of views and, for each list, one of the members in each view.

    `deals` has a row for each view with its states; `members` those of each list, with the states of the members and
    those of the deal that are compared with them.
    """

    def __init__(self, sheet: Slice, stages: Stages, deals: ir.Table, members: dict[str, ir.Table]) -> None:
        self.sheet = sheet
        self.stages = stages
        self.deals = deals
        self.members = members
        self._run()

    def given_back(self) -> list[str]:
        """Return the columns of the deal that came of its members."""
        asked = {column(c.number) for c in self.sheet.columns if isinstance(c.means, QuantifiedColumn)}
        asked |= {unit(u.number) for u in self.sheet.stops if u.scope != CASE}
        return [name for name in self.deals.columns if name in asked]

    def table(self, scope: str) -> ir.Table:
        """Return the table of views, or of members of a list."""
        return self.deals if scope == CASE else self.members[scope]

    def _run(self) -> None:
        for scope in (CASE, *self.members):
            self._put(scope, {column(c.number): c for c, _ in self.sheet.tests if c.scope == scope})
        moved = True
        while moved:
            moved = self._step(CASE)
            for list_ in self.members:
                moved = self._members(list_) or moved

    def _step(self, scope: str) -> bool:
        """Compute all that can be computed in one table, a step after the other; tell whether there was anything."""
        moved = False
        while ready := {**self._ready_units(scope), **self._ready_columns(scope)}:
            self._put(scope, ready)
            moved = True
        return moved

    def _ready_units(self, scope: str) -> dict[str, Column | Unit]:
        has = set(self.table(scope).columns)
        pending = (u for u in self.sheet.units if u.scope == scope and unit(u.number) not in has)
        return {unit(u.number): u for u in pending if {column(lit.column) for lit in literals(u.tree)} <= has}

    def _ready_columns(self, scope: str) -> dict[str, Column | Unit]:
        """Findings and helpers whose rules are all there; one that no rule concludes is no."""
        has = set(self.table(scope).columns)
        pending = (c for c in self.sheet.columns if c.scope == scope and column(c.number) not in has)
        return {
            column(c.number): c
            for c in pending
            if isinstance(c.means, (FindingColumn, HelperColumn))
            and {unit(u.number) for u in self.sheet.writers(c.number)} <= has
        }

    def _put(self, scope: str, what: dict[str, Column | Unit]) -> None:
        """Add values to a table."""
        table = self.table(scope)
        values: dict[str, ir.Value] = {name: self._value(one, table) for name, one in what.items()}
        self._keep(scope, self.stages.extend(scope, table, values))

    def _keep(self, scope: str, table: ir.Table) -> None:
        if scope == CASE:
            self.deals = table
        else:
            self.members[scope] = table

    def _value(self, one: Column | Unit, table: ir.Table) -> ir.BooleanValue:
        if isinstance(one, Unit):
            return holds(one.tree, lambda number: table[column(number)])
        if isinstance(one.means, (FactTest, KnowledgeTest)):
            return tested(one.means, States(table, self.sheet.knowledge))
        writers = [table[unit(u.number)] for u in self.sheet.writers(one.number)]
        return fold(or_, writers) if writers else ibis.literal(False)

    def _members(self, list_: str) -> bool:
        """Compute what can be computed of members: take over what they read of the deal, and give back quantifiers."""
        wanted = self._carried(list_)
        if wanted:
            table = self.stages.beside(list_, self.members[list_], self.deals, VIEW, sorted(wanted), "inner")
            self.members[list_] = table
        self._step(list_)
        return self._give_back(list_)

    def _carried(self, list_: str) -> set[str]:
        """Return the columns of the deal with which some unit of the list can be computed that could not before."""
        here, there = set(self.members[list_].columns), set(self.deals.columns)
        own = {c.number for c in self.sheet.columns if c.scope == list_}
        wanted: set[int] = set()
        for each in self.sheet.units:
            if each.scope == list_ and unit(each.number) not in here:
                reads = {lit.column for lit in literals(each.tree)} - own
                if {column(number) for number in reads} <= here | there:
                    wanted |= {number for number in reads if column(number) not in here}
        return {column(number) for number in wanted}

    def _give_back(self, list_: str) -> bool:
        """Count members: what holds of any, of every or of none becomes a column of the deal."""
        has, here = set(self.deals.columns), set(self.members[list_].columns)
        asked = [
            (c, c.means)
            for c in self.sheet.columns
            if isinstance(c.means, QuantifiedColumn) and c.means.list == list_
            if column(c.number) not in has and column(c.means.member_column) in here
        ]
        alone = [u for u in self.sheet.stops if u.scope == list_ and unit(u.number) in here - has]
        if not asked and not alone:
            return False
        counted = self._counted(list_, {column(m.member_column) for _, m in asked} | {unit(u.number) for u in alone})
        joined = self.stages.beside(CASE, self.deals, counted, VIEW, [n for n in counted.columns if n != VIEW])
        values = {column(c.number): quantified(m, joined) for c, m in asked}
        for each in alone:
            name = unit(each.number)
            values[name] = three_valued(sure(joined[f"{name}.any"]), sure(joined[f"{name}.maybe"]))
        self.deals = self.stages.extend(CASE, joined, values)
        return True

    def _counted(self, list_: str, names: set[str]) -> ir.Table:
        table = self.members[list_]
        sums: dict[str, ir.Value] = {}
        for name in sorted(names):
            sums[f"{name}.any"] = sure(table[name]).any()
            sums[f"{name}.maybe"] = possible(table[name]).any()
            sums[f"{name}.every"] = sure(table[name]).all()
            sums[f"{name}.likely"] = possible(table[name]).all()
        return self.stages.grouped(f"{list_}_counted", table, (VIEW,), sums)


def quantified(means: QuantifiedColumn, table: ir.Table) -> ir.BooleanValue:
    """Combine members' values: over an incomplete list nothing is certain but a hit or a counterexample."""
    name, complete = column(means.member_column), table[means.list + COMPLETE]
    if means.quantifier == "every":
        every, likely = possible(table[f"{name}.every"]), possible(table[f"{name}.likely"])
        return three_valued(every & complete, likely)
    hit, maybe = sure(table[f"{name}.any"]), sure(table[f"{name}.maybe"]) | ~complete
    some = three_valued(hit, maybe)
    return some if means.quantifier == "any" else ~some
