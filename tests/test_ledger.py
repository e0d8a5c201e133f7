"""A ledger: what is recorded, and how whatever was done to it afterwards is found."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from advisor.ledger import file as ledger_file
from advisor.ledger.chain import canonical, hash_of, line_of, linked, plain
from advisor.ledger.entry import FIRST
from advisor.ledger.file import append, load
from advisor.ledger.verify import check, check_heads
from advisor.problems import InputError, Problems
from advisor.result_schema import entry_schema
from tests.ledgers import FULL, PLAIN, advised, chained, ended, written

LINES = tuple(map(line_of, chained(PLAIN)))
HEAD = chained(PLAIN)[-1].hash


def problems_of(lines: list[bytes], *heads: str) -> list[str]:
    """Return the ids of what is wrong with lines, each with its line."""
    problems = Problems()
    content = b"".join(lines)
    entries = check(ledger_file._lines(content), "l", problems)
    check_heads(entries, heads, "l", problems)
    return [f"{p.id} {p.at.line}" for p in sorted(problems.found)]


def refused(call: Callable[[], object]) -> list[str]:
    """Return what an error says."""
    with pytest.raises(InputError) as error:
        call()
    return [str(problem) for problem in error.value.problems]


def changed(line: bytes, rehash: bool = False, **more: Any) -> bytes:
    """Change an entry by hand, with a hash that fits or without."""
    node = json.loads(line)
    for key, value in more.items():
        (node if key in node else node["note"])[key] = value
    if rehash:
        node["hash"] = hash_of(node)
    return canonical(node) + b"\n"


def foreign(count: int) -> list[bytes]:
    """Return lines of another ledger."""
    return list(map(line_of, chained(advised(f"other-{n}") for n in range(count))))


def rewritten(start: int) -> list[bytes]:
    """Write everything from a line on anew, with hashes that fit."""
    entries = chained(PLAIN)[:start]
    for note in PLAIN[start:]:
        told = replace(note, title=replace(note.title, en="Another"))
        entries.append(linked(told, len(entries) + 1, entries[-1].hash if entries else FIRST))
    return list(map(line_of, entries))


# What is found

L = list(LINES)
TAMPERED: list[tuple[str, list[bytes], set[str]]] = [
    # What was done, the lines then, and what must be found at least.
    ("a field changed", [*L[:2], changed(L[2], day="2026-01-01"), *L[3:]], {"ledger-hash 3"}),
    ("a field changed, hash made to fit", [*L[:2], changed(L[2], True, reason="no"), *L[3:]], {"ledger-chain 4"}),
    ("the hash changed", [*L[:2], changed(L[2], hash="b" * 64), *L[3:]], {"ledger-hash 3", "ledger-chain 4"}),
    ("a line taken out", L[:2] + L[3:], {"ledger-chain 3", "ledger-number 3"}),
    ("the first line taken out", L[1:], {"ledger-chain 1", "ledger-number 1"}),
    ("a line put in", [*L[:2], foreign(3)[2], *L[2:]], {"ledger-chain 3", "ledger-chain 4"}),
    ("two lines swapped", [*L[:2], L[3], L[2], *L[4:]], {"ledger-chain 3", "ledger-chain 4", "ledger-number 3"}),
    ("a line twice", [*L[:3], L[2], *L[3:]], {"ledger-chain 4", "ledger-number 4"}),
    ("the last line torn", [*L[:-1], L[-1][:-5]], {"ledger-torn 6"}),
    ("the end of the last line taken off", [*L[:-1], L[-1][:-1]], {"ledger-torn 6"}),
    ("numbered anew", [*L[:2], changed(L[2], True, number=9), *L[3:]], {"ledger-number 3", "ledger-number 4"}),
    ("another ledger spliced in", L[:3] + foreign(6)[3:], {"ledger-chain 4"}),
    ("bytes that are no text", [*L[:2], b"\xff\xfe\n", *L[2:]], {"ledger-line 3"}),
    ("a line that is no JSON", [*L[:2], b"{]\n", *L[2:]], {"ledger-line 3"}),
    ("an empty line", [*L[:2], b"\n", *L[2:]], {"ledger-line 3"}),
    ("a list", [*L[:2], b"[1]\n", *L[2:]], {"ledger-line 3"}),
    ("nested without end", [*L, b"[" * 100_000 + b"\n"], {"ledger-line 7"}),
    ("a number without end", [*L, b"9" * 100_000 + b"\n"], {"ledger-line 7"}),
    ("no number", [*L, b'{"a":NaN}\n'], {"ledger-line 7"}),
    ("a blank put in", [*L[:2], L[2].replace(b":", b": ", 1), *L[3:]], {"ledger-line 3"}),
    ("keys in another order", [*L[:2], json.dumps(dict(reversed(json.loads(L[2]).items()))).encode() + b"\n", *L[3:]],
     {"ledger-line 3"}),
    ("a key twice", [*L[:2], L[2].replace(b'{"hash"', b'{"hash":"x","hash"', 1), *L[3:]], {"ledger-line 3"}),
    ("a key too many", [*L[:2], changed(L[2], True, note={**json.loads(L[2])["note"], "x": 1}), *L[3:]],
     {"ledger-entry 3", "ledger-chain 4"}),
    ("a version that is newer", [*L, changed(L[0], True, schema=2, number=7, previous=HEAD)], {"ledger-newer 7"}),
]  # fmt: skip
WITH_HEAD: list[tuple[str, list[bytes]]] = [
    ("the end cut off", L[:-1]),
    ("everything cut off", []),
    ("the end written anew", rewritten(4)),
    ("all of it written anew", rewritten(0)),
    ("another ledger in its place", foreign(6)),
]


@pytest.mark.parametrize(("what", "lines", "found"), TAMPERED, ids=[what for what, _, _ in TAMPERED])
def test_tampering_is_found(what: str, lines: list[bytes], found: set[str]) -> None:
    assert found <= set(problems_of(lines))


@pytest.mark.parametrize(("what", "lines"), WITH_HEAD, ids=[what for what, _ in WITH_HEAD])
def test_what_a_chain_cannot_show_is_found_by_a_hash_that_was_kept(what: str, lines: list[bytes]) -> None:
    assert problems_of(lines) == []
    assert problems_of(lines, HEAD) == ["ledger-head 0"]


def test_a_sound_ledger_has_no_problem_and_every_earlier_hash_is_in_it() -> None:
    assert problems_of(L, *(entry.hash for entry in chained(PLAIN))) == []
    assert problems_of([]) == []


def test_all_problems_come_in_one_run() -> None:
    lines = [changed(L[0], day="2026-01-01"), L[1], b"x\n", L[3], L[4], L[5][:9]]
    assert problems_of(lines) == ["ledger-hash 1", "ledger-line 3", "ledger-torn 6"]


@given(st.integers(0, sum(map(len, LINES)) - 1), st.integers(1, 255))
def test_any_byte_that_is_changed_is_found(place: int, by: int) -> None:
    content = bytearray(b"".join(LINES))
    content[place] ^= by
    assert problems_of([bytes(content)], HEAD)


@given(st.integers(0, sum(map(len, LINES)) - 1), st.binary(max_size=3))
def test_any_byte_that_is_taken_out_or_put_in_is_found(place: int, more: bytes) -> None:
    content = b"".join(LINES)
    spoilt = content[:place] + more + content[place + (not more) :]
    assert spoilt == content or problems_of([spoilt], HEAD)


@given(st.permutations(range(len(LINES))), st.integers(1, len(LINES)))
def test_any_other_order_or_choice_of_lines_is_found(order: list[int], count: int) -> None:
    lines = [L[number] for number in order[:count]]
    assert lines == L or problems_of(lines, HEAD)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_ledger_or_have_a_problem(content: bytes) -> None:
    assert problems_of([content]) or not content


# What an entry is


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("kind",), "advices", '"kind" must be one of advice, outcome'),
        (("kind",), "outcome", "an entry of the kind outcome must hold that"),
        (("outcome",), "won", "an entry of the kind advice must hold that"),
        (("day",), "2026-02-30", '"day" must be a day written YYYY-MM-DD'),
        (("day",), "20260301", '"day" must be a day written YYYY-MM-DD'),
        (("deal",), 1, '"deal" must be a string'),
        (("title", "zh"), None, '"zh" must be a string'),
        (("advice", "settled"), 1, '"settled" must be true or false'),
        (("advice", "facts"), {}, '"facts" must be a list'),
        (("advice", "possible"), [True], '"possible"[0] must be a string'),
        (("advice", "tool"), [], '"tool" must be an object'),
        (("advice", "decision"), {"verdict": "bid"}, '"decision" lacks the key "closes"'),
        (("advice", "decision"), {"verdict": "park", "closes": False, "holds_back": True}, "must have its reason"),
    ],
)
def test_an_entry_that_is_sealed_and_still_wrong_is_refused(where: tuple[str, ...], value: Any, said: str) -> None:
    node = plain(chained([advised(reason=None)])[0])
    inner = node["note"]
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    node["hash"] = hash_of(node)
    problems = Problems()
    assert check([canonical(node) + b"\n"], "l", problems) == []
    assert [p.id for p in problems.found] == ["ledger-entry"]
    assert said in problems.found[0].message


@pytest.mark.parametrize("schema", [0, -1, True, "1", None])
def test_no_entry_has_a_version_that_never_was(schema: Any) -> None:
    assert problems_of([changed(L[0], True, schema=schema)]) == ["ledger-entry 1"]


@pytest.mark.parametrize("number", [None, "1", 10**4000, [[[1]]], -1, True])
def test_a_number_that_is_none_is_said(number: Any) -> None:
    assert "ledger-number 2" in problems_of([L[0], changed(L[1], True, number=number)])


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    entries = written(tmp_path / "l.jsonl", PLAIN)
    assert load(tmp_path / "l.jsonl") == entries


def test_entries_follow_their_schema() -> None:
    schema = entry_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for line in LINES:
        validator.validate(json.loads(line))
    broken = json.loads(L[0])
    broken["note"]["kind"] = "advices"
    assert not validator.is_valid(broken)
    assert not validator.is_valid({**json.loads(L[0]), "more": 1})


def test_nothing_in_a_line_is_obeyed_by_a_terminal() -> None:
    line = line_of(linked(advised(reason="a\x1b[2J\n\u202eb\x9b\u2028\ud800\x07"), 1, FIRST))
    assert line.count(b"\n") == 1
    assert all(character.isprintable() for character in line.decode()[:-1])
    assert problems_of([line]) == []


# Recording


def test_entries_are_chained_as_they_are_recorded(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    done = [append(path, note) for note in PLAIN]
    assert path.read_bytes() == b"".join(LINES)
    assert [d.entry for d in done] == load(path)
    assert all(d.aside is None for d in done)


def test_a_torn_end_is_set_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join(L[:2]) + L[2][:100])
    done = append(path, ended("won"))
    assert done.aside is not None
    assert done.aside.read_bytes() == L[2][:100]
    assert [e.number for e in load(path)] == [1, 2, 3]
    assert path.read_bytes().startswith(b"".join(L[:2]))
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["l.jsonl", done.aside.name])


def test_what_was_set_aside_before_stays(tmp_path: Path) -> None:
    """Neither a file that somebody annotated nor one that a link leads to is written over; the same is kept once."""
    path, torn = tmp_path / "l.jsonl", L[2][:100]
    names = [f"l.jsonl.torn-{hashlib.sha256(torn).hexdigest()[:12]}{end}" for end in ("", "-2", "-3")]
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    (tmp_path / names[0]).symlink_to(precious)
    (tmp_path / names[1]).write_bytes(torn + b" and a note")
    for _ in range(2):
        path.write_bytes(L[0] + L[1] + torn)
        assert append(path, PLAIN[2]).aside == tmp_path / names[2]
    assert (tmp_path / names[2]).read_bytes() == torn
    assert (precious.read_bytes(), (tmp_path / names[1]).read_bytes()) == (b"mine", torn + b" and a note")
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize("content", [b"my notes", b"my\nnotes\n", b"{}", b"\0" * 9])
def test_a_file_that_is_no_ledger_is_not_made_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match="ledger-line"):
        append(path, PLAIN[0])
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("notes.txt", content)]


def test_an_outcome_follows_an_advice_that_lacks_only_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(L[0].removesuffix(b"\n"))
    assert append(path, ended("won")).entry.number == 2
    assert len(load(path)) == 2


def test_a_torn_first_entry_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(L[0][:-30])
    assert append(path, PLAIN[0]).aside is not None
    assert [e.number for e in load(path)] == [1]


def test_an_outcome_needs_an_advice_and_leaves_no_ledger_behind(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    assert "[no-advice]" in refused(lambda: append(path, ended("won")))[0]
    assert list(tmp_path.iterdir()) == []
    written(path, [advised("port"), ended("won", "mill")])
    assert "[no-advice]" in refused(lambda: append(path, ended("won")))[0]


def test_an_outcome_is_recorded_whatever_is_wrong_further_up(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join([L[0], b"x\n", *L[1:3]]))
    assert append(path, ended("won", "port")).entry.number == 4


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_an_entry_that_lacks_only_the_end_of_its_line_stays(tmp_path: Path, before: int) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join(L[:before]) + L[before][:-1])
    assert append(path, PLAIN[before + 1]).aside is None
    assert path.read_bytes() == b"".join(L[: before + 2])


def test_a_torn_end_that_is_whole_but_follows_nothing_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join(L[:2]) + L[4][:-1])
    assert append(path, ended("won")).aside is not None
    assert len(load(path)) == 3


@pytest.mark.parametrize(
    "lines",
    [
        [*L[:2], changed(L[2], day="2026-01-01")],
        [*L[:2], L[3]],
        [*L[:2], b"{}\n"],
        [b"x\n"],
        L[1:2],
        [L[0], changed(L[0], True, schema=2, number=2, previous=chained(PLAIN)[0].hash)],
    ],
)
def test_nothing_is_recorded_after_a_broken_end(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join(lines))
    said = refused(lambda: append(path, PLAIN[0]))
    assert any("[ledger-broken-end]" in line for line in said)
    assert all(line.startswith(f"{path}:{len(lines)}:1: error: ") for line in said)
    assert path.read_bytes() == b"".join(lines)


@pytest.mark.parametrize("kind", ["link", "dangling", "circle", "folder", "pipe", "device"])
def test_a_ledger_is_a_plain_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "l.jsonl"
    if kind == "link":
        written(tmp_path / "real", PLAIN)
        path.symlink_to("real")
    elif kind in ("dangling", "circle"):
        path.symlink_to("nowhere" if kind == "dangling" else "l.jsonl")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = Path("/dev/full")
    for call in (lambda: append(path, PLAIN[0]), lambda: load(path)):
        said = refused(call)
        assert len(said) == 1
        assert said[0].startswith(f"{path}: ")
        assert "[ledger-not-a-file]" in said[0]
    assert not (tmp_path / "nowhere").exists()


def test_a_ledger_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file or directory [file-unreadable]" in refused(lambda: load(tmp_path / "l.jsonl"))[0]
    assert "[file-unwritable]" in refused(lambda: append(tmp_path / "no" / "l.jsonl", PLAIN[0]))[0]


def test_a_ledger_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "l.jsonl", PLAIN)
    monkeypatch.setattr(ledger_file, "_MAX_BYTES", 10)
    assert "[file-too-large]" in refused(lambda: load(tmp_path / "l.jsonl"))[0]


def test_a_line_that_is_too_long() -> None:
    assert problems_of([b"x" * 4_000_001 + b"\n"]) == ["ledger-line 1"]


def test_who_waits_too_long_for_another_writer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "l.jsonl", PLAIN)
    monkeypatch.setattr(ledger_file, "PATIENCE", 0.05)
    with ledger_file._held(tmp_path / "l.jsonl", "l", ledger_file._WRITE):
        for call in (lambda: append(tmp_path / "l.jsonl", PLAIN[0]), lambda: load(tmp_path / "l.jsonl")):
            assert "[ledger-busy]" in refused(call)[0]
    assert len(load(tmp_path / "l.jsonl")) == len(PLAIN)


@pytest.mark.parametrize("fault", ["short", "write", "sync", "interrupt"])
@pytest.mark.parametrize("before", [0, 3])
def test_what_fails_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, before: int
) -> None:
    path = tmp_path / "l.jsonl"
    if before:
        written(path, PLAIN[:before])
    real_write = os.write

    def write(handle: int, data: bytes) -> int:
        real_write(handle, data[: len(data) // 2])
        if fault == "interrupt":
            raise KeyboardInterrupt
        if fault == "write":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return len(data) // 2

    def sync(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync" if fault == "sync" else "write", sync if fault == "sync" else write)
        if fault == "interrupt":
            with pytest.raises(KeyboardInterrupt):
                append(path, PLAIN[before])
        else:
            said = refused(lambda: append(path, PLAIN[before]))
            assert "[file-unwritable]" in said[0]
            assert ("No space left" if fault == "short" else "Input/output error") in said[0]
    assert path.exists() is bool(before)
    assert (path.read_bytes() if before else b"") == b"".join(L[:before])
    assert append(path, PLAIN[before]).entry.number == before + 1


def test_the_same_notes_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for note in PLAIN:
            append(tmp_path / name, note)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_override_is_a_decision_other_than_the_advice() -> None:
    assert FULL.overridden
    assert not replace(FULL, decision=FULL.verdict).overridden
    assert not replace(FULL, decision=None).overridden
