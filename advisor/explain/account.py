"""A judged account to its report: where it stands, what to do, what to find out; no verdict on a deal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from advisor.evidence import Place
from advisor.explain.builder import ACCOUNT, Builder
from advisor.judge import Judge, Judgement
from advisor.lines import Action, DealLine, QuestionLine
from advisor.model import CASE
from advisor.program import UNDECIDED, Unit
from advisor.result import AccountReport


def account_report(judge: Judge, judgement: Judgement, names: bool = False) -> AccountReport:
    """Build the report of a judged account; its deals are filled in when they are reviewed with it."""
    return _AccountBuilder(judge, judgement, names).account()


class _AccountBuilder(Builder):
    def account(self) -> AccountReport:
        j = self.judgement
        return AccountReport(
            id=j.case.id,
            title=j.case.title,
            about=j.case.about,
            as_of=j.case.as_of,
            file=j.case.file,
            classes=self.people.classes(),
            people=self.people.people(),
            warnings=tuple(self.warnings()),
            actions=tuple(self._unserved()),
            questions=tuple(self._account_questions()),
            compliance=tuple(guard for guard in self.guards() if guard.answer == "yes"),
            contradictions=tuple(self.facts_where(lambda state: state.contradicted)),
            stale=tuple(self.facts_where(lambda state: state.stale)),
            deals=tuple(DealLine(id_, None, None, False) for id_ in j.case.deals),
        )

    def _unserved(self) -> Iterator[Action]:
        """Keep actions that serve no verdict: an account has none."""
        return (action for action, serves in self.action_lines() if not serves)

    def _account_questions(self) -> Iterator[QuestionLine]:
        """Ask first what was told twice or is out of date, then what most conclusions hang on, per cost of asking."""
        facts, weight, states = self.knowledge.facts, self._hanging(), self.judgement.view.states
        doubted = {(None, path) for path, state in states.items() if state.contradicted or state.stale}

        def rank(place: Place) -> tuple[bool, float, int, str, str]:
            cost = facts[place[1]].cost
            return place not in doubted, -weight[place] / cost, cost, place[1], place[0] or ""

        for place in sorted({*weight, *doubted}, key=rank):
            yield self.plain_question(place)

    def _hanging(self) -> Counter[Place]:
        """Weigh unknown facts by the undecided conclusions that hang on them, and by the rules that ask for them."""
        weight = Counter(self._asked_for())
        for unit in self.judge.program.units:
            rows = self._undecided_rows(unit)
            if rows and _concludes(unit) and self.judge.rests_on(unit.number, ACCOUNT):
                for row in rows:
                    hanging = self.explainer.trace.hanging(
                        [(unit.number, unit.scope, row)], self.judgement.inference, self.judgement.view
                    )
                    weight.update(list(hanging.places))
        return weight

    def _asked_for(self) -> Iterator[Place]:
        knowledge, view = self.knowledge, self.judgement.view
        for rule, index in self.holding:
            for path in rule.then.ask:
                member = self.explainer.member_view(rule.scope, index)
                own = member[1].id if member and knowledge.scope_of(path) == rule.scope else None
                place: Place = (own, path)
                if (own or knowledge.scope_of(path) == CASE) and view.state(place).known == "unknown":
                    yield place

    def _undecided_rows(self, unit: Unit) -> list[int]:
        rows = [-1] if unit.scope == CASE else range(len(self.judgement.inference.members[unit.scope]))
        return [row for row in rows if self.explainer.unit_value(unit, row) == UNDECIDED]


def _concludes(unit: Unit) -> bool:
    """Tell whether a rule has something to say of an account: actions that serve a verdict have not."""
    if unit.rule is None:
        return False
    then = unit.rule.then
    return bool(then.classify or then.warning) or any(not action.serves for action in then.actions)
