"""`advisor record` and `advisor ledger`: what was advised and decided, what came of it, and how good it was."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from advisor import paths
from advisor.case import Case
from advisor.cli import options, written
from advisor.judge import Judge
from advisor.ledger.calibrate import ALARM, calibrate
from advisor.ledger.diff import diff
from advisor.ledger.entry import RESULTS, Advice, Entry, Note, Result
from advisor.ledger.file import append, load
from advisor.ledger.recording import advice, playbook_hash, read_deal
from advisor.ledger.verify import Sound, sound
from advisor.load.reader import MAX_TEXT, shorten
from advisor.paths import Library, shipped
from advisor.problems import InputError, Location, Problem, Problems, nearest
from advisor.render.layout.calibration import calibration_page, calibration_screen
from advisor.render.layout.ledger import diff_page, list_page, recorded_page, verified_page
from advisor.render.output import render, show
from advisor.rulecache import open_playbase

ledger = click.option(
    "--ledger",
    "path",
    type=click.Path(path_type=Path),
    default=paths.LEDGER,
    show_default=True,
    help="The ledger; made when the first entry is recorded.",
)
file = click.argument("path", metavar="[FILE]", type=click.Path(path_type=Path), default=paths.LEDGER)
head = click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="HASH",
    help="A hash that `record` printed and that was kept elsewhere: its entry must still be there. Can be repeated.",
)


@click.command("record")
@options.case
@ledger
@click.option("--decision", metavar="VERDICT", help="What the board decided; another verdict needs --reason.")
@click.option("--outcome", type=click.Choice(RESULTS), help="What came of the deal; nothing is judged then.")
@click.option("--reason", metavar="TEXT", help="Why.")
@click.option("--by", metavar="WHO", help="Who decided, or who tells of the outcome.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day; if left out, the case's. An outcome needs it.")
@options.lang
@options.format_
@options.rules
def record_command(
    case: Path,
    path: Path,
    decision: str | None,
    outcome: Result | None,
    reason: str | None,
    by: str | None,
    on: datetime | None,
    lang: str,
    format_: str,
    rules: Path | None,
) -> None:
    """Record what is advised on a deal and what the board decided, or what came of it, in a ledger.

    Nothing that is recorded is ever changed: a later entry corrects an earlier one, and both stay.

    Example: advisor record cases/packaging-line-dairy-group.yaml --decision create-doubt --by Board
    """
    if decision is not None and outcome is not None:
        raise click.UsageError("--decision goes not with --outcome: record the one, then the other")
    if outcome is not None and on is None:
        raise click.UsageError("--outcome needs --on: the day on which it came")
    library, day, problems = shipped(rules), options.day(on, "--on"), Problems()
    words = {name: _text(text, name, problems) for name, text in (("--reason", reason), ("--by", by))}
    problems.raise_if_any()
    with options.alone(rules, format_) as judge:
        deal, hash_ = read_deal(case, judge.knowledge)
        note = Note(
            kind="outcome" if outcome else "advice",
            day=day or deal.as_of,
            deal=deal.id,
            title=deal.title,
            by=words["--by"],
            reason=words["--reason"],
            advice=None if outcome else _advice(judge, library, deal, hash_, day, decision),
            outcome=outcome,
        )
    _may_stand(note)
    done = append(path, note)
    if done.aside is not None:
        message = f"{path}: its end was no whole entry, torn or cut off; it was set aside in {done.aside}"
        click.echo(message, err=True)
    page = partial(recorded_page, entry=done.entry, file=paths.display(path), verdicts=judge.knowledge.verdicts)
    show(format_, lang, page, done.entry)


def _text(text: str | None, option: str, problems: Problems) -> str | None:
    """Read what somebody gave as text; None where nothing stands in it."""
    if text is not None and len(text) > MAX_TEXT:
        problems.add(Location(option), "text-too-long", f"longer than {MAX_TEXT} characters")
    return (text or "").strip() or None


def _advice(judge: Judge, library: Library, deal: Case, hash_: str, day: date | None, decision: str | None) -> Advice:
    """Judge a deal, and return what is recorded of it."""
    if decision is not None and decision not in judge.knowledge.verdicts:
        message = f"unknown verdict {shorten(decision)}{nearest(decision, judge.knowledge.verdicts)}"
        raise InputError([Problem(Location("--decision"), "unknown-verdict", message)])
    return advice(judge, judge.judge(deal, day), library, hash_, decision)


def _may_stand(note: Note) -> None:
    """Raise InputError for an override without its reason."""
    if note.advice is not None and note.advice.overridden and not note.reason:
        message = f'the advice is "{note.advice.verdict.verdict}"; a decision other than that needs --reason'
        raise InputError([Problem(Location("--decision"), "override-without-reason", message)])


@click.group("ledger")
def ledger_group() -> None:
    """Read a ledger: whether it is whole, what stands in it, what turned a verdict, how good the advice was.

    Example: advisor ledger verify --head 5f0c...
    """


@ledger_group.command("verify")
@file
@head
@options.lang
@options.format_
def verify_command(path: Path, heads: tuple[str, ...], lang: str, format_: str) -> None:
    """Check that nothing in a ledger was changed, taken out, put in or moved since it was recorded.

    Example: advisor ledger verify ledger.jsonl --head 5f0c...
    """
    kept = _kept(heads)
    found: Sound = sound(load(path, kept), kept)
    show(format_, lang, partial(verified_page, sound=found, file=paths.display(path)), found)


@ledger_group.command("list")
@file
@click.option("--deal", metavar="DEAL", help="Only the entries of this deal, by its id or its title.")
@options.lang
@options.format_
@options.rules
def list_command(path: Path, deal: str | None, lang: str, format_: str, rules: Path | None) -> None:
    """List the entries of a ledger, one a line.

    Example: advisor ledger list ledger.jsonl --deal packaging-line-dairy-group
    """
    base, _ = open_playbase(shipped(rules))
    entries = load(path)
    shown = entries if deal is None else _of_deal(entries, deal, path)
    page = partial(list_page, entries=shown, verdicts=base.knowledge.verdicts, one=deal is not None)
    show(format_, lang, page, tuple(shown))


@ledger_group.command("diff")
@click.argument("deal", metavar="DEAL")
@ledger
@click.option("--from", "then", type=click.IntRange(1), metavar="N", help="Number of the earlier entry.")
@click.option("--to", "now", type=click.IntRange(1), metavar="M", help="Number of the later entry.")
@options.lang
@options.format_
@options.rules
def diff_command(
    deal: str, path: Path, then: int | None, now: int | None, lang: str, format_: str, rules: Path | None
) -> None:
    """Compare two recorded advices on a deal: what changed, and the smallest changes that turned the verdict.

    Without numbers, the last two are compared. The deal is named by its id, or by its title.

    Example: advisor ledger diff packaging-line-dairy-group --from 1 --to 4
    """
    entries = [entry for entry in _of_deal(load(path), deal, path) if entry.note.advice is not None]
    pair = _pair(entries, then, now, path)
    library = shipped(rules)
    with closing(options.judge(rules)) as judge:
        found = diff(judge, playbook_hash(library), *pair)
    show(format_, lang, partial(diff_page, diff=found), found)


@ledger_group.command("calibrate")
@file
@click.option(
    "--alarm",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=ALARM,
    show_default=True,
    help="In so large a share of ledgers without a bad rule may any be named.",
)
@head
@written.format_
@written.outputs
@written.overwrite
@options.lang
@options.rules
def calibrate_command(
    path: Path,
    alarm: float,
    heads: tuple[str, ...],
    format_: str | None,
    outputs: tuple[Path, ...],
    overwrite: bool,
    lang: str,
    rules: Path | None,
) -> None:
    """Score the advice against what came of the deals: each verdict, each rule, and the board's other decisions.

    Example: advisor ledger calibrate ledger.jsonl --output calibration.html
    """
    chosen = written.targets(outputs, format_, overwrite, read=[path])
    base, _ = open_playbase(shipped(rules))
    found = calibrate(load(path, _kept(heads)), base, alarm)
    page = partial(calibration_page, found=found, file=paths.display(path))
    screen = partial(calibration_screen, found=found, file=paths.display(path))
    written.emit(screen, partial(render, lang=lang, layout=page, plain=found), chosen, format_, lang)


def _kept(heads: tuple[str, ...]) -> tuple[str, ...]:
    """Return hashes as entries have them; raise InputError for what is none, which says nothing of a ledger."""
    kept, problems = tuple(head.strip().lower() for head in heads), Problems()
    for typed, hash_ in zip(heads, kept, strict=True):
        if not re.fullmatch("[0-9a-f]{64}", hash_):
            message = f"a hash has 64 digits from 0 to 9 and a to f, and this has not: {shorten(typed)}"
            problems.add(Location("--head"), "no-hash", message)
    problems.raise_if_any()
    return kept


def _pair(entries: list[Entry], then: int | None, now: int | None, path: Path) -> tuple[Entry, Entry]:
    """Return the two entries to compare; raise InputError where there are none."""
    problems = Problems()
    numbers = [entry.number for entry in entries]
    for option, number in (("--from", then), ("--to", now)):
        if number is not None and number not in numbers:
            allowed = ", ".join(map(str, numbers)) or "none"
            problems.add(
                Location(option), "unknown-entry", f"entry {number} is no advice on this deal; these are: {allowed}"
            )
    problems.raise_if_any()
    later = next((e for e in reversed(entries) if now in (None, e.number) and (then is None or e.number > then)), None)
    earlier = [e for e in entries if later is not None and then in (None, e.number) and e.number < later.number]
    if later is None or not earlier:
        message = "there are no two advices on this deal, the one after the other, to compare"
        raise InputError([Problem(Location(paths.display(path)), "no-advice", message)])
    return earlier[-1], later


def _of_deal(entries: list[Entry], deal: str, path: Path) -> list[Entry]:
    """Return the entries of a deal, by id or title; raise InputError if there are none, or of more than one."""
    found = [entry for entry in entries if deal in (entry.note.deal, entry.note.title.en, entry.note.title.zh)]
    ids = sorted({entry.note.deal for entry in found})
    if len(ids) != 1:
        hint = nearest(deal, {entry.note.deal for entry in entries})
        message = f"there is no entry of the deal {shorten(deal)}{hint}"
        if ids:
            message = f"several deals are called {shorten(deal)}; give one of their ids: {', '.join(ids)}"
        raise InputError([Problem(Location(paths.display(path)), "unknown-deal", message)])
    return [entry for entry in entries if entry.note.deal == ids[0]]
