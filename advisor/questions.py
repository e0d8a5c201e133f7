"""Next questions: which unknown, weak, stale or contradicted facts are worth asking about, per cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.evidence import Doubt, Place, View, doubt, learnt, places
from advisor.infer import Inference, Reasoner
from advisor.model import Value, paths_read
from advisor.program import YES, FindingColumn, HelperColumn, Program, QuantifiedColumn
from advisor.rule import Rule

MAX_ASKED = 12
"""Questions are asked about so many members of a list, the first ones; nobody would read more."""


@dataclass(frozen=True)
class Answer:
    """One possible answer: the verdict that it would lead to, and whether that would then be settled."""

    value: Value | None
    verdict: str
    settles: bool


@dataclass(frozen=True)
class Question:
    """A fact worth asking about; `turns` are the answers that change the verdict."""

    place: Place
    why: Doubt
    answers: tuple[Answer, ...]
    turns: tuple[Answer, ...]
    hangs: bool
    settling: int
    """How many of its answers would settle an open verdict."""


@dataclass(frozen=True)
class Hanging:
    """Whether the verdict is open, the facts that it hangs on or that carry it unproven, and the paths at odds."""

    open: bool
    places: frozenset[Place]
    at_odds: frozenset[str] = frozenset()
    """What the rule asks for that says to find out first."""


class Asker:
    """Ranks questions for one program."""

    def __init__(self, reasoner: Reasoner, arbiter: Arbiter, domain: Domain) -> None:
        self.reasoner = reasoner
        self.arbiter = arbiter
        self.domain = domain
        self._acting = [(u, _served(u.rule)) for u in reasoner.program.units if u.rule and u.rule.then.actions]
        self.paths = upstream(reasoner.program, arbiter) | reasoner.quarantine.paths

    def questions(
        self, view: View, verdict: str, inference: Inference, hanging: Hanging, wanted: frozenset[str]
    ) -> list[Question]:
        """Return questions worth asking, best first; `wanted` are the paths that rules ask for.

        What the rule asks for that says to find out first goes before all else; then come those that can turn the
        verdict or that an open one hangs on, and contradictions. After a verdict that closes the pursuit, what would
        merely change an action is not asked. A question is worth more the more of its answers would turn the verdict,
        or settle an open one, and less the more it costs.
        """
        actions = self._actions(inference, verdict)
        ranked: list[tuple[tuple[bool, bool, Fraction, int, str, str], Question]] = []
        usable = self.reasoner.quarantine.apply(view)
        first = {m.id for members in usable.lists.values() for m in members[:MAX_ASKED]} | {None}
        for place in places(view, self.domain.knowledge, self.paths | wanted):
            if place[0] not in first or not self._askable(place[1], wanted):
                continue
            why = doubt(usable.state(place), self.domain.knowledge.facts[place[1]])
            if why is None:
                continue
            question, moved = self._question(view, place, why, verdict, hanging, actions)
            moved = 0 if self.domain.knowledge.verdicts[verdict].closes else moved
            effect = len(question.turns) * 2 + question.settling + moved + 2 * question.hangs + (place[1] in wanted)
            if effect:
                cost = self.domain.knowledge.facts[place[1]].cost
                idle = not (question.turns or question.hangs or why == "contradicted")
                pressing = place[1] in hanging.at_odds or (why in ("stale", "contradicted") and question.hangs)
                idle = idle or (self.domain.knowledge.facts[place[1]].incident and not question.hangs)
                ranked.append(((not pressing, idle, -Fraction(effect, cost), cost, place[1], place[0] or ""), question))
        return [question for _, question in sorted(ranked, key=lambda pair: pair[0])]

    def _askable(self, path: str, wanted: frozenset[str]) -> bool:
        """A free text, such as a reference, is asked for only where a rule asks for it."""
        return self.domain.knowledge.facts[path].type != "text" or path in wanted

    def _question(
        self, view: View, place: Place, why: Doubt, verdict: str, hanging: Hanging, actions: frozenset[int]
    ) -> tuple[Question, int]:
        answers, moved = [], 0
        for value in self.domain.values(place, view):
            after = view.changed({place: learnt(value)})
            inference = self.reasoner.imagine(after)
            new = self.arbiter.decide(inference.case).verdict
            answers.append(Answer(value, new, hanging.open and self._settles(after, new)))
            moved = max(moved, int(self._actions(inference, new) != actions))
        turns = tuple(a for a in answers if a.verdict != verdict)
        settling = sum(a.settles for a in answers)
        return Question(place, why, tuple(answers), turns, place in hanging.places, settling), moved

    def _settles(self, view: View, verdict: str) -> bool:
        return self.arbiter.possible(self.reasoner.imagine(view, open_world=True).case) == [verdict]

    def _actions(self, inference: Inference, verdict: str) -> frozenset[int]:
        serving = (u for u, serves in self._acting if serves is None or verdict in serves)
        return frozenset(u.number for u in serving if inference.value(u) == YES)


def _served(rule: Rule) -> frozenset[str] | None:
    """Return the verdicts that a rule's actions serve; None if one of them serves all."""
    if any(not action.serves for action in rule.then.actions):
        return None
    return frozenset(verdict for action in rule.then.actions for verdict in action.serves)


def upstream(program: Program, arbiter: Arbiter) -> frozenset[str]:
    """Return the paths of all facts that could bear on the verdict."""
    start = [n for c in arbiter.contenders for n in (c.unit.number, *c.defeated_by)]
    return paths_below(program, start)


def paths_below(program: Program, units: list[int]) -> frozenset[str]:
    """Return the paths of all facts that these units read, through findings and quantifiers."""
    paths: set[str] = set()
    seen: set[int] = set()
    stack = list(units)
    while stack:
        number = stack.pop()
        if number in seen:
            continue
        seen.add(number)
        for column in {lit.column for alt in program.units[number].alternatives for lit in alt}:
            means = program.columns[column].means
            if isinstance(means, QuantifiedColumn):
                stack.extend(u.number for u in program.writers[means.member_column])
            elif isinstance(means, (FindingColumn, HelperColumn)):
                stack.extend(u.number for u in program.writers.get(column, ()))
            else:
                paths |= {path for path in paths_read(means) if "." in path}
    return frozenset(paths)
