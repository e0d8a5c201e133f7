"""The joining words: both languages alike, nothing missing, nothing left over."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from advisor import model
from advisor.crm import ColumnStatus, RowStatus
from advisor.grade import PointKind
from advisor.ledger.diff import ROLES, Cause
from advisor.ledger.entry import RESULTS
from advisor.lexicon import FILE, join, listed, say, words
from advisor.lines import Filling, QuestionLine
from advisor.model import Text
from advisor.rule import GuardLevel
from advisor.session import LISTS
from advisor.sheet import Footing, Mark, OptionStatus

ADVISOR = Path(__file__).resolve().parent.parent / "advisor"
SPEAKERS = {"say", "words", "head", "line"}
"""Calls whose first argument is a key."""

BUILT = {
    # Keys that are put together while running: the beginning, and every end that it can have.
    "test.": {*get_args(model.Operator), *get_args(model.Ask), *get_args(model.Quantifier)},
    "guard.": {*get_args(GuardLevel)},
    "change.": {*get_args(model.Change)},
    "currency.": {"CNY", "EUR", "GBP", "HKD", "JPY", "USD"},
    "facts.": {"title", "intro", "group", "member", "value", *(set(get_args(model.FactType)) - {"enum", "bool"})},
    "filling.": {*get_args(Filling)},
    "grade.": {*get_args(PointKind)},
    "import.": {*get_args(ColumnStatus), *(set(get_args(RowStatus)) - {"bad"})},
    "interview.": {f"{kind}s" for kind in LISTS},
    "mark.": {*get_args(Mark)},
    "diff.": {*get_args(Cause), *ROLES},
    "outcome.": {*RESULTS},
    "option.": {*get_args(OptionStatus)},
    "state.": {*get_args(Footing)},
    "question.": {*get_args(get_type_hints(QuestionLine)["why"])},
}
KEYS = sorted(words())


def placeholders(text: str) -> list[str]:
    """Return the names in braces; raise ValueError if the braces do not match."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    entry = words()[key]
    assert placeholders(entry.en) == placeholders(entry.zh)
    assert all(name.isidentifier() for name in placeholders(entry.en))


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_are_written(key: str) -> None:
    entry = words()[key]
    assert bool(entry.en) == bool(entry.zh)
    assert not re.search("[\u4e00-\u9fff，。：；、（）“”]", entry.en), "the English side is English"
    assert not re.search(r"[A-Za-z]{2}", re.sub(r"\{\w+\}", "", entry.zh)), "the Chinese side is Chinese"


def test_no_key_stands_twice() -> None:
    keys = re.findall(r"^([\w.-]+):", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(KEYS)


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module but the lexicon's own."""
    for path in sorted(ADVISOR.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the keys that an expression can be, where it spells them out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def spoken(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the keys that calls for words name, with their line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SPEAKERS:
                yield from ((node.lineno, key) for key in literals(node.args[0]))
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "words()":
            yield from ((node.lineno, key) for key in literals(node.slice))


def beginnings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield how keys begin that calls for words put together."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0].values[0]
            if name in SPEAKERS and isinstance(first, ast.Constant):
                yield node.lineno, str(first.value)


def constants(tree: ast.Module) -> Iterator[str]:
    """Yield every string in a module: keys also stand in tables and wait in variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_key_that_the_code_names_exists() -> None:
    missing = [f"{path}:{line}: {key}" for path, tree in sources() for line, key in spoken(tree) if key not in words()]
    assert not missing
    groups = {key.partition(".")[0] for key in KEYS if "." in key}
    shape = re.compile(rf"({'|'.join(sorted(groups))})\.[a-z-]+")
    drawn = [
        (path, text)
        for path, tree in sources()
        if "render" in path.relative_to(ADVISOR).parts
        for text in constants(tree)
    ]
    assert not [f"{path}: {text}" for path, text in drawn if shape.fullmatch(text) and text not in words()]


def test_every_key_that_is_put_together_exists() -> None:
    for path, tree in sources():
        for line, start in beginnings(tree):
            assert start in BUILT, f"{path}:{line}: say in BUILT what can follow {start}"
    for start, ends in BUILT.items():
        assert not {start + end for end in ends} - set(KEYS)


def test_no_key_is_left_over() -> None:
    named = {text for _, tree in sources() for text in constants(tree)}
    built = {start + end for start, ends in BUILT.items() for end in ends}
    assert not set(KEYS) - named - built


def test_parts_are_never_taken_for_placeholders() -> None:
    """What a case says may hold braces; it is put in and not read again."""
    assert say("test.is", fact=Text("{value}", "{value}"), value="{0} {x!r}").en == "{value}: {0} {x!r}"


def test_joins_as_a_reader_would() -> None:
    a, b, c = Text("a", "甲"), Text("b", "乙"), Text("c", "丙")
    assert join([a, b, c]) == Text("a, b and c", "甲、乙和丙")
    assert join([a, b], "list.or") == Text("a or b", "甲或乙")
    assert join([a]) == a
    assert join([]) == say("list.nobody")
    assert listed([a, b]) == Text("a; b", "甲；乙")
    assert listed([]) == Text("", "")
    assert listed([Text("A.", "甲。"), Text("B.", "乙。")]) == Text("A; B.", "甲；乙。")
