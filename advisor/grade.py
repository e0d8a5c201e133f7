"""Grading of answer sheets: deterministic, and explained point by point.

The marks are settings of ours. An unlawful play costs the whole act. Confidence is scored by itself, after Brier: the
squared distance between what was claimed and what came true, 0 at best and 1 at worst.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from advisor.answers import Answer, AnswerSheet
from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.lexicon import say
from advisor.lines import VerdictLine
from advisor.model import Text

PointKind = Literal[
    "verdict", "stands", "tempting", "wrong-verdict", "found", "missed", "wrong-reason", "step", "wrong-step",
    "unlawful", "blank",
]  # fmt: skip
_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Marks:
    """What each part of an answer counts."""

    verdict: int
    stands: int
    reason: int
    wrong_reason: int
    step: int


@dataclass(frozen=True)
class Point:
    """One point of a grading: what was picked or missed, what it counts, and why; `items` are the concepts."""

    kind: PointKind
    marks: int
    text: Text
    why: Text
    items: tuple[int, ...] = ()
    law: Text | None = None


@dataclass(frozen=True)
class ActGrade:
    """The grading of one act. `brier` is None where no confidence, or no verdict, was given."""

    number: int
    title: Text
    given: VerdictLine | None
    right: VerdictLine
    confidence: int | None
    points: tuple[Point, ...]
    marks: int
    most: int
    brier: Decimal | None

    @property
    def correct(self) -> bool:
        """Whether the verdict is the advisor's."""
        return self.given is not None and self.given.id == self.right.id


@dataclass(frozen=True)
class SheetGrade:
    """The grading of one sheet; `brier` is the mean over the acts that have one."""

    exercise: str
    learner: str
    file: str
    acts: tuple[ActGrade, ...]
    marks: int
    most: int
    brier: Decimal | None
    sealed: bool
    """Whether each act was committed before the next was shown."""


def grade(sheet: AnswerSheet, of: Exercise, marks: Mapping[str, int]) -> SheetGrade:
    """Grade a sheet against the advisor's own result for what was known at each act."""
    table = Marks(**{name: marks[f"mark_{name}"] for name in Marks.__dataclass_fields__})
    answers = [*sheet.answers, *[Answer()] * (len(of.acts) - len(sheet.answers))]
    acts = tuple(_act(answer, act, of, table) for answer, act in zip(answers, of.acts, strict=True))
    return SheetGrade(
        exercise=of.id,
        learner=sheet.learner,
        file=sheet.file,
        acts=acts,
        marks=sum(act.marks for act in acts),
        most=sum(act.most for act in acts),
        brier=mean([act.brier for act in acts if act.brier is not None]),
        sealed=bool(sheet.answers) and all(answer.seal is not None for answer in sheet.answers),
    )


def mean(values: list[Decimal]) -> Decimal | None:
    """Return the mean to a thousandth; None of nothing."""
    return (sum(values, Decimal(0)) / len(values)).quantize(_THOUSANDTH) if values else None


def _act(answer: Answer, act: ExerciseAct, of: Exercise, marks: Marks) -> ActGrade:
    right = act.report.verdict
    given = next((verdict for verdict in of.verdicts if verdict.id == answer.verdict), None)
    points = tuple(_points(answer, act, given, marks))
    most = marks.verdict + marks.reason * sum(c.right for c in act.reasons)
    most += marks.step if any(c.right for c in act.steps) else 0
    total = 0 if any(point.kind == "unlawful" for point in points) else max(0, sum(point.marks for point in points))
    brier = None
    if given is not None and answer.confidence is not None:
        missed = Decimal(answer.confidence) / 100 - (1 if given.id == right.id else 0)
        brier = (missed * missed).quantize(_THOUSANDTH)
    return ActGrade(act.number, act.told.title, given, right, answer.confidence, points, total, most, brier)


def _points(answer: Answer, act: ExerciseAct, given: VerdictLine | None, marks: Marks) -> Iterator[Point]:
    if answer.blank:
        yield Point("blank", 0, say("grade.blank"), say("grade.right-verdict", verdict=act.report.verdict.label))
        return
    yield _verdict(act, given, marks)
    for choice in act.reasons:
        picked = choice.letter in answer.reasons
        if picked or choice.right:
            yield _reason(choice, picked, marks)
    step = next((choice for choice in act.steps if choice.letter == answer.step), None)
    if step is not None:
        yield _step(step, marks)


def _verdict(act: ExerciseAct, given: VerdictLine | None, marks: Marks) -> Point:
    right, tempting = act.report.verdict, act.told.tempting
    if given is None:
        return Point("wrong-verdict", 0, say("grade.no-verdict"), say("grade.right-verdict", verdict=right.label))
    if given.id == right.id:
        return Point("verdict", marks.verdict, given.label, right.meaning)
    if any(given.id == verdict.id for verdict in act.report.standing):
        why = say("grade.second", verdict=right.label)
        return Point("stands", marks.stands, given.label, why)
    if tempting is not None and tempting.verdict == given.id:
        return Point("tempting", 0, given.label, tempting.why)
    option = act.option(given.id)
    return Point("wrong-verdict", 0, given.label, option.why if option else _uncalled(right))


def _uncalled(right: VerdictLine) -> Text:
    return say("grade.uncalled", verdict=right.label)


def _reason(choice: Choice, picked: bool, marks: Marks) -> Point:
    if not choice.right:
        return Point("wrong-reason", marks.wrong_reason, choice.text, choice.why, choice.items)
    kind: PointKind = "found" if picked else "missed"
    return Point(kind, marks.reason if picked else 0, choice.text, choice.why, choice.items)


def _step(choice: Choice, marks: Marks) -> Point:
    if choice.right:
        return Point("step", marks.step, choice.text, choice.why, choice.items)
    kind: PointKind = "unlawful" if choice.law is not None else "wrong-step"
    return Point(kind, 0, choice.text, choice.why, choice.items, choice.law)
