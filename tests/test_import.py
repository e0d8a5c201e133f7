"""Exports of a CRM to case files: what is taken, left and not understood, and what no export can do."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from advisor import paths
from advisor.cli.main import run
from advisor.intake import Importer, Prepared
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.load.cells import amounts, days
from advisor.load.crm import find_map, load_map
from advisor.load.export import Wishes, open_export
from advisor.load.table import MAX_RECORDS, Table, parse_table
from advisor.paths import Library, shipped
from advisor.problems import Problems

TESTS = Path(__file__).resolve().parent
MINI = Library(TESTS / "mini" / "rules", TESTS / "mini" / "knowledge")
HEAD = "Key,Name,Price,Phase,Changed\n"
ROW = "K-1,A mill,1200,Begun,2026-02-01\n"
KNOWN = """\
# Kept by hand.
case: k-1
title: A mill by hand
as_of: 2026-03-01
facts:
  deal.price: {value: 900, evidence: written} # signed off

# nobody yet
stakeholders: []
"""

BAD_ROWS = [
    ("K-1,A mill,5,Begun\n", "row-length", "the row has 4 cells, and the first row of the table 5"),
    ("K-1,A mill,1,200,Begun,2026-02-01\n", "row-length", "the row has 6 cells"),
    ("K-0,Another,,,2026-02-01\n", "duplicate-row", 'the id "k-0" is that of row 2, which alone counts'),
    ("K-1,,5,Begun,2026-02-01\n", "empty-value", "the title is empty"),
    ("K-1,A mill,5,Begun,\n", "empty-value", "nothing tells when this row was last changed"),
    ("K-1,A mill,5,Begun,soon\n", "not-a-date", '"soon" is no day that can be read'),
    ("K-1,A mill,=1+1,Begun,2026-02-01\n", "not-a-number", '"=1+1" is no number that can be read; write digits'),
    ("K-1,A \x1b[31mmill,5,Begun,2026-02-01\n", "control-character", "the control character U+001B"),
    ("K" * 81 + ",A mill,5,Begun,2026-02-01\n", "bad-id", "longer than 80 characters"),
    (",港口,5,Begun,2026-02-01\n", "bad-id", "no id, and no Latin letter or digit in the title"),
    ("K-1," + "A" * 5000 + ",5,Begun,2026-02-01\n", "text-too-long", "longer than 4000 characters"),
    ("taken,A mill,5,Begun,2026-02-01\n", "file-exists", 'the file for "taken" exists and holds something else'),
    ("euros,A mill,USD 5,Begun,2026-02-01\n", "currency-differs", 'the row is in "USD", and the case file in "EUR"'),
    ("broken,A mill,5,Begun,2026-02-01\n", "unknown-key", "has no key"),
    ("house,A mill,5,Begun,2026-02-01\n", "account-not-deal", '"cases/house.yaml" is an account'),
    ("bare,A mill,EUR 5,Begun,2026-02-01\n", "currency-differs", "states amounts without a currency; write it into"),
    ("twice,A mill,5,Begun,2026-02-01\n", "duplicate-id", "cases/twice-2.yaml, cases/twice.yaml; keep one of them"),
    (",Wharf 港口,5,Begun,2026-02-01\n", "file-exists", 'the file for "wharf" has another title: "Wharf 机场"; export'),
]
"""A row after a good one, the id of its problem, and what is said of it."""


Import = Callable[..., tuple[int, str, str]]


@pytest.fixture
def import_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Import:
    """Import a text by the small map, in an empty folder."""
    checkout = tmp_path / "checkout"
    shutil.copytree(TESTS / "mini", checkout)
    (checkout / "setup.cfg").touch()
    (tmp_path / "here" / "cases").mkdir(parents=True)
    monkeypatch.setattr(paths, "_CHECKOUT", checkout)
    monkeypatch.chdir(tmp_path / "here")

    def call(text: str | bytes, *more: str, map_: str = "mini") -> tuple[int, str, str]:
        Path("deals.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        monkeypatch.setattr(sys, "argv", ["advisor", "import", "deals.csv", "--map", map_, *more])
        with pytest.raises(SystemExit) as leaving:
            run()
        printed = capsys.readouterr()
        return int(str(leaving.value.code)), printed.out, printed.err

    return call


def plain(outcome: tuple[int, str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome[1])
    return found


def case(name: str) -> str:
    return Path("cases", f"{name}.yaml").read_text(encoding="utf-8")


# What a row becomes


def test_a_row_becomes_a_case(import_: Import, mini_judge: Judge) -> None:
    head = "Key,Name,Currency,Price,Phase,Public,Criteria,Customer,Owner,Room,Changed\n"
    row = 'K-1,"A ""mill"", new",EUR,1200.50,Begun,TRUE,nobody\'s,A house,Somebody,3,2026-02-01T10:30:00Z\n'
    code, out, err = import_(head + row, "--as-of", "2026-02-03")
    assert (code, err) == (0, "")
    assert case("k-1") == (
        'case: k-1\ntitle: "A \\"mill\\", new"\nabout: {en: "Customer: A house", zh: "客户：A house"}\n'
        "as_of: 2026-02-03\ncurrency: EUR\nfacts:\n"
        "  deal.price: {value: 1_200.50, evidence: told, by: coach, on: 2026-02-01}\n"
        "  deal.phase: {value: early, evidence: assumed, by: coach, on: 2026-02-01, how: leaked}\n"
        "  deal.public: {value: yes, evidence: told, by: buyer, on: 2026-02-01}\n"
        "  deal.criteria: {value: none, evidence: told, by: coach, on: 2026-02-01}\n"
    )
    loaded = load_case(Path("cases/k-1.yaml"), mini_judge.knowledge)
    assert mini_judge.judge(loaded).case.id == "k-1"
    assert "Rows: 1. New cases: 1" in out
    assert "A person's name." in out
    assert "not in the map" in out


def test_words_that_say_nothing_are_left_and_others_are_named(import_: Import) -> None:
    text = HEAD + ROW.replace("Begun", "Lost") + "".join(f"K-{n},A,,Odd,2026-02-01\n" for n in (2, 3))
    rows = plain(import_(text, "--format", "json"))["rows"]
    assert [(row["left"], row["unknown"]) for row in rows] == [(['Phase: "Lost"'], []), *[([], ['Phase: "Odd"'])] * 2]
    assert "deal.phase" not in case("k-1") + case("k-2")
    assert ' • Phase: "Odd" (rows: 2)\n' in re.sub(" +\n", "\n", import_(text)[1])


def test_of_two_rows_for_one_case_the_one_that_can_be_read_counts(import_: Import) -> None:
    outcome = import_(HEAD + ROW.replace("1200", "x") + ROW, "--format", "json")
    assert [row["status"] for row in plain(outcome)["rows"]] == ["bad", "new"]


def test_of_two_titles_for_one_case_that_of_the_file_counts(import_: Import) -> None:
    Path("cases/wharf.yaml").write_text(KNOWN.replace("k-1", "wharf").replace("A mill by hand", "Wharf 机场"), "utf-8")
    rows = plain(import_(HEAD + "".join(f",Wharf {w},5,,2026-02-01\n" for w in ("港口", "机场")), "--format", "json"))
    assert [row["status"] for row in rows["rows"]] == ["bad", "same"]


def test_a_dry_run_writes_nothing(import_: Import) -> None:
    code, out, _ = import_(HEAD + ROW, "--dry-run")
    assert code == 0
    assert "Nothing was written." in out
    assert not list(Path("cases").iterdir())


def test_a_folder_is_made_where_there_is_none(import_: Import) -> None:
    assert import_(HEAD + ROW, "--to", "new/deals")[0] == 0
    assert Path("new/deals/k-1.yaml").is_file()


def test_without_an_id_the_title_is_one(import_: Import) -> None:
    assert import_("Name,Price,Changed\n../../A mill's  scales!,5,2026-02-01\n")[0] == 0
    assert [path.name for path in Path("cases").iterdir()] == ["a-mill-s-scales.yaml"]


def test_the_same_export_again_changes_nothing(import_: Import) -> None:
    import_(HEAD + ROW)
    before = case("k-1"), Path("cases/k-1.yaml").stat().st_mtime_ns
    outcome = import_(HEAD + ROW, "--format", "json")
    assert [row["status"] for row in plain(outcome)["rows"]] == ["same"]
    assert before == (case("k-1"), Path("cases/k-1.yaml").stat().st_mtime_ns)


# Files that are there


@pytest.mark.parametrize("name", ["k-1", "by-another-name"])
def test_what_a_person_wrote_stays(import_: Import, mini_judge: Judge, name: str) -> None:
    path = Path("cases", f"{name}.yaml")
    path.write_text(KNOWN, encoding="utf-8")
    code, out, _ = import_(HEAD + ROW)
    assert code == 0
    added = "  deal.phase: {value: early, evidence: assumed, by: coach, on: 2026-02-01, how: leaked}\n"
    assert case(name) == KNOWN.replace("# signed off\n", f"# signed off\n{added}")
    assert [p.name for p in Path("cases").iterdir()] == [path.name]
    kept = plain(import_(HEAD + ROW, "--format", "json"))["rows"][0]["kept"]
    assert kept[0] == {"path": "deal.price", "file": "900", "export": "1_200"}
    load_case(path, mini_judge.knowledge)
    assert "added to: 1" in out


@pytest.mark.parametrize(
    "text",
    [
        "{case: k-1, title: A, as_of: 2026-03-01}\n",
        '{\n  "case": k-1,\n  title: A,\n  as_of: 2026-03-01}\n',
        '"case": k-1\ntitle: A\nas_of: 2026-03-01\n',
        "title: A\ncase:\n  k-1\nas_of: 2026-03-01\n",
        "  case: k-1\n  title: A\n  as_of: 2026-03-01\n",
        "case: 'k-1' # of the CRM\r\ntitle: A\r\nas_of: 2026-03-01\r\n",
        "title: A\rcase: k-1\ras_of: 2026-03-01\rstakeholders: []\r",
    ],
)
def test_a_case_is_known_however_its_file_is_written(import_: Import, mini_judge: Judge, text: str) -> None:
    path = Path("cases/by-another-name.yaml")
    path.write_bytes(text.encode())
    assert plain(import_(HEAD + ROW, "--format", "json"))["rows"][0]["status"] == "added"
    assert list(Path("cases").iterdir()) == [path]
    assert load_case(path, mini_judge.knowledge).content.facts["deal.price"][0].value == 1200
    ends = re.compile(rb"\r\n|\r|\n")
    assert set(ends.findall(path.read_bytes())) == set(ends.findall(text.encode()))


def test_a_file_of_another_case_is_not_taken_for_one_that_begins_alike(import_: Import) -> None:
    Path("cases/other.yaml").write_text(KNOWN.replace("k-1", "k-1_b"), encoding="utf-8")
    assert plain(import_(HEAD + ROW, "--format", "json"))["rows"][0]["status"] == "new"


def test_a_title_alone_names_a_deal_in_either_language(import_: Import) -> None:
    text = KNOWN.replace("k-1", "wharf-2").replace("A mill by hand", "{en: By hand, zh: 港口 Wharf  2}")
    Path("cases/wharf.yaml").write_text(text, encoding="utf-8")
    rows = plain(import_(HEAD + ROW.replace("K-1,A mill", ",港口 wharf 2"), "--format", "json"))["rows"]
    assert [row["status"] for row in rows] == ["added"]


def test_a_file_without_a_currency_is_given_that_of_its_first_amount(import_: Import) -> None:
    path = Path("cases/k-1.yaml")
    path.write_text("case: k-1\ntitle: A\nas_of: 2026-03-01 # a day\n", encoding="utf-8")
    import_("Key,Name,Phase,Currency,Changed\nK-1,A,Begun,EUR,2026-02-01\n")
    assert "currency" not in case("k-1")
    import_("Key,Name,Price,Currency,Changed\nK-1,A,5,EUR,2026-02-01\n")
    assert case("k-1").startswith("case: k-1\ntitle: A\nas_of: 2026-03-01 # a day\ncurrency: EUR\nfacts:\n")


@pytest.mark.skipif(os.name == "nt", reason="file modes are those of POSIX")
def test_who_may_read_a_file_stays(import_: Import) -> None:
    path = Path("cases/k-1.yaml")
    path.write_text(KNOWN, encoding="utf-8")
    path.chmod(0o600)
    import_(HEAD + ROW)
    assert "deal.phase" in case("k-1")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_learnt_later_becomes_an_act(import_: Import, mini_judge: Judge) -> None:
    Path("cases/k-1.yaml").write_text(KNOWN, encoding="utf-8")
    for _ in range(2):
        import_(HEAD + ROW.replace("2026-02-01", "2026-04-01"))
    loaded = load_case(Path("cases/k-1.yaml"), mini_judge.knowledge)
    assert [(act.on, list(act.content.facts)) for act in loaded.history] == [(date(2026, 4, 1), ["deal.phase"])]
    assert case("k-1").startswith(KNOWN)


def test_a_fact_of_the_history_counts_as_stated(import_: Import) -> None:
    text = KNOWN + "history:\n  - {on: 2026-04-01, title: Act, facts: {deal.phase: late}}\n"
    Path("cases/k-1.yaml").write_text(text, encoding="utf-8")
    import_(HEAD + ROW)
    assert case("k-1") == text


def test_rows_that_differ_from_their_files_are_counted_and_come_before_the_quiet_ones(import_: Import) -> None:
    text = HEAD + "".join(f"K-{n},A mill {n},5.50,Begun,2026-02-01\n" for n in (1, 2, 3))
    import_(text)
    later = text.replace("K-3,A mill 3,5.50", "K-3,A mill 3,6").replace("5.50", "5.5")
    code, out, _ = import_(later, "--format", "markdown")
    assert (code, "which stays as it is: 1." in out) == (0, True)
    assert re.findall(r"A mill \d", out) == ["A mill 3", "A mill 1", "A mill 2"]
    assert "不一致：1行" in import_(later, "--lang", "zh")[1]
    assert "which stays as it is" not in import_(text)[1]


def test_what_is_written_meanwhile_is_not_overwritten(import_: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of the other files go on."""
    Path("cases/k-1.yaml").write_text(KNOWN, encoding="utf-8")
    check = Importer._check

    def slow(importer: Importer, text: str, path: Path) -> None:
        check(importer, text, path)
        path.write_text("by hand\n", encoding="utf-8")

    monkeypatch.setattr(Importer, "_check", slow)
    code, out, err = import_(HEAD + ROW + ROW.replace("K-1", "K-2"), "--format", "json")
    assert (code, err) == (2, "")
    problems = [row["problems"][0] for row in json.loads(out)["rows"]]
    assert [problem[problem.rindex("[") :] for problem in problems] == ["[file-changed]", "[file-exists]"]
    assert {path.read_text() for path in Path("cases").iterdir()} == {"by hand\n"}


