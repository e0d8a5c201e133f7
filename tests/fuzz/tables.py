"""Tables: exports of a CRM, and pipelines as CSV, JSON Lines and Parquet."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from advisor import paths
from advisor.crm import Intake
from advisor.intake import Importer, columns
from advisor.judge import Judge
from advisor.load.crm import find_map, load_map
from advisor.load.export import Wishes, open_export
from advisor.load.table import read_table
from advisor.paths import Library, shipped
from advisor.problems import Problems
from advisor.render.dealtable import write_table
from advisor.render.layout.intake import intake_page
from advisor.render.output import render
from tests.build import mini_library
from tests.fuzz.cases import mini, whole
from tests.fuzz.target import LONGEST, Input, Target, Try, WrongError

EXPORTS = Path(__file__).resolve().parents[1] / "exports"
KNOWN = """\
case: k-1
title: A mill by hand
as_of: 2026-03-01
facts:
  deal.price: {value: 900, evidence: written} # signed off
history:
- on: 2026-04-01
  title: Later
  facts: {deal.public: yes}
"""
DEALS = b"""\
Key,Name,Price,Phase,Criteria,Public,Customer,Currency,Changed
K-1,A mill,1200,Begun,,yes,A,EUR,2026-02-01
K-2,A port,"1,500.00",Nearly there,nobody's,no,B,EUR,2026-02-03
,No id,EUR 5,Lost,ours,,C,,2026-05-31
"""
_TOLD = re.compile(r"[^\n]+?: error: [^\n]+ \[[a-z-]+\]")
PIPELINE: list[dict[str, Any]] = [
    {
        "deal": "one", "title": "=1+1", "as_of": "2026-03-01", "deal.phase": "late", "deal.criteria": "ours",
        "deal.price": "1_200", "deal.floor": "900", "deal.needs_known": "yes", "deal.phase.evidence": "written",
        "deal.phase.on": "2026-02-01", "deal.phase.how": "published", "currency": "EUR",
        "stakeholders": [
            {"id": "a", "role": "decision-maker", "stance": "against"},
            {"stance": "for", "stakeholder.role": "coach", "stance.by": "b"},
        ],
        "stakeholders_complete": "no",
    },
    {"deal": "two", "as_of": "2026-03-01", "deal.criteria": "none", "competitors": [{"strong": "yes"}]},
    {"deal": "three", "as_of": "2026-03-01", "deal.price": "5", "deal.floor": "6", "deal.phase": "bogus"},
]  # fmt: skip


def _told(rows: Iterable[str]) -> None:
    """See that what is said of single rows names a place, in one line."""
    for line in rows:
        if not _TOLD.fullmatch(line) or len(line) > LONGEST:
            raise WrongError(f"a row without a place: {line[:300]}")


def _import(judge: Judge, library: Library, maps: tuple[str, ...], folder: Path) -> Try:
    knowledge = judge.knowledge
    known = [load_map(find_map(name, library), knowledge) for name in maps]
    to = folder / "cases"

    def try_(given: Input) -> None:
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir()
        (to / "k-1.yaml").write_text(KNOWN, encoding="utf-8")
        path = folder / "deals.csv"
        path.write_bytes(given.data)
        problems, map_ = Problems(), known[given.good % len(known)]
        table = read_table(path, paths.display(path), map_.known(), problems)
        problems.raise_if_any()
        assert table is not None
        export = open_export(table, map_, knowledge.facts, Wishes(), problems)
        problems.raise_if_any()
        rows = []
        for prepared in Importer(export, knowledge, to).rows():
            _told(prepared.use.problems)
            rows.append(prepared.use)
        if given.number % 10 == 0:
            intake = Intake(table.file, map_.title, True, columns(export, knowledge), tuple(rows), table.below)
            page = partial(intake_page, intake=intake, facts=knowledge.facts)
            assert all(render(format_, "zh", page, intake) for format_ in ("text", "markdown", "json", "html"))

    return try_


def _crm(folder: Path) -> Try:
    return _import(whole(), shipped(), ("hubspot", "hubspot", "salesforce", "salesforce"), folder)


def _parquet(lines: bytes) -> bytes:
    """Make a Parquet file of JSON Lines: of the types that the values have, or of texts where these do not fit."""
    rows = []
    for line in lines.splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            row = json.loads(line)
            rows.append(row if isinstance(row, dict) else {"deal": row})
    try:
        table = pa.Table.from_pylist(rows)
    except (pa.ArrowException, OverflowError, UnicodeError):
        texts = [{name: ascii(value) for name, value in row.items()} for row in rows]
        table = pa.Table.from_pylist([{ascii(name): value for name, value in row.items()} for row in texts])
    stream = pa.BufferOutputStream()
    try:
        pq.write_table(table, stream)
    except pa.ArrowException:
        return b""
    return bytes(stream.getvalue())


def _screen(suffix: str, make: Callable[[bytes], bytes], folder: Path) -> Try:
    """Judge a table in columns, and every row on the engine: the two have to agree."""
    from advisor.portfolio import again
    from advisor.portfolio.backend import connect
    from advisor.portfolio.layout import Layout
    from advisor.portfolio.screen import WRITTEN, Screen
    from advisor.portfolio.source import Source

    class Here(again.Engine):
        """Judges rows in this process, which is a worker itself and can have none."""

        def _each(self, function: Callable[[again.Judged], Any], rows: Sequence[again.Judged]) -> Iterator[Any]:
            return map(function, rows)

    judge, path = mini(), folder / f"deals{suffix}"
    written = (folder / "out.jsonl", folder / "out.csv", folder / "out.parquet")
    labels = {name: verdict.label.en for name, verdict in judge.knowledge.verdicts.items()}

    def try_(given: Input) -> None:
        path.write_bytes(make(given.data))
        screen = Screen(judge, Source(path, paths.display(path), Layout(judge.knowledge)), connect("duckdb://"), None)
        screen.engine = Here(judge, screen.sheet, screen.source.name, None)

        def batches() -> Iterator[Any]:
            yield from screen.batches()
            screen.check()

        write_table(written[given.number % len(written)], batches(), WRITTEN, labels, True)
        _told(screen.summary.problems)

    return try_


def _pipelines(folder: Path) -> tuple[bytes, bytes, bytes]:
    """Return the same deals as CSV, JSON Lines and Parquet."""
    names = list(dict.fromkeys(name for row in PIPELINE for name in row))
    cells = [[_cell(row.get(name, "")) for name in names] for row in PIPELINE]
    with (folder / "deals.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([names, *cells])
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{folder}/deals.csv', all_varchar = true, header = true)) "
            f"TO '{folder}/deals.parquet'"
        )
    lines = "".join(json.dumps(row) + "\n" for row in PIPELINE).encode()
    return (folder / "deals.csv").read_bytes(), lines, (folder / "deals.parquet").read_bytes()


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def targets(folder: Path) -> list[Target]:
    """Return what is tried with tables; `folder` may be written to."""
    exports = tuple(path.read_bytes() for path in sorted(EXPORTS.glob("*.csv")))
    table, lines, parquet = _pipelines(folder)
    any_row = r"deals\.(csv|jsonl|parquet)(, row \d+)?"

    def _mini_import(place: Path) -> Try:
        return _import(mini(), mini_library(), ("mini",), place)

    return [
        Target("import", "csv", (DEALS,), _mini_import, r"deals\.csv", 6, option=True),
        Target("export", "csv", exports, _crm, r"deals\.csv", 3, option=True),
        Target("pipeline-csv", "csv", (table,), partial(_screen, ".csv", bytes), any_row, 0.4),
        Target("pipeline-jsonl", "lines", (lines,), partial(_screen, ".jsonl", bytes), any_row, 0.4),
        Target("pipeline-parquet", "lines", (lines,), partial(_screen, ".parquet", _parquet), any_row, 0.4),
        Target("parquet-bytes", "bytes", (parquet,), partial(_screen, ".parquet", bytes), any_row, 0.3),
    ]
