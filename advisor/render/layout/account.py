"""The page of one account: where it stands, what to do next, its deals and its people."""

from __future__ import annotations

from advisor.lines import DealLine
from advisor.render.blocks import Line, Page, Table
from advisor.render.layout.case import (
    ACTIONS,
    QUESTIONS,
    WARNINGS,
    actions,
    compliance,
    doubtful_facts,
    questions,
    warnings,
)
from advisor.render.layout.people import classes, people
from advisor.result import AccountReport


def account_anchor(id_: str) -> str:
    """Name the place of an account in a document."""
    return f"account-{id_}"


def account_page(page: Page, account: AccountReport) -> None:
    """Write everything that is read about one account."""
    page.head("head.account", 1, account_anchor(account.id), title=account.title)
    page.line("case.line", "quiet", id=account.id, as_of=account.as_of.isoformat(), file=account.file)
    if account.about:
        page.add(Line(page.text(account.about), "quiet"))
    classes(page, account.classes)
    if not account.classes:
        page.line("account.unplaced", "quiet")
    warnings(page, account.warnings, WARNINGS)
    doubtful_facts(page, account.contradictions, account.stale)
    actions(page, account.actions, ACTIONS)
    _deals(page, account.deals)
    people(page, account.people)
    questions(page, account.questions[:QUESTIONS])
    compliance(page, account.compliance)


def _deals(page: Page, deals: tuple[DealLine, ...]) -> None:
    if deals:
        page.head("head.deals")
        columns = ("column.case", "column.verdict", "column.state")
        page.add(Table(tuple(map(page.words, columns)), tuple(_deal(page, deal) for deal in deals)))


def _deal(page: Page, deal: DealLine) -> tuple[str, ...]:
    if deal.verdict is None:
        return deal.id, page.words("deal.unread"), page.words("dash")
    state = page.words("state.settled" if deal.settled else "state.open")
    return page.text(deal.title), page.text(deal.verdict.label), state
