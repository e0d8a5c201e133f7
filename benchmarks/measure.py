"""Time and memory: rounds side by side, medians, exponents of growth."""

from __future__ import annotations

import gc
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from cProfile import Profile
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.05
"""Seconds between two looks at the memory of a process."""


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes: the processor's time for it, which others on the machine disturb less."""
    start = time.process_time()
    action()
    return time.process_time() - start


def calls(action: Callable[[], object]) -> int:
    """Return how many functions an action calls, whatever the machine; those inside an extension are not seen."""
    profile = Profile()
    profile.runcall(action)
    return sum(entry.callcount for entry in profile.getstats())


@contextmanager
def undisturbed() -> Iterator[None]:
    """Take what is alive out of the reach of the garbage collector: one would pay for the memory of another."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def side_by_side(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each action in each round; every round begins with another one."""
    names = list(actions)
    found: dict[str, list[float]] = {name: [] for name in names}
    with undisturbed():
        for number in range(rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                found[name].append(seconds(actions[name]))
    return found


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Return the slope of a straight line through the logarithms: 1 is linear, 2 quadratic."""
    points = [(math.log(size), math.log(took)) for size, took in zip(sizes, times, strict=True) if size > 0]
    if len(points) < 2:
        return math.nan
    middle_x, middle_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return float(sum((x - middle_x) * (y - middle_y) for x, y in points) / spread)


def resident() -> float:
    """Return the memory that the process holds now, in MB; where that is not told, the most that it ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    return peak(resource.getrusage(resource.RUSAGE_SELF))


def peak(usage: resource.struct_rusage) -> float:
    """Return the most memory that a process held, in MB."""
    return float(usage.ru_maxrss) / (2**20 if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class Run:
    """What a whole process took: seconds on the clock, seconds of the processor, and memory at its peak in MB.

    What it started counts too; memory that several share counts once. Where memory is not told by /proc, it is
    that of the largest one.
    """

    clock: float
    processor: float
    memory: float


def run(command: Sequence[str]) -> Run:
    """Run a command to its end, its output thrown away; raise CalledProcessError where it fails."""
    start, most = time.perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            most = max(most, sum(map(_held, _family(process.pid))))
            time.sleep(EVERY)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, most or peak(usage))


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it and live."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _held(pid: int) -> float:
    """Return a process's share of memory in MB: what it shares with others is divided among them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
