"""Exercises as data for other programs: each text stands once, and sheets name choices by their letters."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.classroom import ActSpread, ClassReport, Picked, Share
from advisor.exercise import Exercise, ExerciseAct
from advisor.grade import ActGrade, SheetGrade
from advisor.teaching import Lesson

Data = dict[str, object]


def list_data(lessons: Iterable[Lesson]) -> list[Data]:
    """Return which exercises there are."""
    return [
        {
            "exercise": lesson.case.id,
            "title": lesson.case.title,
            "acts": len(lesson.acts),
            "items": lesson.items,
            "lesson": lesson.lesson,
        }
        for lesson in lessons
    ]


def act_data(of: Exercise, act: ExerciseAct) -> Data:
    """Return an act as a learner gets it: nothing that tells what is right."""
    return {
        "exercise": of.id,
        "number": act.number,
        "on": act.told.on,
        "title": act.told.title,
        "story": act.told.story,
        "verdicts": {verdict.id: verdict.label for verdict in of.verdicts},
        "reasons": {choice.letter: choice.text for choice in act.reasons},
        "steps": {choice.letter: choice.text for choice in act.steps},
    }


def debrief_data(of: Exercise, acts: Iterable[ExerciseAct]) -> Data:
    """Return what a trainer needs after an act."""
    lesson = of.lesson
    return {
        "exercise": of.id,
        "title": lesson.case.title,
        "playbook": lesson.playbook,
        "authored": lesson.authored,
        "acts": [{**_argument(act), "tempting": act.told.tempting, "notes": act.told.notes} for act in acts],
        "lesson": lesson.lesson,
    }


def class_data(found: ClassReport) -> Data:
    """Return a class: each act with its choices and who picked them, then the sheets by rank."""
    return {
        **_head(found),
        "marks": found.marks,
        "brier": found.brier,
        "acts": [_spread(spread) for spread in found.acts],
        "concepts": found.concepts,
        "alike": found.alike,
        "sheets": [{**_place(found, graded), "acts": [_act(act) for act in graded.acts]} for graded in found.sheets],
        "unreadable": found.unreadable,
    }


def scoreboard_data(found: ClassReport) -> Data:
    """Return who reached which marks."""
    sheets = [{**_place(found, graded), "acts": [act.marks for act in graded.acts]} for graded in found.sheets]
    return {**_head(found), "sheets": sheets, "unreadable": found.unreadable}


def _head(found: ClassReport) -> Data:
    return {"exercise": found.exercise.id, "title": found.exercise.lesson.case.title}


def _place(found: ClassReport, graded: SheetGrade) -> Data:
    return {
        "rank": found.rank(graded),
        "learner": graded.learner,
        "file": graded.file,
        "marks": graded.marks,
        "most": graded.most,
        "brier": graded.brier,
        "sealed": graded.sealed,
    }


def _act(act: ActGrade) -> Data:
    return {
        "number": act.number,
        "verdict": act.given.id if act.given else None,
        "confidence": act.confidence,
        "brier": act.brier,
        "marks": act.marks,
        "most": act.most,
        "points": [{"kind": p.kind, "letter": p.letter, "marks": p.marks} for p in act.points],
    }


def _argument(act: ExerciseAct) -> Data:
    return {
        "number": act.number,
        "on": act.told.on,
        "title": act.told.title,
        "verdict": act.report.verdict,
        "settled": act.report.settled,
        "change": act.change,
        "reasons": act.reasons,
        "steps": act.steps,
    }


def _spread(spread: ActSpread) -> Data:
    return {
        **_argument(spread.act),
        "shares": [_share(share) for share in spread.shares],
        "picked": {"reasons": _letters(spread.reasons), "steps": _letters(spread.steps)},
        "calls": spread.calls,
    }


def _share(share: Share) -> Data:
    return {
        "verdict": share.verdict.id if share.verdict else None,
        "right": share.right,
        "learners": share.learners,
        "confidence": share.confidence,
    }


def _letters(picked: Iterable[Picked]) -> dict[str, int]:
    return {p.choice.letter: len(p.learners) for p in picked}
