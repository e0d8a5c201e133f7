"""What of the language was used and what came out, as counts: a run that tests nothing must not pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from advisor.evidence import State, View
from advisor.model import (
    CASE,
    GRADES,
    All,
    Condition,
    Count,
    Either,
    Fact,
    FactRef,
    FactTest,
    FindingTest,
    KnowledgeTest,
    Not,
    Quantified,
    SettingRef,
)
from advisor.rule import GUARD_LEVELS, Then
from tests.certify.answers import WORDS, Answered, Bench
from tests.strategies import KINDS, VERDICTS

Tally = Counter[tuple[str, str]]
"""Counts by group and name."""

CONDITIONS: Mapping[type, str] = {
    All: "all",
    Either: "either",
    Count: "at_least of",
    Not: "not",
    FindingTest: "finding",
}
CONCLUDED = (
    *("finding", "candidate", "defeats a verdict", "defeats a rule", "supports", "opposes", "grave", "actions", "ask"),
    *("warning", "classify", "approach", *(f"guard {level}" for level in GUARD_LEVELS)),
)
WANTED: Mapping[str, tuple[str, ...]] = {
    "conclusions": CONCLUDED,
    "conditions": (*CONDITIONS.values(), "any", "every", "none", "inside each", "helper of a wide one"),
    "tests": (
        *("is", "in", "at_least", "above", "at_most", "below", "with another fact", "with a setting", "is none"),
        *("known", "unknown", "stale", "contradicted", "evidence", "list known", "list unknown"),
    ),
    "tested facts": (*KINDS, "of a member", "incident", "sensitive"),
    "states": ("value", "absent", "unknown", "contradicted", "stale", "improper", "silent", *GRADES),
    "lists": ("unknown", "incomplete", "empty", "of members"),
    "rules in the closed world": ("no", "undecided", "yes"),
    "rules in the open world": ("no", "undecided", "yes"),
    "firings": ("certain", "possible", "of members"),
    "verdicts": VERDICTS,
    "settledness": ("settled", "open", "settled by trying", "hangs on a fact", "hangs on a list", "hangs on incidents"),
    "candidates": ("standing", "several standing", "defeated"),
    "deals": ("stopped", "something kept out", "another verdict as proven", "tender undecided"),
}
"""What every run over random rule sets must have reached at least once."""


def missing(tally: Tally) -> list[str]:
    """Return what should have been reached and was not."""
    return [f"{group}: {name}" for group, names in WANTED.items() for name in names if not tally[group, name]]


def of_rules(bench: Bench) -> Iterator[tuple[str, str]]:
    """Yield everything that a rule set uses."""
    for rule in bench.base.rules:
        yield "rule sets", "rules"
        if rule.each:
            yield "conditions", "inside each"
        yield from (("conclusions", name) for name in _concluded(rule.then, bench))
        yield from _used(rule.when, bench.base.knowledge.facts)
    for unit in bench.program.units:
        yield "rule sets", "units"
        if unit.rule is None and "/" in unit.name:
            yield "conditions", "helper of a wide one"
        yield from [("rule sets", "engine rules")] * len(unit.alternatives)


def _concluded(then: Then, bench: Bench) -> Iterator[str]:
    given = {
        "finding": then.finding,
        "candidate": then.candidate,
        "defeats a verdict": set(then.defeats) & bench.base.knowledge.verdicts.keys(),
        "defeats a rule": set(then.defeats) - bench.base.knowledge.verdicts.keys(),
        "supports": then.supports,
        "opposes": then.opposes,
        "grave": then.grave,
        "actions": then.actions,
        "ask": then.ask,
        "warning": then.warning,
        "classify": then.classify,
        "approach": then.approach,
    }
    yield from (name for name, what in given.items() if what)
    if then.guard:
        yield f"guard {then.guard.level}"


def _used(condition: Condition, facts: Mapping[str, Fact]) -> Iterator[tuple[str, str]]:
    if isinstance(condition, KnowledgeTest):
        yield "tests", condition.ask if condition.path in facts else f"list {condition.ask}"
    elif isinstance(condition, FactTest):
        yield from _tested(condition, facts[condition.path])
    else:
        yield "conditions", condition.quantifier if isinstance(condition, Quantified) else CONDITIONS[type(condition)]
    if isinstance(condition, KnowledgeTest) and condition.path in facts:
        yield from (("tested facts", name) for name in _kinds(facts[condition.path]))
    for part in _parts(condition):
        yield from _used(part, facts)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, (All, Either, Count)):
        return condition.parts
    if isinstance(condition, Not):
        return (condition.part,)
    return (condition.where,) if isinstance(condition, Quantified) else ()


def _tested(test: FactTest, fact: Fact) -> Iterator[tuple[str, str]]:
    yield "tests", test.op
    special = {FactRef: "with another fact", SettingRef: "with a setting", type(None): "is none"}
    if type(test.operand) in special:
        yield "tests", special[type(test.operand)]
    yield from (("tested facts", name) for name in _kinds(fact))


def _kinds(fact: Fact) -> Iterator[str]:
    yield ("ordered" if fact.ordered else "unordered") if fact.type == "enum" else fact.type
    flags = {"of a member": fact.scope != CASE, "incident": fact.incident, "sensitive": fact.sensitive is not None}
    yield from (name for name, flag in flags.items() if flag)


def of_deal(bench: Bench, told: View, answered: Answered) -> Tally:
    """Count what was known of a deal, and what came out."""
    tally: Tally = Counter(_told(bench, told))
    for world in answered.worlds[:2]:
        group = f"rules in the {world.name} world"
        tally.update((group, WORDS[world.engine.value(unit)]) for unit in bench.program.units if unit.rule)
    for firing in answered.worlds[0].engine.firings:
        tally["firings", "certain" if firing.certain else "possible"] += 1
        tally["firings", "of members"] += bool(firing.list)
    tally.update(_came_out(bench, answered))
    return +tally


def _told(bench: Bench, told: View) -> Iterator[tuple[str, str]]:
    knowledge = bench.base.knowledge
    for name in knowledge.lists:
        members = told.lists.get(name)
        if members is None:
            yield "lists", "unknown"
            continue
        yield "lists", "of members" if members else "empty"
        if not told.is_complete(name):
            yield "lists", "incomplete"
    scopes = [(CASE, told.states), *((name, m.states) for name, members in told.lists.items() for m in members)]
    for scope, states in scopes:
        facts = [fact for fact in knowledge.facts.values() if fact.scope == scope]
        yield from (("states", word) for fact in facts for word in _known(bench, fact, states.get(fact.path, State())))


def _known(bench: Bench, fact: Fact, state: State) -> Iterator[str]:
    rule = bench.base.knowledge.evidence.quarantine
    yield "contradicted" if state.contradicted else state.known
    if state.known != "unknown":
        yield GRADES[state.grade]
    silent = fact.sensitive is not None and any(s.how is None and s.grade != "assumed" for s in state.said)
    flags = {"stale": state.stale, "improper": any(s.how in rule.how for s in state.said), "silent": silent}
    yield from (name for name, flag in flags.items() if flag)


def _came_out(bench: Bench, answered: Answered) -> Iterator[tuple[str, str]]:
    row, facts = answered.row, bench.base.knowledge.facts
    yield "verdicts", row["verdict"]
    yield "settledness", "settled" if row["settled"] else "open"
    decision = bench.judge.arbiter.decide(answered.worlds[0].engine.case)
    hangs_on: Iterable[str] = row["hangs_on"]
    flags = {
        ("settledness", "settled by trying"): answered.tried,
        ("settledness", "hangs on a fact"): any(path in facts for path in hangs_on),
        ("settledness", "hangs on a list"): any(path not in facts for path in hangs_on),
        ("settledness", "hangs on incidents"): any(path in facts and facts[path].incident for path in hangs_on),
        ("candidates", "standing"): bool(decision.standing),
        ("candidates", "several standing"): len(decision.standing) > 1,
        ("candidates", "defeated"): bool(decision.defeated),
        ("deals", "stopped"): bool(row["stopped_by"]),
        ("deals", "something kept out"): bool(row["kept_out"]),
        ("deals", "tender undecided"): answered.said.ways > 1,
        ("deals", "another verdict as proven"): answered.said.proven != row["verdict"],
    }
    yield from (name for name, flag in flags.items() if flag)
