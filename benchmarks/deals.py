"""More deals from the ones there are: facts varied by a seed, in memory and as case files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import yaml

from advisor.case import Case, Content, Member, Statement, Statements
from advisor.evidence import Place, State, View, learnt
from advisor.load.cases import load_case
from advisor.model import CASE, Fact, Value
from advisor.paths import yaml_files
from advisor.problems import InputError, Location, Problem
from advisor.rulebase import Knowledge

CHANGED, FORGOTTEN, LEARNT, LEFT = 0.2, 0.1, 0.02, 0.1
"""Shares: of facts on file that get another value or are forgotten, of others that are learnt, of members who leave."""


def load_deals(folder: Path, knowledge: Knowledge) -> list[Case]:
    """Read the deals of a folder, as of their own days; raise InputError for a bad file, or if there is no deal."""
    cases = [load_case(path, knowledge) for path in yaml_files(folder)]
    deals = [case.at_date(case.as_of) for case in cases if case.kind == "deal"]
    if not deals:
        raise InputError([Problem(Location(str(folder)), "no-cases", "there is no deal here")])
    return deals


@dataclass
class Variation:
    """Draws deals that differ from given ones; the same seed gives the same deals."""

    knowledge: Knowledge
    random: Random

    def variants(self, deals: Sequence[Case], number: int) -> Iterator[Case]:
        """Yield so many deals, each made of the next one in turn."""
        for count in range(number):
            yield self.vary(deals[count % len(deals)], f"-{count + 1}")

    def vary(self, deal: Case, suffix: str) -> Case:
        """Return a deal with some facts changed, forgotten and learnt, and some members gone."""
        content = deal.content
        lists = {
            name: tuple(replace(m, facts=self._facts(m.facts, name)) for m in members if self.random.random() >= LEFT)
            for name, members in content.lists.items()
        }
        varied = Content(self._facts(content.facts, CASE), lists, content.complete)
        return replace(deal, id=f"{deal.id}{suffix}", content=varied, history=())

    def _facts(self, facts: Statements, scope: str) -> Statements:
        found: dict[str, tuple[Statement, ...]] = {}
        for path, fact in self.knowledge.facts.items():
            if fact.scope == scope:
                said = facts.get(path, ())
                draw = self.random.random()
                if said and draw < CHANGED:
                    value = self.value(fact, said[0].value)
                    said = tuple(replace(statement, value=value) for statement in said)
                elif said and draw < CHANGED + FORGOTTEN:
                    said = ()
                elif not said and draw < LEARNT and fact.type in ("enum", "bool"):
                    said = (Statement(self.value(fact, None)),)
                if said:
                    found[path] = said
        return found

    def value(self, fact: Fact, old: Value | None) -> Value | None:
        """Draw another value of a fact: of those declared, or one near the old one."""
        if fact.type == "bool":
            return self.random.random() < 0.5
        if fact.type == "enum":
            return self.random.choice([*fact.values, *([None] if fact.absent else [])])
        if isinstance(old, date):
            return old + timedelta(days=self.random.randint(-30, 30))
        if isinstance(old, Decimal):
            return (old * self.random.randint(50, 150) / 100).quantize(Decimal(1))
        return max(0, old + self.random.randint(-2, 2)) if isinstance(old, int) else old

    def nudged(self, view: View, number: int) -> View:
        """Return a view in which so many facts of the case are others, quicker than a new case."""
        facts = [f for f in self.knowledge.facts.values() if f.scope == CASE and f.type in ("enum", "bool")]
        changes: dict[Place, State] = {
            (None, fact.path): learnt(self.value(fact, None)) for fact in self.random.sample(facts, number)
        }
        return view.changed(changes)


def write_deal(deal: Case, knowledge: Knowledge, folder: Path) -> Path:
    """Write a deal as a case file, named by its id; it has no history any more."""
    content = deal.content
    page: dict[str, object] = {"case": deal.id, "title": _text(deal), "as_of": str(deal.as_of)}
    if deal.currency:
        page["currency"] = deal.currency
    page["facts"] = {path: _said(said) for path, said in content.facts.items()}
    for name, members in content.lists.items():
        page[name] = [_member(member, knowledge.lists[name].titled_by) for member in members]
    page.update({f"{name}_complete": "yes" if complete else "no" for name, complete in content.complete.items()})
    path = folder / f"{deal.id}.yaml"
    path.write_text(yaml.safe_dump(page, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
    return path


def _text(titled: Case) -> dict[str, str]:
    return {"en": titled.title.en, "zh": titled.title.zh}


def _member(member: Member, titled_by: str) -> dict[str, object]:
    found: dict[str, object] = {"id": member.id}
    if member.title is not None:
        found[titled_by] = {"en": member.title.en, "zh": member.title.zh}
    if member.name is not None:
        found["name"] = member.name
    return {**found, **{path.partition(".")[2]: _said(said) for path, said in member.facts.items()}}


def _said(said: Sequence[Statement]) -> object:
    return [_statement(statement) for statement in said] if said else "unknown"


def _statement(said: Statement) -> dict[str, object]:
    found: dict[str, object] = {"value": _word(said.value), "evidence": said.grade}
    found.update({key: str(value) for key in ("by", "on", "how") if (value := getattr(said, key)) is not None})
    return found


def _word(value: Value | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
