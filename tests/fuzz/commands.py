"""The command line as a whole: its arguments, and what somebody types when it asks."""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing.process
import os
import re
import shutil
import sys
from pathlib import Path
from unittest import mock

from advisor import paths
from advisor.cli.main import run
from tests.fuzz.cases import mini
from tests.fuzz.target import Input, Target, Try, WrongError
from tests.fuzz.trees import Pairs
from tests.test_cli import BLOCKED, COMMANDS, EXPORTS, OPEN, SETTLED, small_checkout, write

CODES = {0, 1, 2, 3, 4, 130}
"""All exit codes but that of a defect."""
MOST_LINES = 100
"""What is typed is cut after so many lines: each costs a judgement, and thousands of them are no hang."""
_LINE = re.compile(r".*: error: .* \[[a-z-]+\]|Usage: .*|Try .*|Error: .*|\s.*|[A-Z]\w+:|written: .*|took .*|")
_MORE = [
    ["interview", "mill.yaml", "--on", "2026-03-02"],
    ["playbook", "check"],
    ["schema", "case"],
    ["review", ".", "--output", "pack.json", "--as-of", "2026-04-01"],
    ["gate", ".", "--fail-on", "withdraw,bid"],
    ["next", "harbour.yaml", "--person", "buyer", "--names"],
    ["import", "deals.csv", "--map", "mini", "--to", "made", "--as-of", "2026-03-01", "--dates", "day-first"],
    ["exercise", "start", "toll-gates", "--cases", "LESSONS", "--learner", "Ann", "--output", "ann.yaml"],
]


def _call(words: list[str], typed: bytes) -> tuple[int, str, str]:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    stdin = io.TextIOWrapper(
        io.BytesIO(b"\n".join(typed.split(b"\n")[:MOST_LINES])), encoding="utf-8", errors="replace"
    )
    with (
        mock.patch.object(sys, "argv", ["advisor", *words]),
        mock.patch.object(sys, "stdin", stdin),
        mock.patch("gc.freeze"),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            run()
        except SystemExit as left:
            return int(str(left.code)), out.getvalue(), err.getvalue()


def _right(code: int, err: str, asks: bool = False) -> None:
    if code not in CODES:
        raise WrongError(f"exit code {code} {_known(err)}: {err[-500:]}")
    lines = err.split("\n")
    if code == 2 and not asks and not all(_LINE.fullmatch(line) for line in lines):
        raise WrongError(f"no place: {err[-500:]}")
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", err):
        raise WrongError(f"control characters on the terminal: {err[-500:]!r}")


def _known(err: str) -> str:
    found = re.search(r"internal error: (\w+)", err)
    return found[1] if found else ""


def _place(folder: Path) -> dict[str, str]:
    """Lay out a folder to work in, on the small rule base; return the folders that LESSONS and ANSWERS stand for."""
    checkout = small_checkout(folder / "checkout")
    work = folder / "work"
    work.mkdir()
    os.chdir(work)
    mock.patch.object(paths, "_CHECKOUT", checkout).start()  # for as long as this process lives
    multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # a review forks
    return {"LESSONS": str(checkout / "lessons"), "ANSWERS": str(checkout / "answers")}


def _fill(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.chdir(folder)
    write(folder, harbour=SETTLED, mill=OPEN, dock=BLOCKED)
    (folder / "deals.csv").write_text(EXPORTS["deals"], encoding="utf-8")


def _arguments(folder: Path) -> Try:
    folders = _place(folder)

    def try_(given: Input) -> None:
        _fill(folder / "work")
        words = _words(given.data)
        placed = [re.sub("^(LESSONS|ANSWERS)", lambda found: folders[found[1]], word) for word in words]
        code, _, err = _call(placed, b"")
        _right(code, err)

    return try_


def _words(data: bytes) -> list[str]:
    """Read arguments from JSON, or one from each line; NUL, which no process can be given, is left out."""
    try:
        found = json.loads(data, object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        found = os.fsdecode(data).split("\n")
    words = found if isinstance(found, list) else [found]
    return [str(word)[:20_000].replace("\0", "") for word in words[:50]]


def _interview(folder: Path) -> Try:
    _place(folder)

    def try_(given: Input) -> None:
        _fill(folder / "work")
        name = ("mill.yaml", "new-deal.yaml")[given.good]
        code, _, err = _call(["interview", name, *(["--lang", "zh"] if given.number % 3 == 0 else [])], given.data)
        _right(code, err, asks=True)
        for path in (folder / "work").glob("*.yaml"):
            mini_reads(path)

    return try_


def mini_reads(path: Path) -> None:
    """See that what a command wrote can be read."""
    from advisor.load.cases import load_case

    load_case(path, mini().knowledge)


def _answer(folder: Path) -> Try:
    folders = _place(folder)
    sheet = "exercise: toll-gates\nlearner: Ann\nacts: []\n"

    def try_(given: Input) -> None:
        _fill(folder / "work")
        (folder / "work" / "answers").mkdir()
        Path("answers/ann.yaml").write_text(sheet, encoding="utf-8")
        code, _, err = _call(["exercise", "answer", "answers/ann.yaml", "--cases", folders["LESSONS"]], given.data)
        _right(code, err, asks=True)
        code, _, err = _call(["exercise", "grade", "answers/ann.yaml", "--cases", folders["LESSONS"]], b"")
        if code != 0:
            raise WrongError(f"a sheet that is not graded: {err}")

    return try_


def targets(_: Path) -> list[Target]:
    """Return what is tried with commands."""
    words = tuple(json.dumps(command).encode() for command in (*COMMANDS, *_MORE))
    typed = (
        b"2\nyes\n3 a\n?\nb\np Head of buying\nr Rival\n1 w\n\n2026-03-01\nq\n",
        b"A deal\n2026-03-01\nEUR\nHead of buying; Owner\nRival; Other\n1\n2\nyes\nno\nb\np New\n3 c\n12?\nq\n",
    )
    answers = b"1\n90\na, c\nb\nbid\n80%\nabc\na\nwithdraw\n\nz\nb\na\nq\n"
    return [
        Target("arguments", "json", words, _arguments, "", 4),
        Target("interview", "bytes", typed, _interview, "", 2),
        Target("answer", "bytes", (answers,), _answer, "", 1.5),
    ]
