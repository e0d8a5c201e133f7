"""A difference made small: rules, facts and members are left out for as long as it stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from advisor.evidence import MemberView, View
from advisor.portfolio.backend import Backend
from advisor.rulebase import Playbase
from tests.certify.answers import Bench, attempt
from tests.certify.columnar import Columnar

T = TypeVar("T")
TRIALS = 150
"""So often a smaller one is tried; each costs a plan over columns, a few tenths of a second."""


class Shrinker:
    """Tries smaller rule sets and deals, and keeps the smallest that still differ."""

    def __init__(self, backend: Backend, trials: int = TRIALS) -> None:
        self.backend = backend
        self.left = trials

    def shrink(self, base: Playbase, deal: View) -> tuple[Playbase, View]:
        """Return a rule base and a deal that differ still."""
        rules = self._fewer(base.rules, lambda kept: self.differs(_with_rules(base, kept), deal))
        base = _with_rules(base, rules)
        paths = self._fewer(tuple(deal.states), lambda kept: self.differs(base, _with_facts(deal, kept)))
        deal = _with_facts(deal, paths)
        for name in deal.lists:
            deal = self._fewer_members(base, deal, name)
        return base, deal

    def _fewer_members(self, base: Playbase, deal: View, list_: str) -> View:
        def of(members: tuple[MemberView, ...]) -> View:
            return replace(deal, lists={**deal.lists, list_: members})

        return of(self._fewer(deal.lists[list_], lambda kept: self.differs(base, of(kept))))

    def differs(self, base: Playbase, deal: View) -> bool:
        """Tell whether the answers differ."""
        return bool(differences(base, deal, self.backend))

    def _fewer(self, items: Sequence[T], still: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
        """Leave out halves, quarters and so on, down to single items."""
        kept, size = tuple(items), max(1, len(items) // 2)
        while self.left > 0:
            place = 0
            while place < len(kept) and self.left > 0:
                fewer = kept[:place] + kept[place + size :]
                self.left -= 1
                if still(fewer):
                    kept = fewer
                else:
                    place += size
            if size == 1:
                break
            size //= 2
        return kept


def differences(base: Playbase, deal: View, backend: Backend) -> tuple[str, ...]:
    """Judge a single deal four ways and say how the answers differ."""
    bench = Bench(base)
    try:
        answered = attempt(bench, deal, 0, Columnar(bench.sheet, [deal], backend))
    finally:
        bench.close()
    return (answered,) if isinstance(answered, str) else answered.differences


def _with_rules(base: Playbase, rules: Sequence[object]) -> Playbase:
    kept = set(map(id, rules))
    files = tuple(replace(file, rules=tuple(r for r in file.rules if id(r) in kept)) for file in base.files)
    return Playbase(base.knowledge, files)


def _with_facts(deal: View, paths: Sequence[str]) -> View:
    return replace(deal, states={path: deal.states[path] for path in paths})
