"""The hash by which is seen whether what is kept is what was written."""

from __future__ import annotations

try:
    from _blake2 import blake2b  # what hashlib has, too, after it has loaded OpenSSL
except ImportError:  # pragma: no cover - another interpreter than CPython
    from hashlib import blake2b

__all__ = ["MARK", "blake2b", "mark"]

MARK = 16
"""How many characters the mark of a line has."""


def mark(line: bytes) -> bytes:
    """Return what stands in front of a line, and tells it from any other."""
    return blake2b(line, digest_size=MARK // 2).hexdigest().encode()
