"""A ledger for readers: what was recorded, whether it is whole, and its entries one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from advisor.ledger.diff import Diff, RuleChange
from advisor.ledger.entry import Advice, Entry
from advisor.ledger.verify import Sound
from advisor.model import Text
from advisor.render.blocks import Bullet, Bullets, Cell, Line, Page, Table, Tone
from advisor.rulebase import Verdict
from advisor.sheet import ChangedFact

HEAD = "--head"
CASE = 2
"""The column of the deal."""
Verdicts = Mapping[str, Verdict]


def recorded_page(page: Page, entry: Entry, file: str, verdicts: Verdicts) -> None:
    """Write what has just been recorded, and the hash to keep."""
    note = entry.note
    page.head("ledger.recorded", 1, number=entry.number, file=file)
    page.line("ledger.deal", title=note.title, id=note.deal, day=note.day.isoformat())
    if note.advice is not None:
        _advice(page, note.advice, verdicts)
    if note.outcome is not None:
        page.line("ledger.outcome", "strong", outcome=page.words(f"outcome.{note.outcome}"))
    if note.reason:
        page.line("ledger.reason", reason=note.reason)
    if note.by:
        page.line("ledger.by", by=note.by)
    page.line("ledger.head", hash=entry.hash)
    page.line("ledger.keep", "quiet")


def _advice(page: Page, advice: Advice, verdicts: Verdicts) -> None:
    state = page.words(f"state.{advice.footing}")
    page.line("ledger.advised", "strong", verdict=label(verdicts, advice.verdict.verdict), state=state)
    if advice.guards:
        page.line("ledger.stopped", "bad", rules=page.words("list.comma").join(advice.guards))
    if advice.decision is None:
        page.line("ledger.undecided", "quiet")
    elif advice.overridden:
        page.line("ledger.overridden", "warn", verdict=label(verdicts, advice.decision.verdict))
    else:
        page.line("ledger.followed")


def label(verdicts: Verdicts, id_: str) -> Text:
    """Return a verdict's label; one that the knowledge does not have goes by its id."""
    return verdicts[id_].label if id_ in verdicts else Text(id_, id_)


def verified_page(page: Page, sound: Sound, file: str) -> None:
    """Write that a ledger is whole, and what this does not mean."""
    page.head("ledger.verified", 1, file=file)
    if sound.head is None:
        page.line("ledger.empty")
    else:
        page.line("ledger.sound", "good", count=sound.entries)
        page.line("ledger.head", hash=sound.head)
    for number in sound.kept:
        page.line("ledger.kept", "good", number=number)
    if not sound.kept:
        page.line("ledger.unseen", "warn", option=HEAD)


def list_page(page: Page, entries: Sequence[Entry], verdicts: Verdicts, one: bool = False) -> None:
    """Write a line for each entry; of `one` deal, its title stands above."""
    page.head("ledger.title", 1, count=len(entries))
    if not entries:
        page.add(Line(page.words("ledger.empty")))
        return
    if one:
        page.line("ledger.one", title=entries[-1].note.title, id=entries[-1].note.deal)
    names = ["column.number", "column.on", "column.case", "column.entry", "column.decision", "column.comment"]
    rows = [_row(page, entry, verdicts) for entry in entries]
    if one:
        del names[CASE]
        rows = [(*row[:CASE], *row[CASE + 1 :]) for row in rows]
    page.add(Table(tuple(map(page.words, names)), tuple(rows)))


def _row(page: Page, entry: Entry, verdicts: Verdicts) -> tuple[str | Cell, ...]:
    note = entry.note
    said = [part for part in (note.by, note.reason) if part]
    comment = page.words("ledger.comment", by=said[0], reason=said[1]) if len(said) > 1 else "".join(said)
    title = page.text(note.title)
    if note.advice is None:
        what = page.words("ledger.outcome", outcome=page.words(f"outcome.{note.outcome}"))
        return str(entry.number), note.day.isoformat(), title, what, "", comment
    state = page.words(f"state.{note.advice.footing}")
    what = page.words("ledger.advice", verdict=label(verdicts, note.advice.verdict.verdict), state=state)
    return str(entry.number), note.day.isoformat(), title, what, _decision(page, note.advice, verdicts), comment


def diff_page(page: Page, diff: Diff) -> None:
    """Write what changed between two advices on a deal, and which of it turned the verdict."""
    page.head("diff.title", 1, title=diff.title)
    for stand in (diff.then, diff.now):
        state, verdict = page.words(f"state.{stand.footing}"), stand.verdict.label
        page.line("diff.stand", "strong", day=stand.day, number=stand.number, verdict=verdict, state=state)
    page.head("diff.why")
    larger = any(len(found) > diff.searched for found in diff.sets)
    page.line("diff.together", count=diff.searched) if larger else page.line(f"diff.{diff.cause}")
    for number, found in enumerate(diff.sets, start=1):
        if len(diff.sets) > 1:
            page.head("diff.set", 3, number=number)
        page.add(Bullets(tuple(map(partial(_change, page), found))))
    _others(page, diff)


def _others(page: Page, diff: Diff) -> None:
    changed, aged = ([c for c in diff.changes if (c.stale == "now") is old] for old in (False, True))
    page.head("diff.changes", count=len(changed))
    page.add(Bullets(tuple(map(partial(_change, page), changed))) if changed else _none(page))
    if aged:
        page.line(
            "diff.aged", count=len(aged), facts=page.words("list.semicolon").join(page.text(c.label) for c in aged)
        )
    page.head("diff.rules", count=len(diff.rules))
    rows = tuple(
        (page.words(f"diff.{rule.role}"), Cell(page.text(rule.title), rule.rule), page.words(_when(rule)))
        for rule in diff.rules
    )
    columns = tuple(map(page.words, ("column.part", "column.rule", "column.only")))
    page.add(Table(columns, rows) if rows else _none(page))
    page.line("diff.same-file" if diff.same_file else "diff.other-file", "quiet")
    if not diff.same_tool:
        page.line("diff.other-tool", "warn")


def _change(page: Page, change: ChangedFact) -> Bullet:
    return Bullet(page.words("flip.change", fact=change.label, was=change.was, to=change.now))


def _when(rule: RuleChange) -> str:
    return "diff.only-now" if rule.now else "diff.only-then"


def _none(page: Page) -> Line:
    return Line(page.words("none"), "quiet")


def _decision(page: Page, advice: Advice, verdicts: Verdicts) -> str | Cell:
    if advice.decision is None:
        return page.words("dash")
    tone: Tone = "warn" if advice.overridden else "plain"
    return Cell(page.text(label(verdicts, advice.decision.verdict)), tone=tone)
