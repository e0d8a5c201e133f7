"""Exercises: the act that a learner reads, a grading point by point, the class, the debriefing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.classroom import ActSpread, ClassReport, Share
from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.grade import ActGrade, Point, SheetGrade
from advisor.model import Text
from advisor.render.blocks import Bullet, Bullets, Line, Page, Table, Tone
from advisor.render.layout.case import openness_word, reasons
from advisor.sheet import CaseChange
from advisor.teaching import Lesson

_TONES: dict[str, Tone] = {
    "verdict": "good",
    "found": "good",
    "step": "good",
    "stands": "warn",
    "missed": "warn",
    "blank": "warn",
    "tempting": "bad",
    "wrong-verdict": "bad",
    "wrong-reason": "bad",
    "wrong-step": "bad",
    "unlawful": "bad",
}
BAR = 20
"""Signs of the longest bar in a spread of answers."""


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
        page.line("exercise.playbook", "quiet", text=lesson.playbook)
        page.line("exercise.authored", "quiet", text=lesson.authored)
    number, of = act.number, len(exercise.acts)
    page.head("exercise.act", number=number, of=of, on=act.told.on.isoformat(), title=act.told.title)
    page.add(Line(page.text(act.told.story)))
    page.head("exercise.verdicts", 3)
    page.add(Bullets(tuple(Bullet(page.words("exercise.option", mark=v.id, text=v.label)) for v in exercise.verdicts)))
    _choices(page, "exercise.reasons", act.reasons)
    _choices(page, "exercise.steps", act.steps)


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
    brier = str(graded.brier) if graded.brier is not None else page.words("dash")
    page.line("grade.total", "strong", marks=graded.marks, most=graded.most, brier=brier)
    if not graded.sealed:
        page.line("grade.unsealed", "quiet")


def _act_grade(page: Page, act: ActGrade) -> None:
    page.head("grade.act", number=act.number, title=act.title, marks=act.marks, most=act.most)
    if act.brier is not None and act.confidence is not None:
        page.line("grade.confidence", "quiet", confidence=act.confidence, brier=str(act.brier))
    page.add(Bullets(tuple(_point(page, point) for point in act.points)))
    if any(point.kind == "unlawful" for point in act.points):
        page.line("grade.act-lost", "bad")


def _point(page: Page, point: Point) -> Bullet:
    text = page.words(f"grade.{point.kind}", text=point.text, marks=f"{point.marks:+d}" if point.marks else "0")
    why = page.words("grade.law", why=point.why, law=point.law) if point.law else page.text(point.why)
    return Bullet(text, why, _TONES[point.kind])


def class_page(page: Page, found: ClassReport) -> None:
    """Write the report of a class: scoreboard, each act, weak concepts, then every sheet."""
    lesson = found.exercise.lesson
    page.head("class.title", 1, title=lesson.case.title)
    page.line("class.count", "quiet", count=len(found.sheets))
    page.line("exercise.playbook", "quiet", text=lesson.playbook)
    page.line("exercise.authored", "quiet", text=lesson.authored)
    if found.unreadable:
        page.head("class.unreadable")
        problems = tuple(Bullet(problem) for file in found.unreadable for problem in file.problems)
        page.add(Bullets(problems))
    for spread in found.acts:
        _spread(page, spread, len(found.sheets))
    _concepts(page, found)
    scoreboard(page, found)
    if found.alike:
        page.head("class.alike")
        page.add(Bullets(tuple(Bullet(page.words("list.comma").join(group)) for group in found.alike)))
    page.fold("class.sheets", lambda inner: _sheets(inner, found))


def _sheets(page: Page, found: ClassReport) -> None:
    for graded in found.sheets:
        sheet_page(page, graded, found.exercise.lesson.case.title)


def _spread(page: Page, spread: ActSpread, of: int) -> None:
    act = spread.act
    page.head("class.act", number=act.number, on=act.told.on.isoformat(), title=act.told.title)
    columns = tuple(map(page.words, ("column.verdict", "column.answers", "column.share", "column.confidence")))
    page.add(Table(columns, tuple(_share(page, share, of) for share in spread.shares)))
    for key, names in (("class.sure", spread.calls.sure_and_wrong), ("class.alone", spread.calls.right_alone)):
        if names:
            page.line(key, "warn", names=page.words("list.comma").join(names))
    _advised(page, act)


def _share(page: Page, share: Share, of: int) -> tuple[str, ...]:
    verdict = page.text(share.verdict.label) if share.verdict else page.words("class.no-verdict")
    count, sure = len(share.learners), share.confidence
    return (
        page.words("class.right", verdict=verdict) if share.right else verdict,
        str(count),
        "█" * max(1, round(count * BAR / of)),
        page.words("dash") if sure is None else page.words("class.percent", value=sure),
    )


def _advised(page: Page, act: ExerciseAct) -> None:
    """Write the advisor's verdict on an act, its reasons, and what turned it."""
    state = openness_word(page, act.report)
    page.line(
        "class.advised", "strong", verdict=act.report.verdict.label, state=state, means=act.report.verdict.meaning
    )
    reasons(page, "head.for", act.report.reasons_for)
    if act.change is not None:
        _change(page, act.change)