def test_a_link_is_followed(import_: Import) -> None:
    Path("real.yaml").write_text(KNOWN, encoding="utf-8")
    Path("cases/k-1.yaml").symlink_to(Path("real.yaml").resolve())
    import_(HEAD + ROW)
    assert Path("cases/k-1.yaml").is_symlink()
    assert "deal.phase" in Path("real.yaml").read_text(encoding="utf-8")


# Rows and files that are bad


@pytest.mark.parametrize(("row", "id_", "said"), BAD_ROWS, ids=lambda value: value[:20])
def test_a_bad_row_is_named_and_stops_no_other(import_: Import, row: str, id_: str, said: str) -> None:
    Path("cases/taken.yaml").write_text("note: no case\n", encoding="utf-8")
    Path("cases/euros.yaml").write_text("case: euros\ntitle: A\nas_of: 2026-03-01\ncurrency: EUR\n", encoding="utf-8")
    Path("cases/broken.yaml").write_text("case: broken\ntitle: A\nas_of: 2026-03-01\nfact: {}\n", encoding="utf-8")
    Path("cases/house.yaml").write_text("case: house\nkind: account\ntitle: A\nas_of: 2026-03-01\n", encoding="utf-8")
    Path("cases/bare.yaml").write_text(KNOWN.replace("k-1", "bare").replace("price", "floor"), encoding="utf-8")
    for name in ("twice", "twice-2"):
        Path(f"cases/{name}.yaml").write_text(KNOWN.replace("k-1", "twice"), encoding="utf-8")
    Path("cases/wharf.yaml").write_text(KNOWN.replace("k-1", "wharf").replace("A mill by hand", "Wharf 机场"), "utf-8")
    before = {path: path.read_bytes() for path in Path("cases").iterdir()}
    text = HEAD + ROW.replace("K-1", "K-0") + row + ROW.replace("K-1", "K-9")
    code, out, err = import_(text, "--format", "json")
    assert (code, err) == (2, "")
    rows = json.loads(out)["rows"]
    assert [entry["status"] for entry in rows] == ["new", "bad", "new"]
    assert rows[1]["row"] == 3
    assert [said in problem and problem.endswith(f"[{id_}]") for problem in rows[1]["problems"]] == [True]
    assert {path.name for path in set(Path("cases").iterdir()) - set(before)} == {"k-0.yaml", "k-9.yaml"}
    assert all(path.read_bytes() == held for path, held in before.items())


