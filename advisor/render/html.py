"""Draws blocks as one self-contained HTML page: no script, no request, whatever a case file says stays text.

A page is put together of parts, each drawn by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from jinja2 import Environment, Template
from markupsafe import Markup

from advisor.lexicon import say
from advisor.problems import visible
from advisor.render import charts
from advisor.render.blocks import Block, Cell, Heading, Part, Picture
from advisor.render.markdown import branches
from advisor.render.templating import environment

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SLOT = Markup("<!-- picture -->")
_Drawn = tuple[str, bool, str, str, str, str]
"""A cell: its column, whether it heads the row, its words, class, link and note."""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    env = environment("templates", autoescape=True)
    env.filters["shown"] = _shown
    env.filters["kind"] = lambda block: type(block).__name__
    env.filters["cells"] = _cells
    env.globals["branches"] = branches
    return env


@lru_cache(maxsize=2)
def _template(name: str) -> Template:
    return _environment().get_template(name)


def _shown(text: str) -> str:
    """Return words on one line, with nothing in them that a browser would obey."""
    return visible(" ".join(text.split()))


def _cells(row: Sequence[str | Cell], names: Sequence[str], form: str) -> Iterator[_Drawn]:
    """Yield the cells of a row under the names of their columns."""
    head = form != "sign"
    for name, cell in zip(names, row, strict=True):
        if isinstance(cell, str):
            yield name, head, _shown(cell), _class(cell, "plain"), "", ""
        else:
            yield name, head, _shown(cell.text), _class(cell.text, cell.tone), cell.link, _shown(cell.note)
        head = False


def _class(text: str, tone: str) -> str:
    """Return the class of a cell: days are not broken, and others are coloured by their tone; empty for a plain one."""
    if _DAY.fullmatch(text):
        return "day"
    return "" if tone == "plain" else tone


def parts(blocks: Iterable[Block]) -> list[Part]:
    """Draw blocks, each heading of the first level with what stands below it by itself."""
    sections: list[tuple[Heading, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            sections.append((block, []))
        elif not sections:
            sections.append((Heading("", 1), [block]))
        else:
            sections[-1][1].append(block)
    return [_part(heading, below) for heading, below in sections]


def _part(heading: Heading, below: list[Block]) -> Part:
    pictures: list[Picture] = []

    def slot(picture: Picture) -> Markup:
        pictures.append(picture)
        return _SLOT

    body = Markup(_template("part.html.j2").render(blocks=below, slot=slot))
    return Part(body, heading.text, heading.anchor, tuple(pictures))


def document(found: Iterable[Part], lang: str) -> str:
    """Put parts together as an HTML document: the first is its header, and the others lead back to it."""
    whole: list[Part] = []
    for part in _illustrated(list(found)):
        if whole and not (part.title or part.anchor):
            whole[-1] = replace(whole[-1], body=whole[-1].body + part.body)
        else:
            whole.append(part)
    words = {"back": say("pack.back").get(lang), "skip": say("pack.skip").get(lang)}
    code = "zh-CN" if lang == "zh" else "en"
    return _template("page.html.j2").render(parts=whole, lang=code, words=words)


def _illustrated(found: Sequence[Part]) -> Iterator[Part]:
    """Draw the pictures of all parts at once, and put each where it belongs."""
    drawings = iter(charts.draw([picture for part in found for picture in part.pictures]))
    for part in found:
        texts = part.body.split(_SLOT)
        yield replace(part, body=texts[0] + Markup("").join(next(drawings) + text for text in texts[1:]), pictures=())


def html(blocks: Iterable[Block], lang: str) -> str:
    """Return blocks as an HTML document."""
    return document(parts(blocks), lang)
