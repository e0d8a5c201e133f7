"""What every report is built from: the rules that hold, their warnings, limits, actions, and questions in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property

from advisor.evidence import MemberView, Place, State, doubt
from advisor.explain.argument import Explainer, source_lines
from advisor.explain.contact import Contact
from advisor.explain.people import Holding, People
from advisor.explain.reasons import Reasons
from advisor.explain.wording import Wording, fill, verdict_line
from advisor.judge import Judge, Judgement
from advisor.lexicon import say
from advisor.lines import Action, FactLine, GuardLine, QuestionLine, VerdictLine, Warning
from advisor.model import Fact, Text
from advisor.program import NO, YES
from advisor.rule import GUARD_LEVELS, STOPPING, Rule
from advisor.rule import Action as ActionRule

ACCOUNT = "account."
"""Facts about the account as a whole are named so (knowledge/facts/)."""


def explainer(judge: Judge, judgement: Judgement, names: bool = False) -> Explainer:
    """Return the explainer of a judged case."""
    wording = Wording(judge.knowledge, judgement.view, judgement.case.currency, names)
    return Explainer(judge.base, judge.program, judgement.inference, wording)


class Builder:
    """One judged case, and the lines that reports of deals and of accounts share."""

    def __init__(self, judge: Judge, judgement: Judgement, names: bool) -> None:
        self.judge = judge
        self.judgement = judgement
        self.knowledge = judge.knowledge
        self.explainer = explainer(judge, judgement, names)
        self.wording = self.explainer.wording
        self.reasons = Reasons(self.explainer, judgement)
        self.holding = tuple(self._holding())

    @cached_property
    def people(self) -> People:
        """Where the case and its people stand, and how to deal with each."""
        return People(self.explainer, self.holding, self.contact.out_of_bounds)

    @cached_property
    def contact(self) -> Contact:
        """Whom an action or a question may reach now."""
        return Contact(self.explainer, self.holding)

    def verdict(self, id_: str) -> VerdictLine:
        """Return a verdict in words."""
        return verdict_line(self.knowledge, id_)

    def _holding(self) -> Iterator[Holding]:
        """Yield each rule that is yes, once for the case or once for each member it holds for."""
        units = self.judge.program.units
        for unit in (units[number] for number in self.judgement.inference.holding(range(len(units)))):
            if unit.rule is not None:
                for index in self.reasons.rows(unit):
                    yield unit.rule, index

    def warnings(self) -> Iterator[Warning]:
        """Yield the seller's errors in sight."""
        for rule, index in self.holding:
            if rule.then.warning:
                sources = source_lines(rule.source, self.knowledge)
                yield Warning(rule.then.warning, self.explainer.because(rule, index), rule.id, sources)

    def guards(self) -> Iterator[GuardLine]:
        """Yield legal limits: those that hold, then those that cannot be excluded yet."""
        found: list[GuardLine] = []
        program, values = self.judge.program, self.judgement.inference.strongest
        for unit in (program.units[number] for number in program.uses.guarding if values[number] != NO):
            rule, certain = unit.rule, values[unit.number] == YES
            if rule is None:
                continue
            for index in self.reasons.rows(unit) if certain else [-1]:
                found.append(self._guard(rule, self.explainer.because(rule, index) if certain else rule.title, certain))
        yield from sorted(found, key=lambda g: (g.answer != "yes", GUARD_LEVELS.index(g.level)))

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

    def action_lines(self) -> list[tuple[Action, tuple[str, ...]]]:
        """Return the actions of all rules that hold, each with the verdicts that it serves.

        What a legal limit asks for goes before everything else, then what is due soonest.
        """
        found: dict[tuple[Text, Text, Text | None], tuple[Action, tuple[str, ...]]] = {}
        for rule, index in self.holding:
            for action in rule.then.actions:
                if self._reachable(action, rule, index):
                    line = self._action(action, rule, index)
                    found.setdefault((line.do, line.who, line.to), (line, action.serves))
        return sorted(found.values(), key=lambda pair: self._urgency(pair[0]))

    def _urgency(self, action: Action) -> tuple[bool, date, int]:
        return action.rule not in self._stopping, action.by, self._rank(action.rule)

    @cached_property
    def _stopping(self) -> frozenset[str]:
        guards = ((rule.id, rule.then.guard) for rule, _ in self.holding)
        return frozenset(id_ for id_, guard in guards if guard and guard.level in STOPPING)

    def _rank(self, rule: str) -> int:
        """Of actions due on one day, those first that the verdict itself calls for, then those that back it."""
        decision = self.judgement.decision
        if any(c.unit.rule and c.unit.rule.id == rule for c in decision.standing if c.verdict == decision.verdict):
            return 0
        return 1 if rule in self._backing else 2

    @cached_property
    def _backing(self) -> frozenset[str]:
        verdict = self.judgement.decision.verdict
        return frozenset(rule.id for rule, _ in self.holding if verdict in rule.then.supports)

    def _reachable(self, action: ActionRule, rule: Rule, index: int) -> bool:
        """Tell whether an action keeps to those who may be approached.

        What is about one person goes to that person unless it names a role; about those out of bounds nothing does.
        """
        person = self._person(rule, index)
        if action.to is not None:
            about_nobody_barred = person is None or not self.contact.out_of_bounds(person[1])
            return about_nobody_barred and self.contact.with_role(action.to)
        return person is None or self.contact.with_person(person[1])

    def _person(self, rule: Rule, index: int) -> tuple[str, MemberView] | None:
        member = self.explainer.member_view(rule.scope, index)
        return member if member is not None and self.wording.is_person(member[1]) else None

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
        """Name whom an action goes to: the role that it names, else the person that the rule is about."""
        if role is not None:
            return self.contact.name(role)
        person = self._person(rule, index)
        return self.wording.member(person[1], person[0]) if person else None

    def question(self, place: Place) -> tuple[FactLine, Fact, Text]:
        """Return the fact that a question is about, its declaration, and the question in words."""
        fact = self.wording.fact(place)
        declared = self.knowledge.facts[place[1]]
        ask = fill(declared.ask, {"self": fact.who}) if fact.who else declared.ask
        if fact.who and ask == declared.ask:
            ask = say("question.about", who=fact.who, ask=ask)
        return fact, declared, ask

    def plain_question(self, place: Place) -> QuestionLine:
        """Return a question about a fact that nobody knows, or that is in doubt, and that no verdict hangs on."""
        fact, declared, ask = self.question(place)
        who = tuple(dict.fromkeys(self.answerers(declared.who, place)))
        why = doubt(self.judgement.view.state(place), declared) or "unknown"
        return QuestionLine(fact, ask, who, declared.cost, why, (), False)

    def answerers(self, roles: Iterable[str], place: Place) -> list[Text]:
        """Name the people of the case who play these roles, else the roles.

        Nobody is asked about themselves, nor to settle a contradiction that they are a side of; while contact is
        limited, only those who may be asked.
        """
        state = self.judgement.view.state(place)
        return self.contact.answerers(roles, {place[0], *(s.by for s in state.said if state.contradicted)})

    def facts_where(self, wanted: Callable[[State], bool]) -> Iterator[FactLine]:
        """Yield the facts of the case and its members that are as wanted."""
        view = self.judgement.view
        places: list[tuple[Place, State]] = [((None, path), state) for path, state in sorted(view.states.items())]
        for members in view.lists.values():
            places.extend(((m.id, path), state) for m in members for path, state in sorted(m.states.items()))
        return (self.wording.fact(place) for place, state in places if wanted(state))
