"""What is drawn: whatever a case file says stands there as text, in every format, width and language."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len

from advisor.explain.builder import explainer
from advisor.explain.report import advice as advice_on
from advisor.explain.report import report
from advisor.explain.why import why, why_not
from advisor.judge import Judge, Judgement
from advisor.load.cases import load_case
from advisor.model import Text
from advisor.problems import visible
from advisor.render.blocks import Block, Branch, Bullet, Bullets, Heading, Line, Page, Panel, Table, Tree
from advisor.render.data import to_json
from advisor.render.layout import advice
from advisor.render.layout.pack import pack_page
from advisor.render.layout.review import review_page
from advisor.render.markdown import escape, markdown
from advisor.render.output import render
from advisor.render.terminal import console, draw, wrapped
from advisor.result import Advice, Argument, CaseReport, Review, Unreadable
from tests.test_cli import SETTLED

HOSTILE = {
    "html": "<script>alert(1)</script> <b>bold</b> <!-- gone --> <img src=x onerror=y>",
    "entity": "&lt;b&gt; &amp;amp; &#91;x&#93; &copy;",
    "markdown": "**bold** _slanted_ `code` ~~struck~~ [link](http://x) ![image](y) # title > quote ***",
    "reference": "[x]: http://example.org",
    "autolink": "http://example.org www.example.org <http://example.org> HTTPS://EXAMPLE.ORG ftp://x.y",
    "rule": "---",
    "underline": "===",
    "bullet": "- an item",
    "plus": "+ an item",
    "number": "1. an item",
    "bracket number": "99) an item",
    "star": "* an item",
    "heading": "# a heading",
    "quote": "> a quotation",
    "fence": "``` python",
    "tilde fence": "~~~",
    "code by indent": "        four and four",
    "pipe": "a | b | c",
    "table": "| a | b | --- | --- |",
    "backslash": "\\",
    "backslashes": "\\\\ \\| \\* \\",
    "rich": "[red]x[/red] [bold] [/] [link=http://x]y[/link] \\[x] [@click=quit]z",
    "emoji code": ":smile: :warning:",
    "emoji": "👍🏽 👨‍👩‍👧 🇨🇳 é",
    "maths": "$x^2$ $$y$$",
    "footnote": "word[^1] [^1]: note",
    "picture": "<!-- picture -->",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} {0} %s",
    "newlines": "one\ntwo\r\nthree\n\n# four\n- five",
    "separators": "one\u2028two\u2029three\x85four\x0bfive\x0csix\x1cseven",
    "ansi": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "c1": "\x9b31mred\x9d0;title\x9c",
    "nul": "a\x00b\x7fc\x08d\x07e",
    "turned": "\u202eright to left\u202c \u2066isolated\u2069 \u200fmark",
    "surrogate": "half \ud83d",
    "long word": "x" * 500,
    "long chinese": "需求" * 200,
    "wide": "ｗｉｄｅ 客户 ﷽",
    "tabs": "a\tb\t\tc",
    "blank": "   ",
    "empty": "",
}
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Nothing of this may reach a terminal, a page or a pipe; the line end stays."""


def shown(text: str) -> str:
    """Say how a text must read wherever it stands: on one line, its unprintable characters as a mark."""
    return visible(" ".join(text.split()))


def page(text: str) -> list[Block]:
    """Put a text wherever text can stand."""
    return [
        Heading(text, 1),
        Heading(text, 2),
        Line(text),
        Bullets((Bullet(text, text), Bullet(text)), numbered=False),
        Bullets((Bullet(text),), numbered=True),
        Table((text, "b"), ((text, text), ("x", text))),
        Panel(text, (Line(text), Line(text))),
        Tree(Branch(text, "yes", text, (Branch(text, None), Branch(text, "no", f"{text}\n{text}")))),
        Line("the end"),
    ]


def on_screen(blocks: list[Block], width: int = 100) -> str:
    stream = io.StringIO()
    draw(console(stream, width), blocks)
    return stream.getvalue()


# Terminal


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [10, 40, 100])
def test_nothing_in_a_text_is_obeyed_by_a_terminal(name: str, width: int) -> None:
    drawn = on_screen(page(HOSTILE[name]), width)
    assert not FORBIDDEN.search(drawn)
    assert max(map(cell_len, drawn.split("\n"))) <= width


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_shows_a_text_as_it_was_written(name: str) -> None:
    wanted = shown(HOSTILE[name])
    for block in page(HOSTILE[name])[:-1]:
        drawn = "".join(on_screen([block], 1500).split())
        assert "".join(wanted.split()) in drawn, type(block).__name__


def test_a_line_of_a_text_cannot_pass_for_a_line_of_ours() -> None:
    forged = "A deal\n╭─ bid (settled) ─╮\n│ submit │"
    plain = on_screen([Line("A deal")]).count("\n")
    assert on_screen([Line(forged)]).count("\n") == plain


def test_a_title_that_the_frame_would_cut_stands_inside_it() -> None:
    block = Panel("qualify first (settled: no open question can change it)", (Line("x"),))
    for width in (20, 40, 60, 61, 100):
        drawn = on_screen([block], width)
        assert "".join(block.title.split()) in re.sub(r"[─╭╮╰╯│\s]", "", drawn)
    assert on_screen([block], 61).startswith("╭─ qualify")


