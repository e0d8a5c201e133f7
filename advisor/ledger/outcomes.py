"""From entries to deals: which advice counts for a deal, and what its outcome lets anybody see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from advisor.ledger.entry import Advice, Entry, Result
from advisor.record import dataclass

Seen = Literal["won", "lost", "ended", "closed", "pending", "late"]
"""What is seen of a deal: pursued and won or lost; pursued and ended without either; not pursued, so that nobody knows;
pursued and not at its end yet; advised only once the outcome was there."""

_SEEN: dict[Result, Seen] = {
    "won": "won",
    "lost": "lost",
    "withdrawn": "ended",
    "cancelled": "ended",
    "open": "pending",
}


@dataclass(frozen=True)
class Deal:
    """A deal, the advice that counts for it, and what is seen of it."""

    id: str
    advice: Advice
    seen: Seen

    @property
    def told(self) -> bool:
        """Whether the deal was pursued to a result."""
        return self.seen in ("won", "lost")

    @property
    def won(self) -> bool:
        """Whether it was won."""
        return self.seen == "won"

    @property
    def weighs(self) -> bool:
        """Whether its result says anything: it was pursued to one, and no legal limit stopped it."""
        return self.told and not self.advice.guards

    @property
    def tried(self) -> bool:
        """Whether the result speaks for the advice: to pursue the deal, and the board did not decide otherwise."""
        return self.told and not self.advice.overridden and not self.advice.verdict.closes


def deals(entries: Iterable[Entry]) -> list[Deal]:
    """Return each deal with an advice, once; the last outcome counts, and the last advice before there was one.

    What was won was pursued, whatever the decision on file says.
    """
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.note.deal, []).append(entry)
    whole = (_deal(id_, mine) for id_, mine in sorted(found.items()))
    return [deal for deal in whole if deal is not None]


def _deal(id_: str, entries: Sequence[Entry]) -> Deal | None:
    ends = _ends(entries)
    last = next((e.note.outcome for e in reversed(entries) if e.note.outcome is not None), None)
    every = [e for e in entries if e.note.advice is not None]
    if not every:
        return None
    counted = [e for e in every if ends is None or (e.number < ends.number and e.note.day <= ends.note.day)]
    advice = _decided(counted or every)
    if not counted:
        return Deal(id_, advice, "late")
    seen = _SEEN[last] if last else "pending"
    return Deal(id_, advice, "closed" if advice.course.closes and last not in ("open", "won") else seen)


def _decided(entries: Sequence[Entry]) -> Advice:
    """Return the last advice, with the last decision that is on file: it stands until there is another."""
    advices = [entry.note.advice for entry in entries if entry.note.advice is not None]
    decision = next((advice.decision for advice in reversed(advices) if advice.decision is not None), None)
    return replace(advices[-1], decision=decision)


def _ends(entries: Iterable[Entry]) -> Entry | None:
    """Return the entry with which a deal came to its end; none if it has not, or was opened again since."""
    ends: Entry | None = None
    for entry in entries:
        if entry.note.outcome == "open":
            ends = None
        elif entry.note.outcome is not None:
            ends = ends or entry
    return ends
