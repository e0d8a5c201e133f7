"""A judged deal to its report: everything that any surface shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from advisor.arbitrate import Contender
from advisor.evidence import Place
from advisor.explain.argument import answer
from advisor.explain.builder import ACCOUNT, Builder
from advisor.judge import Judge, Judgement
from advisor.lexicon import say
from advisor.lines import (
    Action,
    AnswerLine,
    CandidateLine,
    ChangeLine,
    ClassLine,
    FactLine,
    FlipLine,
    GuardLine,
    PhaseLine,
    Proof,
    QuestionLine,
    Step,
)
from advisor.model import Text
from advisor.program import NO, UNDECIDED, YES
from advisor.questions import Question
from advisor.result import Advice, CaseReport, DealReport, blocks

if TYPE_CHECKING:
    from advisor.flips import Flip
    from advisor.sheet import Sheet


def report(judge: Judge, judgement: Judgement, names: bool = False) -> CaseReport:
    """Build the whole report of a judged deal; `names` shows people's names beside their posts."""
    return _CaseBuilder(judge, judgement, names).whole()


def deal_report(judge: Judge, judgement: Judgement, names: bool = False) -> DealReport:
    """Build what a page of text shows of a judged deal; the same as stands in its whole report."""
    return _CaseBuilder(judge, judgement, names).shown()


def advice(judge: Judge, judgement: Judgement, names: bool = False) -> Advice:
    """Build what a rep is told about a judged deal; the same as stands in its report."""
    return _CaseBuilder(judge, judgement, names).advise()


