"""The rows of a text file, some at a time, however large it is: CSV, parsed by Arrow, and JSON Lines as they are.

DuckDB, which parses JSON here, keeps a CSV file in memory while it reads it in one thread, and in several it refuses
line breaks within a cell; what stands behind a quote that is never closed it drops without a word.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv

LINE, OVERFLOW = "line", "overflow"
"""The row as text; whether it has more cells than there are columns."""
MAX_ROW = 1 << 22
"""Bytes that a row may take. What is read at once takes as many, and memory some hundred times as much."""
_LINES = 2_000
_MARK = "\x1c"
"""What stands in all cells of a row before the first one and behind the last."""


def csv_rows(path: Path, start: int, delimiter: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the rows of a CSV file from a byte on, as text by column, and OVERFLOW; missing cells are empty.

    Lines without anything are no rows. Raise UnicodeError for what is not UTF-8, ValueError saying what else is wrong.
    """
    mark = delimiter.join([_MARK] * len(columns))
    odd: deque[pyarrow.csv.InvalidRow] = deque()

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    with path.open("rb") as stream:
        stream.seek(start)
        framed = _Chain(io.BytesIO(f"{mark}\n".encode()), stream, io.BytesIO(f"\n{mark}\n".encode()))
        try:
            reader = pyarrow.csv.open_csv(
                io.BufferedReader(framed),
                pyarrow.csv.ReadOptions(use_threads=False, block_size=MAX_ROW, column_names=columns),
                pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside),
                pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False),
            )
            yield from _within(_in_order(reader, odd, delimiter))
        except pa.ArrowInvalid as error:
            raise _plainly(error) from error


def json_lines(path: Path) -> Iterator[pa.Table]:
    """Yield the lines of a file that are not blank, under LINE; one that is not UTF-8 is none that can be read.

    Raise ValueError for one that is too long.
    """
    with path.open("rb") as stream:
        found: list[str] = []
        for number, line in enumerate(iter(lambda: stream.readline(MAX_ROW), b"")):
            if len(line) == MAX_ROW:
                raise ValueError(f"line {number + 1} is longer than {MAX_ROW:,} bytes")
            if text := (line if number else line.removeprefix(BOM_UTF8)).strip():
                found.append(_decoded(text))
            if len(found) == _LINES:
                yield _lines(found)
                found = []
        yield _lines(found)


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return ""


def _lines(found: list[str]) -> pa.Table:
    return pa.table({LINE: pa.array(found, pa.string())})


class _Chain(io.RawIOBase):
    """Streams, one behind the other."""

    def __init__(self, *streams: BinaryIO) -> None:
        self._streams = deque(streams)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as one of the streams goes; 0 at the end of all."""
        while self._streams:
            some = self._streams[0].read(len(buffer))
            if some:
                buffer[: len(some)] = some
                return len(some)
            self._streams.popleft()
        return 0


def _in_order(reader: Any, odd: deque[pyarrow.csv.InvalidRow], delimiter: str) -> Iterator[pa.Table]:
    """Yield what Arrow reads, and between it the rows that it set aside for having more cells than others, or fewer."""
    number = 1
    for table in chain((pa.Table.from_batches([batch]) for batch in reader), [reader.schema.empty_table()]):
        left = table
        while True:
            rows: list[pyarrow.csv.InvalidRow] = []
            while odd and odd[0].number == number + len(rows):
                rows.append(odd.popleft())
            if rows:
                yield _evened(rows, table.column_names, delimiter)
                number += len(rows)
            if not left.num_rows:
                break
            count = min(left.num_rows, odd[0].number - number) if odd else left.num_rows
            yield left.slice(0, count).append_column(OVERFLOW, pa.repeat(False, count))
            left, number = left.slice(count), number + count


def _evened(rows: Sequence[pyarrow.csv.InvalidRow], columns: Sequence[str], delimiter: str) -> pa.Table:
    """Return rows with other cells than there are columns: those that are missing are empty, others are left out."""
    found = [_cells(row, delimiter) for row in rows]
    width = len(columns)
    even = ([*cells, *[""] * width][:width] for cells in found)
    arrays = (pa.array(cells, pa.string()) for cells in zip(*even, strict=True))
    table = pa.table(dict(zip(columns, arrays, strict=True)))
    return table.append_column(OVERFLOW, pa.array([len(cells) > width for cells in found]))


def _cells(row: pyarrow.csv.InvalidRow, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(row.text, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a cell longer than the module takes, which no cell of ours may be: the row is none
        return [""] * (row.expected_columns + 1)


def _within(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield what stands between two rows of marks; raise ValueError where the second is part of a cell."""
    last = next(pieces).slice(1)
    rows = 0
    for piece in pieces:
        if last.num_rows:
            yield last
        rows += last.num_rows
        last = piece
    *_, end = last.drop_columns(OVERFLOW).to_pylist()
    if set(end.values()) != {_MARK}:
        raise ValueError(f"a quote is opened in row {rows + last.num_rows} and never closed")
    yield last.slice(0, last.num_rows - 1)


def _plainly(error: pa.ArrowInvalid) -> ValueError:
    """Return an error of Arrow such that somebody who has never heard of its blocks understands it."""
    told = str(error)
    if "UTF8" in told:
        return UnicodeError(told)
    if "straddl" in told:
        return ValueError(f"a row is longer than {MAX_ROW:,} bytes, or a quote is opened and never closed")
    return ValueError(told)
