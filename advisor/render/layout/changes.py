"""What has changed since an earlier review."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.lines import VerdictLine
from advisor.render.blocks import Cell, Page, Table
from advisor.render.layout.case import deal_anchor
from advisor.sheet import CaseChange, Footing


def changes(page: Page, found: Sequence[CaseChange]) -> None:
    """Write each deal whose verdict or state is another, with the facts that did it, and count the rest."""
    page.head("head.changes")
    moved = [change for change in found if _moved(change)]
    names = tuple(map(page.words, ("column.case", "column.was", "column.is-now", "column.did")))
    if moved:
        page.add(Table(names, tuple(_row(page, change) for change in moved)))
    page.line("changes.same" if moved else "changes.none", "quiet", count=len(found) - len(moved))


def _moved(change: CaseChange) -> bool:
    return change.was is None or change.now is None or change.turned or change.shifted


def _row(page: Page, change: CaseChange) -> tuple[str | Cell, ...]:
    return (
        Cell(page.text(change.title), link=deal_anchor(change.id) if change.now else ""),
        _state(page, change.was, change.was_footing),
        _state(page, change.now, change.now_footing),
        _did(page, change),
    )


def _state(page: Page, verdict: VerdictLine | None, footing: Footing | None) -> str | Cell:
    if verdict is None or footing is None:
        return page.words("dash")
    return Cell(page.text(verdict.label), page.words(f"state.{footing}"))


def _did(page: Page, change: CaseChange) -> str:
    if change.was is None:
        return page.words("changes.new")
    if change.now is None:
        return page.words("changes.gone")
    if change.cause == "rules":
        return page.words("changes.rules")
    if not change.turned:
        return page.words("changes.footing", count=change.others)
    others = page.words("changes.others", count=change.others) if change.others else ""
    return page.words("list.semicolon").join(filter(None, (*turned_by(page, change), others)))


def turned_by(page: Page, change: CaseChange) -> list[str]:
    """Say, one by one, which facts turned a verdict: what each was, and what it is now."""
    return [page.words("flip.change", fact=fact.label, was=fact.was, to=fact.now) for fact in change.did]
