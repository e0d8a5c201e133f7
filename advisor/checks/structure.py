"""Checks of a loaded rule base that need no inference: ids, findings, examples, defeats."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.compile import finding_scopes, findings_read
from advisor.load.rules import placeholders
from advisor.model import CASE, All, Condition, Count, Either, FactTest, FindingTest, Not, Quantified, leaves
from advisor.problems import Location, Problem, nearest
from advisor.rule import Rule
from advisor.rulebase import Finding, Playbase

OUTCOMES = ("fires", "silent")


def check(base: Playbase) -> list[Problem]:
    """Run every structural check and return all problems."""
    return [
        *duplicate_ids(base),
        *example_outcomes(base),
        *unused_findings(base),
        *mixed_findings(base),
        *findings_out_of_scope(base),
        *member_candidates(base),
        *defeat_circles(base),
        *unfillable_questions(base),
        *misplaced_conclusions(base),
        *unmade_places(base),
        *unknown_slot_files(base),
    ]


def duplicate_ids(base: Playbase) -> Iterator[Problem]:
    """Yield rules and findings that share an id."""
    rules: dict[str, Location] = {}
    findings: dict[str, Location] = {}
    for file in base.files:
        for rule in file.rules:
            if rule.id in rules:
                yield Problem(rule.at, "duplicate-id", f'the rule "{rule.id}" stands twice (first at {rules[rule.id]})')
            rules.setdefault(rule.id, rule.at)
        for finding in file.findings:
            if finding.id in findings:
                first = findings[finding.id]
                yield Problem(
                    finding.at, "duplicate-id", f'the finding "{finding.id}" is declared twice (first at {first})'
                )
            findings.setdefault(finding.id, finding.at)


def example_outcomes(base: Playbase) -> Iterator[Problem]:
    """Yield rules that lack an example for an outcome that they can have."""
    for rule in base.rules:
        needed = [*OUTCOMES, *(["undecided"] if can_be_undecided(rule.when) else [])]
        have = {example.expect for example in rule.examples}
        for outcome in needed:
            if outcome not in have:
                yield Problem(rule.at, "missing-example", f'the rule "{rule.id}" has no example that is {outcome}')


def can_be_undecided(condition: Condition) -> bool:
    """Tell whether a condition reads anything but tests of knowledge."""
    return any(isinstance(leaf, (FactTest, FindingTest, Quantified)) for leaf in leaves(condition))


def unused_findings(base: Playbase) -> Iterator[Problem]:
    """Yield findings that no rule concludes, or that no rule reads."""
    concluded = {rule.then.finding for rule in base.rules}
    read = {name for rule in base.rules for name in findings_read(rule.when)}
    for finding in _findings(base):
        if finding.id not in concluded:
            yield Problem(finding.at, "finding-unmade", f'no rule concludes the finding "{finding.id}"')
        if finding.id not in read:
            yield Problem(finding.at, "finding-unread", f'no rule reads the finding "{finding.id}"')


def _findings(base: Playbase) -> Iterator[Finding]:
    for file in base.files:
        yield from file.findings


def mixed_findings(base: Playbase) -> Iterator[Problem]:
    """Yield rules that conclude about members what other rules conclude about the case."""
    first: dict[str, Rule] = {}
    for rule in base.rules:
        name = rule.then.finding
        if name:
            other = first.setdefault(name, rule)
            if other.scope != rule.scope:
                message = f'"{name}" is concluded about {rule.scope} here and about {other.scope} in "{other.id}"'
                yield Problem(rule.at, "finding-scope", message)


def findings_out_of_scope(base: Playbase) -> Iterator[Problem]:
    """Yield tests of a member's finding outside any member."""
    scopes = finding_scopes(base.rules)
    for rule in base.rules:
        yield from _out_of_scope(rule.when, rule.scope, scopes)


