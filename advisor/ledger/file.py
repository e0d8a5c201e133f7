"""A ledger as a file: read whole, and appended to by one writer at a time; nothing that was recorded is ever lost.

The file itself is locked, and never replaced. The system lets go of a lock when its holder ends, however it ends.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import itertools
import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from advisor import paths, writing
from advisor.ledger.chain import line_of, linked
from advisor.ledger.entry import FIRST, Entry, Note
from advisor.ledger.verify import check, check_heads
from advisor.load.reader import shorten
from advisor.problems import InputError, Location, Problem, Problems
from advisor.record import dataclass

PATIENCE = 30.0
"""Seconds to wait for another writer; one takes a hundredth of a second."""
_PAUSE = 0.01
_BEGINNING = b'{"hash":"'
"""How every entry begins, its keys being sorted."""
_MAX_BYTES = 500_000_000
_WRITE = os.O_RDWR | os.O_APPEND
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""No link is followed, and nobody waits for the other end of a pipe."""


@dataclass(frozen=True)
class Appended:
    """An entry that was recorded, and the file to which a broken end of the ledger was set aside (None: none was)."""

    entry: Entry
    aside: Path | None


def load(path: Path, heads: Sequence[str] = ()) -> list[Entry]:
    """Read a ledger; raise InputError with every problem, also for a hash of `heads` that no entry has."""
    name, problems = _called(path), Problems()
    with _told(name, "file-unreadable", "cannot read the file"), _held(path, name, os.O_RDONLY) as (handle, _):
        entries = check(_lines(_content(handle, name)), name, problems)
    check_heads(entries, heads, name, problems)
    problems.raise_if_any()
    return entries


def append(path: Path, note: Note) -> Appended:
    """Record a note at the end of a ledger, which is made if there is none.

    It is on the disk when this returns. Raise InputError, and leave the ledger as it was, if it cannot be written, if
    its end is broken, or for the outcome of a deal on which there is no advice.
    """
    name = _called(path)
    with _told(name, "file-unwritable", "cannot write the file"), _held(path, name, _WRITE) as (handle, made):
        lines = _lines(_content(handle, name))
        if note.outcome is not None:
            _may_end(note.deal, lines, name, path if made else None)
        torn = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if not lines and not _begins(torn):
            message = "what stands in this file is no entry of a ledger, nor the beginning of one; name another file"
            raise InputError([Problem(Location(name, 1, 1), "ledger-line", message)])
        last = _last(lines, name)
        kept = _whole(torn, last)
        aside = _set_aside(path, torn) if torn and kept is None else None
        size = sum(map(len, lines))
        if aside:
            os.ftruncate(handle, size)
        previous = kept or last
        entry = linked(note, previous.number + 1 if previous else 1, previous.hash if previous else FIRST)
        with _undone(path, handle, size + (len(torn) if kept else 0), made):
            _write(handle, (b"\n" if kept else b"") + line_of(entry))
            if made:
                _sync_folder(path)
    return Appended(entry, aside)


def _called(path: Path) -> str:
    """Name a ledger in messages; a link by its own name, which is not the one of the file that it leads to."""
    return path.as_posix() if path.is_symlink() else paths.display(path)


def _may_end(deal: str, lines: Sequence[bytes], name: str, made: Path | None) -> None:
    """Raise InputError for the outcome of a deal without advice; whatever else may be wrong with the ledger."""
    for line in lines:
        for entry in check([line.rstrip(b"\n") + b"\n"], name, Problems(), before=1):
            if entry.note.advice is not None and entry.note.deal == deal:
                return
    if made is not None:
        made.unlink()
    message = f"there is no advice on {shorten(deal)} in this ledger; record that first"
    raise InputError([Problem(Location(name), "no-advice", message)])


def _last(lines: Sequence[bytes], name: str) -> Entry | None:
    """Return the last entry; raise InputError if it, or its link to the one before it, is broken."""
    problems = Problems()
    before = max(len(lines) - 2, 0)
    entries = check(lines[before:], name, problems, before)
    if problems:
        at = problems.found[-1].at
        problems.add(at, "ledger-broken-end", "nothing is recorded after a broken end; see `advisor ledger verify`")
    problems.raise_if_any()
    return entries[-1] if entries else None


