"""The arithmetic of outcomes: shares with their intervals, and exact tests, in whole numbers.

The one approximation is the interval, Wilson's, which holds for few deals, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from advisor.record import dataclass

Z = 1.959963984540054
"""The interval holds the true share in 95 of 100 cases; the level is ours."""
DIGITS = 4
"""Shares and levels are told so exactly."""


@dataclass(frozen=True)
class Share:
    """How many of `n` deals it was, and the interval in which the true share lies; None where there are no deals."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None


def share(hits: int, n: int) -> Share:
    """Return a share with Wilson's interval."""
    if not n:
        return Share(hits, n, None, None, None)
    p, z2 = hits / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return Share(hits, n, round(p, DIGITS), round(low, DIGITS), round(high, DIGITS))


@dataclass(frozen=True)
class Stratum:
    """Deals of one kind: hits among `n` of which something holds, and among the others."""

    hits: int
    n: int
    other_hits: int
    other_n: int

    @property
    def misses(self) -> Stratum:
        """The same, counted the other way round."""
        return Stratum(self.n - self.hits, self.n, self.other_n - self.other_hits, self.other_n)


def fewer(strata: Iterable[Stratum]) -> Fraction:
    """Return how likely so few hits are by chance, if within each stratum the share were the same for all.

    Fisher's exact test, over several strata (one: the usual test): given the hits of each stratum, every way in which
    they could have fallen is counted.
    """
    ways, every, hits = [1], 1, 0
    for stratum in strata:
        ways = _together(ways, _ways(stratum))
        every *= math.comb(stratum.n + stratum.other_n, stratum.n)
        hits += stratum.hits
    return Fraction(sum(ways[: hits + 1]), every)


def _ways(stratum: Stratum) -> list[int]:
    """Return in how many ways 0, 1, 2 ... of the hits of a stratum can fall on its `n`."""
    hits = stratum.hits + stratum.other_hits
    misses = stratum.n + stratum.other_n - hits
    return [math.comb(hits, k) * math.comb(misses, stratum.n - k) for k in range(stratum.n + 1)]


def _together(ways: Sequence[int], more: Sequence[int]) -> list[int]:
    found = [0] * (len(ways) + len(more) - 1)
    for i, one in enumerate(ways):
        for j, other in enumerate(more if one else ()):
            found[i + j] += one * other
    return found


def standing_out(levels: Sequence[Fraction], alarm: Fraction) -> list[bool]:
    """Tell which of many tests stand out, if by chance even one may do so in only `alarm` of all ledgers (Holm)."""
    found = [False] * len(levels)
    for place, number in enumerate(sorted(range(len(levels)), key=lambda n: levels[n])):
        if levels[number] * (len(levels) - place) > alarm:
            break
        found[number] = True
    return found
