"""Draws blocks as one self-contained HTML page: no script, no request, whatever a case file says stays text.

A page is put together of parts, each drawn by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

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
TOGETHER = 250
"""Parts whose pictures are drawn at once: each time takes a hundredth of a second beside the pictures themselves."""
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


def prepare() -> None:
    """Read the templates, for the processes too that are begun after this."""
    for name in ("part.html.j2", "page.html.j2"):
        _template(name)


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


def document(found: Iterable[Part], lang: str) -> Iterator[str]:
    """Put parts together as an HTML document, which comes in pieces: no more of them are held than are drawn at once.

    The first part is the header, and the others lead back to it.
    """
    others = _illustrated(_titled(found))
    words = {"back": say("pack.back").get(lang), "skip": say("pack.skip").get(lang)}
    code = "zh-CN" if lang == "zh" else "en"
    return map(str, _template("page.html.j2").generate(first=next(others), others=others, lang=code, words=words))


def _titled(found: Iterable[Part]) -> Iterator[Part]:
    """Add parts that nothing heads to what stands before them."""
    whole: Part | None = None
    for part in found:
        if whole is None or part.title or part.anchor:
            if whole is not None:
                yield whole
            whole = part
        else:
            whole = replace(whole, body=whole.body + part.body, pictures=(*whole.pictures, *part.pictures))
    if whole is not None:
        yield whole


def _illustrated(found: Iterator[Part]) -> Iterator[Part]:
    """Draw the pictures of many parts at once, and put each where it belongs."""
    while some := list(islice(found, TOGETHER)):
        drawings = iter(charts.draw([picture for part in some for picture in part.pictures]))
        for part in some:
            texts = part.body.split(_SLOT)
            body = texts[0] + Markup("").join(next(drawings) + text for text in texts[1:])
            yield replace(part, body=body, pictures=())


def html(blocks: Iterable[Block], lang: str) -> str:
    """Return blocks as an HTML document."""
    return "".join(document(parts(blocks), lang))
