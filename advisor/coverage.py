"""Which items of the playbooks have rules that cite them."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.rule import Rule
from advisor.rulebase import Item, Playbase


@dataclass(frozen=True)
class Coverage:
    """One item with the ids of the rules that cite it, and how many examples they have."""

    item: Item
    rules: tuple[str, ...]
    examples: int


def coverage(base: Playbase) -> tuple[Coverage, ...]:
    """Return every item in the order of its number."""
    citing: dict[int, list[Rule]] = {}
    for rule in base.rules:
        for number in items_of(rule, base):
            citing.setdefault(number, []).append(rule)
    return tuple(_line(item, citing.get(number, [])) for number, item in sorted(base.knowledge.items.items()))


def _line(item: Item, rules: list[Rule]) -> Coverage:
    return Coverage(item, tuple(sorted(r.id for r in rules)), sum(len(r.examples) for r in rules))


def items_of(rule: Rule, base: Playbase) -> list[int]:
    """Return the items that a rule stands for: its file's, and those whose passages it cites."""
    passages = (base.knowledge.passage(s.passage) for s in rule.source if s.passage)
    cited = {passage.item for passage in passages if passage}
    return sorted(cited | ({rule.item} if rule.item is not None else set()))