class _CaseBuilder(Builder):
    def advise(self) -> Advice:
        j = self.judgement
        return Advice(
            id=j.case.id,
            title=j.case.title,
            verdict=self.verdict(j.decision.verdict),
            settled=j.settlement.settled,
            hangs_on=self._hangs_on(),
            hangs_first=tuple(self._keys()),
            hangs_on_lists=self._hangs_on_lists(),
            proof=self._proof(),
            because=self.reasons.leading(),
            actions=tuple(self._actions()),
            questions=tuple(self._questions()),
            warnings=tuple(self.warnings()),
            compliance=self.guarded,
            quarantined=self._quarantined(),
            people=self.people.people(),
        )

    def shown(self) -> DealReport:
        j = self.judgement
        return DealReport(
            id=j.case.id,
            title=j.case.title,
            about=j.case.about,
            as_of=j.case.as_of,
            file=j.case.file,
            verdict=self.verdict(j.decision.verdict),
            asks=self._asks(),
            settled=j.settlement.settled,
            possible=tuple(map(self.verdict, j.settlement.possible)),
            hangs_on=self._hangs_on(),
            hangs_first=tuple(self._keys()),
            hangs_on_lists=self._hangs_on_lists(),
            standing=tuple(self.verdict(v) for v in dict.fromkeys(c.verdict for c in j.decision.standing)),
            proof=self._proof(),
            reasons_for=self.reasons.speaking_for(),
            reasons_against=self.reasons.speaking_against(self.turning),
            warnings=tuple(self.warnings()),
            compliance=self.guarded,
            quarantined=self._quarantined(),
            actions=tuple(self._actions()),
            questions=tuple(self._questions()),
            flips=tuple(map(self._flip, self.turning)),
            contradictions=tuple(self.facts_where(lambda state: state.contradicted)),
            stale=tuple(f for f in self.facts_where(lambda s: s.stale) if f.path in self.judge.deciding_paths),
            phases=tuple(self._phases()),
            classes=tuple(self._classes()),
            people=self.people.people(),
        )

    def whole(self) -> CaseReport:
        shown = self.shown()
        return CaseReport(
            **vars(shown),
            candidates=tuple(self._candidates()),
            trace=tuple(self._trace()),
            undecided=tuple(self._undecided()),
            sheet=self._sheet(shown.flips, shown.questions),
        )

    def _asks(self) -> Text:
        """Say what the board is asked; where the deal goes on, with a word on what compliance stops."""
        verdict = self.knowledge.verdicts[self.judgement.decision.verdict]
        stopped = not verdict.closes and any(map(blocks, self.guarded))
        return say("asked.blocked", text=verdict.decision) if stopped else verdict.decision

    def _sheet(self, flips: tuple[FlipLine, ...], questions: tuple[QuestionLine, ...]) -> Sheet:
        """Put the deal on one page, which no rep's next action needs."""
        from advisor.explain.sheet import SheetBuilder

        return SheetBuilder(self).build(flips, questions)

    def _hangs_on(self) -> tuple[FactLine, ...]:
        return tuple(sorted(map(self.wording.fact, self.judgement.settlement.places), key=_contradicted_first))

    def _hangs_on_lists(self) -> tuple[Text, ...]:
        return tuple(self.knowledge.lists[name].label for name in self.judgement.settlement.lists)

    def _quarantined(self) -> tuple[Text, ...]:
        return tuple(self.knowledge.facts[path].label for _, path in self.judgement.view.quarantined)

    def _proof(self) -> Proof:
        j = self.judgement
        same = j.proven.verdict == j.decision.verdict
        return Proof(self.verdict(j.proven.verdict), same, tuple(map(self.wording.fact, j.carriers)))

    def _classes(self) -> Iterator[ClassLine]:
        """Yield where the deal stands, and where the account stands if the case says anything about it."""
        about_account = any(path.startswith(ACCOUNT) for path in self.judgement.view.states)
        return (line for line in self.people.classes() if about_account or line.about != "account")

    def _phases(self) -> Iterator[PhaseLine]:
        """Yield the phase that the deal is judged to be in, with what shows it."""
        phase_of = {phase.finding: phase for phase in self.knowledge.phases.values()}
        seen: set[str] = set()
        for rule, index in self.holding:
            phase = phase_of.get(rule.then.finding or "")
            if phase and phase.id not in seen:
                seen.add(phase.id)
                yield PhaseLine(phase.id, phase.label, self.explainer.because(rule, index), rule.id)

    def _actions(self) -> Iterator[Action]:
        verdict = self.judgement.decision.verdict
        return (action for action, serves in self.action_lines() if not serves or verdict in serves)

    @cached_property
    def guarded(self) -> tuple[GuardLine, ...]:
        """The legal limits in sight."""
        return tuple(self.guards())

    @cached_property
    def asked(self) -> list[Question]:
        """The questions worth asking, best first."""
        return self.judge.questions(self.judgement)

    @cached_property
    def turning(self) -> list[Flip]:
        """The flips of the verdict."""
        return self.judge.flips(self.judgement)

    def _keys(self) -> Iterator[FactLine]:
        """Yield the facts one of whose answers would by itself settle the verdict as it stands."""
        verdict = self.judgement.decision.verdict
        for question in self.asked:
            settles = any(answer.settles and answer.verdict == verdict for answer in question.answers)
            if settles and question.place in self._hanging:
                yield self.wording.fact(question.place)

    @cached_property
    def _hanging(self) -> frozenset[Place]:
        return frozenset(self.judgement.settlement.places)

    def _questions(self) -> Iterator[QuestionLine]:
        """Yield the questions that somebody may be asked now.

        What turns nothing is asked about one person or rival only, and again once that is answered.
        """
        seen: set[str] = set()
        for line in map(self._question, self.asked):
            if line.who and (line.turns or line.fact.path not in seen):
                seen.add(line.fact.path)
                yield line

    def _question(self, question: Question) -> QuestionLine:
        fact, declared, ask = self.question(question.place)
        return QuestionLine(
            fact=fact,
            ask=ask,
            who=tuple(dict.fromkeys(self.answerers(declared.who, question.place))),
            cost=declared.cost,
            why=question.why,
            turns=tuple(
                AnswerLine(self.wording.value(declared, a.value), self.verdict(a.verdict), a.settles)
                for a in question.turns
            ),
            settles=question.settling > 0,
        )

    def _flip(self, flip: Flip) -> FlipLine:
        changes = (
            ChangeLine(
                fact=self.wording.fact(place),
                to=self.wording.value(self.knowledge.facts[place[1]], value),
                change=self.knowledge.facts[place[1]].change,
            )
            for place, value in flip.changes
        )
        return FlipLine(tuple(changes), self.verdict(flip.verdict))

    def _candidates(self) -> Iterator[CandidateLine]:
        decision = self.judgement.decision
        for contender in self.judge.arbiter.contenders:
            rule = contender.unit.rule
            value = self.judgement.inference.case[contender.unit.number]
            if rule is None or value == NO:
                continue
            by = self._defeaters(contender)
            status = "undecided" if value != YES else "defeated" if by else "stands"
            if contender == decision.winner:
                status = "wins"
            yield CandidateLine(rule.id, contender.verdict, status, by)  # type: ignore[arg-type]

    def _defeaters(self, contender: Contender) -> tuple[str, ...]:
        values, units = self.judgement.inference.case, self.judge.program.units
        return tuple(units[n].name for n in contender.beaten_by(values))

    def _trace(self) -> Iterator[Step]:
        """List the conclusions that hold, each once, in the order in which they fired."""
        seen: set[tuple[int, int]] = set()
        record = self.judgement.inference.record
        for firing in chain.from_iterable(said.firings(certain=True) for said in record):
            unit, key = self.judge.program.units[firing.unit], (firing.unit, firing.member)
            if unit.rule is None or key in seen:
                continue
            seen.add(key)
            member = self.explainer.member_view(unit.scope, firing.member)
            row = self.explainer.row(unit.scope, firing.member)
            yield Step(
                rule=unit.rule.id,
                title=unit.rule.title,
                member=member[1].id if member else None,
                because=self.explainer.because(unit.rule, firing.member),
                read=tuple(
                    f"{self.explainer.column_name(lit.column)} = {answer(row[lit.column])}"
                    for lit in unit.alternatives[firing.alternative]
                ),
            )

    def _undecided(self) -> Iterator[str]:
        """Name the rules that may yet hold, for the case or for somebody on it."""
        inference, units = self.judgement.inference, self.judge.program.units
        rows = zip(inference.case, *chain.from_iterable(inference.members.values()), strict=True)
        rules = (units[number].rule for number, values in enumerate(rows) if UNDECIDED in values)
        return (rule.id for rule in rules if rule is not None)


def _contradicted_first(fact: FactLine) -> bool:
    return fact.standing != "contradicted"
