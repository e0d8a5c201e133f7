"""Many cases to one review: sorted by what needs the board most, one unreadable file costing only itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import paths
from advisor.explain.report import deal_report, report
from advisor.judge import Judge, Judgement
from advisor.lines import DealLine
from advisor.load.cases import load_case
from advisor.problems import EngineError, InputError
from advisor.record import dataclass
from advisor.result import SCHEMA_VERSION, AccountReport, CaseReport, DealReport, Overview, Review, Unreadable
from advisor.sheet import CaseChange

if TYPE_CHECKING:
    from advisor.load.previous import PreviousCase


@dataclass(frozen=True)
class Judged:
    """What became of one file: a deal or an account, or why there is none; and what changed since an earlier review."""

    entry: DealReport | AccountReport | Unreadable
    change: CaseChange | None = None


def judged(
    judge: Judge,
    path: Path,
    day: date | None,
    names: bool,
    before: Mapping[str, PreviousCase] | None,
    whole: bool = True,
) -> Judged:
    """Judge one file; one that cannot be read or judged is an entry with its problems.

    Of a deal its `whole` report is built, or only what a page of text shows.
    """
    try:
        case = load_case(path, judge.knowledge)
        with judge.certified():
            return _judged(judge, judge.judge(case, day), names, before, whole)
    except InputError as error:
        return Judged(Unreadable(paths.display(path), tuple(map(str, error.problems))))
    except EngineError as error:
        return Judged(Unreadable(paths.display(path), (str(error),)))


def _judged(
    judge: Judge, judgement: Judgement, names: bool, before: Mapping[str, PreviousCase] | None, whole: bool
) -> Judged:
    if judgement.case.kind == "account":
        from advisor.explain.account import account_report

        return Judged(account_report(judge, judgement, names))
    found = report(judge, judgement, names) if whole else deal_report(judge, judgement, names)
    return Judged(found, _change(judge, judgement, found, before) if before is not None else None)


def put_together(judge: Judge, found: Iterable[Judged], before: Mapping[str, PreviousCase] | None) -> Overview:
    """Put what became of all files together, whatever the order in which they were judged.

    It is a Review if all deals are whole.
    """
    found = list(found)
    reports = [one.entry for one in found if isinstance(one.entry, DealReport)]
    accounts = [one.entry for one in found if isinstance(one.entry, AccountReport)]
    unreadable = [one.entry for one in found if isinstance(one.entry, Unreadable)]
    changes = [one.change for one in found if one.change is not None]
    kind: type[Overview] = Review if all(isinstance(one, CaseReport) for one in reports) else Overview
    return kind(
        schema_version=SCHEMA_VERSION,
        disclaimer=judge.knowledge.disclaimer,
        cases=tuple(sorted(reports, key=urgency)),
        accounts=tuple(_with_deals(a, reports) for a in sorted(accounts, key=lambda a: (a.id, a.file))),
        unreadable=tuple(sorted(unreadable, key=lambda u: u.file)),
        changes=_changes(judge, changes, before) if before is not None else None,
    )


def review(
    judge: Judge,
    files: Iterable[Path],
    day: date | None = None,
    names: bool = False,
    before: Mapping[str, PreviousCase] | None = None,
) -> Review:
    """Judge every case file; a file that cannot be read or judged is listed with its problems.

    With the deals of an earlier review (`before`), say what has changed since.
    """
    found = put_together(judge, (judged(judge, path, day, names, before) for path in files), before)
    assert isinstance(found, Review)
    return found


def _change(judge: Judge, judgement: Judgement, now: DealReport, before: Mapping[str, PreviousCase]) -> CaseChange:
    from advisor.explain import since

    earlier = before.get(now.id)
    return since.change(judge, judgement, now, earlier) if earlier else since.new(now)


def _changes(judge: Judge, changes: list[CaseChange], before: Mapping[str, PreviousCase]) -> tuple[CaseChange, ...]:
    """Sort what changed: other verdicts first, then deals that came or went, then other states, then the rest."""
    from advisor.explain import since

    here = {change.id for change in changes}
    gone = [since.gone(judge, case) for case in before.values() if case.id not in here]

    def rank(change: CaseChange) -> tuple[int, str]:
        if change.was is None or change.now is None:
            return 1, change.id
        return 0 if change.turned else 2 if change.shifted else 3, change.id

    return tuple(sorted((*changes, *gone), key=rank))


def _with_deals(account: AccountReport, reports: Iterable[DealReport]) -> AccountReport:
    """Fill in the verdicts of the account's deals that were reviewed in the same run."""
    found = {case.id: case for case in reports}
    lines = tuple(
        DealLine(deal.id, found[deal.id].title, found[deal.id].verdict, found[deal.id].settled)
        if deal.id in found
        else deal
        for deal in account.deals
    )
    return replace(account, deals=lines)


def urgency(case: DealReport) -> tuple[bool, bool, bool, bool, str, str]:
    """Sort key of the board's table: legal blocks, then contradictions, unproven verdicts, open ones, the rest."""
    return (not case.blocked, not case.contradictions, case.proof.same, case.settled, case.id, case.file)
