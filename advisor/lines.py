"""The lines of a report: what it says about facts, reasons, actions, questions, people (docs/semantics.md).

All words stand in both languages, filled in; dates are ISO; amounts are text as they are to be shown.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from advisor.model import Text
from advisor.record import dataclass
from advisor.rule import GuardLevel

Answer = Literal["yes", "no", "undecided"]
ReasonKind = Literal["candidate", "supports", "finding", "opposes", "other-verdict", "undecided", "hinge", "fallback"]
Standing = Literal["known", "absent", "unknown", "contradicted"]
Filling = Literal["proven", "claimed", "partly", "contradicted", "unknown"]
"""How far a box of a method can be relied on."""


@dataclass(frozen=True)
class FactLine:
    """A fact of the case with its evidence. `member` and `who` name the person, rival or criterion it is about."""

    path: str
    member: str | None
    who: Text | None
    label: Text
    value: Text
    raw: str | None
    """The value as a case file writes it; None while there is none, or two."""
    standing: Standing
    grade: str | None
    grade_label: Text | None
    by: Text | None
    on: date | None
    how: Text | None
    stale: bool


@dataclass(frozen=True)
class SourceLine:
    """A passage of a playbook in our words, or `ours` with the reason."""

    passage: str | None
    playbook: Text | None
    item: int | None
    quote: str | None
    says: Text


@dataclass(frozen=True)
class Reason:
    """Something that speaks for or against the verdict, in the customer's situation."""

    kind: ReasonKind
    rule: str | None
    text: Text
    verdict: str | None
    weakest: str | None
    weakest_label: Text | None
    stale: bool
    facts: tuple[FactLine, ...]
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True)
class VerdictLine:
    """A verdict with its label, its meaning and the decision that it asks for."""

    id: str
    label: Text
    meaning: Text
    decision: Text


@dataclass(frozen=True)
class CandidateLine:
    """A rule that puts forward a verdict, and what became of it."""

    rule: str
    verdict: str
    status: Literal["wins", "stands", "defeated", "undecided"]
    by: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """The verdict when unproven claims and stale facts are left out, and the claims to prove first."""

    verdict: VerdictLine
    same: bool
    carriers: tuple[FactLine, ...]


@dataclass(frozen=True)
class Action:
    """A next step: who does what, with whom, by when, and why now."""

    do: Text
    who: Text
    to: Text | None
    by: date
    horizon: Text
    why: Text
    rule: str


@dataclass(frozen=True)
class Warning:
    """A seller's error that the playbooks name."""

    text: Text
    because: Text
    rule: str
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True)
class GuardLine:
    """A legal limit that holds (`yes`) or that cannot be excluded yet (`undecided`)."""

    level: GuardLevel
    answer: Answer
    because: Text
    law: Text
    says: Text
    instead: Text
    rule: str


@dataclass(frozen=True)
class AnswerLine:
    """An answer to a question, and the verdict that it would lead to."""

    value: Text
    verdict: VerdictLine
    settles: bool


@dataclass(frozen=True)
class QuestionLine:
    """A question worth asking: whom, about which fact, and the answers that would change the verdict."""

    fact: FactLine
    ask: Text
    who: tuple[Text, ...]
    cost: int
    why: Literal["unknown", "contradicted", "stale", "weak"]
    turns: tuple[AnswerLine, ...]
    settles: bool


@dataclass(frozen=True)
class ChangeLine:
    """One fact of a flip card: what it is now and what it would be."""

    fact: FactLine
    to: Text
    change: Literal["ours", "theirs", "given"]


@dataclass(frozen=True)
class FlipLine:
    """The smallest set of changes that turns the verdict, and the verdict it turns to."""

    changes: tuple[ChangeLine, ...]
    verdict: VerdictLine


@dataclass(frozen=True)
class Step:
    """One conclusion of the trace: the rule, about whom, why, and what it read."""

    rule: str
    title: Text
    member: str | None
    because: Text
    read: tuple[str, ...]


@dataclass(frozen=True)
class ClassLine:
    """Where the case, or one person of it, stands in a scheme of the playbooks."""

    scheme: str
    label: Text
    about: str
    place: str
    place_label: Text
    means: Text
    because: Text
    rule: str
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True)
class ApproachLine:
    """How to deal with a person in one respect; `also` are rules that agree or have less to say about it."""

    slot: str
    label: Text
    say: Text
    because: Text
    rule: str
    also: tuple[str, ...]
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True)
class PersonLine:
    """One person: what we know, where the person stands in the schemes, and how to go about it."""

    id: str
    who: Text
    facts: tuple[FactLine, ...]
    classes: tuple[ClassLine, ...]
    approach: tuple[ApproachLine, ...]


@dataclass(frozen=True)
class PhaseLine:
    """The phase of the decision that the deal is judged to be in, and why."""

    id: str
    label: Text
    because: Text
    rule: str


@dataclass(frozen=True)
class DealLine:
    """One deal of an account; without a verdict when the deal is not among the files that were read."""

    id: str
    title: Text | None
    verdict: VerdictLine | None
    settled: bool


@dataclass(frozen=True)
class BoxLine:
    """A box of a method: what is in it, with evidence, what is missing, and the lists in which nobody fits."""

    id: str
    label: Text
    asks: Text
    filling: Filling
    known: tuple[FactLine, ...]
    unknown: tuple[FactLine, ...]
    nobody: tuple[Text, ...]
