"""The command as a process of its own: streams, pipes, terminals, locales, and the shipped rules."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import cachefile
from tests.test_cli import BLOCKED, OPEN, SETTLED, UNREADABLE, small_checkout, write

ROOT = Path(__file__).resolve().parent.parent
CLEAN = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    cachefile.VARIABLE: os.environ[cachefile.VARIABLE],
}
"""An environment without anything that could colour, widen or translate the output."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="written for POSIX shells, pipes and terminals")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the package of today and the small rule base."""
    folder = small_checkout(tmp_path_factory.mktemp("checkout"))
    shutil.copytree(ROOT / "advisor", folder / "advisor", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    write(folder, harbour=SETTLED, mill=OPEN, dock=BLOCKED)
    return folder


def run(
    checkout: Path, folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "advisor", *arguments],
        cwd=folder,
        env={**CLEAN, "PYTHONPATH": str(checkout), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def shell(checkout: Path, folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `advisor` is the command; a failing part of a pipe is the line's exit code."""
    prelude = f'set -o pipefail; advisor() {{ "{sys.executable}" -m advisor "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", prelude + script],
        cwd=folder,
        env={**CLEAN, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


# Streams and pipes


def test_results_go_to_stdout_and_the_rest_to_stderr(checkout: Path, cases: Path) -> None:
    done = run(checkout, cases, "review", ".", "--output", "review.md")
    (cases / "review.md").unlink()
    assert done.returncode == 0
    assert "港" not in done.stdout.decode()
    assert done.stderr == b"written: review.md\n"
    failed = run(checkout, cases, "next", "nowhere.yaml")
    assert (failed.returncode, failed.stdout) == (2, b"")
    assert failed.stderr.endswith(b"[file-unreadable]\n")


@needs_bash
@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_a_reader_who_leaves_is_no_error(checkout: Path, cases: Path, format_: str) -> None:
    for reader in ("head -1", "true"):
        done = shell(checkout, cases, f"advisor why harbour.yaml --format {format_} | {reader}")
        assert (done.returncode, done.stderr) == (0, "")


@needs_bash
def test_files_are_written_although_the_reader_leaves(checkout: Path, cases: Path) -> None:
    done = shell(checkout, cases, "advisor review . --output kept.json | true")
    assert (done.returncode, done.stderr) == (0, "written: kept.json\n")
    assert json.loads((cases / "kept.json").read_text(encoding="utf-8"))["cases"]
    (cases / "kept.json").unlink()


@needs_bash
@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_a_gate_keeps_its_code_when_the_reader_leaves(checkout: Path, cases: Path, format_: str) -> None:
    done = shell(checkout, cases, f"advisor gate harbour.yaml --fail-on bid --format {format_} | true")
    assert (done.returncode, done.stderr) == (1, "")


@needs_bash
def test_closed_and_full_outputs(checkout: Path, cases: Path) -> None:
    for script in ("advisor review . >&-", "advisor review . --format json >&-"):
        done = shell(checkout, cases, script)
        assert (done.returncode, done.stderr) == (0, "")
    assert shell(checkout, cases, "advisor next nowhere.yaml 2>&-").returncode == 2
    if Path("/dev/full").exists():
        for script in ("advisor review . >/dev/full", "advisor gate . --format json >/dev/full"):
            done = shell(checkout, cases, script)
            assert (done.returncode, done.stderr) == (2, "error: [Errno 28] No space left on device\n")


def test_reads_a_case_from_standard_input(checkout: Path, cases: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "next", "/dev/stdin"],
        cwd=cases,
        env={**CLEAN, "PYTHONPATH": str(checkout)},
        input=SETTLED.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


# Terminals


def on_a_terminal(checkout: Path, folder: Path, *arguments: str, **environment: str) -> str:
    """Return what the command writes to a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    env = {**CLEAN, "PYTHONPATH": str(checkout), "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "advisor", *arguments], cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        written = b""
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65536):
                written += part
    os.close(ours)
    return written.decode()


COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def test_a_terminal_gets_colours_unless_the_reader_wants_none(checkout: Path, cases: Path) -> None:
    coloured = on_a_terminal(checkout, cases, "review", ".")
    plain = on_a_terminal(checkout, cases, "review", ".", NO_COLOR="1")
    assert COLOUR.search(coloured)
    assert not COLOUR.search(plain)
    assert STYLE.sub("", coloured) == STYLE.sub("", plain)


def test_nothing_but_our_own_styles_reaches_a_terminal(checkout: Path, tmp_path: Path) -> None:
    name = "\x1b]0;title\x07\x9b2J.yaml"
    write(tmp_path, bad=UNREADABLE.replace("deal.phas", "deal.ph[red]as"))
    (tmp_path / name).write_text("case: [", encoding="utf-8")
    for command in (["review", "."], ["next", name], ["next", "bad.yaml"], ["why", "bad.yaml", "\x1b[2J"]):
        seen = STYLE.sub("", on_a_terminal(checkout, tmp_path, *command))
        assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", seen)


def test_progress_is_shown_only_on_a_terminal(checkout: Path, cases: Path) -> None:
    assert run(checkout, cases, "review", ".").stderr == b""


# The same bytes everywhere


def test_same_bytes_in_every_locale(checkout: Path, cases: Path) -> None:
    settings: list[dict[str, str]] = [
        {},
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "zh_CN.GB18030", "LANG": "zh_CN.GB18030"},
        {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    ]
    for arguments in (["review", ".", "--lang", "zh"], ["next", "nowhere.yaml"]):
        seen = {
            (r.returncode, r.stdout, r.stderr)
            for r in (run(checkout, cases, *arguments, environment=s) for s in settings)
        }
        assert len(seen) == 1


def test_same_bytes_under_every_hash_seed(checkout: Path, cases: Path) -> None:
    for arguments in (["review", ".", "--format", "json"], ["gate", ".", "--fail-on", "x,y,z,bit,bids"]):
        seen = set()
        for seed in ("0", "1", "2", "42"):
            done = run(checkout, cases, *arguments, environment={"PYTHONHASHSEED": seed})
            seen.add((done.returncode, done.stdout, done.stderr))
        assert len(seen) == 1


def test_same_bytes_in_every_order_of_files(checkout: Path, cases: Path, tmp_path: Path) -> None:
    names = ["dock.yaml", "harbour.yaml", "mill.yaml"]
    for name in reversed(names):
        shutil.copy(cases / name, tmp_path / name)
    runs = [(cases, ["."]), (tmp_path, ["."]), (cases, names), (cases, names[::-1])]
    seen = {run(checkout, folder, "review", *paths, "--format", "json").stdout for folder, paths in runs}
    assert len(seen) == 1


def test_twice_the_same_bytes(checkout: Path, cases: Path) -> None:
    assert len({run(checkout, cases, "review", ".", "--format", "markdown").stdout for _ in range(2)}) == 1


# Completion


@needs_bash
@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_scripts_can_be_generated(checkout: Path, cases: Path, shell_name: str) -> None:
    done = run(checkout, cases, environment={"_ADVISOR_COMPLETE": f"{shell_name}_source"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"_ADVISOR_COMPLETE" in done.stdout


def test_completion_knows_commands_and_options(checkout: Path, cases: Path) -> None:
    def completed(words: str, position: int) -> bytes:
        environment = {"_ADVISOR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(position)}
        return run(checkout, cases, environment=environment).stdout

    assert completed("advisor why", 1) == b"plain,why\nplain,why-not\n"
    assert completed("advisor review --lang ", 3) == b"plain,en\nplain,zh\n"


# The shipped rules


def test_the_shipped_rules_judge_an_almost_empty_case(tmp_path: Path) -> None:
    write(tmp_path, first="case: first\ntitle: A first look\nas_of: 2026-11-22\n")
    for command, lang in (("review", "en"), ("next", "zh"), ("why", "zh")):
        done = run(ROOT, tmp_path, command, "first.yaml", "--lang", lang)
        assert (done.returncode, done.stderr) == (0, b"")
        assert not re.search(rb"[{}]", done.stdout), "a placeholder stays unfilled"
    gate = run(ROOT, tmp_path, "gate", "first.yaml", "--fail-on", "qualify-first")
    assert gate.returncode == 1, "where nothing is known, the advice is to find out"


def test_the_shipped_playbook_can_be_read_in_both_languages(tmp_path: Path) -> None:
    for command in (["coverage", "--lang", "zh"], ["show", "38", "--lang", "en"]):
        done = run(ROOT, tmp_path, "playbook", *command)
        assert (done.returncode, done.stderr) == (0, b"")
        assert not re.search(rb"[{}]", done.stdout)
