"""What a page is made of, in one language: layout writes blocks, and each format draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.lexicon import say
from advisor.lines import Answer
from advisor.model import Text

Tone = Literal["plain", "good", "warn", "bad", "quiet", "strong"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Line:
    """A line of text."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Bullet:
    """An item with an optional quieter note behind it."""

    text: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list of items."""

    items: tuple[Bullet, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under column names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Panel:
    """A framed statement with lines below it."""

    title: str
    lines: tuple[Line, ...]
    tone: Tone = "strong"


@dataclass(frozen=True)
class Branch:
    """A node of a tree with its mark, and what stands below it."""

    text: str
    answer: Answer | None
    note: str = ""
    children: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Tree:
    """A tree."""

    root: Branch


Block = Heading | Line | Bullets | Table | Panel | Tree


class Page:
    """Collects blocks in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.blocks: list[Block] = []

    def words(self, key: str, **parts: Text | str | int) -> str:
        """Return a lexicon entry in the page's language."""
        return say(key, **parts).get(self.lang)

    def text(self, text: Text | None) -> str:
        """Return text in the page's language."""
        return text.get(self.lang) if text else ""

    def head(self, key: str, level: int = 2, **parts: Text | str | int) -> None:
        """Add a heading from the lexicon."""
        self.blocks.append(Heading(self.words(key, **parts), level))

    def add(self, *blocks: Block) -> None:
        """Add blocks."""
        self.blocks.extend(blocks)

    def line(self, key: str, tone: Tone = "plain", **parts: Text | str | int) -> None:
        """Add a line from the lexicon."""
        self.blocks.append(Line(self.words(key, **parts), tone))
