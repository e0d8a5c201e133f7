"""What the pictures of a pack show: where each dot stands, and the same in words."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from rich.cells import cell_len

from advisor.render.blocks import Page, Picture
from advisor.render.layout.case import tone
from advisor.result import CaseReport
from advisor.sheet import PeopleMap, Scale, Spot, Tally

T = TypeVar("T")
Point = tuple[float, float]
NAMED = 2
"""So many who share a place on the people map are named there; of more, only the numbers fit."""
WIDTH, HEIGHT = 860, 520
"""Size of the portfolio between its axes."""
SMALLEST, LARGEST, GAP = 260, 900, 1
"""Areas of the dots of the portfolio, and the room that they keep between them."""
ROUNDS, HOLD, MOVES = 100, 0.2, 50_000
"""So often the dots are pushed apart at most, and how strongly each is drawn back to its place meanwhile; and so often
all dots together, since thousands cannot be parted anyway."""
LABEL = 18
"""Columns of a line of a label on the people map; a Chinese character takes two."""


def portfolio(page: Page, cases: Sequence[CaseReport]) -> Picture:
    """Show each deal by the items for and against us; what is not known stretches as far as it could reach."""
    places = [(_balance(c.sheet.place.across), _balance(c.sheet.place.up)) for c in cases]
    reach = max((abs(x) for x, _ in places), default=0) + 1, max((abs(y) for _, y in places), default=0) + 1
    unit = WIDTH / (2 * reach[0] + 1), HEIGHT / (2 * reach[1] + 1)
    sizes = _sizes(cases)
    where = _apart(places, [math.sqrt(size) / 2 for size in sizes], unit)
    axes = page.words("picture.across"), page.words("picture.up")
    frame = {"width": WIDTH, "height": HEIGHT, "axes": axes, "reach": reach}
    dots = [_dot(page, n, case, where[n - 1], reach, sizes[n - 1]) for n, case in enumerate(cases, start=1)]
    alt, key = page.words("picture.portfolio", count=len(cases)), page.words("picture.key")
    return Picture("portfolio", frame, {"values": dots}, alt, key)


def _dot(
    page: Page, number: int, case: CaseReport, where: Point, reach: tuple[int, int], size: float
) -> dict[str, Any]:
    across, up = case.sheet.place.across, case.sheet.place.up
    low, high = _ends(across, reach[0])
    bottom, top = _ends(up, reach[1])
    return {
        "n": str(number),
        "who": page.words("picture.deal", title=case.title, across=tally(page, across), up=tally(page, up)),
        "x": where[0],
        "y": where[1],
        "low": low,
        "high": high,
        "bottom": bottom,
        "top": top,
        "size": size,
        "tone": tone(case),
        "settled": case.settled,
    }


def _sizes(cases: Sequence[CaseReport]) -> list[float]:
    """Return how large each dot is drawn; the smallest where no amount is known in a currency with a rate."""
    weights = [max(float(case.sheet.place.weight or 0), 0) for case in cases]
    most = max(weights, default=0) or 1
    return [round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(weight / most), 1) for weight in weights]


def _apart(places: Sequence[Point], radii: Sequence[float], unit: Point) -> list[Point]:
    """Push dots apart that would cover one another, each held near its place, and return where they stand then."""
    turns = [(math.cos(2.4 * n) / 10, math.sin(2.4 * n) / 10) for n in range(len(places))]
    homes = [(x * unit[0] + dx, y * unit[1] + dy) for (x, y), (dx, dy) in zip(places, turns, strict=True)]
    spots = [list(home) for home in homes]
    reach = 2 * max(radii, default=0) + GAP
    rounds = min(ROUNDS, MOVES // max(len(places), 1))
    for left in range(rounds, 0, -1):
        for spot, home in zip(spots, homes, strict=True):
            pull = HOLD * max(left / rounds - 0.3, 0)
            spot[:] = (at + (to - at) * pull for at, to in zip(spot, home, strict=True))
        order = sorted(range(len(spots)), key=lambda n: spots[n][0])
        pairs = itertools.chain.from_iterable(_near(order, at, spots, reach) for at in range(len(order)))
        if not sum(_push(spots[one], spots[two], radii[one] + radii[two] + GAP) for one, two in pairs):
            break
    return [(round(x / unit[0], 3), round(y / unit[1], 3)) for x, y in spots]


def _near(order: Sequence[int], at: int, spots: Sequence[Sequence[float]], reach: float) -> Iterator[tuple[int, int]]:
    """Yield those to the right of a dot that could touch it."""
    one = order[at]
    for two in itertools.islice(order, at + 1, None):
        if spots[two][0] - spots[one][0] > reach:
            return
        if abs(spots[two][1] - spots[one][1]) < reach:
            yield one, two


def _push(one: list[float], two: list[float], need: float) -> bool:
    """Move two dots apart along the line through them until they no longer touch; tell whether they did."""
    across, up = two[0] - one[0], two[1] - one[1]
    apart = math.hypot(across, up)
    if apart >= need - 0.1:
        return False
    step = (need - apart) / 2 / (apart or 1)
    for spot, way in ((one, -step), (two, step)):
        spot[0] += across * way
        spot[1] += up * way
    return True


def _ends(count: Tally, reach: int) -> tuple[int, int]:
    """Return how far what is not known could move a balance, as far as the picture reaches."""
    balance = _balance(count)
    return max(balance - count.unknown, -reach), min(balance + count.unknown, reach)


def _balance(count: Tally) -> int:
    return count.plus - count.minus


def tally(page: Page, count: Tally) -> str:
    """Say how many items are for, against and not known: counts, never a score."""
    return page.words("tally", plus=count.plus, minus=count.minus, unknown=count.unknown)


def people(page: Page, found: PeopleMap) -> Picture:
    """Show the people by stance and level; size is influence, fill is how well we know them."""
    shared = Counter(map(_place, found.spots))
    few = [(_place(spot), spot) for spot in found.spots if shared[_place(spot)] <= NAMED]
    many = [(_place(spot), spot) for spot in found.spots if shared[_place(spot)] > NAMED]
    spread = {spot.id: where for spot, where in (*_spread(few, 0, 0.46, 1), *_spread(many, 0.3, 0.3, 3))}
    values = [_person(page, n, spot, found, spread[spot.id]) for n, spot in enumerate(found.spots, start=1)]
    for value, spot in zip(values, found.spots, strict=True):
        if shared[_place(spot)] > NAMED:
            value["label"] = []
    lines = [
        {"x": spread[a.id][0], "y": spread[a.id][1], "x2": spread[b][0], "y2": spread[b][1]}
        for a in found.spots
        for b in a.sways
    ]
    frame = {
        "across": _labels(page, found.across),
        "up": _labels(page, found.up),
        "axes": (page.text(found.across.label), page.text(found.up.label)),
        "met": len(found.met.values),
        "step": 136 if any(number == NAMED for number in shared.values()) else 104,
    }
    alt, key = page.words("picture.people", count=len(values)), page.words("picture.people-key")
    return Picture("people", frame, {"values": values, "lines": lines}, alt, key)


def _labels(page: Page, scale: Scale) -> list[str]:
    return [page.words("picture.unknown"), *map(page.text, scale.values)]


def _place(spot: Spot) -> tuple[int, int]:
    """Put what is not known first on each scale."""
    return _step(spot.across), _step(spot.up)


def _step(value: int | None) -> int:
    return 0 if value is None else value + 1


def _person(page: Page, number: int, spot: Spot, found: PeopleMap, where: tuple[float, float]) -> dict[str, Any]:
    scales = ((found.across, spot.across), (found.up, spot.up), (found.met, spot.met))
    said = [page.text(scale.values[i]) if i is not None else page.words("picture.unknown") for scale, i in scales]
    return {
        "n": str(number),
        "who": page.words("list.semicolon").join([page.text(spot.who), *said]),
        "label": _lines(page.text(spot.who)),
        "x": where[0],
        "y": where[1],
        "size": _step(spot.size),
        "met": _step(spot.met),
    }


def _lines(text: str) -> list[str]:
    """Break a label into at most two short lines; words stay whole where they can."""
    lines = [""]
    for word in _words(text):
        if cell_len(lines[-1] + word) > LABEL and lines[-1]:
            lines.append("")
        lines[-1] += word
    kept = [line.strip() for line in lines]
    return kept if len(kept) < 3 else [kept[0], kept[1] + "…"]


def _words(text: str) -> Iterator[str]:
    """Yield words with the space behind them, and Chinese characters one by one."""
    word = ""
    for letter in text:
        word += letter
        if letter == " " or cell_len(letter) > 1:
            yield word
            word = ""
    yield word


def _spread(
    things: Iterable[tuple[Hashable, T]], wide: float, high: float, across: int
) -> Iterator[tuple[T, tuple[float, float]]]:
    """Set things that share a place beside one another around it, so many in a row."""
    sharing: dict[Any, list[T]] = defaultdict(list)
    for place, thing in things:
        sharing[place].append(thing)
    for (x, y), together in sharing.items():
        columns = min(across, len(together))
        rows = math.ceil(len(together) / columns)
        for number, thing in enumerate(together):
            row, column = divmod(number, columns)
            yield thing, (x + (column - (columns - 1) / 2) * wide, y - (row - (rows - 1) / 2) * high)
