"""An export seen through a map: which of its columns gives what, and how days and amounts are written in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from advisor.crm import CrmMap, DateOrder, DecimalMark
from advisor.load.cells import Convention, amount_convention, date_convention
from advisor.load.reader import shorten
from advisor.load.table import Cell, Record, Table, fold
from advisor.model import Fact
from advisor.problems import Location, Problems, nearest


@dataclass(frozen=True)
class Wishes:
    """What whoever imports says of the export as a whole."""

    as_of: date | None = None
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None


@dataclass(frozen=True)
class Export:
    """A table with its map; columns are told apart by their place in the first row."""

    table: Table
    map: CrmMap
    wishes: Wishes
    names: tuple[str, ...]
    days: dict[int, Convention[date]] = field(default_factory=dict)
    amounts: dict[int, Convention[Decimal]] = field(default_factory=dict)

    @cached_property
    def _first(self) -> dict[str, int]:
        """The place of each name; of two columns of one name, of the first."""
        return {name: place for place, name in reversed(list(enumerate(self.names)))}

    def pick(self, columns: tuple[str, ...]) -> int | None:
        """Return which column of the file gives something: the first in the order of the map."""
        return next((self._first[fold(c)] for c in columns if fold(c) in self._first), None)

    def cell(self, record: Record, columns: tuple[str, ...]) -> Cell | None:
        """Return the cell of a row that gives something."""
        index = self.pick(columns)
        return record.cells[index] if index is not None and index < len(record.cells) else None


def open_export(table: Table, map_: CrmMap, facts: dict[str, Fact], wishes: Wishes, problems: Problems) -> Export:
    """Look at a table as a whole; with problems added, its rows must not be read."""
    export = Export(table, map_, wishes, tuple(fold(cell.text) for cell in table.header.cells))
    _see_columns(export, problems)
    if export.pick(map_.modified) is None and wishes.as_of is None:
        message = "no column of the file tells when a row was last changed; say --as-of and the day of the export"
        problems.add(Location("--as-of"), "as-of-missing", message)
    typed = [(export.pick(source.columns), facts[source.path].type) for source in map_.facts]
    dated = [export.pick(map_.modified), *(i for i, type_ in typed if type_ == "date")]
    for index in sorted({i for i in dated if i is not None}):
        column = table.header.cells[index].text
        export.days[index] = date_convention(table.records, index, column, wishes.dates or map_.dates, problems)
    for index in sorted({i for i, type_ in typed if type_ in ("int", "money") and i is not None}):
        column = table.header.cells[index].text
        export.amounts[index] = amount_convention(
            table.records, index, column, wishes.decimal or map_.decimal, problems
        )
    return export


def _see_columns(export: Export, problems: Problems) -> None:
    header = export.table.header
    if export.pick(export.map.name) is None:
        columns = [cell.text for cell in header.cells]
        hint = next((n for name in export.map.name if (n := nearest(name, columns))), "")
        wanted = ", ".join(export.map.name)
        problems.add(header.at, "column-missing", f"no column gives the title; export one of: {wanted}{hint}")
    known = {fold(column) for column in export.map.known()}
    for index, cell in enumerate(header.cells):
        if export.names[index] in known and export.names[index] in export.names[:index]:
            message = f"two columns are called {shorten(cell.text)}; take one of them out"
            problems.add(cell.at, "duplicate-column", message)
