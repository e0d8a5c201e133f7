"""The flip card: the smallest sets of changed facts that turn the verdict (docs/semantics.md).

Whatever the backward search of goals.py finds is checked for minimality and confirmed on the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.evidence import View, doubt
from advisor.goals import Goals, Ground, Step, Way, apply, consistent, step_order
from advisor.infer import Inference, Reasoner
from advisor.model import FALLBACK

MAX_CHANGES = 3
MAX_CARDS = 5


@dataclass(frozen=True)
class Flip:
    """A minimal set of changes and the verdict that it leads to."""

    changes: tuple[Step, ...]
    verdict: str


class FlipSearch:
    """Searches flips of one program's verdicts."""

    def __init__(self, reasoner: Reasoner, arbiter: Arbiter, domain: Domain) -> None:
        self.reasoner = reasoner
        self.arbiter = arbiter
        self.ground = Ground(reasoner, arbiter, domain)

    def find(self, view: View, verdict: str, inference: Inference, name: str) -> list[Flip]:
        """Return at most MAX_CARDS flips: fewest changes first, then those that lie in our hands."""
        found: dict[Way, Flip] = {}
        for size in range(1, MAX_CHANGES + 1):
            for way in self._candidates(view, inference, verdict, size):
                flip = self._check(view, way, verdict, name)
                if flip:
                    found[way] = flip
            if self._enough(found):
                break
        return self._cards(sorted(found.values(), key=self._order), view)

    def _candidates(self, view: View, inference: Inference, verdict: str, size: int) -> list[Way]:
        """Return sets of exactly `size` changes worth checking.

        A change can break what held before. A smaller set that does not turn the verdict is therefore taken
        as a new start, from which the rest is searched.
        """
        found: dict[Way, None] = {}
        for way in Goals(self.ground, self.reasoner.quarantine.apply(view), inference, size).ways(verdict):
            if len(way) == size:
                found[way] = None
            elif self._verdict(view, way) == verdict:
                changed = apply(view, way)
                rest = self._candidates(changed, self.reasoner.imagine(changed), verdict, size - len(way))
                found.update((way | more, None) for more in rest if consistent(way | more))
        return list(found)

    def _cards(self, flips: list[Flip], view: View) -> list[Flip]:
        """Of equally small flips, show what could well come to pass first, and of these one for each new verdict.

        The same facts leading to the same verdict by another value are one card.
        """
        seen: dict[str, int] = {}
        ranked: list[tuple[int, int, int, int, Flip]] = []
        once = {(frozenset(place for place, _ in flip.changes), flip.verdict): flip for flip in reversed(flips)}
        for place, flip in enumerate(f for f in flips if f in once.values()):
            turn = seen[flip.verdict] = seen.get(flip.verdict, -1) + 1
            ranked.append((len(flip.changes), self._far_fetched(flip, view), turn, place, flip))
        return [card[4] for card in sorted(ranked, key=lambda card: card[:4])][:MAX_CARDS]

    def _far_fetched(self, flip: Flip, view: View) -> int:
        """Weigh how little a board would learn: 0 what may well come to pass, 2 facts that stand and would slip.

        A fact in doubt may turn out otherwise; of facts that stand, an amount that would have to move, or a slip
        that only leaves us asking, tells least.
        """
        facts = self.ground.domain.knowledge.facts
        doubts = [(doubt(view.state(place), facts[place[1]]), facts[place[1]].change) for place, _ in flip.changes]
        if any(why for why, _ in doubts):
            only_learnt = all(why == "unknown" and change == "given" for why, change in doubts)
            return int(flip.verdict == FALLBACK or only_learnt)
        return 2 * (flip.verdict == FALLBACK or any(facts[path].type == "money" for (_, path), _ in flip.changes))

    def _enough(self, found: dict[Way, Flip]) -> bool:
        cards = {(frozenset(place for place, _ in way), flip.verdict) for way, flip in found.items()}
        ours = any(self.ground.foreign(way) == 0 for way in found)
        return len(cards) >= MAX_CARDS or (ours and len(cards) > 1)

    def _check(self, view: View, way: Way, verdict: str, name: str) -> Flip | None:
        if self._verdict(view, way) == verdict:
            return None
        smaller = (frozenset(part) for size in range(1, len(way)) for part in combinations(way, size))
        if any(self._verdict(view, part) != verdict for part in smaller):
            return None
        confirmed = self.arbiter.decide(self.reasoner.infer(apply(view, way), name).case).verdict
        return Flip(tuple(sorted(way, key=step_order)), confirmed) if confirmed != verdict else None

    def _verdict(self, view: View, way: Iterable[Step]) -> str:
        return self.arbiter.decide(self.reasoner.imagine(apply(view, way)).case).verdict

    def _order(self, flip: Flip) -> tuple[int, bool, bool, int, list[tuple[str, str, str]]]:
        """Fewest changes first, then those in our hands, then those that lead to more than asking again."""
        steps = [step_order(step) for step in flip.changes]
        foreign = self.ground.foreign(flip.changes) > 0
        return len(flip.changes), foreign, flip.verdict == FALLBACK, self.ground.cost(flip.changes), steps