def test_an_amount_in_another_currency_than_its_deal(import_: Import) -> None:
    code, out, _ = import_("Key,Name,Currency,Price,Changed\nK-1,A,EUR,USD 5,2026-02-01\n")
    assert code == 2
    assert "the amount is in USD, and the deal in" in " ".join(out.split())


def test_a_row_changed_after_the_day_of_the_export(import_: Import) -> None:
    code, out, _ = import_(HEAD + ROW, "--as-of", "2026-01-01", "--format", "json")
    assert code == 2
    assert "[after-as-of]" in out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gb18030"])
def test_another_encoding_is_refused_with_its_place(import_: Import, encoding: str) -> None:
    code, out, err = import_((HEAD + ROW.replace("A mill", "港口")).encode(encoding))
    assert (code, out) == (2, "")
    assert re.fullmatch(r"deals\.csv:\d+:\d+: error: .*UTF-8.* \[(not-utf8|control-character)\]\n", err)


@pytest.mark.parametrize("begin", [b"PK\x03\x04\x14\0", b"\xd0\xcf\x11\xe0\xa1"], ids=["today's", "before 2007"])
def test_a_workbook_is_told_from_text(import_: Import, begin: bytes) -> None:
    said = "deals.csv: error: this is a workbook, no text; save its table as CSV (UTF-8) [not-utf8]\n"
    assert import_(begin + bytes(100)) == (2, "", said)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "mark"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_tables_of_all_kinds_say_the_same(import_: Import, delimiter: str, ending: str, mark: str) -> None:
    text = mark + (HEAD + "\n,,,,\n" + ROW).replace(",", delimiter).replace("\n", ending)
    assert import_(text)[0] == 0
    assert "value: 1_200," in case("k-1")


