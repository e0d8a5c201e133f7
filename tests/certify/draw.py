"""What is certified: random rule sets in the whole of the rule language, the shipped rules, and random deals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from advisor.case import Statement
from advisor.evidence import State, View
from advisor.model import CASE, GRADES, All, Condition, Either, Fact, FactTest, SettingRef, Value, leaves
from advisor.paths import shipped
from advisor.rule import GUARD_LEVELS, Action, Approach, Classification, Guard, Then
from advisor.rulebase import How, Playbase, Quarantine
from advisor.rulecache import open_playbase
from tests.strategies import DAY, VERDICTS, WORDS, Generator, Shape

SHIPPED = "shipped"
HOWS = ("published", "volunteered", "leaked")
SHAPES = (
    Shape(rules=6),
    Shape(rules=6),
    Shape(rules=6),
    Shape(rules=3, depth=2),
    Shape(rules=16, case_facts=16, members=3),
)
"""Usual rule sets, small ones, and some of several shards a level."""


@dataclass(frozen=True)
class RuleSet:
    """A rule base with a source of deals; the same seed gives the same ones. `name` is its number, or `shipped`."""

    seed: int
    name: str
    base: Playbase
    generator: Generator

    def deal(self, number: int) -> View:
        """Draw one deal, whichever were drawn before."""
        self.generator.random = Random(f"{self.seed} {self.name} {number}")
        return told(self.generator, self.base, self.generator.view(self.base))


def rule_set(seed: int, name: str) -> RuleSet:
    """Draw a rule set by its number, or open the shipped rules."""
    if name == SHIPPED:
        base, _ = open_playbase(shipped())
        return RuleSet(seed, name, base, ShippedFacts(Random(0), base))
    generator = WholeLanguage(Random(f"{seed} {name}"), SHAPES[int(name) % len(SHAPES)])
    return RuleSet(seed, name, generator.base(), generator)


class WholeLanguage(Generator):
    """Draws rules that conclude whatever rules can, over facts of which some tell of incidents or are sensitive."""

    def base(self) -> Playbase:
        """Draw a rule base, with a quarantine under a condition over facts of the case."""
        base = super().base()
        knowledge = base.knowledge
        quarantine = Quarantine(self._tender(base), ("leaked",), self.chance(0.7))
        hows = {name: How(name, WORDS) for name in HOWS}
        return replace(
            base, knowledge=replace(knowledge, evidence=replace(knowledge.evidence, how=hows, quarantine=quarantine))
        )

    def _tender(self, base: Playbase) -> Condition:
        facts = [f for f in base.knowledge.facts.values() if f.scope == CASE and f.type != "text"]
        tests = tuple(FactTest(fact.path, "is", self.value(fact)) for fact in self.some(facts, 0, 2))
        return All(tests) if tests and self.chance(0.5) else Either(tests)

    def _fact(self, path: str, scope: str, kind: str) -> Fact:
        fact = super()._fact(path, scope, kind)
        sensitive = "law" if self.chance(0.2) else None
        if not self.chance(0.15) or (fact.type == "text" and fact.absent is None):
            return replace(fact, sensitive=sensitive)
        absent = fact.absent is not None and (fact.type == "text" or self.chance(0.5))
        return replace(fact, sensitive=sensitive, incident=True, quiet=None if absent else self.value(fact))

    def _then(self, id_: str, fresh: str, scope: str, shared: list[str]) -> Then:
        then = super()._then(id_, fresh, scope, shared)
        member = scope == "stakeholders"
        guard = Guard(self.one(GUARD_LEVELS), "law", WORDS, keeps_off=member and self.chance(0.5))
        speaks = self.chance(0.3)
        return replace(
            then,
            guard=guard if self.chance(0.15) else None,
            supports=tuple(self.some(VERDICTS, 1, 2)) if speaks else (),
            opposes=tuple(self.some(VERDICTS, 1, 2)) if not speaks and self.chance(0.2) else (),
            grave=speaks and self.chance(0.2),
            actions=(Action(WORDS, "account-manager", "coach", "soon", ()),) if self.chance(0.15) else (),
            ask=tuple(fact.path for fact in self.some(list(self.facts.values()), 1, 2)) if self.chance(0.15) else (),
            warning=WORDS if self.chance(0.1) else None,
            classify=Classification("scheme", "place") if self.chance(0.1) else None,
            approach=(Approach("slot", WORDS),) if member and self.chance(0.3) else (),
        )


class ShippedFacts(Generator):
    """Draws deals from the facts that are declared, with values near those that shipped rules compare them with."""

    def __init__(self, random: Random, base: Playbase) -> None:
        super().__init__(random, Shape(members=4))
        self.constants: dict[str, list[Value]] = {}
        for rule in base.rules:
            for leaf in leaves(rule.when):
                if isinstance(leaf, FactTest):
                    self.constants.setdefault(leaf.path, []).extend(_constants(leaf))

    def value(self, fact: Fact) -> Value:
        """Draw a declared value, or a number or day at a constant, just before it, or just after it."""
        if fact.type in ("enum", "bool", "text"):
            return super().value(fact)
        near = self.constants.get(fact.path)
        step = self.random.randint(-1, 1)
        if fact.type == "date":
            return (self._day(near) if near else DAY) + timedelta(days=step)
        at = self.one(near) if near and self.chance(0.8) else self.random.randint(0, 20)
        assert isinstance(at, (int, Decimal))
        return max(Decimal(0), Decimal(at) + step) if fact.type == "money" else max(0, int(at) + step)

    def _day(self, near: list[Value]) -> date:
        day = self.one(near)
        assert isinstance(day, date)
        return day


def _constants(test: FactTest) -> list[Value]:
    if isinstance(test.operand, tuple):
        return list(test.operand)
    if isinstance(test.operand, SettingRef):
        return [test.operand.value]
    return [test.operand] if isinstance(test.operand, (str, bool, int, Decimal, date)) else []


def told(generator: Generator, base: Playbase, view: View) -> View:
    """Put statements behind every state, as case files have them: what was said, how well, when and how obtained."""
    facts = base.knowledge.facts

    def stated(states: Mapping[str, State]) -> dict[str, State]:
        return {path: replace(s, said=_statements(generator, base, facts[path], s)) for path, s in states.items()}

    lists = {name: tuple(replace(m, states=stated(m.states)) for m in list_) for name, list_ in view.lists.items()}
    return replace(view, states=stated(view.states), lists=lists)


def _statements(generator: Generator, base: Playbase, fact: Fact, state: State) -> tuple[Statement, ...]:
    if state.known == "unknown" and not state.contradicted:
        return ()
    how = generator.one(sorted(base.knowledge.evidence.how)) if generator.chance(0.5) else None
    if not state.contradicted:
        days = (fact.stale_after or 0) + 1
        on = DAY - timedelta(days=days) if state.stale else None
        return (Statement(state.value, GRADES[state.grade], on=on, how=how),)
    first = other = generator.value(fact)
    while other == first:
        other = generator.value(fact)
    return Statement(first), Statement(other, how=how)
