"""Tables of cells to tables of states, and to a set of the columns in which something is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from operator import or_

import ibis
import ibis.expr.types as ir

from advisor.load.reader import MAX_TEXT
from advisor.model import CASE
from advisor.portfolio import encode
from advisor.portfolio.bits import Bits, parted, where
from advisor.portfolio.fold import fold
from advisor.portfolio.layout import AS_OF, COMPLETE, CURRENCY, DEAL, ROW, TITLE
from advisor.portfolio.slice import Slice
from advisor.portfolio.stages import Stages
from advisor.portfolio.states import NO, YES, Cells, day, longer

SHAPE = "shape"
_ANY = "any"


class Read:
    """What tables of cells say: states of deals and members, and by row the columns that are wrong (`wrong`)."""

    def __init__(
        self,
        sheet: Slice,
        stages: Stages,
        deals: Collection[str],
        members: Mapping[str, Collection[str]],
        on: date | None,
    ) -> None:
        self.sheet = sheet
        self.stages = stages
        self.lists = sheet.knowledge.lists
        self.cells = _table("deals", deals)
        self.given = {name: _table(name, columns) for name, columns in members.items()}
        written = day(self.cells[AS_OF]) if AS_OF in deals else ibis.null("date")
        self.day = written if on is None else written.fill_null(ibis.literal(on))
        self.dated = stages.extend("dated", self.cells, {encode.DAY: self.day})
        self.members = {name: self._members(name) for name in members}
        self.deals = self._deals()
        self.wrong = self._wrong()

    def _deals(self) -> ir.Table:
        table = self.dated
        states = Cells(table, self.sheet, table[encode.DAY]).states(CASE)
        return self.stages.only("told", table, {ROW: table[ROW], **states, **self._lists(table)})

    def _lists(self, table: ir.Table) -> dict[str, ir.BooleanValue]:
        found: dict[str, ir.BooleanValue] = {}
        for name in self.lists:
            given, complete = encode.FALSE, ibis.literal(True)
            if name in table.columns:
                given = ~table[name].isin(["", "unknown", "null"])
            if name + COMPLETE in table.columns:
                complete = ~table[name + COMPLETE].lower().isin(NO)
            found |= {name + encode.GIVEN: given, name + encode.COMPLETE: given & complete}
        return found

    def _members(self, list_: str) -> tuple[ir.Table, ir.Table]:
        """Return the states of members, and by row whether any cell of theirs is wrong."""
        table = self.stages.beside(list_, self.given[list_], self.dated, ROW, [encode.DAY], "inner")
        cells = Cells(table, self.sheet, table[encode.DAY])
        states = self.stages.only(list_, table, {ROW: table[ROW], **cells.states(list_)})
        long = (longer(table[name], MAX_TEXT) for name in ("name", self.lists[list_].titled_by))
        slug = ~table["id"].re_search(r"^([a-z0-9]+(-[a-z0-9]+)*)?$") | longer(table["id"], 80)
        flag = fold(or_, [*cells.wrong(list_).values(), *long, slug])
        wrong = self.stages.only(f"{list_}_wrong", table, {ROW: table[ROW], _ANY: flag})
        return states, self.stages.grouped(f"{list_}_wrong", wrong, (ROW,), {list_: wrong[_ANY].any()})

    def _wrong(self) -> ir.Table:
        """Give by row the text of the columns that are wrong; empty: none is."""
        table = self.dated
        flags = Cells(table, self.sheet, table[encode.DAY]).wrong(CASE)
        flags[AS_OF] = table[encode.DAY].isnull()
        if AS_OF in table.columns:
            written = table[AS_OF]
            flags[AS_OF] |= (written != "") & day(written).isnull()
        for name in (DEAL, TITLE, CURRENCY):
            if name in table.columns:
                flags[name] = longer(table[name], MAX_TEXT)
        for name in (name + COMPLETE for name in self.lists):
            if name in table.columns:
                flags[name] = ~table[name].lower().isin(["", *YES, *NO])
        bits = Bits("wrong", [*flags, *self.members])
        found = self.stages.only("wrong", table, {ROW: table[ROW], SHAPE: table[SHAPE], **bits.gather(flags)})
        for name, (_, wrong) in self.members.items():
            found = self.stages.beside("wrong", found, wrong, ROW, [name])
            column = bits.column(bits.word(name))
            flag = where(encode.sure(found[name]), bits.bit(name))
            found = self.stages.extend("wrong", found, {column: found[column] | flag})
        return self.stages.only(
            "wrong", found, {ROW: found[ROW], "problems": parted(found[SHAPE] + bits.behind_blanks(found))}
        )


def _table(name: str, columns: Collection[str]) -> ir.Table:
    types = {column: "int64" if column == ROW else "string" for column in columns}
    return ibis.table(types, name=f"given_{name}")
