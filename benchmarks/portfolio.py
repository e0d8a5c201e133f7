"""A pipeline in columns: a whole table of made deals, as a process; and every row of a small one against the engine."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.judge import Judge
from advisor.model import CASE, Fact
from benchmarks.measure import peak
from benchmarks.setting import Setting
from benchmarks.table import Bar, Part, amount

DEALS = 1_000_000
SECONDS, MEGABYTES = 60, 2_000
CHECKED = 2_000
"""Rows of the small table, all of which are judged on the engine too."""
FACTS, PEOPLE, RIVALS = 60, 4, 2
"""Columns of a made table, and how many people and rivals a deal has on average; the facts are those read most."""
TOLD = (0.2, 0.5, 0.8)
"""How much of them is told: of every third deal little, of every third half, of every third most."""
DISTINCT = 20_000
"""So many different deals are made, and told again and again up to the size of the table."""
DAY = "2026-06-01"
FORMS = {"parquet": "Parquet", "csv": "CSV", "jsonl": "JSON Lines"}


def measure(setting: Setting) -> Part:
    """Screen a made table in a process of its own; then a small one, each row of which the engine judges again."""
    part = Part("Portfolio", ("deals", "form", "seconds", "deals a second", "peak memory, MB"))
    judge = setting.judge()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = folder / "small.parquet"
        write(judge, small, setting.pick(CHECKED, 200))
        _screened(setting, small, setting.pick(CHECKED, 200))
        part.bars.append(
            Bar("columns agree with the engine on every row", True, f"{setting.pick(CHECKED, 200):,} rows")
        )
        for form, called in FORMS.items():
            for size in (1_000,) if setting.quick else (DEALS // 10, DEALS):
                table = folder / f"deals.{form}"
                write(judge, table, size)
                took, held = _screened(setting, table, 200)
                table.unlink()
                part.add(f"{size:,}", called, f"{took:.1f}", amount(size / took), amount(held))
            if not setting.quick:
                part.bars.append(Bar(f"{DEALS:,} deals, {called}, in {SECONDS} s", took < SECONDS, f"{took:.0f} s"))
                part.bars.append(Bar(f"within {MEGABYTES:,} MB", held < MEGABYTES, f"{held:.0f} MB"))
    judge.close()
    part.notes.append(
        f"Deals of {FACTS} facts, of which a fifth, a half or four fifths are told, with some {PEOPLE} people and "
        f"{RIVALS} rivals; {DISTINCT:,} different ones, told again up to the size of the table. The result is Parquet."
    )
    return part


def _screened(setting: Setting, table: Path, sample: int) -> tuple[float, float]:
    """Screen a table; return the seconds and the peak memory in MB. Raise RuntimeError where the command fails."""
    output = table.with_name("verdicts.parquet")
    command = [sys.executable, "-m", "advisor", "portfolio", str(table), "--output", str(output), "--overwrite"]
    command += ["--as-of", DAY, "--sample", str(sample), *(["--rules", str(setting.rules)] if setting.rules else [])]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"exit code {process.returncode} from: {' '.join(command)}")
    return time.perf_counter() - start, peak(usage)


def write(judge: Judge, path: Path, size: int) -> None:
    """Write a table of so many deals, in the form that its ending says."""
    columns = _Maker(judge).columns(min(size, DISTINCT))
    if path.suffix == ".parquet":
        _write_parquet(path, columns, size)
        return
    head, lines = _as_csv(columns) if path.suffix == ".csv" else ("", _as_json(columns))
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(head)
        for first in range(0, size, len(lines)):
            stream.writelines(lines[: size - first])


def _write_parquet(path: Path, columns: dict[str, list[Any]], size: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    with pq.ParquetWriter(path, table.schema) as writer:
        for first in range(0, size, table.num_rows):
            writer.write_table(table.slice(0, min(table.num_rows, size - first)))


def _as_csv(columns: dict[str, list[Any]]) -> tuple[str, list[str]]:
    """Return the line of names, and a line for each deal; lists are JSON."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for cells in zip(*columns.values(), strict=True):
        writer.writerow(json.dumps(cell) if isinstance(cell, list) else cell for cell in cells)
    head, *lines = text.getvalue().splitlines(keepends=True)
    return head, lines


def _as_json(columns: dict[str, list[Any]]) -> list[str]:
    rows = (zip(columns, cells, strict=True) for cells in zip(*columns.values(), strict=True))
    return [json.dumps({name: cell for name, cell in row if cell is not None}) + "\n" for row in rows]


class _Maker:
    """Makes deals; the same ones each time."""

    def __init__(self, judge: Judge) -> None:
        self.random = random.Random(20_261_126)
        self.knowledge = judge.knowledge
        readers: dict[str, int] = {}
        for unit in judge.program.deciding.running:
            for literal in {lit.column for alternative in unit.alternatives for lit in alternative}:
                path = getattr(judge.program.columns[literal].means, "path", "")
                readers[path] = readers.get(path, 0) + 1
        often = sorted(
            (f for f in self.knowledge.facts.values() if f.type != "text"), key=lambda f: -readers.get(f.path, 0)
        )
        self.facts = [fact for fact in often if fact.scope == CASE][:FACTS]
        self.members = {
            name: [fact for fact in often if fact.scope == name][:6] for name in ("stakeholders", "competitors")
        }

    def columns(self, size: int) -> dict[str, list[Any]]:
        """Return the columns of a table."""
        told = [TOLD[n % len(TOLD)] for n in range(size)]
        found: dict[str, list[Any]] = {"deal": [f"deal-{n}" for n in range(size)]}
        for fact in self.facts:
            found[fact.path] = [self._value(fact) if self.random.random() < share else None for share in told]
        for name, most in (("stakeholders", PEOPLE), ("competitors", RIVALS)):
            found[name] = [list(self._some(name, self.random.randint(0, 2 * most), share)) for share in told]
        return found

    def _some(self, list_: str, count: int, share: float) -> Iterator[dict[str, str | None]]:
        for _ in range(count):
            yield {
                fact.path.partition(".")[2]: self._value(fact) if self.random.random() < share else None
                for fact in self.members[list_]
            }

    def _value(self, fact: Fact) -> str:
        if fact.type == "bool":
            return self.random.choice(("yes", "no"))
        if fact.type == "date":
            return f"2026-0{self.random.randint(1, 5)}-1{self.random.randint(0, 9)}"
        if fact.type in ("int", "money"):
            return str(self.random.choice((0, 1, 2, 5, 30, 90, 250_000, 4_000_000)))
        return self.random.choice([*fact.values, *(["none"] if fact.absent is not None else [])])
