"""Rules to a program of three-valued columns and strata that the engine and its shadow both run.

Every distinct test is a column holding 0 (no), 1 (undecided) or 2 (yes); so is every finding and every
quantifier. A rule becomes a unit: alternatives of literals over columns. Units are arranged in levels such
that a unit reads only columns of lower levels (docs/semantics.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from math import comb
from typing import Literal

from advisor.lowering import parts_of, tests_of
from advisor.model import CASE, All, Condition, Count, Either, FindingTest, Not, Quantified, Test, leaves, paths_read
from advisor.parts import Tests, Uses
from advisor.problems import Location, Problems
from advisor.program import (
    Alternative,
    Column,
    FindingColumn,
    HelperColumn,
    Lit,
    Meaning,
    Program,
    QuantifiedColumn,
    Tree,
    Unit,
)
from advisor.rule import Rule
from advisor.rulebase import Knowledge, Playbase

MAX_ALTERNATIVES = 16
"""More alternatives than this, and part of the condition becomes a helper unit of its own."""


def compile_rules(base: Playbase, problems: Problems) -> Program | None:
    """Compile all rules; None (with the cycles added as problems) if findings read one another in a circle."""
    order = _strata(base.rules, problems)
    if order is None:
        return None
    compiler = _Compiler(finding_scopes(base.rules), base.knowledge)
    for group in order:
        compiler.add_level(group)
    return compiler.program()


def finding_scopes(rules: Iterable[Rule]) -> dict[str, str]:
    """Return for each concluded finding the list whose members it is about, or CASE."""
    return {rule.then.finding: rule.scope for rule in rules if rule.then.finding}


def findings_read(condition: Condition) -> dict[str, Location]:
    """Return the findings that a condition reads, with the place of the first reading."""
    found: dict[str, Location] = {}
    for leaf in leaves(condition):
        if isinstance(leaf, FindingTest):
            found.setdefault(leaf.name, leaf.at)
    return found


def _strata(rules: tuple[Rule, ...], problems: Problems) -> list[list[Rule]] | None:
    """Group rules so that each group reads only findings whose rules all stand in earlier groups."""
    makers: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.then.finding:
            makers.setdefault(rule.then.finding, []).append(rule)
    waiting = list(rules)
    done: set[str] = set()
    groups: list[list[Rule]] = []
    settled = {name for rule in rules for name in findings_read(rule.when) if name not in makers}
    while waiting:
        ready = [r for r in waiting if set(findings_read(r.when)) <= settled]
        if not ready:
            problems.add(*_cycle(waiting, makers))
            return None
        groups.append(ready)
        done.update(r.id for r in ready)
        waiting = [r for r in waiting if r.id not in done]
        settled |= {name for name, by in makers.items() if all(r.id in done for r in by)}
    return groups


def _uses(units: Iterable[Unit], paths: Iterable[str]) -> Uses:
    rules = [(unit.number, unit.rule.then) for unit in units if unit.rule is not None]
    return Uses(
        candidates={n: (then.candidate.verdict, then.candidate.tier) for n, then in rules if then.candidate},
        makers=_by_name((then.finding, number) for number, then in rules if then.finding),
        defeating=_by_name((target, number) for number, then in rules for target in then.defeats),
        asking=tuple(number for number, then in rules if then.ask),
        guarding=tuple(number for number, then in rules if then.guard),
        speaking=tuple(number for number, then in rules if then.supports or then.opposes),
        acting=tuple(number for number, then in rules if then.actions),
        paths=tuple(sorted(paths)),
    )


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for name, number in pairs:
        found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _cycle(waiting: list[Rule], makers: dict[str, list[Rule]]) -> tuple[Location, str, str]:
    """Follow unmet findings from rule to rule until one repeats, and name the circle."""
    stuck = {r.id for r in waiting}
    rule, trail = waiting[0], list[Rule]()
    while rule not in trail:
        trail.append(rule)
        unmet = (n for n in sorted(findings_read(rule.when)) if any(m.id in stuck for m in makers.get(n, ())))
        rule = next(m for m in makers[next(unmet)] if m.id in stuck)
    circle = trail[trail.index(rule) :]
    names = " -> ".join(f'"{r.then.finding}" ({r.id})' for r in [*circle, circle[0]])
    return circle[0].at, "finding-cycle", f"findings read one another in a circle: {names}"


def spelled_out(tree: Tree) -> Tree:
    """Write a count as `either` of `all`: every combination, or one part at a time where these are too many."""
    if comb(len(tree.parts), tree.need) <= MAX_ALTERNATIVES:
        return Tree("either", parts=tuple(Tree("all", parts=some) for some in combinations(tree.parts, tree.need)))
    first, rest = tree.parts[0], tree.parts[1:]
    with_first = Tree("all", parts=(first, Tree("count", parts=rest, need=tree.need - 1)))
    return Tree("either", parts=(with_first, Tree("count", parts=rest, need=tree.need)))


class _Compiler:
    """Numbers columns and units level by level."""

    def __init__(self, scopes: dict[str, str], knowledge: Knowledge) -> None:
        self.scopes = scopes
        self.knowledge = knowledge
        self.columns: list[Column] = []
        self.numbers: dict[Meaning, int] = {}
        self.quantified: dict[Quantified, int] = {}
        self.units: list[Unit] = []
        self.finding_levels: dict[str, int] = {}
        self.known: dict[tuple[str, Tree], tuple[Alternative, ...]] = {}
        self.helpers: dict[tuple[str, Condition | Tree], HelperColumn] = {}

    def add_level(self, rules: list[Rule]) -> None:
        """Add rules whose findings are all compiled already."""
        for rule in rules:
            self._unit(rule.id, rule, rule.scope, rule.when, None)

    def program(self) -> Program:
        """Return what was compiled; findings that no rule reads get their columns only now."""
        for name in self.scopes:
            self._finding_column(name)
        top = max((u.level for u in self.units), default=0)
        columns, units = tuple(self.columns), tuple(self._with_writes())
        levels = tuple(tuple(u for u in units if u.level == n) for n in range(1, top + 1))
        decide = [u.number for u in units if u.rule and (u.rule.then.candidate or u.rule.then.defeats)]
        plain = Program(columns, units, parts_of(levels, ()), Tests(), Uses(), {})
        parts, uses = parts_of(levels, plain.below(decide)), _uses(units, plain.paths_below(decide))
        tests = tests_of(columns, self.knowledge)
        return Program(columns, units, parts, tests, uses, dict(self.quantified))

    def _with_writes(self) -> Iterator[Unit]:
        for unit in self.units:
            finding = unit.rule.then.finding if unit.rule else None
            writes = self.numbers[FindingColumn(finding)] if finding else unit.writes
            yield Unit(unit.number, unit.name, unit.rule, unit.scope, unit.level, unit.tree, unit.alternatives, writes)

    def _finding_column(self, name: str) -> int:
        """Return a finding's column; asked for only once all rules that conclude it are compiled."""
        return self._column(FindingColumn(name), self.scopes.get(name, CASE), self.finding_levels.get(name, 0))

    def _column(self, means: Meaning, scope: str, level: int) -> int:
        if means not in self.numbers:
            self.numbers[means] = len(self.columns)
            self.columns.append(Column(len(self.columns), scope, means, level))
        return self.numbers[means]

    def _unit(self, name: str, rule: Rule | None, scope: str, when: Condition, writes: HelperColumn | None) -> None:
        self._unit_of_tree(name, rule, scope, self._tree(when, True, scope), writes)

    def _unit_of_tree(self, name: str, rule: Rule | None, scope: str, tree: Tree, writes: HelperColumn | None) -> None:
        alternatives = self._alternatives(tree, scope, name)
        level = 1 + max((self.columns[lit.column].level for alt in alternatives for lit in alt), default=0)
        column = self._column(writes, scope, level) if writes else None
        self.units.append(Unit(len(self.units), name, rule, scope, level, tree, alternatives, column))
        if rule is not None and rule.then.finding:
            self.finding_levels[rule.then.finding] = max(level, self.finding_levels.get(rule.then.finding, 0))

    def _tree(self, condition: Condition, positive: bool, scope: str) -> Tree:
        if isinstance(condition, Not):
            return self._tree(condition.part, not positive, scope)
        if isinstance(condition, (All, Either)):
            op: Literal["all", "either"] = "all" if isinstance(condition, All) is positive else "either"
            return Tree(op, parts=tuple(self._tree(p, positive, scope) for p in condition.parts))
        if isinstance(condition, Count):
            need = condition.need if positive else len(condition.parts) - condition.need + 1
            return Tree("count", parts=tuple(self._tree(p, positive, scope) for p in condition.parts), need=need)
        return Tree("lit", Lit(self._leaf(condition, scope), positive))

    def _leaf(self, leaf: Condition, scope: str) -> int:
        if isinstance(leaf, FindingTest):
            return self._finding_column(leaf.name)
        if isinstance(leaf, Quantified):
            return self._quantified(leaf)
        assert not isinstance(leaf, (All, Either, Count, Not))
        return self._column(leaf, self._test_scope(leaf, scope), 0)

    def _test_scope(self, test: Test, scope: str) -> str:
        """A test belongs to the members when it reads a fact of theirs on either side."""
        read = paths_read(test)
        return scope if any(self.knowledge.scope_of(path) == scope for path in read) else CASE

    def _quantified(self, leaf: Quantified) -> int:
        helper, new = self._helper_column(leaf.list, leaf.where)
        if new:
            self._unit(f"~{helper.number}", None, leaf.list, leaf.where, helper)
        column = self.columns[self.numbers[helper]]
        means = QuantifiedColumn(leaf.quantifier, leaf.list, column.number)
        self.quantified[leaf] = self._column(means, CASE, column.level)
        return self.quantified[leaf]

    def _helper_column(self, scope: str, part: Condition | Tree) -> tuple[HelperColumn, bool]:
        """Return the helper column of a part of a condition, and whether it is new."""
        new = (scope, part) not in self.helpers
        return self.helpers.setdefault((scope, part), HelperColumn(len(self.helpers) + 1)), new

    def _alternatives(self, tree: Tree, scope: str, name: str) -> tuple[Alternative, ...]:
        if tree.op == "lit":
            assert tree.lit is not None
            return ((tree.lit,),)
        if (scope, tree) not in self.known:
            self.known[scope, tree] = self._spread(tree, scope, name)
        return self.known[scope, tree]

    def _spread(self, tree: Tree, scope: str, name: str) -> tuple[Alternative, ...]:
        if tree.op == "count":
            return self._alternatives(spelled_out(tree), scope, name)
        parts = [self._alternatives(p, scope, name) for p in tree.parts]
        if tree.op == "either":
            merged = tuple(dict.fromkeys(alt for part in parts for alt in part))
            return merged if len(merged) <= MAX_ALTERNATIVES else self._split(tree, scope, name)
        return self._conjunction(tree, parts, scope, name)

    def _conjunction(
        self, tree: Tree, parts: list[tuple[Alternative, ...]], scope: str, name: str
    ) -> tuple[Alternative, ...]:
        count = 1
        for part in parts:
            count *= len(part)
        if count > MAX_ALTERNATIVES:
            parts = [
                self._helper(p, scope, name) if len(alts) > 1 else alts
                for p, alts in zip(tree.parts, parts, strict=True)
            ]
        return tuple(
            dict.fromkeys(tuple(dict.fromkeys(lit for alt in combo for lit in alt)) for combo in product(*parts))
        )

    def _split(self, tree: Tree, scope: str, name: str) -> tuple[Alternative, ...]:
        """An `either` with too many alternatives becomes an `either` of helpers."""
        size = max(2, -(-len(tree.parts) // MAX_ALTERNATIVES))
        chunks = [tree.parts[i : i + size] for i in range(0, len(tree.parts), size)]
        if len(chunks) == 1:
            return tuple(alt for p in tree.parts for alt in self._helper(p, scope, name))
        return tuple(alt for chunk in chunks for alt in self._helper(Tree("either", parts=chunk), scope, name))

    def _helper(self, tree: Tree, scope: str, name: str) -> tuple[Alternative, ...]:
        helper, new = self._helper_column(scope, tree)
        if new:
            self._unit_of_tree(f"{name}~{helper.number}", None, scope, tree, helper)
        return ((Lit(self.numbers[helper], True),),)
