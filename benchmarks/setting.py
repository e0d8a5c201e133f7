"""What every part is told: rules, deals, how many rounds, how large."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from advisor.case import Case
from advisor.judge import Judge, open_judge
from advisor.paths import shipped
from benchmarks.deals import Variation, load_deals

CASES = Path(__file__).resolve().parent.parent / "cases"
SEED = 8


@dataclass(frozen=True)
class Setting:
    """The rules and deals that are measured with, and how much of it."""

    rules: Path | None = None
    """A folder of house rules beside the shipped ones."""
    cases: Path = CASES
    rounds: int = 5
    quick: bool = False
    patience: float = 150.0
    """Seconds for one line of growth; a size that would take longer is left out, and said to be."""

    def judge(self) -> Judge:
        """Open the rule base."""
        return open_judge(shipped(self.rules))

    def deals(self, judge: Judge) -> list[Case]:
        """Read the deals."""
        return load_deals(self.cases, judge.knowledge)

    def variation(self, judge: Judge) -> Variation:
        """Return the source of further deals, the same at every run."""
        return Variation(judge.knowledge, Random(SEED))

    def pick(self, size: int, quick: int) -> int:
        """Return a size, or the small one of a quick run."""
        return quick if self.quick else size
