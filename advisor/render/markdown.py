"""Draws blocks as Markdown through a template; what a case file says can never become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from jinja2 import Template

from advisor.problems import visible
from advisor.render.blocks import Block, Branch, Fold, Heading, Tree, cell_text
from advisor.render.templating import environment

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$^])")
_LINKS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_START = re.compile(r"^([-+=])|^(\d{1,9})(?=[.)])")
MARKS = {"yes": "yes", "no": "no", "undecided": "?"}


def escape(text: str) -> str:
    """Return text that Markdown and HTML show as it is, on one line, within a line."""
    line = visible(" ".join(text.split())).replace("&", "&amp;")
    return _LINKS.sub(r"\\", _SPECIAL.sub(r"\\\1", line)).replace("\\<", "&lt;").replace("\\>", "&gt;")


def start(text: str) -> str:
    """Return escaped text that starts a line: it opens no list and rules off nothing."""
    return _START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\", escape(text))


def branches(tree: Tree) -> list[tuple[int, Branch]]:
    """Flatten a tree to its branches with their depth."""
    found: list[tuple[int, Branch]] = []
    stack = [(0, tree.root)]
    while stack:
        depth, branch = stack.pop()
        found.append((depth, branch))
        stack.extend((depth + 1, child) for child in reversed(branch.children))
    return found


@lru_cache(maxsize=1)
def _template() -> Template:
    env = environment("templates", autoescape=False)
    env.filters["md"] = escape
    env.filters["start"] = start
    env.filters["cell"] = cell_text
    env.globals["branches"] = branches
    return env.get_template("page.md.j2")


def markdown(blocks: list[Block]) -> str:
    """Return blocks as a Markdown document."""
    items = [(type(block).__name__, block) for block in _flat(blocks)]
    return _template().render(blocks=items).rstrip("\n") + "\n"


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks with nothing folded away: Markdown has no folds."""
    for block in blocks:
        if isinstance(block, Fold):
            yield Heading(block.title, 3)
            yield from _flat(block.blocks)
        else:
            yield block
