"""In which cases the rules of an item decide or contribute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from advisor.evidence import view_of
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.program import YES
from advisor.rule import Then


@dataclass
class Casework:
    """For each rule, the ids of the cases whose verdict it carries, and of those in which it holds and is heard."""

    decides: dict[str, list[str]] = field(default_factory=dict)
    holds: dict[str, list[str]] = field(default_factory=dict)

    def of(self, rules: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the cases that these rules decide, and those in which they only contribute."""
        names = tuple(rules)
        decides = sorted({case for rule in names for case in self.decides.get(rule, ())})
        holds = sorted({case for rule in names for case in self.holds.get(rule, ())} - set(decides))
        return tuple(decides), tuple(holds)


def speaks(then: Then) -> bool:
    """Tell whether a reader notices a rule: one that only concludes something for others, or asks, is not heard."""
    heard = (then.candidate, then.classify, then.approach, then.actions, then.warning, then.guard)
    return any(heard) or bool(then.supports or then.opposes)


def casework(judge: Judge, files: Iterable[Path]) -> Casework:
    """Infer every case as of its own day; raise InputError for a file that cannot be read."""
    found = Casework()
    for path in files:
        case = load_case(path, judge.knowledge)
        case = case.at_date(case.as_of)
        inference = judge.reasoner.infer(view_of(case, judge.knowledge), case.id)
        winner = judge.arbiter.decide(inference.case).winner
        for unit in judge.program.units:
            if unit.rule is not None and speaks(unit.rule.then) and inference.value(unit) == YES:
                found.holds.setdefault(unit.rule.id, []).append(case.id)
        if winner is not None and winner.unit.rule is not None and case.kind == "deal":
            found.decides.setdefault(winner.unit.rule.id, []).append(case.id)
    return found
