"""What a board's pack shows of a deal beside its argument: grid, people, criteria, money, options, ends, acts.

Part of the result document; all words stand in both languages.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from advisor.lines import FactLine, VerdictLine
from advisor.model import Text
from advisor.record import dataclass

Mark = Literal["plus", "even", "minus", "unknown", "contradicted"]
OptionStatus = Literal["wins", "stands", "defeated", "undecided", "uncalled"]


@dataclass(frozen=True)
class MarkLine:
    """An item of the grid for us or for one rival: for, against, in between, unknown or contradicted."""

    mark: Mark
    fact: FactLine


@dataclass(frozen=True)
class GridRow:
    """One item: a cell for us, and one for each rival (none where the item is about the deal alone)."""

    label: Text
    cells: tuple[MarkLine | None, ...]


@dataclass(frozen=True)
class GridPart:
    """The items under one heading."""

    id: str
    label: Text
    asks: Text
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class Tally:
    """How many items are for us, in between, against us, and not known."""

    plus: int
    even: int
    minus: int
    unknown: int


@dataclass(frozen=True)
class PortfolioPlace:
    """Where a deal stands in the portfolio: the items counted across and up, and its size.

    `amount` is what the deal is worth, in words, where it is known. `weight` is the amount at our rates, to size a dot
    with; None where no amount or no rate is known.
    """

    across: Tally
    up: Tally
    amount: Text | None
    weight: Decimal | None


@dataclass(frozen=True)
class Grid:
    """The items of the assessment, us against each rival."""

    columns: tuple[Text, ...]
    parts: tuple[GridPart, ...]


@dataclass(frozen=True)
class Scale:
    """An axis of the people map: what it shows, and its values from low to high."""

    label: Text
    values: tuple[Text, ...]


@dataclass(frozen=True)
class Spot:
    """A person on the map: places on the scales (None: unknown), how far known to us, and whom the person sways."""

    id: str
    who: Text
    across: int | None
    up: int | None
    size: int | None
    met: int | None
    sways: tuple[str, ...]
    facts: tuple[FactLine, ...]


@dataclass(frozen=True)
class PeopleMap:
    """The people of a deal on two scales."""

    across: Scale
    up: Scale
    size: Scale
    met: Scale
    complete: bool
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class CriterionLine:
    """A decision criterion with its weight, our standing on it and where it comes from."""

    who: Text
    facts: tuple[FactLine, ...]


@dataclass(frozen=True)
class OptionLine:
    """A verdict that the board could choose, and what became of it."""

    verdict: VerdictLine
    status: OptionStatus
    why: Text


@dataclass(frozen=True)
class EndLine:
    """Something that would end the pursuit: what would have to be so, what is known of it now, and the verdict."""

    what: Text
    now: Text
    facts: tuple[FactLine, ...]
    verdict: VerdictLine


@dataclass(frozen=True)
class ActLine:
    """A dated change of facts, and the verdict on that day."""

    on: date
    title: Text
    verdict: VerdictLine


@dataclass(frozen=True)
class MemberLine:
    """A member of a list: the id, and what text calls it."""

    id: str
    who: Text


@dataclass(frozen=True)
class ListLine:
    """A list of the case, whether everybody on it is known, and its members."""

    name: str
    label: Text
    complete: bool
    members: tuple[MemberLine, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that the pack shows of a deal beside its argument; `facts` are all that are on file.

    `closes` says that the verdict itself ends the pursuit.
    """

    place: PortfolioPlace
    grid: Grid
    people: PeopleMap
    criteria: tuple[CriterionLine, ...]
    money: tuple[FactLine, ...]
    options: tuple[OptionLine, ...]
    ends: tuple[EndLine, ...]
    closes: bool
    acts: tuple[ActLine, ...]
    facts: tuple[FactLine, ...]
    lists: tuple[ListLine, ...]


@dataclass(frozen=True)
class ChangedFact:
    """Something on file that is other than it was; `stale` says which is out of date, if nothing else differs."""

    label: Text
    was: Text
    now: Text
    stale: Literal["was", "now"] | None = None


Cause = Literal["facts", "rules", "none"]
Footing = Literal["blocked", "open", "told", "proven"]
"""What a verdict stands on: stopped by compliance, open, settled if what was told holds, settled and proven."""


@dataclass(frozen=True)
class CaseChange:
    """A deal beside its earlier review. `did` are the changes without which the verdict would be what it was.

    `was` is None for a new deal, `now` for one that is gone. The cause is `rules` where the facts of then give another
    verdict now than then: the rules or the tool have changed; `none` where the verdict is the same.
    """

    id: str
    title: Text
    was: VerdictLine | None
    now: VerdictLine | None
    was_settled: bool
    now_settled: bool
    was_footing: Footing | None
    now_footing: Footing | None
    cause: Cause
    did: tuple[ChangedFact, ...]
    others: int

    @property
    def turned(self) -> bool:
        """Whether a deal that both reviews have got another verdict."""
        return self.was is not None and self.now is not None and self.was.id != self.now.id

    @property
    def shifted(self) -> bool:
        """Whether the verdict stands otherwise than it did: settled, proven, stopped."""
        return self.was_settled != self.now_settled or self.was_footing != self.now_footing
