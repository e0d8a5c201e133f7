"""Answers to why, and why not, for a verdict, a finding or a rule."""

from __future__ import annotations

from dataclasses import replace

from advisor.arbitrate import Contender
from advisor.explain.argument import MAX_NEAREST, Explainer, facts_in, unmet
from advisor.judge import Judge, Judgement
from advisor.lexicon import join, say
from advisor.lines import FactLine
from advisor.model import CASE, Text
from advisor.problems import InputError, Location, Problem, nearest
from advisor.program import YES, Unit
from advisor.result import Argument, Node


def why(judge: Judge, judgement: Judgement, explainer: Explainer, conclusion: str | None) -> Argument:
    """Explain a verdict (left out: the one reached), a finding or a rule; raise InputError for an unknown name."""
    name = conclusion or judgement.decision.verdict
    if name in judge.knowledge.verdicts:
        return _why_verdict(judge, judgement, explainer, name)
    units = [u for u in judge.program.units if u.rule and name in (u.rule.id, u.rule.then.finding)]
    if not units:
        raise _unknown(judge, name)
    label = judge.base.findings[name].label if name in judge.base.findings else _title(units[0])
    return Argument(say("why.heading", name=label), tuple(_trees(explainer, units)))


def why_not(judge: Judge, judgement: Judgement, explainer: Explainer, verdict: str) -> Argument:
    """Explain why a verdict was not reached: its nearest rules, every condition marked."""
    if verdict not in judge.knowledge.verdicts:
        raise _unknown(judge, verdict, verdicts_only=True)
    label = judge.knowledge.verdicts[verdict].label
    heading = say("why-not.heading", name=label)
    if verdict == judgement.decision.verdict:
        return Argument(heading, (_note(say("why-not.chosen", name=label)),))
    contenders = [c for c in judge.arbiter.contenders if c.verdict == verdict]
    if not contenders:
        return Argument(heading, (_note(say("why.no-rule", name=label)),))
    row = judgement.inference.columns.case
    closest = sorted(contenders, key=lambda c: (unmet(c.unit, row), c.rank))[:MAX_NEAREST]
    trees = tuple(_with_fate(judge, judgement, obstacles(explainer.rule(c.unit, whole=True)), c) for c in closest)
    return Argument(heading, trees, _missing(trees))


def obstacles(node: Node) -> Node:
    """Keep of a tree what stands in the way: what holds already is named, but not taken apart.

    Under a `not` the obstacle is what holds, so there the tree stays whole.
    """
    if node.kind == "not" and node.answer != "yes":
        return node
    if node.kind != "rule" and node.answer == "yes":
        return replace(node, children=())
    return replace(node, children=tuple(map(obstacles, node.children)))


def _why_verdict(judge: Judge, judgement: Judgement, explainer: Explainer, verdict: str) -> Argument:
    heading = say("why.heading", name=judge.knowledge.verdicts[verdict].label)
    if verdict != judgement.decision.verdict:
        return why_not(judge, judgement, explainer, verdict)
    backing = [c for c in judgement.decision.standing if c.verdict == verdict]
    if backing:
        return Argument(heading, tuple(explainer.rule(c.unit) for c in backing))
    missing = tuple(explainer.wording.fact(place) for place in judgement.settlement.places)
    return Argument(heading, (_note(say("why.fallback")),), missing)


def _with_fate(judge: Judge, judgement: Judgement, tree: Node, contender: Contender) -> Node:
    """Add to a rule that holds why it still did not win."""
    values = judgement.inference.case
    if values[contender.unit.number] != YES:
        return tree
    by = [judge.program.units[n] for n in contender.beaten_by(values)]
    if by:
        note = say("why.defeated", by=join([_title(unit) for unit in by]))
    else:
        note = say("why.outranked", verdict=judge.knowledge.verdicts[judgement.decision.verdict].label)
    return replace(tree, children=(*tree.children, _note(note)))


def _trees(explainer: Explainer, units: list[Unit]) -> list[Node]:
    """Show the rules that hold; when none does, all of them with every condition."""
    rows = [
        (u, i) for u in units for i in ([-1] if u.scope == CASE else range(len(explainer.inference.members[u.scope])))
    ]
    holding = [(u, i) for u, i in rows if explainer.unit_value(u, i) == YES]
    return [explainer.rule(u, i) for u, i in holding] or [explainer.rule(u, i, whole=True) for u, i in rows]


def _missing(trees: tuple[Node, ...]) -> tuple[FactLine, ...]:
    facts = (f for tree in trees if tree.answer != "no" for f in facts_in(tree))
    return tuple(dict.fromkeys(f for f in facts if f.standing in ("unknown", "contradicted")))


def _note(text: Text) -> Node:
    return Node(kind="note", text=text, answer="yes")


def _title(unit: Unit) -> Text:
    return unit.rule.title if unit.rule else Text(unit.name, unit.name)


def _unknown(judge: Judge, name: str, verdicts_only: bool = False) -> InputError:
    names = list(judge.knowledge.verdicts)
    if not verdicts_only:
        names += [*judge.base.findings, *(u.rule.id for u in judge.program.units if u.rule)]
    what = "verdict" if verdicts_only else "verdict, finding or rule"
    message = f'there is no {what} "{name[:80]}"{nearest(name, names)}'
    return InputError([Problem(Location("command line"), "unknown-name", message)])
