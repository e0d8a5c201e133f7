"""Draws pictures: Vega-Lite specifications filled with data, drawn as SVG by the library that knows how."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import vl_convert
from jinja2 import Environment
from markupsafe import Markup

from advisor.problems import visible
from advisor.render.blocks import Picture
from advisor.render.templating import environment

_OPENING = re.compile(r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_SIZE = re.compile(r"(<text [^<>]* font-size=\")-")
"""The size of a text, which the specifications give below zero: the library then does not measure the text.

Nothing here is laid out by measuring, and that would take nine tenths of the time.
"""
_EMPTY = re.compile(r"(<g class=\"mark-\w+ role-mark [^>]*)/>")
_LAYER = re.compile(r"(<g class=\"mark-\w+ role-mark [^>]*>)(.*?)(?=</g>)", re.DOTALL)
_ITEM = re.compile(r"<\w+ [^>]*/>|<text [^>]*>.*?</text>", re.DOTALL)
Rows = dict[str, list[dict[str, Any]]]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return environment("charts", autoescape=False)


@lru_cache(maxsize=64)
def _compiled(chart: str, frame: str) -> dict[str, Any]:
    """Return a specification over a frame, given as JSON, whose data are named and not there yet."""
    text = _environment().get_template(f"{chart}.json.j2").render(frame=json.loads(frame))
    return vl_convert.vegalite_to_vega(text)


def draw(pictures: Sequence[Picture]) -> list[Markup]:
    """Return pictures as inline SVG that scale with the page and are read out as their descriptions.

    Those over the same frame are drawn as one and taken apart, since the frame is what takes time.
    """
    alike: dict[tuple[str, str], list[int]] = {}
    for number, picture in enumerate(pictures):
        alike.setdefault((picture.chart, json.dumps(_printable(picture.frame))), []).append(number)
    found: dict[int, Markup] = {}
    for (chart, frame), numbers in alike.items():
        drawings = _drawn(_compiled(chart, frame), [_printable(pictures[number].rows) for number in numbers])
        found.update((number, _named(svg, pictures[number])) for number, svg in zip(numbers, drawings, strict=True))
    return [found[number] for number in range(len(pictures))]


def _named(svg: str, picture: Picture) -> Markup:
    opening = Markup('<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{alt}">')
    found = _OPENING.search(svg)
    assert found is not None, "the library draws an SVG with a view box"
    return opening.format(box=found[1], alt=_printable(picture.alt)) + Markup(_SIZE.sub(r"\1", svg[found.end() :]))


def _drawn(compiled: dict[str, Any], rows: Sequence[Rows]) -> list[str]:
    """Draw the rows of several pictures over one frame, and give each picture its own."""
    whole = {name: [row for each in rows for row in each[name]] for name in rows[0]}
    data = [
        {**entry, "values": whole[entry["name"]]} if entry["name"] in whole else entry for entry in compiled["data"]
    ]
    around, openings, bodies = _layers(vl_convert.vega_to_svg({**compiled, "data": data}))
    drawings: list[list[str]] = [[around[0]] for _ in rows]
    for name, opening, body, after in zip(_sources(compiled), openings, bodies, around[1:], strict=True):
        items = _ITEM.findall(body)
        assert name not in whole or len(items) == len(whole[name]), "the library draws each row once, in their order"
        rest = iter(items)
        for each, drawing in zip(rows, drawings, strict=True):
            own = itertools.islice(rest, len(each[name])) if name in each else items
            drawing.extend((opening, *own, after))
    return ["".join(drawing) for drawing in drawings]


def _layers(svg: str) -> tuple[list[str], list[str], list[str]]:
    """Take a drawing apart: what stands around the layers of marks, their opening tags, and their bodies."""
    pieces = _LAYER.split(_EMPTY.sub(r"\1></g>", svg))
    return pieces[0::3], pieces[1::3], pieces[2::3]


def _sources(compiled: dict[str, Any]) -> Iterator[str]:
    """Name the data that each layer of marks draws."""
    origin = {entry["name"]: entry.get("source", entry["name"]) for entry in compiled["data"]}
    return (origin[mark["from"]["data"]] for mark in compiled["marks"])


def _printable(data: Any) -> Any:
    """Return data with nothing in its words that a page could obey or an SVG may not hold."""
    if isinstance(data, str):
        return visible(" ".join(data.split()))
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    return [_printable(item) for item in data] if isinstance(data, (list, tuple)) else data
