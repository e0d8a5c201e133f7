"""What speaks for a verdict and what speaks against it, in the customer's situation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from advisor.arbitrate import Contender, Decision
from advisor.evidence import doubt
from advisor.explain.argument import Explainer, facts_in, source_lines, unmet
from advisor.explain.wording import labelled
from advisor.judge import Judgement
from advisor.lexicon import listed, say
from advisor.lines import FactLine, Reason, ReasonKind
from advisor.model import CASE, FALLBACK, GRADES, KnowledgeTest, Text, leaves
from advisor.program import YES, Unit
from advisor.result import Node
from advisor.rule import Then

if TYPE_CHECKING:
    from advisor.flips import Flip


class Reasons:
    """Collects the reasons of one judged case."""

    def __init__(self, explainer: Explainer, judgement: Judgement) -> None:
        self.explainer = explainer
        self.judgement = judgement
        self.decision: Decision = judgement.decision
        self.knowledge = explainer.base.knowledge

    def leading(self) -> Text:
        """Return the first reason for the verdict."""
        if self.decision.winner is None:
            return self._fallback().text
        unit = self.decision.winner.unit
        assert unit.rule is not None
        return self.explainer.because(unit.rule, self.rows(unit)[0])

    def _deciding(self) -> Iterator[Reason]:
        """Yield the winning rule and others for the same verdict; or that there is none."""
        verdict = self.decision.verdict
        if self.decision.winner is None:
            yield self._fallback()
        backing = [c.unit for c in self.decision.standing if c.verdict == verdict]
        yield from self._of_units(backing, "candidate", verdict)

    def speaking_for(self) -> tuple[Reason, ...]:
        """The winning rule first, then others for the same verdict, supports, and the findings it rests on."""
        verdict, winner = self.decision.verdict, self.decision.winner
        found = list(self._deciding())
        supporting = self._weighed(self._yes(lambda u: verdict in _then(u).supports))
        found.extend(self._of_units(supporting, "supports", verdict))
        if winner is not None:
            found.extend(self._of_units(self._findings_below(winner.unit), "finding", verdict))
        return _news_first(_distinct(found))

    def speaking_against(self, flips: Iterable[Flip]) -> tuple[Reason, ...]:
        """Opposing rules first, then candidates for other verdicts that are overridden, then those not excluded.

        Last come facts in doubt one of which alone would turn the verdict. To be told to find out first is no reason
        against a verdict that overrides it.
        """
        verdict = self.decision.verdict
        opposing = self._weighed(self._yes(lambda u: verdict in _then(u).opposes))
        found = list(_news_first(self._of_units(opposing, "opposes", verdict)))
        for contender in self.decision.defeated:
            if contender.verdict not in (verdict, FALLBACK):
                found.extend(self._of_units([contender.unit], "other-verdict", contender.verdict))
        if self.judgement.proven.verdict != verdict:
            found.append(self._gap())
        found.extend(self._not_excluded())
        found.extend(self._hinges(flips))
        return _distinct(found)

    def _weighed(self, units: Iterable[Unit]) -> list[Unit]:
        """Grave reasons first; then those that rest on a known fact before those that nobody knows something."""
        return sorted(units, key=lambda u: (not _then(u).grave, not _rests_on_facts(u)))

    def _yes(self, wanted: Callable[[Unit], bool]) -> list[Unit]:
        program = self.explainer.program
        units = (program.units[number] for number in self.judgement.inference.holding(program.uses.speaking))
        return [unit for unit in units if wanted(unit)]

    def _of_units(self, units: Iterable[Unit], kind: ReasonKind, verdict: str) -> Iterator[Reason]:
        for unit in units:
            for index in self.rows(unit):
                yield self._reason(unit, index, kind, verdict)

    def rows(self, unit: Unit) -> list[int]:
        """Return the rows over which a unit is yes: -1 for the case, else members' indexes."""
        if unit.scope == CASE:
            return [-1]
        values = self.judgement.inference.members[unit.scope]
        return [i for i, row in enumerate(values) if row[unit.number] == YES]

    def _reason(self, unit: Unit, index: int, kind: ReasonKind, verdict: str) -> Reason:
        rule = unit.rule
        assert rule is not None
        facts = _facts(self.explainer, unit, index)
        grades = [GRADES.index(f.grade) for f in facts if f.grade and self.knowledge.facts[f.path].claim]
        weakest = GRADES[min(grades)] if grades else None
        return Reason(
            kind=kind,
            rule=rule.id,
            text=self.explainer.because(rule, index),
            verdict=verdict,
            weakest=weakest,
            weakest_label=self.knowledge.evidence.grades[weakest] if weakest else None,
            stale=any(f.stale for f in facts),
            facts=facts,
            sources=source_lines(rule.source, self.knowledge),
        )

    def _findings_below(self, unit: Unit) -> list[Unit]:
        """Return the rules that conclude the findings on which a rule rests, nearest first.

        What shows the phase stands in the head of the report.
        """
        names = [n.rule for child in self.explainer.rule(unit).children for n in _rules_in(child) if n.answer == "yes"]
        below = [self.explainer.explained[name] for name in dict.fromkeys(names) if name]
        phases = {phase.finding for phase in self.knowledge.phases.values()}
        return [unit for unit in below if _then(unit).finding not in phases]

    def _fallback(self) -> Reason:
        lines = self._nearest() or [self.explainer.wording.fact(p) for p in self.judgement.settlement.places[:3]]
        text = say("reason.fallback")
        if lines:
            missing = say("reason.missing", facts=listed(map(labelled, lines)))
            text = say("sentence.pair", first=text, second=missing)
        return Reason("fallback", None, text, self.decision.verdict, None, None, False, tuple(lines), ())

    def _nearest(self) -> list[FactLine]:
        """Return what the candidate that lacks least still lacks."""
        row = self.judgement.inference.columns.case
        undecided = sorted(self.decision.undecided, key=lambda c: (unmet(c.unit, row), c.rank))
        return list(missing_facts(self.explainer, undecided[0].unit)[:3]) if undecided else []

    def _gap(self) -> Reason:
        proven = self.judgement.proven.verdict
        lines = tuple(self.explainer.wording.fact(place) for place in self.judgement.carriers)
        facts = listed(say("fact.contradicted", fact=labelled(line), values=line.value) for line in lines[:3])
        text = say("reason.gap", facts=facts, verdict=self.knowledge.verdicts[proven].label)
        return Reason("other-verdict", None, text, proven, None, None, False, lines, ())

    def _hinges(self, flips: Iterable[Flip]) -> Iterator[Reason]:
        for flip in flips:
            place, value = flip.changes[0]
            fact = self.knowledge.facts[place[1]]
            why = doubt(self.judgement.view.state(place), fact)
            if len(flip.changes) == 1 and why and not fact.incident and place not in self.judgement.carriers:
                line = self.explainer.wording.fact(place)
                text = say(
                    "reason.hinge",
                    fact=labelled(line),
                    state=say(f"question.{why}", value=line.value),
                    value=self.explainer.wording.value(fact, value),
                    verdict=self.knowledge.verdicts[flip.verdict].label,
                )
                yield Reason("hinge", None, text, flip.verdict, None, None, False, (line,), ())

    def _not_excluded(self) -> Iterator[Reason]:
        """Candidates that would go first if they were yes, one for each verdict, and what is not known about them."""
        winner = self.decision.winner
        seen: set[str] = set()
        for contender in self.decision.undecided:
            if contender.verdict == self.decision.verdict or (winner and contender.rank > winner.rank):
                continue
            if contender.beaten_by(self.judgement.inference.case):
                continue
            reason = self._would_be(contender)
            if contender.verdict not in seen and not self._only_incidents(reason):
                seen.add(contender.verdict)
                yield reason

    def _only_incidents(self, reason: Reason) -> bool:
        return all(self.knowledge.facts[fact.path].incident for fact in reason.facts)

    def _would_be(self, contender: Contender) -> Reason:
        rule = contender.unit.rule
        assert rule is not None
        lines = missing_facts(self.explainer, contender.unit)
        return Reason(
            kind="undecided",
            rule=rule.id,
            text=say(
                "reason.would-be",
                verdict=self.knowledge.verdicts[contender.verdict].label,
                title=rule.title,
                facts=listed(map(labelled, lines[:3])),
            ),
            verdict=contender.verdict,
            weakest=None,
            weakest_label=None,
            stale=False,
            facts=lines,
            sources=source_lines(rule.source, self.knowledge),
        )


