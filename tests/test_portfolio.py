"""`advisor portfolio`: tables read, bad rows told, the sample checked, and nothing half written."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import re
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest

from advisor.case import Case
from advisor.cli import main
from advisor.evidence import View
from advisor.explain.report import report as full_report
from advisor.judge import Judge, Judgement
from advisor.model import CASE
from advisor.portfolio import again, screen
from advisor.portfolio.backend import DUCKDB, POLARS, connect
from advisor.portfolio.layout import Layout
from advisor.portfolio.slice import Slice
from advisor.portfolio.source import Source
from advisor.problems import EngineError, InputError, visible
from advisor.result import CaseReport
from advisor.rulebase import Knowledge

ROWS: list[dict[str, Any]] = [
    {"deal": "one", "title": "=1+1", "as_of": "2026-10-01", "us.rank": "behind", "us.offer_price": "4_600_000"},
    {"deal": "two", "as_of": "2026-10-01", "us.rank": "bogus"},
    {
        "deal": "three",
        "as_of": "2026-10-01",
        "compliance.collusion_asked": "yes",
        "stakeholders": [{"id": "a", "role": "decision-maker", "stance": "enemy"}, {"stance": "supporter"}],
        "stakeholders_complete": "no",
    },
    {"deal": "four", "title": "Four", "as_of": "2026-02-30"},
    {"deal": "five", "as_of": "2026-10-01", "stakeholders": [{"stanse": "enemy"}]},
    {
        "deal": "six",
        "as_of": "2026-10-01",
        "purchase.kind": "public-tender",
        "us.rank": "behind",
        "us.rank.how": "leaked",
    },
    {"deal": "seven", "as_of": "2026-10-01", "us.rank": "none"},
]
BAD = {2: "us.rank", 4: "as_of", 5: "stakeholders", 7: "us.rank"}
MALFORMED = {"deal": "eight", "as_of": "2026-10-01", "stakeholders": "the buyer"}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as CSV or JSON Lines, or as Parquet with nested lists."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = path if path.suffix == ".csv" else path.with_suffix(".csv")
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in rows:
            cells = [row.get(name, "") for name in names]
            writer.writerow([json.dumps(cell) if isinstance(cell, list) else cell for cell in cells])
    if path.suffix == ".parquet":
        keys = sorted({key for row in rows for member in row.get("stakeholders", ()) for key in member})
        kind = ", ".join(f'"{key}":"VARCHAR"' for key in keys)
        lists = f"* REPLACE (from_json(stakeholders, '[{{{kind}}}]') AS stakeholders)" if keys else "*"
        source = f"read_csv('{table}', all_varchar = true, header = true)"
        duckdb.sql(f"COPY (SELECT {lists} FROM {source}) TO '{path}'")
    return path


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it printed."""

    exit_code: int
    output: str


def run(*arguments: object) -> Result:
    return command("portfolio", *arguments)


