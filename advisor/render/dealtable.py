"""A table of judged deals as CSV, JSON Lines or Parquet, written batch by batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from advisor.problems import InputError, Location, Problem
from advisor.writing import replaced

SUFFIXES = (".csv", ".jsonl", ".parquet")
LABEL = "label"
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
"""What spreadsheets take for the beginning of a formula; the wide signs count where Chinese or Japanese is typed."""


def check_target(path: Path, overwrite: bool) -> None:
    """Raise InputError for a file whose ending names no format, or one that must stay.

    A table has no place for a mark, so that nobody can tell ours from others: one that is there is replaced only if the
    user wants it.
    """
    if path.suffix.lower() not in SUFFIXES:
        message = f"the ending of {path.name} says no format; use {', '.join(SUFFIXES)}"
        raise InputError([Problem(Location("--output"), "unknown-format", message)])
    if path.exists() and not overwrite:
        message = "this file exists; name another, or say --overwrite"
        raise InputError([Problem(Location(str(path)), "file-exists", message)])


def write_table(
    path: Path, batches: Iterable[pa.Table], sets: Iterable[str], labels: Mapping[str, str], overwrite: bool
) -> None:
    """Write all batches, or nothing; columns of `sets` hold names parted by blanks, `labels` say verdicts in words.

    Whatever the batches raise stops it, and then what stood at the path stays.
    """
    names = tuple(sets)
    with replaced(path, partial(check_target, overwrite=overwrite)) as temporary:
        writer: Any = None
        try:
            for batch in batches:
                table = _labelled(batch, labels)
                table = _guarded(table) if path.suffix == ".csv" else _parted(table, names)
                writer = writer or _open(path.suffix, temporary, table.schema)
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()


def _open(suffix: str, path: Path, schema: pa.Schema) -> Any:
    if suffix == ".parquet":
        return pyarrow.parquet.ParquetWriter(path, schema)
    return pyarrow.csv.CSVWriter(path, schema) if suffix == ".csv" else _Lines(path)


class _Lines:
    """Writes a JSON object for each row."""

    def __init__(self, path: Path) -> None:
        self.stream = path.open("w", encoding="utf-8", newline="\n")

    def write_table(self, table: pa.Table) -> None:
        """Write the rows of a table."""
        self.stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())

    def close(self) -> None:
        """Close the file."""
        self.stream.close()


def _labelled(table: pa.Table, labels: Mapping[str, str]) -> pa.Table:
    words = pa.array([labels.get(verdict or "") for verdict in table["verdict"].to_pylist()], pa.string())
    return table.add_column(table.schema.get_field_index("verdict") + 1, LABEL, words)


def _parted(table: pa.Table, names: Iterable[str]) -> pa.Table:
    for name in names:
        text = table[name].combine_chunks()
        parts = pc.split_pattern(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text), " ")
        lists = pa.ListArray.from_arrays(parts.offsets, parts.values)  # no list there is an empty one here
        table = table.set_column(table.schema.get_field_index(name), name, lists)
    return table


def _guarded(table: pa.Table) -> pa.Table:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            text = table[field.name]
            risky = pc.match_substring_regex(text, _FORMULA)
            safe = pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)
            table = table.set_column(place, field.name, safe)
    return table
