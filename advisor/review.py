"""Many cases to one review: sorted by what needs the board most, one unreadable file costing only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from advisor import paths
from advisor.explain import since
from advisor.explain.account import account_report
from advisor.explain.report import report
from advisor.judge import Judge, Judgement
from advisor.lines import DealLine
from advisor.load.cases import load_case
from advisor.load.previous import PreviousCase
from advisor.problems import EngineError, InputError
from advisor.result import SCHEMA_VERSION, AccountReport, CaseReport, Review, Unreadable
from advisor.sheet import CaseChange


def review(
    judge: Judge,
    files: Iterable[Path],
    day: date | None = None,
    names: bool = False,
    progress: Callable[[Path], None] = lambda _: None,
    before: Mapping[str, PreviousCase] | None = None,
) -> Review:
    """Judge every case file; a file that cannot be read or judged is listed with its problems.

    With the deals of an earlier review (`before`), say what has changed since.
    """
    reports: list[CaseReport] = []
    changes: list[CaseChange] = []
    accounts: list[AccountReport] = []
    unreadable: list[Unreadable] = []
    for path in files:
        progress(path)
        try:
            judgement = judge.judge(load_case(path, judge.knowledge), day)
            if judgement.case.kind == "account":
                accounts.append(account_report(judge, judgement, names))
            else:
                reports.append(report(judge, judgement, names))
                if before is not None:
                    changes.append(_change(judge, judgement, reports[-1], before))
        except InputError as error:
            unreadable.append(Unreadable(paths.display(path), tuple(map(str, error.problems))))
        except EngineError as error:
            unreadable.append(Unreadable(paths.display(path), (str(error),)))
    return Review(
        schema_version=SCHEMA_VERSION,
        disclaimer=judge.knowledge.disclaimer,
        cases=tuple(sorted(reports, key=urgency)),
        accounts=tuple(_with_deals(a, reports) for a in sorted(accounts, key=lambda a: (a.id, a.file))),
        unreadable=tuple(sorted(unreadable, key=lambda u: u.file)),
        changes=_changes(judge, changes, before) if before is not None else None,
    )


def _change(judge: Judge, judgement: Judgement, now: CaseReport, before: Mapping[str, PreviousCase]) -> CaseChange:
    earlier = before.get(now.id)
    return since.change(judge, judgement, now, earlier) if earlier else since.new(now)


def _changes(judge: Judge, changes: list[CaseChange], before: Mapping[str, PreviousCase]) -> tuple[CaseChange, ...]:
    """Sort what changed: other verdicts first, then deals that came or went, then other states, then the rest."""
    here = {change.id for change in changes}
    gone = [since.gone(judge, case) for case in before.values() if case.id not in here]

    def rank(change: CaseChange) -> tuple[int, str]:
        if change.was is None or change.now is None:
            return 1, change.id
        return 0 if change.turned else 2 if change.shifted else 3, change.id

    return tuple(sorted((*changes, *gone), key=rank))


def _with_deals(account: AccountReport, reports: Iterable[CaseReport]) -> AccountReport:
    """Fill in the verdicts of the account's deals that were reviewed in the same run."""
    found = {case.id: case for case in reports}
    lines = tuple(
        DealLine(deal.id, found[deal.id].title, found[deal.id].verdict, found[deal.id].settled)
        if deal.id in found
        else deal
        for deal in account.deals
    )
    return replace(account, deals=lines)


def urgency(case: CaseReport) -> tuple[bool, bool, bool, bool, str, str]:
    """Sort key of the board's table: legal blocks, then contradictions, unproven verdicts, open ones, the rest."""
    return (not case.blocked, not case.contradictions, case.proof.same, case.settled, case.id, case.file)
