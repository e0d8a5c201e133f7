"""Case files: deals, accounts, teaching cases with their answer sheets, changes to a file, and earlier reviews."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from advisor import yamlfile
from advisor.case import Statement
from advisor.casefile import add_act, add_currency, add_facts, add_member, set_day, set_fact, titled
from advisor.exercise import Exercise, exercise
from advisor.explain.account import account_report
from advisor.explain.builder import explainer
from advisor.explain.report import report
from advisor.explain.seat import seat_report
from advisor.explain.why import why, why_not
from advisor.grade import grade, marks_of
from advisor.judge import Judge, open_judge
from advisor.load.cases import load_case, parse_case
from advisor.load.previous import load_previous
from advisor.load.seat import load_seat
from advisor.load.sheets import open_sheet
from advisor.load.teaching import load_lesson
from advisor.model import Text
from advisor.paths import shipped
from advisor.problems import UNPRINTABLE_WITHIN_LINES, Problems
from advisor.render.layout import advice
from advisor.render.layout.account import account_page
from advisor.render.layout.exercise import act_page, sheet_page
from advisor.render.layout.pack import pack_page
from advisor.render.layout.review import review_page
from advisor.render.output import render
from advisor.result import Review
from advisor.review import judged, put_together
from tests.build import MINI, mini_library
from tests.fuzz.target import Input, Target, Try, WrongError
from tests.test_cli import BLOCKED, OPEN, SETTLED

CASES = Path(__file__).resolve().parents[2] / "cases"
DRAWN = 12
"""Of so many inputs one is drawn in every format and language; the others are only judged and reported."""
MINI_CASES = (
    SETTLED.encode(),
    OPEN.encode(),
    BLOCKED.encode(),
    b"case: a\ntitle: An account\nkind: account\nas_of: 2026-03-01\nabout: |\n  Long\n  words\ndeals: [harbour, mill]\n"
    b"facts:\n  deal.phase:\n  - {value: early, evidence: told, on: 2026-02-01}\n  - late\n"
    b"stakeholders:\n  - id: boss\n    role: decision-maker\n    stance: {value: against, by: 'x'}\n"
    b"stakeholders_complete: no\n",
)


@cache
def mini() -> Judge:
    """Return a judge of the small rule base, one for each process."""
    return open_judge(mini_library())


@cache
def whole() -> Judge:
    """Return a judge of the shipped rule base, one for each process."""
    return open_judge(shipped())


def draw(judge: Judge, path: Path) -> None:
    """Judge a case and draw everything that there is to draw."""
    judgement = judge.judge(load_case(path, judge.knowledge))
    if judgement.case.kind == "account":
        account = account_report(judge, judgement, names=True)
        for format_ in ("text", "markdown", "html", "json"):
            _printable(render(format_, "zh", lambda page: account_page(page, account), account))
        return
    found = report(judge, judgement, names=True)
    words = explainer(judge, judgement)
    review = Review("2.0", judge.knowledge.disclaimer, (found,), (), (), None)
    for lang in ("en", "zh"):
        for format_ in ("text", "markdown", "json"):
            _printable(render(format_, lang, lambda page: review_page(page, review), review))
        _printable(render("markdown", lang, lambda page: pack_page(page, review), review))
    for verdict in judge.knowledge.verdicts:
        for argument in (why(judge, judgement, words, verdict), why_not(judge, judgement, words, verdict)):
            _printable(render("text", "en", partial(advice.argument_page, argument=argument), argument))


def _printable(text: str) -> None:
    """See that a document holds something, and nothing that a terminal would obey."""
    found = re.search(UNPRINTABLE_WITHIN_LINES, text)
    if not text or found:
        raise WrongError(f"no printable document: {found}")


def _case(opened: Callable[[], Judge], folder: Path) -> Try:
    judge, path = opened(), folder / "case.yaml"

    def try_(given: Input) -> None:
        path.write_bytes(given.data)
        if given.number % DRAWN == 0:
            draw(judge, path)
            return
        judgement = judge.judge(load_case(path, judge.knowledge))
        if judgement.case.kind == "account":
            account_report(judge, judgement, names=False)
        else:
            report(judge, judgement)

    return try_


def _seat(folder: Path) -> Try:
    judge, path, seat = mini(), folder / "case.yaml", load_seat(mini_library(), mini().knowledge)

    def try_(given: Input) -> None:
        path.write_bytes(given.data)
        case = load_case(path, judge.knowledge)
        seat_report(judge, seat, case.at_date(case.as_of), "competitor:competitor-1")

    return try_


SAID = Statement("late", "told", "account-manager", date(2026, 2, 1))
EDITS: tuple[Callable[[str], str], ...] = (
    lambda text: set_fact(text, "deal.phase", SAID),
    lambda text: set_fact(text, "deal.public", Statement(True)),
    lambda text: add_facts(text, {"deal.phase": SAID, "deal.floor": Statement(None)}),
    lambda text: add_member(text, "stakeholders", "newcomer", titled("post", "A: B, #c")),
    lambda text: add_member(text, "competitors", "newcomer", titled("name", "[x]")),
    lambda text: add_act(text, date(2026, 5, 1), Text("An act: one", "一幕"), {"deal.phase": SAID}),
    lambda text: set_day(text, date(2026, 6, 1)),
)


def _edited(folder: Path) -> Try:
    knowledge = mini().knowledge

    def try_(given: Input) -> None:
        path = folder / "case.yaml"
        path.write_bytes(given.data)
        case = load_case(path, knowledge)
        text = yamlfile.read_text(path, "", Problems()) or ""
        edits = (*EDITS, *(() if case.currency else (lambda text: add_currency(text, "EUR"),)))
        for number, edit in enumerate(edits):
            after = edit(text)
            if number not in (2, 5, 6):  # these may add a day that the case does not allow
                parse_case(after, "case.yaml", knowledge)

    return try_


@cache
def _played() -> Exercise:
    return exercise(mini(), load_lesson(MINI / "cases" / "toll-gates.yaml", mini().knowledge))


def _lesson(folder: Path) -> Try:
    judge, path = mini(), folder / "lesson.yaml"

    def try_(given: Input) -> None:
        path.write_bytes(given.data)
        of = exercise(judge, load_lesson(path, judge.knowledge))
        for act in of.acts:
            assert render("text", "zh", partial(act_page, exercise=of, act=act), None)

    return try_


def _sheet(folder: Path) -> Try:
    of, path = _played(), folder / "sheet.yaml"
    marks = marks_of({name: int(setting.value) for name, setting in mini().knowledge.settings.items()})

    def try_(given: Input) -> None:
        path.write_bytes(given.data)
        graded = grade(open_sheet(path).read(of), of, marks)
        for lang in ("en", "zh"):
            page = partial(sheet_page, graded=graded, title=of.lesson.case.title)
            assert render("markdown", lang, page, graded)

    return try_


def _previous(folder: Path) -> Try:
    judge, path, case = mini(), folder / "before.json", folder / "case.yaml"
    case.write_text(SETTLED, encoding="utf-8")

    def try_(given: Input) -> None:
        path.write_bytes(given.data)
        before = load_previous(path, judge.knowledge)
        found = put_together(judge, [judged(judge, case, None, False, before)], before)
        assert not found.unreadable, found.unreadable
        for lang in ("en", "zh"):
            assert render("text", lang, lambda page: review_page(page, found), found)
        assert render("json", "en", lambda page: None, found)

    return try_


def _reviews(folder: Path) -> tuple[bytes, ...]:
    """Return reviews as JSON, of other facts and another verdict."""
    made = []
    for number, text in enumerate((SETTLED.replace("ours", "rival"), OPEN)):
        path = folder / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        found: Any = put_together(mini(), [judged(mini(), path, None, False, None)], None)
        made.append(render("json", "en", lambda page: None, found).encode())
    return tuple(made)


def targets(folder: Path) -> list[Target]:
    """Return what is tried with cases; `folder` may be written to."""
    deals = tuple(path.read_bytes() for path in sorted(CASES.glob("*.yaml"))[::4])
    accounts = tuple(path.read_bytes() for path in sorted((CASES / "accounts").glob("*.yaml"))[::3])
    lesson = (MINI / "cases" / "toll-gates.yaml").read_bytes()
    sheets = tuple(path.read_bytes() for path in sorted((MINI / "answers").glob("*.yaml")))
    one = r"case\.yaml"
    return [
        Target("case", "yaml", MINI_CASES, partial(_case, mini), one, 20),
        Target("shipped", "yaml", deals, partial(_case, whole), one, 4),
        Target("account", "yaml", accounts, partial(_case, whole), one, 2),
        Target("rival", "yaml", (MINI_CASES[0],), _seat, one, 3, option=True),
        Target("edit", "yaml", MINI_CASES, _edited, one, 8),
        Target("lesson", "yaml", (lesson,), _lesson, r"lesson\.yaml", 5),
        Target("sheet", "yaml", sheets, _sheet, r"sheet\.yaml", 6),
        Target("previous", "json", _reviews(folder), _previous, r"before\.json", 6),
    ]
