"""What every report is built from: the rules that hold, their warnings, limits, actions, and questions in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property

from advisor.evidence import Place, State
from advisor.explain.argument import Explainer, source_lines
from advisor.explain.people import Holding, People
from advisor.explain.reasons import Reasons
from advisor.explain.wording import Wording, fill
from advisor.judge import Judge, Judgement
from advisor.lexicon import say
from advisor.lines import Action, FactLine, GuardLine, QuestionLine, VerdictLine, Warning
from advisor.model import Fact, Text
from advisor.program import NO, YES
from advisor.rule import Action as ActionRule
from advisor.rule import Rule

ACCOUNT = "account."
"""Facts about the account as a whole are named so (knowledge/facts/)."""
_LEVELS = ("refuse", "hold", "reword", "note")


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
        return People(self.explainer, self.holding, self.kept_off)

    @cached_property
    def channel(self) -> Collection[str] | None:
        """The only roles at the customer through whom anything may go now; None when nobody is out of bounds."""
        limits = [rule.then.guard.only_through for rule, _ in self.holding if rule.then.guard]
        named = [set(roles) for roles in limits if roles]
        return set.intersection(*named) if named else None

    @cached_property
    def kept_off(self) -> frozenset[str]:
        """The people whom nothing may reach now."""
        found = ((self.explainer.member_view(rule.scope, index), rule.then.guard) for rule, index in self.holding)
        return frozenset(member[1].id for member, guard in found if member and guard and guard.keeps_off)

    def verdict(self, id_: str) -> VerdictLine:
        """Return a verdict in words."""
        verdict = self.knowledge.verdicts[id_]
        return VerdictLine(id_, verdict.label, verdict.meaning, verdict.decision)

    def _holding(self) -> Iterator[Holding]:
        """Yield each rule that is yes, once for the case or once for each member it holds for."""
        for unit in self.judge.program.units:
            if unit.rule is not None and self.judgement.inference.value(unit) == YES:
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

    def action_lines(self) -> list[tuple[Action, tuple[str, ...]]]:
        """Return the actions of all rules that hold, soonest first, each with the verdicts that it serves."""
        found: dict[tuple[Text, Text, Text | None], tuple[Action, tuple[str, ...]]] = {}
        for rule, index in self.holding:
            for action in rule.then.actions:
                if self._reachable(action, rule, index):
                    line = self._action(action, rule, index)
                    found.setdefault((line.do, line.who, line.to), (line, action.serves))
        return sorted(found.values(), key=lambda pair: (pair[0].by, self._rank(pair[0].rule)))

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
        """Tell whether an action keeps to the channel and off those who are out of bounds.

        What goes to nobody at the customer always does.
        """
        member = self.explainer.member_view(rule.scope, index)
        about = member[1] if member is not None and self.wording.is_person(member[1]) else None
        if about is not None and about.id in self.kept_off:
            return False
        if about is None and action.to is not None and not self._somebody_left(action.to):
            return False
        if about is None and action.to is not None and self._nobody_instead(action.to):
            return False
        if self.channel is None:
            return True
        if about is not None and action.to is None:
            return any(self._plays(about.states, role) for role in self.channel)
        return action.to is None or action.to in self.channel

    def _somebody_left(self, role: str) -> bool:
        """Tell whether a role may be reached: through one who is not out of bounds, or whom nobody named yet."""
        people = self._people(role)
        return not people or any(id_ not in self.kept_off for id_ in people)

    def _nobody_instead(self, role: str) -> bool:
        """Tell whether everybody is known, nobody holds a role, and it is declared that nobody stands in for it."""
        declared = self.knowledge.stand_ins.get(role)
        return declared == () and self.wording.view.is_complete("stakeholders") and not self._people(role)

    def _holders(self, role: str) -> list[str]:
        """Return the people who hold a role, or who stand in for it where everybody is known and nobody does."""
        roles = [role]
        if self.wording.view.is_complete("stakeholders"):
            roles.extend(r for r in self.knowledge.stand_ins.get(role, ()) if self.channel is None or r in self.channel)
        found = ([id_ for id_ in self._people(r) if id_ not in self.kept_off] for r in roles)
        return next(filter(None, found), [])

    def _people(self, role: str) -> list[str]:
        return [id_ for id_, (_, view) in self.wording.members.items() if self._plays(view.states, role)]

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
        people = [self.wording.members[id_] for id_ in self._holders(role)]
        if not people and "stakeholders" in self.wording.view.lists:
            return say("role.unfilled", role=self.knowledge.their_roles[role])
        return self.wording.member(people[0][1], people[0][0]) if len(people) == 1 else self.knowledge.their_roles[role]

    def _plays(self, states: Mapping[str, State], role: str) -> bool:
        state, coach = states.get("stakeholder.role"), states.get("stakeholder.coach")
        return bool(state and state.value == role) or (role == "coach" and bool(coach and coach.value is True))

    def question(self, place: Place) -> tuple[FactLine, Fact, Text]:
        """Return the fact that a question is about, its declaration, and the question in words."""
        fact = self.wording.fact(place)
        declared = self.knowledge.facts[place[1]]
        ask = fill(declared.ask, {"self": fact.who}) if fact.who else declared.ask
        if fact.who and ask == declared.ask:
            ask = say("question.about", who=fact.who, ask=ask)
        return fact, declared, ask

    def plain_question(self, place: Place) -> QuestionLine:
        """Return a question about a fact that nobody knows and that no verdict hangs on."""
        fact, declared, ask = self.question(place)
        who = tuple(dict.fromkeys(self.answerers(declared.who, place)))
        return QuestionLine(fact, ask, who, declared.cost, "unknown", (), False)

    def answerers(self, roles: Iterable[str], place: Place) -> Iterator[Text]:
        """Name the people of the case who play these roles, else the roles.

        Nobody is asked about himself, nor to settle a contradiction that he is a side of; while contact is limited,
        only those who may be asked.
        """
        state = self.judgement.view.state(place)
        partial = {place[0], *(s.by for s in state.said if state.contradicted)} | self.kept_off
        for role in filter(self._may_ask, roles):
            people = [self.wording.members[id_] for id_ in self._people(role) if id_ not in partial]
            if people:
                yield from (self.wording.member(view, list_) for list_, view in people)
            else:
                yield self.wording.role(role) or Text(role, role)

    def _may_ask(self, role: str) -> bool:
        open_ = self.channel is None or role in self.channel or role in self.knowledge.our_roles
        return open_ and self._somebody_left(role)

    def facts_where(self, wanted: Callable[[State], bool]) -> Iterator[FactLine]:
        """Yield the facts of the case and its members that are as wanted."""
        view = self.judgement.view
        places: list[tuple[Place, State]] = [((None, path), state) for path, state in sorted(view.states.items())]
        for members in view.lists.values():
            places.extend(((m.id, path), state) for m in members for path, state in sorted(m.states.items()))
        return (self.wording.fact(place, state) for place, state in places if wanted(state))