def test_a_spreadsheet_names_what_parts_the_cells(import_: Import) -> None:
    assert import_("sep=;\n" + (HEAD + ROW).replace(",", ";"))[0] == 0
    assert "A mill" in case("k-1")


def test_a_cell_may_hold_lines_and_its_place_is_right(import_: Import) -> None:
    _, out, _ = import_(HEAD + 'K-1,"A\nmill",5,Begun,2026-02-01\nK-2,B,x,Begun,2026-02-01\n', "--format", "json")
    assert 'title: "A mill"' in case("k-1")
    assert "deals.csv:4:7: error" in json.loads(out)["rows"][1]["problems"][0]


def test_what_stands_under_a_report_is_no_row(import_: Import) -> None:
    outcome = import_(HEAD + ROW + "\n\nConfidential\nPrinted by somebody\n", "--format", "json")
    assert outcome[0] == 0
    assert (plain(outcome)["below"], len(plain(outcome)["rows"])) == (2, 1)


HOSTILE = ['=HYPERLINK("http://x")', "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "&a *a !!python/x {a: b}", "a: b # c"]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_cell_holds_is_text_for_everybody(import_: Import, mini_judge: Judge, words: str) -> None:
    quoted = '"' + words.replace('"', '""') + '"'
    import_(f"Key,Name,Customer,Changed\nK-1,{quoted},<b>{{x}}</b>,2026-02-01\n")
    loaded = load_case(Path("cases/k-1.yaml"), mini_judge.knowledge)
    assert loaded.title.en == words
    assert case("k-1").splitlines()[1].startswith('title: "')
    for format_ in ("text", "markdown", "html", "json"):
        outcome = import_(f"Key,Name,Changed\nK-2,{quoted},2026-02-01\n", "--format", format_, "--dry-run")
        assert outcome[0] == 0


def test_a_file_that_cannot_be_written_costs_only_its_row(import_: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    calls = iter([None, None, OSError(errno.ENOSPC, "No space left on device"), None, None])  # each file, its folder

    def full(handle: int) -> None:
        error = next(calls)
        if error is not None:
            raise error
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    rows = "".join(ROW.replace("K-1", f"K-{n}") for n in range(3))
    code, out, _ = import_(HEAD + rows, "--format", "json")
    assert code == 2
    assert [row["status"] for row in json.loads(out)["rows"]] == ["new", "bad", "new"]
    assert "cannot write the file: No space left on device [file-unwritable]" in out
    assert sorted(path.name for path in Path("cases").iterdir()) == ["k-0.yaml", "k-2.yaml"]


def test_an_interrupt_leaves_no_half_written_file(import_: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    assert import_(HEAD + ROW)[0] == 130
    assert not list(Path("cases").iterdir())


def test_ten_thousand_rows(import_: Import) -> None:
    rows = "".join(f"K-{n},Deal {n},{n * 1000},Begun,2026-02-01\n" for n in range(10_000))
    outcome = import_(HEAD + rows, "--dry-run")
    assert outcome[0] == 0
    assert "Rows: 10000. New cases: 10000" in outcome[1]
    assert "and 9900 more in the JSON report" in outcome[1]


def test_more_rows_than_anybody_exports() -> None:
    problems = Problems()
    assert parse_table("a\n" * (MAX_RECORDS + 1), "x.csv", ["a"], problems) is None
    assert [p.id for p in problems.found] == ["file-too-large"]


# Days and amounts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-04-03", ["2026-04-03"]),
        ("2026-04-03T10:00:00.000+0000", ["2026-04-03"]),
        ("2026/4/3 10:00", ["2026-04-03"]),
        ("2026年4月3日", ["2026-04-03"]),
        ("2026/4/3 下午 3:14", ["2026-04-03"]),
        ("3 Apr 2026", ["2026-04-03"]),
        ("April 3, 2026, 10:00 PM", ["2026-04-03"]),
        ("04/04/2026", ["2026-04-04"]),
        ("03/04/2026", ["2026-03-04", "2026-04-03"]),
        ("03.04.2026 10:15", ["2026-03-04", "2026-04-03"]),
        ("31/12/2026", ["2026-12-31"]),
        ("12/31/2026", ["2026-12-31"]),
        ("31/12/26", []),
        ("2026-02-30", []),
        ("3 Foo 2026", []),
        ("0001-01-01", []),
        ("46115", []),
        ("", []),
    ],
)
def test_days(text: str, found: list[str]) -> None:
    assert sorted({day.isoformat() for day in days(text).values()}) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1234", ["1234"]),
        ("1,234.50", ["1234.50"]),
        ("1.234,50", ["1234.50"]),
        ("1 234 567", ["1234567"]),
        ("1\u202f234", ["1234"]),
        ("1'234'567.5", ["1234567.5"]),
        ("1,234", ["1.234", "1234"]),
        ("1.234", ["1.234", "1234"]),
        ("0.500", ["0.500"]),
        ("1234.5", ["1234.5"]),
        ("1,234,567", ["1234567"]),
        ("EUR 5", ["5"]),
        ("5 USD", ["5"]),
        ("-5", ["-5"]),
        ("EUR 5 USD", []),
        ("$5", []),
        ("(5)", []),
        ("=5", []),
        ("1e9", []),
        ("1,23", ["1.23"]),
        ("12,34.5", []),
        ("NaN", []),
    ],
)
def test_amounts(text: str, found: list[str]) -> None:
    assert sorted(map(str, set(amounts(text).values()))) == found


