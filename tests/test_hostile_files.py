"""Inputs that somebody made to do harm: too big, too deep, too many; files that are none; names that bite."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from advisor.crm import RowUse
from advisor.intake import Importer
from advisor.judge import Judge, open_judge
from advisor.load import previous
from advisor.load.cases import load_case
from advisor.load.conditions import MAX_CONDITIONS
from advisor.load.crm import find_map, load_map
from advisor.load.export import Wishes, open_export
from advisor.load.previous import load_previous
from advisor.load.sheets import open_sheet
from advisor.load.table import parse_table, read_table
from advisor.load.teaching import load_lesson
from advisor.paths import Library, case_files
from advisor.problems import UNPRINTABLE_WITHIN_LINES, InputError, Problems
from advisor.render.layout.review import review_page
from advisor.render.output import render
from advisor.review import review
from tests.build import MINI, mini_library
from tests.fuzz.cases import draw
from tests.fuzz.target import SLOWEST, check
from tests.test_cli import SETTLED

ANY_FILE = r".*case\.yaml"


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Fail when an input takes too long."""
    started = time.process_time()
    yield
    assert time.process_time() - started < SLOWEST


HEAD = "case: big\ntitle: Big\nas_of: 2026-03-01\n"
BIG = {
    "values": HEAD + "facts: {deal.phase: [" + "late, " * 150_000 + "]}\n",
    "wrong values": HEAD + "facts: {deal.phase: [" + "x," * 400_000 + "]}\n",
    "keys": HEAD + "".join(f"k{n}: x\n" for n in range(90_000)),
    "one key": HEAD + "a: b\n" * 190_000,
    "facts": HEAD + "facts:\n" + "".join(f"  deal.phas{n}: x\n" for n in range(50_000)),
    "members": HEAD + "stakeholders:\n" + " - {}\n" * 150_000,
    "acts": HEAD + "history:\n" + " - {on: 2026-01-01, title: t}\n" * 33_000,
    "lists": HEAD + "facts: " + "[" * 900_000,
    "mappings": HEAD + "facts: " + "{a: " * 240_000,
    "dashes": HEAD + "- " * 450_000,
    "questions": HEAD + "? " * 450_000,
    "one line": HEAD + "about: " + "word " * 190_000,
    "one quote": HEAD + 'about: "' + "x\\n" * 300_000 + '"\n',
    "one word": HEAD + "about: " + "x" * 900_000,
    "comments": HEAD + "#\n" * 450_000,
    "empty lines": "\n" * 900_000,
    "tags": HEAD + "about: " + "!" * 900_000,
    "anchors": HEAD + "about: " + "&a " * 300_000,
    "percent": "%" * 900_000,
    "noughts": "\x00" * 900_000,
    "digits": HEAD + "facts: {deal.price: " + "9" * 900_000 + "}\n",
    "commas": HEAD + "facts: {deal.price: '" + "1," * 1900 + "x'}\n",
}


@pytest.mark.parametrize("name", BIG)
def test_a_big_input_is_no_worse(mini_judge: Judge, tmp_path: Path, name: str) -> None:
    (tmp_path / "case.yaml").write_text(BIG[name])
    with soon():
        try:
            load_case(tmp_path / "case.yaml", mini_judge.knowledge)
        except InputError as error:
            check(error.problems, ANY_FILE)


def test_as_many_members_as_there_may_be_are_judged_soon(mini_judge: Judge, tmp_path: Path) -> None:
    members = "".join(f"  - {{role: coach, stance: {'for' if n % 2 else 'against'}}}\n" for n in range(100))
    facts = "facts: {deal.phase: late, deal.needs_known: yes, deal.criteria: ours}\n"
    (tmp_path / "case.yaml").write_text(f"{HEAD}{facts}stakeholders:\n{members}")
    with soon():
        draw(mini_judge, tmp_path / "case.yaml")


CONDITION = "{fact: deal.needs_known, is: yes}"


def several(count: int, start: int = 0) -> str:
    """Write so many different conditions."""
    return ", ".join(f"{{fact: deal.price, below: {start + n}}}" for n in range(count))


def of_many(outer: str, inner: str, count: int) -> str:
    """Write conditions of conditions: `outer` and `inner` are how their lists begin."""
    parts = (f"{{{inner}: [{several(count, 100 * n)}]}}" for n in range(count))
    return f"{{{outer}: [{', '.join(parts)}]}}"


