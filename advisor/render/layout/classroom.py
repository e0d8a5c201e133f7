"""The report of a class: each act as it was answered, whom to call on, weak concepts, the scoreboard, every sheet."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.classroom import ActSpread, ClassReport, Picked, Share
from advisor.render.blocks import Bullet, Bullets, Cell, Line, Page, Table, Tone
from advisor.render.layout.exercise import advised, provenance, sheet_page

BAR = 20
"""Signs of a bar that stands for everybody."""


def class_page(page: Page, found: ClassReport, sheets: bool) -> None:
    """Write the report of a class; with `sheets`, every sheet point by point at its end."""
    lesson = found.exercise.lesson
    page.head("class.title", 1, title=lesson.case.title)
    _numbers(page, found)
    provenance(page, lesson)
    _unreadable(page, found)
    for spread in found.acts:
        _spread(page, spread, len(found.sheets))
    page.line("exercise.lesson", "strong", text=lesson.lesson)
    _concepts(page, found)
    _scoreboard(page, found)
    if found.alike:
        page.head("class.alike")
        page.add(Bullets(tuple(Bullet(page.words("list.comma").join(group)) for group in found.alike)))
    if not sheets:
        page.line("class.elsewhere", "quiet")
    elif found.sheets:
        page.fold("class.sheets", lambda inner: _sheets(inner, found))


def scoreboard_page(page: Page, found: ClassReport) -> None:
    """Write who reached which marks, and what could not be read."""
    page.head("class.title", 1, title=found.exercise.lesson.case.title)
    _numbers(page, found)
    _unreadable(page, found)
    _scoreboard(page, found)


def _numbers(page: Page, found: ClassReport) -> None:
    page.line("class.count", count=len(found.sheets), unread=len(found.unreadable))
    if found.marks is not None:
        brier = page.words("dash") if found.brier is None else str(found.brier)
        page.line("class.mean", marks=str(found.marks), most=found.sheets[0].most, brier=brier)


def _unreadable(page: Page, found: ClassReport) -> None:
    if found.unreadable:
        page.head("class.unreadable")
        page.add(Bullets(tuple(Bullet(problem, "", "bad") for file in found.unreadable for problem in file.problems)))


def _sheets(page: Page, found: ClassReport) -> None:
    for graded in found.sheets:
        sheet_page(page, graded, found.exercise.lesson.case.title)


def _spread(page: Page, spread: ActSpread, of: int) -> None:
    act = spread.act
    page.head("class.act", number=act.number, on=act.told.on.isoformat(), title=act.told.title)
    columns = tuple(map(page.words, ("column.verdict", "column.answers", "column.share", "column.confidence")))
    page.add(Table(columns, tuple(_share(page, share, of) for share in spread.shares)))
    _calls(page, spread)
    _picked(page, "class.reasons", spread.reasons, of)
    _picked(page, "class.steps", spread.steps, of)
    advised(page, act)
    page.line("exercise.notes", text=act.told.notes)


def _calls(page: Page, spread: ActSpread) -> None:
    calls: tuple[tuple[str, tuple[str, ...], Tone], ...] = (
        ("class.sure", spread.calls.sure_and_wrong, "warn"),
        ("class.alone", spread.calls.right_alone, "good"),
        ("class.unlawful", spread.calls.unlawful, "bad"),
    )
    for key, names, tone in calls:
        if names:
            page.line(key, tone, names=page.words("list.comma").join(names))


def _share(page: Page, share: Share, of: int) -> tuple[str | Cell, ...]:
    verdict = page.text(share.verdict.label) if share.verdict else page.words("class.no-verdict")
    return (
        Cell(page.words("class.right", text=verdict), tone="good") if share.right else verdict,
        str(len(share.learners)),
        _bar(len(share.learners), of),
        page.words("dash") if share.confidence is None else page.words("class.percent", value=share.confidence),
    )


def _bar(count: int, of: int) -> str:
    return "█" * max(1, round(count * BAR / of)) if count else ""


def _picked(page: Page, key: str, picked: Iterable[Picked], of: int) -> None:
    """Write the choices of an act, each with how many picked it; the wrong ones say so, and which are unlawful."""
    columns = (page.words(key), page.words("column.answers"), page.words("column.share"))
    rows = tuple((_choice(page, p), str(len(p.learners)), _bar(len(p.learners), of)) for p in picked)
    page.add(Table(columns, rows))


def _choice(page: Page, picked: Picked) -> Cell:
    choice = picked.choice
    text = page.words("exercise.option", mark=choice.letter, text=choice.text)
    if choice.right:
        return Cell(page.words("class.right", text=text), tone="good")
    return Cell(page.words("class.illegal", text=text), tone="bad") if choice.law else Cell(text)


def _concepts(page: Page, found: ClassReport) -> None:
    page.head("class.concepts")
    columns = tuple(map(page.words, ("column.item", "column.title", "column.missed")))
    rows = tuple(
        (str(c.item), page.text(c.title), page.words("class.of", part=c.wrong, whole=c.asked)) for c in found.concepts
    )
    page.add(Table(columns, rows) if rows else Line(page.words("class.no-concepts"), "quiet"))


def _scoreboard(page: Page, found: ClassReport) -> None:
    page.head("class.scoreboard")
    acts = tuple(page.words("class.act-short", number=act.number) for act in found.exercise.acts)
    columns = (*map(page.words, ("column.rank", "column.learner", "column.marks")), *acts, page.words("column.brier"))
    rows = tuple(
        (
            str(found.rank(graded)),
            graded.learner,
            page.words("class.of", part=graded.marks, whole=graded.most),
            *(str(act.marks) for act in graded.acts),
            str(graded.brier) if graded.brier is not None else page.words("dash"),
        )
        for graded in found.sheets
    )
    page.add(Table(columns, rows) if rows else Line(page.words("class.no-sheets"), "quiet"))
