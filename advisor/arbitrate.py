"""From candidates to one verdict, by declared defeats and order, and which verdicts are still possible."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.model import FALLBACK
from advisor.parts import Uses
from advisor.program import NO, YES, Program, Unit
from advisor.record import dataclass
from advisor.rows import Bits
from advisor.rulebase import Order

Rank = tuple[int, int, int]
"""Tier, then verdict order within a tier, then the rule's place: lower goes first."""


@dataclass(frozen=True)
class Contender:
    """A rule that puts forward a verdict, its rank, and the units that defeat it when they are yes."""

    unit: Unit
    verdict: str
    rank: Rank
    defeated_by: tuple[int, ...]

    def beaten_by(self, values: Sequence[int]) -> tuple[int, ...]:
        """Return the units that defeat it, given the values of all units of the case; none: it is not beaten."""
        return tuple(number for number in self.defeated_by if values[number] == YES)


@dataclass(frozen=True)
class Decision:
    """The verdict of one inference. `winner` is None when no candidate stands and the fallback holds."""

    verdict: str
    winner: Contender | None
    standing: tuple[Contender, ...]
    defeated: tuple[Contender, ...]
    undecided: tuple[Contender, ...]

    @property
    def asks_first(self) -> frozenset[str]:
        """The paths that the winning rule asks for, where it says to find out first."""
        rule = self.winner.unit.rule if self.winner is not None and self.verdict == FALLBACK else None
        return frozenset(rule.then.ask if rule else ())


class Arbiter:
    """Weighs the candidates of one program."""

    def __init__(self, program: Program, order: Order) -> None:
        tiers = {tier.id: n for n, tier in enumerate(order.tiers)}
        verdicts = {verdict: n for n, verdict in enumerate(order.verdicts)}
        found: list[Contender] = []
        for number, (verdict, tier) in program.uses.candidates.items():
            unit = program.units[number]
            by = _defeating(program.uses, unit, verdict)
            found.append(Contender(unit, verdict, (tiers[tier], verdicts[verdict], number), by))
        self.contenders = tuple(sorted(found, key=lambda c: c.rank))
        self.units = tuple(sorted({n for c in found for n in (c.unit.number, *c.defeated_by)}))
        """The units of the case that a verdict is chosen by."""

    def decide(self, values: Sequence[int]) -> Decision:
        """Choose among the candidates that are yes and undefeated; none means the fallback."""
        certain = [c for c in self.contenders if values[c.unit.number] == YES]
        standing = [c for c in certain if not c.beaten_by(values)]
        winner = standing[0] if standing else None
        return Decision(
            verdict=winner.verdict if winner else FALLBACK,
            winner=winner,
            standing=tuple(standing),
            defeated=tuple(c for c in certain if c not in standing),
            undecided=tuple(c for c in self.contenders if values[c.unit.number] not in (NO, YES)),
        )

    def verdicts(self, values: Bits, every: int) -> dict[str, int]:
        """Return each verdict of many variants side by side, with the variants that get it; `every` are all of them."""
        found: dict[str, int] = {}
        left = every
        for contender in self.contenders:
            wins = values.certain[contender.unit.number] & left
            for number in contender.defeated_by if wins else ():
                wins &= ~values.certain[number]
            if wins:
                found[contender.verdict] = found.get(contender.verdict, 0) | wins
                left ^= wins
                if not left:
                    return found
        found[FALLBACK] = found.get(FALLBACK, 0) | left
        return found

    def open_to(self, values: Bits, every: int) -> dict[str, int]:
        """Return each verdict that is still possible in some variants, given open-world values, with these variants."""
        found: dict[str, int] = {}
        left = every
        for contender in self.contenders:
            contested = values.possible[contender.unit.number] & left
            for number in contender.defeated_by if contested else ():
                contested &= ~values.certain[number]
            if not contested:
                continue
            found[contender.verdict] = found.get(contender.verdict, 0) | contested
            decided = contested & values.certain[contender.unit.number]
            for number in contender.defeated_by if decided else ():
                decided &= ~values.possible[number]
            left ^= decided
        if left:
            found[FALLBACK] = found.get(FALLBACK, 0) | left
        return found

    def contested(self, values: Sequence[int]) -> list[Contender]:
        """Return the contenders that could still win, given open-world values, best rank first.

        Those that rank behind a certain and undefeatable one are left out.
        """
        found: list[Contender] = []
        for contender in self.contenders:
            if values[contender.unit.number] == NO or contender.beaten_by(values):
                continue
            found.append(contender)
            if self.is_certain(contender, values):
                break
        return found

    def is_certain(self, contender: Contender, values: Sequence[int]) -> bool:
        """Tell whether a contender is yes and nothing that defeats it is even possible."""
        return values[contender.unit.number] == YES and all(values[n] == NO for n in contender.defeated_by)

    def possible(self, values: Sequence[int]) -> list[str]:
        """Return the verdicts still possible, given open-world values, in the order of their rank."""
        contested = self.contested(values)
        verdicts = list(dict.fromkeys(c.verdict for c in contested))
        if not contested or not self.is_certain(contested[-1], values):
            verdicts = list(dict.fromkeys([*verdicts, FALLBACK]))
        return verdicts


def _defeating(uses: Uses, unit: Unit, verdict: str) -> tuple[int, ...]:
    """Return the units that defeat a rule that puts forward a verdict."""
    return tuple(sorted({*uses.defeating.get(verdict, ()), *uses.defeating.get(unit.name, ())} - {unit.number}))
