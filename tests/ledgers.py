"""Ledgers made by hand and by chance: entries without a case behind them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from advisor.ledger.chain import line_of, linked
from advisor.ledger.entry import FIRST, Advice, Choice, Entry, Fact, Member, MemberList, Note, Result, Tool
from advisor.model import Text

DAY = date(2026, 3, 1)
HASH = "a" * 64
NOTHING = Advice(
    case=HASH,
    playbook=HASH,
    tool=Tool("1", HASH),
    currency="CNY",
    facts=(),
    lists=(),
    verdict=Choice("bid", False, False),
    settled=True,
    possible=("bid",),
    proven="bid",
    decided=("timing/bid",),
    supports=(),
    opposes=(),
    guards=(),
    decision=None,
)
FULL = replace(
    NOTHING,
    facts=(
        Fact("deal.criteria", None, "known", "ours", "told", DAY, False),
        Fact("deal.price", None, "absent", None, "written", None, True),
        Fact("stakeholder.stance", "buyer", "contradicted", None, None, None, False),
    ),
    lists=(MemberList("stakeholders", True, (Member("buyer", Text("Head", "负责人")), Member("clerk", None))),),
    decision=Choice("withdraw", True, True),
)


def advised(deal: str = "mill", day: date = DAY, reason: str | None = "so", **more: Any) -> Note:
    """Return an advice on a deal; more of it by name."""
    return Note(
        "advice", day, deal, Text(f"Deal {deal}", f"商机{deal}"), "Board", reason, replace(NOTHING, **more), None
    )


def ended(outcome: Result, deal: str = "mill", day: date = DAY) -> Note:
    """Return an outcome of a deal."""
    return Note("outcome", day, deal, Text(f"Deal {deal}", f"商机{deal}"), None, None, None, outcome)


def chained(notes: Iterable[Note]) -> list[Entry]:
    """Return notes as the entries of a ledger."""
    found: list[Entry] = []
    for number, note in enumerate(notes, start=1):
        found.append(linked(note, number, found[-1].hash if found else FIRST))
    return found


def written(path: Path, notes: Iterable[Note]) -> list[Entry]:
    """Write a ledger, and return its entries."""
    entries = chained(notes)
    path.write_bytes(b"".join(map(line_of, entries)))
    return entries


PLAIN: tuple[Note, ...] = (
    advised("mill"),
    replace(advised("port"), advice=replace(FULL, decision=None)),
    replace(advised("mill", DAY + timedelta(30)), advice=FULL),
    ended("won", "mill", DAY + timedelta(60)),
    advised("dock", settled=False, possible=("bid", "withdraw")),
    ended("lost", "dock", DAY + timedelta(60)),
)
"""A small ledger in which everything occurs."""


def drawn(seed: int, deals: int, odds: dict[str, float], verdicts: Sequence[str] = ("bid",)) -> list[Entry]:
    """Return a ledger by chance: one of these rules decides each deal, and has its odds of winning."""
    chance = random.Random(seed)
    notes: list[Note] = []
    for number in range(deals):
        rule = chance.choice(sorted(odds))
        verdict = verdicts[sorted(odds).index(rule) % len(verdicts)]
        notes.append(advised(f"deal-{number}", verdict=Choice(verdict, False, False), decided=(rule,)))
        notes.append(ended("won" if chance.random() < odds[rule] else "lost", f"deal-{number}"))
    return chained(notes)
