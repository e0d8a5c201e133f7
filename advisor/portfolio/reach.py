"""What open verdicts hang on: from what is contested down to facts and lists, through all that is undecided.

The same as advisor.settle finds for one deal, as flags of tables. A unit is reached where it is undecided and what it
concludes is reached; a column where it is undecided and a reached unit reads it in a part that is undecided, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import and_, or_

import ibis.expr.types as ir

from advisor.model import CASE, FactTest, KnowledgeTest
from advisor.portfolio.encode import COMPLETE, FALSE, States, sure, undecided
from advisor.portfolio.fold import fold
from advisor.portfolio.infer import VIEW, column, holds, unit
from advisor.portfolio.slice import Slice, below, references
from advisor.portfolio.stages import Stages
from advisor.program import Column, QuantifiedColumn, Tree, Unit

Reader = tuple[Unit, tuple[Tree, ...]]
"""A unit that reads a column, and the parts of its condition in which the column stands, but for the whole."""


class Reach:
    """Follows views down from contested units, deals and members by turns.

    `deals` has a row for each view with all values of the deal, `members` those of each list in the same views or more;
    `contested` names for units of the deal the columns that say where they are.
    """

    def __init__(
        self,
        sheet: Slice,
        stages: Stages,
        deals: ir.Table,
        members: Mapping[str, ir.Table],
        contested: Mapping[int, Sequence[str]],
    ) -> None:
        self.sheet = sheet
        self.stages = stages
        self.tables = {CASE: deals, **members}
        self.contested = contested
        units, columns = below(sheet.program, contested)
        self._units = [each for each in sheet.units if each.number in units]
        self._columns = {each.number: each for each in sheet.columns if each.number in columns}
        self._readers: dict[int, list[Reader]] = defaultdict(list)
        for each in self._units:
            for number, parts in _leaves(each.tree):
                self._readers[number].append((each, parts[1:]))
        means = {each.number: each.means for each in self._columns.values()}
        self._quantifiers = {n: found for n, found in means.items() if isinstance(found, QuantifiedColumn)}
        self._asking: dict[int, list[str]] = defaultdict(list)
        for number, quantified in self._quantifiers.items():
            self._asking[quantified.member_column].append(_reached(column(number)))
        self._found: set[str] = set()
        self._flags: dict[str, list[str]] = defaultdict(list)
        self._run()

    @property
    def deals(self) -> ir.Table:
        """The table of views, with what is reached."""
        return self.tables[CASE]

    def flags(self) -> dict[str, ir.BooleanValue]:
        """Return for each fact and each list that a verdict can hang on in which views it does."""
        table = self.deals
        flags = {path: [table[name] for name in names] for path, names in self._flags.items()}
        for path, flag in self._facts(CASE, self._columns.values()):
            flags.setdefault(path, []).append(flag)
        for number, means in self._quantifiers.items():
            more = table[_reached(column(number))] & ~table[means.list + COMPLETE]
            flags.setdefault(means.list, []).append(more)
        return {path: fold(or_, found) for path, found in sorted(flags.items())}

    def _run(self) -> None:
        moved = True
        while moved:
            moved = self._step(CASE)
            for list_ in self.sheet.lists:
                moved = self._members(list_) or moved

    def _step(self, scope: str) -> bool:
        """Go down in one table as far as it goes; tell whether that was any way at all."""
        moved = False
        while ready := {**self._ready_units(scope), **self._ready_columns(scope)}:
            self.tables[scope] = self.stages.extend(f"{scope}_reached", self.tables[scope], ready)
            self._found |= ready.keys()
            moved = True
        return moved

    def _ready_units(self, scope: str) -> dict[str, ir.BooleanValue]:
        """Return the units whose conclusion was followed up, where they are reached."""
        table = self.tables[scope]
        found: dict[str, ir.BooleanValue] = {}
        for each in self._units:
            name = unit(each.number)
            above = [] if each.writes not in self._columns else [_reached(column(each.writes))]
            if each.scope == scope and _reached(name) not in self._found and self._found.issuperset(above):
                flags = [table[one] for one in (*above, *self.contested.get(each.number, ()))]
                found[_reached(name)] = table[name].isnull() & fold(or_, flags, FALSE)
        return found

    def _ready_columns(self, scope: str) -> dict[str, ir.BooleanValue]:
        """Return the columns all of whose readers were followed up, where they are reached."""
        table = self.tables[scope]
        found: dict[str, ir.BooleanValue] = {}
        for each in self._columns.values():
            name = _reached(column(each.number))
            if each.scope == scope and name not in self._found:
                away = [_given(list_, each) for list_ in self._lists_reading(each)]
                asked = self._asking[each.number]
                brought = {_brought(scope, one) for one in asked}
                if self._read_by_all(each, scope) and self._found.issuperset({*away, *brought}):
                    flags = [*self._reading(table, each, scope), *(sure(table[one]) for one in (*away, *asked))]
                    found[name] = table[column(each.number)].isnull() & fold(or_, flags)
        return found

    def _lists_reading(self, each: Column) -> list[str]:
        """Return the lists whose members read a column of the deal."""
        return sorted({reader.scope for reader, _ in self._readers[each.number]} - {each.scope})

    def _read_by_all(self, each: Column, scope: str) -> bool:
        """Tell whether all units of a table that read a column were followed up."""
        readers = (reader for reader, _ in self._readers[each.number] if reader.scope == scope)
        return all(_reached(unit(reader.number)) in self._found for reader in readers)

    def _reading(self, table: ir.Table, each: Column, scope: str) -> Iterator[ir.BooleanValue]:
        """Yield where a unit of a table reaches a column."""
        for reader, parts in self._readers[each.number]:
            if reader.scope == scope:
                through = (undecided(holds(part, lambda number: table[column(number)])) for part in parts)
                yield fold(and_, [table[_reached(unit(reader.number))], *through])

    def _facts(self, scope: str, columns: Iterable[Column]) -> Iterator[tuple[str, ir.BooleanValue]]:
        """Yield the facts and lists that reached tests read; where it compares two facts, those that are unknown."""
        table = self.tables[scope]
        states = States(table, self.sheet.knowledge)
        for each in columns:
            if each.scope == scope and isinstance(each.means, (FactTest, KnowledgeTest)):
                flag, paths = table[_reached(column(each.number))], references(each.means)
                for path in paths:
                    yield path, flag & ~states.known(path) if len(paths) > 1 else flag

    def _members(self, list_: str) -> bool:
        """Follow the quantifiers that are reached to the members of a list, and give back what these reach."""
        asked = {_reached(column(n)) for n, found in self._quantifiers.items() if found.list == list_} & self._found
        new = sorted(name for name in asked if _brought(list_, name) not in self._found)
        if not new:
            return False
        table = self.stages.beside(f"{list_}_reached", self.tables[list_], self.deals, VIEW, new, "inner")
        self.tables[list_] = table
        self._found |= {_brought(list_, name) for name in new}
        before = set(self._found)
        self._step(list_)
        self._give_back(list_, before)
        return True

    def _give_back(self, list_: str, before: set[str]) -> None:
        """Say of each view which facts any member reaches, and which columns of the deal."""
        table = self.tables[list_]
        given: dict[str, ir.BooleanValue] = {}
        reached = (c for c in self._columns.values() if _reached(column(c.number)) in self._found - before)
        by_path: dict[str, list[ir.BooleanValue]] = defaultdict(list)
        for path, flag in self._facts(list_, reached):
            by_path[path].append(flag)
        for path, flags in by_path.items():
            name = f"{_reached(path)}_{list_}_{len(self._flags[path])}"
            self._flags[path].append(name)
            given[name] = fold(or_, flags).any()
        for each in self._columns.values():
            name = _given(list_, each)
            reads = each.scope == CASE and list_ in self._lists_reading(each)
            if reads and name not in self._found and self._read_by_all(each, list_):
                given[name] = fold(or_, self._reading(table, each, list_)).any()
        counted = self.stages.grouped(f"{list_}_reaches", table, (VIEW,), given)
        joined = self.stages.beside(f"{CASE}_reached", self.deals, counted, VIEW, given)
        self.tables[CASE] = self.stages.extend(f"{CASE}_reached", joined, {n: sure(joined[n]) for n in given})
        self._found |= given.keys()


def _reached(name: str) -> str:
    return f"reached_{name}"


def _given(list_: str, each: Column) -> str:
    """Name the column of the deal that says whether any member of a list reaches a column of the deal."""
    return f"{_reached(column(each.number))}_{list_}"


def _brought(list_: str, name: str) -> str:
    return f"{list_} {name}"


def _leaves(tree: Tree, above: tuple[Tree, ...] = ()) -> Iterator[tuple[int, tuple[Tree, ...]]]:
    """Yield the columns that a condition reads, each with the parts in which it stands, outermost first."""
    if tree.lit is not None:
        yield tree.lit.column, above
    for part in tree.parts:
        yield from _leaves(part, (*above, tree))
