"""The board's pack: the portfolio, what is asked and why, what changed; then deal by deal, everything a board reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from advisor.render.blocks import Cell, Line, Page, Table
from advisor.render.layout import pictures, sheet
from advisor.render.layout.account import account_anchor, account_page
from advisor.render.layout.case import (
    QUESTIONS,
    WARNINGS,
    compliance,
    deal_anchor,
    doubtful_facts,
    flips,
    heading,
    questions,
    reasons,
    tone,
    verdict,
    warnings,
)
from advisor.render.layout.changes import changes
from advisor.render.layout.people import classes
from advisor.render.layout.people import people as advice_on_people
from advisor.render.layout.review import look, unreadable
from advisor.result import AccountReport, CaseReport, Review, blocks, footing
from advisor.sheet import Footing

ASKED = ("column.number", "column.case", "column.verdict", "column.asked", "column.reason", "column.look")


def pack_page(page: Page, review: Review) -> None:
    """Write the whole pack."""
    front(page, review)
    for case in review.cases:
        deal(page, case)
    for account in review.accounts:
        account_page(page, account)
    ending(page, review)


def front(page: Page, review: Review) -> None:
    """Write the first page: the portfolio, what is asked, what has changed, what could not be read."""
    page.head("pack.title", 1, anchor="top")
    _summary(page, review)
    if review.cases:
        _verdicts(page, review.cases)
        page.add(pictures.portfolio(page, review.cases))
        _asked(page, review.cases)
    if review.changes is not None:
        changes(page, review.changes)
    _accounts(page, review.accounts)
    unreadable(page, review)


def ending(page: Page, review: Review) -> None:
    """Write what stands below the last deal or account."""
    page.add(Line(page.text(review.disclaimer), "quiet"))


def _summary(page: Page, review: Review) -> None:
    """Say how many deals ask for what kind of attention; each deal is counted once."""
    kinds = Counter(case.footing for case in review.cases)
    counts = {kind: kinds[kind] for kind in ("blocked", "open", "told", "proven")}
    if review.cases or not review.accounts:
        page.line("pack.summary", "strong", deals=len(review.cases), **counts)
    if review.accounts:
        page.line("pack.summary-accounts", "strong", accounts=len(review.accounts))
    if review.unreadable:
        page.line("pack.unread", "bad", count=len(review.unreadable))
    cases = review.cases
    days = sorted({case.as_of.isoformat() for case in cases} | {a.as_of.isoformat() for a in review.accounts})
    if days:
        page.line("pack.days" if len(days) > 1 else "pack.day", "quiet", first=days[0], last=days[-1])


def _verdicts(page: Page, cases: Sequence[CaseReport]) -> None:
    """Say how often each verdict is given, the most frequent first."""
    counts = Counter(page.text(case.verdict.label) for case in cases)
    found = [page.words("pack.verdict", verdict=label, count=count) for label, count in counts.most_common()]
    page.line("pack.verdicts", verdicts=page.words("list.semicolon").join(found))


def _asked(page: Page, cases: Sequence[CaseReport]) -> None:
    """Write what is asked of the board, exceptions first, in tables by what needs its attention."""
    numbered = list(enumerate(cases, start=1))
    calm = [pair for pair in numbered if not _exception(pair[1])]
    for key, chosen in (("pack.exceptions", [p for p in numbered if _exception(p[1])]), ("pack.calm", calm)):
        if chosen:
            page.head(key, count=len(chosen))
            names = sheet.columns(page, *ASKED)
            page.add(Table(names, tuple(_row(page, n, case) for n, case in chosen)))


def _exception(case: CaseReport) -> bool:
    return case.footing != "proven" or bool(case.contradictions)


def _row(page: Page, number: int, case: CaseReport) -> tuple[str | Cell, ...]:
    return (
        str(number),
        Cell(page.text(case.title), page.text(case.sheet.place.amount), link=deal_anchor(case.id)),
        Cell(page.text(case.verdict.label), page.words(f"state.{_settled(case)}"), tone(case)),
        page.text(case.asks),
        page.text(case.reasons_for[0].text) if case.reasons_for else page.words("dash"),
        _look(page, case),
    )


def _settled(case: CaseReport) -> Footing:
    """Return what the verdict stands on, compliance apart: that has its own column."""
    return footing(False, case.settled, case.proof.same)


def _look(page: Page, case: CaseReport) -> str | Cell:
    """Say what to look at; where compliance stops the deal, what it is."""
    stops = [guard for guard in case.compliance if blocks(guard)]
    said = [page.words("guard.line", level=page.words(f"guard.{g.level}"), text=g.because) for g in stops]
    proof = "" if case.proof.same else page.words("look.unproven", verdict=case.proof.verdict.label)
    notes = page.words("list.semicolon").join(filter(None, (proof, look(page, case))))
    return Cell(" ".join(said), notes, "bad") if said else notes or page.words("dash")


def _accounts(page: Page, accounts: Sequence[AccountReport]) -> None:
    if accounts:
        page.head("pack.accounts")
        rows = tuple((Cell(page.text(a.title), link=account_anchor(a.id)), _first_step(page, a)) for a in accounts)
        page.add(Table(sheet.columns(page, "column.account", "column.do"), rows))


def _first_step(page: Page, account: AccountReport) -> str:
    return page.text(account.actions[0].do) if account.actions else page.words("dash")


def deal(page: Page, case: CaseReport) -> None:
    """Write one deal, whatever else is in the pack."""
    heading(page, case, deal_anchor(case.id))
    page.add(sheet.standing_line(page, case.sheet))
    verdict(page, case)
    reasons(page, "head.for", case.reasons_for)
    reasons(page, "head.against", case.reasons_against)
    warnings(page, case.warnings, WARNINGS)
    doubtful_facts(page, case.contradictions, case.stale)
    flips(page, case.flips)
    questions(page, case.questions[:QUESTIONS])
    sheet.grid(page, case.sheet)
    sheet.people(page, case.sheet.people)
    page.fold("head.people", lambda inner: advice_on_people(inner, case.people))
    sheet.criteria(page, case.sheet)
    sheet.money(page, case.sheet)
    sheet.options(page, case.sheet)
    sheet.ends(page, case.sheet)
    sheet.plan(page, case)
    compliance(page, case.compliance, case.quarantined)
    sheet.sign_off(page)
    sheet.acts(page, case)
    page.fold("head.classes", lambda inner: classes(inner, case.classes))
    page.fold("head.trace", lambda inner: sheet.trace(inner, case), printed=False)
