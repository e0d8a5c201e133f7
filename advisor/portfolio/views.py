"""The views in which a deal is judged: worlds, and states of the quarantine (docs/semantics.md)."""

from __future__ import annotations

from operator import or_

import ibis
import ibis.expr.types as ir

from advisor.model import CASE, GRADES, Fact, FactTest, KnowledgeTest, Test
from advisor.portfolio.bits import Bits
from advisor.portfolio.encode import (
    CLOSED,
    COMPLETE,
    CONTRADICTED,
    ENDINGS,
    FALSE,
    GIVEN,
    GRADE,
    IMPROPER,
    LIVE,
    MAYBE,
    NONE,
    OPEN,
    QUIET,
    SILENT,
    STALE,
    States,
    column_type,
    encoded,
    sure,
    tested,
    undecided,
)
from advisor.portfolio.fold import fold
from advisor.portfolio.infer import VIEW, holds
from advisor.portfolio.layout import ROW
from advisor.portfolio.slice import Slice, references
from advisor.portfolio.stages import Stages
from advisor.program import Program
from advisor.quarantine import Quarantine

WORLD, SPREAD, MATTERS, LIVE_NOW = "world", "spread", "matters", "live_now"
CLOSED_WORLD, CALM_WORLD, OPEN_WORLD = 0, 1, 2
"""The closed world; the open one in which nothing happened of which nothing is on file; the open one."""
_WORLDS = 3


