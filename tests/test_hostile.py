"""Hostile words in every text of cases, rules, knowledge and exports: in every format they stay words.

What a command prints is read again by a parser of its format, and must have the same structure as with harmless words.
tests/test_render.py, test_html.py and test_portfolio.py try single blocks with many more texts.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor import paths
from advisor.load.cases import load_case
from tests.test_cli import CASE, Advisor, Outcome, advisor, checkout, small_checkout
from tests.test_html import Outline
from tests.test_render import FORBIDDEN, outline

__all__ = ["advisor", "checkout"]

PAYLOADS = {
    "markup": "</title></style></td></table><script>alert(1)</script><img src=x onerror=y> <!-- x -->&lt;b&gt;",
    "links": "[x](javascript:alert(1)) ![x](http://x.y) <javascript:alert(1)> https://x.y www.x.y [x]: http://x.y",
    "structure": "- # x `x` **x** ~~x~~ | x | ``` > 1. x",
    "formula": "=HYPERLINK('http://x.y','x')|' /C calc'!A0 @SUM(1) +1 -1 [red]x[/red] [link=http://x.y]x[/link]",
}
"""Without braces: what stands in braces in a rule is a placeholder, and one that nobody fills is refused."""

DEAL = """\
case: harbour
title: {en: WORDS, zh: WORDS}
about: {en: WORDS, zh: WORDS}
as_of: 2026-03-01
currency: WORDS
facts:
  deal.phase:
    - {value: late, by: WORDS, on: 2025-02-20}
    - {value: early, by: coach}
  deal.needs_known: {value: yes, by: WORDS, on: 2026-02-20}
  deal.criteria: ours
  deal.price: 7
  deal.floor: 6
stakeholders:
  - {id: buyer, post: {en: WORDS, zh: WORDS}, name: WORDS, role: decision-maker, stance: against}
  - {id: two, post: WORDS, role: coach}
stakeholders_complete: no
competitors:
  - {name: WORDS, strong: yes}
history:
  - {on: 2026-02-01, title: {en: WORDS, zh: WORDS}, facts: {deal.criteria: ours}}
"""
_BOTH = re.compile(r'\b(en|zh): (?:"((?:[^"\\]|\\.)*)"|([^",{}\[\]][^,{}]*))(?=[,}])')
"""A text of the small rule base in one language: between quotes or not."""

PAGES = [
    ["review", CASE, "--names"],
    ["review", CASE, "bad.yaml"],
    ["review", CASE, "--seat", "competitor:competitor-1"],
    ["next", CASE, "--names"],
    ["next", CASE, "--person", "buyer"],
    ["why", CASE],
    ["why", CASE, "blocked"],
    ["why-not", CASE, "bid"],
    ["what-if", CASE, "--set", "deal.criteria=rival"],
    ["flips", CASE],
    ["view", CASE, "--as", "letters"],
    ["facts"],
    ["playbook", "list"],
    ["playbook", "show", "1", "--cases", CASE],
    ["playbook", "coverage"],
    ["playbook", "verdicts"],
    ["glossary"],
    ["import", "deals.csv", "--map", "mini", "--dry-run"],
    ["exercise", "list", "--cases", "BASE/lessons"],
    ["exercise", "start", "toll-gates", "--act", "2", "--cases", "BASE/lessons"],
    ["exercise", "grade", "BASE/answers", "--cases", "BASE/lessons"],
    ["exercise", "debrief", "toll-gates", "--cases", "BASE/lessons"],
]


def infected(folder: Path, words: str) -> Path:
    """Lay out the small rule base with words in front of each of its texts."""
    folder.mkdir()

    def put(found: re.Match[str]) -> str:
        said = found[2] if found[2] is not None else json.dumps(found[3], ensure_ascii=False)[1:-1]
        return f"{found[1]}: {json.dumps(words)[:-1]} {said}" + '"'

    base, count = small_checkout(folder), 0
    for path in base.rglob("*.yaml"):
        text, changed = _BOTH.subn(put, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
        count += changed
    assert count > 300, "the texts of the rule base are found"
    return base


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The small rule base by the words in front of its texts."""
    folder = tmp_path_factory.mktemp("bases")
    return {words: infected(folder / str(n), words) for n, words in enumerate(["word", *PAYLOADS.values()])}


