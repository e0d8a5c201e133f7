"""The pack in a real browser: phone, laptop and paper, light and dark, in both languages.

Needs Chromium (Debian: `apt install chromium`); without it these tests are skipped, but not where
ADVISOR_NEEDS_BROWSER is set, as in CI.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from advisor.judge import Judge
from advisor.render.blocks import Page
from advisor.render.layout.pack import pack_page
from advisor.render.output import render
from advisor.result import Review
from advisor.review import review

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROOT = Path(__file__).parent.parent
SHOWN = (
    "electric-trucks-parcel-carrier",
    "spare-parts-store-equipment-maker",
    "heat-exchangers-municipal-heating",
    "accounts/paper-recycler-three-sites",
)
HOSTILE = """\
case: hostile
title: "<script>alert(1)</script><img src=x onerror=alert(2)>"
about: "</style><script>alert(3)</script>"
as_of: 2026-03-01
facts: {customer.phase: evaluation}
stakeholders:
  - {post: "<svg onload=alert(4)>", role: decision-maker, level: top, stance: supporter}
competitors:
  - {name: "'\\"><iframe src=http://example.org>"}
"""
SIZES = {"phone": (360, 740), "laptop": (1280, 800), "paper": (718, 1000)}
"""Width and height in pixels of the style sheet; paper is what the margins leave of a page of A4."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """() => [...document.querySelectorAll('p, li, h1, h2, h3, th, td, figcaption, summary')]
  .filter(e => e.offsetParent && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .filter(e => !e.closest('.table'))
  .map(e => e.textContent.slice(0, 60))"""
DEAD = """() => [...document.querySelectorAll('a[href^="#"]')]
  .filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash)"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("ADVISOR_NEEDS_BROWSER"), reason="there is no Chromium on this machine"
)


@pytest.fixture(scope="module")
def packs(shipped_judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A pack of a few shipped cases and a hostile one, in each language."""
    folder = tmp_path_factory.mktemp("packs")
    (folder / "hostile.yaml").write_text(HOSTILE, encoding="utf-8")
    files = [*(ROOT / "cases" / f"{name}.yaml" for name in SHOWN), folder / "hostile.yaml"]
    found = review(shipped_judge, files)
    assert not found.unreadable
    for lang in ("en", "zh"):
        text = render("html", lang, partial(_lay_out, found), found)
        (folder / f"{lang}.html").write_text(text, encoding="utf-8")
    return {lang: folder / f"{lang}.html" for lang in ("en", "zh")}


def _lay_out(found: Review, page: Page) -> None:
    pack_page(page, found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def said() -> list[str]:
    """What the browser complained of, and what it asked the network for."""
    return []


def open_pack(browser: Browser, path: Path, said: list[str], size: str = "laptop", **more: Any) -> Tab:
    """Open a pack; what it says on the console and what it asks for beside itself is noted."""
    width, height = SIZES[size]
    tab = browser.new_page(viewport={"width": width, "height": height}, **more)
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda request: said.append(request.url) if request.url != path.as_uri() else None)
    tab.goto(path.as_uri())
    if size == "paper":
        tab.emulate_media(media="print")
    return tab


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_pack_fits_and_keeps_to_itself(
    browser: Browser, packs: dict[str, Path], said: list[str], lang: str, size: str
) -> None:
    tab = open_pack(browser, packs[lang], said, size)
    assert tab.evaluate(OVERFLOW) <= 0
    assert tab.evaluate(CUT) == []
    assert tab.evaluate(DEAD) == []
    assert said == []
    tab.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_pack_reads_without_script(browser: Browser, packs: dict[str, Path], said: list[str], lang: str) -> None:
    tab = open_pack(browser, packs[lang], said, java_script_enabled=False)
    assert tab.locator("h1").count() == 1
    assert tab.locator("article").count() == len(SHOWN) + 1
    tab.locator("summary").first.click()
    assert tab.locator("details[open]").count() == 1
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "laptop"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_pack_is_accessible(
    browser: Browser, packs: dict[str, Path], said: list[str], lang: str, size: str, scheme: Any
) -> None:
    tab = open_pack(browser, packs[lang], said, size, color_scheme=scheme)
    found = Axe().run(tab).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"][:3]]) for v in found] == []
    tab.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_screen_reader_finds_headings_tables_and_pictures(
    browser: Browser, packs: dict[str, Path], said: list[str], lang: str
) -> None:
    tab = open_pack(browser, packs[lang], said, "phone")
    tree = tab.locator("body").aria_snapshot()
    assert tree.count("- table") > len(SHOWN)
    assert "- columnheader" in tree
    assert "- rowheader" in tree
    assert tree.count('img "') >= len(SHOWN) + 1
    levels = tab.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tab.close()


@pytest.mark.parametrize("format_", ["A4", "Letter"])
def test_each_deal_begins_on_a_page_of_its_own(
    browser: Browser, packs: dict[str, Path], said: list[str], format_: str
) -> None:
    tab = open_pack(browser, packs["en"], said)
    printed = tab.pdf(format=format_, prefer_css_page_size=False, print_background=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > len(SHOWN) + 1
    tab.close()


def test_the_keyboard_reaches_the_deals(browser: Browser, packs: dict[str, Path], said: list[str]) -> None:
    tab = open_pack(browser, packs["en"], said)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#main"
    tab.close()
