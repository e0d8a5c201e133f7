"""A table as programs export it: text with commas, semicolons or tabs, to cells with a line and column each.

Cells are text and stay text, whatever a spreadsheet would make of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor import yamlfile
from advisor.problems import Location, Problems
from advisor.yamlfile import BOM

MAX_BYTES = 64_000_000
MAX_RECORDS = 100_000
MAX_COLUMNS = 5_000
"""Several times as many as a CRM lets an object have."""
DELIMITERS = (",", ";", "\t")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of spreadsheet programs begin, today's and those before 2007."""
_HINT = re.compile(r"sep=([,;\t])\r?\n")
"""The first line by which spreadsheets tell one another what parts the cells."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_CELLS = {d: re.compile(rf'"([^"]*(?:""[^"]*)*)"|([^{d}\r\n]*)') for d in DELIMITERS}


@dataclass(frozen=True)
class Cell:
    """A cell with its place in the file."""

    text: str
    at: Location


@dataclass(frozen=True)
class Record:
    """A row; `number` counts as spreadsheets do, from 1 for the first, empty rows included."""

    number: int
    cells: tuple[Cell, ...]
    at: Location

    @property
    def filled(self) -> int:
        """Count the cells that hold something."""
        return sum(bool(cell.text.strip()) for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """The row of names, the rows that hold something, and how many rows of another kind stand below them."""

    file: str
    header: Record
    records: tuple[Record, ...]
    below: int


def fold(name: str) -> str:
    """Return a column's name as it is compared: without regard to capitals and blanks."""
    return " ".join(name.split()).casefold()


def read_table(path: Path, name: str, known: Collection[str], problems: Problems) -> Table | None:
    """Read a table; `known` are names of columns, by which its first row and what parts its cells are seen."""
    raw = yamlfile.read_bytes(path, name, problems, MAX_BYTES)
    if raw is None:
        return None
    if raw.startswith(_WORKBOOKS):
        problems.add(Location(name), "not-utf8", "this is a workbook, no text; save its table as CSV (UTF-8)")
        return None
    text = yamlfile.decoded(raw, name, problems)
    return None if text is None else parse_table(text.removeprefix(BOM), name, known, problems)


def parse_table(text: str, name: str, known: Collection[str], problems: Problems) -> Table | None:
    """Read the text of a table; None, with problems added, if it is none."""
    nul = text.find("\0")
    if nul >= 0:
        at = _location(name, text, nul)
        problems.add(
            at, "control-character", "the control character U+0000 cannot stand in a file; save it as CSV (UTF-8)"
        )
        return None
    names = {fold(column) for column in known}
    hint = _HINT.match(text)
    delimiter = hint[1] if hint else _delimiter(text, name, names)
    records = []
    for record in _records(text, hint.end() if hint else 0, delimiter, name, problems):
        if record.number > MAX_RECORDS:
            problems.add(record.at, "file-too-large", f"more than {MAX_RECORDS} rows")
            return None
        records.append(record)
    if problems:
        return None
    filled = [record for record in records if record.filled]
    if not filled:
        problems.add(Location(name), "file-empty", "the file is empty")
        return None
    header = filled[0]
    if len(header.cells) > MAX_COLUMNS:
        problems.add(header.at, "file-too-large", f"more than {MAX_COLUMNS} columns")
        return None
    if not any(fold(cell.text) in names for cell in header.cells):
        message = "the first row names no column that the map knows; export the table with the names of its columns"
        problems.add(header.at, "header-missing", message)
        return None
    below = _below(records, header)
    return Table(name, header, tuple(filled[1 : len(filled) - below]), below)


def _below(records: list[Record], header: Record) -> int:
    """Count the rows under the table: after its last empty row, each with one cell filled, as reports end."""
    count = 0
    for record in reversed(records):
        if not record.filled and count:
            return count if len(header.cells) > 2 else 0
        if record.filled > 1:
            return 0
        count += record.filled
    return 0


def _delimiter(text: str, name: str, names: Collection[str]) -> str:
    """Choose what parts the cells: by which the first row has most columns that are known, then most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        for record in _records(text, 0, delimiter, name, Problems()):
            if record.filled:
                return sum(fold(cell.text) in names for cell in record.cells), len(record.cells)
        return 0, 0

    return max(DELIMITERS, key=score)


def _records(text: str, start: int, delimiter: str, name: str, problems: Problems) -> Iterator[Record]:
    """Yield every row, up to the first that cannot be read."""
    pattern, place, line, begin = _CELLS[delimiter], start, 1 + (start > 0), start
    number = 1
    cells: list[Cell] = []
    first = Location(name, line, 1)
    while place < len(text) or cells:
        found = pattern.match(text, place)
        assert found is not None, "the second way to write a cell may be empty"
        at = Location(name, line, place - begin + 1)
        quoted, end = found[1], found.end()
        after = text[end : end + 1]
        if after not in ("", delimiter, "\r", "\n") or (quoted is None and found[2].startswith('"')):
            what = "is never closed" if quoted is None else "is closed before the cell ends; double quotes inside it"
            problems.add(at, "table-quote", f"the quote that opens here {what}")
            return
        cells.append(Cell(found[2] if quoted is None else quoted.replace('""', '"'), at))
        for inside in _LINE_END.finditer(text, place, end) if quoted is not None else ():
            line, begin = line + 1, inside.end()
        place = end + len(after)
        if after != delimiter:
            yield Record(number, tuple(cells), first)
            place += after == "\r" and text[place : place + 1] == "\n"
            number, line, begin, cells = number + 1, line + 1, place, []
            first = Location(name, line, 1)


def _location(name: str, text: str, index: int) -> Location:
    start = text.rfind("\n", 0, index) + 1
    return Location(name, text.count("\n", 0, start) + 1, index - start + 1)
