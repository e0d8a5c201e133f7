"""The flip card: the smallest sets of changed facts that turn the verdict (design 4).

The search works backwards from what would have to hold for another verdict, so it only tries changes that
some rule reads. Whatever it finds is checked for minimality and confirmed on the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from advisor.arbitrate import Arbiter, Contender
from advisor.compile import (
    NO,
    UNDECIDED,
    YES,
    Column,
    FindingColumn,
    HelperColumn,
    QuantifiedColumn,
    Tree,
)
from advisor.domain import Domain
from advisor.evidence import Place, State, View, learnt
from advisor.infer import Inference, Reasoner
from advisor.model import CASE, FALLBACK, FactRef, FactTest, KnowledgeTest, Value
from advisor.settle import Dependencies

MAX_CHANGES = 3
MAX_CARDS = 5
MAX_WAYS = 600
"""How many change sets are kept for one sub-goal: smallest first, those that we can change first."""

Step = tuple[Place, Value | None]
"""One change: a fact gets this value, confirmed (None: known to be absent)."""

Way = frozenset[Step]
_NEVER: list[Way] = []
_DONE: list[Way] = [frozenset()]


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
        self.domain = domain
        self.writers = Dependencies(reasoner.program, domain.knowledge).writers

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
        return self._cards(sorted(found.values(), key=self._order))

    def _candidates(self, view: View, inference: Inference, verdict: str, size: int) -> list[Way]:
        """Return sets of exactly `size` changes worth checking.

        A change can break what held before. A smaller set that does not turn the verdict is therefore taken
        as a new start, from which the rest is searched.
        """
        found: dict[Way, None] = {}
        for way in _Goals(self, self.reasoner.quarantine.apply(view), inference, size).ways(verdict):
            if len(way) == size:
                found[way] = None
            elif self._verdict(view, way) == verdict:
                changed = apply(view, way)
                rest = self._candidates(changed, self.reasoner.imagine(changed), verdict, size - len(way))
                found.update((way | more, None) for more in rest if _consistent(way | more))
        return list(found)

    def _cards(self, flips: list[Flip]) -> list[Flip]:
        """Of equally small flips, show one for each new verdict before a second one for the same.

        The same facts leading to the same verdict by another value are one card.
        """
        seen: dict[str, int] = {}
        ranked: list[tuple[int, int, int, Flip]] = []
        once = {(frozenset(place for place, _ in flip.changes), flip.verdict): flip for flip in reversed(flips)}
        for place, flip in enumerate(f for f in flips if f in once.values()):
            turn = seen[flip.verdict] = seen.get(flip.verdict, -1) + 1
            ranked.append((len(flip.changes), turn, place, flip))
        return [card[3] for card in sorted(ranked, key=lambda card: card[:3])][:MAX_CARDS]

    def _enough(self, found: dict[Way, Flip]) -> bool:
        ours = any(self._foreign(way) == 0 for way in found)
        return len(found) >= MAX_CARDS or (ours and len(found) > 1)

    def _check(self, view: View, way: Way, verdict: str, name: str) -> Flip | None:
        if self._verdict(view, way) == verdict:
            return None
        smaller = (frozenset(part) for size in range(1, len(way)) for part in combinations(way, size))
        if any(self._verdict(view, part) != verdict for part in smaller):
            return None
        confirmed = self.arbiter.decide(self.reasoner.infer(apply(view, way), name).case).verdict
        return Flip(tuple(sorted(way, key=_step_order)), confirmed) if confirmed != verdict else None

    def _verdict(self, view: View, way: Iterable[Step]) -> str:
        return self.arbiter.decide(self.reasoner.imagine(apply(view, way)).case).verdict

    def _foreign(self, way: Iterable[Step]) -> int:
        return sum(self.domain.knowledge.facts[path].change != "ours" for (_, path), _ in way)

    def _cost(self, way: Iterable[Step]) -> int:
        hardness = {"ours": 0, "theirs": 1, "given": 3}
        facts = self.domain.knowledge.facts
        return sum(hardness[facts[path].change] * 10 + facts[path].cost for (_, path), _ in way)

    def _order(self, flip: Flip) -> tuple[int, bool, bool, int, list[tuple[str, str, str]]]:
        """Fewest changes first, then those in our hands, then those that lead to more than asking again."""
        steps = [_step_order(step) for step in flip.changes]
        foreign = self._foreign(flip.changes) > 0
        return len(flip.changes), foreign, flip.verdict == FALLBACK, self._cost(flip.changes), steps

    def trim(self, ways: Iterable[Way], size: int) -> list[Way]:
        """Keep the sets within the size, without those that contain another, cheapest first."""
        kept: list[Way] = []
        unique = {way for way in ways if len(way) <= size and _consistent(way)}
        for way in sorted(unique, key=lambda w: (len(w), self._cost(w), sorted(map(_step_order, w)))):
            if len(kept) == MAX_WAYS:
                break
            if not any(other <= way for other in kept):
                kept.append(way)
        return kept


def apply(view: View, way: Iterable[Step]) -> View:
    """Return the view with the changes made."""
    return view.changed({place: learnt(value) for place, value in way})


def _step_order(step: Step) -> tuple[str, str, str]:
    (member, path), value = step
    return path, member or "", str(value)


def _consistent(way: Way) -> bool:
    return len({place for place, _ in way}) == len(way)


class _Goals:
    """Ways of at most `size` changes to bring columns to wanted values, from one inference."""

    def __init__(self, search: FlipSearch, view: View, inference: Inference, size: int) -> None:
        self.search = search
        self.program = search.reasoner.program
        self.view = view
        self.inference = inference
        self.size = size
        self._known: dict[tuple[int, str, int, int, bool], list[Way]] = {}
        self._changes: dict[Place, list[tuple[Value | None, State]]] = {}

    def ways(self, verdict: str) -> list[Way]:
        """Return ways in which another verdict could win."""
        found: list[Way] = []
        contenders = self.search.arbiter.contenders
        for contender in contenders:
            if contender.verdict != verdict:
                found.extend(self._win(contender, verdict))
        if verdict != FALLBACK:
            found.extend(self._out([c for c in contenders if self._yes(c)]))
        return self.search.trim(found, self.size)

    def _yes(self, contender: Contender) -> bool:
        return self.inference.case[contender.unit.number] == YES

    def _win(self, contender: Contender, verdict: str) -> list[Way]:
        """The contender is yes, nothing defeats it, and what outranks it for the old verdict falls."""
        goals = [self._unit(contender.unit.number, CASE, -1, YES, True)]
        goals.extend(self._unit(n, CASE, -1, UNDECIDED, False) for n in contender.defeated_by)
        better = [c for c in self.search.arbiter.contenders if c.rank < contender.rank and self._yes(c)]
        goals.append(self._out([c for c in better if c.verdict == verdict or c.verdict != contender.verdict]))
        return self._product(goals)

    def _out(self, contenders: list[Contender]) -> list[Way]:
        """Each of these contenders is not yes, or is defeated."""
        return self._product(
            [
                self._union(
                    [
                        self._unit(c.unit.number, CASE, -1, UNDECIDED, False),
                        *(self._unit(n, CASE, -1, YES, True) for n in c.defeated_by),
                    ]
                )
                for c in contenders
            ]
        )

    def _union(self, ways: list[list[Way]]) -> list[Way]:
        return self.search.trim((way for part in ways for way in part), self.size)

    def _product(self, parts: list[list[Way]]) -> list[Way]:
        result = _DONE
        for part in sorted(parts, key=len):
            result = self.search.trim((a | b for a in result for b in part), self.size)
            if not result:
                return _NEVER
        return result

    def _unit(self, number: int, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        return self._tree(self.program.units[number].tree, scope, member, bound, up)

    def _tree(self, tree: Tree, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        """Ways to bring a condition to at least (`up`), or at most, a bound."""
        if tree.lit is not None:
            if tree.lit.positive:
                return self._column(tree.lit.column, scope, member, bound, up)
            return self._column(tree.lit.column, scope, member, YES - bound, not up)
        parts = [self._tree(part, scope, member, bound, up) for part in tree.parts]
        if tree.op == "count":
            return self._some(parts, tree.need if up else len(parts) - tree.need + 1)
        return self._product(parts) if (tree.op == "all") is up else self._union(parts)

    def _some(self, parts: list[list[Way]], need: int) -> list[Way]:
        """Ways for `need` of the parts; those that hold already need no change."""
        held = [_DONE, *[_NEVER] * need]
        for part in parts:
            held = [held[0], *(self._union([held[n], self._product([held[n - 1], part])]) for n in range(1, need + 1))]
        return held[need]

    def _column(self, number: int, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        column = self.program.columns[number]
        if column.scope == CASE:
            scope, member = CASE, -1
        row = self.inference.columns.case if scope == CASE else self.inference.columns.members[scope][member]
        if row[number] >= bound if up else row[number] <= bound:
            return _DONE
        key = (number, scope, member, bound, up)
        if key not in self._known:
            self._known[key] = self._reach(column, scope, member, bound, up)
        return self._known[key]

    def _reach(self, column: Column, scope: str, member: int, bound: int, up: bool) -> list[Way]:
        means = column.means
        if isinstance(means, QuantifiedColumn):
            return self._quantified(means, bound, up)
        if isinstance(means, (FindingColumn, HelperColumn)):
            units = self.search.writers.get(column.number, [])
            parts = [self._unit(u.number, scope, member, bound, up) for u in units]
            return self._union(parts) if up else self._product(parts)
        return self._test(means, column.number, scope, member, bound, up)

    def _quantified(self, means: QuantifiedColumn, bound: int, up: bool) -> list[Way]:
        if means.quantifier == "none":
            bound, up = YES - bound, not up
        complete = self.inference.columns.complete[means.list]
        strongest = means.quantifier != "every"
        if not complete and (bound == (NO if strongest else YES)) and up is not strongest:
            return _NEVER
        indexes = range(len(self.inference.columns.members[means.list]))
        parts = [self._column(means.member_column, means.list, i, bound, up) for i in indexes]
        return self._union(parts) if up is strongest else self._product(parts)

    def _test(
        self, test: FactTest | KnowledgeTest, number: int, scope: str, member: int, bound: int, up: bool
    ) -> list[Way]:
        ways: list[Way] = []
        for place in self._places(test, scope, member):
            for value, _ in self._options(place):
                step: Step = (place, value)
                now = self._after((step,), number, scope, member)
                if now >= bound if up else now <= bound:
                    ways.append(frozenset((step,)))
        ways.extend(self._pairs(test, number, scope, member, bound, up))
        return self.search.trim(ways, self.size)

    def _pairs(
        self, test: FactTest | KnowledgeTest, number: int, scope: str, member: int, bound: int, up: bool
    ) -> Iterator[Way]:
        """Both sides of a comparison changed at once: two unknown facts have to be learnt together."""
        places = list(self._places(test, scope, member))
        if len(places) < 2 or self.size < 2:
            return
        for left, right in product(*(self._options(place) for place in places)):
            steps: tuple[Step, Step] = ((places[0], left[0]), (places[1], right[0]))
            now = self._after(steps, number, scope, member)
            if now >= bound if up else now <= bound:
                yield frozenset(steps)

    def _places(self, test: FactTest | KnowledgeTest, scope: str, member: int) -> Iterator[Place]:
        paths = [test.path]
        if isinstance(test, FactTest) and isinstance(test.operand, FactRef):
            paths.append(test.operand.path)
        for path in paths:
            if "." in path:
                own = self.search.domain.knowledge.scope_of(path)
                yield (None if own == CASE else self.inference.columns.ids[scope][member], path)

    def _options(self, place: Place) -> list[tuple[Value | None, State]]:
        """Values that the fact could take, as if confirmed; its present one only if confirming changes something.

        A fact that nobody can change can only be learnt, or proven.
        """
        if place not in self._changes:
            now = self.view.state(place)
            fixed = now.known != "unknown" and self.search.domain.knowledge.facts[place[1]].change == "given"
            values = [] if fixed else self.search.domain.values(place, self.view)
            if now.known != "unknown" and now.value not in values:
                values = [*values, now.value]
            options = [(value, learnt(value)) for value in values]
            self._changes[place] = [(value, state) for value, state in options if state != now]
        return self._changes[place]

    def _after(self, steps: tuple[Step, ...], number: int, scope: str, member: int) -> int:
        """Return a test's value once facts have changed."""
        view = apply(self.view, steps)
        return self.search.reasoner.encoder.one(number, view, scope, member)
