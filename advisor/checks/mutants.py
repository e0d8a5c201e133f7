"""Weakens rules one condition at a time: a weakened rule that still passes its examples is not held by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from advisor.checks.examples import ExampleRun, run_examples
from advisor.judge import Judge
from advisor.model import CASE
from advisor.problems import Problem, Problems
from advisor.program import NO, FindingColumn, Lit, Program, QuantifiedColumn, Tree, tree_value


def survivors(judge: Judge, only: str | None = None) -> list[Problem]:
    """Return a problem for every weakened rule that no example of its rule tells from the rule itself."""
    runs: dict[str, list[ExampleRun]] = {}
    for run in run_examples(judge, Problems(), only):
        runs.setdefault(run.rule.id, []).append(run)
    found: list[Problem] = []
    for mine in runs.values():
        rule, tree = mine[0].rule, mine[0].unit.tree
        for change, mutant in mutants(tree):
            if all(_outcome(run, mutant) == _outcome(run, tree) for run in mine):
                words = describe(judge.program, change)
                found.append(Problem(rule.at, "weak-examples", f'no example of "{rule.id}" notices when {words}'))
    return found


Change = tuple[str, Tree]


def mutants(tree: Tree) -> Iterator[tuple[Change, Tree]]:
    """Yield the condition with one part dropped, one test swapped, or one `all` turned to `either`."""
    yield from _mutants(tree, lambda new: new)


def _mutants(tree: Tree, rebuild: Callable[[Tree], Tree]) -> Iterator[tuple[Change, Tree]]:
    if tree.lit is not None:
        yield ("swapped", tree), rebuild(Tree("lit", Lit(tree.lit.column, not tree.lit.positive)))
        return
    for need in (tree.need - 1, tree.need + 1):
        if tree.op == "count" and 1 <= need <= len(tree.parts):
            yield ("counted otherwise", tree), rebuild(Tree("count", parts=tree.parts, need=need))
    for index, part in enumerate(tree.parts):
        rest = tree.parts[:index] + tree.parts[index + 1 :]
        if len(rest) >= max(tree.need, 1):
            yield ("dropped", part), rebuild(Tree(tree.op, parts=rest, need=tree.need))
        yield from _mutants(part, _replacer(tree, index, rebuild))


def _replacer(tree: Tree, index: int, rebuild: Callable[[Tree], Tree]) -> Callable[[Tree], Tree]:
    return lambda new: rebuild(
        Tree(tree.op, parts=(*tree.parts[:index], new, *tree.parts[index + 1 :]), need=tree.need)
    )


def _outcome(run: ExampleRun, tree: Tree) -> int:
    if run.unit.scope == CASE:
        return tree_value(tree, run.inference.columns.case)
    rows = run.inference.columns.members[run.unit.scope]
    return max((tree_value(tree, row) for row in rows), default=NO)


def describe(program: Program, change: Change) -> str:
    """Say which part was dropped or swapped."""
    what, tree = change
    names = sorted({_name(program, column) for column in _columns(tree)})
    return f"its condition on {' and '.join(names)} is {what}"


def _columns(tree: Tree) -> Iterator[int]:
    if tree.lit is not None:
        yield tree.lit.column
    for part in tree.parts:
        yield from _columns(part)


def _name(program: Program, column: int) -> str:
    means = program.columns[column].means
    if isinstance(means, FindingColumn):
        return f'the finding "{means.name}"'
    if isinstance(means, QuantifiedColumn):
        return f"{means.quantifier} of the {means.list}"
    return f'"{getattr(means, "path", "a part")}"'
