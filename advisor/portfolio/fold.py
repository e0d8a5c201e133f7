"""Many expressions to one, halved again and again: neither Ibis nor databases bear expressions hundreds deep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def fold(join: Callable[[T, T], T], parts: Iterable[T], empty: T | None = None) -> T:
    """Join parts from left to right, as deep as few; `empty` is for no parts at all."""
    found = list(parts)
    while len(found) > 1:
        pairs = [join(*found[n : n + 2]) for n in range(0, len(found) - 1, 2)]
        found = [*pairs, *found[len(found) - len(found) % 2 :]]
    if found:
        return found[0]
    assert empty is not None, "there is nothing to join"
    return empty
