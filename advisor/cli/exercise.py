"""`advisor exercise`: teaching cases, told act by act, answered before each next act, and graded."""

from __future__ import annotations

import re
from contextlib import closing
from functools import partial
from pathlib import Path

import click

from advisor import paths
from advisor.answers import AnswerSheet
from advisor.answertext import sheet_text
from advisor.classdata import act_data, debrief_data, list_data
from advisor.cli import lessons, options, written
from advisor.cli.answering import answer_command
from advisor.cli.grading import grade_command, scoreboard_command
from advisor.exercise import Exercise
from advisor.load.sheets import MAX_LEARNER
from advisor.problems import UNPRINTABLE, InputError, Location, Problem
from advisor.render.layout.exercise import act_page, debrief_page, list_page
from advisor.render.output import render, show
from advisor.writing import write_new


@click.group("exercise")
def exercise_group() -> None:
    """Run teaching cases: told act by act, answered before each next act, graded with reasons.

    Example: advisor exercise list
    """


@exercise_group.command("list")
@lessons.cases
@options.lang
@options.format_
@options.rules
def list_command(cases: Path, lang: str, format_: str, rules: Path | None) -> None:
    """List the exercises.

    Example: advisor exercise list --lang zh
    """
    with closing(options.judge(rules)) as judge:
        found = lessons.every_lesson(judge, cases)
    show(format_, lang, partial(list_page, lessons=found), list_data(found))


@exercise_group.command("start")
@click.argument("name", metavar="EXERCISE")
@click.option("--act", "number", type=click.IntRange(1), default=1, show_default=True, help="Which act to show.")
@click.option("--learner", default="", help="Whose answer sheet to begin.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write an empty answer sheet here.")
@lessons.cases
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
        of = lessons.find_exercise(judge, cases, name)
    act = lessons.act_of(of, number, "--act")
    if output is not None:
        _begin(output, " ".join(learner.split()), of, lang)
    show(format_, lang, partial(act_page, exercise=of, act=act), act_data(of, act))


def _begin(output: Path, learner: str, of: Exercise, lang: str) -> None:
    """Write an empty answer sheet; whatever is there is never overwritten."""
    if not learner or len(learner) > MAX_LEARNER or re.search(UNPRINTABLE, learner):
        message = (
            f"say whose sheet it is: --learner, at most {MAX_LEARNER} characters, none of them a control character"
        )
        raise InputError([Problem(Location("--learner"), "learner-missing", message)])
    write_new(output, sheet_text(AnswerSheet(of.id, learner, (), paths.display(output)), of, lang))
    written.tell(output)


exercise_group.add_command(answer_command)
exercise_group.add_command(grade_command)
exercise_group.add_command(scoreboard_command)


@exercise_group.command("debrief")
@click.argument("name", metavar="EXERCISE")
@click.option("--act", "number", type=click.IntRange(1), help="Only this act.")
@lessons.cases
@written.outputs
@written.overwrite
@written.format_
@options.lang
@options.rules
def debrief_command(
    name: str,
    number: int | None,
    cases: Path,
    outputs: tuple[Path, ...],
    overwrite: bool,
    format_: str | None,
    lang: str,
    rules: Path | None,
) -> None:
    """Tell a trainer the argument of each act, the tempting error, what turned, and what to ask the class.

    Example: advisor exercise debrief grain-trucks-84 --act 2 --output debrief.html
    """
    chosen = written.targets(outputs, format_, overwrite)
    with closing(options.judge(rules)) as judge:
        of = lessons.find_exercise(judge, cases, name)
    acts = of.acts if number is None else (lessons.act_of(of, number, "--act"),)
    layout = partial(debrief_page, exercise=of, acts=acts)
    written.emit(layout, partial(render, lang=lang, layout=layout, plain=debrief_data(of, acts)), chosen, format_, lang)
