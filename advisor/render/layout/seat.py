"""A deal from a rival's chair."""

from __future__ import annotations

from advisor.explain.seat import SeatReport
from advisor.explain.wording import labelled
from advisor.render.blocks import Bullet, Bullets, Line, Page
from advisor.render.layout.case import REASONS, compliance_briefly, reasons, verdict_line
from advisor.result import CaseReport


def seat_page(page: Page, found: SeatReport) -> None:
    """Write the rival's best move, then what it means for us and how we answer."""
    page.head("seat.title", 1, rival=found.rival, title=found.ours.title)
    page.line("seat.note", "quiet", rival=found.rival)
    if found.several:
        page.line("seat.several", "warn", rival=found.rival)
    verdict_line(page, "seat.move", found.theirs)
    reasons(page, "head.for", found.theirs.reasons_for)
    _steps(page, "seat.steps", found.theirs)
    if found.assumed:
        page.head("seat.assumed")
        page.add(
            Bullets(
                tuple(Bullet(page.words("fact.contradicted", fact=labelled(f), values=f.value)) for f in found.assumed)
            )
        )
    page.head("seat.answer")
    page.add(Line(page.text(found.answer), "strong"))
    verdict_line(page, "seat.today", found.ours)
    if found.after is not None:
        verdict_line(page, "seat.after", found.after)
    _steps(page, "seat.ours", found.ours if found.after is None else found.after)
    compliance_briefly(page, found.ours.compliance, found.ours.quarantined)


def _steps(page: Page, key: str, case: CaseReport) -> None:
    page.head(key, 3)
    bullets = tuple(Bullet(page.text(action.do)) for action in case.actions[:REASONS])
    page.add(Bullets(bullets) if bullets else Line(page.words("seat.no-steps"), "quiet"))
