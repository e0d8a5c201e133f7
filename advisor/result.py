"""The result document: what inference and explanation produce and every surface only reads (docs/semantics.md).

All words stand in both languages, filled in; dates are ISO; amounts are text as they are to be shown.
`SCHEMA_VERSION` changes its first number when a field is removed or changes its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from advisor.model import Text

SCHEMA_VERSION = "1.0"

Answer = Literal["yes", "no", "undecided"]
ReasonKind = Literal["candidate", "supports", "finding", "opposes", "other-verdict", "undecided", "fallback"]
Standing = Literal["known", "absent", "unknown", "contradicted"]


@dataclass(frozen=True)
class FactLine:
    """A fact of the case with its evidence. `member` and `who` name the person, rival or criterion it is about."""

    path: str
    member: str | None
    who: Text | None
    label: Text
    value: Text
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

    level: Literal["refuse", "hold", "reword", "note"]
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
    """One conclusion of the trace: the rule, about whom, whether certain, and what it read."""

    rule: str
    title: Text
    member: str | None
    answer: Answer
    because: Text | None
    read: tuple[str, ...]


@dataclass(frozen=True)
class CaseReport:
    """Everything that is said about one case."""

    id: str
    title: Text
    about: Text | None
    as_of: date
    file: str
    verdict: VerdictLine
    settled: bool
    possible: tuple[VerdictLine, ...]
    hangs_on: tuple[FactLine, ...]
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
    candidates: tuple[CandidateLine, ...]
    trace: tuple[Step, ...]

    @property
    def blocked(self) -> bool:
        """Whether a legal limit stops the case: something to refuse, or to hold for counsel."""
        return any(g.answer == "yes" and g.level in ("refuse", "hold") for g in self.compliance)


@dataclass(frozen=True)
class Unreadable:
    """A case file that could not be read, with its problems."""

    file: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """The board's pack: cases sorted by what needs the board most, and files that could not be read."""

    schema_version: str
    disclaimer: Text
    cases: tuple[CaseReport, ...]
    unreadable: tuple[Unreadable, ...]


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


def to_plain(value: Any) -> Any:
    """Turn a result into dicts, lists, strings, numbers and booleans, ready for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
