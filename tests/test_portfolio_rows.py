"""Text files as rows: CSV as Python's own reader reads it, whatever its shape, and lines of JSON."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.portfolio import textrows
from advisor.portfolio.textrows import LINE, csv_rows, json_lines

CELLS = st.text(alphabet='ab,;"\n\r\t 字', max_size=6)


def read(text: str | bytes, width: int, delimiter: str = ",") -> list[list[Any]]:
    """Return the rows of a CSV file: its cells, and whether there were too many."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deals.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        columns = [f"column {number}" for number in range(width)]
        return [list(row.values()) for table in csv_rows(path, 0, delimiter, columns) for row in table.to_pylist()]


def lines(tmp_path: Path, text: bytes) -> list[str]:
    (tmp_path / "deals.jsonl").write_bytes(text)
    return [line for table in json_lines(tmp_path / "deals.jsonl") for line in table[LINE].to_pylist()]


def expected(text: str, width: int, delimiter: str) -> list[list[Any]]:
    rows = (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
    return [[*[*row, *[""] * width][:width], len(row) > width] for row in rows]


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12),
    width=st.integers(1, 4),
    delimiter=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_cells_are_those_that_the_csv_module_reads(
    rows: list[list[str]], width: int, delimiter: str, ending: str, quoting: Any
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    assert read(written.getvalue(), width, delimiter) == expected(written.getvalue(), width, delimiter)


def test_rows_keep_their_order_where_a_file_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textrows, "MAX_ROW", 256)
    shapes = ["{0}\n", "{0},b,c\n", '{0},"b\n\n""{0}"\n', "{0},b,c,d,e\n", '"{0}\r\n",,\r\n', "\n"]
    # Long runs of each shape, so that whole pieces are of one, also the first and the last.
    text = "".join(shapes[n // 70 % len(shapes)].format(n) for n in range(1_000))
    assert read(text, 3) == expected(text, 3, ",")


@pytest.mark.parametrize("last", ['1,"2\n3,4\n', '1,2,"3', '1,2,3\n"'])
def test_a_quote_that_is_never_closed_is_told_with_its_row(last: str) -> None:
    row = 3 if last.startswith("1,2,3") else 2
    with pytest.raises(ValueError, match=f"a quote is opened in row {row} and never closed"):
        read("a,b,c\n" + last, 3)


def test_a_row_that_is_too_long_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(textrows, "MAX_ROW", 100)
    with pytest.raises(ValueError, match="a row is longer than 100 bytes, or a quote is opened and never closed"):
        read("a,b\n" + "x" * 300 + ",b\n", 2)
    with pytest.raises(ValueError, match="line 2 is longer than 100 bytes"):
        lines(tmp_path, b"{}\n" + b"x" * 100 + b"\n")


def test_what_is_not_utf8_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnicodeError):
        read(b"a,b\n\xff,b\n", 2)
    assert lines(tmp_path, b'{"a": 1}\n{"a": "\xff"}\n{"a": 2}\n') == ['{"a": 1}', "", '{"a": 2}']


def test_lines_are_those_that_are_not_blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textrows, "_LINES", 2)
    text = b'\xef\xbb\xbf\n {"a": 1}\r\n\n\t\n[2]\n"\xe2\x80\xa8"\n{}'
    assert lines(tmp_path, text) == ['{"a": 1}', "[2]", '"\u2028"', "{}"]
    assert lines(tmp_path, b"") == []


def test_more_cells_than_columns_are_told_and_left_out() -> None:
    assert read("a,b\n" + "x," * 40 + "\n1\n", 2) == [["a", "b", False], ["x", "x", True], ["1", "", False]]
    assert read("x" * 200_000 + "\na,b\n", 2) == [["", "", True], ["a", "b", False]]
