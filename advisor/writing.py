"""Files written whole or not at all, and never over what somebody else wrote meanwhile.

The text goes to a temporary file in the same folder, reaches the disk, and takes the place of the file by renaming:
whoever reads, and whatever stops the program, finds the old file or the new one. What is there is looked at right
before that, while no other process of ours can write into the folder (docs/decisions/0015-files-are-kept.md).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path

from advisor.problems import InputError, Location, Problem

Parts = Iterable[bytes]
Check = Callable[[Path], None]
"""Looks at what is there, and raises InputError where it must stay."""

_TEMPORARY = re.compile(r"\.advisor-[0-9a-f]{16}\.part")
_LOCKED = 5.0
"""Seconds for which a folder may be locked; ours lock it for some milliseconds."""
_LEFT_BEHIND = 3600
"""Seconds after which nobody writes to a temporary file any more."""


def write_new(path: Path, text: str) -> None:
    """Begin a file; raise InputError if there is one, or it cannot be written."""
    _write(path, text, _is_free)


def write_changed(path: Path, before: str, text: str) -> None:
    """Write a file anew that held `before` when it was read; raise InputError if it holds something else by now."""
    _write(path, text, partial(_is_unchanged, before=before))


def write_over(path: Path, text: str | Parts, check: Check) -> None:
    """Write a file, or a pipe or device, whatever is there, as far as `check` lets it be replaced.

    A long text is given in parts, as UTF-8, one after the other: nothing needs to hold all of a pack at once.
    """
    if is_a_device(path):
        with _told(path):
            _may_write(Path(os.path.realpath(path)))
            _fill(path, text)  # a pipe or device, which is not to be replaced
        return
    _write(path, text, check)


def is_a_device(path: Path) -> bool:
    """Tell whether something is there that takes what is written and holds nothing: a pipe, a terminal, /dev/null."""
    return os.path.exists(path) and not os.path.isfile(path)


def _write(path: Path, text: str | Parts, check: Check) -> None:
    with replaced(path, check) as temporary:
        _fill(temporary, text)


def _fill(path: Path, text: str | Parts) -> None:
    with path.open("wb") as stream:
        stream.writelines([text.encode()] if isinstance(text, str) else text)


@contextlib.contextmanager
def replaced(path: Path, check: Check) -> Iterator[Path]:
    """Give the path of a temporary file that takes the place of a file once all is written, and not before.

    Owner and mode of a file that is there stay as they are; where a link stands, the file that it leads to is written.
    Raise InputError if it cannot be; whatever happens while it is written, the temporary file goes.
    """
    temporary = None
    with _told(path):
        try:
            target = Path(os.path.realpath(path))
            _may_write(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            _tidy(target.parent)
            temporary = _begun(target.parent)
            yield temporary
            _keep(temporary)
            with _alone(target.parent) as folder:
                check(path)
                _pass_for(temporary, target)
                os.replace(temporary, target)
                with contextlib.suppress(OSError):  # some file systems keep no folder on demand
                    os.fsync(folder)
        finally:
            if temporary is not None and temporary.exists():
                temporary.unlink()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say of a file which it is that could not be written."""
    try:
        yield
    except OSError as error:
        message = f"cannot write the file: {error.strerror or error}"
        raise InputError([Problem(Location(str(path)), "file-unwritable", message)]) from error


def _may_write(target: Path) -> None:
    """Raise OSError for a read-only file (to replace it, only its folder would be asked) or a circle of links."""
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _is_free(path: Path) -> None:
    if os.path.exists(path):
        message = "this file exists, and what is in it is never overwritten; name another one"
        raise InputError([Problem(Location(str(path)), "file-exists", message)])


def _is_unchanged(path: Path, before: str) -> None:
    held = path.read_bytes() if path.exists() else None
    if held != before.encode():
        message = "somebody else has changed this file meanwhile; it stays as it is now, so run the command again"
        raise InputError([Problem(Location(str(path)), "file-changed", message)])


def _begun(folder: Path) -> Path:
    """Begin a temporary file that nobody else may read or write."""
    path = folder / f".advisor-{os.urandom(8).hex()}.part"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _keep(path: Path) -> None:
    """Wait until what is written has reached the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Open a folder, and keep other processes of ours from writing into it; where folders have no locks, hope."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(ImportError, OSError):
            _lock(opened)
        yield opened
    finally:
        os.close(opened)


def _lock(opened: int) -> None:
    """Lock a folder; one that stays locked is not one of ours writing, but somebody who runs us under that lock."""
    import fcntl

    until = time.monotonic() + _LOCKED
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return
            time.sleep(0.005)
        else:
            return


def _pass_for(temporary: Path, target: Path) -> None:
    """Give a temporary file the owner and the mode of the file that it replaces, or those of a new file."""
    try:
        found = target.stat()
    except FileNotFoundError:
        temporary.chmod(0o666 & ~_umask())
        return
    with contextlib.suppress(PermissionError):  # only the owner's own groups can be kept, and by root all
        os.chown(temporary, found.st_uid, found.st_gid)
    temporary.chmod(stat.S_IMODE(found.st_mode))


def _umask() -> int:
    """Return the user's mask of file modes, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@cache
def _tidy(folder: Path) -> None:
    """Remove what programs left behind that were killed while they wrote; once a folder and run."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _LEFT_BEHIND:
                os.unlink(entry.path)
