"""A class: how its answers spread over each act, whom to call on, which concepts are weak, and the scoreboard."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from advisor.answers import Answer, AnswerSheet
from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.grade import ActGrade, SheetGrade, mean
from advisor.lines import VerdictLine
from advisor.model import Text
from advisor.result import Unreadable

CALLS = 3
"""So many learners are named under one reason to call on them."""
SURE = 60
"""From so many percent on, somebody is called sure; ours."""
FEW = 4
"""Right against the others: at most one of so many learners has the right verdict."""
_WRONG = ("missed", "wrong-reason")
_Letters = Callable[[Answer], Iterable[str]]


@dataclass(frozen=True)
class Share:
    """Who picked a verdict in an act (None: they picked none), and how sure they were on average, in percent."""

    verdict: VerdictLine | None
    learners: tuple[str, ...]
    confidence: int | None
    right: bool


@dataclass(frozen=True)
class Picked:
    """A choice of an act, and who picked it."""

    choice: Choice
    learners: tuple[str, ...]


@dataclass(frozen=True)
class Calls:
    """Whom to call on in an act: sure and wrong, right against the others, and who would break the law."""

    sure_and_wrong: tuple[str, ...]
    right_alone: tuple[str, ...]
    unlawful: tuple[str, ...]


@dataclass(frozen=True)
class ActSpread:
    """One act as the class answered it."""

    act: ExerciseAct
    shares: tuple[Share, ...]
    reasons: tuple[Picked, ...]
    steps: tuple[Picked, ...]
    calls: Calls


@dataclass(frozen=True)
class Concept:
    """An item of the playbooks: how often it was missed or got wrong, of how often an answered act asked for it."""

    item: int
    title: Text
    wrong: int
    asked: int


@dataclass(frozen=True)
class ClassReport:
    """A class that was graded: its exercise, the sheets by rank, and the files that could not be read."""

    exercise: Exercise
    sheets: tuple[SheetGrade, ...]
    marks: Decimal | None
    """The mean of the marks; `brier` is the mean of the confidence scores."""
    brier: Decimal | None
    acts: tuple[ActSpread, ...]
    concepts: tuple[Concept, ...]
    alike: tuple[tuple[str, ...], ...]
    """Groups of learners whose answers are the same throughout."""
    unreadable: tuple[Unreadable, ...]

    def rank(self, graded: SheetGrade) -> int:
        """Return the place of a sheet; the same marks share one."""
        return 1 + sum(other.marks > graded.marks for other in self.sheets)


def class_report(
    exercise: Exercise,
    graded: Iterable[tuple[AnswerSheet, SheetGrade]],
    unreadable: Iterable[Unreadable],
    titles: Mapping[int, Text],
) -> ClassReport:
    """Put the gradings of one exercise together, at least one; `titles` names the items of the playbooks."""
    pairs = sorted(graded, key=lambda pair: _rank(pair[1]))
    sheets = tuple(found for _, found in pairs)
    return ClassReport(
        exercise=exercise,
        sheets=sheets,
        marks=mean(sheet.marks for sheet in sheets),
        brier=mean(sheet.brier for sheet in sheets),
        acts=tuple(_spread(act, pairs) for act in exercise.acts),
        concepts=tuple(_concepts(exercise, sheets, titles)),
        alike=tuple(_alike((sheet.learner, sheet.answers[: len(exercise.acts)]) for sheet, _ in pairs)),
        unreadable=tuple(sorted(unreadable, key=lambda found: found.file)),
    )


def _rank(sheet: SheetGrade) -> tuple[int, Decimal, str, str]:
    """Sort key of the scoreboard: marks, then the better calibrated, then the name."""
    return -sheet.marks, sheet.brier if sheet.brier is not None else Decimal(2), sheet.learner, sheet.file


def _spread(act: ExerciseAct, pairs: Sequence[tuple[AnswerSheet, SheetGrade]]) -> ActSpread:
    found = [(graded.learner, graded.acts[act.number - 1]) for _, graded in pairs]
    answers = [(sheet.learner, answer) for sheet, _ in pairs for answer in sheet.answers[act.number - 1 : act.number]]
    return ActSpread(
        act=act,
        shares=tuple(_shares(found)),
        reasons=_picked(act.reasons, answers, lambda answer: answer.reasons),
        steps=_picked(act.steps, answers, lambda answer: (answer.step or "",)),
        calls=_calls(found),
    )


def _picked(choices: Iterable[Choice], answers: Sequence[tuple[str, Answer]], letters: _Letters) -> tuple[Picked, ...]:
    return tuple(
        Picked(choice, tuple(sorted(learner for learner, answer in answers if choice.letter in letters(answer))))
        for choice in choices
    )


def _calls(found: Sequence[tuple[str, ActGrade]]) -> Calls:
    wrong = [
        (-act.confidence, learner)
        for learner, act in found
        if act.given is not None and not act.correct and act.confidence is not None and act.confidence >= SURE
    ]
    right = sorted(learner for learner, act in found if act.correct)
    alone = right if len(right) * FEW <= len(found) else []
    unlawful = sorted(learner for learner, act in found if act.unlawful)
    return Calls(tuple(name for _, name in sorted(wrong)[:CALLS]), tuple(alone[:CALLS]), tuple(unlawful[:CALLS]))


def _shares(found: Iterable[tuple[str, ActGrade]]) -> list[Share]:
    """Return who picked which verdict, the most popular first."""
    by: defaultdict[str, list[tuple[str, ActGrade]]] = defaultdict(list)
    for learner, act in found:
        by[act.given.id if act.given else ""].append((learner, act))
    shares = [_share(answers) for answers in by.values()]
    return sorted(shares, key=lambda share: (-len(share.learners), share.verdict.id if share.verdict else ""))


def _share(answers: Sequence[tuple[str, ActGrade]]) -> Share:
    first, sure = answers[0][1], mean(act.confidence for _, act in answers)
    percent = None if sure is None else round(sure)
    return Share(first.given, tuple(sorted(learner for learner, _ in answers)), percent, first.correct)


def _concepts(exercise: Exercise, sheets: Sequence[SheetGrade], titles: Mapping[int, Text]) -> Iterator[Concept]:
    wrong: Counter[int] = Counter()
    asked: Counter[int] = Counter()
    for act in exercise.acts:
        graded = [sheet.acts[act.number - 1] for sheet in sheets if not sheet.acts[act.number - 1].blank]
        for choice in act.reasons:
            asked.update(dict.fromkeys(choice.items, len(graded)))
        for point in (point for found in graded for point in found.points if point.kind in _WRONG):
            wrong.update(point.items)
    weak = sorted(wrong, key=lambda item: (-Fraction(wrong[item], asked[item]), -wrong[item], item))
    return (Concept(item, titles[item], wrong[item], asked[item]) for item in weak)


def _alike(sheets: Iterable[tuple[str, Sequence[Answer]]]) -> Iterator[tuple[str, ...]]:
    """Group the learners whose filled sheets say the same in every act."""
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for learner, answers in sheets:
        if any(not answer.blank for answer in answers):
            groups[tuple(answer.words for answer in answers)].append(learner)
    return (tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)