DEEP = {
    "not": "{not: " * 12 + CONDITION + "}" * 12,
    "all": "{all: [" * 12 + CONDITION + "]}" * 12,
    "a count": f"{{at_least: 10, of: [{several(20)}]}}",
    "counts of counts": of_many("at_least: 2, of", "at_least: 2, of", 5),
    "all of either": of_many("all", "either", 9),
    "not all of either": f"{{not: {of_many('all', 'either', 9)}}}",
    "either of counts": of_many("either", "at_least: 3, of", 7),
    "a wide either": f"{{either: [{several(MAX_CONDITIONS - 1)}]}}",
    "a wide all": f"{{all: [{several(MAX_CONDITIONS - 1)}]}}",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_condition_that_branches_much_is_compiled_soon(tmp_path: Path, name: str) -> None:
    shutil.copytree(MINI, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "rules" / "deals" / "001-timing.yaml"
    text = file.read_text(encoding="utf-8")
    old = "when: {fact: deal.price, below: {fact: deal.floor}}"
    assert old in text
    for printed in ("{deal.price} under {deal.floor}.", "{deal.price}低于{deal.floor}。"):
        text = text.replace(printed, "x")
    file.write_text(text.replace(old, f"when: {DEEP[name]}"), encoding="utf-8")
    (tmp_path / "case.yaml").write_text(SETTLED, encoding="utf-8")
    with soon():
        judge = open_judge(Library(tmp_path / "rules", tmp_path / "knowledge"))
        draw(judge, tmp_path / "case.yaml")
        judge.close()


# Files that are none


def _hole(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 30)


FILES: dict[str, Callable[[Path], object]] = {
    "a pipe to which nobody writes": os.mkfifo,
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a circle of links": lambda path: path.symlink_to(path.name),
    "a folder": lambda path: path.mkdir(),
    "a hole of a gigabyte": _hole,
    "an empty device": lambda path: path.symlink_to("/dev/null"),
    "nothing": lambda path: None,
}
READERS: dict[str, Callable[[Path, Judge], object]] = {
    "case.yaml": lambda path, judge: load_case(path, judge.knowledge),
    "map.yaml": lambda path, judge: load_map(path, judge.knowledge),
    "sheet.yaml": lambda path, judge: open_sheet(path),
    "lesson.yaml": lambda path, judge: load_lesson(path, judge.knowledge),
    "deals.csv": lambda path, judge: _table(path),
    "before.json": lambda path, judge: load_previous(path, judge.knowledge),
}


def _table(path: Path) -> None:
    problems = Problems()
    read_table(path, path.name, ("Key",), problems)
    problems.raise_if_any()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_none_is_refused_at_once(
    mini_judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, kind: str
) -> None:
    monkeypatch.setattr(previous, "MAX_BYTES", 20_000_000)  # what is read of a device takes time
    path = tmp_path / reader
    FILES[kind](path)
    with soon(), pytest.raises(InputError) as caught:
        READERS[reader](path, mini_judge)
    check(caught.value.problems, f".*{reader}")


def test_a_pipe_is_read_to_its_end(mini_judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    os.mkfifo(path)
    held = os.open(path, os.O_RDWR)  # so that the reader finds a writer

    def write() -> None:
        time.sleep(0.2)
        with path.open("w", encoding="utf-8") as stream:
            stream.write(SETTLED)
        os.close(held)

    writer = threading.Thread(target=write)
    writer.start()
    assert load_case(path, mini_judge.knowledge).id == "harbour"
    writer.join()


@pytest.mark.parametrize("kind", FILES)
def test_in_a_folder_of_cases_only_files_are_read(mini_judge: Judge, tmp_path: Path, kind: str) -> None:
    (tmp_path / "harbour.yaml").write_text(SETTLED, encoding="utf-8")
    (tmp_path / "self").symlink_to(".")
    if kind != "a hole of a gigabyte":
        FILES[kind](tmp_path / "x.yaml")
    assert [path.name for path in case_files([tmp_path])] == ["harbour.yaml"]


# Tables


def imported(judge: Judge, folder: Path, text: str) -> list[RowUse]:
    """Import a table with the map of the small CRM; return what became of its rows."""
    map_, problems = load_map(find_map("mini", mini_library()), judge.knowledge), Problems()
    table = parse_table(text, "deals.csv", map_.known(), problems)
    problems.raise_if_any()
    assert table is not None
    export = open_export(table, map_, judge.knowledge.facts, Wishes(), problems)
    problems.raise_if_any()
    return [prepared.use for prepared in Importer(export, judge.knowledge, folder).rows()]


def test_a_table_of_too_many_columns_is_refused(mini_judge: Judge, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        imported(mini_judge, tmp_path, "x," * 50_000 + "Key,Name,Changed\n" + "1\n" * 10)
    assert [(str(problem.at), problem.id) for problem in caught.value.problems] == [("deals.csv:1:1", "file-too-large")]


def test_many_rows_under_many_columns_are_read_soon(mini_judge: Judge, tmp_path: Path) -> None:
    head = "x," * 4_900 + "Key,Name,Changed\n"
    with soon():
        rows = imported(mini_judge, tmp_path, head + "," * 4_901 + "K,2026-02-01\n" + "1\n" * 20_000)
    assert {row.status for row in rows} == {"new", "bad"}


def test_an_id_is_no_path(mini_judge: Judge, tmp_path: Path) -> None:
    ids = ["../../x", "/etc/passwd", "..", "a/../b", "C:\\x", '"a\nb"', "\x1b[31m", "con."]
    table = "Key,Name,Changed\n" + "".join(f"{id_},N,2026-02-01\n" for id_ in ids)
    assert {Path(row.file).parent for row in imported(mini_judge, tmp_path, table) if row.file} == {tmp_path}


# Names of files


@pytest.mark.parametrize("name", ["a\nb.yaml", "\x1b[31m[bold]x.yaml", "\u202eb.yaml", "\udcff.yaml", "<b>&.yaml"])
def test_a_name_of_a_file_is_told_and_never_obeyed(mini_judge: Judge, tmp_path: Path, name: str) -> None:
    for path, text in ((tmp_path / name, "case: x\n"), (tmp_path / f"good{name}", SETTLED)):
        path.write_text(text, encoding="utf-8")
    found = review(mini_judge, case_files([tmp_path]))
    assert (len(found.cases), len(found.unreadable)) == (1, 1)
    for format_ in ("text", "markdown", "html", "json"):
        text = render(format_, "en", lambda page: review_page(page, found), found)
        assert not re.search(UNPRINTABLE_WITHIN_LINES, text)
        assert "<b>&" not in text or format_ in ("text", "json")
