"""What was made of files, remembered from one run to the next as long as neither they nor the program have changed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

try:
    from _blake2 import blake2b  # what hashlib has, too, after it has loaded OpenSSL
except ImportError:  # pragma: no cover - another interpreter than CPython
    from hashlib import blake2b

from advisor import __version__, cachefile
from advisor.codec import Codec, Shape
from advisor.late import BrokenError

T = TypeVar("T")
FORMAT = 4
"""Counts the ways in which files of the cache have been written."""
_PACKAGE = Path(__file__).resolve().parent
_DIGEST = 32
_HEAD = 3 * _DIGEST
_NO_STAMP = bytes(_DIGEST)
_COARSE = 2_000_000_000
"""Nanoseconds: no file system that we know of tells times more coarsely."""
_MAX_BYTES = 2_000_000
"""No file that holds more is ever read, so nothing was made of it that could be remembered."""


def remembered(
    kind: str, roots: Sequence[Path], files: Callable[[], list[Path]], shape: Shape, make: Callable[[], T]
) -> T:
    """Return what `make` makes of these files, from the cache if they are what they were when it was made.

    One file is kept for each kind and its `roots`, the places in which the files are looked for. A file that cannot be
    read is left to `make`. Raises what `make` raises; nothing about the cache is an error.
    """
    if cachefile.folder() is None:
        return make()
    name = f"{kind}-{_hash(map(os.fsencode, roots)).hex()[:16]}"
    found, codec = files(), Codec(shape)
    stamp = _stamp(found)
    kept = _Kept.read(name)
    if kept is not None and (kept.stamp == stamp != _NO_STAMP or kept.key == _key(found)):
        try:
            value: T = codec.decode(kept.data, make, _HEAD)
        except (BrokenError, RecursionError):
            pass
        else:
            if kept.stamp != stamp != _NO_STAMP:
                cachefile.write(name, _sealed(kept.key, stamp, kept.data[_HEAD:]))
            return value
    key = _key(found)
    value = make()
    if _key(files()) == key:  # else they were changed while they were read, and nobody knows which of them were seen
        cachefile.write(name, _sealed(key, stamp, codec.encode(value)[0]))
    return value


class _Kept:
    """What is kept: a seal, the key of the files, the stamp that they bore, and what was made of them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.key = data[_DIGEST : 2 * _DIGEST]
        self.stamp = data[2 * _DIGEST : _HEAD]

    @classmethod
    def read(cls, name: str) -> _Kept | None:
        """Return what is kept under a name; None for nothing, and for what was cut off or changed."""
        data = cachefile.read(name)
        if data is None or data[:_DIGEST] != _seal(memoryview(data)[_DIGEST:]):
            return None
        return cls(data)


def _sealed(key: bytes, stamp: bytes, data: bytes) -> bytes:
    whole = key + stamp + data
    return _seal(whole) + whole


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


def _seal(data: bytes | memoryview) -> bytes:
    """Hash what is kept, which shows whether it was cut off or changed."""
    return blake2b(data, digest_size=_DIGEST).digest()