class Views:
    """The views of deals and of their members. `deals` and `members` hold states as tables tell them."""

    def __init__(self, sheet: Slice, stages: Stages, deals: ir.Table, members: dict[str, ir.Table]) -> None:
        self.sheet = sheet
        self.knowledge = sheet.knowledge
        self.stages = stages
        self.tender = sorted(Quarantine(self.knowledge).paths)
        self.kept_out = Bits("kept_out", self._sensitive(deals, members))
        self.told = self._told(deals, members)
        self.deals = self._views()
        self.members = {name: self._members(name, members[name]) for name in sheet.lists}

    def _sensitive(self, deals: ir.Table, members: dict[str, ir.Table]) -> list[str]:
        """Return the paths of what may have to be kept out, as far as tables tell."""
        names = [name for table in (deals, *members.values()) for name in table.columns]
        return sorted({path for path in self.knowledge.facts for end in (IMPROPER, SILENT) if path + end in names})

    def _told(self, deals: ir.Table, members: dict[str, ir.Table]) -> ir.Table:
        """Say of each deal whether a tender is live, and whether anything in it would be kept out then."""
        for name, table in members.items():
            found = {flag: sure(table[flag]).any() for flag in table.columns if flag.endswith((IMPROPER, SILENT))}
            if found:
                any_of_them = self.stages.grouped(f"{name}_told", table, (ROW,), found)
                deals = self.stages.beside("told", deals, any_of_them, ROW, found)
        closed, opened = self._tender(deals, open_world=False), self._tender(deals, open_world=True)
        flags = (sure(deals[name]) for name in deals.columns if name.endswith((IMPROPER, SILENT)))
        matters = fold(or_, flags, FALSE)
        live = ibis.ifelse(matters, _level(closed), _small(0))
        spread = matters & undecided(opened)
        told = self.stages.extend("told", deals, {MATTERS: matters, SPREAD: spread, LIVE_NOW: live})
        return self.stages.extend("told", told, self.kept_out.gather(self._kept_out(told)))

    def _kept_out(self, table: ir.Table) -> dict[str, ir.BooleanValue]:
        """Say of each fact whether the state of the quarantine that holds now keeps it out."""
        found = {path: _taken(table, path, LIVE_NOW) for path in self.kept_out.names}
        return {path: sure(flag) for path, flag in found.items() if flag is not None}

    def _tender(self, deals: ir.Table, open_world: bool) -> ir.BooleanValue:
        """Tell whether a tender is live, as far as anybody knows."""
        encoder, condition = Quarantine(self.knowledge).condition
        states = States(deals, self.knowledge, open_world)
        return holds(condition, lambda number: tested(_test(encoder.program, number), states))

    def _views(self) -> ir.Table:
        """Give each deal a row for each view: three worlds, and while it is undecided, for each state of the tender."""
        told = self.told
        one = [ibis.array([_small(live * _WORLDS + n) for n in range(_WORLDS)]) for live in range(3)]
        each = ibis.array([_small(n) for n in range(3 * _WORLDS)])
        kind = ibis.cases(
            (told[SPREAD], each), (told[LIVE_NOW] == 2, one[2]), (told[LIVE_NOW] == 1, one[1]), else_=one[0]
        )
        lists = [name + end for name in self.knowledge.lists for end in (GIVEN, COMPLETE)]
        keep = (ROW, LIVE_NOW, *(name for name in told.columns if name in lists or self._bears(name)))
        keys = self.stages.only("views", told, {"kind": kind.unnest()}, keep)
        world, live = (keys.kind % _WORLDS).cast("int8"), (keys.kind // _WORLDS).cast("int8")
        views = self.stages.extend(
            "views",
            keys,
            {
                VIEW: view_number(keys[ROW], live, world),
                WORLD: world,
                LIVE: live,
                CLOSED: world == CLOSED_WORLD,
                QUIET: world == CALM_WORLD,
                OPEN: (world != CLOSED_WORLD) & MAYBE,
            },
        )
        facts = [self.knowledge.facts[path] for path in self.sheet.paths]
        return self.stages.extend("views", views, self._seen(views, [fact for fact in facts if fact.scope == CASE]))

    def _bears(self, column: str) -> bool:
        """Tell whether a column holds a state that some test reads, or that says whether it may be used."""
        path = next((column.removesuffix(end) for end in ENDINGS if column.endswith(end)), column)
        return path in self.sheet.paths

    def _members(self, list_: str, table: ir.Table) -> ir.Table:
        """Give members a row for each view of their deal, with the states of the deal that theirs are compared with."""
        compared = {path for c, test in self.sheet.tests if c.scope == list_ for path in references(test)}
        facts = {path: self.knowledge.facts[path] for path in sorted(compared)}
        states = [path + end for path, fact in facts.items() if fact.scope == CASE for end in ("", NONE)]
        keys = (VIEW, LIVE, CLOSED, QUIET, OPEN, *(name for name in states if name in self.deals.columns))
        joined = self.stages.beside(list_, table, self.deals, ROW, keys, "inner")
        return self.stages.extend(list_, joined, self._seen(joined, [f for f in facts.values() if f.scope == list_]))

    def _seen(self, table: ir.Table, facts: list[Fact]) -> dict[str, ir.Value]:
        """Return the states of facts as a view has them: some kept out, some quiet."""
        seen: dict[str, ir.Value] = {}
        for fact in facts:
            if fact.path in table.columns or fact.incident:
                seen.update(self._state(table, fact))
        return seen

    def _state(self, table: ir.Table, fact: Fact) -> dict[str, ir.Value]:
        states, path = States(table, self.knowledge), fact.path
        value, absent = states.value(path), states.absent(path)
        found: dict[str, ir.Value] = {} if value is None else {path: value}
        if absent is not None:
            found[path + NONE] = absent
        for end in (CONTRADICTED, STALE, GRADE):
            if path + end in table.columns:
                found[path + end] = table[path + end]
        taken = _taken(table, path, LIVE)
        if taken is not None:
            blank = {GRADE: _small(0)}
            found = {
                name: ibis.ifelse(taken, blank.get(name.removeprefix(path), _nothing(one, name == path)), one)
                for name, one in found.items()
            }
        return self._quiet(table, fact, found) if fact.incident else found

    def _quiet(self, table: ir.Table, fact: Fact, found: dict[str, ir.Value]) -> dict[str, ir.Value]:
        """Take an incident for one that did not happen, where a view asks for that and nothing is on file."""
        path = fact.path
        unknown = found[path].isnull() if path in found else ibis.literal(True)
        for end in (NONE, CONTRADICTED):
            if path + end in found:
                unknown = unknown & ~found[path + end]
        calm = table[QUIET] & unknown
        if fact.quiet is None:
            found[path + NONE] = found[path + NONE] | calm if path + NONE in found else calm
        else:
            quiet = encoded(fact, fact.quiet).cast(column_type(fact))
            found[path] = ibis.ifelse(calm, quiet, found.get(path, ibis.null(quiet.type())))
        if "evidence" in self.sheet.asked(path):
            told = found.get(path + GRADE, _small(GRADES.index("told")))
            found[path + GRADE] = ibis.ifelse(calm, _small(len(GRADES) - 1), told)
        return found


def view_number(row: ir.IntegerValue, live: ir.IntegerValue, world: ir.IntegerValue) -> ir.IntegerValue:
    """Return the key of a view."""
    return row.cast("int64") * 3 * _WORLDS + live * _WORLDS + world


def _test(program: Program, number: int) -> Test:
    means = program.columns[number].means
    assert isinstance(means, (FactTest, KnowledgeTest)), "the quarantine hangs on facts of the deal alone"
    return means


def _taken(table: ir.Table, path: str, live: str) -> ir.BooleanValue | None:
    """Tell where a fact is kept out, given the column that says whether a tender is live; None: nowhere."""
    found = []
    for end, least in ((IMPROPER, 1), (SILENT, 2)):
        if path + end in table.columns:
            found.append(table[path + end] & (table[live] >= least))
    return fold(or_, found) if found else None


def _small(number: int) -> ir.IntegerScalar:
    return ibis.literal(number, "int8")


def _nothing(value: ir.Value, of_value: bool) -> ir.Scalar:
    return ibis.null(value.type()) if of_value else ibis.literal(False)


def _level(value: ir.BooleanValue) -> ir.IntegerValue:
    """Return 0, 1 or 2 for no, undecided or yes."""
    return ibis.ifelse(undecided(value), _small(1), ibis.ifelse(value, _small(2), _small(0)))
