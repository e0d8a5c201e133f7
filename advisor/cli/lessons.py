"""Where exercises are looked for, and how one is found by its name."""

from __future__ import annotations

import os
from pathlib import Path

import click

from advisor.exercise import Exercise, ExerciseAct, exercise
from advisor.judge import Judge
from advisor.load.teaching import lessons_in, load_lesson
from advisor.problems import InputError, Location, Problem, nearest
from advisor.teaching import Lesson

_ARGUMENT = Location("EXERCISE")
cases = click.option(
    "--cases",
    type=click.Path(path_type=Path),
    default=Path("cases"),
    show_default=True,
    help="Folder with the teaching cases.",
)


def every_lesson(judge: Judge, folder: Path) -> list[Lesson]:
    """Load all teaching cases of a folder, sorted by their ids."""
    lessons = (load_lesson(path, judge.knowledge) for path in _found(folder).values())
    return sorted(lessons, key=lambda lesson: lesson.case.id)


def find_exercise(judge: Judge, folder: Path, name: str, at: Location = _ARGUMENT) -> Exercise:
    """Find an exercise by the id of its case and judge its acts; problems of other cases do not matter."""
    found = _found(folder)
    if name not in found:
        message = f'there is no exercise "{name[:80]}"{nearest(name, found)}; `advisor exercise list` shows them'
        raise InputError([Problem(at, "unknown-name", message)])
    return exercise(judge, load_lesson(found[name], judge.knowledge))


def act_of(of: Exercise, number: int, option: str) -> ExerciseAct:
    """Return an act by its number, which an option gives."""
    if number > len(of.acts):
        message = f"the exercise has {len(of.acts)} acts"
        raise InputError([Problem(Location(option), "unknown-name", message)])
    return of.acts[number - 1]


def _found(folder: Path) -> dict[str, Path]:
    if not os.path.exists(folder):
        message = "there is no such file or folder; name the folder of the teaching cases with --cases"
        raise InputError([Problem(Location(str(folder)), "file-missing", message)])
    return lessons_in(folder)
