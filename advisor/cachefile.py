"""Files that spare work, kept for one user: found only where nobody else can write, written whole or not at all.

What cannot be read or written is no error: then nothing is kept (docs/decisions/0011-cache-of-the-compiled-rules.md).
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

VARIABLE = "ADVISOR_CACHE"
"""Names the folder; `off`: nothing is kept."""
MAX_BYTES = 100_000_000
MAX_FILES = 8
"""How many files are kept; those written longest ago go first."""
_SUFFIX = ".rules"
_TEMPORARY = ".tmp"
_LEFT_BEHIND = 3600
"""Seconds after which nobody writes to a temporary file any more."""


def folder() -> Path | None:
    """Return the folder in which files are kept, which need not exist; None where nothing is to be kept."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen == "off" or not hasattr(os, "geteuid"):  # without owners of files, nobody can tell whose they are
        return None
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):
        return Path(base, "deal-advisor")
    home = os.path.expanduser("~")
    return Path(home, ".cache", "deal-advisor") if os.path.isabs(home) else None


def opened(name: str) -> FileIO | None:
    """Open what is kept under a name; None if there is nothing, or if somebody else could have written it.

    A file is never written to again, only replaced: what is open stays as it is.
    """
    with contextlib.suppress(OSError), _opened(create=False) as inside:
        handle = os.open(name + _SUFFIX, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=inside)
        stream = FileIO(handle, "rb")
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and _is_ours(found) and found.st_size <= MAX_BYTES:
            return stream
        stream.close()
    return None


def write(name: str, data: bytes) -> None:
    """Keep data under a name: in a temporary file that is then renamed, so that every reader finds a whole one."""
    temporary = f"{name}.{os.getpid()}.{os.urandom(4).hex()}{_TEMPORARY}"
    with contextlib.suppress(OSError), _opened(create=True) as inside:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=inside), "wb") as stream:
                stream.write(data)
            os.replace(temporary, name + _SUFFIX, src_dir_fd=inside, dst_dir_fd=inside)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=inside)
            raise
        _tidy(inside)


@contextlib.contextmanager
def _opened(create: bool) -> Iterator[int]:
    """Open the folder, so that it cannot be exchanged meanwhile; raise OSError where there is none of our own."""
    place = folder()
    if place is None:
        raise FileNotFoundError
    if create:
        place.parent.mkdir(exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
    inside = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not _is_ours(os.fstat(inside)):
            raise PermissionError
        yield inside
    finally:
        os.close(inside)


def _is_ours(found: os.stat_result) -> bool:
    """Tell whether a file or folder belongs to this user, and nobody else may write to it."""
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _tidy(inside: int) -> None:
    """Remove all but the newest files, and what was left behind by a program that was stopped while it wrote."""
    ages: list[tuple[float, str]] = []
    for name in os.listdir(inside):
        with contextlib.suppress(OSError):
            written = os.stat(name, dir_fd=inside, follow_symlinks=False).st_mtime
            if name.endswith(_SUFFIX):
                ages.append((written, name))
            elif name.endswith(_TEMPORARY) and time.time() - written > _LEFT_BEHIND:
                os.unlink(name, dir_fd=inside)
    for _, name in sorted(ages)[:-MAX_FILES]:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=inside)
