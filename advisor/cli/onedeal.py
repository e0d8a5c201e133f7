"""What the commands on one case have to tell: what draws it, and the same as data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from advisor.explain.builder import explainer
from advisor.explain.report import advice, deal_report, report
from advisor.judge import Judge, Judgement
from advisor.load.cases import load_case
from advisor.problems import InputError, Location, Problem, nearest
from advisor.render.blocks import Page
from advisor.render.layout import advice as layout
from advisor.result import Argument

Told = tuple[Callable[[Page], None], object]
"""What draws an answer, and the answer."""


def next_steps(judge: Judge, file: Path, day: date | None, person: str | None, names: bool) -> Told:
    """Tell the next best actions: on an account, for one meeting, or on a deal."""
    judgement = judge.judge(load_case(file, judge.knowledge), day)
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


def flips(judge: Judge, file: Path, day: date | None, names: bool) -> Told:
    """Tell the smallest changes that would turn the verdict."""
    result = deal_report(judge, _judged(judge, file, day), names)
    return lambda page: layout.flips_page(page, result), {"id": result.id, "flips": result.flips}


def why(judge: Judge, file: Path, day: date | None, names: bool, conclusion: str | None) -> Told:
    """Tell why a conclusion holds."""
    from advisor.explain.why import why as answer

    return _argued(judge, file, day, names, partial(answer, conclusion=conclusion))


def why_not(judge: Judge, file: Path, day: date | None, names: bool, verdict: str) -> Told:
    """Tell what keeps a verdict from being reached."""
    from advisor.explain.why import why_not as answer

    return _argued(judge, file, day, names, partial(answer, verdict=verdict))


def _argued(judge: Judge, file: Path, day: date | None, names: bool, answer: Callable[..., Argument]) -> Told:
    judged = _judged(judge, file, day)
    argument = answer(judge, judged, explainer(judge, judged, names))
    return partial(layout.argument_page, argument=argument), argument


def what_if(judge: Judge, file: Path, day: date | None, names: bool, settings: tuple[str, ...]) -> Told:
    """Tell of a deal before and after some facts change."""
    from advisor.changes import read_changes

    before = _judged(judge, file, day)
    changes = read_changes(settings, before.told, judge.knowledge)
    after = judge.judge_view(before.case, before.told.changed(changes))
    reports = report(judge, before, names), report(judge, after, names)
    lines = [
        (explainer(judge, before, names).wording.fact(p), explainer(judge, after, names).wording.fact(p))
        for p in changes
    ]
    return lambda page: layout.what_if_page(page, *reports, lines), {"before": reports[0], "after": reports[1]}


def view(judge: Judge, file: Path, day: date | None, names: bool, method: str) -> Told:
    """Tell of a deal through a method."""
    from advisor.explain.crosswalk import crosswalk

    methods = judge.knowledge.methods
    if method not in methods:
        message = f'there is no method "{method[:80]}"{nearest(method, methods) or "; allowed: " + ", ".join(methods)}'
        raise InputError([Problem(Location("--as"), "unknown-method", message)])
    judgement = _judged(judge, file, day)
    found = crosswalk(methods[method], judgement, explainer(judge, judgement, names).wording)
    return partial(layout.crosswalk_page, crosswalk=found), found


def _judged(judge: Judge, file: Path, day: date | None) -> Judgement:
    """Judge a deal; raise InputError for an account, which has no verdict."""
    loaded = load_case(file, judge.knowledge)
    if loaded.kind == "account":
        message = "this file is an account, and an account has no verdict; use advisor next or advisor review"
        raise InputError([Problem(Location(loaded.file), "account-not-deal", message)])
    return judge.judge(loaded, day)
