"""Many inputs, one after the other, in processes of their own: one that hangs or crashes costs itself alone."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from advisor.cores import cores
from advisor.workers import GaveUp, work
from tests.fuzz.target import Input, Outcome, Target, Try, attempt

PATIENCE = 40.0
"""Seconds after which an input is taken to hang; `target.SLOWEST` counts those of the processor, and comes first."""
MEMORY = 16 << 30
"""Bytes of addresses that a process may have, so that what eats memory ends itself and not its neighbours."""
_SHRINKING = 150
"""So many smaller inputs are tried for each kind of failure."""


@dataclass
class Tally:
    """What came of the inputs of a target."""

    target: Target
    tried: int = 0
    results: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    """How many inputs had a problem with this id."""
    failures: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Of each kind of failure the numbers of its inputs, and what is known of each."""

    def add(self, number: int, outcome: Outcome) -> None:
        """Count one outcome."""
        self.tried += 1
        self.results += outcome.kind == "result"
        self.problems.update(set(outcome.ids))
        if outcome.kind == "failure":
            self.failures.setdefault(outcome.what, []).append((number, outcome.detail))


class _Opened:
    """Targets as each process has them open: a folder of its own, and what tries inputs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tries: dict[tuple[int, str], Try] = {}

    def attempt(self, target: Target, given: Input) -> Outcome:
        """Try an input in this process."""
        key = os.getpid(), target.name
        if key not in self.tries:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
            place = Path(tempfile.mkdtemp(dir=self.folder))
            os.chdir(place)
            self.tries[key] = target.open(place)
        return attempt(target, self.tries[key], given)


def run(target: Target, seed: int, numbers: Sequence[int]) -> Tally:
    """Try the inputs with these numbers."""
    tally = Tally(target)
    for number, outcome in _outcomes(target, seed, numbers):
        tally.add(number, outcome)
    for failed in tally.failures.values():
        failed.sort()
    return tally


def _outcomes(target: Target, seed: int, numbers: Sequence[int]) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcome of each input, which its process makes by itself."""
    target.input(seed, 0)  # reads the good files once, before the processes part
    with _folder() as folder:
        opened = _Opened(folder)

        def one(number: int) -> Outcome:
            return opened.attempt(target, target.input(seed, number))

        for place, found in work(one, numbers, cores(), PATIENCE):
            if isinstance(found, GaveUp):
                yield numbers[place], Outcome("failure", (), f"lost: {found.reason}")
            else:
                yield numbers[place], found


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="advisor-fuzz-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shrunk(target: Target, given: Input, what: str) -> bytes:
    """Return a smaller input that fails in the same way, as far as some tries in one process lead."""
    with _folder() as folder:
        opened = _Opened(folder)

        def fails(data: bytes) -> bool:
            return opened.attempt(target, Input(given.number, given.good, data)).what == what

        for _, found in work(partial(_smallest, fails), [given.data], 1, PATIENCE):
            return given.data if isinstance(found, GaveUp) else found
    return given.data


def _smallest(fails: Callable[[bytes], bool], data: bytes) -> bytes:
    """Leave out pieces, large ones first, as long as it still fails."""
    size, left = len(data) // 2, _SHRINKING
    while size and left > 0:
        place = 0
        while place < len(data) and left > 0:
            left -= 1
            smaller = data[:place] + data[place + size :]
            if fails(smaller):
                data = smaller
            else:
                place += size
        size = min(size, len(data)) // 2
    return data