def _then(unit: Unit) -> Then:
    assert unit.rule is not None
    return unit.rule.then


def _rests_on_facts(unit: Unit) -> bool:
    assert unit.rule is not None
    return not any(isinstance(leaf, KnowledgeTest) and leaf.ask == "unknown" for leaf in leaves(unit.rule.when))


def missing_facts(explainer: Explainer, unit: Unit) -> tuple[FactLine, ...]:
    """Return the unknown facts on which an undecided rule hangs."""
    hanging = explainer.trace.hanging([(unit.number, CASE, -1)], explainer.inference, explainer.wording.view)
    return tuple(explainer.wording.fact(place) for place in hanging.places)


def _facts(explainer: Explainer, unit: Unit, index: int) -> tuple[FactLine, ...]:
    return tuple(dict.fromkeys(f for f in facts_in(explainer.rule(unit, index)) if f.standing in ("known", "absent")))


def _rules_in(node: Node) -> Iterator[Node]:
    if node.rule:
        yield node
    for child in node.children:
        yield from _rules_in(child)


def _distinct(reasons: list[Reason]) -> tuple[Reason, ...]:
    first: dict[Text, Reason] = {}
    for reason in reasons:
        first.setdefault(reason.text, reason)
    return tuple(first.values())


def _news_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Put reasons that rest on nothing but facts of those before them behind the others."""
    told: set[FactLine] = set()
    news: list[Reason] = []
    repeats: list[Reason] = []
    for reason in reasons:
        (repeats if reason.facts and told.issuperset(reason.facts) else news).append(reason)
        told.update(reason.facts)
    return (*news, *repeats)
