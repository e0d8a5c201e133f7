"""YAML as data: what is refused and where, and that nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.problems import Location, Problems
from advisor.yamlfile import MAX_BYTES, MAX_DEPTH, Mapping, Node, Scalar, Sequence, parse, read, walk


def good(text: str) -> Node:
    problems = Problems()
    node = parse(text, "f.yaml", problems)
    assert problems.found == []
    assert node is not None
    return node


def refused(text: str) -> list[tuple[str, str]]:
    """Return place and id of each problem."""
    problems = Problems()
    parse(text, "f.yaml", problems)
    return [(str(p.at), p.id) for p in problems.found]


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {key: plain(child) for key, child in node.entries.items()}
    return [plain(child) for child in node.items] if isinstance(node, Sequence) else node.text


# --- what is read -------------------------------------------------------------------------------------------------


def test_mappings_lists_and_words_are_read_in_their_order() -> None:
    assert plain(good("b: [1, {c: d}]\na:\n  - x\n  - y: z\n")) == {"b": ["1", {"c": "d"}], "a": ["x", {"y": "z"}]}
    assert list(plain_keys(good("b: 1\na: 2\n"))) == ["b", "a"]


def plain_keys(node: Node) -> list[str]:
    assert isinstance(node, Mapping)
    return list(node.entries)


@pytest.mark.parametrize("word", ["yes", "on", "2026-02-11", "1e3", "0x1F", "null", "~", ".inf", "012", "1_000", "<<"])
def test_a_word_stays_the_text_that_was_written(word: str) -> None:
    assert good(word) == Scalar(word, Location("f.yaml", 1, 1), plain=True)


def test_whether_a_word_stood_in_quotes_is_kept() -> None:
    node = good("a: none\nb: 'none'\nc: \"none\"\nd: |\n  none\n")
    assert isinstance(node, Mapping)
    assert [(key, child.plain) for key, child in node.entries.items() if isinstance(child, Scalar)] == [
        ("a", True),
        ("b", False),
        ("c", False),
        ("d", False),
    ]


def test_an_empty_value_is_an_empty_plain_word() -> None:
    assert good("a:\n") == Mapping(
        {"a": Scalar("", Location("f.yaml", 1, 3))}, {"a": Location("f.yaml", 1, 1)}, Location("f.yaml", 1, 1)
    )


def test_every_node_and_key_has_its_line_and_column() -> None:
    node = good("# a comment\nfirst: 1\nsecond:\n  - {x: 甲, y: two}\n")
    assert isinstance(node, Mapping)
    assert {key: (at.line, at.column) for key, at in node.key_at.items()} == {"first": (2, 1), "second": (3, 1)}
    assert [(n.at.line, n.at.column, n.text) for n in walk(node) if isinstance(n, Scalar)] == [
        (2, 8, "1"),
        (4, 9, "甲"),
        (4, 15, "two"),
    ]


def test_windows_line_ends_and_an_explicit_document_start_are_read() -> None:
    assert plain(good("---\r\na: 1\r\nb: 2\r\n...\r\n")) == {"a": "1", "b": "2"}


def test_walking_yields_a_node_before_what_is_below_it() -> None:
    node = good("{a: [1, 2], b: 3}")
    assert [n.text if isinstance(n, Scalar) else type(n).__name__ for n in walk(node)] == [
        "Mapping",
        "Sequence",
        "1",
        "2",
        "3",
    ]


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "id_"),
    [
        ("a: &x 1\n", "f.yaml:1:4", "yaml-alias"),
        ("a: 1\nb: &x [1]\n", "f.yaml:2:4", "yaml-alias"),
        ("a: &x {b: 1}\n", "f.yaml:1:4", "yaml-alias"),
        ("a: *x\n", "f.yaml:1:4", "yaml-alias"),
        ("<<: *x\n", "f.yaml:1:5", "yaml-alias"),
        ("a: !!python/object:os.system x\n", "f.yaml:1:4", "yaml-tag"),
        ("a: !mine [1]\n", "f.yaml:1:4", "yaml-tag"),
        ("a: !!str 1\n", "f.yaml:1:4", "yaml-tag"),
        ("!!map {a: 1}\n", "f.yaml:1:1", "yaml-tag"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1", "yaml-documents"),
        ("? [a, b]\n: 1\n", "f.yaml:1:3", "yaml-key"),
        ("{{a: 1}: 2}\n", "f.yaml:1:2", "yaml-key"),
        ("a: 1\n  b: 2\n", "f.yaml:2:4", "yaml-syntax"),
        ("a: [1, 2\n", "f.yaml:2:1", "yaml-syntax"),
        ("a: 'open\n", "f.yaml:2:1", "yaml-syntax"),
        ("\ta: 1\n", "f.yaml:1:1", "yaml-syntax"),
        ("a: \x00\n", "f.yaml:1:4", "control-character"),
        ("a: 1\nb: c\x07d\n", "f.yaml:2:5", "control-character"),
        ("a: 1\nb: c\u202ed\n", "f.yaml:2:5", "control-character"),
        ('a: 1\nb: "c\\ed"\n', "f.yaml:2:4", "control-character"),
        ("", "f.yaml", "file-empty"),
        ("# only a comment\n", "f.yaml", "file-empty"),
    ],
)
def test_what_is_not_plain_data_is_refused_where_it_stands(text: str, at: str, id_: str) -> None:
    assert refused(text) == [(at, id_)]
    problems = Problems()
    assert parse(text, "f.yaml", problems) is None


def test_a_key_that_stands_twice_is_a_problem_that_names_the_first_and_reading_goes_on() -> None:
    problems = Problems()
    node = parse("a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\n", "f.yaml", problems)
    assert [(str(p.at), p.id) for p in problems.found] == [
        ("f.yaml:3:1", "duplicate-key"),
        ("f.yaml:4:11", "duplicate-key"),
    ]
    assert "first in line 1" in problems.found[0].message
    assert node is not None
    assert plain(node) == {"a": "1", "b": "2", "c": {"d": "1"}}


def test_deep_nesting_is_read_to_its_bound_and_refused_beyond() -> None:
    assert refused("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert refused("[" * (MAX_DEPTH + 1)) == [(f"f.yaml:1:{MAX_DEPTH + 1}", "yaml-nesting")]
    assert refused("[" * 900) == [(f"f.yaml:1:{MAX_DEPTH + 1}", "yaml-nesting")]
    for far_too_deep in ("[" * 100_000, "{a: " * 100_000):
        # Where it is refused is the parser's business: some releases have a bound of their own.
        ((place, id_),) = refused(far_too_deep)
        assert (place.startswith("f.yaml:1:"), id_) == (True, "yaml-nesting")


# --- files --------------------------------------------------------------------------------------------------------


def refused_file(path: Path) -> list[tuple[str, str]]:
    problems = Problems()
    assert read(path, "f.yaml", problems) is None
    return [(str(p.at), p.id) for p in problems.found]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("\ufeffa: 甲\n".encode())
    node = read(path, "f.yaml", Problems())
    assert node is not None
    assert plain(node) == {"a": "甲"}


def test_text_in_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: 1\nb: " + "甲".encode("gb18030") + b"\n")
    assert refused_file(path) == [("f.yaml:2:1", "not-utf8")]
    path.write_bytes("a: 1".encode("utf-16"))
    assert refused_file(path) == [("f.yaml:1:1", "not-utf8")]


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert refused_file(path) == [("f.yaml", "file-too-large")]
    path.write_bytes(b"a: " + b"b" * (MAX_BYTES - 3))
    assert read(path, "f.yaml", Problems()) is not None


def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    assert refused_file(tmp_path / "missing.yaml") == [("f.yaml", "file-unreadable")]
    assert refused_file(tmp_path) == [("f.yaml", "file-unreadable")]


# --- anything at all ----------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "a",
        ": ",
        ":",
        "- ",
        "\n",
        "  ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "&x",
        "*x",
        "!!t ",
        "---",
        "...",
        "|",
        ">",
        "?",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_gives_a_node_or_a_problem_with_a_place(text: str) -> None:
    problems = Problems()
    node = parse(text, "f.yaml", problems)
    assert (node is not None) or problems.found
    for problem in problems.found:
        assert problem.at.file == "f.yaml"
        assert "\n" not in problem.message
    for below in walk(node) if node is not None else ():
        assert below.at.line >= 1
        assert below.at.column >= 1


@given(st.binary(max_size=80))
def test_any_bytes_give_a_node_or_a_problem(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    problems = Problems()
    assert (read(path, "f.yaml", problems) is not None) or problems.found
