"""Exercises: the act that a learner reads, a grading point by point, the debriefing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.grade import ActGrade, Point, SheetGrade
from advisor.model import Text
from advisor.render.blocks import Bullet, Bullets, Line, Page, Table, Tone
from advisor.render.layout.case import reasons, verdict_line
from advisor.render.layout.changes import turned_by
from advisor.sheet import CaseChange
from advisor.teaching import Lesson

_TONES: dict[str, Tone] = {
    "verdict": "good",
    "found": "good",
    "step": "good",
    "stands": "warn",
    "missed": "warn",
    "missed-step": "warn",
    "blank": "warn",
    "tempting": "bad",
    "wrong-verdict": "bad",
    "wrong-reason": "bad",
    "wrong-step": "bad",
    "unlawful": "bad",
}


def list_page(page: Page, lessons: Sequence[Lesson]) -> None:
    """Write which exercises there are."""
    page.head("exercise.list", 1)
    columns = tuple(map(page.words, ("column.exercise", "column.title", "column.acts", "column.items")))
    rows = tuple(
        (
            lesson.case.id,
            page.text(lesson.case.title),
            str(len(lesson.acts)),
            page.words("list.comma").join(map(str, lesson.items)),
        )
        for lesson in lessons
    )
    page.add(Table(columns, rows) if rows else Line(page.words("exercise.none"), "quiet"))


def act_page(page: Page, exercise: Exercise, act: ExerciseAct) -> None:
    """Write an act as a learner gets it: the story so far, and what can be committed."""
    lesson = exercise.lesson
    page.head("exercise.title", 1, title=lesson.case.title)
    if act.number == 1:
        provenance(page, lesson)
    number, of = act.number, len(exercise.acts)
    page.head("exercise.act", number=number, of=of, on=act.told.on.isoformat(), title=act.told.title)
    page.add(Line(page.text(act.told.story)))
    page.head("exercise.verdicts", 3)
    page.add(
        Bullets(
            tuple(
                Bullet(page.words("exercise.verdict", verdict=v.label, id=v.id), page.text(v.meaning))
                for v in exercise.verdicts
            ),
            numbered=True,
        )
    )
    _choices(page, "exercise.reasons", act.reasons)
    _choices(page, "exercise.steps", act.steps)


def provenance(page: Page, lesson: Lesson) -> None:
    """Write what of the case stands in the playbook, and what is authored."""
    page.line("exercise.playbook", "quiet", text=lesson.playbook)
    page.line("exercise.authored", "quiet", text=lesson.authored)


def _choices(page: Page, key: str, choices: Iterable[Choice]) -> None:
    page.head(key, 3)
    page.add(Bullets(tuple(Bullet(page.words("exercise.option", mark=c.letter, text=c.text)) for c in choices)))


def sheet_page(page: Page, graded: SheetGrade, title: Text) -> None:
    """Write one learner's grading, act by act and point by point."""
    page.head("grade.title", 1, learner=graded.learner, title=title)
    _total(page, graded)
    for act in graded.acts:
        _act_grade(page, act)


def _total(page: Page, graded: SheetGrade) -> None:
    page.line("grade.total", "strong", marks=graded.marks, most=graded.most)
    if graded.brier is not None:
        page.line("grade.brier", brier=str(graded.brier), count=sum(act.brier is not None for act in graded.acts))
    if not graded.sealed:
        page.line("grade.unsealed", "quiet")


def _act_grade(page: Page, act: ActGrade) -> None:
    page.head("grade.act", number=act.number, title=act.title, marks=act.marks, most=act.most)
    page.add(Bullets(tuple(_point(page, point) for point in act.points)))
    if act.unlawful:
        page.line("grade.act-lost", "bad", earned=act.earned)
    elif act.earned < 0:
        page.line("grade.floor", "quiet", earned=_signed(act.earned))
    if act.brier is not None and act.confidence is not None:
        claimed, came = Decimal(act.confidence) / 100, int(act.correct)
        key = "grade.sure-right" if act.correct else "grade.sure-wrong"
        page.line(key, "quiet", confidence=act.confidence, claimed=str(claimed), came=came, brier=str(act.brier))
    elif not act.blank:
        page.line("grade.unscored", "quiet")


def _point(page: Page, point: Point) -> Bullet:
    text = page.words("exercise.option", mark=point.letter, text=point.text) if point.letter else page.text(point.text)
    why = _why(page, point)
    if point.items:
        key = "grade.item" if len(point.items) == 1 else "grade.items"
        why = page.words(key, why=why, items=page.words("list.comma").join(map(str, point.items)))
    return Bullet(page.words(f"grade.{point.kind}", text=text, marks=_signed(point.marks)), why, _TONES[point.kind])


def _why(page: Page, of: Point | Choice) -> str:
    """Say why something is right or wrong, with the limit that it breaks."""
    return page.words("grade.law", why=of.why, law=of.law) if of.law else page.text(of.why)


def _signed(marks: int) -> str:
    return f"{marks:+d}" if marks else "0"


def debrief_page(page: Page, exercise: Exercise, acts: Iterable[ExerciseAct]) -> None:
    """Write what a trainer needs after an act: the argument, the error that tempts, what turned, the notes."""
    lesson = exercise.lesson
    page.head("exercise.debrief", 1, title=lesson.case.title)
    provenance(page, lesson)
    for act in acts:
        page.head("class.act", number=act.number, on=act.told.on.isoformat(), title=act.told.title)
        page.add(Line(page.text(act.told.story)))
        advised(page, act)
        if act.told.tempting is not None:
            verdict = next(v.label for v in exercise.verdicts if v.id == act.told.tempting.verdict)
            page.line("exercise.tempting", "bad", verdict=verdict, why=act.told.tempting.why)
        _wrong_choices(page, "exercise.wrong-reasons", act.reasons)
        _wrong_choices(page, "exercise.wrong-steps", act.steps)
        page.line("exercise.notes", text=act.told.notes)
        if act.number == len(exercise.acts):
            page.line("exercise.lesson", "strong", text=lesson.lesson)


def advised(page: Page, act: ExerciseAct) -> None:
    """Write the advisor's verdict on an act, its reasons, and what turned it."""
    verdict_line(page, "class.advised", act.report)
    reasons(page, "head.for", act.report.reasons_for)
    if act.change is not None:
        _change(page, act.change)


def _change(page: Page, change: CaseChange) -> None:
    if not change.turned or change.was is None or change.now is None:
        page.line("class.unchanged", "quiet")
        return
    page.line("class.turned", "warn", was=change.was.label, now=change.now.label)
    page.add(Bullets(tuple(map(Bullet, turned_by(page, change)))))


def _wrong_choices(page: Page, key: str, choices: Iterable[Choice]) -> None:
    page.head(key, 3)
    bullets = []
    for choice in choices:
        if not choice.right:
            text = page.words("exercise.option", mark=choice.letter, text=choice.text)
            bullets.append(Bullet(text, _why(page, choice)))
    page.add(Bullets(tuple(bullets)))
