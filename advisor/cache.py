"""What was made of files, remembered from one run to the next as long as neither they nor the program have changed."""

from __future__ import annotations

import os
import sys
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
FORMAT = 1
"""Counts the ways in which files of the cache have been written."""
_PACKAGE = Path(__file__).resolve().parent
_DIGEST = 32
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
    key, codec = _key(files()), Codec(shape)
    kept = cachefile.read(name)
    if kept is not None and kept[:_DIGEST] == _seal(kept[_DIGEST:], key):
        try:
            found: T = codec.decode(kept[_DIGEST:], make)
        except (BrokenError, RecursionError):
            pass
        else:
            return found
    value = make()
    if _key(files()) == key:  # else they were changed while they were read, and nobody knows which of them were seen
        data, _ = codec.encode(value)
        cachefile.write(name, _seal(data, key) + data)
    return value


def _key(files: list[Path]) -> bytes:
    """Hash the files, their names, the program and the interpreter."""
    return _hash(_parts(files))


def _parts(files: list[Path]) -> Iterator[bytes]:
    yield f"{FORMAT} {__version__} {sys.version}".encode()
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


def _seal(data: bytes, key: bytes) -> bytes:
    """Hash data together with the key, so that what was made of other files never fits."""
    return blake2b(data, digest_size=_DIGEST, key=key).digest()
