"""Small pieces of SQL with which DuckDB reads tables (names, texts, questions about JSON); texts trimmed, and shown."""

from __future__ import annotations

import glob
import re
from collections.abc import Collection, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from advisor.problems import UNPRINTABLE

_UNPRINTABLE = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", UNPRINTABLE)
"""The same signs, as Arrow writes them."""
BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""What a cell does not begin or end with: as the reader of cases has it, line breaks and wide blanks as well."""


def is_json(value: str, kind: str) -> str:
    """Write the condition that a text is JSON of a kind; what is no JSON must not come to any other function."""
    return f"(CASE WHEN json_valid({value}) THEN json_type({value}) = '{kind}' ELSE false END)"


def strange(value: str, known: Iterable[str]) -> str:
    """Write the condition that an object says something under a key that is not known."""
    pointer = "'/' || replace(replace(k, '~', '~0'), '/', '~1')"
    told = f"json_extract_string({value}, {pointer}) IS NOT NULL"
    names = ", ".join(map(text, known))
    return f"len(list_filter(json_keys({value}), lambda k: k NOT IN ({names}) AND {told})) > 0"


def as_text(name: str, kind: str) -> str:
    """Write a cell of a typed column as text."""
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP", "LIST", "UNION")):
        return f"to_json({quoted(name)})::VARCHAR"
    if kind.startswith("TIMESTAMP"):
        return f"CAST({quoted(name)} AS DATE)::VARCHAR"
    if kind in ("DOUBLE", "FLOAT"):
        exact = f"CAST(CAST({quoted(name)} AS DECIMAL(21, 6)) AS VARCHAR)"
        return f"CASE WHEN abs({quoted(name)}) < 1e15 THEN {exact} ELSE CAST({quoted(name)} AS VARCHAR) END"
    return f"CAST({quoted(name)} AS VARCHAR)"


def quoted(name: str) -> str:
    """Write a name."""
    return '"' + name.replace('"', '""') + '"'


def text(words: str) -> str:
    """Write a text."""
    return "'" + words.replace("'", "''") + "'"


def one_file(path: Path) -> str:
    """Write the path of a file for DuckDB, as it is: its name stands for no others, and its folders tell no values."""
    return f"{text(glob.escape(str(path)))}, hive_partitioning = false"


def visible(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts with a sign in place of what a terminal would obey, as advisor.problems does."""
    return pc.replace_substring_regex(texts.cast(pa.string()), _UNPRINTABLE, "\ufffd")


def trimmed(table: pa.Table, but: Collection[str] = ()) -> pa.Table:
    """Return a table whose texts have no blanks around them, and are empty where they were null, `but` for some.

    The blanks are those of Python; `trim` of DuckDB leaves tabs and line breaks, and takes four times as long.
    """
    columns = {
        name: pc.fill_null(pc.utf8_trim_whitespace(table[name]), "")
        if pa.types.is_string(table[name].type) and name not in but
        else table[name]
        for name in table.column_names
    }
    return pa.table(columns)