def _change(page: Page, change: CaseChange) -> None:
    if not change.turned or change.was is None or change.now is None:
        page.line("class.unchanged", "quiet")
        return
    page.line("class.turned", "warn", was=change.was.label, now=change.now.label)
    page.add(
        Bullets(
            tuple(Bullet(page.words("flip.change", fact=fact.label, was=fact.was, to=fact.now)) for fact in change.did)
        )
    )


def _concepts(page: Page, found: ClassReport) -> None:
    page.head("class.concepts")
    columns = tuple(map(page.words, ("column.item", "column.title", "column.missed")))
    rows = tuple(
        (str(c.item), page.text(c.title), page.words("class.of", part=c.wrong, whole=c.asked)) for c in found.concepts
    )
    page.add(Table(columns, rows) if rows else Line(page.words("class.no-concepts"), "quiet"))


def scoreboard(page: Page, found: ClassReport) -> None:
    """Write who reached which marks."""
    page.head("class.scoreboard")
    acts = tuple(page.words("class.act-short", number=act.number) for act in found.exercise.acts)
    columns = (*map(page.words, ("column.rank", "column.learner", "column.marks")), *acts, page.words("column.brier"))
    rows = tuple(
        (
            str(1 + sum(other.marks > graded.marks for other in found.sheets)),
            graded.learner,
            page.words("class.of", part=graded.marks, whole=graded.most),
            *(str(act.marks) for act in graded.acts),
            str(graded.brier) if graded.brier is not None else page.words("dash"),
        )
        for graded in found.sheets
    )
    page.add(Table(columns, rows))


def debrief_page(page: Page, exercise: Exercise, acts: Iterable[ExerciseAct]) -> None:
    """Write what a trainer needs after an act: the argument, the error that tempts, what turned, the notes."""
    lesson = exercise.lesson
    page.head("exercise.debrief", 1, title=lesson.case.title)
    page.line("exercise.playbook", "quiet", text=lesson.playbook)
    page.line("exercise.authored", "quiet", text=lesson.authored)
    for act in acts:
        page.head("class.act", number=act.number, on=act.told.on.isoformat(), title=act.told.title)
        page.add(Line(page.text(act.told.story)))
        _advised(page, act)
        if act.told.tempting is not None:
            verdict = next(v.label for v in exercise.verdicts if v.id == act.told.tempting.verdict)
            page.line("exercise.tempting", "bad", verdict=verdict, why=act.told.tempting.why)
        _wrong(page, "exercise.wrong-reasons", act.reasons)
        _wrong(page, "exercise.wrong-steps", act.steps)
        page.line("exercise.notes", text=act.told.notes)
    page.line("exercise.lesson", "strong", text=lesson.lesson)


def _wrong(page: Page, key: str, choices: Iterable[Choice]) -> None:
    page.head(key, 3)
    bullets = []
    for choice in choices:
        if not choice.right:
            why = page.words("grade.law", why=choice.why, law=choice.law) if choice.law else page.text(choice.why)
            bullets.append(Bullet(page.words("exercise.option", mark=choice.letter, text=choice.text), why))
    page.add(Bullets(tuple(bullets)))
