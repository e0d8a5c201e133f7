"""What a page is made of, in one language: layout writes blocks, and each format draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from advisor.lexicon import clauses, listed, word
from advisor.lines import Answer
from advisor.model import Text
from advisor.record import dataclass

Tone = Literal["plain", "good", "warn", "bad", "quiet", "strong"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; an `anchor` is where links within the document lead."""

    text: str
    level: int = 2
    anchor: str = ""


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
class Cell:
    """A cell of a table with an optional quieter note, and the anchor that it links to."""

    text: str
    note: str = ""
    tone: Tone = "plain"
    link: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under column names; `form` tells a page with styles what kind of table it is."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    form: Literal["plain", "marks", "sign"] = "plain"


@dataclass(frozen=True)
class Picture:
    """A chart by the name of its specification: its frame (sizes, axes), rows by name, and the same in words.

    `bars` are lines that draw it on a terminal, where they can.
    """

    chart: Literal["portfolio", "people", "reliability"]
    frame: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]
    alt: str
    key: str = ""
    bars: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader unfolds; on paper they stand open, or not at all unless `printed`."""

    title: str
    blocks: tuple[Block, ...]
    printed: bool = True


Block = Heading | Line | Bullets | Table | Panel | Tree | Picture | Fold


@dataclass(frozen=True)
class Part:
    """A part of a document, drawn in its format by itself.

    In HTML its heading of the first level stands apart, and so do its pictures, which are drawn together in the end.
    """

    body: str
    title: str = ""
    anchor: str = ""
    pictures: tuple[Picture, ...] = ()


def cell_text(cell: str | Cell) -> str:
    """Return a cell as one text, its note in brackets."""
    if isinstance(cell, str):
        return cell
    return f"{cell.text} ({cell.note})" if cell.note else cell.text


class Page:
    """Collects blocks in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.blocks: list[Block] = []

    def words(self, key: str, **parts: Text | str | int) -> str:
        """Return a lexicon entry in the page's language."""
        return word(key, self.lang, **parts)

    def text(self, text: Text | None) -> str:
        """Return text in the page's language."""
        return text.get(self.lang) if text else ""

    def listed(self, texts: Iterable[Text]) -> str:
        """Return texts beside one another, parted by semicolons."""
        return listed(texts).get(self.lang)

    def clauses(self, sentences: Iterable[str]) -> str:
        """Return sentences of the page's language as one, parted by semicolons."""
        return self.words("list.semicolon").join(clauses(sentences))

    def head(self, key: str, level: int = 2, anchor: str = "", **parts: Text | str | int) -> None:
        """Add a heading from the lexicon."""
        self.blocks.append(Heading(self.words(key, **parts), level, anchor))

    def fold(self, key: str, write: Callable[[Page], None], printed: bool = True) -> None:
        """Add what `write` writes under a title that unfolds it; nothing if it writes nothing."""
        inner = Page(self.lang)
        write(inner)
        if inner.blocks:
            self.blocks.append(Fold(self.words(key), tuple(inner.blocks), printed))

    def add(self, *blocks: Block) -> None:
        """Add blocks."""
        self.blocks.extend(blocks)

    def line(self, key: str, tone: Tone = "plain", **parts: Text | str | int) -> None:
        """Add a line from the lexicon."""
        self.blocks.append(Line(self.words(key, **parts), tone))