def test_a_table_on_a_narrow_screen_is_a_block_for_each_row() -> None:
    drawn = on_screen([Table(("Case", "Verdict"), (("a", "bid"), ("b", "")))], 30)
    assert drawn == "Case: a\nVerdict: bid\n\nCase: b\n"


def test_chinese_columns_stand_in_line() -> None:
    drawn = on_screen([Table(("案例", "结论"), (("港口票务系统", "先摸清"), ("mill", "x")))], 80)
    lines = [line for line in drawn.split("\n") if re.search("先摸清|x", line)]
    starts = {cell_len(line[: re.search("先摸清|x", line).start()]) for line in lines}  # type: ignore[union-attr]
    assert len(lines) == 2
    assert len(starts) == 1


def test_a_file_has_no_colour_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.setenv(name, "1")
    assert "\x1b" not in render("text", "en", lambda p: p.add(*page("x")), None)


# Markdown


@cache
def parser() -> MarkdownIt:
    """Return a parser with everything on that a reader's Markdown may have on, links made of addresses apart."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def outline(text: str) -> list[str]:
    """Return the structure of a document: the kinds of its tokens, without their words."""

    def kinds(tokens: list[Token]) -> list[str]:
        found: list[str] = []
        for token in tokens:
            if token.type == "inline":
                found.extend(kind for kind in kinds(token.children or []) if kind != "text")
            else:
                found.append(token.type)
        return found

    return kinds(parser().parse(text))


def words_of(text: str) -> str:
    """Return the words of a document as a reader sees them."""
    inline = (token for token in parser().parse(text) if token.type == "inline")
    return "\n".join("".join(child.content for child in token.children or []) for token in inline)


@pytest.mark.parametrize("name", [n for n, text in HOSTILE.items() if text.strip()])
def test_nothing_in_a_text_becomes_markup(name: str) -> None:
    drawn = markdown(page(HOSTILE[name]))
    assert not FORBIDDEN.search(drawn)
    assert outline(drawn) == outline(markdown(page("word")))


@pytest.mark.parametrize("name", [n for n, text in HOSTILE.items() if text.strip()])
def test_markdown_shows_a_text_as_it_was_written(name: str) -> None:
    wanted = shown(HOSTILE[name])
    read = words_of(markdown(page(HOSTILE[name])))
    times = words_of(markdown(page("word"))).count("word")
    assert read.count(wanted) >= times


def test_addresses_do_not_become_links() -> None:
    """GitHub makes a link of an address; one in a case file would be a stranger's link in the board's pack."""
    written = escape("see https://example.org/x, www.example.org and HTTP://EXAMPLE.ORG")
    assert "://" not in written
    assert not re.search(r"www\.", written)
    assert words_of(written) == "see https://example.org/x, www.example.org and HTTP://EXAMPLE.ORG"


def test_plain_text_is_not_littered_with_backslashes() -> None:
    for text in ("A harbour's ticket system (2026-03-01): 5%, 客户；A/B", "1,200,000 CNY", "-5", "3.5 days"):
        assert escape(text) == text
    assert "| - |" in markdown([Table(("a",), (("-",),))])


# JSON


@pytest.mark.parametrize("name", HOSTILE)
def test_json_keeps_a_text_whole_and_harmless(name: str) -> None:
    written = render("json", "en", lambda _: None, {"text": HOSTILE[name]})
    assert json.loads(written) == {"text": HOSTILE[name]}
    assert not FORBIDDEN.search(written)
    written.encode()


# Whole documents

CASE = """\
case: hostile
title: {title}
about: {title}
as_of: 2026-03-01
currency: {word}
facts:
  deal.phase:
    - {{value: late, by: {title}, on: 2025-02-20}}
    - {{value: early, by: coach}}
  deal.needs_known: {{value: yes, by: {title}, on: 2026-02-20}}
  deal.criteria: ours
  deal.price: {price}
  deal.floor: 6
stakeholders:
  - {{id: one, post: {title}, name: {title}, role: decision-maker, stance: against}}
  - {{id: two, post: {title}, role: coach}}
stakeholders_complete: no
competitors:
  - {{name: {title}}}
"""

Layout = Callable[[Page], None]


def plain_of(value: Any) -> Any:
    """Take a result apart field by field: what its JSON has to say."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain_of(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain_of(item) for item in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def judged(judge: Judge, folder: Path, text: str, price: int = 5) -> Judgement:
    quoted = json.dumps(shown(text) or "x", ensure_ascii=False)
    (folder / "case.yaml").write_text(CASE.format(title=quoted, word=quoted, price=price), encoding="utf-8")
    return judge.judge(load_case(folder / "case.yaml", judge.knowledge))


def infect(value: Any, text: str) -> Any:
    """Put a text wherever a result holds words: what no file can hold may yet come from elsewhere."""
    if isinstance(value, Text):
        return Text(text, text)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: infect(getattr(value, f.name), text) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    return tuple(infect(item, text) for item in value) if isinstance(value, tuple) else value


