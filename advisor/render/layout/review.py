"""A review on a screen: the table of all cases, files that could not be read, then case by case."""

from __future__ import annotations

from advisor.render.blocks import Bullet, Bullets, Line, Page, Table
from advisor.render.layout.deal import deal_page
from advisor.result import DealReport, Overview


def review_page(page: Page, review: Overview) -> None:
    """Write the whole review."""
    overview(page, review)
    for account in review.accounts:
        from advisor.render.layout.account import account_page

        account_page(page, account)
    for case in review.cases:
        deal_page(page, case)
    page.add(Line(page.text(review.disclaimer), "quiet"))


def overview(page: Page, review: Overview) -> None:
    """Write the table of all cases, and what could not be read."""
    page.head("head.review", 1, deals=len(review.cases), accounts=len(review.accounts))
    if review.cases:
        columns = ("column.case", "column.verdict", "column.state", "column.proof", "column.look")
        page.add(Table(tuple(map(page.words, columns)), tuple(_row(page, case) for case in review.cases)))
    unreadable(page, review)


def _row(page: Page, case: DealReport) -> tuple[str, ...]:
    return (
        page.text(case.title),
        page.text(case.verdict.label),
        page.words("state.settled" if case.settled else "state.open"),
        page.words("state.same") if case.proof.same else page.text(case.proof.verdict.label),
        look(page, case),
    )


def look(page: Page, case: DealReport) -> str:
    """Say what the board should look at first in a case."""
    notes = []
    if case.blocked:
        notes.append(page.words("look.blocked"))
    if case.contradictions:
        notes.append(page.words("look.contradicted"))
    if not case.settled:
        notes.append(page.words("look.hangs", count=len(case.hangs_on) + len(case.hangs_on_lists)))
    if case.warnings:
        notes.append(page.words("look.warnings", count=len(case.warnings)))
    return page.words("list.semicolon").join(notes)


def unreadable(page: Page, review: Overview) -> None:
    """List files that could not be read, with their problems."""
    if review.unreadable:
        page.head("head.unreadable")
        for entry in review.unreadable:
            page.add(Line(entry.file, "bad"), Bullets(tuple(Bullet(problem) for problem in entry.problems)))
