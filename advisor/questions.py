"""Next questions: which unknown, weak, stale or contradicted facts are worth asking about, per cost."""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_

from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.evidence import Doubt, Place, View, doubt, learnt, places
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.model import Value
from advisor.record import dataclass
from advisor.rows import lanes

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
        self.acting = reasoner.program.uses.acting
        self.paths = frozenset(reasoner.program.uses.paths) | reasoner.quarantine.paths
        self._served: dict[int, frozenset[str] | None] = {}

    def questions(
        self, view: View, verdict: str, inference: Inference, hanging: Hanging, wanted: frozenset[str]
    ) -> list[Question]:
        """Return questions worth asking, best first; `wanted` are the paths that rules ask for.

        What the rule asks for that says to find out first goes before all else; then come those that can turn the
        verdict or that an open one hangs on, and contradictions. After a verdict that closes the pursuit, what would
        merely change an action is not asked. A question is worth more the more of its answers would turn the verdict,
        or settle an open one, and less the more it costs.
        """
        usable = self.reasoner.quarantine.apply(view)
        asked: list[tuple[Place, Doubt, list[Value | None]]] = []
        first = {m.id for members in usable.lists.values() for m in members[:MAX_ASKED]} | {None}
        for place in places(view, self.domain.knowledge, self.paths | wanted):
            if place[0] in first and self._askable(place[1], wanted):
                why = doubt(usable.state(place), self.domain.knowledge.facts[place[1]])
                if why is not None:
                    asked.append((place, why, self.domain.values(place, view)))
        told = _Told(self, view, [(place, value) for place, _, values in asked for value in values])
        moving = 0 if self.domain.knowledge.verdicts[verdict].closes else told.moved(self._actions(inference, verdict))
        telling = moving | told.turning(verdict) | (told.settling() if hanging.open else 0)
        ranked: list[tuple[tuple[bool, bool, float, int, str, str], Question]] = []
        number = 0
        for place, why, values in asked:
            these = (1 << len(values)) - 1 << number
            if telling & these or place in hanging.places or place[1] in wanted:
                answers = tuple(told.answer(value, number + n, hanging.open) for n, value in enumerate(values))
                question = _question(place, why, answers, verdict, hanging)
                ranked.append((self._rank(question, bool(moving & these), hanging, wanted), question))
            number += len(values)
        return [question for _, question in sorted(ranked, key=lambda pair: pair[0])]

    def _rank(
        self, question: Question, moved: bool, hanging: Hanging, wanted: frozenset[str]
    ) -> tuple[bool, bool, float, int, str, str]:
        """Return the place of a question among others; none is ranked whose answers would change nothing."""
        (member, path), why = question.place, question.why
        fact = self.domain.knowledge.facts[path]
        effect = len(question.turns) * 2 + question.settling + moved + 2 * question.hangs + (path in wanted)
        idle = not (question.turns or question.hangs or why == "contradicted")
        pressing = path in hanging.at_odds or (why in ("stale", "contradicted") and question.hangs)
        idle = idle or (fact.incident and not question.hangs)
        return not pressing, idle, -effect / fact.cost, fact.cost, path, member or ""

    def _askable(self, path: str, wanted: frozenset[str]) -> bool:
        """A free text, such as a reference, is asked for only where a rule asks for it."""
        return self.domain.knowledge.facts[path].type != "text" or path in wanted

    def _actions(self, inference: Inference, verdict: str) -> frozenset[int]:
        acting = [(number, self.served(number)) for number in inference.holding(self.acting)]
        return frozenset(number for number, serves in acting if serves is None or verdict in serves)

    def served(self, unit: int) -> frozenset[str] | None:
        """Return the verdicts that the actions of a unit's rule serve; None if one of them serves all."""
        if unit not in self._served:
            rule = self.reasoner.program.units[unit].rule
            actions = rule.then.actions if rule else ()
            every = any(not action.serves for action in actions)
            self._served[unit] = None if every else frozenset(v for action in actions for v in action.serves)
        return self._served[unit]


class _Told:
    """What comes of many answers, each told alone: all of them judged side by side."""

    def __init__(self, asker: Asker, view: View, steps: list[tuple[Place, Value | None]]) -> None:
        self.asker = asker
        changes = [{place: learnt(value)} for place, value in steps]
        self.imagined, self._opened = asker.reasoner.imagine_told(view, changes)
        self.every = (1 << len(steps)) - 1
        self.verdicts = asker.arbiter.verdicts(self.imagined.case, self.every)

    @cached_property
    def _verdict(self) -> dict[int, str]:
        """For each answer the verdict that it leads to."""
        return {number: verdict for verdict, rows in self.verdicts.items() for number in lanes(rows)}

    @cached_property
    def _settled(self) -> dict[str, int]:
        """For each verdict, the answers after which nothing else is possible any more."""
        possible = self.asker.arbiter.open_to(self._opened().case, self.every)
        return {
            verdict: rows & ~reduce(or_, (others for other, others in possible.items() if other != verdict), 0)
            for verdict, rows in possible.items()
        }

    def turning(self, verdict: str) -> int:
        """Return the answers that lead to another verdict."""
        return self.every & ~self.verdicts.get(verdict, 0)

    def settling(self) -> int:
        """Return the answers after which nothing is possible any more but the verdict that they lead to."""
        return reduce(or_, (rows & self._settled.get(verdict, 0) for verdict, rows in self.verdicts.items()), 0)

    def answer(self, value: Value | None, number: int, open_: bool) -> Answer:
        """Return one answer, by its number, with the verdict that it leads to, and whether that settles an open one."""
        verdict = self._verdict[number]
        return Answer(value, verdict, open_ and bool(self._settled.get(verdict, 0) >> number & 1))

    def moved(self, actions: frozenset[int]) -> int:
        """Return the answers after which other rules act than do now."""
        changed = 0
        for unit in self.asker.acting:
            acts = self.imagined.certain(unit)
            serves = self.asker.served(unit) if acts else None
            if serves is not None:
                acts &= reduce(or_, (self.verdicts.get(verdict, 0) for verdict in serves), 0)
            changed |= acts ^ self.every if unit in actions else acts
        return changed


def _question(place: Place, why: Doubt, answers: tuple[Answer, ...], verdict: str, hanging: Hanging) -> Question:
    turns = tuple(a for a in answers if a.verdict != verdict)
    return Question(place, why, answers, turns, place in hanging.places, sum(a.settles for a in answers))
