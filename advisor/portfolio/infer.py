"""The units of a program as columns: level after level, for deals and for the members of their lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import add, and_, or_
from typing import TypeGuard

import ibis
import ibis.expr.types as ir

from advisor.model import CASE, FactTest, KnowledgeTest, Test
from advisor.portfolio.bits import together, union, where
from advisor.portfolio.encode import COMPLETE, States, possible, sure, tested, three_valued
from advisor.portfolio.fold import fold
from advisor.portfolio.hooks import Hooks, hook, hung
from advisor.portfolio.slice import Slice, literals, references
from advisor.portfolio.stages import Stages
from advisor.program import Column, FindingColumn, HelperColumn, Meaning, QuantifiedColumn, Tree, Unit

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
    those of the deal that are compared with them. With `hooks`, what each undecided value hangs on goes along.
    """

    def __init__(
        self, sheet: Slice, stages: Stages, deals: ir.Table, members: dict[str, ir.Table], hooks: Hooks
    ) -> None:
        self.sheet = sheet
        self.stages = stages
        self.deals = deals
        self.members = members
        self.hooks = hooks
        self._late: dict[str, dict[str, Column | Unit]] = {scope: {} for scope in (CASE, *sheet.lists)}
        self._means = {c.number: c for c in sheet.columns}
        self._run()

    def given_back(self) -> list[str]:
        """Return the columns of the deal that came of its members, and what these hang on."""
        asked = {column(c.number) for c in self.sheet.columns if isinstance(c.means, QuantifiedColumn)}
        asked |= {unit(u.number) for u in self.sheet.stops if u.scope != CASE}
        words = {hook(word, name) for word in self.hooks.bits.words for name in asked}
        return [name for name in self.deals.columns if name in asked | words]

    def table(self, scope: str) -> ir.Table:
        """Return the table of views, or of members of a list."""
        return self.deals if scope == CASE else self.members[scope]

    def hangs_on(self, table: ir.Table, number: int, word: int) -> ir.IntegerValue | None:
        """Return a word of what a column hangs on, if it is undecided; None: it never has bits there."""
        if word not in self.hooks.of_columns[number]:
            return None
        means, name = self._means[number].means, column(number)
        if not _is_test(means) or hook(word, name) in table.columns:
            return table[hook(word, name)]
        return where(table[name].isnull(), self.hooks.bits.bit(means.path))

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
        self._catch_up(scope)
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
        """Add values to a table, and what those hang on that were added before: two queries would cost more."""
        table = self.table(scope)
        values: dict[str, ir.Value] = {name: self._value(one, table) for name, one in what.items()}
        self._keep(scope, self.stages.extend(scope, table, {**values, **self._waiting(scope)}))
        self._late[scope].update(what)

    def _waiting(self, scope: str) -> dict[str, ir.Value]:
        """Return what the values hang on that were added last, and forget them."""
        table, late = self.table(scope), self._late[scope]
        self._late[scope] = {}
        return {key: bits for name, one in late.items() for key, bits in self._hanging(one, name, table)}

    def _catch_up(self, scope: str) -> None:
        self._keep(scope, self.stages.extend(scope, self.table(scope), self._waiting(scope)))

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

    def _hanging(self, one: Column | Unit, name: str, table: ir.Table) -> Iterator[tuple[str, ir.IntegerValue]]:
        """Yield the words of what a value hangs on, where they are not read off the value itself."""
        of = self.hooks.of_units if isinstance(one, Unit) else self.hooks.of_columns
        for word in sorted(of[one.number]):
            if isinstance(one, Unit):
                bits = self._below(one, word, table)
            elif isinstance(one.means, (FactTest, KnowledgeTest)):
                bits = self._compared(one.means, word, table)
            else:
                writers = [u for u in self.sheet.writers(one.number) if word in self.hooks.of_units[u.number]]
                bits = together(table[hook(word, unit(u.number))] for u in writers)
            if bits is not None:
                yield hook(word, name), where(table[name].isnull(), bits)

    def _below(self, one: Unit, word: int, table: ir.Table) -> ir.IntegerValue | None:
        def value(tree: Tree) -> ir.BooleanValue:
            return holds(tree, lambda number: table[column(number)])

        return hung(one.tree, value, lambda number: self.hangs_on(table, number, word))

    def _compared(self, test: Test, word: int, table: ir.Table) -> ir.IntegerValue | None:
        """Of a comparison of two facts, it has to be seen which one is unknown."""
        paths, states = references(test), States(table, self.sheet.knowledge)
        if len(paths) == 1:
            return None
        here = (path for path in paths if self.hooks.bits.word(path) == word)
        return together(where(~states.known(path), self.hooks.bits.bit(path)) for path in here)

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
        words = {hook(word, column(number)) for number in wanted for word in self.hooks.bits.words}
        return {column(number) for number in wanted} | (words & there)

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
        words = {key: bits for c, m in asked for key, bits in self._hanging_members(c, m)}
        self.deals = self.stages.extend(CASE, self.deals, words)
        return True

    def _counted(self, list_: str, names: set[str]) -> ir.Table:
        table = self.members[list_]
        sums: dict[str, ir.Value] = {}
        for name in sorted(names):
            sums[f"{name}.any"] = sure(table[name]).any()
            sums[f"{name}.maybe"] = possible(table[name]).any()
            sums[f"{name}.every"] = sure(table[name]).all()
            sums[f"{name}.likely"] = possible(table[name]).all()
            words = (hook(word, name) for word in self.hooks.bits.words)
            sums.update({f"{word}.any": union(table[word]) for word in words if word in table.columns})
        return self.stages.grouped(f"{list_}_counted", table, (VIEW,), sums)

    def _hanging_members(self, each: Column, means: QuantifiedColumn) -> Iterator[tuple[str, ir.IntegerValue]]:
        """Yield what a quantifier hangs on: what any of the members does, and the list where it may hold more."""
        table, undecided = self.deals, self.deals[column(each.number)].isnull()
        for word in sorted(self.hooks.of_columns[each.number]):
            name = hook(word, column(means.member_column)) + ".any"
            found = table[name].fill_null(0) if name in table.columns else None
            more = None
            if self.hooks.bits.word(means.list) == word:
                more = where(~table[means.list + COMPLETE], self.hooks.bits.bit(means.list))
            bits = together((found, more))
            if bits is not None:
                yield hook(word, column(each.number)), where(undecided, bits)


def _is_test(means: Meaning) -> TypeGuard[Test]:
    return isinstance(means, (FactTest, KnowledgeTest))


def quantified(means: QuantifiedColumn, table: ir.Table) -> ir.BooleanValue:
    """Combine members' values: over an incomplete list nothing is certain but a hit or a counterexample."""
    name, complete = column(means.member_column), table[means.list + COMPLETE]
    if means.quantifier == "every":
        every, likely = possible(table[f"{name}.every"]), possible(table[f"{name}.likely"])
        return three_valued(every & complete, likely)
    hit, maybe = sure(table[f"{name}.any"]), sure(table[f"{name}.maybe"]) | ~complete
    some = three_valued(hit, maybe)
    return some if means.quantifier == "any" else ~some