@pytest.mark.parametrize(
    ("cells", "more", "days_"),
    [
        (["03/04/2026", "13/04/2026"], [], ["2026-04-03", "2026-04-13"]),
        (["03/04/2026", "04/13/2026"], [], ["2026-03-04", "2026-04-13"]),
        (["03/04/2026", "2026-04-13"], ["--dates", "day-first"], ["2026-04-03", "2026-04-13"]),
        (["03/04/2026", "2026-04-13"], ["--dates", "month-first"], ["2026-03-04", "2026-04-13"]),
    ],
)
def test_other_rows_or_the_user_say_how_days_are_written(
    import_: Import, cells: list[str], more: list[str], days_: list[str]
) -> None:
    rows = "".join(f"K-{n},A,5,Begun,{cell}\n" for n, cell in enumerate(cells))
    assert import_(HEAD + rows, *more)[0] == 0
    assert [re.findall(r"as_of: (.*)", case(f"k-{n}"))[0] for n in range(len(cells))] == days_


@pytest.mark.parametrize(
    ("cells", "more", "value"),
    [
        (["1.234", "1.234,50"], [], "1_234"),
        (["1.234", "1,234.50"], [], "1.234"),
        (["1.234"], ["--decimal", "comma"], "1_234"),
        (["1.234"], ["--decimal", "point"], "1.234"),
    ],
)
def test_other_rows_or_the_user_say_how_amounts_are_written(
    import_: Import, cells: list[str], more: list[str], value: str
) -> None:
    rows = "".join(f'K-{n},A,"{cell}",Begun,2026-02-01\n' for n, cell in enumerate(cells))
    assert import_(HEAD + rows, *more)[0] == 0
    assert f"value: {value}," in case("k-0")


