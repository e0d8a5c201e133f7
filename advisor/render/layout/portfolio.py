"""What came of a table of deals: verdicts counted, what is wrong, and what the engine says of the sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from advisor.render.blocks import Bullet, Bullets, Page, Table
from advisor.rulebase import Verdict

if TYPE_CHECKING:
    from advisor.portfolio.screen import Summary

MAX_PROBLEMS = 20


def portfolio_page(page: Page, summary: Summary, verdicts: Mapping[str, Verdict]) -> None:
    """Write the summary."""
    page.head("portfolio.title", 1)
    judged = summary.rows - summary.wrong
    page.line("portfolio.counts", "strong", rows=judged, settled=summary.settled, open=judged - summary.settled)
    if summary.stopped:
        page.line("portfolio.stopped", "bad", count=summary.stopped)
    if summary.kept_out:
        page.line("portfolio.kept-out", "warn", count=summary.kept_out)
    names = tuple(map(page.words, ("column.verdict", "portfolio.deals", "portfolio.settled")))
    rows = [
        (page.text(verdicts[name].label), str(count), str(summary.settled_of[name]))
        for name, count in sorted(summary.verdicts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    page.add(Table(names, tuple(rows)))
    page.line("portfolio.sample", "quiet", count=summary.sampled, tried=summary.tried)
    if summary.lost:
        page.head("portfolio.lost", count=len(summary.lost))
        page.add(Bullets(tuple(Bullet(text, tone="bad") for text in summary.lost[:MAX_PROBLEMS])))
    if summary.wrong:
        page.head("portfolio.wrong", count=summary.wrong)
        page.add(Bullets(tuple(Bullet(text, tone="bad") for text in summary.problems[:MAX_PROBLEMS])))
