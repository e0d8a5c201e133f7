"""What came of a CRM's export: every column, and every row with what was taken, left and not understood."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.crm import Intake, Kept, RowUse
from advisor.model import Fact
from advisor.render.blocks import Bullet, Bullets, Cell, Line, Page, Table, Tone

MAX_ROWS = 100
"""Rows on one page; the JSON holds all of them."""
_TONES: dict[str, Tone] = {"taken": "good", "left": "quiet", "unknown": "warn"}


def intake_page(page: Page, intake: Intake, facts: Mapping[str, Fact]) -> None:
    """Write the report."""
    page.head("import.title", 1, crm=intake.crm, file=intake.file)
    counts = {status: intake.of(status) for status in ("new", "added", "same", "bad")}
    page.line("import.counts", "strong", rows=len(intake.rows), **counts)
    if intake.dry_run:
        page.line("import.dry-run", "warn")
    differing = sum(row.differs for row in intake.rows)
    if differing:
        page.line("import.differ", "warn", count=differing)
    if intake.below:
        page.line("import.below", "quiet", count=intake.below)
    _problems(page, [row for row in intake.rows if row.problems])
    page.head("import.columns")
    names = tuple(map(page.words, ("column.export", "column.becomes", "column.means")))
    page.add(Table(names, tuple(_column(page, *entry) for entry in _columns(page, intake))))
    _not_understood(page, intake)
    _rows(page, sorted((row for row in intake.rows if not row.problems), key=_is_quiet), facts)


def _columns(page: Page, intake: Intake) -> list[tuple[str, str, str]]:
    return [(use.column, use.status, page.text(use.text)) for use in intake.columns]


def _column(page: Page, name: str, status: str, text: str) -> tuple[str | Cell, ...]:
    return name, Cell(page.words(f"import.{status}"), tone=_TONES[status]), text


def _problems(page: Page, rows: list[RowUse]) -> None:
    if rows:
        page.head("import.bad")
        told = ((row, text) for row in rows for text in row.problems)
        said = [Bullet(page.words("import.row", row=row.row, text=text), tone="bad") for row, text in told]
        page.add(Bullets(tuple(said[:MAX_ROWS])))
        _more(page, len(said))


def _not_understood(page: Page, intake: Intake) -> None:
    words = list(intake.not_understood().items())
    if words:
        page.head("import.words")
        page.line("import.words-hint", "quiet")
        said = (Bullet(page.words("import.times", words=word, count=count), tone="warn") for word, count in words)
        page.add(Bullets(tuple(said)[:MAX_ROWS]))
        _more(page, len(words))


def _rows(page: Page, rows: list[RowUse], facts: Mapping[str, Fact]) -> None:
    if not rows:
        return
    page.head("import.cases")
    names = ("column.row", "column.case", "column.becomes", "column.taken", "column.left", "column.unknown")
    page.add(Table(tuple(map(page.words, names)), tuple(_row(page, row, facts) for row in rows[:MAX_ROWS])))
    _more(page, len(rows))


def _is_quiet(row: RowUse) -> bool:
    """Tell whether nobody has to look at a row, so that it stands below the others."""
    return row.status == "same" and not row.differs and not row.unknown


def _row(page: Page, row: RowUse, facts: Mapping[str, Fact]) -> tuple[str | Cell, ...]:
    semicolon = page.words("list.semicolon")
    taken = [page.text(facts[path].label) for path in row.taken]
    kept = [_kept(page, kept, facts) for kept in row.kept]
    return (
        str(row.row),
        Cell(row.title, row.file),
        page.words(f"import.{row.status}"),
        semicolon.join(taken),
        semicolon.join([*kept, *row.left]),
        semicolon.join(row.unknown),
    )


def _kept(page: Page, kept: Kept, facts: Mapping[str, Fact]) -> str:
    label = facts[kept.path].label
    if kept.file == kept.export:
        return page.words("import.kept", fact=label)
    return page.words("import.kept-other", fact=label, file=kept.file, export=kept.export)


def _more(page: Page, count: int) -> None:
    if count > MAX_ROWS:
        page.add(Line(page.words("list.more", count=count - MAX_ROWS), "quiet"))
