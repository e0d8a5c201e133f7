"""One deal played from the chair of a rival."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from advisor import paths
from advisor.explain.seat import seat_data, seat_report
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.load.seat import load_seat
from advisor.paths import shipped
from advisor.problems import InputError, Location, Problem
from advisor.render.layout.seat import seat_page
from advisor.render.output import Document, Layout, render


def play(
    judge: Judge, files: list[Path], seat: str, rules: Path | None, day: date | None
) -> tuple[Layout, Callable[..., Document]]:
    """Return what draws the best move of a rival and our answer, and what makes a document of it."""
    if len(files) != 1:
        message = "a seat belongs to one deal; give one case file"
        raise InputError([Problem(Location("--seat"), "one-deal", message)])
    case = load_case(files[0], judge.knowledge)
    if case.kind == "account":
        message = "this file is an account, and a rival is played in a deal"
        raise InputError([Problem(Location(paths.display(files[0])), "account-not-deal", message)])
    then = case.at_date(day or case.as_of)
    found = seat_report(judge, load_seat(shipped(rules), judge.knowledge), then, seat)
    layout = partial(seat_page, found=found)
    return layout, partial(render, layout=layout, plain=seat_data(found))
