"""Rule bases of any size, made by a seed: a dictionary that grows with them, findings in levels, lists, candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from advisor.compile import compile_rules
from advisor.evidence import MemberView, State, View, learnt
from advisor.model import (
    CASE,
    FALLBACK,
    All,
    Condition,
    Either,
    Fact,
    FactTest,
    FindingTest,
    KnowledgeTest,
    Not,
    Quantified,
    Quantifier,
    Text,
    Value,
)
from advisor.problems import NOWHERE, Problems
from advisor.program import Program
from advisor.rule import Candidate, Rule, Then
from advisor.rulebase import Knowledge, Playbase, Quarantine, RuleFile

T = TypeVar("T")
WORDS = Text("words", "文字")
LEVELS = 4
MEMBERS = {"stakeholders": 6, "competitors": 2, "criteria": 4}
"""How many a deal has of each list; rules of the shipped playbooks are about people most of all."""
FACTS_PER_RULE = 0.4
KNOWN = 0.4
"""The share of facts that a deal knows."""
QUANTIFIERS: tuple[Quantifier, ...] = ("any", "any", "none", "every")


class RuleMaker:
    """Draws rule bases that look like the shipped one, and deals for them; the same seed gives the same."""

    def __init__(self, knowledge: Knowledge, random: Random) -> None:
        self.random = random
        self.shipped = knowledge
        self.facts: dict[str, Fact] = {}
        self.findings: dict[str, list[str]] = {}

    def one(self, options: Sequence[T]) -> T:
        """Draw one of several."""
        return options[self.random.randrange(len(options))]

    def chance(self, share: float) -> bool:
        """Draw yes in this share of draws."""
        return self.random.random() < share

    # --- rules ------------------------------------------------------------------------------------------------

    def base(self, size: int) -> Playbase:
        """Draw a rule base of so many rules."""
        number = max(20, round(FACTS_PER_RULE * size))
        self.facts = {f"deal.f{n}": self._fact(f"deal.f{n}", CASE) for n in range(number)}
        for name in MEMBERS:
            word = self.shipped.lists[name].member
            more = (f"{word}.f{n}" for n in range(8 + number // 20))
            self.facts.update({path: self._fact(path, name) for path in more})
        self.findings = {scope: [] for scope in (CASE, *MEMBERS)}
        rules: list[Rule] = []
        for level in range(LEVELS):
            upto = size * (level + 1) // LEVELS
            new = [self._rule(level, n) for n in range(len(rules), upto)]
            rules += new
            for rule in new:
                if rule.then.finding:
                    self.findings[rule.scope].append(rule.then.finding)
        knowledge = replace(
            self.shipped,
            facts=self.facts,
            evidence=replace(self.shipped.evidence, quarantine=Quarantine(Either(()), (), False)),
        )
        return Playbase(knowledge, (RuleFile("made", None, WORDS, WORDS, (), tuple(rules), (), NOWHERE),))

    def _fact(self, path: str, scope: str) -> Fact:
        kind = self.one(("bool", "bool", "enum", "enum", "int"))
        values = {f"v{n}": WORDS for n in range(4)} if kind == "enum" else {}
        return Fact(
            path=path,
            scope=scope,
            type="bool" if kind == "bool" else "enum" if kind == "enum" else "int",
            label=WORDS,
            ask=WORDS,
            who=(),
            cost=1,
            change="theirs",
            claim=False,
            values=values,
            ordered=True,
        )

    def _rule(self, level: int, number: int) -> Rule:
        each = self.one(list(MEMBERS)) if self.chance(0.2) else None
        parts: list[Condition] = [self._part(level, each or CASE) for _ in range(self.random.randint(2, 4))]
        finding = f"found-{number}" if each or self.chance(0.3) else None
        verdicts = [verdict for verdict in self.shipped.verdicts if verdict != FALLBACK]
        tier = self.one(self.shipped.order.tiers).id
        candidate = Candidate(self.one(verdicts), tier) if not each and self.chance(0.2) else None
        then = Then(
            finding=finding, candidate=candidate, supports=() if finding or candidate else (self.one(verdicts),)
        )
        return Rule(f"made/r{number}", WORDS, "stable", All(tuple(parts)), then, WORDS, (), (), each=each)

    def _part(self, level: int, scope: str) -> Condition:
        draw = self.random.random()
        if draw < 0.15:
            return Either((self._test(scope), self._test(scope)))
        if draw < 0.3 and scope == CASE:
            list_ = self.one(list(MEMBERS))
            return Quantified(self.one(QUANTIFIERS), list_, All((self._test(list_), self._test(list_))))
        findings = [*self.findings[CASE], *(self.findings[scope] if scope != CASE else ())]
        if draw < 0.5 and level and findings:
            found = FindingTest(self.one(findings))
            return Not(found) if self.chance(0.2) else found
        return self._test(scope)

    def _test(self, scope: str) -> Condition:
        own = [fact for fact in self.facts.values() if fact.scope == (scope if self.chance(0.7) else CASE)]
        fact = self.one(own)
        if self.chance(0.1):
            return KnowledgeTest(self.one(("known", "unknown")), fact.path)
        if fact.type == "bool" or self.chance(0.3):
            return FactTest(fact.path, "is", self._value(fact))
        return FactTest(fact.path, self.one(("at_least", "at_most")), self._value(fact))

    def _value(self, fact: Fact) -> Value:
        if fact.type == "bool":
            return self.chance(0.5)
        return self.one(list(fact.values)) if fact.type == "enum" else self.random.randint(0, 9)

    # --- deals ------------------------------------------------------------------------------------------------

    def view(self, base: Playbase) -> View:
        """Draw what is known of a deal."""
        lists = {
            name: tuple(MemberView(f"{name}-{n}", None, None, self._states(base, name)) for n in range(number))
            for name, number in MEMBERS.items()
        }
        return View(self._states(base, CASE), lists, dict.fromkeys(MEMBERS, True))

    def _states(self, base: Playbase, scope: str) -> dict[str, State]:
        known = (f for f in base.knowledge.facts.values() if f.scope == scope and self.chance(KNOWN))
        return {fact.path: learnt(self._value(fact)) for fact in known}


def compiled(base: Playbase) -> Program:
    """Compile a rule base that has no circle."""
    problems = Problems()
    program = compile_rules(base, problems)
    assert program is not None, problems.found
    return program