def command(*arguments: object) -> Result:
    printed = io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["advisor", *map(str, arguments)]),
        redirect_stdout(printed),
        redirect_stderr(printed),
        pytest.raises(SystemExit) as ended,
    ):
        main.run()
    return Result(int(str(ended.value.code)), printed.getvalue())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_is_judged_and_bad_rows_cost_only_themselves(tmp_path: Path, suffix: str) -> None:
    result = run(write(tmp_path / f"deals{suffix}", ROWS), "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 2, result.output
    found = lines(tmp_path / "out.jsonl")
    assert [row["row"] for row in found] == list(range(1, len(ROWS) + 1))
    assert {row["row"]: row["problems"] for row in found if row["problems"]} == {
        number: [name] for number, name in BAD.items()
    }
    assert [row["verdict"] is None for row in found] == [row["row"] in BAD for row in found]
    assert found[2]["stopped_by"]
    assert found[2]["settled"] is True
    assert 'row 2: error: "us.rank" cannot be "bogus"' in " ".join(result.output.split())


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_list_that_is_none_is_told(tmp_path: Path, suffix: str) -> None:
    result = run(write(tmp_path / f"deals{suffix}", [ROWS[0], MALFORMED]), "--output", tmp_path / "out.jsonl")
    assert [row["problems"] for row in lines(tmp_path / "out.jsonl")] == [[], ["stakeholders"]], result.output
    assert '"stakeholders" must be a list' in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("deals.csv", "deal,as_of\none,2026-10-01\ntwo,2026-10-01,x\n", ["cells"]),
        (
            "deals.jsonl",
            '{"deal":"one","as_of":"2026-10-01"}\n'
            '{"deal":"two","as_of":"2026-10-01","deal":"three"}\n'
            '["deal"]\n'
            '{"deal":"two","as_of":"2026-10-01","stakeholders":[null]}\n',
            ["keys", "line", "stakeholders"],
        ),
    ],
)
def test_a_row_of_another_shape_costs_only_itself_in_the_sample_too(
    tmp_path: Path, name: str, text: str, wrong: list[str]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = run(tmp_path / name, "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 2, result.output
    first, *others = lines(tmp_path / "out.jsonl")
    assert first["verdict"]
    assert [row["verdict"] for row in others] == [None] * len(wrong)
    for column, row in zip(wrong, others, strict=True):
        assert column in row["problems"]


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("\n", "header-missing"),
        ("x" * 150_000 + "\n", "table-unreadable"),
        ("\0" * 300_000, "table-unreadable"),
        ("deal," + '"' + "x" * 99_000 + "\n", "unknown-column"),
    ],
)
def test_a_first_line_that_names_no_columns_is_refused_with_its_place(tmp_path: Path, text: str, id_: str) -> None:
    (tmp_path / "deals.csv").write_text(text, encoding="utf-8")
    result = run(tmp_path / "deals.csv", "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 2, result.output
    assert re.match(rf".*deals\.csv:1:1: error: .*\[{id_}\]\n$", result.output)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_pipe_or_device_is_no_table(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"device{suffix}").symlink_to("/dev/zero")
    for name in ("pipe", "device"):
        result = run(tmp_path / f"{name}{suffix}", "--output", tmp_path / "out.jsonl")
        assert result.exit_code == 2
        assert f"{name}{suffix}: error: a table is read more than once" in result.output


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("stem", ["*", "[ab]", "??", "deal=b/o'ne", "{a,b}"])
def test_a_table_is_the_file_of_its_name_and_no_other(
    mini_judge: Judge, tmp_path: Path, stem: str, suffix: str
) -> None:
    for name in ("a", "b", "ab", stem):
        path = tmp_path / f"{name}{suffix}"
        path.parent.mkdir(exist_ok=True)
        write(tmp_path / f"deals{suffix}", [{"deal": "mine" if name == stem else "other"}]).rename(path)
    (tmp_path / f"deals{suffix}").with_suffix(".csv").unlink(missing_ok=True)
    source = Source(tmp_path / f"{stem}{suffix}", "deals", Layout(mini_judge.knowledge))
    assert [deal for batch in source.batches(10) for deal in batch.deals["deal"].to_pylist()] == ["mine"]
    assert source.count() <= 2


FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－1", 'a",=1+1', "a\n=1+1", "=1;=2"]


def test_spreadsheets_are_given_no_formulas(tmp_path: Path) -> None:
    rows = [{"deal": text, "title": text, "as_of": "2026-10-01"} for text in FORMULAS]
    run(write(tmp_path / "deals.jsonl", rows), "--output", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        found = list(csv.reader(stream))
    assert len(found) == len(FORMULAS) + 1
    assert {len(row) for row in found} == {len(found[0])}
    for row in found:
        assert not [cell for cell in row if re.match("[=+\\-@\t\r\n＝＋－＠]", cell)], row
    titles = [row[found[0].index("title")].removeprefix("'") for row in found[1:]]
    assert titles == [visible(text.strip()) for text in FORMULAS], "what was written can be read"


def test_a_cell_or_the_name_of_a_file_is_never_part_of_a_query(tmp_path: Path) -> None:
    words = "x'); DROP TABLE given_deals; --\" OR 1=1 /*"
    people = [{"id": "a", "post": words, "role": words}, {"id": "b", "post": words, "role": "decision-maker"}]
    rows: list[dict[str, Any]] = [
        {"deal": words, "title": words, "as_of": "2026-10-01", "us.rank": rank} for rank in (words, "behind")
    ]
    rows[1]["stakeholders"], rows[0]["stakeholders"] = people[1:], people
    table = write(tmp_path / "deals'); --\".jsonl", rows)
    result = run(table, "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 2, result.output
    found = lines(tmp_path / "out.jsonl")
    assert [row["title"] for row in found] == [words, words]
    assert [bool(row["problems"]) for row in found] == [True, False]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_what_a_terminal_would_obey_is_shown(tmp_path: Path, suffix: str) -> None:
    rows = [{"deal": "a\x1b[31m", "title": "b\u202ec", "as_of": "2026-10-01"}]
    out = tmp_path / f"out{suffix}"
    assert run(write(tmp_path / "deals.jsonl", rows), "--output", out, "--sample", 0).exit_code == 0
    told = out.read_text(encoding="utf-8")
    assert "a\ufffd[31m" in told
    assert "b\ufffdc" in told
    assert not re.search("[\x1b\u202e]", told)


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    table = write(tmp_path / "deals.csv", ROWS)
    before = table.read_bytes()
    (tmp_path / "link.csv").symlink_to(table)
    for name in ("deals.csv", "link.csv"):
        outcome = run(table, "--output", tmp_path / name, "--overwrite")
        assert (outcome.exit_code, "[output-is-input]" in outcome.output) == (2, True)
    assert table.read_bytes() == before


def test_a_table_without_days_needs_as_of(tmp_path: Path) -> None:
    table = write(tmp_path / "deals.csv", [{"deal": "one", "us.rank": "behind"}])
    assert run(table, "--output", tmp_path / "out.jsonl").exit_code == 2
    assert lines(tmp_path / "out.jsonl")[0]["problems"] == ["as_of"]
    assert run(table, "--output", tmp_path / "dated.jsonl", "--as-of", "2026-10-01").exit_code == 0


def test_the_exceptions_are_explained_on_the_engine(tmp_path: Path) -> None:
    out, full = tmp_path / "out.parquet", tmp_path / "full.json"
    run(write(tmp_path / "deals.jsonl", ROWS), "--output", out, "--explain", full, "--most", 1)
    (case,) = json.loads(full.read_text(encoding="utf-8"))["cases"]
    assert case["id"] == "three"
    assert out.exists()


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("deal,us.ranc", "unknown-column"),
        ("deal,religion", "banned-field"),
        ("deal,deal", "duplicate-column"),
        ("", "header-missing"),
    ],
)
def test_a_table_with_a_wrong_header_is_refused(tmp_path: Path, header: str, problem: str) -> None:
    table = tmp_path / "deals.csv"
    table.write_text(f"{header}\nx,y\n", encoding="utf-8")
    result = run(table, "--output", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert f"[{problem}]" in result.output
    assert not (tmp_path / "out.csv").exists()


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "deals.xlsx").write_text("x", encoding="utf-8")
    (tmp_path / "deals.parquet").write_text("x", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert "[unknown-format]" in run(tmp_path / "deals.xlsx", "--output", out).output
    assert "[table-unreadable]" in run(tmp_path / "deals.parquet", "--output", out).output
    assert "[file-unreadable]" in run(tmp_path / "none.csv", "--output", out).output
    table = write(tmp_path / "deals.jsonl", ROWS)
    assert "[unknown-format]" in run(table, "--output", tmp_path / "out.txt").output
    assert "[backend-unreachable]" in run(table, "--output", out, "--backend", "nothing://x").output
    assert not out.exists()


def test_a_quote_that_is_never_closed_is_told_and_nothing_written(tmp_path: Path) -> None:
    table, out = tmp_path / "deals.csv", tmp_path / "out.csv"
    table.write_text('deal,title,as_of\r\na,A,2026-10-01\r\nb,"B,2026-10-01\r\nc,C,2026-10-01\r\n', encoding="utf-8")
    result = run(table, "--output", out)
    assert "a quote is opened in row 2 and never closed [table-unreadable]" in " ".join(result.output.split())
    assert result.exit_code == 2
    assert not out.exists()


def test_a_table_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    table, out = tmp_path / "deals.csv", tmp_path / "out.jsonl"
    text = '\ufeffdeal;title;as_of;us.rank\r\na;"A\r\nB";2026-10-01;behind\r\n\r\nb;;2026-10-01\r\n'
    table.write_bytes(text.encode())
    assert run(table, "--output", out).exit_code == 0
    assert [(row["row"], row["deal"], row["problems"]) for row in lines(out)] == [(1, "a", []), (2, "b", [])]


def test_a_line_that_is_no_object_costs_only_itself(tmp_path: Path) -> None:
    table = tmp_path / "deals.jsonl"
    table.write_text('{"deal": "a"\n[1]\n{"deal": "b", "as_of": "2026-10-01"}\n', encoding="utf-8")
    result = run(table, "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 2, result.output
    assert [row["problems"][:1] for row in lines(tmp_path / "out.jsonl")] == [["line"], ["line"], []]


def opened(judge: Judge, path: Path, url: str = POLARS, sample: int = 50) -> screen.Screen:
    source = Source(path, path.name, Layout(judge.knowledge))
    return screen.Screen(judge, source, connect(url), None, sample=sample)


def test_a_disagreement_names_row_verdicts_and_rules(
    tmp_path: Path, shipped_judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = opened(shipped_judge, write(tmp_path / "deals.jsonl", ROWS))
    list(found.batches())
    found.check()
    assert found.summary.sampled == len(ROWS)
    for judged in found.sample:
        judged.result["verdict"] = "bid"
    with pytest.raises(EngineError, match=r"row 1: verdict: columns bid, engine "):
        found.check()


def test_a_row_on_which_the_engine_crashes_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged again for the sample, and for the full reports."""
    judged_again = again.on_engine

    def crash(case: Case) -> None:
        if case.id in ("one", "three"):
            os.kill(os.getpid(), signal.SIGKILL)

    def on_engine(judge: Judge, sheet: Slice, case: Case, view: View) -> Any:
        crash(case)
        return judged_again(judge, sheet, case, view)

    def report(judge: Judge, judgement: Judgement) -> CaseReport:
        crash(judgement.case)
        return full_report(judge, judgement)

    monkeypatch.setattr(again, "on_engine", on_engine)
    monkeypatch.setattr(again, "report", report)
    good = [row for number, row in enumerate(ROWS, start=1) if number not in BAD]
    table, out, full = write(tmp_path / "deals.jsonl", good), tmp_path / "out.jsonl", tmp_path / "full.json"
    result = run(table, "--output", out, "--explain", full)
    assert result.exit_code == 2, result.output
    assert [row["verdict"] is not None for row in lines(out)] == [True] * len(good), "what the columns say stands"
    said = " ".join(result.output.split())
    assert "Rows on which the engine says nothing: 2" in said
    assert f"Judged again on the engine: {len(good) - 2} rows" in said
    reason = "its process was ended by SIGKILL while it was judged [row-lost]"
    assert said.count(f"error: the engine says nothing on this row: {reason}") == 2
    review = json.loads(full.read_text(encoding="utf-8"))
    assert [case["id"] for case in review["cases"]] == ["six"]
    assert sorted(entry["file"][-5:] for entry in review["unreadable"]) == ["row 1", "row 2"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_row_that_takes_all_memory_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(*_: object) -> object:
        return [b"x" * 1_000_000 for _ in range(100_000)]

    monkeypatch.setattr(again, "on_engine", growing)
    monkeypatch.setenv("ADVISOR_MEMORY", "100")
    result = run(write(tmp_path / "deals.jsonl", ROWS[:1]), "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 2, result.output
    assert "it needed more than 100 MB of memory while it was judged [row-lost]" in " ".join(result.output.split())
    assert lines(tmp_path / "out.jsonl")[0]["verdict"]


def test_an_interrupt_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.csv"
    out.write_text("as it was", encoding="utf-8")

    def interrupted(_: screen.Screen) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(screen.Screen, "check", interrupted)
    run(write(tmp_path / "deals.jsonl", ROWS), "--output", out, "--overwrite")
    assert out.read_text(encoding="utf-8") == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deals.jsonl", "out.csv"]


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_table_that_is_there_is_replaced_only_if_asked(tmp_path: Path, name: str) -> None:
    table = write(tmp_path / "deals.jsonl", ROWS[:1])
    (tmp_path / name).write_text("notes", encoding="utf-8")
    before = (tmp_path / name).read_bytes()
    refused = run(table, "--output", tmp_path / name)
    assert refused.exit_code == 2
    assert refused.output.endswith("name another, or say --overwrite [file-exists]\n")
    assert (tmp_path / name).read_bytes() == before
    assert run(table, "--output", tmp_path / name, "--overwrite", "--sample", 0).exit_code == 0
    assert (tmp_path / name).read_bytes() != before


SPELLINGS = {
    "bool": ["yes", "YES", "True", "no", "nO", "y", "1", "none", "unknown", "null", "yes\t", "\u3000no"],
    "int": [
        "0",
        "12",
        "-3",
        "+3",
        "1,200",
        "1_000_000",
        "1.0",
        "1.5",
        "12,00",
        "9" * 15,
        "9" * 16,
        "none",
        "three",
        "³",
    ],
    "money": ["5", "4_600_000", "1,234,567.89", "0.1234567", ".5", "5.", "1e3", "-7", "9" * 16, "￥5", "none", "n/a"],
    "date": [
        "2026-09-30",
        "2024-02-29",
        "2026-02-29",
        "2026-13-01",
        "26-01-01",
        "2026-1-1",
        "0001-01-01",
        "9999-12-31",
    ],
    "enum": ["first", "First", "none", "unknown", "null", "-", "first\n", "\x1ffirst", "fi\nrst", "\n"],
    "text": ["word", "null", "~", "none", "字" * 4000, "x" * 4001, "字" * 4001],
}
"""Cells of each kind as people write them, right and wrong."""


def spelled(knowledge: Knowledge) -> list[dict[str, Any]]:
    """Return rows with a cell of every kind in every spelling, each in the first fact of its kind."""
    rows = []
    for kind, words in SPELLINGS.items():
        facts = [fact.path for fact in knowledge.facts.values() if fact.type == kind and fact.scope == CASE]
        rows += [{"deal": f"{kind}-{n}", "as_of": "2026-10-01", facts[0]: word} for n, word in enumerate(words)]
    more: dict[str, list[Any]] = {
        "title": ["字" * 4000, "字" * 4001],
        "us.rank.on": ["2026-10-01", "2026-10-02", "2025-01-01", "soon"],
        "us.rank.by": ["字" * 4000, "字" * 4001],
        "us.rank.how": ["leaked", "told", "bought"],
        "us.rank.evidence": ["confirmed", "documented", "heard", "x"],
        "stakeholders": [
            *([{"id": one}] for one in ("a-b", "A", "a--b", "-a", "a" * 80, "a" * 81, "a\t", "\n")),
            *([{"id": "a"}, {"id": one}] for one in ("b", "a", "a\n", " a", " ")),
        ],
        "stakeholders_complete": ["YES", "no", "maybe"],
    }
    for name, cells in more.items():
        base = {"as_of": "2026-10-01", "us.rank": "behind"}
        rows += [{"deal": f"{name}-{n}", **base, name: cell} for n, cell in enumerate(cells)]
    return rows


@pytest.mark.parametrize("url", [POLARS, DUCKDB])
def test_columns_read_cells_as_the_reader_of_cases_does(tmp_path: Path, shipped_judge: Judge, url: str) -> None:
    rows = spelled(shipped_judge.knowledge)
    found = opened(shipped_judge, write(tmp_path / "deals.csv", rows), url, sample=len(rows))
    list(found.batches())
    found.check()
    assert found.summary.sampled == len(rows)
    assert 20 < found.summary.wrong < len(rows) - 20


def test_duckdb_and_polars_say_the_same(tmp_path: Path, shipped_judge: Judge) -> None:
    table = write(tmp_path / "deals.jsonl", ROWS)
    here, there = (
        [row for batch in opened(shipped_judge, table, url).batches() for row in batch.to_pylist()]
        for url in (POLARS, DUCKDB)
    )
    assert here == there


def test_the_same_table_in_small_batches_gives_the_same(tmp_path: Path, shipped_judge: Judge) -> None:
    table = write(tmp_path / "deals.jsonl", ROWS)
    whole = [row for batch in opened(shipped_judge, table).batches() for row in batch.to_pylist()]
    parts = [row for batch in opened(shipped_judge, table).batches(3) for row in batch.to_pylist()]
    assert whole == parts


def test_a_folder_is_no_table(tmp_path: Path, shipped_judge: Judge) -> None:
    (tmp_path / "deals.csv").mkdir()
    with pytest.raises(InputError, match="file-unreadable"):
        opened(shipped_judge, tmp_path / "deals.csv")


def test_without_its_libraries_the_command_says_which_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "duckdb" else found(name))
    table = write(tmp_path / "deals.csv", ROWS)
    outcome = run(table, "--output", tmp_path / "out.csv")
    assert outcome.exit_code == 2
    assert "pip install 'deal-advisor[portfolio]' [library-missing]" in outcome.output
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_the_summary_comes_in_both_languages_and_all_formats(tmp_path: Path, lang: str, format_: str) -> None:
    good = [row for number, row in enumerate(ROWS, start=1) if number not in BAD]
    table = write(tmp_path / "deals.jsonl", good)
    outcome = run(table, "--output", tmp_path / "out.csv", "--lang", lang, "--format", format_, "--sample", "3")
    assert outcome.exit_code == 0, outcome.output
    printed = outcome.output.partition("written: ")[0]
    if format_ == "json":
        assert json.loads(printed)["rows"] == len(good)
        return
    assert not re.search("[{}]|None", printed)
    assert bool(re.search("[\u4e00-\u9fff]", printed)) == (lang == "zh")
