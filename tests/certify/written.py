"""A rule set and a deal as YAML, in the words of rule files and case files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.casetext import statement_text, value_text
from advisor.evidence import State, View
from advisor.model import (
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
    paths_read,
)
from advisor.rule import Then
from advisor.rulebase import Playbase
from tests.strategies import DAY


def deal_text(view: View, name: str) -> str:
    """Write a deal as a case file, which `advisor.load.cases` reads again against the dictionary of its rule set."""
    lines = [f"case: {name}", f"title: {name}", f"as_of: {DAY}", "facts:" + ("" if view.states else " {}")]
    lines += [f"  {path}: {_said(state)}" for path, state in view.states.items()]
    for list_, members in view.lists.items():
        lines.append(f"{list_}:" + ("" if members else " []"))
        for member in members:
            facts = [f"{path.partition('.')[2]}: {_said(state)}" for path, state in member.states.items()]
            lines.append("  - {" + ", ".join([f"id: {member.id}", *facts]) + "}")
    lines += [f"{list_}_complete: {'yes' if complete else 'no'}" for list_, complete in view.complete.items()]
    return "\n".join(lines) + "\n"


def _said(state: State) -> str:
    if len(state.said) == 1:
        return statement_text(state.said[0])
    return "[" + ", ".join(map(statement_text, state.said)) + "]" if state.said else "unknown"


def rule_set_text(base: Playbase, deal: View) -> str:
    """Write the rules, the quarantine, and the facts that these or a deal speak of; texts are left out."""
    quarantine = base.knowledge.evidence.quarantine
    spoken = set(deal.states).union(*(m.states for members in deal.lists.values() for m in members))
    spoken = spoken.union(*(paths_read(when) for when in (quarantine.when, *(rule.when for rule in base.rules))))
    facts = [fact for path, fact in base.knowledge.facts.items() if path in spoken]
    lines = ["facts:", *(f"  {fact.path}: {{{', '.join(_declared(fact))}}}" for fact in facts)]
    how = f"how: [{', '.join(quarantine.how)}], sensitive_without_how: {_flag(quarantine.sensitive_without_how)}"
    lines.append(f"quarantine: {{when: {condition_text(quarantine.when)}, {how}}}")
    lines.append("rules:")
    for rule in base.rules:
        lines.append(f"  - id: {rule.id}")
        lines += [f"    each: {rule.each}"] if rule.each else []
        lines.append(f"    when: {condition_text(rule.when)}")
        lines.append(f"    then: {{{', '.join(_concluded(rule.then))}}}")
    return "\n".join(lines) + "\n"


def _declared(fact: Fact) -> Iterator[str]:
    yield f"type: {fact.type}"
    if fact.values:
        yield f"values: {_names(fact.values)}"
    flags = {"ordered": fact.ordered, "claim": fact.claim, "none": fact.absent is not None, "sensitive": fact.sensitive}
    yield from (f"{name}: yes" for name, given in flags.items() if given)
    if fact.stale_after is not None:
        yield f"stale_after: {fact.stale_after}"
    if fact.incident:
        yield f"quiet: {value_text(fact.quiet)}"


def _concluded(then: Then) -> Iterator[str]:
    """Write what bears on a verdict, and the level of a guard."""
    if then.finding:
        yield f"finding: {then.finding}"
    if then.candidate:
        yield f"candidate: {{verdict: {then.candidate.verdict}, tier: {then.candidate.tier}}}"
    if then.defeats:
        yield f"defeats: {_names(then.defeats)}"
    if then.guard:
        yield f"guard: {{level: {then.guard.level}}}"


def condition_text(condition: Condition) -> str:
    """Write a condition in one line, as rule files have it."""
    if isinstance(condition, All):
        return f"{{all: {_parts(condition.parts)}}}"
    if isinstance(condition, Either):
        return f"{{either: {_parts(condition.parts)}}}"
    if isinstance(condition, Count):
        return f"{{at_least: {condition.need}, of: {_parts(condition.parts)}}}"
    if isinstance(condition, Not):
        return f"{{not: {condition_text(condition.part)}}}"
    if isinstance(condition, Quantified):
        return f"{{{condition.quantifier}: {condition.list}, where: {condition_text(condition.where)}}}"
    if isinstance(condition, FindingTest):
        return f"{{finding: {condition.name}}}"
    if isinstance(condition, KnowledgeTest):
        grade = f", at_least: {condition.grade}" if condition.grade else ""
        return f"{{{condition.ask}: {condition.path}{grade}}}"
    return f"{{fact: {condition.path}, {condition.op}: {_operand(condition)}}}"


def _operand(test: FactTest) -> str:
    operand = test.operand
    if isinstance(operand, FactRef):
        return f"{{fact: {operand.path}}}"
    if isinstance(operand, SettingRef):
        return f"{{setting: {operand.name}}}"
    return f"[{', '.join(map(value_text, operand))}]" if isinstance(operand, tuple) else value_text(operand)


def _parts(parts: Iterable[Condition]) -> str:
    return f"[{', '.join(map(condition_text, parts))}]"


def _names(names: Iterable[str] | Mapping[str, object]) -> str:
    return f"[{', '.join(names)}]"


def _flag(flag: bool) -> str:
    return "yes" if flag else "no"
