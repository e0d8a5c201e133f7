"""What stands in a ledger: an entry with an advice, or with what came of a deal (docs/ledger.md).

`SCHEMA` goes up when an older program could not read what a newer one writes.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from advisor.lines import Standing
from advisor.model import Text
from advisor.record import dataclass
from advisor.result import footing
from advisor.sheet import Footing

SCHEMA = 1
FIRST = "0" * 64
"""What the first entry names as the hash of the one before it."""

Kind = Literal["advice", "outcome"]
Result = Literal["won", "lost", "withdrawn", "cancelled", "open"]
RESULTS: tuple[Result, ...] = get_args(Result)


@dataclass(frozen=True)
class Fact:
    """A fact as inference used it; `member` is the id of the person, rival or criterion that it is about.

    `value` is written as a case file writes it; None where the fact is known to be absent, or contradicted. `on` is the
    day of the strongest statement.
    """

    path: str
    member: str | None
    standing: Standing
    value: str | None
    grade: str | None
    on: date | None
    stale: bool


@dataclass(frozen=True)
class Member:
    """Somebody or something on a list: the id, and what text calls it (a post, never a person's name)."""

    id: str
    title: Text | None


@dataclass(frozen=True)
class MemberList:
    """A list of the case that was known, and whether all of it was."""

    name: str
    complete: bool
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Tool:
    """The program that judged: its release, and the SHA-256 of its modules."""

    version: str
    hash: str


@dataclass(frozen=True)
class Choice:
    """A verdict, whether it ends the pursuit, and whether it commits nothing to winning the deal now."""

    verdict: str
    closes: bool
    holds_back: bool


@dataclass(frozen=True)
class Advice:
    """What was advised on the facts of a day, and what the board decided (None: it is not recorded).

    `case` and `playbook` are the SHA-256 of the case file, and of rules and knowledge. `possible` are the verdicts that
    the unknown could still lead to, `proven` is the verdict without claims that are not proven. `decided` are the rules
    that put the verdict forward, the winning one first; `supports` and `opposes` are others that spoke for it and
    against it; `guards` are legal limits that stop the case.
    """

    case: str
    playbook: str
    tool: Tool
    currency: str
    facts: tuple[Fact, ...]
    lists: tuple[MemberList, ...]
    verdict: Choice
    settled: bool
    possible: tuple[str, ...]
    proven: str
    decided: tuple[str, ...]
    supports: tuple[str, ...]
    opposes: tuple[str, ...]
    guards: tuple[str, ...]
    decision: Choice | None

    @property
    def overridden(self) -> bool:
        """Whether the board decided otherwise."""
        return self.decision is not None and self.decision.verdict != self.verdict.verdict

    @property
    def footing(self) -> Footing:
        """What the verdict stands on."""
        return footing(bool(self.guards), self.settled, self.proven == self.verdict.verdict)

    @property
    def course(self) -> Choice:
        """What was done, as far as the ledger knows: what the board decided, else what was advised."""
        return self.decision or self.verdict


@dataclass(frozen=True)
class Note:
    """What somebody enters, before it has a place in a ledger: an advice, or the `outcome` of a deal."""

    kind: Kind
    day: date
    deal: str
    title: Text
    by: str | None
    reason: str | None
    advice: Advice | None
    outcome: Result | None


@dataclass(frozen=True)
class Entry:
    """A line of a ledger: a note, its number (from 1), the hash of the entry before it, and its own."""

    schema: int
    number: int
    note: Note
    previous: str
    hash: str
