"""The HTML page: words stay words, nothing is loaded or run, and links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from advisor.explain.report import report
from advisor.judge import Judge
from advisor.render import charts
from advisor.render import html as html_module
from advisor.render.blocks import Block, Cell, Fold, Line, Part, Picture, Table
from advisor.render.board import bound, piece
from advisor.render.html import html
from advisor.render.layout.pack import pack_page
from advisor.render.output import render
from advisor.result import Review
from tests.test_render import FORBIDDEN, HOSTILE, infect, judged, page, shown

VOID = {"meta", "br", "hr", "img", "input", "link"}
DOT = {"n": "1", "x": 0, "y": 0, "low": -1, "high": 1, "bottom": -1, "top": 1, "size": 260.0, "tone": "bad"}
PERSON = {"n": "1", "x": 0, "y": 0, "size": 1, "met": 1}


class Outline(HTMLParser):
    """Collects what a browser would build of a page: its tags with the names of attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.values: dict[str, list[str]] = {}
        self.words: list[str] = []
        self.stack: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            self.values.setdefault(name, []).append(value or "")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] not in ("style", "script"):
            self.words.append(" ".join(data.split()))


def blocks(text: str) -> list[Block]:
    """Put a text wherever a page can hold one, pictures too."""
    portfolio = {"axes": (text, text), "reach": (1, 1), "width": 90, "height": 60}
    people = {"across": [text, text], "up": [text, text], "axes": (text, text), "met": 3, "step": 104}
    dots = {"values": [{**DOT, "who": text, "settled": True}]}
    persons: dict[str, list[dict[str, Any]]] = {
        "values": [{**PERSON, "who": text, "label": [text]}],
        "lines": [{"x": 0, "y": 0, "x2": 1, "y2": 1}],
    }
    return [
        *page(text),
        Table((text, text), ((Cell(text, text, "warn"), Cell(text, link="deal-1")),), "marks"),
        Table((text, text), (("", ""),), "sign"),
        Fold(text, (Line(text), Table((text,), ((text,),)))),
        Picture("portfolio", portfolio, dots, text, text),
        Picture("people", people, persons, text, text),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_text_becomes_markup(name: str) -> None:
    text = HOSTILE[name]
    drawn = html(blocks(text), "en")
    assert not FORBIDDEN.search(drawn)
    drawn.encode()
    outline = Outline(drawn)
    assert not outline.stack
    if shown(text):
        body = [tag for tag in outline.tags if tag[0] not in ("text", "tspan")]
        calm = [tag for tag in Outline(html(blocks("word"), "en")).tags if tag[0] not in ("text", "tspan")]
        assert body == calm
        assert shown(text) in outline.words


def test_a_page_forbids_what_it_does_not_need() -> None:
    """Should a text ever become markup after all, a browser runs and loads nothing of it."""
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html(blocks("word"), "en"))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_a_page_loads_and_runs_nothing() -> None:
    drawn = html(blocks("word"), "en")
    outline = Outline(drawn)
    assert not {tag for tag, _ in outline.tags} & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert not [name for name in outline.values if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all(link.startswith("#") for link in outline.values["href"])
    assert "url(" not in drawn
    assert "@import" not in drawn


def test_a_picture_is_named_in_words() -> None:
    outline = Outline(html(blocks("who is where"), "en"))
    drawings = [names for tag, names in outline.tags if tag == "svg"]
    assert drawings
    assert all({"role", "aria-label", "viewbox"} <= set(names) for names in drawings)


def test_texts_in_a_picture_have_their_sizes() -> None:
    """They are drawn with sizes below zero, so that nobody measures them; what a text says is not touched."""
    said = 'a<text font-size="-9px">'
    outline = Outline(html(blocks(said), "en"))
    assert set(outline.values["font-size"]) == {"11px", "12px", "13px", "14px"}
    assert outline.words.count(said) == Outline(html(blocks("word"), "en")).words.count("word")


@pytest.mark.parametrize("name", HOSTILE)
def test_pictures_that_are_drawn_together_are_those_drawn_alone(name: str) -> None:
    calm, hostile = (
        [block for block in blocks(text) if isinstance(block, Picture)] for text in ("word", HOSTILE[name])
    )
    (portfolio, people), (dots, persons) = calm, hostile
    same = replace(people, rows=persons.rows)
    bare = replace(people, rows={"values": [{**person, "label": []} for person in people.rows["values"]], "lines": []})
    pictures = [people, bare, portfolio, persons, same, replace(portfolio, rows=dots.rows), dots, people]
    assert charts.draw(pictures) == [charts.draw([picture])[0] for picture in pictures]


def test_where_texts_stand_in_a_picture_does_not_depend_on_what_they_say() -> None:
    """Else the bytes of a page would depend on the fonts of a machine."""
    short, long = (Outline(html(blocks(text), "en")).values["transform"] for text in ("i", "wide words " * 40))
    assert short == long


def review_of(judge: Judge, folder: Path, text: str) -> Review:
    """Review a deal that has everything a pack can show."""
    whole = report(judge, judged(judge, folder, text), names=True)
    return Review("2.0", whole.title, (whole,), (), (), None)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["html", "template", "ansi", "turned", "surrogate", "entity"])
