"""What was made of files, remembered from one run to the next as long as neither they nor the program have changed."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from io import FileIO
from pathlib import Path
from typing import Generic, TypeVar

from advisor import __version__, cachefile
from advisor.codec import Codec, Shape
from advisor.digest import MARK, blake2b, mark
from advisor.late import BrokenError

T = TypeVar("T")
FORMAT = 6
"""Counts the ways in which files of the cache have been written."""
_PACKAGE = Path(__file__).resolve().parent
_DIGEST = 32
_FRONT = 3 * _DIGEST + 8
"""Bytes before what was made of the files: seal, key, stamp, and how long the first line is."""
_LINE = 2048
"""So many bytes are read of a line at first; most lines have fewer."""
_NO_STAMP = bytes(_DIGEST)
_COARSE = 2_000_000_000
"""Nanoseconds: no file system that we know of tells times more coarsely."""
_MAX_BYTES = 2_000_000
"""No file that holds more is ever read, so nothing was made of it that could be remembered."""


class Memory(Generic[T]):
    """What `make` makes of some files, kept as long as they are what they were when it was made.

    One file is kept for each kind and its `roots`, the places in which the files are looked for. A file that cannot be
    read is left to `make`. Nothing about the cache is an error.
    """

    def __init__(
        self, kind: str, roots: Sequence[Path], files: Callable[[], list[Path]], shape: Shape, make: Callable[[], T]
    ) -> None:
        self._name = f"{kind}-{_hash(map(os.fsencode, roots)).hex()[:16]}"
        self._files = files
        self._codec = Codec(shape)
        self._make = make

    def kept(self) -> tuple[bytes, T] | None:
        """Return what is kept, with a key that nothing else has; None if there is nothing."""
        if cachefile.folder() is None:
            return None
        found = self._files()
        stamp = _stamp(found)
        kept = _Kept.read(self._name)
        if kept is None or not (kept.stamp == stamp != _NO_STAMP or kept.key == _key(found)):
            return None
        try:
            value: T = self._codec.decode(kept.head, kept.line, lambda: self.made() if kept.broken else self._make())
        except (BrokenError, RecursionError):
            return None
        if kept.stamp != stamp != _NO_STAMP:
            cachefile.write(self._name, _sealed(kept.key, stamp, kept.data()))
        return kept.key, value

    def made(self) -> T:
        """Make it, and keep it for the next time; raise what `make` raises."""
        if cachefile.folder() is None:
            return self._make()
        found = self._files()
        stamp, key = _stamp(found), _key(found)
        value = self._make()
        if _key(self._files()) == key:  # else they were changed while they were read, and nobody knows which were seen
            cachefile.write(self._name, _sealed(key, stamp, self._codec.encode(value)[0]))
        return value

    def value(self) -> T:
        """Return what is kept, or else make it."""
        kept = self.kept()
        return self.made() if kept is None else kept[1]


class _Kept:
    """What is kept: a seal, the key of the files, the stamp that they bore, and what was made of them.

    The seal is over all but the lines behind the first, each of which has a mark of its own: few of them are ever read.
    It is `broken` once one was read that is not as it was written.
    """

    def __init__(self, stream: FileIO, front: bytes, head: bytes) -> None:
        self.key = front[_DIGEST : 2 * _DIGEST]
        self.stamp = front[2 * _DIGEST : 3 * _DIGEST]
        self.head = head
        self.broken = False
        self._stream = stream
        weakref.finalize(self, stream.close)
        self._lines = len(front) + len(head) + 1

    @classmethod
    def read(cls, name: str) -> _Kept | None:
        """Return what is kept under a name; None for nothing, and where its front or first line were changed."""
        stream = cachefile.opened(name)
        if stream is None:
            return None
        with contextlib.suppress(OSError):
            front = stream.read(_FRONT)
            size = int.from_bytes(front[3 * _DIGEST :], "big")
            head = stream.read(min(size, os.fstat(stream.fileno()).st_size))
            seal = blake2b(front[_DIGEST:], digest_size=_DIGEST)
            seal.update(head)
            if len(front) == _FRONT and len(head) == size and seal.digest() == front[:_DIGEST]:
                return cls(stream, front, head)
        stream.close()
        return None

    def line(self, place: int) -> bytes:
        """Return the line at a place, without its mark; raise BrokenError where none stands as it was written."""
        found = self._bytes(place - 1, _LINE)
        end = found.find(b"\n", 1)
        while end < 0 and (more := self._bytes(place - 1 + len(found), len(found))):
            found += more
            end = found.find(b"\n", 1)
        line = found[1 : end if end >= 0 else None]
        if found[:1] != b"\n" or mark(line[MARK:]) != line[:MARK]:
            self.broken = True
            raise BrokenError
        return line[MARK:]

    def _bytes(self, place: int, size: int) -> bytes:
        """Return so many bytes of what stands behind the first line, fewer at the end."""
        try:
            return os.pread(self._stream.fileno(), size, self._lines + place)
        except (OSError, ValueError, OverflowError):
            return b""

    def data(self) -> bytes:
        """Return all that was made of the files."""
        return self._bytes(-1 - len(self.head), cachefile.MAX_BYTES)


def _sealed(key: bytes, stamp: bytes, data: bytes) -> bytes:
    head = data.find(b"\n") if b"\n" in data else len(data)
    whole = key + stamp + head.to_bytes(8, "big") + data
    return blake2b(whole[: _FRONT - _DIGEST + head], digest_size=_DIGEST).digest() + whole


def _key(files: list[Path]) -> bytes:
    """Hash the files, their names, the program and the interpreter."""
    return _hash(_parts(files))


def _stamp(files: list[Path]) -> bytes:
    """Hash what the file system says of the files, for which they need not be read.

    Whoever writes to a file cannot keep the time of its last change (`ctime`) as it was. But where times are told
    coarsely, two changes may bear the same: files that were changed just now have no stamp, and are read.
    """
    parts = [_program(), _code(str(_PACKAGE))]
    newest = 0
    for path in files:
        try:
            told = os.stat(path)
        except OSError:
            return _NO_STAMP
        newest = max(newest, told.st_mtime_ns, told.st_ctime_ns)
        said = (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns)
        parts.append(b"%s %d %d %d %d %d" % (os.fsencode(path), *said))
    return _hash(parts) if newest < time.time_ns() - _COARSE else _NO_STAMP


def _program() -> bytes:
    return f"{FORMAT} {__version__} {sys.version}".encode()


def _parts(files: list[Path]) -> Iterator[bytes]:
    yield _program()
    yield _code(str(_PACKAGE))
    linked = False
    for path in files:
        yield os.fsencode(path)
        linked = linked or path.is_symlink()
        try:
            with path.open("rb") as stream:
                yield stream.read(_MAX_BYTES)
        except OSError:
            yield b"unreadable"
    if linked:
        yield os.fsencode(os.getcwd())


@cache
def _code(folder: str) -> bytes:
    """Hash what the interpreter goes by when it looks whether a module has changed: size and time of its file."""
    parts: list[bytes] = []
    with os.scandir(folder) as found:
        for entry in sorted(found, key=lambda e: e.name):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":  # which come with the first use of a package
                    parts.append(_code(entry.path))
            elif entry.name.endswith(".py"):
                status = entry.stat()
                parts.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}".encode())
    return _hash(parts)


def _hash(parts: Iterable[bytes]) -> bytes:
    """Hash parts, each with its length, so that none can run into the next."""
    total = blake2b(digest_size=_DIGEST)
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()