def _whole(torn: bytes, last: Entry | None) -> Entry | None:
    """Return the entry that an end without its line end holds, where nothing else is missing; None if anything is."""
    problems = Problems()
    before = [line_of(last)] if last else []
    found = check([*before, torn + b"\n"], "", problems, len(before))
    return found[-1] if found and not problems else None


def _lines(content: bytes) -> list[bytes]:
    """Part a ledger into lines, each with its end; what is left after the last end is the last one."""
    parts = content.split(b"\n")
    rest = parts.pop()
    return [part + b"\n" for part in parts] + ([rest] if rest else [])


def _content(handle: int, name: str) -> bytes:
    if os.fstat(handle).st_size > _MAX_BYTES:
        raise InputError([Problem(Location(name), "file-too-large", f"larger than {_MAX_BYTES} bytes")])
    with open(handle, "rb", closefd=False) as stream:
        stream.seek(0)
        return stream.read()


def _write(handle: int, line: bytes) -> None:
    """Write a line in one go, down to the disk."""
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


@contextlib.contextmanager
def _undone(path: Path, handle: int, size: int, made: bool) -> Iterator[None]:
    """Cut a ledger back to what it was if it cannot be written to the end."""
    try:
        yield
    except BaseException:
        os.ftruncate(handle, size)
        if made:
            os.unlink(path)
        raise


def _set_aside(path: Path, torn: bytes) -> Path:
    """Keep what a writer that was killed left behind in a file of its own, named by what stands in it."""
    name = f"{path.name}.torn-{hashlib.sha256(torn).hexdigest()[:12]}"
    for number in itertools.count(1):
        target = path.with_name(name if number == 1 else f"{name}-{number}")
        if not os.path.lexists(target):
            break
        if not target.is_symlink() and target.is_file() and target.read_bytes() == torn:
            return target
    with writing.replaced(target, lambda _: None) as temporary:
        temporary.write_bytes(torn)
    return target


def _begins(torn: bytes) -> bool:
    """Tell whether a first line without its end may be what is left of an entry."""
    return torn.startswith(_BEGINNING) or _BEGINNING.startswith(torn)


def _sync_folder(path: Path) -> None:
    """Have the disk know of a new file's name, too."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _held(path: Path, name: str, flags: int) -> Iterator[tuple[int, bool]]:
    """Open and lock a ledger, for one writer or for many readers; tell whether it was made for this."""
    until = time.monotonic() + PATIENCE
    while True:
        handle, made = _open(path, flags)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                message = "a ledger is a plain file, and this is a folder, a device or a pipe"
                raise InputError([Problem(Location(name), "ledger-not-a-file", message)])
            _lock(handle, name, fcntl.LOCK_SH if flags == os.O_RDONLY else fcntl.LOCK_EX, until)
            if _is_at(handle, path):
                yield handle, made
                return
        finally:
            os.close(handle)


def _open(path: Path, flags: int) -> tuple[int, bool]:
    """Open a ledger; one to write to is made if there is none, or none any more."""
    if flags == os.O_RDONLY:
        return os.open(path, flags | _SAFE), False
    while True:
        with contextlib.suppress(FileExistsError):
            return os.open(path, flags | _SAFE | os.O_CREAT | os.O_EXCL, 0o666), True
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, flags | _SAFE), False


def _lock(handle: int, name: str, kind: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                message = f"somebody else has been writing to it for {PATIENCE:g} seconds; try again"
                raise InputError([Problem(Location(name), "ledger-busy", message)]) from None
            time.sleep(_PAUSE)
        else:
            return


def _is_at(handle: int, path: Path) -> bool:
    """Tell whether a file is still the one of this name: its first writer may have failed, and taken it away."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), os.stat(path, follow_symlinks=False))
    return False


@contextlib.contextmanager
def _told(name: str, id_: str, what: str) -> Iterator[None]:
    """Say of a ledger that it could not be read or written, and why."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR):
            message = "a ledger is a plain file, and this is a link or a folder"
            raise InputError([Problem(Location(name), "ledger-not-a-file", message)]) from error
        raise InputError([Problem(Location(name), id_, f"{what}: {error.strerror or error}")]) from error
