"""Conclusions certified in a process beside: the engine gets ready and concludes while the shadow's are explained.

What a command has to say must wait for `assure`, which says that both agreed in everything
(docs/decisions/0017-engine-beside.md).
"""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from advisor.cores import cores
from advisor.inference import Answer, Inference
from advisor.problems import EngineError
from advisor.program import Program
from advisor.rows import Columns

if TYPE_CHECKING:
    from advisor.certify import Certifier

_HOLDS = 1 << 20
"""Bytes: a case with thirty people takes half of it."""

_Rows = tuple[bytes, dict[str, list[bytes]]]
"""A row of the case and the rows of members; values are 0, 1 or 2."""


Source = Callable[[], "tuple[bytes, Certifier] | None"]
"""Gives what certifies, and the key of the rules that it does so by; None where it cannot tell yet."""


def certifier(program: Program, lists: Iterable[str], beside: bool = False) -> Certifier | Beside:
    """Return what certifies: a process `beside`, if one is wanted and can be had, or else this one."""
    found = begun(lambda: (b"", here(program, lists))) if beside else None
    return found or here(program, lists)


def begun(source: Source) -> Beside | None:
    """Begin to get an engine ready in a process beside; None if there is no core for it, or no process to be had."""
    if hasattr(os, "fork") and cores() > 1:
        with contextlib.suppress(OSError):
            return Beside(source)
    return None


def here(program: Program, lists: Iterable[str]) -> Certifier:
    """Return what certifies in this process; one that has it beside need not even know it."""
    from advisor.certify import Certifier

    return Certifier(program, lists)


class Beside:
    """A certifier in a process of its own, which is told conclusions as they come, and asked at the end.

    It is told without an answer, and answers only to a question: so neither side ever waits for the other to read.
    """

    def __init__(self, source: Source) -> None:
        theirs, mine = os.pipe()
        answers, replies = os.pipe()
        _widen(mine)
        try:
            self._process = os.fork()
        except OSError:
            for pipe in (theirs, mine, answers, replies):
                os.close(pipe)
            raise
        if not self._process:
            os.close(mine)
            os.close(answers)
            _serve(os.fdopen(theirs, "rb"), os.fdopen(replies, "wb"), source)
        os.close(theirs)
        os.close(replies)
        self._tell, self._answers = os.fdopen(mine, "wb"), os.fdopen(answers, "rb")
        self._told = 0

    def agree(self, key: bytes) -> None:
        """Say by which rules it has to certify, where it looked for them itself."""
        self._send("agree", key)

    def confirm(self, columns: Columns, values: Mapping[int, int], name: str) -> None:
        """Have it certified that units of the case get these values from encoded columns."""
        self._send("confirm", name, columns.complete, _packed(columns.case, columns.members), values)

    def certify(self, columns: Columns, shadow: Inference, whole: bool, name: str) -> Inference:
        """Have the shadow's conclusions from encoded columns certified, and return them."""
        told = _packed(columns.case, columns.members)
        said = _packed(shadow.columns.case, shadow.columns.members), _packed(shadow.case, shadow.members)
        self._send("certify", whole, name, columns.complete, told, *said)
        number, self._told = self._told, self._told + 1
        return Inference(shadow.columns, shadow.case, shadow.members, partial(self._record, number))

    def remember(self) -> None:
        """Begin another case."""
        self._send("remember")

    def assure(self) -> None:
        """Wait until everything is certified; raise EngineError naming rules and case if the engine differed.

        The process ends with that, and nothing else can be certified.
        """
        self._ask("assure")

    def close(self) -> None:
        """End the process."""
        if self._process:
            with contextlib.suppress(OSError):
                self._tell.close()
            self._answers.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0

    def _record(self, number: int) -> list[Answer]:
        return [Answer(*answer) for answer in self._ask("record", number)]

    def _send(self, *request: Any) -> None:
        try:
            marshal.dump(request, self._tell)
            self._tell.flush()
        except OSError as error:
            raise _ended() from error

    def _ask(self, *question: Any) -> Any:
        self._send(*question)
        try:
            wrong, answer = marshal.load(self._answers)
        except (OSError, EOFError) as error:
            raise _ended() from error
        if wrong is not None:
            raise EngineError(wrong)
        return answer


