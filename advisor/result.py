"""The result document: what inference and explanation produce and every surface only reads (docs/semantics.md).

All words stand in both languages, filled in; dates are ISO; amounts are text as they are to be shown.
`SCHEMA_VERSION` changes its first number when a field is removed or changes its meaning.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from advisor.lines import (
    Action,
    Answer,
    BoxLine,
    CandidateLine,
    ClassLine,
    DealLine,
    FactLine,
    FlipLine,
    GuardLine,
    PersonLine,
    PhaseLine,
    Proof,
    QuestionLine,
    Reason,
    SourceLine,
    Step,
    VerdictLine,
    Warning,
)
from advisor.model import Text
from advisor.record import dataclass
from advisor.rule import STOPPING
from advisor.sheet import CaseChange, Footing, Sheet

SCHEMA_VERSION = "2.1"


@dataclass(frozen=True)
class DealReport:
    """What a page of text shows of one deal. `asks` is what its board is asked to decide."""

    id: str
    title: Text
    about: Text | None
    as_of: date
    file: str
    verdict: VerdictLine
    asks: Text
    settled: bool
    possible: tuple[VerdictLine, ...]
    hangs_on: tuple[FactLine, ...]
    hangs_first: tuple[FactLine, ...]
    hangs_on_lists: tuple[Text, ...]
    standing: tuple[VerdictLine, ...]
    proof: Proof
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    warnings: tuple[Warning, ...]
    compliance: tuple[GuardLine, ...]
    quarantined: tuple[Text, ...]
    actions: tuple[Action, ...]
    questions: tuple[QuestionLine, ...]
    flips: tuple[FlipLine, ...]
    contradictions: tuple[FactLine, ...]
    stale: tuple[FactLine, ...]
    phases: tuple[PhaseLine, ...]
    classes: tuple[ClassLine, ...]
    people: tuple[PersonLine, ...]

    @property
    def blocked(self) -> bool:
        """Whether a legal limit stops the case: something to refuse, or to hold for counsel."""
        return any(map(blocks, self.compliance))

    @property
    def footing(self) -> Footing:
        """What the verdict stands on."""
        return footing(self.blocked, self.settled, self.proof.same)


@dataclass(frozen=True)
class CaseReport(DealReport):
    """Everything that is said about one deal.

    `trace` has the conclusions that hold, in the order in which they were drawn; `undecided` the ids of the rules that
    stay undecided for want of facts, for the deal or for somebody in it.
    """

    candidates: tuple[CandidateLine, ...]
    trace: tuple[Step, ...]
    undecided: tuple[str, ...]
    sheet: Sheet


def footing(blocked: bool, settled: bool, proven: bool) -> Footing:
    """Say in one word what a verdict stands on; what weighs most comes first."""
    if blocked:
        return "blocked"
    if not settled:
        return "open"
    return "proven" if proven else "told"


def blocks(guard: GuardLine) -> bool:
    """Tell whether a legal limit stops a case."""
    return guard.answer == "yes" and guard.level in STOPPING


@dataclass(frozen=True)
class Advice:
    """What a rep is told about one deal: of its report what belongs on one screen, without what takes the time."""

    id: str
    title: Text
    verdict: VerdictLine
    settled: bool
    hangs_on: tuple[FactLine, ...]
    hangs_first: tuple[FactLine, ...]
    hangs_on_lists: tuple[Text, ...]
    proof: Proof
    because: Text
    actions: tuple[Action, ...]
    questions: tuple[QuestionLine, ...]
    warnings: tuple[Warning, ...]
    compliance: tuple[GuardLine, ...]
    quarantined: tuple[Text, ...]
    people: tuple[PersonLine, ...]


@dataclass(frozen=True)
class AccountReport:
    """Everything that is said about an account: where it stands, what to do, whom to deal with and how."""

    id: str
    title: Text
    about: Text | None
    as_of: date
    file: str
    classes: tuple[ClassLine, ...]
    people: tuple[PersonLine, ...]
    warnings: tuple[Warning, ...]
    actions: tuple[Action, ...]
    questions: tuple[QuestionLine, ...]
    compliance: tuple[GuardLine, ...]
    contradictions: tuple[FactLine, ...]
    stale: tuple[FactLine, ...]
    deals: tuple[DealLine, ...]


@dataclass(frozen=True)
class Crosswalk:
    """A deal read through the boxes of a method."""

    id: str
    title: Text
    method: str
    label: Text
    note: Text
    boxes: tuple[BoxLine, ...]


@dataclass(frozen=True)
class Unreadable:
    """A case file that could not be read, with its problems."""

    file: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """What a board reads on a screen: cases sorted by what needs it most, and files that could not be read."""

    schema_version: str
    disclaimer: Text
    cases: tuple[DealReport, ...]
    accounts: tuple[AccountReport, ...]
    unreadable: tuple[Unreadable, ...]
    changes: tuple[CaseChange, ...] | None
    """What is other than in the earlier review that it was compared with; None: with none."""


@dataclass(frozen=True)
class Review(Overview):
    """The board's pack: the whole of each deal."""

    cases: tuple[CaseReport, ...]


@dataclass(frozen=True)
class Node:
    """A node of an argument: a rule, a condition or a fact, marked yes, no or undecided."""

    kind: Literal["rule", "all", "either", "count", "not", "fact", "knowledge", "finding", "list", "member", "note"]
    text: Text
    answer: Answer
    rule: str | None = None
    because: Text | None = None
    fact: FactLine | None = None
    sources: tuple[SourceLine, ...] = ()
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Argument:
    """An answer to why or why not: the heading and one tree for each rule that bears on it."""

    heading: Text
    trees: tuple[Node, ...]
    missing: tuple[FactLine, ...] = ()
