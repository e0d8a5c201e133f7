"""Work in processes of its own: every result once, and what a process does not survive costs its item alone."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from advisor import workers
from advisor.workers import GaveUp, work

Outcome = int | str


def doubled(item: Outcome) -> Outcome:
    """Double a number; a word says how the process is to end, or what it is to raise."""
    if item == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "leave":
        os._exit(3)
    if item == "hang":
        time.sleep(60)
    if item == "grow":
        return len(["grown" * number for number in range(10**9)])
    if item == "grow at once":
        return len(bytes(10**10))
    if item == "answer too much":
        return "x" * 90_000_000
    if item == "fail":
        raise ValueError("on purpose")
    if item == "fail oddly":
        raise OddError(1, 2)
    return item * 2


class OddError(Exception):
    """An error that cannot be made again from what it says."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def outcomes(
    items: list[Outcome], count: int = 2, patience: float = 30, memory: int = 1000
) -> dict[int, Outcome | GaveUp]:
    """Run `doubled` over items; each has to be answered once."""
    found = list(work(doubled, items, count, patience, memory))
    assert sorted(number for number, _ in found) == list(range(len(items)))
    return dict(found)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_item_is_answered_once(count: int) -> None:
    assert outcomes(list(range(40)), count) == {number: 2 * number for number in range(40)}
    assert outcomes([], count) == {}


@pytest.mark.parametrize(
    ("item", "reason"),
    [("crash", "its process was ended by SIGKILL"), ("leave", "its process ended with 3")],
)
@pytest.mark.parametrize("count", [1, 2])
def test_a_process_that_dies_costs_its_item(item: str, reason: str, count: int) -> None:
    found = outcomes([1, item, 2, item, 3], count)
    assert found == {0: 2, 1: GaveUp(reason), 2: 4, 3: GaveUp(reason), 4: 6}


@pytest.mark.parametrize(("items", "begun"), [([1, "crash"], 1), ([1, "crash", 2], 2), (["crash", "crash", 1], 3)])
def test_a_lost_process_is_replaced_while_something_is_left(
    monkeypatch: pytest.MonkeyPatch, items: list[Outcome], begun: int
) -> None:
    hired, hire = list[int](), workers._Pool._hire

    def counted(pool: Any) -> Any:
        hired.append(1)
        return hire(pool)

    monkeypatch.setattr(workers._Pool, "_hire", counted)
    lost = GaveUp("its process was ended by SIGKILL")
    assert outcomes(items, 1) == {n: lost if item == "crash" else 2 * int(item) for n, item in enumerate(items)}
    assert len(hired) == begun


def test_a_process_that_hangs_is_ended() -> None:
    began = time.monotonic()
    assert outcomes([1, "hang", 2, 3], patience=1) == {0: 2, 1: GaveUp("it took longer than 1 seconds"), 2: 4, 3: 6}
    assert time.monotonic() - began < 30


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
@pytest.mark.parametrize("item", ["grow", "grow at once", "answer too much"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_process_that_needs_too_much_memory_costs_its_item(item: str, count: int) -> None:
    """The answer itself is 90 MB: it can be made with a limit of 100, and not be sent.

    What other tests left behind is collected first: a process could give it back, and would have so much more.
    """
    gc.collect()
    found = outcomes([1, item, 2, item, 3], count, memory=100)
    lost = GaveUp("it needed more than 100 MB of memory")
    assert found == {0: 2, 1: lost, 2: 4, 3: lost, 4: 6}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_memory_is_counted_from_where_a_process_begins() -> None:
    """What was there before, as a rule base is, takes nothing from an item."""
    before = bytearray(200_000_000)
    assert outcomes([1, "answer too much"], memory=300)[1] == "x" * 90_000_000
    del before


def test_an_error_of_ours_is_raised_where_the_work_was_given_out() -> None:
    with pytest.raises(ValueError, match="on purpose"):
        outcomes([1, "fail", 2])
    with pytest.raises(RuntimeError, match="OddError: 1 and 2"):
        outcomes([1, "fail oddly", 2])


def test_no_process_is_left_when_the_reader_goes() -> None:
    running = work(_pid, list(range(10)), 2)
    pids = {next(running)[1], next(running)[1]}
    running.close()  # type: ignore[attr-defined]
    for pid in pids:
        assert isinstance(pid, int)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def _pid(_: int) -> int:
    return os.getpid()


def test_when_the_parent_is_killed_its_workers_end_without_a_word(tmp_path: Path) -> None:
    """A worker that answers into a closed pipe has nobody to complain to."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from advisor.workers import work\n"
        "def slow(item):\n"
        "    time.sleep(0.5)\n"
        "    return os.getpid(), 'x' * 1_000_000\n"
        "for _, (pid, _) in work(slow, range(100), 2):\n"
        "    print(pid, flush=True)\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).resolve().parent.parent)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": root},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline().strip().isdecimal()
    parent.kill()
    _, complaints = parent.communicate(timeout=30)  # ends only when no worker holds the pipe any more
    assert complaints == ""
