"""Which items of the playbooks have rules that cite them, terms and schemes, and cases in which they bite."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.casework import Casework
from advisor.rule import Rule
from advisor.rulebase import Item, Knowledge, Playbase


@dataclass(frozen=True)
class Coverage:
    """One item: the rules that cite it, their examples, what else explains it, and the cases it bites in."""

    item: Item
    rules: tuple[str, ...]
    examples: int
    schemes: tuple[str, ...]
    terms: tuple[str, ...]
    decides: tuple[str, ...]
    contributes: tuple[str, ...]


def coverage(base: Playbase, cases: Casework | None = None) -> tuple[Coverage, ...]:
    """Return every item in the order of its number."""
    citing: dict[int, list[Rule]] = {}
    for rule in base.rules:
        for number in items_of(rule, base):
            citing.setdefault(number, []).append(rule)
    items = sorted(base.knowledge.items.items())
    return tuple(_line(item, citing.get(number, []), base.knowledge, cases or Casework()) for number, item in items)


def _line(item: Item, rules: list[Rule], knowledge: Knowledge, cases: Casework) -> Coverage:
    names = tuple(sorted(rule.id for rule in rules))
    decides, contributes = cases.of(names)
    return Coverage(
        item=item,
        rules=names,
        examples=sum(len(rule.examples) for rule in rules),
        schemes=tuple(s.id for s in knowledge.schemes.values() if item.number in s.items),
        terms=tuple(t.id for t in knowledge.terms.values() if item.number in t.items),
        decides=decides,
        contributes=contributes,
    )


def items_of(rule: Rule, base: Playbase) -> list[int]:
    """Return the items that a rule stands for: its file's, and those whose passages it cites."""
    passages = (base.knowledge.passage(s.passage) for s in rule.source if s.passage)
    cited = {passage.item for passage in passages if passage}
    return sorted(cited | ({rule.item} if rule.item is not None else set()))