def test_a_hostile_case_stays_text_in_the_pack(mini_judge: Judge, tmp_path: Path, name: str, lang: str) -> None:
    review: Any = infect(review_of(mini_judge, tmp_path, "A deal"), HOSTILE[name])
    calm: Any = infect(review_of(mini_judge, tmp_path, "A deal"), "word")
    drawn = [Outline(render("html", lang, partial(_lay_out, found), found)) for found in (review, calm)]
    plain = [[tag for tag in outline.tags if tag[0] not in ("text", "tspan")] for outline in drawn]
    assert plain[0] == plain[1]


def _lay_out(review: Review, sheet: Any) -> None:
    pack_page(sheet, review)


def many(judge: Judge, folder: Path, number: int) -> Review:
    """Return a review of so many deals, alike but for their names."""
    review = review_of(judge, folder, "A deal")
    (deal,) = review.cases
    return replace(review, cases=tuple(replace(deal, id=f"deal-{n}", file=f"{n}.yaml") for n in range(number)))


@pytest.mark.parametrize("together", [1, 2, 3])
def test_a_page_is_the_same_however_many_pictures_are_drawn_at_once(
    mini_judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    review = many(mini_judge, tmp_path, 4)
    whole = render("html", "en", partial(_lay_out, review), review)
    assert whole.count("<svg") >= 5
    monkeypatch.setattr(html_module, "TOGETHER", together)
    assert render("html", "en", partial(_lay_out, review), review) == whole


def test_a_pack_is_written_while_its_deals_are_read(
    mini_judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of thousands, no more are held than have their pictures drawn at once, and as many that come next."""
    monkeypatch.setattr(html_module, "TOGETHER", 3)
    review, read = many(mini_judge, tmp_path, 20), []

    def pieces() -> Iterator[list[Part]]:
        for case in review.cases:
            read.append(case.id)
            yield piece("html", "en", case)

    written = ""
    for text in bound("html", "en", review, pieces(), []):
        written += text
        assert len(read) <= written.count("</article>") + 3 + 3
    assert len(read) == written.count("</article>") == 20


def test_the_same_review_gives_the_same_bytes(mini_judge: Judge, tmp_path: Path) -> None:
    review = review_of(mini_judge, tmp_path, "A deal")
    first, second = (render("html", "en", partial(_lay_out, review), review) for _ in range(2))
    assert first == second
    assert not re.search(r"\b20\d\d-\d\d-\d\dT", first)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_links_lead_to_places_on_the_page(mini_judge: Judge, tmp_path: Path, lang: str) -> None:
    review = review_of(mini_judge, tmp_path, "A deal")
    outline = Outline(render("html", lang, partial(_lay_out, review), review))
    places = outline.values["id"]
    assert len(places) == len(set(places))
    assert {link.removeprefix("#") for link in outline.values["href"]} <= set(places)