@pytest.mark.parametrize(
    ("row", "more", "said"),
    [
        (
            "K-1,A,5,Begun,13/10/2026\n",
            ["--dates", "month-first"],
            '"13/10/2026" is no day written with the month first',
        ),
        (
            'K-1,A,"1,234.5",,2026-02-01\n',
            ["--decimal", "comma"],
            '"1,234.5" is no number written with the comma before',
        ),
    ],
)
def test_what_does_not_go_with_the_way_that_the_user_said(
    import_: Import, row: str, more: list[str], said: str
) -> None:
    problems = plain(import_(HEAD + row, *more, "--format", "json"))["rows"][0]["problems"]
    assert [said in problem for problem in problems] == [True]


def test_rows_that_prove_both_ways_prove_none(import_: Import) -> None:
    rows = "".join(f"K-{n},A,5,Begun,{day}\n" for n, day in enumerate(["13/04/2026", "04/13/2026", "03/04/2026"]))
    code, out, err = import_(HEAD + rows)
    assert (code, out) == (2, "")
    assert "row 4" in err
    assert not list(Path("cases").iterdir())


# Maps


def test_a_map_of_ones_own_says_how_the_file_is_written(import_: Import) -> None:
    own = (TESTS / "mini" / "knowledge" / "crm" / "mini.yaml").read_text(encoding="utf-8")
    Path("own.yaml").write_text(own + "dates: month-first\ndecimal: comma\n", encoding="utf-8")
    assert import_(HEAD + "K-1,A,1.200,Begun,03/04/2026\n", map_="own.yaml")[0] == 0
    assert "value: 1_200," in case("k-1")
    assert "as_of: 2026-03-04" in case("k-1")


