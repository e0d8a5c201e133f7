"""One meeting with one person: what it is for, what to ask, how to go about it, what to leave alone."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.lines import Action, ApproachLine, PersonLine, QuestionLine
from advisor.meeting import Meeting
from advisor.render.blocks import Bullet, Bullets, Line, Page
from advisor.render.layout.case import compliance, openness_word, question_effect, warnings
from advisor.render.layout.people import PLAN

QUESTIONS = 5
WARNINGS = 2
FOCUS = ("focus",)
PURPOSE = ("contact", "secure")
ASK = ("ask",)
MANNER = ("win", "argue", "pace")
BRING = ("proof",)
AVOID = ("avoid",)
"""The slots of knowledge/approach.yaml, by the part of a meeting that they belong to."""


def meeting_page(page: Page, meeting: Meeting) -> None:
    """Write how to prepare one meeting."""
    case, person = meeting.case, meeting.person
    page.head("meeting.title", 1, who=meeting.who)
    page.line("meeting.deal", "quiet", title=case.title, verdict=case.verdict.label, state=openness_word(page, case))
    _known(page, meeting)
    _part(page, "meeting.purpose", _said(page, person, PURPOSE), _steps(page, meeting.actions))
    _part(page, "meeting.focus", _said(page, person, FOCUS))
    _part(page, "meeting.ask", _said(page, person, ASK))
    _part(page, "meeting.plan", _plan(page, person))
    _part(page, "meeting.open", _questions(page, meeting.questions))
    _part(page, "meeting.manner", _said(page, person, MANNER))
    _part(page, "meeting.bring", _said(page, person, BRING))
    _part(page, "meeting.avoid", _said(page, person, AVOID))
    warnings(page, case.warnings, WARNINGS)
    compliance(page, case.compliance, case.quarantined)


def _known(page: Page, meeting: Meeting) -> None:
    told = [page.words("fact.contradicted", fact=fact.label, values=fact.value) for fact in meeting.facts]
    places = meeting.person.classes if meeting.person else ()
    told.extend(page.words("class.place", label=line.label, place=line.place_label) for line in places)
    page.add(Line(page.words("list.semicolon").join(told) if told else page.words("meeting.unknown"), "quiet"))
    if meeting.missing:
        missing = page.words("list.semicolon").join(page.text(fact.label) for fact in meeting.missing)
        page.line("meeting.missing", "warn", facts=missing)


def _said(page: Page, person: PersonLine | None, slots: Sequence[str]) -> list[Bullet]:
    """Return what is advised in some respects, each with its reason."""
    lines: list[ApproachLine] = [line for line in person.approach if line.slot in slots] if person else []
    return [Bullet(page.text(line.say), page.text(line.because)) for line in lines]


def _plan(page: Page, person: PersonLine | None) -> list[Bullet]:
    """Return the questions to plan, each under its kind."""
    lines = [line for line in person.approach if line.slot in PLAN] if person else []
    return [Bullet(page.words("person.approach", label=line.label, text=line.say)) for line in lines]


def _steps(page: Page, actions: Sequence[Action]) -> list[Bullet]:
    return [
        Bullet(page.words("meeting.step", do=a.do, by=a.by.isoformat(), who=a.who), page.text(a.why)) for a in actions
    ]


def _questions(page: Page, questions: Sequence[QuestionLine]) -> list[Bullet]:
    return [Bullet(page.text(q.ask), question_effect(page, q)) for q in questions[:QUESTIONS]]


def _part(page: Page, key: str, *groups: list[Bullet]) -> None:
    bullets = tuple(bullet for group in groups for bullet in group)
    if bullets:
        page.head(key)
        page.add(Bullets(bullets))