def documents(judge: Judge, judgement: Judgement) -> tuple[CaseReport, Advice, Argument, Argument]:
    words = explainer(judge, judgement, names=True)
    whole, brief = report(judge, judgement, names=True), advice_on(judge, judgement, names=True)
    return whole, brief, why(judge, judgement, words, "blocked"), why_not(judge, judgement, words, "bid")


def layouts(whole: CaseReport, brief: Advice, because: Argument, not_: Argument) -> list[tuple[Layout, Any]]:
    """Return every page that shows a case, with what it shows."""
    bad = Unreadable(whole.title.en, (whole.title.en, "x"))
    review = Review("2.0", whole.title, (whole,), (), (bad,), None)
    return [
        (lambda p: review_page(p, review), review),
        (lambda p: pack_page(p, review), review),
        (lambda p: advice.next_page(p, brief), brief),
        (lambda p: advice.flips_page(p, whole), whole.flips),
        (lambda p: advice.what_if_page(p, whole, whole, [(f, f) for f in whole.contradictions]), whole),
        (lambda p: advice.argument_page(p, because), because),
        (lambda p: advice.argument_page(p, not_), not_),
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_case_stays_text_on_every_page(mini_judge: Judge, tmp_path: Path, name: str, lang: str) -> None:
    text = HOSTILE[name]
    found = documents(mini_judge, judged(mini_judge, tmp_path, text))
    infected = tuple(infect(document, text) for document in found)
    plain = tuple(infect(document, "word") for document in found)
    for (layout, whole), (calm, _) in zip(layouts(*infected), layouts(*plain), strict=True):
        assert not FORBIDDEN.search(render("text", lang, layout, whole))
        assert json.loads(render("json", lang, layout, whole)) == plain_of(whole)
        drawn = render("markdown", lang, layout, whole)
        assert not FORBIDDEN.search(drawn)
        if text.strip():
            assert outline(drawn) == outline(render("markdown", lang, calm, whole))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format_", ["text", "markdown"])
@pytest.mark.parametrize("price", [5, 7])
def test_no_placeholder_stays_unfilled(mini_judge: Judge, tmp_path: Path, price: int, format_: str, lang: str) -> None:
    found = documents(mini_judge, judged(mini_judge, tmp_path, "A deal", price))
    for layout, whole in layouts(*found):
        drawn = render(format_, lang, layout, whole)
        assert not re.search(r"[{}]|\bNone\b(?! beyond)", drawn)


def test_the_cases_touch_what_a_page_can_show(mini_judge: Judge, tmp_path: Path) -> None:
    """Else the tests above would say little. (The small rule base has no warning and no quarantine.)"""
    low, _, because, not_ = documents(mini_judge, judged(mini_judge, tmp_path, "A deal"))
    (tmp_path / "fair.yaml").write_text(SETTLED, encoding="utf-8")
    fair, _, _, _ = documents(mini_judge, mini_judge.judge(load_case(tmp_path / "fair.yaml", mini_judge.knowledge)))
    for name in ("reasons_for", "compliance", "flips", "contradictions"):
        assert getattr(low, name), name
    assert fair.reasons_against
    assert fair.questions
    assert not fair.proof.same
    assert because.trees
    assert not_.trees


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_languages_have_one_shape(mini_judge: Judge, tmp_path: Path, lang: str) -> None:
    found = documents(mini_judge, judged(mini_judge, tmp_path, "A deal"))
    for layout, whole in layouts(*found):
        assert outline(render("markdown", lang, layout, whole)) == outline(render("markdown", "en", layout, whole))


@pytest.mark.parametrize("name", ["word", "half \ud83d"])
def test_dates_and_amounts_are_plain_in_json(name: str) -> None:
    written = to_json({name: date(2026, 3, 1), "b": (1, True, None, Decimal("0.10"))})
    assert json.loads(written) == {name: "2026-03-01", "b": [1, True, None, "0.10"]}


def test_the_quick_way_and_the_slow_one_write_the_same(mini_judge: Judge, tmp_path: Path) -> None:
    whole, *_ = documents(mini_judge, judged(mini_judge, tmp_path, "A deal"))
    quick = to_json((whole, "word"))
    assert to_json((whole, "half \ud83d")) == quick.replace('"word"', '"half \\ud83d"')


def test_what_is_nested_deeper_than_the_quick_way_goes_is_written() -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    assert json.loads(to_json(deep)) == deep


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        """Pass for a terminal."""
        return True


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("   - whom it hits and what it costs", ["   - whom it hits", "     and what it", "     costs"]),
        ("   10  how soon it shows", ["   10  how soon it", "       shows"]),
        ("2. One of them", ["2. One of them"]),
        ("客户眼下最关心的问题是什么", ["客户眼下最关心的问题", "是什么"]),
        ("", [""]),
    ],
)
def test_a_line_on_a_terminal_ends_between_words(monkeypatch: pytest.MonkeyPatch, text: str, lines: list[str]) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert wrapped(text, _Screen()) == "\n".join(lines)
    assert wrapped(text, io.StringIO()) == text