def test_a_house_has_maps_too(import_: Import) -> None:
    Path("house/knowledge/crm").mkdir(parents=True)
    shutil.copy(TESTS / "mini" / "knowledge" / "crm" / "mini.yaml", "house/knowledge/crm/ours.yaml")
    assert import_(HEAD + ROW, "--rules", "house", map_="ours")[0] == 0


def test_all_problems_of_a_map_come_in_one_run(import_: Import) -> None:
    Path("own.yaml").write_text(
        "title: {en: A}\ncase: {id: [Key]}\nfacts:\n  deal.fase: {columns: [A], evidence: told}\n"
        "  deal.phase: {columns: [B], evidence: written, values: {x: lat}}\ndates: any\n",
        encoding="utf-8",
    )
    code, out, err = import_(HEAD + ROW, map_="own.yaml")
    assert (code, out) == (2, "")
    ids = [re.findall(r"\[([a-z-]+)\]$", line)[0] for line in err.splitlines()]
    assert ids == [
        "missing-key", "missing-language", "missing-key", "unknown-fact", "unknown-name", "value-not-allowed",
        "unknown-name",
    ]  # fmt: skip


def test_what_a_map_leaves_open_is_a_problem(import_: Import) -> None:
    Path("own.yaml").write_text(
        "title: {en: A, zh: A}\nby: coach\ncase: {id: [Key], id_form: other, title: []}\nfacts:\n"
        "  deal.phase: {columns: [], evidence: told, values: {Begun: early, begun: late}}\n",
        encoding="utf-8",
    )
    code, out, err = import_(HEAD + ROW, map_="own.yaml")
    assert (code, out) == (2, "")
    assert [(line.partition(": error")[0], re.findall(r"\[([a-z-]+)\]$", line)[0]) for line in err.splitlines()] == [
        ("own.yaml:3:28", "unknown-name"),
        ("own.yaml:3:42", "empty-value"),
        ("own.yaml:5:25", "empty-value"),
        ("own.yaml:5:68", "duplicate-key"),
    ]


def shipped_import(judge: Judge, folder: Path, name: str, text: str) -> list[Prepared]:
    """Prepare the rows of an export by a map that is shipped."""
    map_, problems = load_map(find_map(name, shipped()), judge.knowledge), Problems()
    table = parse_table(text, "x.csv", map_.known(), problems)
    assert table is not None
    export = open_export(table, map_, judge.knowledge.facts, Wishes(date(2026, 3, 5)), problems)
    problems.raise_if_any()
    return list(Importer(export, judge.knowledge, folder).rows())


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001D000000IRFma", "001D000000IRFmaIAH"),
        ("0063x00000AbCdE", "0063x00000AbCdEAAV"),
        ("0063x00000abcde", "0063x00000abcdeAAA"),
        ("006ABCDE00ZZZZZ", "006ABCDE00ZZZZZYH5"),
    ],
)
def test_an_id_of_salesforce_is_one_in_both_forms(shipped_judge: Judge, tmp_path: Path, short: str, long: str) -> None:
    head = "Opportunity ID,Opportunity Name\n"
    first, second = shipped_import(shipped_judge, tmp_path, "salesforce", f"{head}{short},A\n{long},A\n")
    assert first.use.case == long.lower()
    assert "[duplicate-row]" in second.use.problems[0]


def test_ids_of_salesforce_that_differ_in_capitals_are_two_deals(shipped_judge: Judge, tmp_path: Path) -> None:
    text = "Opportunity ID,Opportunity Name\n006x0000000AbCd,A\n006x0000000aBcD,B\n"
    rows = shipped_import(shipped_judge, tmp_path, "salesforce", text)
    assert [row.use.status for row in rows] == ["new", "new"]


