"""What a learner committed: one answer for each act, each sealed with those before it."""

from __future__ import annotations

from dataclasses import field
from hashlib import sha256

from advisor.problems import NOWHERE, Location
from advisor.record import dataclass

_SEAL = 16


@dataclass(frozen=True)
class Answer:
    """The answer to one act; what was left blank is None or empty. `seal` shows that it was committed in order."""

    verdict: str | None = None
    confidence: int | None = None
    reasons: tuple[str, ...] = ()
    step: str | None = None
    seal: str | None = None
    at: Location = field(default=NOWHERE, compare=False)

    @property
    def blank(self) -> bool:
        """Whether nothing was answered."""
        return self.verdict is None and self.confidence is None and not self.reasons and self.step is None

    @property
    def words(self) -> str:
        """The answer in one line, the same for the same answer."""
        return f"{self.verdict} {self.confidence} {','.join(sorted(self.reasons))} {self.step}"


@dataclass(frozen=True)
class AnswerSheet:
    """The answers of one learner to one exercise."""

    exercise: str
    learner: str
    answers: tuple[Answer, ...]
    file: str


def seal(sheet: AnswerSheet, number: int) -> str:
    """Return the seal of an act's answer (the first is 1): over the answers up to it, whose they are and to what."""
    words = [sheet.exercise, sheet.learner, *(answer.words for answer in sheet.answers[:number])]
    return sha256("\n".join(words).encode()).hexdigest()[:_SEAL]
