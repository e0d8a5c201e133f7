"""Many cases to one review: sorted by what needs the board most, one unreadable file costing only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from advisor import paths
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.problems import EngineError, InputError
from advisor.result import SCHEMA_VERSION, CaseReport, Review, Unreadable


def review(
    judge: Judge,
    files: Iterable[Path],
    day: date | None = None,
    names: bool = False,
    progress: Callable[[Path], None] = lambda _: None,
) -> Review:
    """Judge every case file; a file that cannot be read or judged is listed with its problems."""
    reports: list[CaseReport] = []
    unreadable: list[Unreadable] = []
    for path in files:
        progress(path)
        try:
            reports.append(report(judge, judge.judge(load_case(path, judge.knowledge), day), names))
        except InputError as error:
            unreadable.append(Unreadable(paths.display(path), tuple(map(str, error.problems))))
        except EngineError as error:
            unreadable.append(Unreadable(paths.display(path), (str(error),)))
    return Review(
        schema_version=SCHEMA_VERSION,
        disclaimer=judge.knowledge.disclaimer,
        cases=tuple(sorted(reports, key=urgency)),
        unreadable=tuple(sorted(unreadable, key=lambda u: u.file)),
    )


def urgency(case: CaseReport) -> tuple[bool, bool, bool, bool, str, str]:
    """Sort key of the board's table: legal blocks, then contradictions, unproven verdicts, open ones, the rest."""
    return (not case.blocked, not case.contradictions, case.proof.same, case.settled, case.id, case.file)
