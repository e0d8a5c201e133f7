"""Grading of answer sheets: deterministic, and explained point by point.

The marks are settings of ours. An unlawful play costs the whole act, and an act never counts less than 0. Confidence is
scored by itself, after Brier: the squared distance between what was claimed and what came true, 0 at best and 1 at
worst.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from advisor.answers import Answer, AnswerSheet
from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.lexicon import say
from advisor.lines import VerdictLine
from advisor.model import Text

PointKind = Literal[
    "verdict", "stands", "tempting", "wrong-verdict", "found", "missed", "wrong-reason", "step", "wrong-step",
    "missed-step", "unlawful", "blank",
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
    letter: str = ""
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

    @property
    def blank(self) -> bool:
        """Whether the act was not answered."""
        return any(point.kind == "blank" for point in self.points)

    @property
    def unlawful(self) -> bool:
        """Whether an unlawful play was picked."""
        return any(point.kind == "unlawful" for point in self.points)

    @property
    def earned(self) -> int:
        """The sum of the points, before an act is lost or held at 0."""
        return sum(point.marks for point in self.points)


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
    """Whether each answer carries the seal of having been committed before the next act was shown."""


def marks_of(settings: Mapping[str, int]) -> Marks:
    """Return what answers count, from the settings."""
    return Marks(**{name: settings[f"mark_{name}"] for name in Marks.__dataclass_fields__})


def grade(sheet: AnswerSheet, of: Exercise, marks: Marks) -> SheetGrade:
    """Grade a sheet against the advisor's own result for what was known at each act of the exercise."""
    answers = [*sheet.answers, *[Answer()] * len(of.acts)][: len(of.acts)]
    acts = tuple(_act(answer, act, of, marks) for answer, act in zip(answers, of.acts, strict=True))
    return SheetGrade(
        exercise=of.id,
        learner=sheet.learner,
        file=sheet.file,
        acts=acts,
        marks=sum(act.marks for act in acts),
        most=sum(act.most for act in acts),
        brier=mean(act.brier for act in acts),
        sealed=all(answer.seal is not None for answer in answers if not answer.blank),
    )


def mean(values: Iterable[Decimal | int | None]) -> Decimal | None:
    """Return the mean of what is given, to a thousandth, halves up; None of nothing."""
    given = [Decimal(value) for value in values if value is not None]
    return (sum(given, Decimal(0)) / len(given)).quantize(_THOUSANDTH, ROUND_HALF_UP) if given else None


def brier_score(confidence: int, correct: bool) -> Decimal:
    """Return the squared distance between what was claimed, in percent, and what came true; exact."""
    return (Decimal(confidence) / 100 - int(correct)) ** 2


def _act(answer: Answer, act: ExerciseAct, of: Exercise, marks: Marks) -> ActGrade:
    right = act.report.verdict
    given = next((verdict for verdict in of.verdicts if verdict.id == answer.verdict), None)
    most = marks.verdict + marks.reason * sum(c.right for c in act.reasons)
    most += marks.step if any(c.right for c in act.steps) else 0
    scored = given is not None and answer.confidence is not None
    found = ActGrade(
        number=act.number,
        title=act.told.title,
        given=given,
        right=right,
        confidence=answer.confidence,
        points=tuple(_points(answer, act, given, marks)),
        marks=0,
        most=most,
        brier=brier_score(answer.confidence or 0, given == right) if scored else None,
    )
    return found if found.unlawful or found.earned < 0 else replace(found, marks=found.earned)


def _points(answer: Answer, act: ExerciseAct, given: VerdictLine | None, marks: Marks) -> Iterator[Point]:
    if answer.blank:
        yield Point("blank", 0, say("grade.no-answer"), say("grade.right-verdict", verdict=act.report.verdict.label))
        return
    yield _verdict(act, given, marks)
    for choice in act.reasons:
        picked = choice.letter in answer.reasons
        if picked or choice.right:
            yield _reason(choice, picked, marks)
    yield from _steps(answer.step, act.steps, marks)


def _verdict(act: ExerciseAct, given: VerdictLine | None, marks: Marks) -> Point:
    right, tempting = act.report.verdict, act.told.tempting
    if given is None:
        return Point("wrong-verdict", 0, say("grade.no-verdict"), say("grade.right-verdict", verdict=right.label))
    if given.id == right.id:
        return Point("verdict", marks.verdict, given.label, right.meaning)
    authored = tempting.why if tempting is not None and tempting.verdict == given.id else None
    if any(given.id == verdict.id for verdict in act.report.standing):
        why = say("grade.second", verdict=right.label)
        why = say("grade.second-why", second=why, why=authored) if authored else why
        return Point("stands", marks.stands, given.label, why)
    if authored is not None:
        return Point("tempting", 0, given.label, say("grade.instead", why=authored, verdict=right.label))
    option = act.option(given.id)
    if option is None:
        return Point("wrong-verdict", 0, given.label, say("grade.uncalled", verdict=right.label))
    return Point("wrong-verdict", 0, given.label, say("grade.instead", why=option.why, verdict=right.label))


def _reason(choice: Choice, picked: bool, marks: Marks) -> Point:
    if not choice.right:
        return _picked("wrong-reason", marks.wrong_reason, choice)
    return _picked("found", marks.reason, choice) if picked else _picked("missed", 0, choice)


def _steps(letter: str | None, steps: tuple[Choice, ...], marks: Marks) -> Iterator[Point]:
    """Yield the step that was picked, and the right ones where it is none of them."""
    step = next((choice for choice in steps if choice.letter == letter), None)
    if step is not None and step.right:
        yield _picked("step", marks.step, step)
        return
    if step is not None:
        yield _picked("wrong-step" if step.law is None else "unlawful", 0, step)
    yield from (_picked("missed-step", 0, choice) for choice in steps if choice.right)


def _picked(kind: PointKind, marks: int, choice: Choice) -> Point:
    return Point(kind, marks, choice.text, choice.why, choice.letter, choice.items, choice.law)
