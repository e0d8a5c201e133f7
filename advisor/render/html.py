"""Draws blocks as one self-contained HTML page: no script, no request, whatever a case file says stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from jinja2 import Template

from advisor.lexicon import say
from advisor.problems import visible
from advisor.render import charts
from advisor.render.blocks import Block, Cell, Heading
from advisor.render.markdown import branches
from advisor.render.templating import environment

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Section = tuple[Heading, list[Block]]


@lru_cache(maxsize=1)
def _template() -> Template:
    env = environment("templates", autoescape=True)
    env.filters["shown"] = _shown
    env.filters["kind"] = lambda block: type(block).__name__
    env.filters["cell"] = lambda cell: cell if isinstance(cell, Cell) else Cell(cell)
    env.filters["is_day"] = lambda text: bool(_DAY.fullmatch(text))
    env.globals["branches"] = branches
    env.globals["draw"] = charts.draw
    return env.get_template("page.html.j2")


def _shown(text: str) -> str:
    """Return words on one line, with nothing in them that a browser would obey."""
    return visible(" ".join(text.split()))


def html(blocks: Iterable[Block], lang: str) -> str:
    """Return blocks as an HTML document; each heading of the first level opens a section."""
    sections: list[Section] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            sections.append((block, []))
        elif not sections:
            sections.append((Heading("", 1), [block]))
        else:
            sections[-1][1].append(block)
    words = {"back": say("pack.back").get(lang), "skip": say("pack.skip").get(lang)}
    return _template().render(sections=sections, lang="zh-CN" if lang == "zh" else "en", words=words)
