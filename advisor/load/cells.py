"""What a cell means: days and amounts in the ways of several countries, never guessed where two are possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from advisor.crm import DateOrder, DecimalMark
from advisor.load.reader import FIRST_YEAR, LAST_YEAR, shorten
from advisor.load.table import Record
from advisor.problems import Problems

T = TypeVar("T")

_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_TIME = r"(?:[T ,]+(?:[上下]午 ?)?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?" + _ZONE + ")?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME)
_CHINESE = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME)
_DAY_WORD = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})" + _TIME)
_WORD_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})" + _TIME)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CODE = re.compile(r"([A-Z]{3}) ?(?=[\d-])|(?<=\d) ?([A-Z]{3})$")
"""A currency's code before or behind an amount."""
_POINT = re.compile(r"[+-]?(?:\d{1,15}|[1-9]\d{0,2}(?:[, ]\d{3})+)(?:\.\d{1,6})?")
_COMMA = re.compile(r"[+-]?(?:\d{1,15}|[1-9]\d{0,2}(?:[. ]\d{3})+)(?:,\d{1,6})?")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009'’"), " ")
"""Signs that part thousands in some countries."""
_WAYS = {
    "day-first": "day first",
    "month-first": "month first",
    "point": "point before fractions",
    "comma": "comma before fractions",
}


def days(text: str) -> dict[str, date]:
    """Return the day that a cell names, for each order in which it can be read."""
    text = " ".join(text.split())
    for pattern, order in ((_YEAR_FIRST, (1, 3, 4)), (_CHINESE, (1, 2, 3))):
        found = pattern.fullmatch(text)
        if found:
            return _either_way(*(found[i] for i in order))
    found = _YEAR_LAST.fullmatch(text)
    if found:
        first, second, year = found[1], found[3], found[4]
        day, other = _day(year, second, first), _day(year, first, second)
        return {**({"day-first": day} if day else {}), **({"month-first": other} if other else {})}
    for pattern, (d, m) in ((_DAY_WORD, (1, 2)), (_WORD_DAY, (2, 1))):
        found = pattern.fullmatch(text)
        if found:
            return _either_way(found[3], _month(found[m]), found[d])
    return {}


def _either_way(year: str, month: str, day: str) -> dict[str, date]:
    found = _day(year, month, day)
    return {"day-first": found, "month-first": found} if found else {}


def _month(word: str) -> str:
    """Return the number of a month by its English name, or by three or more letters of it."""
    return next((str(n) for n, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())), "0")


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def currency_code(text: str) -> str:
    """Return the code of a currency that stands with an amount, or nothing."""
    found = _CODE.search(text.strip())
    return (found[1] or found[2]) if found else ""


def amounts(text: str) -> dict[str, Decimal]:
    """Return the number that a cell holds, for each sign that can part off its fraction."""
    text = _CODE.sub("", " ".join(text.translate(_BLANKS).split()), count=1).strip()
    read: dict[str, Decimal] = {}
    if _POINT.fullmatch(text):
        read["point"] = Decimal(re.sub("[, ]", "", text))
    if _COMMA.fullmatch(text):
        read["comma"] = Decimal(re.sub("[. ]", "", text).replace(",", "."))
    return read


@dataclass(frozen=True)
class Convention(Generic[T]):
    """How the cells of one column are read: in one way, if the file proves it or somebody says so."""

    read: Callable[[str], dict[str, T]]
    chosen: str | None

    def value(self, text: str) -> T | None:
        """Return what a cell means; None if nothing in this way of writing."""
        read = self.read(text)
        if self.chosen is not None:
            return read.get(self.chosen)
        return next(iter(read.values()), None)

    def why_not(self, text: str, what: str, write: str) -> str:
        """Say why a cell has no value: not in the way that was chosen, or not in any."""
        if self.chosen is not None and self.read(text):
            return f"{shorten(text)} is no {what} written with the {_WAYS[self.chosen]}"
        return f"{shorten(text)} is no {what} that can be read; write {write}"


def date_convention(
    records: Iterable[Record], index: int, column: str, chosen: DateOrder | None, problems: Problems
) -> Convention[date]:
    """See in which order a column writes days; a problem if both are possible."""
    found = _settle(records, index, days, chosen)
    if isinstance(found, Convention):
        return found
    record, (a, b), count = found
    message = (
        f"row {record.number}, column {shorten(column)}: {shorten(record.cells[index].text)} can be {a} or {b}"
        f"{_more(count)}; say --dates day-first or --dates month-first"
    )
    problems.add(record.cells[index].at, "ambiguous-date", message)
    return Convention(days, None)


def amount_convention(
    records: Iterable[Record], index: int, column: str, chosen: DecimalMark | None, problems: Problems
) -> Convention[Decimal]:
    """See which sign parts off fractions in a column; a problem if both are possible."""
    found = _settle(records, index, amounts, chosen)
    if isinstance(found, Convention):
        return found
    record, (a, b), count = found
    message = (
        f"row {record.number}, column {shorten(column)}: {shorten(record.cells[index].text)} can be {a} or {b}"
        f"{_more(count)}; say --decimal point or --decimal comma"
    )
    problems.add(record.cells[index].at, "ambiguous-number", message)
    return Convention(amounts, None)


def _more(count: int) -> str:
    return f" (and {count} more of the column likewise)" if count else ""


def _settle(
    records: Iterable[Record], index: int, read: Callable[[str], dict[str, T]], chosen: str | None
) -> Convention[T] | tuple[Record, tuple[T, T], int]:
    """Return the way in which a column is written, or the first row that can be read in two ways, and how many can."""
    if chosen is not None:
        return Convention(read, chosen)
    proven: set[str] = set()
    open_: list[tuple[Record, tuple[T, T]]] = []
    for record, found in _readings(records, index, read):
        if len(found) == 1:
            proven |= found.keys()
        elif len(found) == 2:
            a, b = found.values()
            open_ += [(record, (a, b))] if a != b else []
    if len(proven) == 1:
        return Convention(read, next(iter(proven)))
    if open_:
        return (*open_[0], len(open_) - 1)
    return Convention(read, None)


def _readings(
    records: Iterable[Record], index: int, read: Callable[[str], dict[str, T]]
) -> Iterator[tuple[Record, dict[str, T]]]:
    for record in records:
        if index < len(record.cells) and record.cells[index].text.strip():
            yield record, read(record.cells[index].text)
