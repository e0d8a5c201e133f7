"""`advisor next`, `why`, `why-not`, `what-if` and `flips`: one deal at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from advisor.cli import options
from advisor.explain.builder import explainer
from advisor.explain.report import advice, report
from advisor.judge import Judge, Judgement
from advisor.load.cases import load_case
from advisor.problems import InputError, Location, Problem, nearest
from advisor.render.blocks import Page
from advisor.render.layout import advice as layout
from advisor.render.output import show
from advisor.result import CaseReport


def _judged(judge: Judge, case: Path, as_of: datetime | None) -> Judgement:
    """Judge a deal; raise InputError for an account, which has no verdict."""
    loaded = load_case(case, judge.knowledge)
    if loaded.kind == "account":
        message = "this file is an account, and an account has no verdict; use advisor next or advisor review"
        raise InputError([Problem(Location(loaded.file), "account-not-deal", message)])
    return judge.judge(loaded, options.day(as_of))


def _report(case: Path, rules: Path | None, as_of: datetime | None, names: bool) -> CaseReport:
    with options.alone(rules) as judge:
        return report(judge, _judged(judge, case, as_of), names)


@click.command("next")
@options.case
@click.option("--person", help="Prepare one meeting: with somebody by id, role or post.")
@options.common
def next_command(
    case: Path,
    person: str | None,
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    """Tell a rep the next best actions and questions on one deal, or an account manager on one account.

    Example: advisor next cases/packaging-line-dairy-group.yaml --person decision-maker
    """
    with options.alone(rules) as judge:
        judgement = judge.judge(load_case(case, judge.knowledge), options.day(as_of))
        shown = _next(judge, judgement, person, names)
    show(format_, lang, *shown)


def _next(judge: Judge, judgement: Judgement, person: str | None, names: bool) -> tuple[Callable[[Page], None], object]:
    """Return what draws the advice, and the advice: on an account, for one meeting, or on a deal."""
    if judgement.case.kind == "account":
        from advisor.explain.account import account_report
        from advisor.render.layout.account import account_page

        account = account_report(judge, judgement, names)
        return lambda page: account_page(page, account), account
    if person is not None:
        from advisor.meeting import meeting
        from advisor.render.layout.meeting import meeting_page

        prepared = meeting(report(judge, judgement, names), person)
        return lambda page: meeting_page(page, prepared), prepared
    told = advice(judge, judgement, names)
    return lambda page: layout.next_page(page, told), told


@click.command("flips")
@options.case
@options.common
def flips_command(case: Path, lang: str, format_: str, rules: Path | None, as_of: datetime | None, names: bool) -> None:
    """Show the smallest changes that would turn the verdict.

    Example: advisor flips cases/packaging-line-dairy-group.yaml
    """
    result = _report(case, rules, as_of, names)
    show(format_, lang, lambda page: layout.flips_page(page, result), {"id": result.id, "flips": result.flips})


@click.command("why")
@options.case
@click.argument("conclusion", required=False)
@options.common
def why_command(
    case: Path,
    conclusion: str | None,
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    """Show why a conclusion holds: the verdict, or a verdict, finding or rule by its id.

    Example: advisor why cases/packaging-line-dairy-group.yaml create-doubt
    """
    from advisor.explain.why import why

    _argue(why, case, conclusion, lang, format_, rules, as_of, names)


@click.command("why-not")
@options.case
@click.argument("verdict")
@options.common
def why_not_command(
    case: Path, verdict: str, lang: str, format_: str, rules: Path | None, as_of: datetime | None, names: bool
) -> None:
    """Show what keeps a verdict from being reached: its nearest rules, condition by condition.

    Example: advisor why-not cases/packaging-line-dairy-group.yaml negotiate
    """
    from advisor.explain.why import why_not

    _argue(why_not, case, verdict, lang, format_, rules, as_of, names)


def _argue(
    answer: Any,
    case: Path,
    name: str | None,
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    with options.alone(rules) as judge:
        judged = _judged(judge, case, as_of)
        argument = answer(judge, judged, explainer(judge, judged, names), name)
    show(format_, lang, partial(layout.argument_page, argument=argument), argument)


@click.command("what-if")
@options.case
@click.option(
    "--set", "settings", multiple=True, required=True, metavar="PATH=VALUE", help="Change a fact; can be repeated."
)
@options.common
def what_if_command(
    case: Path,
    settings: tuple[str, ...],
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    """Show a deal before and after some facts change; the case file stays as it is.

    A fact of a person or rival is written with its id: --set managing-director.stance=supporter

    Example: advisor what-if cases/packaging-line-dairy-group.yaml --set us.rank=level
    """
    from advisor.changes import read_changes

    with options.alone(rules) as judge:
        before = _judged(judge, case, as_of)
        changes = read_changes(settings, before.told, judge.knowledge)
        after = judge.judge_view(before.case, before.told.changed(changes))
        reports = report(judge, before, names), report(judge, after, names)
        lines = [
            (explainer(judge, before, names).wording.fact(p), explainer(judge, after, names).wording.fact(p))
            for p in changes
        ]
    plain = {"before": reports[0], "after": reports[1]}
    show(format_, lang, lambda page: layout.what_if_page(page, *reports, lines), plain)


@click.command("view")
@options.case
@click.option("--as", "method", default="meddpicc", show_default=True, metavar="METHOD", help="Id of a method.")
@options.common
def view_command(
    case: Path, method: str, lang: str, format_: str, rules: Path | None, as_of: datetime | None, names: bool
) -> None:
    """Read one deal through a method that you know: which boxes are filled, by which facts, how well proven.

    Methods: meddpicc, tas (twenty questions), spin, blue-sheet (buying influences).

    Example: advisor view cases/packaging-line-dairy-group.yaml --as blue-sheet
    """
    from advisor.explain.crosswalk import crosswalk

    with options.alone(rules) as judge:
        methods = judge.knowledge.methods
        if method not in methods:
            message = (
                f'there is no method "{method[:80]}"{nearest(method, methods) or "; allowed: " + ", ".join(methods)}'
            )
            raise InputError([Problem(Location("--as"), "unknown-method", message)])
        judgement = _judged(judge, case, as_of)
        found = crosswalk(methods[method], judgement, explainer(judge, judgement, names).wording)
    show(format_, lang, partial(layout.crosswalk_page, crosswalk=found), found)
