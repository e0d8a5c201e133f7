"""What outcomes say about the advice, for readers: records with their intervals, and what cannot be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len

from advisor.ledger.calibrate import FEW, Calibration, Overrides, RuleRecord, VerdictRecord
from advisor.ledger.figures import Share
from advisor.render.blocks import Cell, Line, Page, Picture, Table

STEPS = 30
"""Columns of a bar."""
NEAREST = 10
"""So many rules at least a terminal shows of those that were tested."""
WIDTH, ROW = 420, 30
"""Size of the picture between its axes: across, and for each row."""


def calibration_page(page: Page, found: Calibration, file: str) -> None:
    """Write the whole page."""
    _page(page, found, file, whole=True)


def calibration_screen(page: Page, found: Calibration, file: str) -> None:
    """Write what a terminal shows: rules that are far from standing out, or too seldom, are only counted."""
    _page(page, found, file, whole=False)


def _page(page: Page, found: Calibration, file: str, whole: bool) -> None:
    page.head("calibrate.title", 1, file=file)
    counts = found.counts
    page.line("calibrate.seen", "strong", deals=counts.deals, won=counts.won, lost=counts.lost)
    page.line("calibrate.ended", ended=counts.ended, closed=counts.closed, pending=counts.pending, late=counts.late)
    page.line("calibrate.once", "quiet")
    _verdicts(page, found)
    _rules(page, found, whole)
    _overrides(page, found.overrides)


def _percent(value: float | None) -> str:
    return f"{(value or 0) * 100:.0f}"


def _share(page: Page, share: Share) -> str:
    if share.share is None:
        return page.words("dash")
    return page.words(
        "calibrate.share", share=_percent(share.share), low=_percent(share.low), high=_percent(share.high)
    )


def _verdicts(page: Page, found: Calibration) -> None:
    page.head("calibrate.verdicts")
    names = ("column.verdict", "column.advised", "outcome.won", "outcome.lost", "column.won", "column.else")
    rows = [*(_verdict(page, record) for record in found.verdicts)]
    rows.extend((name, "", *_won_lost(share), _share(page, share), "") for name, share in _footings(page, found))
    page.add(Table(tuple(map(page.words, names)), tuple(rows)))
    page.line("calibrate.interval", "quiet")
    _picture(page, list(_shares(page, found)))


def _won_lost(share: Share) -> tuple[str, str]:
    return str(share.hits), str(share.n - share.hits)


def _verdict(page: Page, record: VerdictRecord) -> tuple[str | Cell, ...]:
    remark = ""
    if record.holds_back:
        remark = page.words("calibrate.closes" if record.closes else "calibrate.holds-back")
    label = Cell(page.text(record.verdict.label), remark)
    return (
        label,
        str(record.counts.deals),
        *_won_lost(record.won),
        _share(page, record.won),
        str(record.counts.deals - record.won.n),
    )


def _footings(page: Page, found: Calibration) -> Iterator[tuple[str, Share]]:
    for record in found.footings:
        yield page.words("calibrate.settled" if record.settled else "calibrate.open"), record.won


def _shares(page: Page, found: Calibration) -> Iterator[tuple[str, Share]]:
    """Yield what is drawn: verdicts that pursue, and settled and open ones together; where anything was seen."""
    named = [(page.text(record.verdict.label), record.won) for record in found.verdicts if not record.closes]
    yield from ((name, share) for name, share in (*named, *_footings(page, found)) if share.n)


def _picture(page: Page, shares: Sequence[tuple[str, Share]]) -> None:
    if not shares:
        return
    rows: list[dict[str, Any]] = [
        {
            "row": number,
            "label": name,
            "who": f"{name}: {_share(page, share)}",
            "count": page.words("calibrate.n", n=share.n),
            "share": round((share.share or 0) * 100, 2),
            "low": round((share.low or 0) * 100, 2),
            "high": round((share.high or 0) * 100, 2),
        }
        for number, (name, share) in enumerate(shares, start=1)
    ]
    frame = {"width": WIDTH, "height": ROW * len(rows), "rows": len(rows), "axis": page.words("calibrate.axis")}
    widest = max(cell_len(name) for name, _ in shares)
    bars = tuple(
        f"{name}{' ' * (widest - cell_len(name))}  {_bar(share)}  {page.words('calibrate.n', n=share.n)}"
        for name, share in shares
    )
    page.add(Picture("reliability", frame, {"values": rows}, page.words("calibrate.alt"), bars=bars))


def _bar(share: Share) -> str:
    """Draw a share on a line from none to all of the deals, with its interval."""
    at, low, high = (round((value or 0) * STEPS) for value in (share.share, share.low, share.high))
    cells = ["━" if low <= step <= high else "·" for step in range(STEPS + 1)]
    cells[at] = "●"
    return "".join(cells)


def _rules(page: Page, found: Calibration, whole: bool) -> None:
    page.head("calibrate.rules")
    tested = [rule for rule in found.rules if rule.level is not None]
    few = [rule for rule in found.rules if rule.level is None]
    looks = sum(rule.look for rule in tested)
    if looks:
        page.line("calibrate.looks", "warn", count=looks)
    else:
        page.line("calibrate.no-looks" if tested else "calibrate.untested")
    shown = tested if whole else tested[: max(looks, NEAREST)]
    if shown:
        names = ("column.rule", "column.part", "column.won", "column.beside", "column.level", "column.remark")
        page.add(Table(tuple(map(page.words, names)), tuple(_rule(page, rule) for rule in shown)))
    if len(tested) > len(shown):
        page.line("calibrate.more", "quiet", count=len(tested) - len(shown))
    if few:
        page.line("calibrate.few", "quiet", count=len(few), few=FEW)
    if few and whole:
        page.fold("calibrate.few-title", lambda inner: _few(inner, few), printed=False)
    if tested:
        page.line("calibrate.alarm", "quiet", tested=found.tested, alarm=f"{found.alarm * 100:g}", few=FEW)


def _rule(page: Page, rule: RuleRecord) -> tuple[str | Cell, ...]:
    beside = page.words("calibrate.like", share=_percent(rule.like), n=rule.others.n)
    return (
        Cell(page.text(rule.title), rule.rule),
        page.words(f"diff.{rule.role}"),
        page.words("calibrate.of", share=_share(page, rule.won), n=rule.won.n),
        beside,
        f"{rule.level:.2g}",
        Cell(page.words("calibrate.look"), tone="warn") if rule.look else "",
    )


def _few(page: Page, rules: Sequence[RuleRecord]) -> None:
    names = ("column.rule", "column.part", "outcome.won", "outcome.lost", "column.won")
    rows = (
        (
            Cell(page.text(r.title), r.rule),
            page.words(f"diff.{r.role}"),
            *_won_lost(r.won),
            _share(page, r.won),
        )
        for r in rules
    )
    page.add(Table(tuple(map(page.words, names)), tuple(rows)))


def _overrides(page: Page, found: Overrides) -> None:
    page.head("calibrate.overrides", count=found.deals)
    if found.tool.n:
        names = ("column.side", "column.right", "column.of", "column.share-right")
        rows = (
            (page.words(key), str(share.hits), str(share.n), _share(page, share))
            for key, share in (("calibrate.tool", found.tool), ("calibrate.board", found.board))
        )
        page.add(Table(tuple(map(page.words, names)), tuple(rows)))
        page.line("calibrate.right", apart=found.apart, same=found.tool.n - found.apart)
        page.line("calibrate.base", "quiet")
    else:
        page.add(Line(page.words("calibrate.no-overrides")))
    if found.deals:
        page.line("calibrate.not-seen", closed=found.closed, unseen=found.unseen)
    if found.stopped:
        page.line("calibrate.stopped", stopped=found.stopped)
    if found.followed.n:
        followed = _share(page, found.followed)
        page.line("calibrate.followed", hits=found.followed.hits, n=found.followed.n, share=followed)
        if found.tool.n:
            page.line("calibrate.chosen", "quiet")