@pytest.fixture
def run(
    advisor: Advisor,
    bases: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Outcome]:
    """Run a command where every text begins with some words."""

    def call(words: str, *arguments: str) -> Outcome:
        monkeypatch.setattr(paths, "_CHECKOUT", bases[words])
        Path(CASE).write_text(DEAL.replace("WORDS", json.dumps(words)), encoding="utf-8")
        Path("bad.yaml").write_text(f"case: bad\ntitle: A\nas_of: {json.dumps(words)}\n", encoding="utf-8")
        with Path("deals.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["Key", "Name", "Price", "Phase", "Customer", words, "Changed"])
            writer.writerow(["K-1", words, "12", words, words, words, "2026-02-01"])
            writer.writerow(["K-2", words, words, "Begun", words, words, words])
        return advisor(*(word.replace("BASE", str(bases[words])) for word in arguments))

    return call


def shape(value: Any) -> Any:
    """Return JSON without what it says: keys, lengths and kinds."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


def tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements of a page with the names of their attributes; a text of a picture may take several lines."""
    page = Outline(text)
    assert not page.stack
    assert all(link.startswith("#") for link in page.values.get("href", []))
    return [tag for tag in page.tags if tag[0] not in ("text", "tspan")]


READERS: dict[str, Callable[[str], Any]] = {
    "html": tags,
    "markdown": outline,
    "json": lambda text: shape(json.loads(text)),
    "text": lambda text: None,
}


def kinds(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return which kinds of parts a document has, in any order and number."""

    def found(text: str) -> Any:
        parts = read(text)
        return {repr(part) for part in parts} if isinstance(parts, list) else None

    return found


@pytest.mark.parametrize("format_", READERS)
@pytest.mark.parametrize("command", PAGES, ids=" ".join)
def test_hostile_words_stay_words(run: Callable[..., Outcome], command: list[str], format_: str) -> None:
    """The order of an exercise's choices depends on their words: there, the kinds of parts are compared."""
    read = READERS[format_]
    if command[0] == "exercise":
        read = kinds(read)
    calm = run("word", *command, "--format", format_)
    assert calm.out, calm.err
    for name, words in PAYLOADS.items():
        found = run(words, *command, "--format", format_)
        assert (found.code, bool(found.out)) == (calm.code, True), found.err
        assert not FORBIDDEN.search(found.out)
        assert read(found.out) == read(calm.out), name


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_export_becomes_cases_that_say_no_more_than_it_does(
    run: Callable[..., Outcome], tmp_path: Path, name: str, mini_judge: Any
) -> None:
    run(PAYLOADS[name], "import", "deals.csv", "--map", "mini")
    (path,) = Path("cases").iterdir()
    assert path.name == "k-1.yaml"
    case = load_case(path, mini_judge.knowledge)
    assert case.title.en == PAYLOADS[name]
    assert set(case.content.facts) == {"deal.price"}
    assert not case.history
    assert not any(case.content.lists.values())


@pytest.mark.parametrize("key", ["../../k", "/etc/k", "..", "k/../../k", "C:\\k", "~/k", "k\u2215k", "."])
def test_no_id_leads_out_of_the_folder(run: Callable[..., Outcome], tmp_path: Path, key: str) -> None:
    run("word", "facts")
    text = f"Key,Name,Changed\n{key},A mill,2026-02-01\n"
    Path("keys.csv").write_text(text, encoding="utf-8")
    before = {path for path in tmp_path.rglob("*") if "cases" not in path.parts}
    run("word", "import", "keys.csv", "--map", "mini")
    assert {path for path in tmp_path.rglob("*") if "cases" not in path.parts} == before
    for path in Path("cases").rglob("*"):
        assert path.parent == Path("cases")
        assert re.fullmatch(r"[a-z0-9-]+\.yaml", path.name)