def _out_of_scope(condition: Condition, scope: str, scopes: dict[str, str]) -> Iterator[Problem]:
    if isinstance(condition, (All, Either, Count)):
        for part in condition.parts:
            yield from _out_of_scope(part, scope, scopes)
    elif isinstance(condition, Not):
        yield from _out_of_scope(condition.part, scope, scopes)
    elif isinstance(condition, Quantified):
        yield from _out_of_scope(condition.where, condition.list, scopes)
    elif isinstance(condition, FindingTest):
        about = scopes.get(condition.name, CASE)
        if about not in (CASE, scope):
            message = f'"{condition.name}" is a finding about each of the {about}; ask with any, every, none or each'
            yield Problem(condition.at, "finding-scope", message)


def member_candidates(base: Playbase) -> Iterator[Problem]:
    """Yield rules about members that put forward or defeat a verdict of the case."""
    for rule in base.rules:
        if rule.each and (rule.then.candidate or rule.then.defeats):
            message = (
                f'"{rule.id}" judges each of the {rule.each}; only a rule about the case has a candidate or defeats'
            )
            yield Problem(rule.at, "member-candidate", message)


def defeat_circles(base: Playbase) -> Iterator[Problem]:
    """Yield pairs of candidates that defeat one another, so that neither could ever stand beside the other."""
    candidates = [rule for rule in base.rules if rule.then.candidate]
    for number, rule in enumerate(candidates):
        for other in candidates[number + 1 :]:
            if _defeats(rule, other) and _defeats(other, rule):
                yield Problem(rule.at, "defeat-circle", f'"{rule.id}" and "{other.id}" defeat each other')


def _defeats(rule: Rule, other: Rule) -> bool:
    verdict = other.then.candidate.verdict if other.then.candidate else ""
    return verdict in rule.then.defeats or other.id in rule.then.defeats


def unfillable_questions(base: Playbase) -> Iterator[Problem]:
    """Yield facts whose question prints something else than the member that it is about."""
    for fact in base.knowledge.facts.values():
        for name in placeholders(fact.ask.en + fact.ask.zh):
            if fact.scope == CASE or name != "self":
                message = f'"{fact.path}": ask prints {{{name}}}; only {{self}} can be filled, the member of a list'
                yield Problem(fact.at, "unbound-placeholder", message)


def misplaced_conclusions(base: Playbase) -> Iterator[Problem]:
    """Yield classifications of something else than the rule is about, and approaches to nobody."""
    for rule in base.rules:
        kind = rule.then.classify
        if kind and (scheme := base.knowledge.schemes.get(kind.scheme)):
            about = CASE if scheme.about in ("account", "deal") else scheme.about
            if about != rule.scope:
                message = f'"{scheme.id}" sorts {scheme.about}, but "{rule.id}" is about {rule.scope}; see "each"'
                yield Problem(kind.at, "misplaced-conclusion", message)
        person = rule.each and f"{base.knowledge.lists[rule.each].member}.role" in base.knowledge.facts
        if rule.then.approach and not person:
            message = f'"{rule.id}" says how to approach a person, but is not about each of the people'
            yield Problem(rule.then.approach[0].at, "misplaced-conclusion", message)


def unmade_places(base: Playbase) -> Iterator[Problem]:
    """Yield places of schemes in which no rule puts anything."""
    made = {(c.scheme, c.value) for rule in base.rules if (c := rule.then.classify)}
    for scheme in base.knowledge.schemes.values():
        for place in scheme.values:
            if (scheme.id, place) not in made:
                message = f'no rule puts anything in "{place}" of the scheme "{scheme.id}"'
                yield Problem(scheme.at, "place-unmade", message)


def unknown_slot_files(base: Playbase) -> Iterator[Problem]:
    """Yield slots whose order names a rule file that does not exist or says nothing in that slot."""
    for slot in base.knowledge.slots.values():
        speaking = {f.id for f in base.files for r in f.rules if any(a.slot == slot.id for a in r.then.approach)}
        for name in slot.order:
            if name not in speaking:
                message = f'the order of the slot "{slot.id}" names "{name}", and no rule of that file speaks to it'
                yield Problem(slot.at, "slot-silent", message + nearest(name, speaking))
