"""A case as it was written: statements about facts with their evidence, members of lists, acts over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import date
from typing import Literal

from advisor.model import Text, Value
from advisor.problems import NOWHERE, Location
from advisor.record import dataclass


@dataclass(frozen=True)
class Statement:
    """What somebody says a fact is; `value` None means known to be absent. `how`: the way it was obtained."""

    value: Value | None
    grade: str = "told"
    by: str | None = None
    on: date | None = None
    how: str | None = None
    at: Location = field(default=NOWHERE, compare=False)


Statements = Mapping[str, tuple[Statement, ...]]
"""Statements by fact path; an empty tuple says that the fact was written down as unknown."""


@dataclass(frozen=True)
class Member:
    """A person, rival, criterion or commitment of the case; `title` is how text calls it."""

    id: str
    title: Text | None
    name: str | None
    facts: Statements
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Content:
    """The facts and lists of a case or of one act. A list left out is unknown."""

    facts: Statements
    lists: Mapping[str, tuple[Member, ...]]
    complete: Mapping[str, bool]


@dataclass(frozen=True)
class Act:
    """A dated change of facts."""

    on: date
    title: Text
    content: Content


Kind = Literal["deal", "account"]


@dataclass(frozen=True)
class Case:
    """One case file: a deal, or an account with the ids of its deals."""

    id: str
    title: Text
    about: Text | None
    as_of: date
    currency: str
    content: Content
    history: tuple[Act, ...]
    file: str
    kind: Kind = "deal"
    deals: tuple[str, ...] = ()

    def at_date(self, day: date) -> Case:
        """Return the case as it stood on a day: acts up to it applied, later statements left out."""
        content = self.content
        for act in self.history:
            if act.on <= day:
                content = _apply(content, _dated(act.content, act.on))
        return replace(self, as_of=day, content=_until(content, day), history=())


def _apply(old: Content, new: Content) -> Content:
    lists = dict(old.lists)
    for name, members in new.lists.items():
        merged = {m.id: m for m in old.lists.get(name, ())}
        for member in members:
            before = merged.get(member.id)
            merged[member.id] = _merge(before, member) if before else member
        lists[name] = tuple(merged.values())
    return Content({**old.facts, **new.facts}, lists, {**old.complete, **new.complete})


def _merge(old: Member, new: Member) -> Member:
    return Member(old.id, new.title or old.title, new.name or old.name, {**old.facts, **new.facts}, new.at)


def _until(content: Content, day: date) -> Content:
    def known(facts: Statements) -> Statements:
        return {path: tuple(s for s in said if s.on is None or s.on <= day) for path, said in facts.items()}

    return _each_facts(content, known)


def _dated(content: Content, day: date) -> Content:
    def dated(facts: Statements) -> Statements:
        return {path: tuple(replace(s, on=s.on or day) for s in said) for path, said in facts.items()}

    return _each_facts(content, dated)


def _each_facts(content: Content, change: Callable[[Statements], Statements]) -> Content:
    lists = {name: tuple(replace(m, facts=change(m.facts)) for m in members) for name, members in content.lists.items()}
    return Content(change(content.facts), lists, content.complete)
