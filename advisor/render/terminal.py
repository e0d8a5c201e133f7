"""Draws blocks on a terminal or into a pipe: colour and width as the reader's screen has them."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel as RichPanel
from rich.segment import Segment
from rich.text import Text

from advisor.problems import visible
from advisor.render.blocks import (
    Block,
    Branch,
    Bullets,
    Fold,
    Heading,
    Line,
    Panel,
    Picture,
    Table,
    Tone,
    Tree,
    cell_text,
)

if TYPE_CHECKING:
    from rich.tree import Tree as RichTree

_STYLES: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
    "quiet": "dim",
    "strong": "bold",
}
_MARKS = {"yes": ("✓", "green"), "no": ("✗", "red"), "undecided": ("?", "yellow")}
_MARK = re.compile(r" *(?:- |\d+\.? +)?")
"""What stands before the first word of a line: blanks, a dash, a number."""
NARROW = 60
"""Below this many columns a table is drawn as one block a row."""
RULE = 60
"""The longest line drawn under a title, in columns."""
FRAME = 6
"""What a frame takes from the width of its title, in columns."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command what happens when the reader has gone; Rich would end the process with 1."""
        raise BrokenPipeError


def console(stream: IO[str], width: int | None = None) -> Console:
    """Return a console for a stream; NO_COLOR and pipes are respected, words are never highlighted.

    With a width it draws for a file: without colour, whatever the environment asks of terminals.
    """
    screen = None if width is None else False
    return _Console(file=stream, width=width, force_terminal=screen, highlight=False, emoji=False, markup=False)


def draw(target: Console, blocks: list[Block]) -> None:
    """Print blocks."""
    with target:
        for block in blocks:
            target.print(_renderable(target, block))


def wrapped(text: str, stream: IO[str]) -> str:
    """Break a line between words where the stream is a terminal; what follows stands in as far as its first word."""
    target = console(stream)
    if not target.is_terminal:
        return text
    edge = _MARK.match(text)
    inset = " " * (edge.end() if edge else 0)
    lines = Text(text[len(inset) :]).wrap(target, max(target.width - len(inset), 1))
    return "\n".join(
        (inset if number else text[: len(inset)]) + line.plain.rstrip() for number, line in enumerate(lines)
    )


def _words(text: str, style: str = "") -> Text:
    """Return words on one line, as they were written: nothing in them is markup, or obeyed by a terminal."""
    return Text(visible(" ".join(text.split())), style=style)


def _renderable(target: Console, block: Block) -> RenderableType:
    if isinstance(block, Heading):
        return _heading(block, target.width)
    if isinstance(block, Line):
        return _line(block)
    if isinstance(block, Bullets):
        return _Bullets(block)
    if isinstance(block, Table):
        return _stacked(block) if target.width < NARROW else _table(block)
    if isinstance(block, Panel):
        return _panel(block, target.width)
    if isinstance(block, Picture):
        return Group(
            _words(block.alt, "dim"), *(Text(visible(bar), no_wrap=True, overflow="crop") for bar in block.bars)
        )
    if isinstance(block, Fold):
        return Group(_heading(Heading(block.title, 3), target.width), *(_renderable(target, b) for b in block.blocks))
    return _tree(block)


def _heading(block: Heading, width: int) -> RenderableType:
    style = "bold cyan" if block.level > 1 else "bold"
    title = _words(block.text, style)
    rule = [] if block.level > 1 else [Text("─" * min(cell_len(title.plain), RULE, width), style="dim")]
    return Group(Text(""), title, *rule)


def _line(block: Line) -> Text:
    return _words(block.text, _STYLES[block.tone])


class _Bullets:
    """Items, each behind its mark, with its note below; what does not fit on a line goes on below the first word."""

    def __init__(self, block: Bullets) -> None:
        self._block = block

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        items = self._block.items
        marks = [f" {number}." if self._block.numbered else " •" for number in range(1, len(items) + 1)]
        inset = max(map(cell_len, marks), default=0) + 1
        for mark, item in zip(marks, items, strict=True):
            edge = mark.ljust(inset)
            for text in (_words(item.text, _STYLES[item.tone]), *([_words(item.note, "dim")] if item.note else [])):
                for line in _lines(text, console, max(options.max_width - inset, 1)):
                    yield Segment(edge)
                    yield Segment(line, console.get_style(text.style))
                    yield Segment.line()
                    edge = " " * inset


def _lines(text: Text, console: Console, width: int) -> list[str]:
    """Break words into lines of a width."""
    if cell_len(text.plain) <= width:
        return [text.plain]
    return [line.plain for line in text.wrap(console, width, overflow="fold")]


def _table(block: Table) -> RenderableType:
    from rich.table import Table as RichTable

    table = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1), header_style="bold")
    for name in block.columns:
        table.add_column(_words(name), overflow="fold")
    for row in block.rows:
        table.add_row(*(_words(cell_text(cell)) for cell in row))
    return table


def _stacked(block: Table) -> RenderableType:
    lines: list[RenderableType] = []
    for row in block.rows:
        cells = map(cell_text, row)
        pairs = [(name, cell) for name, cell in zip(block.columns, cells, strict=True) if cell]
        lines.extend(_pair(name, cell) for name, cell in pairs)
        lines.append(Text(""))
    return Group(*lines[:-1])


def _pair(name: str, cell: str) -> Text:
    return Text.assemble(_words(name, "dim"), (": " if name else "", "dim"), _words(cell))


def _panel(block: Panel, width: int) -> RenderableType:
    """Frame lines under their title; a title that the frame would cut goes inside."""
    style = _STYLES[block.tone]
    title = _words(block.title, f"bold {style}".strip())
    lines = [_line(line) for line in block.lines]
    if cell_len(title.plain) > width - FRAME:
        return RichPanel(Group(title, *lines), border_style=style or "dim")
    return RichPanel(Group(*lines), title=title, title_align="left", border_style=style or "dim")


def _tree(block: Tree) -> RenderableType:
    from rich.tree import Tree as RichTree

    tree = RichTree(_label(block.root), guide_style="dim")
    _grow(tree, block.root)
    return tree


def _grow(tree: RichTree, branch: Branch) -> None:
    for child in branch.children:
        _grow(tree.add(_label(child)), child)


def _label(branch: Branch) -> Text:
    mark, style = _MARKS[branch.answer] if branch.answer else ("", "")
    notes = [Text.assemble("\n", _words(line, "dim")) for line in branch.note.split("\n") if line]
    return Text.assemble((f"{mark} " if mark else "", style), _words(branch.text), *notes)
