"""Draws pictures: Vega-Lite specifications filled with data, drawn as SVG by the library that knows how."""

from __future__ import annotations

import json
import re
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


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return environment("charts", autoescape=False)


@lru_cache(maxsize=64)
def _compiled(chart: str, frame: str) -> dict[str, Any]:
    """Return a specification over a frame, given as JSON, whose data are named and not there yet."""
    text = _environment().get_template(f"{chart}.json.j2").render(frame=json.loads(frame))
    return vl_convert.vegalite_to_vega(text)


def draw(picture: Picture) -> Markup:
    """Return a picture as inline SVG that scales with the page and is read out as its description."""
    compiled = _compiled(picture.chart, json.dumps(_printable(picture.frame)))
    rows = _printable(picture.rows)
    data = [{**entry, "values": rows[entry["name"]]} if entry["name"] in rows else entry for entry in compiled["data"]]
    svg = vl_convert.vega_to_svg({**compiled, "data": data})
    opening = Markup('<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{alt}">')
    found = _OPENING.search(svg)
    assert found is not None, "the library draws an SVG with a view box"
    return opening.format(box=found[1], alt=_printable(picture.alt)) + Markup(_SIZE.sub(r"\1", svg[found.end() :]))


def _printable(data: Any) -> Any:
    """Return data with nothing in its words that a page could obey or an SVG may not hold."""
    if isinstance(data, str):
        return visible(" ".join(data.split()))
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    return [_printable(item) for item in data] if isinstance(data, (list, tuple)) else data
