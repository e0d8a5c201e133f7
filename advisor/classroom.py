"""A class: how its answers spread over each act, whom to call on, which concepts are weak, and the scoreboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.answers import AnswerSheet
from advisor.exercise import Exercise, ExerciseAct
from advisor.grade import ActGrade, SheetGrade
from advisor.lines import VerdictLine
from advisor.model import Text
from advisor.result import Unreadable

CALLS = 3
"""So many learners are named under one reason to call on them."""
_WRONG = ("missed", "wrong-reason")


@dataclass(frozen=True)
class Share:
    """Who picked a verdict in an act (None: they picked none), and how sure they were on average, in percent."""

    verdict: VerdictLine | None
    learners: tuple[str, ...]
    confidence: int | None
    right: bool


@dataclass(frozen=True)
class Calls:
    """Whom to call on in an act: sure and wrong, and right against the others."""

    sure_and_wrong: tuple[str, ...]
    right_alone: tuple[str, ...]


@dataclass(frozen=True)
class ActSpread:
    """One act as the class answered it."""

    act: ExerciseAct
    shares: tuple[Share, ...]
    calls: Calls


@dataclass(frozen=True)
class Concept:
    """An item of the playbooks: how often it was missed or got wrong, of how often it was asked for."""

    item: int
    title: Text
    wrong: int
    asked: int


@dataclass(frozen=True)
class ClassReport:
    """A class that was graded: its exercise, the sheets by rank, and the files that could not be read."""

    exercise: Exercise
    sheets: tuple[SheetGrade, ...]
    acts: tuple[ActSpread, ...]
    concepts: tuple[Concept, ...]
    alike: tuple[tuple[str, ...], ...]
    """Groups of learners whose answers are the same throughout."""
    unreadable: tuple[Unreadable, ...]


def class_report(
    exercise: Exercise,
    graded: Iterable[tuple[AnswerSheet, SheetGrade]],
    unreadable: Iterable[Unreadable],
    titles: dict[int, Text],
) -> ClassReport:
    """Put the gradings of one exercise together; `titles` names the items of the playbooks."""
    pairs = sorted(graded, key=lambda pair: _rank(pair[1]))
    sheets = tuple(found for _, found in pairs)
    return ClassReport(
        exercise=exercise,
        sheets=sheets,
        acts=tuple(_spread(act, [sheet.acts[act.number - 1] for sheet in sheets], sheets) for act in exercise.acts),
        concepts=tuple(_concepts(sheets, titles)),
        alike=tuple(_alike(sheet for sheet, _ in pairs)),
        unreadable=tuple(sorted(unreadable, key=lambda found: found.file)),
    )


def _rank(sheet: SheetGrade) -> tuple[int, Decimal, str, str]:
    """Sort key of the scoreboard: marks, then the better calibrated, then the name."""
    return -sheet.marks, sheet.brier if sheet.brier is not None else Decimal(2), sheet.learner, sheet.file


def _spread(act: ExerciseAct, grades: Sequence[ActGrade], sheets: Sequence[SheetGrade]) -> ActSpread:
    by: defaultdict[str, list[tuple[str, ActGrade]]] = defaultdict(list)
    for sheet, found in zip(sheets, grades, strict=True):
        by[found.given.id if found.given else ""].append((sheet.learner, found))
    shares = [_share(answers) for answers in by.values()]
    shares.sort(key=lambda share: (-len(share.learners), share.verdict.id if share.verdict else ""))
    wrong = [
        (found.confidence, sheet.learner)
        for sheet, found in zip(sheets, grades, strict=True)
        if found.given is not None and not found.correct and found.confidence is not None
    ]
    sure = [learner for _, learner in sorted(wrong, key=lambda pair: (-pair[0], pair[1]))]
    right = [sheet.learner for sheet, found in zip(sheets, grades, strict=True) if found.correct]
    alone = right if len(right) * 4 <= len(sheets) else []
    return ActSpread(act, tuple(shares), Calls(tuple(sure[:CALLS]), tuple(sorted(alone)[:CALLS])))


def _share(answers: Sequence[tuple[str, ActGrade]]) -> Share:
    sure = [Decimal(found.confidence) for _, found in answers if found.confidence is not None]
    first = answers[0][1]
    percent = round(sum(sure, Decimal(0)) / len(sure)) if sure else None
    return Share(first.given, tuple(sorted(learner for learner, _ in answers)), percent, first.correct)


def _concepts(sheets: Iterable[SheetGrade], titles: dict[int, Text]) -> Iterator[Concept]:
    wrong: defaultdict[int, int] = defaultdict(int)
    asked: defaultdict[int, int] = defaultdict(int)
    for point in (point for sheet in sheets for act in sheet.acts for point in act.points):
        for item in point.items:
            asked[item] += 1
            wrong[item] += point.kind in _WRONG
    weak = sorted((item for item in asked if wrong[item]), key=lambda item: (-wrong[item], item))
    return (Concept(item, titles[item], wrong[item], asked[item]) for item in weak)


def _alike(sheets: Iterable[AnswerSheet]) -> Iterator[tuple[str, ...]]:
    """Group the learners whose filled sheets say the same in every act."""
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for sheet in sheets:
        if any(not answer.blank for answer in sheet.answers):
            groups[tuple(answer.words for answer in sheet.answers)].append(sheet.learner)
    return (tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)


def plain(found: ClassReport) -> dict[str, object]:
    """Return a class report as data: what the advisor says of an act by its verdict only, the rest in full."""
    acts = [
        {
            "number": spread.act.number,
            "on": spread.act.told.on,
            "title": spread.act.told.title,
            "verdict": spread.act.report.verdict,
            "change": spread.act.change,
            "shares": spread.shares,
            "calls": spread.calls,
        }
        for spread in found.acts
    ]
    return {
        "exercise": found.exercise.id,
        "title": found.exercise.lesson.case.title,
        "sheets": found.sheets,
        "acts": acts,
        "concepts": found.concepts,
        "alike": found.alike,
        "unreadable": found.unreadable,
    }
