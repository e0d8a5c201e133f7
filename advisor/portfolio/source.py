"""A file of deals, read in batches of cells as text: CSV, JSON Lines or Parquet; DuckDB takes JSON and Parquet apart.

What stands in a cell is judged later, in the plan; here only what has another shape is found wrong.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from advisor.load.cases import MAX_MEMBERS
from advisor.load.table import DELIMITERS, fold
from advisor.portfolio.layout import KEYS, ROW, SHAPE, Layout
from advisor.portfolio.objects import Objects, texts
from advisor.portfolio.rows import Record
from advisor.portfolio.spelling import BLANKS, as_text, is_json, one_file, quoted, strange, text, trimmed
from advisor.portfolio.textrows import LINE, OVERFLOW, csv_rows, json_lines
from advisor.problems import InputError, Location, Problem, Problems

SUFFIXES = (".csv", ".jsonl", ".ndjson", ".parquet")
CALLED = "called"
"""How a member is called: its id, or else by its place in the list."""
NO_CELLS = frozenset({"cells", "line", "keys"})
"""Shapes that tell that a row is none of cells: too many of them, no JSON object, or one with a key twice."""
_MAX_HEADER = 100_000
"""Bytes of the first line: a few times what the names of all columns take, and what a cell may hold for csv."""
_NO_OBJECT = "json_type(m) IS DISTINCT FROM 'OBJECT'"  # which is what null is, too

Rows = Callable[[int], Iterable[pa.Table]]
"""Gives the rows of a file as text, some at a time, about so many if that can be said."""


@dataclass(frozen=True)
class Batch:
    """Some rows: a table of deals, and one of the members of each list; all cells are text."""

    deals: pa.Table
    members: dict[str, pa.Table]

    def record(self, index: int) -> Record:
        """Return the cells of a row of this batch as they were written."""
        row = {name: self.deals[name][index].as_py() for name in self.deals.column_names}
        if LINE in row:
            try:
                line = json.loads(row[LINE], parse_int=str)
            except ValueError:
                line = {}
            return line if isinstance(line, dict) else {}
        return {name: value for name, value in row.items() if name not in (ROW, SHAPE)}


class Source:
    """An open file of deals. Raises InputError where it cannot be read at all."""

    def __init__(self, path: Path, name: str, layout: Layout) -> None:
        self.path = path
        self.name = name
        self.layout = layout
        self.lists = tuple(layout.knowledge.lists)
        self._seen: dict[str, set[str]] = {}
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2; SET preserve_insertion_order = true")
        self._rows, self.columns = self._open()
        self._objects = Objects(self.columns, self.lists)

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows in their order, so many at a time."""
        first = 1
        for raw in self._read(size):
            yield self._batch(raw, first)
            first += raw.num_rows

    def _read(self, size: int) -> Iterator[pa.Table]:
        try:
            yield from _gathered(self._rows(size), size)
        except UnicodeError as error:
            raise self._not_utf8() from error
        except (duckdb.Error, OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def count(self) -> int:
        """Return about how many rows there are."""
        if self.path.suffix == ".parquet":
            row = self.connection.execute(f"SELECT count(*) FROM read_parquet({one_file(self.path)})").fetchone()
            return int(row[0]) if row else 0
        with self.path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))

    def _open(self) -> tuple[Rows, tuple[str, ...]]:
        """Return what reads the rows, and the columns that there are."""
        suffix = self.path.suffix.lower()
        if suffix not in SUFFIXES:
            message = f"a table of deals ends in {', '.join(SUFFIXES)}"
            raise InputError([Problem(Location(self.name), "unknown-format", message)])
        if os.path.exists(self.path) and not os.path.isfile(self.path) and not os.path.isdir(self.path):
            message = "a table is read more than once; save what this pipe or device gives as a file"
            raise InputError([Problem(Location(self.name), "file-unreadable", message)])
        try:
            with self.path.open("rb"):
                pass
            if suffix == ".csv":
                return self._open_csv()
            if suffix == ".parquet":
                return self._open_parquet()
            return lambda _: json_lines(self.path), self.layout.columns
        except OSError as error:
            message = f"cannot read the file: {error.strerror or error}"
            raise InputError([Problem(Location(self.name), "file-unreadable", message)]) from error
        except duckdb.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> InputError:
        first = str(error).partition("\n")[0]
        return InputError([Problem(Location(self.name), "table-unreadable", f"the table cannot be read: {first}")])

    def _header(self, names: list[str]) -> dict[str, str]:
        problems = Problems()
        found = self.layout.header(names, Location(self.name, 1, 1), problems)
        problems.raise_if_any()
        if not found:
            raise InputError([Problem(Location(self.name, 1, 1), "header-missing", "the table names no columns")])
        return found

    def _not_utf8(self) -> InputError:
        return InputError([Problem(Location(self.name), "not-utf8", "not UTF-8 text; save the file as UTF-8")])

    def _open_csv(self) -> tuple[Rows, tuple[str, ...]]:
        with self.path.open("rb") as stream:
            beginning = stream.read(_MAX_HEADER)
        end = re.search(rb"\r\n?|\n", beginning)
        if end is None and len(beginning) == _MAX_HEADER:
            message = f"the first line is longer than {_MAX_HEADER} bytes, and no row of names"
            raise InputError([Problem(Location(self.name, 1, 1), "table-unreadable", message)])
        try:
            first = beginning[: end.start() if end else None].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._not_utf8() from error
        known = {fold(name) for name in self.layout.columns}

        def cells(delimiter: str) -> list[str]:
            return next(csv.reader([first], delimiter=delimiter), [])

        delimiter = max(DELIMITERS, key=lambda d: (sum(fold(c) in known for c in cells(d)), len(cells(d))))
        header = self._header(cells(delimiter))
        columns = tuple(header.values())
        start = end.end() if end else len(beginning)
        return lambda _: csv_rows(self.path, start, delimiter, columns), columns

    def _open_parquet(self) -> tuple[Rows, tuple[str, ...]]:
        read = f"read_parquet({one_file(self.path)})"
        described = self.connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()
        header = self._header([name for name, *_ in described])
        columns = tuple(header.values())
        cells = (f"{as_text(name, kind)} AS {quoted(header[name])}" for name, kind, *_ in described)
        select = f"SELECT {', '.join(cells)} FROM {read}"
        return lambda size: map(pa.table, self.connection.cursor().sql(select).to_arrow_reader(size)), columns

    def _batch(self, raw: pa.Table, first: int) -> Batch:
        """Part the rows of a batch from the members of their lists."""
        cursor = self.connection.cursor()
        rows = pa.array(range(first, first + raw.num_rows), pa.int64())
        parsed = self._parsed(cursor, raw.add_column(0, ROW, rows))
        cursor.register("parsed", parsed)
        lists = [name for name in self.lists if name in parsed.column_names]
        keys = {name: self._keys(cursor, name) for name in lists}
        members = {n: trimmed(cursor.sql(self._members(n, keys[n][0])).to_arrow_table()) for n in lists}
        for name in self.lists:
            members.setdefault(name, self._nobody(name))
        cursor.register("ids", _ids(members.values()))
        shaped = [
            f"CASE WHEN {self._misshapen(name, *keys[name])} THEN {text(' ' + name)} ELSE '' END" for name in lists
        ]
        same = f"SELECT {ROW} FROM ids GROUP BY {ROW} HAVING count(*) > count(DISTINCT {CALLED})"
        twice = f"CASE WHEN {ROW} IN ({same}) THEN ' id' ELSE '' END"
        shape = " || ".join([SHAPE, *shaped, twice])
        found = cursor.sql(f"SELECT {shape} AS {SHAPE} FROM parsed ORDER BY {ROW}").to_arrow_table()[SHAPE]
        deals = parsed.drop_columns([SHAPE]).append_column(SHAPE, found)
        return Batch(self._filled("deals", deals), {name: self._filled(name, table) for name, table in members.items()})

    def _nobody(self, list_: str) -> pa.Table:
        """Return the table of a list that the file does not have."""
        own = ("id", "name", self.layout.knowledge.lists[list_].titled_by, CALLED)
        text = {name: pa.array([], pa.string()) for name in own}
        return pa.table({ROW: pa.array([], pa.int64()), **text})

    def _filled(self, name: str, table: pa.Table) -> pa.Table:
        """Leave out columns that have been empty in all batches so far: most facts are told of no deal at all."""
        seen = self._seen.setdefault(name, {ROW, SHAPE, *KEYS, "id", "name", "post"})
        for column in table.column_names:
            if column not in seen and pc.any(pc.greater(pc.binary_length(table[column]), 0)).as_py():
                seen.add(column)
        return table.select([column for column in table.column_names if column in seen])

    def _parsed(self, cursor: duckdb.DuckDBPyConnection, raw: pa.Table) -> pa.Table:
        """Return the cells as text without blanks around it, in the order of the rows, and which rows are none."""
        if LINE in raw.column_names:
            return trimmed(self._objects.cells(cursor, raw), but=(LINE, SHAPE))
        if OVERFLOW not in raw.column_names:
            return trimmed(raw).append_column(SHAPE, pa.repeat("", raw.num_rows))
        over = pc.if_else(raw[OVERFLOW], " cells", "")
        return trimmed(raw.drop_columns(OVERFLOW)).append_column(SHAPE, over)

    def _given(self, list_: str) -> str:
        return f"{quoted(list_)} NOT IN ('', 'unknown', 'null')"

    def _array(self, list_: str) -> str:
        return is_json(quoted(list_), "ARRAY")

    def _good(self, list_: str) -> str:
        return f"{self._given(list_)} AND {self._array(list_)}"

    def _keys(self, cursor: duckdb.DuckDBPyConnection, list_: str) -> tuple[set[str], bool]:
        """Return the keys that the members of a batch have, and whether all of them are objects."""
        members = f"SELECT unnest(from_json({quoted(list_)}, '[\"JSON\"]')) AS m FROM parsed WHERE {self._good(list_)}"
        keys = "unnest(CASE WHEN json_type(m) = 'OBJECT' THEN json_keys(m) ELSE [NULL] END)"
        found = texts(cursor, f"SELECT DISTINCT {keys} FROM ({members})")
        return {key for key in found if key is not None}, None not in found

    def _misshapen(self, list_: str, keys: set[str], plain: bool) -> str:
        """Write the condition that a list is none, is too long, or has members with keys that are not known."""
        members = f"from_json({quoted(list_)}, '[\"JSON\"]')"
        inside = f"json_array_length({quoted(list_)}) > {MAX_MEMBERS}"
        if not plain or not keys <= set(self.layout.member(list_)):
            one = f"{_NO_OBJECT} OR {strange('m', self.layout.member(list_))}"
            inside += f" OR len(list_filter({members}, lambda m: {one})) > 0"
        return f"{self._given(list_)} AND CASE WHEN {self._array(list_)} THEN {inside} ELSE true END"

    def _members(self, list_: str, present: set[str]) -> str:
        """Write the query that gives the members of a list, a row each, with those keys that are there."""
        keys = self.layout.member(list_)
        own = {"id", "name", self.layout.knowledge.lists[list_].titled_by}
        keys = {key: column for key, column in keys.items() if key in present | own}
        kinds = json.dumps([dict.fromkeys(keys, "VARCHAR")])
        short: dict[str, list[str]] = {}
        for key, column in keys.items():
            short.setdefault(column, []).append(f"m.{quoted(key)}")
        columns = (f"coalesce({', '.join(found)}) AS {quoted(column)}" for column, found in short.items())
        member = self.layout.knowledge.lists[list_].member
        default = f"coalesce(nullif(trim(m.id, {text(BLANKS)}), ''), {text(member)} || '-' || n) AS called"
        return (
            f"SELECT row, {default}, {', '.join(columns)} FROM (SELECT row, unnest(l) AS m, "
            f"generate_subscripts(l, 1) AS n FROM (SELECT row, from_json({quoted(list_)}, {text(kinds)}) AS l "
            f"FROM parsed WHERE {self._good(list_)}))"
        )


def _gathered(pieces: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """Yield tables of so many rows, but for the last, which may have fewer."""
    found, rows = [], 0
    for piece in pieces:
        found.append(piece)
        rows += piece.num_rows
        while rows >= size:
            whole = pa.concat_tables(found)
            yield whole.slice(0, size)
            found, rows = [whole.slice(size)], rows - size
    if rows:
        yield pa.concat_tables(found)


def _ids(tables: Iterable[pa.Table]) -> pa.Table:
    """Return how the members of all lists are called, with their rows."""
    none = pa.table({ROW: pa.array([], pa.int64()), CALLED: pa.array([], pa.string())})
    return pa.concat_tables([none, *(table.select([ROW, CALLED]) for table in tables)])
