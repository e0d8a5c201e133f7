"""JSON objects, one a line, taken apart into cells by DuckDB.

To look at the keys of each object takes as long as to read its values. So cells are made for the keys that came up so
far, and only objects that have another number of keys than of cells are looked at: those with keys that are new, not
known, told twice, or without a value.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import reduce

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from advisor.portfolio.layout import KEYS, ROW, SHAPE
from advisor.portfolio.spelling import is_json, quoted, strange, text
from advisor.portfolio.textrows import LINE

_COUNT = "count"


class Objects:
    """Takes lines apart, table after table; objects may have these columns, of which lists are given as JSON.

    Tables have the columns that were told so far, and the keys of a deal.
    """

    def __init__(self, columns: Collection[str], lists: Collection[str]) -> None:
        self.columns = columns
        self.lists = lists
        self._told = set(KEYS)

    def cells(self, cursor: duckdb.DuckDBPyConnection, raw: pa.Table) -> pa.Table:
        """Return rows with their cells, null where nothing is told, and under SHAPE what is wrong with the line."""
        cursor.register("lines", raw)
        table = self._taken_apart(cursor, raw)
        more = pc.greater(table[_COUNT], self._count(table))
        if not pc.any(more).as_py():
            return table.drop_columns(_COUNT)
        cursor.register("more", raw.filter(more))
        found = texts(cursor, f"SELECT DISTINCT unnest(json_keys({LINE})) FROM more")
        if new := set(self.columns).intersection(found) - self._told:
            self._told |= new
            table = self._taken_apart(cursor, raw)
        odd = f"len(json_keys({LINE})) > len(list_distinct(json_keys({LINE})))"
        if not found.issubset(self.columns):
            odd += f" OR {strange(LINE, self.columns)}"
        rows = cursor.sql(f"SELECT {ROW} FROM more WHERE {odd}").to_arrow_table()[ROW]
        shape = pc.if_else(pc.is_in(table[ROW], rows), " keys", table[SHAPE])
        return table.drop_columns([_COUNT, SHAPE]).append_column(SHAPE, shape)

    def _taken_apart(self, cursor: duckdb.DuckDBPyConnection, raw: pa.Table) -> pa.Table:
        """Return the rows with cells for the columns told so far, and how many keys each object has."""
        present = [name for name in self.columns if name in self._told]
        kinds = {name: "JSON" if name in self.lists else "VARCHAR" for name in present}
        cells = ", ".join(f"cells.{quoted(name)}::VARCHAR AS {quoted(name)}" for name in present)
        good = is_json(LINE, "OBJECT")
        found = cursor.sql(
            f"SELECT {cells}, CASE WHEN good THEN '' ELSE ' line' END AS {SHAPE}, "
            f"CASE WHEN good THEN len(json_keys({LINE})) ELSE 0 END AS {_COUNT} FROM (SELECT *, {good} AS good, "
            f"json_transform(CASE WHEN {good} THEN {LINE} ELSE '{{}}' END, {text(json.dumps(kinds))}) AS cells "
            "FROM lines)"
        ).to_arrow_table()
        return found.add_column(0, LINE, raw[LINE]).add_column(0, ROW, raw[ROW])

    def _count(self, table: pa.Table) -> pa.ChunkedArray:
        """Count the cells of each row that are not null."""
        flags = [pc.is_valid(table[name]).cast(pa.int64()) for name in self._told]
        return reduce(pc.add, flags)


def texts(cursor: duckdb.DuckDBPyConnection, query: str) -> set[str | None]:
    """Return what a query of one column gives."""
    return {found for (found,) in cursor.execute(query).fetchall()}
