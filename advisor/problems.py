"""What can be wrong with an input, where it is, and the errors that carry it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum

from advisor.record import dataclass


class Exit(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    VERDICT = 1
    INPUT = 2
    OPEN = 3
    COMPLIANCE = 4
    BUG = 70
    INTERRUPTED = 130


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file; line and column count from 1, 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Render as `file:line:col`, or `file` alone for the whole file."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


NOWHERE = Location("")

_OBEYED = r"\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
UNPRINTABLE = rf"[\n{_OBEYED}]"
"""Characters that a terminal obeys, that turn the direction of what stands after them, or that no file can hold."""
UNPRINTABLE_WITHIN_LINES = f"[{_OBEYED}]"
"""The same, where lines may end. Both are patterns: to compile one takes a millisecond, and few texts hold any."""

MAX_PROBLEMS = 200
"""Problems in one run; an input that has more is not the kind of file that it should be."""

MAX_MESSAGE = 1000
"""The longest message: it quotes names, and these can be of any length."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, with the id under which docs/problems.md explains it."""

    at: Location
    id: str
    message: str

    def __str__(self) -> str:
        """Render as `file:line:col: error: message [id]`."""
        return f"{self.at}: error: {self.message} [{self.id}]"


@dataclass
class Problems:
    """Collects problems, so that one run reports all of them."""

    found: list[Problem] = field(default_factory=list)

    def add(self, at: Location, id_: str, message: str) -> None:
        """Record one problem at a place; raise InputError when there are too many to be of use."""
        self.found.append(Problem(at, id_, " ".join(message[:MAX_MESSAGE].split())))
        if len(self.found) >= MAX_PROBLEMS:
            self.found.append(Problem(at, "too-many-problems", f"stopped here, after {MAX_PROBLEMS} problems"))
            self.raise_if_any()

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self.found)

    def raise_if_any(self) -> None:
        """Raise InputError with all problems, sorted, if there are any."""
        if self.found:
            raise InputError(self.found)


class AdvisorError(Exception):
    """Base of the errors that the command line shows without a traceback."""


class InputError(AdvisorError):
    """Files or arguments that cannot be read; carries every problem found, sorted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(p) for p in self.problems))


class EngineError(AdvisorError):
    """The engine is missing, failed, or disagreed with the evaluator that shadows it."""


def visible(text: str) -> str:
    """Return text whose unprintable characters are seen, as �, and never obeyed."""
    return text if text.isprintable() else re.sub(UNPRINTABLE, "\ufffd", text)


def escaped(text: str) -> str:
    """Return text within lines of JSON, in which it stands as an escape what is unprintable."""
    if text.replace("\n", "").isprintable():
        return text
    return re.sub(UNPRINTABLE_WITHIN_LINES, lambda found: f"\\u{ord(found.group()):04x}", text)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return `; did you mean "x"?` for the allowed name nearest to `name`, or an empty string."""
    import difflib

    close = difflib.get_close_matches(name[:80], sorted(allowed), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
