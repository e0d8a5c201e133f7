"""`advisor exercise`: teaching cases, told act by act, answered before each next act, and graded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from advisor import paths
from advisor.answers import Answer, AnswerSheet, seal
from advisor.answertext import sheet_text
from advisor.classroom import ClassReport, class_report, plain
from advisor.cli import options
from advisor.cli.review import format_of
from advisor.exercise import Choice, Exercise, ExerciseAct, exercise
from advisor.grade import SheetGrade, grade
from advisor.judge import Judge
from advisor.lexicon import say
from advisor.load.sheets import MAX_LEARNER, exercise_of, load_sheet
from advisor.load.teaching import lessons_in, load_lesson
from advisor.problems import Exit, InputError, Location, Problem, nearest
from advisor.render.blocks import Page
from advisor.render.layout.exercise import act_page, class_page, debrief_page, list_page, scoreboard, sheet_page
from advisor.render.output import render, show, write_file
from advisor.result import Unreadable

_cases = click.option(
    "--cases",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("cases"),
    show_default=True,
    help="Folder with the teaching cases.",
)
_sheets = click.argument("sheets", metavar="SHEET...", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group("exercise")
def exercise_group() -> None:
    """Run teaching cases: told act by act, answered before each next act, graded with reasons.

    Example: advisor exercise list
    """


@exercise_group.command("list")
@_cases
@options.lang
@options.format_
@options.rules
def list_command(cases: Path, lang: str, format_: str, rules: Path | None) -> None:
    """List the exercises.

    Example: advisor exercise list --lang zh
    """
    with closing(options.judge(rules)) as judge:
        found = sorted(
            (load_lesson(path, judge.knowledge) for path in lessons_in(cases)), key=lambda lesson: lesson.case.id
        )
        listed = [{"exercise": lesson.case.id, "title": lesson.case.title, "lesson": lesson.lesson} for lesson in found]
        show(format_, lang, partial(list_page, lessons=found), listed)


@exercise_group.command("start")
@click.argument("name", metavar="EXERCISE")
@click.option("--act", "number", type=click.IntRange(1), default=1, show_default=True, help="Which act to show.")
@click.option("--learner", default="", help="Whose answer sheet to begin.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write an empty answer sheet here.")
@_cases
@options.lang
@options.format_
@options.rules
def start_command(
    name: str,
    number: int,
    learner: str,
    output: Path | None,
    cases: Path,
    lang: str,
    format_: str,
    rules: Path | None,
) -> None:
    """Show an act with what can be answered, and begin an answer sheet.

    Example: advisor exercise start grain-trucks-84 --learner A-17 --output a-17.yaml
    """
    with closing(options.judge(rules)) as judge:
        of = _exercise(judge, cases, name)
        act = _act(of, number)
        if output is not None:
            _begin(output, learner, of, lang)
        show(format_, lang, partial(act_page, exercise=of, act=act), _told(act))


def _begin(output: Path, learner: str, of: Exercise, lang: str) -> None:
    """Write an empty answer sheet; one that is there is never overwritten."""
    if not learner or len(learner) > MAX_LEARNER:
        message = f"say whose sheet it is: --learner, at most {MAX_LEARNER} characters"
        raise InputError([Problem(Location("--learner"), "learner-missing", message)])
    if output.exists():
        message = "this file exists; an answer sheet is never overwritten"
        raise InputError([Problem(Location(paths.display(output)), "file-exists", message)])
    write_file(output, sheet_text(AnswerSheet(of.id, learner, (), paths.display(output)), of, lang))


def _told(act: ExerciseAct) -> dict[str, object]:
    """Return an act as a learner gets it: nothing that tells what is right."""
    return {
        "number": act.number,
        "on": act.told.on,
        "title": act.told.title,
        "story": act.told.story,
        "reasons": {choice.letter: choice.text for choice in act.reasons},
        "steps": {choice.letter: choice.text for choice in act.steps},
    }


@exercise_group.command("answer")
@click.argument("sheet", type=click.Path(path_type=Path))
@_cases
@options.lang
@options.rules
def answer_command(sheet: Path, cases: Path, lang: str, rules: Path | None) -> None:
    """Answer an exercise act by act; the next act is shown once an answer is committed.

    Example: advisor exercise answer a-17.yaml
    """
    with closing(options.judge(rules)) as judge:
        of = _exercise(judge, cases, exercise_of(sheet))
        answers = load_sheet(sheet, of)
        committed = [answer for answer in answers.answers if answer.seal is not None]
        for act in of.acts[len(committed) :]:
            show("text", lang, partial(act_page, exercise=of, act=act), None)
            committed.append(_Prompts(of, act, lang).answer())
            answers = replace(answers, answers=tuple(committed))
            committed[-1] = replace(committed[-1], seal=seal(answers, act.number))
            answers = replace(answers, answers=tuple(committed))
            write_file(sheet, sheet_text(answers, of, lang))
        click.echo(say("exercise.answered", file=paths.display(sheet)).get(lang), err=True)


class _Prompts:
    """Asks for the answer to one act, on standard error."""

    def __init__(self, of: Exercise, act: ExerciseAct, lang: str) -> None:
        self.of, self.act, self.lang = of, act, lang

    def answer(self) -> Answer:
        """Ask for verdict, confidence, reasons and the next step; a blank verdict leaves the act unanswered."""
        verdicts = [verdict.id for verdict in self.of.verdicts]
        verdict = self._ask("exercise.ask-verdict", lambda t: t if t in verdicts else None)
        if not verdict:
            return Answer()
        confidence = self._ask("exercise.ask-confidence", _percent)
        reasons = self._ask("exercise.ask-reasons", lambda t: _letters(t, self.act.reasons))
        step = self._ask("exercise.ask-step", lambda t: _letters(t, self.act.steps) if len(t) == 1 else None)
        return Answer(verdict, int(confidence) if confidence else None, tuple(reasons), step or None)

    def _ask(self, key: str, read: Callable[[str], str | None]) -> str:
        """Ask until the answer can be read; empty: none is given."""
        while True:
            typed = str(click.prompt(say(key).get(self.lang), default="", show_default=False, err=True)).strip().lower()
            if not typed:
                return ""
            found = read(typed)
            if found is not None:
                return found
            click.echo(say("exercise.not-understood").get(self.lang), err=True)


def _percent(typed: str) -> str | None:
    number = typed.rstrip("%％")
    return str(int(number)) if number.isdecimal() and len(number) < 4 and int(number) <= 100 else None


def _letters(typed: str, choices: tuple[Choice, ...]) -> str | None:
    """Read letters, with or without blanks and commas between them; each counts once."""
    letters = dict.fromkeys(sign for sign in typed if sign not in " ,，、")
    return "".join(letters) if letters.keys() <= {choice.letter for choice in choices} else None


@exercise_group.command("grade")
@_sheets
@_cases
@click.option(
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file (.txt, .md, .html, .json say the format) as well.",
)
@options.lang
@options.format_
@options.rules
def grade_command(
    sheets: tuple[Path, ...], cases: Path, outputs: tuple[Path, ...], lang: str, format_: str, rules: Path | None
) -> int:
    """Grade answer sheets, files or folders of one exercise: one learner point by point, or a class.

    Example: advisor exercise grade answers/ --output class.html
    """
    chosen = [(path, format_of(path, None)) for path in outputs]
    found = _graded(sheets, cases, rules)
    layout = partial(_grade_page, found=found)
    data = plain(found)
    show(format_, lang, layout, data)
    for path, kind in chosen:
        write_file(path, render(kind, lang, layout, data))
        click.echo(f"written: {path}", err=True)
    return Exit.INPUT if found.unreadable else Exit.OK


def _grade_page(page: Page, found: ClassReport) -> None:
    if len(found.sheets) == 1 and not found.unreadable:
        sheet_page(page, found.sheets[0], found.exercise.lesson.case.title)
    else:
        class_page(page, found)


@exercise_group.command("scoreboard")
@_sheets
@_cases
@options.lang
@options.format_
@options.rules
def scoreboard_command(sheets: tuple[Path, ...], cases: Path, lang: str, format_: str, rules: Path | None) -> int:
    """Show the marks of a class.

    Example: advisor exercise scoreboard answers/
    """
    found = _graded(sheets, cases, rules)
    show(format_, lang, partial(scoreboard, found=found), found.sheets)
    return Exit.INPUT if found.unreadable else Exit.OK


@exercise_group.command("debrief")
@click.argument("name", metavar="EXERCISE")
@click.option("--act", "number", type=click.IntRange(1), help="Only this act.")
@_cases
@options.lang
@options.format_
@options.rules
def debrief_command(name: str, number: int | None, cases: Path, lang: str, format_: str, rules: Path | None) -> None:
    """Tell a trainer the argument of each act, the tempting error, what turned, and what to ask the class.

    Example: advisor exercise debrief grain-trucks-84 --act 2
    """
    with closing(options.judge(rules)) as judge:
        of = _exercise(judge, cases, name)
        acts = of.acts if number is None else (_act(of, number),)
        show(format_, lang, partial(debrief_page, exercise=of, acts=acts), acts)


def _exercise(judge: Judge, cases: Path, name: str) -> Exercise:
    """Find an exercise by the id of its case and judge its acts."""
    lessons = {lesson.case.id: lesson for lesson in (load_lesson(p, judge.knowledge) for p in lessons_in(cases))}
    if name not in lessons:
        hint = nearest(name, lessons)
        message = f'there is no exercise "{name[:80]}"{hint}; `advisor exercise list` shows them'
        raise InputError([Problem(Location("EXERCISE"), "unknown-name", message)])
    return exercise(judge, lessons[name])


def _act(of: Exercise, number: int) -> ExerciseAct:
    if number > len(of.acts):
        message = f"the exercise has {len(of.acts)} acts"
        raise InputError([Problem(Location("--act"), "unknown-name", message)])
    return of.acts[number - 1]


def _another(path: Path, id_: str, of: Exercise) -> InputError:
    message = f"this sheet answers {id_}, and the first one {of.id}; grade each exercise by itself"
    return InputError([Problem(Location(paths.display(path)), "another-exercise", message)])


def _graded(sheets: tuple[Path, ...], cases: Path, rules: Path | None) -> ClassReport:
    """Grade the sheets; one that cannot be read is listed with its problems and costs only itself."""
    files = options.case_files(sheets)
    with closing(options.judge(rules)) as judge:
        of: Exercise | None = None
        graded: list[tuple[AnswerSheet, SheetGrade]] = []
        unreadable: list[Unreadable] = []
        marks = {name: int(setting.value) for name, setting in judge.knowledge.settings.items()}
        for path in files:
            try:
                id_ = exercise_of(path)
                of = of or _exercise(judge, cases, id_)
                if id_ != of.id:
                    raise _another(path, id_, of)
                sheet = load_sheet(path, of)
                graded.append((sheet, grade(sheet, of, marks)))
            except InputError as error:
                unreadable.append(Unreadable(paths.display(path), tuple(map(str, error.problems))))
        if of is None:
            raise InputError([Problem(Location(str(files[0])), "no-sheets", "\n".join(unreadable[0].problems))])
        titles = {number: item.title for number, item in judge.knowledge.items.items()}
        return class_report(of, graded, unreadable, titles)
