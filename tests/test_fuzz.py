"""Some hundred hostile inputs for each kind of file, the same in every run; `make fuzz` tries as many as one likes.

What fails here is had again by `python -m tests.fuzz TARGET --seed 0 --only NUMBER`.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.problems import InputError, Location, Problem
from tests.fuzz import campaign, target
from tests.fuzz.campaign import run, shrunk
from tests.fuzz.target import Input, Target
from tests.fuzz.targets import all_targets

COUNT = 6
"""Inputs for each share that a target has of the hundred or so."""
NAMES = (
    "case", "shipped", "account", "rival", "edit", "lesson", "sheet", "previous", "rules", "knowledge", "house", "seat",
    "map", "cache", "codec", "import", "export", "pipeline-csv", "pipeline-jsonl", "pipeline-parquet", "parquet-bytes",
    "arguments", "interview", "answer",
)  # fmt: skip
NEVER_REFUSE = {"cache", "codec", "arguments", "interview", "answer"}
"""What gives a result whatever is handed in: a file that nobody needs, and those who ask again."""


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Target]:
    return {one.name: one for one in all_targets(tmp_path_factory.mktemp("targets"))}


def test_every_target_is_tried(targets: dict[str, Target]) -> None:
    assert tuple(targets) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_handed_in_gives_a_result_or_problems_with_their_places(
    targets: dict[str, Target], name: str
) -> None:
    count = max(3, round(targets[name].share * COUNT))
    tally = run(targets[name], 0, range(count))
    assert not tally.failures
    assert tally.tried == count
    if count > 20:
        assert 0 < tally.results < count or name in NEVER_REFUSE


def test_inputs_follow_from_the_seed_and_their_number(targets: dict[str, Target]) -> None:
    for one in targets.values():
        inputs = [one.input(0, number) for number in range(30)]
        assert inputs == [one.input(0, number) for number in range(30)]
        assert inputs != [one.input(1, number) for number in range(30)]
        assert len({given.data for given in inputs}) > 20


# What the harness finds


def planted(act: Callable[[bytes], None]) -> Target:
    """Return a target that does something with each input."""
    return Target(
        "planted", "bytes", (b"case: a\ntitle: x\n",), lambda _: lambda given: act(given.data), r"case\.yaml", 1
    )


def _raise(data: bytes) -> None:
    raise ValueError("planted")


def _refuse(*problems: Problem) -> Callable[[bytes], None]:
    def act(data: bytes) -> None:
        raise InputError(problems)

    return act


DEFECTS = {
    "ValueError": _raise,
    "refused without a reason": _refuse(),
    "no line, [bad-id]": _refuse(Problem(Location("case.yaml"), "bad-id", "x")),
    "another file, [bad-id]": _refuse(Problem(Location("", 1, 1), "bad-id", "x")),
    "no short line, [bad-id]": _refuse(Problem(Location("case.yaml", 1, 1), "bad-id", "x\ny")),
    "memory": lambda data: print(len(b"x" * 200_000_000), end=""),
    "MemoryError": lambda data: print(len(b"x" * campaign.MEMORY)),
    "lost: its process was ended by SIGKILL": lambda data: os.kill(os.getpid(), signal.SIGKILL),
    "lost: its process ended with 3": lambda data: os._exit(3),
}


@pytest.mark.parametrize("what", DEFECTS)
def test_a_defect_is_a_failure_that_tells_its_number(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "MOST_MEMORY", 100_000)
    tally = run(planted(DEFECTS[what]), 0, range(2))
    assert [(kind, [number for number, _ in failed]) for kind, failed in tally.failures.items()] == [(what, [0, 1])]


def test_a_hang_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "PATIENCE", 0.5)
    assert set(run(planted(lambda data: time.sleep(60)), 0, [7]).failures) == {"lost: it took longer than 0.5 seconds"}


def test_a_located_problem_is_none() -> None:
    tally = run(planted(_refuse(Problem(Location("case.yaml", 1, 1), "bad-id", "x"))), 0, range(3))
    assert (tally.tried, tally.results, dict(tally.problems), tally.failures) == (3, 0, {"bad-id": 3}, {})


def test_what_fails_is_made_smaller() -> None:
    def act(data: bytes) -> None:
        if b"!" in data:
            raise ValueError("planted")

    given = Input(5, 0, b"some words before! and after")
    assert shrunk(planted(act), given, "ValueError") == b"!"


def test_a_long_run_tells_what_was_run_and_fails_with_what_fails(
    targets: dict[str, Target], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.fuzz import __main__ as program

    monkeypatch.chdir(tmp_path)
    for one, code in ((targets["map"], 0), (planted(_raise), 1)):
        monkeypatch.setattr("tests.fuzz.targets.all_targets", lambda folder, one=one: [one])
        monkeypatch.setattr("sys.argv", ["fuzz", "--mutations", "30"])
        assert program.main() == code
        told = capsys.readouterr().out
        assert told.startswith(f"{one.name}: 30 inputs, ")
        assert ("problems: " in told) == (code == 0)
        assert len(list((tmp_path / "build").rglob("planted-0-*"))) == code
    monkeypatch.setattr("sys.argv", ["fuzz", "nothing"])
    assert program.main() == 2
