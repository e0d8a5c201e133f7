"""From the units of all views to a verdict for each deal, and which verdicts are still possible (advisor.arbitrate)."""

from __future__ import annotations

from collections.abc import Mapping
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from advisor.arbitrate import Contender
from advisor.model import CASE, FALLBACK
from advisor.portfolio.bits import Bits
from advisor.portfolio.encode import LIVE, possible, sure
from advisor.portfolio.fold import fold
from advisor.portfolio.infer import VIEW, unit
from advisor.portfolio.layout import ROW
from advisor.portfolio.reach import Reach
from advisor.portfolio.slice import Slice
from advisor.portfolio.stages import Stages
from advisor.portfolio.views import CALM_WORLD, CLOSED_WORLD, LIVE_NOW, OPEN_WORLD, WORLD, view_number

CERTAIN, VERDICT, SETTLED = "certain", "verdict", "settled"
NOWHERE = -1
"""The number of no view."""


class Decisions:
    """The verdict of each view, of each state of the quarantine, and of each deal.

    A verdict is a bit, and so are the rules that put forward verdicts and those that stop a deal. `members` have the
    values of members. `hanging` names for each fact and list that verdicts can hang on the column that says so.
    """

    def __init__(self, sheet: Slice, stages: Stages, views: ir.Table, members: Mapping[str, ir.Table]) -> None:
        self.sheet = sheet
        self.stages = stages
        self.members = members
        self.contenders = sheet.arbiter.contenders
        self.verdicts = Bits("possible", [*sheet.knowledge.order.verdicts, FALLBACK])
        self.standing = Bits("standing", (c.unit.name for c in self.contenders))
        self.stops = Bits("stopped_by", (u.name for u in sheet.stops))
        self.views = self._decided(views)
        self.states = self._states()
        self.hanging: dict[str, str] = {}
        self.deals = self._deals()

    @property
    def possible(self) -> str:
        """The column of the verdicts that are possible: one word holds them."""
        return self.verdicts.column(0)

    def rules_of(self, verdict: str) -> list[str]:
        """Return the rules that put forward a verdict, by rank."""
        return [c.unit.name for c in self.contenders if c.verdict == verdict]

    def _unbeaten(self, table: ir.Table, contender: Contender) -> ir.BooleanValue:
        beaten = [~sure(value) for value in self._defeaters(table, contender)]
        return fold(and_, beaten, ibis.literal(True))

    def _defeaters(self, table: ir.Table, contender: Contender) -> list[ir.BooleanValue]:
        units = self.sheet.program.units
        return [table[unit(n)] for n in contender.defeated_by if units[n].scope == CASE]

    def _certain(self, table: ir.Table, contender: Contender) -> ir.BooleanValue:
        unbeatable = [~possible(value) for value in self._defeaters(table, contender)]
        return fold(and_, [sure(table[unit(contender.unit.number)]), *unbeatable])

    def _decided(self, views: ir.Table) -> ir.Table:
        """Say of each view who stands, who could still win, and what that hangs on."""
        unbeaten = {_unbeaten(n): self._unbeaten(views, c) for n, c in enumerate(self.contenders)}
        first = {CERTAIN: self._first([self._certain(views, c) for c in self.contenders])}
        decided = self.stages.extend("decided", views, {**unbeaten, **first})
        contested = {contest(n): self._contested(decided, n) for n in range(len(self.contenders))}
        stands = {c.unit.name: self._stands(decided, n) for n, c in enumerate(self.contenders)}
        verdict = {VERDICT: self._verdict(list(stands.values()))}
        stopped = self.stops.gather({u.name: sure(decided[unit(u.number)]) for u in self.sheet.stops})
        columns = {**contested, **verdict, **self.standing.gather(stands), **stopped}
        decided = self.stages.extend("decided", decided, columns)
        return self.stages.extend("decided", decided, self._possible(decided))

    def _first(self, flags: list[ir.BooleanValue]) -> ir.IntegerValue:
        cases = [(flag, ibis.literal(n, "int16")) for n, flag in enumerate(flags)]
        none = ibis.literal(len(flags), "int16")
        return ibis.cases(*cases, else_=none) if cases else none

    def _contested(self, table: ir.Table, place: int) -> ir.BooleanValue:
        """Tell whether a contender could still win: it is possible, not beaten, and behind none that is certain."""
        alive = possible(table[unit(self.contenders[place].unit.number)]) & table[_unbeaten(place)]
        return alive & (table[CERTAIN] >= place)

    def _stands(self, table: ir.Table, place: int) -> ir.BooleanValue:
        return sure(table[unit(self.contenders[place].unit.number)]) & table[_unbeaten(place)]

    def _verdict(self, stands: list[ir.BooleanValue]) -> ir.IntegerValue:
        bits = [ibis.literal(self.verdicts.bit(c.verdict), "int64") for c in self.contenders]
        none = ibis.literal(self.verdicts.bit(FALLBACK), "int64")
        return ibis.cases(*zip(stands, bits, strict=True), else_=none) if bits else none

    def _possible(self, table: ir.Table) -> dict[str, ir.IntegerValue]:
        found: dict[str, list[ir.BooleanValue]] = {FALLBACK: [table[CERTAIN] == len(self.contenders)]}
        for place, contender in enumerate(self.contenders):
            found.setdefault(contender.verdict, []).append(table[contest(place)])
        return self.verdicts.gather({verdict: fold(or_, flags) for verdict, flags in found.items()})

    def _states(self) -> ir.Table:
        """Choose for each deal and state of its quarantine the world that settles it; name the view of an open one."""
        views = self.views
        worlds = {"calm": views[WORLD] == CALM_WORLD, "wide": views[WORLD] == OPEN_WORLD}
        kept = (VERDICT, *self.standing.columns, *self.stops.columns)
        columns = {name: views[name].max(where=views[WORLD] == CLOSED_WORLD) for name in kept}
        columns |= {at: views[self.possible].max(where=there) for at, there in worlds.items()}
        seen = self.stages.grouped("states", views, (ROW, LIVE, LIVE_NOW), columns)
        calm = (seen["calm"] & seen[VERDICT]) != 0
        possible = ibis.ifelse(calm, seen["calm"], seen["wide"])
        world = ibis.ifelse(calm, ibis.literal(CALM_WORLD, "int8"), ibis.literal(OPEN_WORLD, "int8"))
        view = ibis.ifelse(possible == seen[VERDICT], NOWHERE, view_number(seen[ROW], seen[LIVE], world))
        return self.stages.extend("states", seen, {self.possible: possible, VIEW: view})

    def _deals(self) -> ir.Table:
        """Bring the states of the quarantine together: the one that holds now decides, all say what is possible."""
        states = self.states
        now = states[LIVE] == states[LIVE_NOW]
        columns = {n: states[n].max(where=now) for n in (VERDICT, *self.standing.columns, *self.stops.columns)}
        columns |= {name: self.verdicts.has(states, name).any() for name in self.verdicts.names}
        found = self.stages.grouped("decisions", states, (ROW,), columns)
        possible = self.verdicts.gather({name: found[name] for name in self.verdicts.names})
        found = self.stages.extend("decisions", found, possible)
        found = self.stages.extend("decisions", found, {SETTLED: found[self.possible] == found[VERDICT]})
        return self._hung(found)

    def _hung(self, deals: ir.Table) -> ir.Table:
        """Say what open deals hang on: in each open view, what contested candidates and what could defeat them do."""
        views = self.stages.beside("open", self.views, self._open(), VIEW, (), "inner")
        contested: dict[int, list[str]] = {}
        for place, contender in enumerate(self.contenders):
            for number in (contender.unit.number, *contender.defeated_by):
                if self.sheet.program.units[number].scope == CASE:
                    contested.setdefault(number, []).append(contest(place))
        reach = Reach(self.sheet, self.stages, views, self.members, contested)
        flags = reach.flags()
        self.hanging = {name: _hangs(name) for name in flags}
        told = self.stages.only("hanging", reach.deals, {_hangs(name): flag for name, flag in flags.items()}, [ROW])
        found = self.stages.grouped("hanging", told, (ROW,), {name: told[name].any() for name in self.hanging.values()})
        joined = self.stages.beside("decisions", deals, found, ROW, self.hanging.values())
        return self.stages.extend("decisions", joined, {name: sure(joined[name]) for name in self.hanging.values()})

    def _open(self) -> ir.Table:
        """Return the views of open deals."""
        return self.stages.only("open", self.states, {}, [VIEW])


def contest(place: int) -> str:
    """Name the column that says whether a contender could still win."""
    return f"contested_{place}"


def _unbeaten(place: int) -> str:
    return f"unbeaten_{place}"


def _hangs(name: str) -> str:
    return f"hangs_{name}"
