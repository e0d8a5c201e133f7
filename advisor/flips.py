"""The flip card: the smallest sets of changed facts that turn the verdict (docs/semantics.md).

Whatever the backward search of goals.py finds is checked for minimality; what is shown is confirmed on the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from advisor.arbitrate import Arbiter
from advisor.domain import Domain
from advisor.evidence import View, doubt
from advisor.goals import Goals
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.model import FALLBACK
from advisor.moves import Moves
from advisor.record import dataclass
from advisor.rows import Bits, lanes
from advisor.ways import Ground, Step, Way, apply, consistent, states, step_order

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
        self.ground = Ground(reasoner, arbiter, domain)

    def find(self, view: View, verdict: str, inference: Inference, name: str) -> list[Flip]:
        """Return at most MAX_CARDS flips: fewest changes first, then those that lie in our hands."""
        found: dict[Way, Flip] = {}
        trials = _Trials(self.ground, view)
        for size in range(1, MAX_CHANGES + 1):
            ways = self._candidates(trials, inference, verdict, size)
            trials.run(part for way in ways for part in _parts(way))
            found.update((way, self._flip(way, trials)) for way in ways if _minimal(way, verdict, trials))
            if self._enough(found):
                break
        cards = self._cards(sorted(found.values(), key=self._order), view)
        return [self._confirmed(flip, trials, name) for flip in cards]

    def _candidates(self, trials: _Trials, inference: Inference, verdict: str, size: int) -> list[Way]:
        """Return sets of exactly `size` changes worth checking.

        A change can break what held before. A smaller set that does not turn the verdict is therefore taken
        as a new start, from which the rest is searched.
        """
        ways = Goals(trials.moves, inference, size).ways(verdict)
        found = dict.fromkeys(way for way in ways if len(way) == size)
        smaller = [way for way in ways if len(way) < size]
        trials.run(smaller)
        for way in smaller:
            if trials.verdict[way] == verdict:
                changed = _Trials(self.ground, apply(trials.view, way))
                rest = self._candidates(changed, self.reasoner.imagine(changed.view), verdict, size - len(way))
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

    def _flip(self, way: Way, trials: _Trials) -> Flip:
        return Flip(tuple(sorted(way, key=step_order)), trials.verdict[way])

    def _confirmed(self, flip: Flip, trials: _Trials, name: str) -> Flip:
        """Run the engine on the changed case; raise EngineError if it does not say what the search found."""
        self.reasoner.confirm(apply(trials.view, flip.changes), trials.values(frozenset(flip.changes)), name)
        return flip

    def _order(self, flip: Flip) -> tuple[int, bool, bool, int, list[tuple[str, str, str]]]:
        """Fewest changes first, then those in our hands, then those that lead to more than asking again."""
        steps = [step_order(step) for step in flip.changes]
        foreign = self.ground.foreign(flip.changes) > 0
        return len(flip.changes), foreign, flip.verdict == FALLBACK, self.ground.cost(flip.changes), steps


class _Trials:
    """The verdicts of one view under sets of changes, tried side by side."""

    def __init__(self, ground: Ground, view: View) -> None:
        self.reasoner = ground.reasoner
        self.arbiter = ground.arbiter
        self.view = view
        self.moves = Moves(ground, ground.reasoner.quarantine.apply(view))
        self.verdict: dict[Way, str] = {}
        self._found: dict[Way, tuple[Bits, int]] = {}

    def run(self, ways: Iterable[Way]) -> None:
        """Find the verdicts of sets of changes, as far as they are not known yet."""
        new = [way for way in dict.fromkeys(ways) if way not in self.verdict]
        if not new:
            return
        imagined = self.reasoner.imagine_all(self.view, [states(way) for way in new])
        for verdict, rows in self.arbiter.verdicts(imagined.case, (1 << len(new)) - 1).items():
            self.verdict.update((new[number], verdict) for number in lanes(rows))
        self._found.update((way, (imagined.case, number)) for number, way in enumerate(new))

    def values(self, way: Way) -> dict[int, int]:
        """Return the values of the units by which the verdict under a set of changes was chosen."""
        units, (found, number) = self.arbiter.units, self._found[way]
        return dict(zip(units, found.values(units, number), strict=True))


def _parts(way: Way) -> Iterator[Way]:
    """Yield a set of changes and all that are smaller, down to single changes."""
    return (frozenset(part) for size in range(1, len(way) + 1) for part in combinations(way, size))


def _minimal(way: Way, verdict: str, trials: _Trials) -> bool:
    """Tell whether a set of changes turns the verdict, and no smaller part of it does."""
    return all((trials.verdict[part] != verdict) is (part == way) for part in _parts(way))