def _widen(pipe: int) -> None:
    """Let a pipe hold what is told while the engine gets ready; where it cannot, telling waits for reading."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _HOLDS)


def _ended() -> EngineError:
    return EngineError("the process in which the engine ran has ended; no advice is given")


class _Serving:
    """What runs beside: it certifies what it is told, and keeps what went wrong first until it is asked."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._inferred: list[Inference] = []
        self._wrong: str | None = None
        self._found: tuple[bytes, Certifier] | None = None
        self._try(self._begin)

    def _begin(self) -> None:
        self._found = self._source()
        if self._found is not None:
            self._found[1].engine  # noqa: B018 -- it gets ready before there is a case

    @property
    def _certifier(self) -> Certifier:
        if self._found is None:
            raise _others()
        return self._found[1]

    def _agree(self, key: bytes) -> None:
        """Go by rules of this key; they may have been written since it looked for them."""
        if self._found is None or self._found[0] != key:
            self._begin()
        if self._found is None or self._found[0] != key:
            raise _others()

    def answer(self, kind: str, *given: Any) -> tuple[str | None, Any] | None:
        """Do what is asked; return what is to be answered, if anything is: what went wrong, and the answer."""
        if kind == "assure":
            return self._wrong, None
        if kind == "record":
            return self._wrong, [] if self._wrong else list(map(tuple, self._inferred[given[0]].record))
        does: dict[str, Callable[..., None]] = {
            "agree": self._agree,
            "certify": self._certify,
            "confirm": self._confirm,
        }
        self._try(partial(does.get(kind, self._remember), *given))
        return None

    def _remember(self) -> None:
        self._certifier.remember()

    def _try(self, action: Callable[[], object]) -> None:
        """Do something, unless something went wrong before."""
        if self._wrong is None:
            try:
                action()
            except EngineError as error:
                self._wrong = str(error)
            except Exception as error:
                self._wrong = f"the engine failed: {type(error).__name__}: {error}"

    def _certify(
        self, whole: bool, name: str, complete: dict[str, bool], told: _Rows, cells: _Rows, units: _Rows
    ) -> None:
        columns, seen = _columns(told, complete), _columns(cells, complete)
        case, members = _unpacked(units)
        self._inferred.append(self._certifier.certify(columns, Inference(seen, case, members), whole, name))

    def _confirm(self, name: str, complete: dict[str, bool], told: _Rows, values: dict[int, int]) -> None:
        self._certifier.confirm(_columns(told, complete), values, name)


def _others() -> EngineError:
    return EngineError("the rules were changed while they were opened; no advice is given: try again")


def _serve(questions: BinaryIO, answers: BinaryIO, source: Source) -> None:
    """Answer until all is assured or nobody asks any more; an interrupt is for the other process, who ends this one."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_DFL)
        serving = _Serving(source)
        while True:
            kind, *given = marshal.load(questions)
            answer = serving.answer(kind, *given)
            if answer is not None:
                marshal.dump(answer, answers)
                answers.flush()
            if kind == "assure":
                return
    finally:
        os._exit(0)  # what the other process has open is the other's to finish


def _packed(case: list[int], members: Mapping[str, list[list[int]]]) -> _Rows:
    return bytes(case), {name: list(map(bytes, rows)) for name, rows in members.items()}


def _unpacked(rows: _Rows) -> tuple[list[int], dict[str, list[list[int]]]]:
    case, members = rows
    return list(case), {name: list(map(list, found)) for name, found in members.items()}


def _columns(rows: _Rows, complete: dict[str, bool]) -> Columns:
    case, members = _unpacked(rows)
    return Columns(case, members, {}, complete)
