"""A deal played from a rival's chair: its best move, what is assumed of it, and our answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.case import Case, Statement
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.lines import FactLine
from advisor.model import Text
from advisor.problems import InputError, Location, Problem, nearest
from advisor.result import CaseReport
from advisor.seat import Seat


@dataclass(frozen=True)
class SeatReport:
    """Our deal, the rival's, what is assumed of the rival, how we answer, and our deal if its move works."""

    rival: Text
    ours: CaseReport
    theirs: CaseReport
    assumed: tuple[FactLine, ...]
    several: bool
    """Whether more than one rival is on file, so that "a rival" was taken to be this one."""
    answer: Text
    after: CaseReport | None


def seat_report(judge: Judge, seat: Seat, case: Case, wanted: str) -> SeatReport:
    """Play the rival named `competitor:ID`; raise InputError if there is none. `case` is as of its own day."""
    rivals = {member.id: member for member in case.content.lists.get("competitors", ())}
    kind, _, id_ = wanted.partition(":")
    if kind != "competitor" or id_ not in rivals:
        known = [f"competitor:{name}" for name in rivals]
        hint = nearest(wanted, known) or (f"; on file: {', '.join(known)}" if known else "; no rival is on file")
        raise InputError([Problem(Location("--seat"), "unknown-seat", f'there is no seat "{wanted[:80]}"{hint}')])
    ours = report(judge, judge.judge(case))
    seated, assumed = seat.seated(case, rivals[id_])
    theirs = report(judge, judge.judge(seated))
    answer = seat.answers[theirs.verdict.id]
    facts = {path: (Statement(value, "assumed"),) for path, value in answer.effect.items()}
    worked = replace(case, content=replace(case.content, facts={**case.content.facts, **facts}))
    lines = {line.path: line for line in theirs.sheet.facts if line.member is None}
    return SeatReport(
        rival=rivals[id_].title or Text(id_, id_),
        ours=ours,
        theirs=theirs,
        assumed=tuple(lines[path] for path in assumed),
        several=len(rivals) > 1,
        answer=answer.answer,
        after=report(judge, judge.judge(worked)) if facts else None,
    )


def seat_data(found: SeatReport) -> dict[str, object]:
    """Return the play as data: of each of the three cases its verdict, reasons and actions."""
    return {
        "case": found.ours.id,
        "title": found.ours.title,
        "rival": found.rival,
        "several": found.several,
        "assumed": found.assumed,
        "theirs": _brief(found.theirs),
        "answer": found.answer,
        "ours": _brief(found.ours),
        "after": _brief(found.after) if found.after is not None else None,
    }


def _brief(case: CaseReport) -> dict[str, object]:
    return {
        "verdict": case.verdict,
        "settled": case.settled,
        "possible": [verdict.id for verdict in case.possible],
        "reasons_for": [reason.text for reason in case.reasons_for],
        "actions": case.actions,
    }
