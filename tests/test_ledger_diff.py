"""Two recorded advices on a deal: what changed, and the smallest changes that turned the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from advisor.engine import Engine
from advisor.judge import Judge
from advisor.ledger import diff as ledger_diff
from advisor.ledger import recording
from advisor.ledger.diff import Diff, diff
from advisor.ledger.entry import Advice, Entry, Note
from advisor.ledger.recording import advice, playbook_hash, read_deal
from advisor.load.cases import load_case
from advisor.model import Text
from advisor.paths import Library, shipped
from advisor.problems import EngineError
from advisor.render.blocks import Page
from advisor.render.layout.ledger import diff_page
from advisor.render.terminal import console, draw
from tests.build import mini_library
from tests.ledgers import chained

CASES = Path(__file__).parent.parent / "cases"
HEAD = "case: mill\ntitle: A mill's scales\nas_of: 2026-03-01\n"
EARLY = HEAD + "facts: {deal.phase: early}\n"
BID = (
    HEAD
    + "facts: {deal.phase: late, deal.needs_known: yes, deal.criteria: ours, deal.price: 7, deal.floor: 6}\n"
    + "stakeholders: [{id: boss, post: Owner, name: Wang Fang, role: decision-maker, stance: for}]\ncompetitors: []\n"
)


def note(judge: Judge, library: Library, path: Path, day: date | None = None) -> Note:
    """Judge a deal and return what would be recorded."""
    case, hash_ = read_deal(path, judge.knowledge)
    told = advice(judge, judge.judge(case, day), library, hash_, None)
    return Note("advice", day or case.as_of, case.id, case.title, None, None, told, None)


def pair(judge: Judge, folder: Path, then: str, now: str) -> list[Entry]:
    """Record a deal of the small rule base twice."""
    notes: list[Note] = []
    for text in (then, now):
        (folder / "mill.yaml").write_text(text, encoding="utf-8")
        notes.append(note(judge, mini_library(), folder / "mill.yaml"))
    return chained(notes)


def compared(judge: Judge, entries: list[Entry]) -> Diff:
    """Compare two entries under the small rule base."""
    return diff(judge, playbook_hash(mini_library()), *entries)


def edited(entry: Entry, **more: object) -> Entry:
    """Return an entry whose advice says something else."""
    assert entry.note.advice is not None
    return replace(entry, note=replace(entry.note, advice=replace(entry.note.advice, **more)))  # type: ignore[arg-type]


def shown(found: Diff) -> str:
    """Return a comparison as text in both languages."""
    import io

    stream = io.StringIO()
    for lang in ("en", "zh"):
        page = Page(lang)
        diff_page(page, found)
        draw(console(stream, 100), page.blocks)
    return stream.getvalue()


def test_the_changes_that_did_it_are_named(mini_judge: Judge, tmp_path: Path) -> None:
    then = BID.replace("deal.criteria: ours", "deal.criteria: rival")
    found = compared(mini_judge, pair(mini_judge, tmp_path, then, BID))
    assert (found.then.verdict.id, found.now.verdict.id) == ("reshape-criteria", "bid")
    assert found.cause == "facts"
    assert not found.same_file
    assert found.same_tool
    assert all(len(changes) == len(found.sets[0]) for changes in found.sets)
    assert {change.now.en for changes in found.sets for change in changes} <= {c.now.en for c in found.changes}
    assert any(rule.role == "decided" and rule.now for rule in found.rules)
    assert "第1条" in shown(found)


def test_changes_that_the_engine_does_not_confirm_are_not_named(
    mini_judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = pair(mini_judge, tmp_path, BID.replace("deal.criteria: ours", "deal.criteria: rival"), BID)
    monkeypatch.setattr(Engine, "run", lambda *_: None)  # nothing fires any more
    with pytest.raises(EngineError, match=r'engine and evaluator disagree on .* in case "mill"; no advice is given'):
        compared(mini_judge, entries)


def test_the_same_verdict_needs_no_reason(mini_judge: Judge, tmp_path: Path) -> None:
    found = compared(mini_judge, pair(mini_judge, tmp_path, BID, BID.replace("price: 7", "price: 8")))
    assert (found.cause, found.sets) == ("none", ())
    assert [(c.was.en, c.now.en) for c in found.changes] == [("7", "8")]


def test_other_rules_are_said_and_nothing_is_judged_by_them(mini_judge: Judge, tmp_path: Path) -> None:
    then, now = pair(mini_judge, tmp_path, EARLY, BID)
    assert compared(mini_judge, [then, edited(now, playbook="b" * 64)]).cause == "rules-changed"
    both = [edited(entry, playbook="b" * 64) for entry in (then, now)]
    found = compared(mini_judge, both)
    assert (found.cause, found.sets) == ("other-rules", ())
    assert found.changes


def test_a_program_that_concludes_otherwise_than_was_recorded_is_said(mini_judge: Judge, tmp_path: Path) -> None:
    then, now = pair(mini_judge, tmp_path, EARLY, BID)
    assert then.note.advice is not None
    other = edited(then, verdict=replace(then.note.advice.verdict, verdict="withdraw"))
    found = compared(mini_judge, [other, now])
    assert (found.cause, found.sets) == ("unclear", ())


def test_where_many_changes_are_needed_one_set_is_named_with_nothing_needless(
    mini_judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_diff, "MAX_TRIES", 0)
    found = compared(mini_judge, pair(mini_judge, tmp_path, EARLY, BID))
    assert found.searched == 0
    assert len(found.sets) == 1
    assert "0项以内" in shown(found)


def test_the_sets_are_all_of_the_smallest_and_no_others(mini_judge: Judge, tmp_path: Path) -> None:
    """Found again in the slow, obvious way: every set of changes of up to that size is tried."""
    then = BID.replace("deal.needs_known: yes, deal.criteria: ours, ", "").replace("stance: for", "stance: against")
    entries = pair(mini_judge, tmp_path, then, BID)
    found = compared(mini_judge, entries)
    search = ledger_diff._Search(mini_judge, *entries)
    turning: list[int] = []
    for size in range(len(search.differences) + 1):
        turning = [1 for way in combinations(search.differences, size) if search.verdict(way) == search.target]
        if turning:
            assert 1 < size <= found.searched
            assert all(len(changes) == size for changes in found.sets)
            break
    assert len(found.sets) == len(turning)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml"))[::4], ids=lambda p: p.stem)
def test_what_is_recorded_is_enough_to_come_to_the_same_verdict(shipped_judge: Judge, path: Path) -> None:
    """At the beginning and at the end of shipped deals, contradictions and quarantine among them."""
    case = load_case(path, shipped_judge.knowledge)
    if case.kind == "account":
        return
    days = [min((act.on for act in case.history), default=case.as_of), case.as_of]
    entries = chained(note(shipped_judge, shipped(), path, day) for day in days)
    search = ledger_diff._Search(shipped_judge, *entries)
    advices = [entry.note.advice for entry in entries]
    assert [a.verdict.verdict for a in advices if a] == [
        search.verdict(()),
        search.verdict(search.differences),
    ]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml"))[1::8], ids=lambda p: p.stem)
def test_a_rule_has_one_part_in_an_advice(shipped_judge: Judge, path: Path) -> None:
    case = load_case(path, shipped_judge.knowledge)
    told = note(shipped_judge, shipped(), path).advice
    assert told is not None
    assert case.kind == "deal"
    assert not set(told.decided) & set(told.supports)
    assert not set(told.opposes) & {*told.decided, *told.supports}


def test_no_name_of_a_person_is_recorded(mini_judge: Judge, tmp_path: Path) -> None:
    entries = pair(mini_judge, tmp_path, BID, BID)
    assert "Wang" not in repr(entries)
    assert isinstance(entries[0].note.advice, Advice)
    assert entries[0].note.advice.lists[-1].members[0].title == Text("Owner", "Owner")


def test_names_and_contents_of_files_do_not_run_into_one_another(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"bc")
    (tmp_path / "two").write_bytes(b"c")
    assert recording._hash([("a", tmp_path / "one")]) != recording._hash([("ab", tmp_path / "two")])


def test_the_hash_of_the_rules_is_that_of_their_content(tmp_path: Path) -> None:
    import shutil

    here = mini_library()
    shutil.copytree(here.rules, tmp_path / "rules")
    shutil.copytree(here.knowledge, tmp_path / "knowledge")
    there = Library(tmp_path / "rules", tmp_path / "knowledge")
    assert playbook_hash(here) == playbook_hash(there)
    first = min(there.rules.rglob("*.yaml"))
    first.write_text(first.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert playbook_hash(here) != playbook_hash(there)


def test_what_is_the_same_and_out_of_date_by_now_stands_apart(mini_judge: Judge, tmp_path: Path) -> None:
    fresh = EARLY.replace("deal.phase: early", "deal.phase: {value: early, on: 2026-02-20}")
    later = fresh.replace("as_of: 2026-03-01", "as_of: 2028-03-01")
    old = compared(mini_judge, pair(mini_judge, tmp_path, fresh, later))
    assert [change.stale for change in old.changes] == ["now"]
    assert "The same as then, and out of date by now: 1." in shown(old)
    anew = compared(mini_judge, pair(mini_judge, tmp_path, later, later.replace("2026-02-20", "2028-02-20")))
    assert [change.stale for change in anew.changes] == ["was"]
    assert "out of date by now" not in shown(anew)
