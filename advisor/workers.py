"""Work done in processes of its own: quicker on several cores, and what goes wrong with one item costs that item.

The engine's C extension can crash a process, and an input may take for ever, or all memory. A worker works on one item
at a time, and has the next one waiting; one that dies, takes too long or needs too much is replaced, and the item that
it had in hand is given up with the reason (docs/decisions/0014-what-one-case-may-cost.md).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 300.0
"""Seconds after which a worker is taken to hang; the slowest case that we know of takes a hundredth of it."""

MEMORY = 1_000
"""Megabytes that a worker may take beyond what it has when it begins. The number is ours: a case with three lists
of 500 members takes a quarter of it."""

_AHEAD = 2
"""Items that a worker has been given at most: what becomes of one is taken in while it works on the next."""

_OUT_OF_MEMORY = 99
"""With what a worker ends that has come to its limit; nothing else here ends so."""


@dataclass(frozen=True)
class GaveUp:
    """An item that its worker did not survive, or did not finish; `reason` says how that ended."""

    reason: str


def work(
    function: Callable[[T], R], items: Sequence[T], count: int, patience: float = PATIENCE, memory: int = MEMORY
) -> Iterator[tuple[int, R | GaveUp]]:
    """Yield the place of each item and what became of it, as they are finished.

    The function is inherited, not sent; items and results are pickled between the processes. Items have to be small, as
    one waits in the pipe to a worker, who may not read it before its last result was read here. An item may take so
    many seconds, and its worker so many megabytes beyond what it began with; memory is limited on Linux alone.
    """
    pool = _Pool(function, min(count, len(items)), patience, memory)
    try:
        yield from pool.run(items)
    finally:
        pool.close()


class _Worker(Generic[T, R]):
    """A process and the pipe to it; `items` are the places of what it was given, first what it has in hand."""

    def __init__(self, function: Callable[[T], R], others: Sequence[Connection], memory: int) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.memory = memory
        given = (function, theirs, [*others, self.pipe], memory)
        self.process: BaseProcess = context.Process(target=_serve, args=given, daemon=True)
        self.process.start()
        theirs.close()
        self.items: deque[int] = deque()
        self.since = 0.0

    def give(self, number: int, item: T) -> None:
        if not self.items:
            self.since = time.monotonic()
        self.items.append(number)
        with contextlib.suppress(OSError):  # it died meanwhile, which is seen when its answer is read
            self.pipe.send(item)

    def finish(self) -> int:
        """Return the place of what it had in hand, and take it that it goes on with the next."""
        self.since = time.monotonic()
        return self.items.popleft()

    def stop(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.pipe.close()

    def end(self) -> str:
        """Say how the process ended."""
        self.process.join()
        code = self.process.exitcode or 0
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        if code == _OUT_OF_MEMORY:
            return f"it needed more than {self.memory} MB of memory"
        return f"its process ended with {code}"


class _Pool(Generic[T, R]):
    def __init__(self, function: Callable[[T], R], count: int, patience: float, memory: int) -> None:
        self.function = function
        self.patience = patience
        self.memory = memory
        self.workers: list[_Worker[T, R]] = []
        sys.stdout.flush()
        sys.stderr.flush()
        for _ in range(count):
            self.workers.append(self._hire())

    def _hire(self) -> _Worker[T, R]:
        return _Worker(self.function, [worker.pipe for worker in self.workers], self.memory)

    def run(self, items: Sequence[T]) -> Iterator[tuple[int, R | GaveUp]]:
        """Hand out the items, each to whoever is free."""
        waiting = deque(range(len(items)))
        for _ in range(_AHEAD):
            self._hand_out(items, waiting, self.workers)
        while busy := [worker for worker in self.workers if worker.items]:
            for worker in self._finished(busy):
                found = self._result(worker)
                yield worker.finish(), found
                if isinstance(found, GaveUp):
                    waiting.extendleft(reversed(worker.items))
                    self.workers.remove(worker)
                    if not waiting:
                        continue
                    worker = self._hire()  # noqa: PLW2901 -- takes the place of the one that was lost
                    self.workers.append(worker)
                self._hand_out(items, waiting, [worker] * (_AHEAD - len(worker.items)))

    def _hand_out(self, items: Sequence[T], waiting: deque[int], workers: Iterable[_Worker[T, R]]) -> None:
        for worker in workers:
            if waiting:
                number = waiting.popleft()
                worker.give(number, items[number])

    def _finished(self, busy: Sequence[_Worker[T, R]]) -> list[_Worker[T, R]]:
        """Wait until some workers have answered, died, or had their time."""
        soonest = min(worker.since for worker in busy) + self.patience
        ready = wait([worker.pipe for worker in busy], max(soonest - time.monotonic(), 0))
        late = time.monotonic() - self.patience
        return [worker for worker in busy if worker.pipe in ready or worker.since <= late]

    def _result(self, worker: _Worker[T, R]) -> R | GaveUp:
        if not worker.pipe.poll():
            worker.stop()
            return GaveUp(f"it took longer than {self.patience:g} seconds")
        try:
            answer: R | BaseException = worker.pipe.recv()
        except (EOFError, OSError):
            return GaveUp(worker.end())
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self) -> None:
        """End all workers, whatever they have in hand."""
        for worker in self.workers:
            worker.stop()


def _serve(function: Callable[[T], R], pipe: Connection, inherited: Sequence[Connection], memory: int) -> None:
    """Answer item after item; an interrupt is for the parent alone, who then ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()
    _limit(memory)
    try:
        with contextlib.suppress(EOFError, OSError):  # the parent has gone: nobody waits for answers any more
            while True:
                pipe.send(_answer(function, pipe.recv()))
    except MemoryError:  # what the engine holds now, and how much of it, nobody knows: nothing more is judged with it
        os._exit(_OUT_OF_MEMORY)


def _limit(memory: int) -> None:
    """Hold this process to so many megabytes beyond what it has.

    Only Linux both tells what a process has and refuses more; elsewhere there is no limit.
    """
    if sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm", "rb") as stream:
        most = int(stream.read().split()[0]) * resource.getpagesize() + memory * 1_000_000
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(function: Callable[[T], R], item: T) -> R | Exception:
    try:
        return function(item)
    except MemoryError:
        raise
    except Exception as error:
        return _sendable(error)


def _sendable(error: Exception) -> Exception:
    """Return an error as it is if it survives being sent, else what it says."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
