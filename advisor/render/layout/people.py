"""People and places: how to deal with each person, and where the deal or account stands in the playbooks' schemes."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.lexicon import say
from advisor.lines import ClassLine, FactLine, PersonLine
from advisor.render.blocks import Bullet, Bullets, Heading, Line, Page
from advisor.render.layout.case import source

PLAN = ("situation", "problem", "implication", "payoff")
PREPARED = ("focus", *PLAN)
"""Slots of knowledge/approach.yaml that only the preparation of a meeting shows."""


def people(page: Page, found: Iterable[PersonLine]) -> None:
    """Write each person: who it is, where the person stands, and how to go about it."""
    lines = tuple(found)
    if not lines:
        return
    page.head("head.people")
    for person in lines:
        page.add(Heading(page.text(person.who), 3))
        known = page.words("list.clause").join(_told(page, fact) for fact in person.facts)
        if known:
            page.add(Line(known, "quiet"))
        _approach(page, person)
        if person.classes:
            places = [page.words("class.place", label=c.label, place=c.place_label) for c in person.classes]
            page.add(Line(page.words("list.semicolon").join(places), "quiet"))


def _approach(page: Page, person: PersonLine) -> None:
    lines = (line for line in person.approach if line.slot not in PREPARED)
    bullets = (Bullet(page.words("person.approach", label=line.label, text=line.say)) for line in lines)
    page.add(Bullets(tuple(bullets)))


def _told(page: Page, fact: FactLine) -> str:
    """Say a fact by its value alone where that speaks for itself, else with what it is about."""
    plain = fact.value in (say("yes"), say("no")) or fact.standing != "known"
    return page.words("fact.contradicted", fact=fact.label, values=fact.value) if plain else page.text(fact.value)


def classes(page: Page, found: Iterable[ClassLine]) -> None:
    """Write where the deal or account stands, what that means, and why."""
    bullets = tuple(_class(page, line) for line in found)
    if bullets:
        page.head("head.classes")
        page.add(Bullets(bullets))


def _class(page: Page, line: ClassLine) -> Bullet:
    text = page.words("class.means", label=line.label, place=line.place_label, means=line.means)
    because = page.text(line.because)
    if line.sources:
        because = page.words("reason.sourced", text=because, source=source(page, line.sources[0]))
    return Bullet(text, because)
