"""Random rule bases, deals and revealings: one generator, driven by a seed or by hypothesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar, cast

from hypothesis import strategies as st

from advisor.evidence import UNKNOWN_STATE, MemberView, State, View
from advisor.model import (
    CASE,
    GRADES,
    All,
    Ask,
    Change,
    Condition,
    Count,
    Either,
    Fact,
    FactRef,
    FactTest,
    FactType,
    FindingTest,
    KnowledgeTest,
    Not,
    Operator,
    Quantified,
    Quantifier,
    Setting,
    SettingRef,
    Text,
    Value,
)
from advisor.problems import NOWHERE
from advisor.reference import Axis, Pack, PeopleAxes
from advisor.rule import Candidate, Rule, Then
from advisor.rulebase import (
    Evidence,
    Finding,
    Knowledge,
    ListDecl,
    Order,
    Playbase,
    Quarantine,
    RuleFile,
    Tier,
    Verdict,
)

T = TypeVar("T")
WORDS = Text("words", "文字")
LISTS = {"stakeholders": "stakeholder", "competitors": "competitor"}
VERDICTS = ("withdraw", "bid", "reshape-criteria", "park", "qualify-first")
TIERS = ("compliance", "phase", "people")
DAY = date(2026, 3, 1)
SETTINGS = {"least-profit": Decimal(20), "most-people": Decimal("3.5")}
ORDERED: tuple[Operator, ...] = ("is", "in", "at_least", "above", "at_most", "below")
UNORDERED: tuple[Operator, ...] = ("is", "in")
ASKS: tuple[Ask, ...] = ("known", "unknown", "stale", "contradicted", "evidence")
QUANTIFIERS: tuple[Quantifier, ...] = ("any", "every", "none")
KINDS = ("ordered", "unordered", "bool", "int", "money", "date", "text")


@dataclass(frozen=True)
class Shape:
    """How large and how varied random rule bases and deals are."""

    strata: int = 4
    rules: int = 5
    """At most so many rules in a stratum."""
    depth: int = 3
    case_facts: int = 10
    member_facts: int = 5
    members: int = 6
    deep: bool = True
    """Conditions with more alternatives than the engine gets at once."""


class Generator:
    """Draws rule bases, deals and revealings from a source of random choices."""

    def __init__(self, random: Random, shape: Shape | None = None) -> None:
        self.random = random
        self.shape = shape or Shape()
        self.facts: dict[str, Fact] = {}
        self.readable: dict[str, list[str]] = {}
        self.candidates: list[str] = []

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def one(self, items: Sequence[T]) -> T:
        return items[self.random.randrange(len(items))]

    def some(self, items: Sequence[T], least: int, most: int) -> list[T]:
        number = self.random.randint(least, min(most, len(items)))
        pool = list(items)
        return [pool.pop(self.random.randrange(len(pool))) for _ in range(number)]

    # --- rule bases -------------------------------------------------------------------------------------------

    def base(self) -> Playbase:
        """Draw a rule base: a dictionary, and rules in strata that read findings of lower strata only."""
        self.facts = self._dictionary()
        self.readable = {CASE: [], **{name: [] for name in LISTS}}
        self.candidates = []
        rules: list[Rule] = []
        for stratum in range(1, self.random.randint(1, self.shape.strata) + 1):
            rules.extend(self._stratum(stratum))
        names = dict.fromkeys(rule.then.finding for rule in rules if rule.then.finding)
        findings = tuple(Finding(name, WORDS) for name in names)
        file = RuleFile("random", None, WORDS, WORDS, findings, tuple(rules), (), NOWHERE)
        return Playbase(knowledge_of(self.facts), (file,))

    def _dictionary(self) -> dict[str, Fact]:
        facts = self._facts("deal", CASE, self.random.randint(3, self.shape.case_facts))
        for list_, member in LISTS.items():
            facts.update(self._facts(member, list_, self.random.randint(1, self.shape.member_facts)))
        return facts

    def _facts(self, prefix: str, scope: str, number: int) -> dict[str, Fact]:
        kinds = [self.one(KINDS) for _ in range(number)]
        return {f"{prefix}.f{n}": self._fact(f"{prefix}.f{n}", scope, kind) for n, kind in enumerate(kinds)}

    def _fact(self, path: str, scope: str, kind: str) -> Fact:
        words = {"ordered": ("low", "middle", "high"), "unordered": ("red", "green", "blue", "grey")}.get(kind, ())
        return Fact(
            path=path,
            scope=scope,
            type=cast(FactType, "enum" if words else kind),
            label=WORDS,
            ask=WORDS,
            who=("coach",),
            cost=self.random.randint(1, 3),
            change=cast(Change, self.one(("ours", "theirs", "given"))),
            claim=self.chance(0.5),
            values=dict.fromkeys(words, WORDS),
            ordered=kind == "ordered",
            absent=WORDS if self.chance(0.4) else None,
            stale_after=30 if self.chance(0.5) else None,
        )

    def _stratum(self, stratum: int) -> list[Rule]:
        made: dict[str, list[str]] = {CASE: [], **{name: [] for name in LISTS}}
        rules = [self._rule(stratum, number, made) for number in range(self.random.randint(1, self.shape.rules))]
        for scope, names in made.items():
            self.readable[scope].extend(names)
        return rules

    def _rule(self, stratum: int, number: int, made: dict[str, list[str]]) -> Rule:
        id_ = f"random/r{stratum}-{number}"
        each = self.one(list(LISTS)) if self.chance(0.25) else None
        scope = each or CASE
        then = self._then(id_, f"found-{stratum}-{number}", scope, made[scope])
        when = self._condition(scope, self.shape.depth)
        if then.finding and then.finding not in made[scope]:
            made[scope].append(then.finding)
        return Rule(id_, WORDS, "stable", when, then, WORDS, (), (), each=each)

    def _then(self, id_: str, fresh: str, scope: str, shared: list[str]) -> Then:
        finding = self.one(shared) if shared and self.chance(0.4) else fresh
        if scope != CASE:
            return Then(finding=finding)
        candidate = Candidate(self.one(VERDICTS), self.one(TIERS)) if self.chance(0.5) else None
        if candidate:
            self.candidates.append(id_)
        targets = [*VERDICTS[:-1], *self.candidates]
        defeats = tuple(self.some(targets, 1, 2)) if self.chance(0.3) else ()
        return Then(finding=None if candidate and self.chance(0.5) else finding, candidate=candidate, defeats=defeats)

    def _condition(self, scope: str, depth: int) -> Condition:
        if depth == 0 or self.chance(0.35):
            return self._leaf(scope, depth)
        if self.shape.deep and self.chance(0.04):
            return self._deep(scope)
        kind = self.one(("all", "all", "either", "either", "not", "count"))
        if kind == "not":
            return Not(self._condition(scope, depth - 1))
        parts = tuple(self._condition(scope, depth - 1) for _ in range(self.random.randint(1, 3)))
        if kind == "count":
            return Count(self.random.randint(1, len(parts)), parts)
        return All(parts) if kind == "all" else Either(parts)

    def _deep(self, scope: str) -> Condition:
        """A condition with more than 16 alternatives: a wide `either`, an `all` of several, or so many of them."""
        if self.chance(0.3):
            number = self.random.randint(6, 9)
            return Count(self.random.randint(2, number - 1), tuple(self._leaf(scope, 0) for _ in range(number)))
        if self.chance(0.5):
            return Either(tuple(self._pair(scope) for _ in range(self.random.randint(17, 36))))
        return All(tuple(Either(tuple(self._pair(scope) for _ in range(3))) for _ in range(3)))

    def _pair(self, scope: str) -> Condition:
        if self.chance(0.5):
            return self._leaf(scope, 0)
        return All((self._leaf(scope, 0), self._leaf(scope, 0)))

    def _leaf(self, scope: str, depth: int) -> Condition:
        findings = [*self.readable[CASE], *(self.readable[scope] if scope != CASE else [])]
        draw = self.random.random()
        if findings and draw < 0.25:
            return FindingTest(self.one(findings))
        if scope == CASE and depth > 0 and draw < 0.45:
            list_ = self.one(list(LISTS))
            return Quantified(self.one(QUANTIFIERS), list_, self._condition(list_, depth - 1))
        return self._knowledge_test(scope) if draw > 0.88 else self._fact_test(scope)

    def _visible(self, scope: str) -> list[Fact]:
        """Facts that a condition can read here, those of the member preferred."""
        own = [fact for fact in self.facts.values() if fact.scope == scope]
        case = [fact for fact in self.facts.values() if fact.scope == CASE]
        return own if scope == CASE or self.chance(0.7) else case

    def _knowledge_test(self, scope: str) -> Condition:
        if self.chance(0.15):
            return KnowledgeTest(self.one(("known", "unknown")), self.one(list(LISTS)))
        facts = self._visible(scope)
        if not facts:
            return KnowledgeTest("known", self.one(list(LISTS)))
        ask = self.one(ASKS)
        return KnowledgeTest(ask, self.one(facts).path, self.one(GRADES) if ask == "evidence" else None)

    def _fact_test(self, scope: str) -> Condition:
        facts = [fact for fact in self._visible(scope) if fact.type != "text"]
        if not facts:
            return self._knowledge_test(scope)
        fact = self.one(facts)
        if fact.absent and self.chance(0.15):
            return FactTest(fact.path, "is", None)
        op = self.one(ORDERED if fact.comparable else UNORDERED)
        if op == "in":
            return FactTest(fact.path, op, tuple(self.value(fact) for _ in range(self.random.randint(1, 3))))
        return FactTest(fact.path, op, self._operand(fact, scope))

    def _operand(self, fact: Fact, scope: str) -> Value | FactRef | SettingRef:
        others = [other.path for other in self._comparable(fact, scope)]
        if others and self.chance(0.3):
            return FactRef(self.one(others))
        if fact.type in ("int", "money") and self.chance(0.2):
            name = self.one(list(SETTINGS))
            return SettingRef(name, SETTINGS[name])
        return self.value(fact)

    def _comparable(self, fact: Fact, scope: str) -> list[Fact]:
        """Facts of the same kind, other than itself, that can be read here."""
        return [
            other
            for other in self.facts.values()
            if other.path != fact.path
            and other.scope in (CASE, scope)
            and (other.type, list(other.values)) == (fact.type, list(fact.values))
        ]

    def value(self, fact: Fact) -> Value:
        """Draw a value of the fact's type, from so few that draws often coincide."""
        if fact.type == "enum":
            return self.one(list(fact.values))
        if fact.type == "bool":
            return self.chance(0.5)
        if fact.type == "date":
            return DAY + timedelta(days=self.random.randint(0, 5))
        if fact.type == "text":
            return self.one(("a word", "另一个词"))
        return self._number(fact)

    def _number(self, fact: Fact) -> int | Decimal:
        if fact.type == "money":
            return Decimal(self.random.randint(0, 40)) / 2
        return self.random.randint(1000, 1006) if self.chance(0.3) else self.random.randint(0, 6)

    # --- deals ------------------------------------------------------------------------------------------------

    def view(self, base: Playbase) -> View:
        """Draw what is known of a deal."""
        ignorance = self.one((0.1, 0.3, 0.6))
        lists: dict[str, tuple[MemberView, ...]] = {}
        complete: dict[str, bool] = {}
        for name in base.knowledge.lists:
            if not self.chance(0.15):
                lists[name] = self._members(base, name, ignorance)
            if self.chance(0.8):
                complete[name] = self.chance(0.75)
        return View(self._states(base, CASE, ignorance), lists, complete)

    def _members(self, base: Playbase, list_: str, ignorance: float) -> tuple[MemberView, ...]:
        number = 0 if self.chance(0.15) else self.random.randint(1, self.shape.members)
        word = base.knowledge.lists[list_].member
        return tuple(MemberView(f"{word}-{n}", None, None, self._states(base, list_, ignorance)) for n in range(number))

    def _states(self, base: Playbase, scope: str, ignorance: float) -> dict[str, State]:
        states: dict[str, State] = {}
        for path, fact in base.knowledge.facts.items():
            if fact.scope == scope:
                state = self._unknown() if self.chance(ignorance) else self.known(fact)
                if state is not None:
                    states[path] = state
        return states

    def _unknown(self) -> State | None:
        """Never mentioned, written down as unknown, or contradicted."""
        return self.one((None, None, UNKNOWN_STATE, State(contradicted=True)))

    def known(self, fact: Fact) -> State:
        """Draw a value, or absence, with any evidence."""
        grade = self.random.randrange(len(GRADES))
        stale = fact.stale_after is not None and self.chance(0.25)
        if fact.absent is not None and self.chance(0.2):
            return State("absent", None, grade, stale)
        return State("value", self.value(fact), grade, stale)

    # --- revealing --------------------------------------------------------------------------------------------

    def revealed(self, base: Playbase, view: View) -> View:
        """Reveal some unknown facts, and some of what incomplete or unknown lists hide."""
        share = self.one((0.15, 0.5, 1.0))
        lists = {name: self._revealed_list(base, view, name, share) for name in LISTS}
        return View(
            self._revealed_states(base, CASE, view.states, share),
            {name: members for name, (members, _) in lists.items() if members is not None},
            {name: complete for name, (_, complete) in lists.items()},
        )

    def _revealed_list(
        self, base: Playbase, view: View, list_: str, share: float
    ) -> tuple[tuple[MemberView, ...] | None, bool]:
        old = view.lists.get(list_)
        members = tuple(replace(m, states=self._revealed_states(base, list_, m.states, share)) for m in old or ())
        if view.is_complete(list_):
            return members, True
        if not self.chance(share):
            return (None if old is None else members), view.complete.get(list_, True)
        new = tuple(
            MemberView(f"{LISTS[list_]}-new-{n}", None, None, self._states(base, list_, 1 - share))
            for n in range(self.random.randint(0, 3))
        )
        return members + new, self.chance(0.5)

    def _revealed_states(
        self, base: Playbase, scope: str, states: Mapping[str, State], share: float
    ) -> dict[str, State]:
        found = dict(states)
        for path, fact in base.knowledge.facts.items():
            if fact.scope == scope and states.get(path, UNKNOWN_STATE).known == "unknown" and self.chance(share):
                found[path] = State(contradicted=True) if self.chance(0.05) else self.known(fact)
        return found


