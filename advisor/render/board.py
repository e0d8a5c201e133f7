"""A review in a format, put together of pieces: one for each deal and account, drawn whatever else is reviewed.

Pieces can be drawn in any order, anywhere, and kept. Binding them draws their pictures, all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import partial
from itertools import chain
from typing import Any

from advisor.render.blocks import Page, Part
from advisor.render.layout.review import review_page
from advisor.render.output import Document, bind, drawn, render
from advisor.result import AccountReport, CaseReport, Overview, Review
from advisor.sheet import Grid, Sheet

Entry = CaseReport | AccountReport
Piece = list[Part]


FRONT = frozenset({"reasons_for", "hangs_on", "hangs_on_lists", "warnings", "compliance", "contradictions"})
"""The lists of a deal that the first page reads, of some no more than their length."""

Pieces = Mapping[tuple[str, str], Piece]
"""Pieces that are drawn already, by format and the file of the deal."""


def board(format_: str, lang: str, review: Overview, pieces: Pieces) -> Document:
    """Return a review for a file or pipe: in brief as text, else as the whole pack, or as JSON, one deal at a time.

    Deals that are not among the `pieces` are drawn here.
    """
    if format_ == "text":
        return render(format_, lang, partial(review_page, review=review), review)
    assert isinstance(review, Review)
    cases = (pieces.get((format_, case.file)) or piece(format_, lang, case) for case in review.cases)
    return bound(format_, lang, review, cases, [piece(format_, lang, account) for account in review.accounts])


def piece(format_: str, lang: str, entry: Entry) -> Piece:
    """Draw a deal or an account for the pack, or as JSON."""
    if format_ == "json":
        from advisor.render.data import nested

        return [Part(nested(entry, 2))]
    return drawn(format_, lang, partial(_entry, entry=entry))


def _entry(page: Page, entry: Entry) -> None:
    if isinstance(entry, CaseReport):
        from advisor.render.layout.pack import deal

        deal(page, entry)
    else:
        from advisor.render.layout.account import account_page

        account_page(page, entry)


def bound(format_: str, lang: str, review: Review, cases: Iterable[Piece], accounts: Iterable[Piece]) -> Document:
    """Put a review together of the pieces of its cases and accounts, in its order.

    Of the cases themselves only what the first page shows is read.
    """
    if format_ == "json":
        from advisor.render.data import with_lists

        return with_lists(review, {"cases": _bodies(cases), "accounts": _bodies(accounts)})
    from advisor.render.layout.pack import ending, front

    first, last = (drawn(format_, lang, partial(write, review=review)) for write in (front, ending))
    whole = chain(first, chain.from_iterable(cases), chain.from_iterable(accounts), last)
    return bind(format_, lang, whole)


def _bodies(pieces: Iterable[Piece]) -> Iterator[str]:
    return (part.body for part in chain.from_iterable(pieces))


def briefly(case: CaseReport) -> CaseReport:
    """Leave out of a deal what only its own piece shows: a fifteenth is left to be sent, and read, elsewhere."""
    page = case.sheet
    people = replace(page.people, spots=())
    shown = Sheet(page.place, Grid((), ()), people, (), (), (), (), page.closes, (), (), ())
    emptied: dict[str, Any] = {
        f.name: () for f in fields(case) if isinstance(getattr(case, f.name), tuple) and f.name not in FRONT
    }
    reasons = tuple(replace(reason, facts=(), sources=()) for reason in case.reasons_for[:1])
    return replace(case, **emptied, reasons_for=reasons, sheet=shown)
