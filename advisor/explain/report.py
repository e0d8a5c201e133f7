"""A judgement to the report of a case: everything that any surface shows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta

from advisor.arbitrate import Contender
from advisor.evidence import Place, State
from advisor.explain.argument import Explainer, answer, source_lines
from advisor.explain.reasons import Reasons
from advisor.explain.wording import Wording, fill
from advisor.flips import Flip
from advisor.judge import Judge, Judgement
from advisor.lexicon import say
from advisor.model import Action as ActionRule
from advisor.model import Rule, Text
from advisor.program import NO, YES, Unit
from advisor.questions import Question
from advisor.result import (
    Action,
    AnswerLine,
    CandidateLine,
    CaseReport,
    ChangeLine,
    FactLine,
    FlipLine,
    GuardLine,
    Proof,
    QuestionLine,
    Step,
    VerdictLine,
    Warning,
)

_LEVELS = ("refuse", "hold", "reword", "note")


def explainer(judge: Judge, judgement: Judgement, names: bool = False) -> Explainer:
    """Return the explainer of a judged case."""
    wording = Wording(judge.knowledge, judgement.view, judgement.case.currency, names)
    return Explainer(judge.base, judge.program, judgement.inference, wording)


def report(judge: Judge, judgement: Judgement, names: bool = False) -> CaseReport:
    """Build the whole report of a judged case; `names` shows people's names beside their posts."""
    return _Builder(judge, judgement, names).build()


