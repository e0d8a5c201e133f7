"""`advisor exercise answer`: an exercise act by act, each answer committed before the next act is shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

import click

from advisor import paths
from advisor.answers import Answer, AnswerSheet, seal
from advisor.answertext import sheet_text
from advisor.cli import lessons, options
from advisor.cli.keeping import Kept
from advisor.exercise import Exercise, ExerciseAct
from advisor.lexicon import say
from advisor.load.sheets import open_sheet
from advisor.picks import read_letter, read_letters, read_percent, read_verdict
from advisor.problems import InputError, Problem, visible
from advisor.render.layout.exercise import act_page
from advisor.render.output import show

T = TypeVar("T")
QUIT = ("q", "quit")


class _Stopped(Exception):  # noqa: N818 - no error: the learner goes on later
    """The learner stops before this act is answered."""


@click.command("answer")
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--until", type=click.IntRange(1), help="Stop after this act, so that a class goes on together.")
@lessons.cases
@options.lang
@options.rules
def answer_command(sheet: Path, until: int | None, cases: Path, lang: str, rules: Path | None) -> None:
    """Answer an exercise act by act; the next act is shown once an answer is committed.

    After each act the sheet is written; stop whenever you like, and go on later.

    Example: advisor exercise answer a-17.yaml
    """
    with closing(options.judge(rules)) as judge:
        kept = Kept(sheet)
        kept.text = kept.read()
        opened = open_sheet(sheet)
        of = lessons.find_exercise(judge, cases, opened.exercise)
        last = lessons.act_of(of, until, "--until").number if until else len(of.acts)
        answers = _committed(opened.read(of))
        ahead = of.acts[len(answers.answers) : last]
        if ahead:
            kept.write(sheet_text(answers, of, lang))  # a sheet that cannot be written should cost no answer
        with suppress(_Stopped):
            for act in ahead:
                show("text", lang, partial(act_page, exercise=of, act=act), None)
                answers = _commit(answers, _Prompts(of, act, lang).answer())
                kept.write(sheet_text(answers, of, lang))
        number = len(answers.answers)
        command = f"advisor exercise grade {visible(paths.display(sheet))}"
        if number == len(of.acts):
            click.echo(say("exercise.answered", command=command).get(lang), err=True)
        elif number:
            command += f" --until {number}"
            click.echo(say("exercise.so-far", number=number, command=command).get(lang), err=True)


def _committed(sheet: AnswerSheet) -> AnswerSheet:
    """Return the sheet with the answers that are committed; raise InputError if one was written in by hand."""
    committed = tuple(takewhile(lambda answer: answer.seal is not None, sheet.answers))
    for number, answer in enumerate(sheet.answers[len(committed) :], start=len(committed) + 1):
        if not answer.blank or answer.seal is not None:
            message = f"act {number} was filled in by hand; empty it to answer it here, or hand the sheet in as it is"
            raise InputError([Problem(answer.at, "not-committed", message)])
    return replace(sheet, answers=committed)


def _commit(sheet: AnswerSheet, answer: Answer) -> AnswerSheet:
    """Add an answer with its seal."""
    added = replace(sheet, answers=(*sheet.answers, answer))
    sealed = replace(answer, seal=seal(added, len(added.answers)))
    return replace(sheet, answers=(*sheet.answers, sealed))


class _Prompts:
    """Asks for the answer to one act, on standard error."""

    def __init__(self, of: Exercise, act: ExerciseAct, lang: str) -> None:
        self.of, self.act, self.lang = of, act, lang

    def answer(self) -> Answer:
        """Ask for verdict, confidence, reasons and the next step; a blank verdict leaves the act unanswered."""
        verdict = self._ask("exercise.ask-verdict", lambda typed: read_verdict(typed, self.of.verdicts))
        if verdict is None:
            return Answer()
        return Answer(
            verdict,
            self._ask("exercise.ask-confidence", read_percent),
            self._ask("exercise.ask-reasons", lambda typed: read_letters(typed, self.act.reasons)) or (),
            self._ask("exercise.ask-step", lambda typed: read_letter(typed, self.act.steps)),
        )

    def _ask(self, key: str, read: Callable[[str], T | None]) -> T | None:
        """Ask until the answer can be read; None where none is given."""
        while True:
            typed = str(click.prompt(say(key).get(self.lang), default="", show_default=False, err=True)).strip()
            if not typed:
                return None
            if typed.lower() in QUIT:
                raise _Stopped
            found = read(typed)
            if found is not None:
                return found
            click.echo(say("exercise.not-understood").get(self.lang), err=True)
