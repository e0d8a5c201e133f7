"""Sets of changes: what a deal becomes by them, how they are weighed, and which of many are kept."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache

from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.evidence import Place, State, View, learnt
from advisor.infer import Reasoner
from advisor.model import Value

MAX_WAYS = 600
"""How many change sets are kept for one sub-goal: smallest first, those that we can change first."""

KEPT = 4_096
"""So many sets are kept as weighed: they recur."""

Step = tuple[Place, Value | None]
"""One change: a fact gets this value, confirmed (None: known to be absent)."""

Way = frozenset[Step]


def states(way: Iterable[Step]) -> dict[Place, State]:
    """Return what the changed facts are then, each as if it had just been confirmed."""
    return {place: learnt(value) for place, value in way}


def apply(view: View, way: Iterable[Step]) -> View:
    """Return the view with the changes made."""
    return view.changed(states(way))


def step_order(step: Step) -> tuple[str, str, str]:
    """Order changes by path, member and value."""
    (member, path), value = step
    return path, member or "", str(value)


def consistent(way: Way) -> bool:
    """Tell whether no fact is given two values."""
    return len({place for place, _ in way}) == len(way)


class Ground:
    """What a search stands on: the rule base, and how changes are weighed."""

    def __init__(self, reasoner: Reasoner, arbiter: Arbiter, domain: Domain) -> None:
        self.reasoner = reasoner
        self.arbiter = arbiter
        self.domain = domain
        self._place = lru_cache(maxsize=KEPT)(self._placed)

    def foreign(self, way: Iterable[Step]) -> int:
        """Count the changes that are not in our hands."""
        return sum(self.domain.knowledge.facts[path].change != "ours" for (_, path), _ in way)

    def cost(self, way: Iterable[Step]) -> int:
        """Weigh changes by who can make them, then by what asking costs."""
        return sum(self._weight[path] for (_, path), _ in way)

    @cached_property
    def _weight(self) -> dict[str, int]:
        hardness = {"ours": 0, "theirs": 1, "given": 3}
        facts = self.domain.knowledge.facts
        return {path: hardness[fact.change] * 10 + fact.cost for path, fact in facts.items()}

    def trim(self, ways: Iterable[Way], size: int) -> list[Way]:
        """Keep the sets within the size, without those that contain another, cheapest first."""
        unique = {way for way in ways if len(way) <= size and consistent(way)}
        if len(unique) < 2:
            return list(unique)
        kept: list[Way] = []
        smaller: list[Way] = []
        length = 0
        for way in sorted(unique, key=self._place):
            if len(kept) == MAX_WAYS:
                break
            if len(way) != length:
                smaller, length = kept.copy(), len(way)
            if not any(other <= way for other in smaller):
                kept.append(way)
        return kept

    def _placed(self, way: Way) -> tuple[int, int, list[tuple[str, str, str]]]:
        return len(way), self.cost(way), sorted(map(step_order, way))
