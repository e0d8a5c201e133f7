"""The parts of a pack beside the argument: from the grid and the people map to sign-off and trace."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import timedelta

from advisor.lines import Action, FactLine
from advisor.render.blocks import Cell, Line, Page, Table, Tone
from advisor.render.layout import pictures
from advisor.result import CaseReport
from advisor.sheet import GridPart, Mark, MarkLine, OptionLine, PeopleMap, Sheet, Spot

PLAN_DAYS = 30
PLAN_STEPS = 12
SIGNATURES = 3
ENDS = 6
Row = tuple[str | Cell, ...]
_TONES: dict[Mark, Tone] = {"plus": "good", "even": "plain", "minus": "bad", "unknown": "quiet", "contradicted": "warn"}


def columns(page: Page, *keys: str) -> tuple[str, ...]:
    """Return column names from the lexicon."""
    return tuple(map(page.words, keys))


def evidence(page: Page, fact: FactLine) -> str:
    """Say how well a fact is known and since when."""
    day = fact.on.isoformat() if fact.on else ""
    grade = page.text(fact.grade_label)
    return page.words("list.clause").join(filter(None, (grade, day, page.words("fact.is-stale") if fact.stale else "")))


def told(page: Page, fact: FactLine) -> Cell:
    """Return a fact's value with its evidence; what is not known is quiet."""
    unknown = fact.standing == "unknown"
    tones: dict[bool, Tone] = {True: "quiet", False: "warn" if fact.standing == "contradicted" else "plain"}
    return Cell(page.text(fact.value), "" if unknown else evidence(page, fact), tones[unknown])


def grid(page: Page, sheet: Sheet) -> None:
    """Write the items of the assessment, us against each rival."""
    page.head("head.grid")
    names = tuple(map(page.text, sheet.grid.columns))
    rows = tuple(row for part in sheet.grid.parts for row in _part(page, part, len(names)))
    page.add(Table((page.words("column.item"), *names), rows, "marks"))
    page.line("grid.key", "quiet")


def _part(page: Page, part: GridPart, width: int) -> list[Row]:
    head: Row = (Cell(page.text(part.label), tone="strong"), *[""] * width)
    rows: list[Row] = [(page.text(row.label), *(_mark(page, cell) for cell in row.cells)) for row in part.rows]
    return [head, *rows]


def _mark(page: Page, cell: MarkLine | None) -> str | Cell:
    if cell is None:
        return ""
    note = "" if cell.mark == "unknown" else page.text(cell.fact.value)
    return Cell(page.words(f"mark.{cell.mark}"), note, _TONES[cell.mark])


def people(page: Page, found: PeopleMap) -> None:
    """Write the map of the people and the same as a table."""
    page.head("head.map")
    if not found.spots:
        page.line("map.nobody", "quiet")
        return
    page.add(pictures.people(page, found))
    scales = (found.across, found.up, found.size, found.met)
    names = {spot.id: page.text(spot.who) for spot in found.spots}
    heads = (page.words("column.number"), page.words("column.person"), *(page.text(scale.label) for scale in scales))
    rows = tuple(_person(page, n, spot, found, names) for n, spot in enumerate(found.spots, start=1))
    page.add(Table(heads, rows))
    if not found.complete:
        page.line("map.incomplete", "quiet")


def _person(page: Page, number: int, spot: Spot, found: PeopleMap, names: dict[str, str]) -> Row:
    places = (
        (found.across, spot.across),
        (found.up, spot.up),
        (found.size, spot.size),
        (found.met, spot.met),
    )
    unknown = Cell(page.words("value.unknown"), tone="quiet")
    cells: list[str | Cell] = [page.text(scale.values[i]) if i is not None else unknown for scale, i in places]
    sways = page.words("list.comma").join(names[id_] for id_ in spot.sways)
    who = Cell(names[spot.id], page.words("map.sways", who=sways) if sways else "")
    row: Row = (str(number), who, *cells)
    return row


def criteria(page: Page, sheet: Sheet) -> None:
    """Write the decision criteria with weight, our standing and origin."""
    page.head("head.criteria")
    if not sheet.criteria:
        page.line("criteria.none", "quiet")
        return
    heads = tuple(page.text(fact.label) for fact in sheet.criteria[0].facts)
    rows: list[Row] = [(page.text(line.who), *(told(page, fact) for fact in line.facts)) for line in sheet.criteria]
    page.add(Table((page.words("column.criterion"), *heads), tuple(rows)))