@pytest.mark.parametrize("amount", ["0", "0.00", "0.0"])
@pytest.mark.parametrize(("map_", "title"), [("salesforce", "Opportunity Name"), ("hubspot", "Deal Name")])
def test_a_deal_is_not_worth_nothing(shipped_judge: Judge, tmp_path: Path, map_: str, title: str, amount: str) -> None:
    use = shipped_import(shipped_judge, tmp_path, map_, f"{title},Amount\nA,{amount}\n")[0].use
    assert (use.status, use.taken, use.left) == ("new", (), (f'Amount: "{amount}"',))


@pytest.mark.parametrize("stage", ["contractsent", "Contract Sent", "Contract sent (Sales Pipeline)"])
def test_a_stage_of_hubspot_is_known_with_its_pipeline_too(shipped_judge: Judge, tmp_path: Path, stage: str) -> None:
    text = f"Record ID,Deal Name,Deal Stage\n1,A,{stage}\n"
    assert shipped_import(shipped_judge, tmp_path, "hubspot", text)[0].use.taken == ("us.stage",)


@pytest.mark.parametrize("name", ["salesforce", "hubspot"])
def test_the_shipped_maps_fit_the_dictionary(shipped_judge: Judge, name: str) -> None:
    map_ = load_map(find_map(name, shipped()), shipped_judge.knowledge)
    columns = [*map_.id, *map_.name, *map_.currency, *map_.modified]
    columns += [c for about in map_.about for c in about.columns]
    columns += [c for source in map_.facts for c in source.columns]
    columns += [c for left in map_.left for c in left.columns]
    assert len(columns) == len(set(columns)), "a column is named twice"
    assert {source.path for source in map_.facts} == {"opportunity.contract_value", "us.stage"}
    assert all(source.grade == "told" for source in map_.facts)


@pytest.mark.parametrize("name", ["salesforce-api", "salesforce-report", "hubspot-api", "hubspot-list"])
def test_exports_of_both_systems(shipped_judge: Judge, tmp_path: Path, name: str) -> None:
    text = (TESTS / "exports" / f"{name}.csv").read_text(encoding="utf-8-sig")
    map_ = load_map(find_map(name.partition("-")[0], shipped()), shipped_judge.knowledge)
    table = parse_table(text, name, map_.known(), problems := Problems())
    assert isinstance(table, Table)
    wishes = Wishes(as_of=date(2026, 3, 5))
    export = open_export(table, map_, shipped_judge.knowledge.facts, wishes, problems)
    problems.raise_if_any()
    prepared = list(Importer(export, shipped_judge.knowledge, tmp_path).rows())
    assert [p.use.status for p in prepared] == ["new", "new"]
    for row in prepared:
        assert row.path is not None
        row.path.write_text(row.text, encoding="utf-8")
    first = load_case(tmp_path / f"{prepared[0].use.case}.yaml", shipped_judge.knowledge)
    assert first.content.facts["opportunity.contract_value"][0].value == Decimal("1250000")
    assert first.content.facts["us.stage"][0].value == "solution"
    assert (first.currency, first.content.facts["us.stage"][0].grade) == ("EUR", "told")
    assert shipped_judge.judge(first).case.id == first.id


# Whatever it is


@given(st.binary(max_size=200) | st.text(max_size=120).map(lambda text: (HEAD + ROW + text).encode("utf-8", "replace")))
@example(b"")
@example(b'"')
@example(b'Name,Key\n"a"""",b\n"')
@example(HEAD.encode() + b'K-1,"\r\n",,,\xef\xbb\xbf')
def test_any_bytes_give_rows_or_located_problems(mini_judge: Judge, raw: bytes) -> None:
    map_ = load_map(find_map("mini", MINI), mini_judge.knowledge)
    problems, text = Problems(), raw.decode("utf-8", "replace")
    table = parse_table(text, "x.csv", map_.known(), problems)
    wishes = Wishes(date(2026, 3, 1), "day-first", "point")
    export = open_export(table, map_, mini_judge.knowledge.facts, wishes, problems) if table else None
    assert (export is None) <= bool(problems)
    assert all(problem.at.file == "x.csv" for problem in problems.found)
    if export is not None and not problems:
        for prepared in Importer(export, mini_judge.knowledge, Path("nowhere")).rows():
            assert bool(prepared.use.problems) == (prepared.use.status == "bad")
            assert prepared.use.row <= len(text.splitlines()) + 1