class _Builder:
    def __init__(self, judge: Judge, judgement: Judgement, names: bool) -> None:
        self.judge = judge
        self.judgement = judgement
        self.knowledge = judge.knowledge
        self.explainer = explainer(judge, judgement, names)
        self.wording = self.explainer.wording
        self.reasons = Reasons(self.explainer, judgement)

    def build(self) -> CaseReport:
        j = self.judgement
        return CaseReport(
            id=j.case.id,
            title=j.case.title,
            about=j.case.about,
            as_of=j.case.as_of,
            file=j.case.file,
            verdict=self.verdict(j.decision.verdict),
            settled=j.settlement.settled,
            possible=tuple(map(self.verdict, j.settlement.possible)),
            hangs_on=tuple(map(self.wording.fact, j.settlement.places)),
            hangs_on_lists=tuple(self.knowledge.lists[name].label for name in j.settlement.lists),
            standing=tuple(self.verdict(v) for v in dict.fromkeys(c.verdict for c in j.decision.standing)),
            proof=self._proof(),
            reasons_for=self.reasons.speaking_for(),
            reasons_against=self.reasons.speaking_against(),
            warnings=tuple(self._warnings()),
            compliance=tuple(self._guards()),
            quarantined=tuple(self.knowledge.facts[path].label for _, path in j.view.quarantined),
            actions=tuple(self._actions()),
            questions=tuple(map(self._question, self.judge.questions(j))),
            flips=tuple(map(self._flip, self.judge.flips(j))),
            contradictions=tuple(self._facts_where(lambda state: state.contradicted)),
            stale=tuple(f for f in self._facts_where(lambda s: s.stale) if f.path in self.judge.deciding_paths),
            candidates=tuple(self._candidates()),
            trace=tuple(self._trace()),
        )

    def verdict(self, id_: str) -> VerdictLine:
        verdict = self.knowledge.verdicts[id_]
        return VerdictLine(id_, verdict.label, verdict.meaning, verdict.decision)

    def _proof(self) -> Proof:
        j = self.judgement
        same = j.proven.verdict == j.decision.verdict
        return Proof(self.verdict(j.proven.verdict), same, tuple(map(self.wording.fact, j.carriers)))

    def _holding(self) -> Iterator[tuple[Unit, Rule, int]]:
        """Yield each rule that is yes, once for the case or once for each member it holds for."""
        for unit in self.judge.program.units:
            if unit.rule is not None and self.judgement.inference.value(unit) == YES:
                for index in self.reasons.rows(unit):
                    yield unit, unit.rule, index

    def _warnings(self) -> Iterator[Warning]:
        for _, rule, index in self._holding():
            if rule.then.warning:
                sources = source_lines(rule.source, self.knowledge)
                yield Warning(rule.then.warning, self.explainer.because(rule, index), rule.id, sources)

    def _guards(self) -> Iterator[GuardLine]:
        found: list[GuardLine] = []
        for unit in self.judge.program.units:
            rule = unit.rule
            if rule is None or rule.then.guard is None or self.judgement.inference.value(unit) == NO:
                continue
            certain = self.judgement.inference.value(unit) == YES
            for index in self.reasons.rows(unit) if certain else [-1]:
                found.append(self._guard(rule, self.explainer.because(rule, index) if certain else rule.title, certain))
        yield from sorted(found, key=lambda g: (g.answer != "yes", _LEVELS.index(g.level)))

    def _guard(self, rule: Rule, because: Text, certain: bool) -> GuardLine:
        guard = rule.then.guard
        assert guard is not None
        law = self.knowledge.laws[guard.law]
        return GuardLine(
            level=guard.level,
            answer="yes" if certain else "undecided",
            because=because,
            law=law.cite,
            says=law.says,
            instead=guard.instead,
            rule=rule.id,
        )

    def _actions(self) -> list[Action]:
        verdict = self.judgement.decision.verdict
        found: dict[tuple[Text, Text, Text | None], Action] = {}
        holding = list(self._holding())
        muted = {id_ for _, rule, _ in holding for id_ in rule.then.mutes}
        for _, rule, index in holding:
            for action in rule.then.actions if rule.id not in muted else ():
                if not action.serves or verdict in action.serves:
                    line = self._action(action, rule, index)
                    found.setdefault((line.do, line.who, line.to), line)
        return sorted(found.values(), key=lambda a: a.by)

    def _action(self, action: ActionRule, rule: Rule, index: int) -> Action:
        horizon = self.knowledge.horizons[action.by]
        return Action(
            do=action.do,
            who=self.knowledge.our_roles[action.who],
            to=self._to(action.to, rule, index),
            by=self.judgement.case.as_of + timedelta(days=horizon.days),
            horizon=horizon.label,
            why=self.explainer.because(rule, index),
            rule=rule.id,
        )

    def _to(self, role: str | None, rule: Rule, index: int) -> Text | None:
        """Name the person: the one that the rule is about, else the only one known in that role, else the role."""
        member = self.explainer.member_view(rule.scope, index)
        if member is not None and self.wording.is_person(member[1]):
            return self.wording.member(member[1], member[0])
        if role is None:
            return None
        people = [m for m in self.wording.members.values() if self._plays(m[1].states, role)]
        return self.wording.member(people[0][1], people[0][0]) if len(people) == 1 else self.knowledge.their_roles[role]

    def _plays(self, states: Mapping[str, State], role: str) -> bool:
        state, coach = states.get("stakeholder.role"), states.get("stakeholder.coach")
        return bool(state and state.value == role) or (role == "coach" and bool(coach and coach.value is True))

    def _question(self, question: Question) -> QuestionLine:
        fact = self.wording.fact(question.place)
        declared = self.knowledge.facts[question.place[1]]
        ask = fill(declared.ask, {"self": fact.who}) if fact.who else declared.ask
        if fact.who and ask == declared.ask:
            ask = say("question.about", who=fact.who, ask=ask)
        return QuestionLine(
            fact=fact,
            ask=ask,
            who=tuple(dict.fromkeys(self._answerers(declared.who, question.place))),
            cost=declared.cost,
            why=question.why,
            turns=tuple(
                AnswerLine(self.wording.value(declared, a.value), self.verdict(a.verdict), a.settles)
                for a in question.turns
            ),
            settles=question.settling > 0,
        )

    def _answerers(self, roles: Iterable[str], place: Place) -> Iterator[Text]:
        """Name the people of the case who play these roles, else the roles.

        Nobody is asked about himself, nor to settle a contradiction that he is a side of.
        """
        state = self.judgement.view.state(place)
        partial = {place[0], *(s.by for s in state.said if state.contradicted)}
        for role in roles:
            people = [
                m for id_, m in self.wording.members.items() if id_ not in partial and self._plays(m[1].states, role)
            ]
            if people:
                yield from (self.wording.member(view, list_) for list_, view in people)
            else:
                yield self.wording.role(role) or Text(role, role)

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

    def _facts_where(self, wanted: Callable[[State], bool]) -> Iterator[FactLine]:
        view = self.judgement.view
        places: list[tuple[Place, State]] = [((None, path), state) for path, state in sorted(view.states.items())]
        for members in view.lists.values():
            places.extend(((m.id, path), state) for m in members for path, state in sorted(m.states.items()))
        return (self.wording.fact(place, state) for place, state in places if wanted(state))

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
        return tuple(units[n].name for n in contender.defeated_by if values[n] == YES)

    def _trace(self) -> Iterator[Step]:
        """List conclusions in the order in which they fired; a certain one is not repeated as a possible one."""
        firings = self.judgement.inference.firings
        certain = {(f.unit, f.member) for f in firings if f.certain}
        seen: set[tuple[int, int]] = set()
        for firing in firings:
            unit, key = self.judge.program.units[firing.unit], (firing.unit, firing.member)
            if unit.rule is None or key in seen or (not firing.certain and key in certain):
                continue
            seen.add(key)
            member = self.explainer.member_view(unit.scope, firing.member)
            literals = unit.alternatives[firing.alternative]
            yield Step(
                rule=unit.rule.id,
                title=unit.rule.title,
                member=member[1].id if member else None,
                answer="yes" if firing.certain else "undecided",
                because=self.explainer.because(unit.rule, firing.member) if firing.certain else None,
                read=tuple(
                    f"{self.explainer.column_name(lit.column)} = {answer(value)}"
                    for lit, value in zip(literals, firing.values, strict=True)
                ),
            )
