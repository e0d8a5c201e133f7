"""Time and memory: rounds side by side, medians, exponents of growth."""

from __future__ import annotations

import gc
import math
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes: the processor's time for it, which others on the machine disturb less."""
    start = time.process_time()
    action()
    return time.process_time() - start


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
