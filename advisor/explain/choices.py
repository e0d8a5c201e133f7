"""What a board could choose, and what would end the pursuit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advisor.arbitrate import Contender
from advisor.explain.argument import unmet
from advisor.explain.builder import Builder
from advisor.explain.reasons import missing_facts
from advisor.explain.wording import labelled
from advisor.lexicon import join, listed, say
from advisor.lines import FactLine, FlipLine, QuestionLine, VerdictLine
from advisor.model import Text
from advisor.sheet import EndLine, OptionLine, OptionStatus

_STATUSES: tuple[OptionStatus, ...] = ("wins", "stands", "defeated", "undecided", "uncalled")
Turn = tuple[FactLine, Text, VerdictLine]
"""A fact, a value that it could turn out to have, and the verdict that follows."""


class Choices:
    """Reads the options and the ends of one judged deal."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.judgement = builder.judgement
        self.knowledge = builder.knowledge

    def options(self, always: Iterable[str]) -> list[OptionLine]:
        """Return one line a verdict: what was put forward, what still may be, and what is always an option."""
        found: dict[str, OptionLine] = {}
        possible = {*self.judgement.settlement.possible}
        ranked = sorted(self._fates(), key=lambda pair: _STATUSES.index(pair[1]))
        for contender, status in ranked:
            verdict = contender.verdict
            if verdict not in found and (status != "undecided" or verdict in possible):
                found[verdict] = OptionLine(self.builder.verdict(verdict), status, self._fate(contender, status))
        if self.judgement.decision.winner is None:
            verdict = self.judgement.decision.verdict
            first = OptionLine(self.builder.verdict(verdict), "wins", say("reason.fallback"))
            found = {verdict: first, **{k: v for k, v in found.items() if k != verdict}}
        for verdict in always:
            if verdict not in found:
                found[verdict] = OptionLine(self.builder.verdict(verdict), "uncalled", self._far(verdict))
        return list(found.values())

    def _fates(self) -> Iterator[tuple[Contender, OptionStatus]]:
        decision = self.judgement.decision
        if decision.winner is not None:
            yield decision.winner, "wins"
        yield from ((c, "stands") for c in decision.standing)
        yield from ((c, "defeated") for c in decision.defeated)
        yield from ((c, "undecided") for c in decision.undecided)

    def _fate(self, contender: Contender, status: OptionStatus) -> Text:
        rule = contender.unit.rule
        assert rule is not None
        because = self.builder.explainer.because
        if status in ("wins", "stands"):
            return because(rule, -1)
        if status == "undecided":
            missing = listed(map(labelled, missing_facts(self.builder.explainer, contender.unit)[:3]))
            return say("option.possible", title=rule.title, facts=missing)
        values, units = self.judgement.inference.case, self.builder.judge.program.units
        by = [units[n].rule for n in contender.beaten_by(values)]
        titles = join([r.title for r in by if r is not None])
        return say("option.overridden", because=because(rule, -1), by=titles)

    def _far(self, verdict: str) -> Text:
        """Say that nothing calls for a verdict, and which of its rules comes nearest; a legal limit is never near."""
        row = self.judgement.inference.columns.case
        rules = [c for c in self.builder.judge.arbiter.contenders if c.verdict == verdict and not _is_limit(c)]
        if not rules:
            return say("option.no-rule")
        nearest = min(rules, key=lambda c: (unmet(c.unit, row), c.rank)).unit.rule
        assert nearest is not None
        return say("option.far", title=nearest.title)

    def ends(self, flips: Sequence[FlipLine], questions: Sequence[QuestionLine]) -> Iterator[EndLine]:
        """Yield what would end the pursuit: single facts on file, single answers, and rules that are not excluded."""
        seen: set[tuple[str | None, str]] = set()
        for fact, value, verdict in (*_single(flips), *_answers(questions)):
            place = (fact.member, fact.path)
            if self._ends_pursuit(verdict.id) and place not in seen:
                seen.add(place)
                yield EndLine(say("end.turns", fact=labelled(fact), value=value), fact.value, (fact,), verdict)
        for contender in self.judgement.decision.undecided:
            if self._ends_pursuit(contender.verdict) and self._possible(contender):
                missing = missing_facts(self.builder.explainer, contender.unit)
                if not any((fact.member, fact.path) in seen for fact in missing):
                    yield self._end(contender, missing)

    def _end(self, contender: Contender, missing: tuple[FactLine, ...]) -> EndLine:
        rule = contender.unit.rule
        assert rule is not None
        now = say("end.missing", facts=listed(map(labelled, missing[:3])))
        return EndLine(rule.title, now, missing, self.builder.verdict(contender.verdict))

    def _possible(self, contender: Contender) -> bool:
        beaten = contender.beaten_by(self.judgement.inference.case)
        return contender.verdict in self.judgement.settlement.possible and not beaten

    def _ends_pursuit(self, verdict: str) -> bool:
        return self.knowledge.verdicts[verdict].closes and verdict != self.judgement.decision.verdict


def _is_limit(contender: Contender) -> bool:
    return contender.unit.rule is not None and contender.unit.rule.then.guard is not None


def _single(flips: Sequence[FlipLine]) -> Iterator[Turn]:
    return ((f.changes[0].fact, f.changes[0].to, f.verdict) for f in flips if len(f.changes) == 1)


def _answers(questions: Sequence[QuestionLine]) -> Iterator[Turn]:
    return ((q.fact, turn.value, turn.verdict) for q in questions for turn in q.turns)
