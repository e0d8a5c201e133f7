"""A ledger as a board's secretary keeps it, from the first advice to what outcomes say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.ledger.file import load
from advisor.ledger.recording import playbook_hash
from advisor.model import Text
from advisor.paths import Library
from tests.build import mini_library
from tests.ledgers import PLAIN, written
from tests.test_cli import CASE, HOUSE, SETTLED, Advisor, advisor, checkout  # noqa: F401 -- fixtures

L = ("--ledger", "board.jsonl")


@pytest.fixture
def secretary(advisor: Advisor) -> Advisor:  # noqa: F811
    """Record, decide, change a fact, record again, and say what came of it."""
    assert advisor("record", CASE, *L, "--decision", "bid", "--by", "Board").code == 0
    Path(CASE).write_text(SETTLED.replace("deal.criteria: ours", "deal.criteria: rival"), encoding="utf-8")
    done = advisor("record", CASE, *L, "--on", "2026-03-20", "--decision", "bid", "--reason", "we try", "--by", "Chair")
    assert done.code == 0
    assert advisor("record", CASE, *L, "--outcome", "lost", "--on", "2026-05-01").code == 0
    return advisor


def test_what_is_recorded_is_printed_with_the_hash_to_keep(advisor: Advisor) -> None:  # noqa: F811
    done = advisor("record", CASE, *L, "--decision", "withdraw", "--reason", "no time", "--by", "Board")
    entry = load(Path("board.jsonl"))[0]
    assert (done.code, done.err) == (0, "")
    for words in (
        "Recorded as entry 1 of board.jsonl",
        "(harbour), 2026-03-01",
        "decided otherwise",
        "no time",
        entry.hash,
    ):
        assert words in done.out
    assert entry.note.advice is not None
    assert entry.note.advice.overridden
    assert entry.note.title == Text("A harbour's ticket system", "港口票务系统")
    assert "Wang" not in Path("board.jsonl").read_text(encoding="utf-8")


def test_the_day_decides_what_is_judged(advisor: Advisor) -> None:  # noqa: F811
    advisor("record", CASE, *L)
    advisor("record", CASE, *L, "--on", "2026-04-02")
    verdicts = [e.note.advice.verdict.verdict for e in load(Path("board.jsonl")) if e.note.advice]
    assert verdicts == ["bid", "reshape-criteria"]


def test_the_same_advice_twice_differs_in_its_place_alone(advisor: Advisor) -> None:  # noqa: F811
    for lang in ("en", "zh"):
        advisor("record", CASE, *L, "--lang", lang)
    first, second = load(Path("board.jsonl"))
    assert first.note == second.note
    assert first.hash != second.hash


def test_a_ledger_is_verified_with_every_hash_that_was_printed(secretary: Advisor) -> None:
    heads = [entry.hash for entry in load(Path("board.jsonl"))]
    found = secretary("ledger", "verify", "board.jsonl", *(word for head in heads for word in ("--head", head)))
    assert found.code == 0
    assert "Entries: 3. The chain holds" in found.out
    assert "cut off at its end" not in found.out
    assert "cut off at its end" in secretary("ledger", "verify", "board.jsonl").out


def test_tampering_is_told_line_by_line_and_everything_else_refuses(secretary: Advisor) -> None:
    path = Path("board.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"reason":"we try"', b'"reason":"we won"'))
    found = secretary("ledger", "verify", "board.jsonl")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("board.jsonl:2:1: error: the entry is not what was recorded")
    for command in (["list", "board.jsonl"], ["calibrate", "board.jsonl"], ["diff", "harbour", *L]):
        assert secretary("ledger", *command).err == found.err


def test_what_turned_the_verdict_is_told(secretary: Advisor) -> None:
    found = json.loads(secretary("ledger", "diff", "harbour", *L, "--format", "json").out)
    assert (found["cause"], found["then"]["verdict"]["id"], found["now"]["verdict"]["id"]) == (
        "facts",
        "bid",
        "reshape-criteria",
    )
    assert [[change["label"]["en"] for change in changes] for changes in found["sets"]] == [["deal criteria"]]
    assert not found["same_file"]
    assert found["then"]["decision"]["id"] == "bid"


def test_rules_of_the_house_are_other_rules(secretary: Advisor) -> None:
    Path("house").mkdir()
    (Path("house") / "rivals.yaml").write_text(HOUSE.format(id="rivals"), encoding="utf-8")
    found = json.loads(secretary("ledger", "diff", "harbour", *L, "--rules", "house", "--format", "json").out)
    assert (found["cause"], found["sets"]) == ("other-rules", [])
    here = mini_library()
    house = Library(here.rules, here.knowledge, Path("house"))
    assert playbook_hash(house) != playbook_hash(here)


def test_what_outcomes_say_is_written_in_every_format(secretary: Advisor) -> None:
    words = [word for kind in ("html", "md", "json", "txt") for word in ("--output", f"c.{kind}")]
    found = secretary("ledger", "calibrate", "board.jsonl", *words)
    assert found.code == 0
    assert found.err.count("written: ") == 4
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert document["counts"]["lost"] == 1
    assert document["overrides"]["deals"] == 1
    assert "Deals in which the board decided otherwise: 1" in Path("c.md").read_text(encoding="utf-8")


def test_a_torn_end_is_told_on_the_way(advisor: Advisor) -> None:  # noqa: F811
    written(Path("board.jsonl"), PLAIN)
    with Path("board.jsonl").open("ab") as stream:
        stream.write(b'{"hash":"')
    assert "[ledger-torn]" in advisor("ledger", "verify", "board.jsonl").err
    done = advisor("record", CASE, *L)
    assert done.code == 0
    assert "set aside in board.jsonl.torn-" in done.err
    assert "entry 7 of" in done.out
    assert advisor("ledger", "verify", "board.jsonl").code == 0