NO_PACK = Pack("", Axis((), WORDS), Axis((), WORDS), "", {}, PeopleAxes(*[""] * 6), (), (), ())


def knowledge_of(facts: dict[str, Fact]) -> Knowledge:
    """Wrap a dictionary of facts in the least knowledge that rules need."""
    return Knowledge(
        facts=facts,
        lists={name: ListDecl(name, member, "name", WORDS) for name, member in LISTS.items()},
        verdicts={name: Verdict(name, WORDS, WORDS, WORDS, ()) for name in VERDICTS},
        phases={},
        our_roles={"account-manager": WORDS},
        their_roles={"coach": WORDS},
        settings={name: Setting(name, value, WORDS, WORDS) for name, value in SETTINGS.items()},
        horizons={},
        evidence=Evidence(dict.fromkeys(GRADES, WORDS), {}, Quarantine(Either(()), (), False)),
        laws={},
        disclaimer=WORDS,
        items={},
        playbooks={},
        terms={},
        order=Order(tuple(Tier(name, WORDS, WORDS) for name in TIERS), VERDICTS),
        pack=NO_PACK,
    )


def with_rules(base: Playbase, rules: Sequence[Rule]) -> Playbase:
    """Return the rule base with other rules, or the same in another order."""
    return Playbase(base.knowledge, (replace(base.files[0], rules=tuple(rules)),))


SMALL = Shape(strata=3, rules=3, depth=2, case_facts=5, member_facts=2, members=2, deep=False)


@st.composite
def playbases(draw: st.DrawFn, shape: Shape = SMALL) -> Playbase:
    """Rule bases for hypothesis."""
    return Generator(draw(st.randoms(use_true_random=False)), shape).base()


@st.composite
def deals(draw: st.DrawFn, shape: Shape = SMALL) -> tuple[Playbase, list[View]]:
    """A rule base with a few deals, for hypothesis."""
    generator = Generator(draw(st.randoms(use_true_random=False)), shape)
    base = generator.base()
    return base, [generator.view(base) for _ in range(3)]
