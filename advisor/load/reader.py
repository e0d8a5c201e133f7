"""Reads nodes as the shape that a file format asks for, recording every problem with its place.

Each method returns a value of the promised type whatever it finds, so that one wrong key does not hide
the next; a caller must not use the results while the problems are not empty.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from advisor.model import Text
from advisor.problems import Location, Problems, nearest
from advisor.yamlfile import Mapping, Node, Scalar, Sequence

T = TypeVar("T")
D = TypeVar("D")
MAX_TEXT = 4000
MAX_DIGITS = 15
FIRST_YEAR, LAST_YEAR = 1900, 2199
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[,_]?\d{3})*(?:\.\d{1,6})?|[+-]?\d{1,15}(?:\.\d{1,6})?", re.ASCII)
_TRUE, _FALSE = ("yes", "true"), ("no", "false")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_ID = 80
"""Characters of an id."""


def shorten(text: str) -> str:
    """Quote user input in a message: one line, at most 60 characters."""
    line = " ".join(text.split())
    return f'"{line[:57]}..."' if len(line) > 60 else f'"{line}"'


def is_slug(text: str) -> bool:
    """Tell whether a text can be an id: lower-case words joined by hyphens, not too long."""
    return bool(_SLUG.fullmatch(text)) and len(text) <= MAX_ID


def either_of(names: Iterable[str]) -> str:
    """List allowed names for a message, the first 20 of them."""
    ordered = list(names)
    return ", ".join(ordered[:20]) + (", ..." if len(ordered) > 20 else "")


class Reader:
    """Reads typed values from nodes into a collection of problems."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def bad(self, at: Location, id_: str, message: str) -> None:
        """Record a problem."""
        self.problems.add(at, id_, message)

    def mapping(
        self, node: Node, what: str, required: Collection[str] = (), optional: Collection[str] | None = ()
    ) -> Mapping:
        """Read a mapping with these keys; `optional=None` allows any further key."""
        if not isinstance(node, Mapping):
            self.bad(node.at, "not-a-mapping", f"{what} must be keys with values")
            return Mapping({}, {}, node.at)
        for key in required:
            if key not in node.entries:
                self.bad(node.at, "missing-key", f'{what} needs the key "{key}"')
        if optional is not None:
            allowed = [*required, *optional]
            for key, at in node.key_at.items():
                if key not in allowed:
                    hint = nearest(key, allowed) or f"; allowed: {either_of(allowed)}"
                    self.bad(at, "unknown-key", f"{what} has no key {shorten(key)}{hint}")
        return node

    def sequence(self, node: Node, what: str) -> tuple[Node, ...]:
        """Read a list."""
        if isinstance(node, Sequence):
            return node.items
        self.bad(node.at, "not-a-list", f"{what} must be a list")
        return ()

    def string(self, node: Node, what: str) -> str:
        """Read a non-empty string of bounded length."""
        if not isinstance(node, Scalar):
            self.bad(node.at, "not-a-word", f"{what} must be a single value")
            return ""
        if not node.text.strip():
            self.bad(node.at, "empty-value", f"{what} is empty")
        if len(node.text) > MAX_TEXT:
            self.bad(node.at, "text-too-long", f"{what} is longer than {MAX_TEXT} characters")
        return node.text.strip()[:MAX_TEXT]

    def strings(self, node: Node, what: str) -> tuple[str, ...]:
        """Read a list of strings."""
        return tuple(self.string(item, what) for item in self.sequence(node, what))

    def slug(self, node: Node, what: str) -> str:
        """Read an id: lower-case words joined by hyphens."""
        text = self.string(node, what)
        if text and not is_slug(text):
            self.bad(node.at, "bad-id", f"{what} must be lower-case letters, digits and single hyphens")
            return ""
        return text

    def text(self, node: Node, what: str) -> Text:
        """Read text in both languages."""
        mapping = self.mapping(node, what, optional=("en", "zh"))
        if isinstance(node, Mapping):
            for lang in ("en", "zh"):
                if lang not in mapping.entries:
                    self.bad(node.at, "missing-language", f"{what} lacks its {lang} text")
        sides = {
            lang: self.string(mapping.entries[lang], f"{what} ({lang})") if lang in mapping.entries else ""
            for lang in ("en", "zh")
        }
        return Text(sides["en"], sides["zh"])

    def loose_text(self, node: Node, what: str) -> Text:
        """Read text of a case: both languages, or one string that serves for both."""
        if isinstance(node, Scalar):
            words = self.string(node, what)
            return Text(words, words)
        return self.text(node, what)

    def choice(self, node: Node, allowed: Collection[str], what: str, id_: str = "unknown-name") -> str:
        """Read one of the allowed names; on error returns the empty string."""
        text = self.string(node, what)
        if text and text not in allowed:
            hint = nearest(text, allowed) or f"; allowed: {either_of(allowed)}"
            self.bad(node.at, id_, f"{what} cannot be {shorten(text)}{hint}")
            return ""
        return text

    def choices(self, node: Node, allowed: Collection[str], what: str, id_: str = "unknown-name") -> tuple[str, ...]:
        """Read a list of allowed names."""
        return tuple(self.choice(item, allowed, what, id_) for item in self.sequence(node, what))

    def flag(self, node: Node, what: str) -> bool:
        """Read yes or no."""
        text = self.string(node, what).lower()
        if text and text not in _TRUE + _FALSE:
            self.bad(node.at, "not-yes-no", f"{what} must be yes or no, not {shorten(text)}")
        return text in _TRUE

    def number(self, node: Node, what: str) -> Decimal:
        """Read a number such as 12, 12.5, 12000000 or 12,000,000."""
        text = self.string(node, what)
        if not _NUMBER.fullmatch(text):
            if text:
                self.bad(node.at, "not-a-number", f"{what} must be a number such as 12000000, not {shorten(text)}")
            return Decimal(0)
        digits = text.replace(",", "").replace("_", "")
        if len(digits.lstrip("+-").partition(".")[0]) > MAX_DIGITS:
            self.bad(
                node.at, "not-a-number", f"{what} must be a number of at most {MAX_DIGITS} digits before the point"
            )
            return Decimal(0)
        return Decimal(digits)

    def integer(self, node: Node, what: str, low: int = 1 - 10**MAX_DIGITS, high: int = 10**MAX_DIGITS - 1) -> int:
        """Read a whole number within bounds."""
        number = self.number(node, what)
        if number != number.to_integral_value() or not low <= number <= high:
            self.bad(node.at, "not-a-whole-number", f"{what} must be a whole number from {low} to {high}")
            return max(low, 0)
        return int(number)

    def day(self, node: Node, what: str) -> date:
        """Read a date written YYYY-MM-DD."""
        text = self.string(node, what)
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            with contextlib.suppress(ValueError):
                day = date.fromisoformat(text)
                if FIRST_YEAR <= day.year <= LAST_YEAR:
                    return day
        if text:
            years = f"from {FIRST_YEAR} to {LAST_YEAR}"
            self.bad(node.at, "not-a-date", f"{what} must be a day {years} written YYYY-MM-DD, not {shorten(text)}")
        return date(2000, 1, 1)

    def get(self, mapping: Mapping, key: str, read: Callable[[Node], T], default: D) -> T | D:
        """Read an optional key with `read`, or give the default."""
        node = mapping.entries.get(key)
        return default if node is None else read(node)
