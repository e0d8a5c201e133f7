"""`advisor exercise grade` and `scoreboard`: the answer sheets of a learner or a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from advisor import paths
from advisor.answers import AnswerSheet
from advisor.classdata import class_data, scoreboard_data
from advisor.classroom import ClassReport, class_report
from advisor.cli import lessons, options, written
from advisor.exercise import Exercise
from advisor.grade import grade, marks_of
from advisor.judge import Judge
from advisor.load.sheets import OpenSheet, open_sheet
from advisor.problems import Exit, InputError, Location, Problem
from advisor.render.blocks import Page
from advisor.render.layout.classroom import class_page, scoreboard_page
from advisor.render.layout.exercise import sheet_page
from advisor.render.output import render, show
from advisor.result import Unreadable

_until = click.option("--until", type=click.IntRange(1), help="Grade up to this act, and tell of no later one.")
T = TypeVar("T")
_sheets = click.argument("sheets", metavar="SHEET...", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command("grade")
@_sheets
@lessons.cases
@written.outputs
@written.overwrite
@written.format_
@_until
@options.lang
@options.rules
def grade_command(
    sheets: tuple[Path, ...],
    cases: Path,
    outputs: tuple[Path, ...],
    overwrite: bool,
    format_: str | None,
    until: int | None,
    lang: str,
    rules: Path | None,
) -> int:
    """Grade answer sheets, files or folders of one exercise: one learner point by point, or a class.

    Example: advisor exercise grade answers/ --output class.html
    """
    chosen = written.targets(outputs, format_, overwrite)
    found = _graded(sheets, cases, rules, until)
    single = len(found.sheets) == 1 and not found.unreadable
    data: object = found.sheets[0] if single else class_data(found)

    def text(kind: str) -> str:
        return render(kind, lang, _layout(found, kind, single), data)

    written.emit(_layout(found, "text", single), text, chosen, format_, lang)
    return Exit.INPUT if found.unreadable else Exit.OK


def _layout(found: ClassReport, format_: str, single: bool) -> Callable[[Page], None]:
    """Lay out one sheet, or a class; as text, which cannot be folded, without every sheet."""
    if single:
        return partial(sheet_page, graded=found.sheets[0], title=found.exercise.lesson.case.title)
    return partial(class_page, found=found, sheets=format_ != "text")


@click.command("scoreboard")
@_sheets
@lessons.cases
@_until
@options.lang
@options.format_
@options.rules
def scoreboard_command(
    sheets: tuple[Path, ...], cases: Path, until: int | None, lang: str, format_: str, rules: Path | None
) -> int:
    """Show the marks of a class.

    Example: advisor exercise scoreboard answers/
    """
    found = _graded(sheets, cases, rules, until)
    show(format_, lang, partial(scoreboard_page, found=found), scoreboard_data(found))
    return Exit.INPUT if found.unreadable else Exit.OK


def _graded(sheets: tuple[Path, ...], cases: Path, rules: Path | None, until: int | None) -> ClassReport:
    """Grade the sheets; one that cannot be read is listed with its problems and costs only itself.

    Where none can be read there is no report, which would tell what is right.
    """
    pile = _Pile()
    files = sorted(options.case_files(sheets, "answer sheet"), key=paths.display)
    opened = [sheet for path in files for sheet in pile.read(paths.display(path), partial(open_sheet, path))]
    if not opened:
        raise InputError(pile.problems)
    with closing(options.judge(rules)) as judge:
        of = _exercise(judge, cases, opened)
        marks = marks_of({name: int(setting.value) for name, setting in judge.knowledge.settings.items()})
        read = [sheet for found in opened for sheet in pile.read(found.file, partial(pile.take, found, of))]
        if not read:
            raise InputError(pile.problems)
        if until is not None:
            of = of.up_to(lessons.act_of(of, until, "--until"))
        titles = {number: item.title for number, item in judge.knowledge.items.items()}
    return class_report(of, [(sheet, grade(sheet, of, marks)) for sheet in read], pile.unreadable, titles)


def _exercise(judge: Judge, cases: Path, opened: Iterable[OpenSheet]) -> Exercise:
    """Return the exercise that most of the sheets answer."""
    count = Counter(sheet.exercise for sheet in opened)
    id_ = min(count, key=lambda id_: (-count[id_], id_))
    first = next(sheet.file for sheet in opened if sheet.exercise == id_)
    return lessons.find_exercise(judge, cases, id_, Location(first))


class _Pile:
    """Answer sheets as they are read: who has handed one in, and which cannot be read."""

    def __init__(self) -> None:
        self.file_of: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.unreadable: list[Unreadable] = []

    def read(self, file: str, read: Callable[[], T]) -> list[T]:
        """Read one sheet; none where it cannot be read."""
        try:
            return [read()]
        except InputError as error:
            self.problems += error.problems
            self.unreadable.append(Unreadable(file, tuple(map(str, error.problems))))
            return []

    def take(self, found: OpenSheet, of: Exercise) -> AnswerSheet:
        """Read the answers of a sheet; raise InputError if it answers another exercise, or is a learner's second."""
        if found.exercise != of.id:
            message = f"this sheet answers {found.exercise}, and most answer {of.id}; grade each exercise by itself"
            raise InputError([Problem(Location(found.file), "another-exercise", message)])
        sheet = found.read(of)
        first = self.file_of.setdefault(sheet.learner.casefold(), found.file)
        if first != found.file:
            message = f'"{sheet.learner}" has a sheet already: {first}; keep one, or tell two people apart'
            raise InputError([Problem(Location(found.file), "duplicate-learner", message)])
        return sheet
