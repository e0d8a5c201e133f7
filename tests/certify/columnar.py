"""The answer in columns: all deals of a rule set in one table, judged by one plan, with every value on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import ibis

from advisor.evidence import View
from advisor.model import CASE
from advisor.portfolio.backend import Backend
from advisor.portfolio.infer import VIEW
from advisor.portfolio.layout import ROW
from advisor.portfolio.plan import RESULT, plan
from advisor.portfolio.slice import Slice
from advisor.portfolio.stages import Stages
from advisor.portfolio.views import CALM_WORLD, CLOSED_WORLD, LIVE_NOW, OPEN_WORLD
from advisor.program import NO, UNDECIDED, YES
from tests.columns import Row, Table

MEMBER, TOLD = "member", "told"
WORLDS = {"closed": CLOSED_WORLD, "calm": CALM_WORLD, "open": OPEN_WORLD}
VALUES = {None: UNDECIDED, False: NO, True: YES}
Values = dict[str, int]
"""Values by the name of a column (c1) or unit (u1)."""


class Numbered(Table):
    """A table of states in which members are numbered, so that each can be told from the others afterwards."""

    def __init__(self, sheet: Slice, views: Sequence[View]) -> None:
        super().__init__(sheet, views)
        for name in sheet.knowledge.lists:
            places = [place for view in views for place, _ in enumerate(view.lists.get(name, ()))]
            for row, place in zip(self.rows[name], places, strict=True):
                row[MEMBER] = place

    def schema(self, scope: str) -> dict[str, str]:
        """Return the types of the columns of one table."""
        return super().schema(scope) | ({} if scope == CASE else {MEMBER: "int32"})


class Columnar:
    """What the columns say of every deal: the row of its result, and every value in every view."""

    def __init__(self, sheet: Slice, views: Sequence[View], backend: Backend) -> None:
        self.rows: list[Row] = []
        self.lists = sheet.lists
        self._found: dict[str, dict[tuple[int, ...], Values]] = {}
        if not views:
            return
        table, stages = Numbered(sheet, views), Stages()
        inputs = {scope: ibis.table(table.schema(scope), name=f"told_{scope}") for scope in table.rows}
        planned = plan(sheet, stages, inputs.pop(CASE), inputs)
        given = {f"told_{name}": found for name, found in table.arrow().items()}
        names = {scope: _last(stages, scope) for scope in sheet.lists}
        names |= {CASE: planned.inference.deals.get_name(), TOLD: _last(stages, TOLD), RESULT: RESULT}
        judging = {scope: backend.prepare(stages.pruned([name])) for scope, name in names.items()}
        found = {scope: judged(given).to_pylist() for scope, judged in judging.items()}
        self.rows = sorted(found.pop(RESULT), key=_number)
        self._live = [row[LIVE_NOW] for row in sorted(found.pop(TOLD), key=_number)]
        self._found = {scope: _by_view(rows) for scope, rows in found.items()}

    def case(self, number: int, world: str) -> Values:
        """Return the values of one deal in one world, as the quarantine is now."""
        return self._found[CASE][(self._view(number, world),)]

    def members(self, number: int, world: str, list_: str, count: int) -> list[Values]:
        """Return the values of its members."""
        view = self._view(number, world)
        return [self._found[list_][view, place] for place in range(count)]

    def _view(self, number: int, world: str) -> int:
        live: int = self._live[number]
        return (number * 3 + live) * 3 + WORLDS[world]


def _number(row: Row) -> int:
    number: int = row[ROW]
    return number


def _last(stages: Stages, name: str) -> str:
    """Return the last query of a name; names that are taken get a number."""
    return [query for query in stages.queries if re.fullmatch(rf"{name}(_\d+)?", query)][-1]


def _by_view(rows: Iterable[Row]) -> dict[tuple[int, ...], Values]:
    found: dict[tuple[int, ...], Values] = {}
    names: list[str] = []
    for row in rows:
        names = names or [name for name in row if re.fullmatch(r"[cu]\d+", name)]
        key = (row[VIEW], row[MEMBER]) if MEMBER in row else (row[VIEW],)
        found[key] = {name: VALUES[row[name]] for name in names}
    return found