def money(page: Page, sheet: Sheet) -> None:
    """Write the amounts on file with their evidence."""
    page.head("head.money")
    if sheet.money:
        rows = tuple((page.text(fact.label), told(page, fact)) for fact in sheet.money)
        page.add(Table(columns(page, "column.amount", "column.value"), rows))
    else:
        page.line("money.none", "quiet")


def options(page: Page, sheet: Sheet) -> None:
    """Write what the board could choose, with what speaks for it and what became of it."""
    page.head("head.options")
    rows = tuple(_option(page, line) for line in sheet.options)
    page.add(Table(columns(page, "column.option", "column.state", "column.why"), rows))


def _option(page: Page, line: OptionLine) -> Row:
    name = Cell(page.text(line.verdict.label), tone="strong" if line.status == "wins" else "plain")
    return name, page.words(f"option.{line.status}"), page.text(line.why)


def ends(page: Page, sheet: Sheet) -> None:
    """Write what would end the pursuit, at most so many."""
    page.head("head.ends")
    rows = tuple((page.text(line.what), page.text(line.now), page.text(line.verdict.label)) for line in sheet.ends)
    if rows:
        page.add(Table(columns(page, "column.if", "column.now", "column.then"), rows[:ENDS]))
    else:
        page.line("ends.already" if sheet.closes else "ends.none", "quiet")


def plan(page: Page, case: CaseReport) -> None:
    """Write who does what within thirty days."""
    page.head("head.plan")
    last = case.as_of + timedelta(days=PLAN_DAYS)
    same: dict[tuple[str, str, str], list[Action]] = {}
    for action in case.actions:
        if action.by <= last:
            same.setdefault((action.by.isoformat(), page.text(action.do), page.text(action.who)), []).append(action)
    rows = tuple(_step(page, key, found) for key, found in same.items())
    if rows:
        page.add(Table(columns(page, "column.by", "column.do", "column.who", "column.to"), rows[:PLAN_STEPS]))
        if len(rows) > PLAN_STEPS:
            page.line("list.more", "quiet", count=len(rows) - PLAN_STEPS)
    else:
        page.line("actions.none", "quiet")


def _step(page: Page, key: tuple[str, str, str], found: Sequence[Action]) -> Row:
    """Write in one row what one of ours does by one day, with everybody with whom it is to be done."""
    by, do, who = key
    whys = dict.fromkeys(page.text(action.why) for action in found)
    whom = dict.fromkeys(page.text(action.to) for action in found if action.to)
    note = functools.reduce(lambda a, b: page.words("sentence.pair", first=a, second=b), whys)
    return by, Cell(do, note), who, page.words("list.comma").join(whom) or page.words("dash")


def acts(page: Page, case: CaseReport) -> None:
    """Write what happened when, and the verdict of that day."""
    page.head("head.acts")
    rows = [(act.on.isoformat(), page.text(act.title), page.text(act.verdict.label)) for act in case.sheet.acts]
    rows.append((case.as_of.isoformat(), page.words("acts.today"), page.text(case.verdict.label)))
    page.add(Table(columns(page, "column.on", "column.act", "column.verdict"), tuple(rows)))


def sign_off(page: Page) -> None:
    """Leave room for the board's decision, signatures and dissent."""
    page.head("head.sign-off")
    empty = tuple(("",) * 5 for _ in range(SIGNATURES))
    page.add(
        Table(
            columns(page, "column.role", "column.decision", "column.dissent", "column.on", "column.signature"),
            empty,
            "sign",
        )
    )


def trace(page: Page, case: CaseReport) -> None:
    """Write every conclusion that holds, in the order in which it was drawn; what stays undecided is counted."""
    names = {spot.id: page.text(spot.who) for spot in case.sheet.people.spots}
    rows = tuple(
        (
            Cell(page.text(step.title), step.rule),
            names.get(step.member or "", step.member or ""),
            Cell(page.text(step.because), page.words("list.semicolon").join(step.read)),
        )
        for step in case.trace
    )
    page.add(Table(columns(page, "column.rule", "column.about", "column.why"), rows))
    page.line("trace.undecided", "quiet", count=len(case.undecided))


def standing_line(page: Page, sheet: Sheet) -> Line:
    """Say in counts where the deal stands in the portfolio."""
    across, up = (pictures.tally(page, count) for count in (sheet.place.across, sheet.place.up))
    return Line(page.words("place.line", across=across, up=up), "quiet")
