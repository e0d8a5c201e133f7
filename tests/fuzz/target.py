"""What a kind of file is, what is tried with one, and which outcome counts as right."""

from __future__ import annotations

import random
import re
import resource
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from advisor.problems import InputError, Problem
from tests.fuzz import noise, trees

SLOWEST = 10.0
"""Seconds of processor time that no single input may take."""
MOST_MEMORY = 1_000_000
"""Kilobytes by which no single input may let the process grow."""
LONGEST = 2000
"""Characters of the longest line that a problem may be."""
WHOLE_FILE = frozenset(
    {"file-empty", "file-exists", "file-too-large", "file-unreadable", "not-a-review", "not-utf8", "table-unreadable"}
)
"""Problems that need not name a line: of files as a whole, or of files without lines."""

Form = Literal["yaml", "csv", "json", "lines", "bytes"]
_FORMS: dict[str, tuple[Callable[[bytes], Any], Callable[[Any, random.Random], bytes]]] = {
    "yaml": (trees.from_yaml, trees.to_yaml),
    "csv": (trees.from_table, trees.to_table),
    "json": (trees.from_json, trees.to_json),
    "lines": (trees.from_lines, trees.to_lines),
}


class WrongError(Exception):
    """An outcome that no input may have; says which."""


@dataclass(frozen=True)
class Input:
    """One input: its number, the place of the good file in the list of them, and what became of its bytes."""

    number: int
    good: int
    data: bytes


@dataclass(frozen=True)
class Outcome:
    """What came of an input; `ids` are those of problems, `what` tells a failure from another one."""

    kind: Literal["result", "problems", "failure"]
    ids: tuple[str, ...] = ()
    what: str = ""
    detail: str = ""


Try = Callable[[Input], None]
"""Tries one input: returns when it gave a result; raises InputError with its problems, or anything else: a failure."""


@dataclass(frozen=True)
class Target:
    """A kind of file that a user hands in.

    `open` takes an empty folder and returns what tries inputs there. `files` matches the names of files that a problem
    may name: `option` says that it may name an option as well. `share` is how many of about a hundred inputs it gets.
    """

    name: str
    form: Form
    good: tuple[bytes, ...]
    open: Callable[[Path], Try]
    files: str
    share: float
    option: bool = False

    @cached_property
    def _trees(self) -> list[Any]:
        return [_FORMS[self.form][0](data) for data in self.good] if self.form in _FORMS else []

    @cached_property
    def _pruner(self) -> trees.Pruner:
        return trees.Pruner(trees.vocabulary(self._trees), self._trees)

    def input(self, seed: int, number: int) -> Input:
        """Return the input with this number: a good file changed in its bytes or its structure, or mere noise."""
        rng = random.Random(f"{seed}/{self.name}/{number}")
        good = rng.randrange(len(self.good))
        chance = rng.random()
        if chance < 0.03:
            return Input(number, good, noise.noise(rng))
        if chance < 0.4 or self.form not in _FORMS:
            return Input(number, good, noise.changed(rng, self.good[good], self.good))
        tree = self._pruner.changed(rng, self._trees[good])
        return Input(number, good, _FORMS[self.form][1](tree, rng))


def attempt(target: Target, try_: Try, given: Input) -> Outcome:
    """Try an input and say what came of it; nothing is raised but what ends the process."""
    before, memory = time.process_time(), _memory()
    try:
        found = _tried(target, try_, given)
    except Exception as error:
        return Outcome("failure", (), _signature(error), traceback.format_exc())
    took, grown = time.process_time() - before, _memory() - memory
    if took > SLOWEST:
        return Outcome("failure", (), "slow", f"took {took:.1f} s")
    if grown > MOST_MEMORY:
        return Outcome("failure", (), "memory", f"the process grew by {grown} kB")
    return found


def _tried(target: Target, try_: Try, given: Input) -> Outcome:
    try:
        try_(given)
    except InputError as error:
        check(error.problems, target.files, target.option)
        return Outcome("problems", tuple(problem.id for problem in error.problems))
    return Outcome("result")


def check(problems: Sequence[Problem], files: str, option: bool = False) -> None:
    """Raise WrongError unless there are problems, and each names a place and is one line."""
    if not problems:
        raise WrongError("refused without a reason")
    for problem in problems:
        if option and problem.at.file.startswith("--"):
            continue
        if not re.fullmatch(files, problem.at.file):
            raise WrongError(f"another file, [{problem.id}]: {problem}")
        if not problem.at.line and problem.id not in WHOLE_FILE:
            raise WrongError(f"no line, [{problem.id}]: {problem}")
        if "\n" in str(problem) or len(str(problem)) > LONGEST:
            raise WrongError(f"no short line, [{problem.id}]: {problem}")


def _signature(error: BaseException) -> str:
    """Tell one failure from another: by what it is, and where in the program it came up."""
    if isinstance(error, WrongError):
        return str(error).partition(":")[0]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/advisor/" in frame.filename]
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].name}" if frames else ""
    return type(error).__name__ + where


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
