"""The evaluator that shadows the engine: each level as one generated Python function over a row of columns.

It works from the conditions themselves, not from the alternatives that the engine gets, so that the two
agree only if the lowering is right. It also serves the searches, whose results are confirmed on the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.program import Program, Tree, Unit

LevelFunction = Callable[[Sequence[int], list[int]], None]


class Shadow:
    """Runs a program level by level, like the engine, without recording firings."""

    def __init__(self, program: Program) -> None:
        self._functions: list[dict[str, LevelFunction]] = [
            {scope: _function([u for u in level if u.scope == scope]) for scope in sorted({u.scope for u in level})}
            for level in program.levels
        ]

    def run(self, level: int, scope: str, row: Sequence[int], values: list[int]) -> None:
        """Set the value of every unit of this level and scope for one row."""
        function = self._functions[level].get(scope)
        if function is not None:
            function(row, values)


def _function(units: list[Unit]) -> LevelFunction:
    lines = ["def level(c, v):"]
    for unit in units:
        certain, possible = _expression(unit.tree, True), _expression(unit.tree, False)
        lines.append(f"    v[{unit.number}] = 2 if {certain} else 1 if {possible} else 0")
    namespace: dict[str, LevelFunction] = {}
    # The text holds nothing but column numbers from the compiler: no word of a rule file reaches it.
    exec(compile("\n".join(lines), "<level>", "exec"), namespace)
    return namespace["level"]


def _expression(tree: Tree, certain: bool) -> str:
    """Write a condition as Python: certain asks columns for 2 (or 0 when negated), possible for 1 and more."""
    if tree.lit is not None:
        column = f"c[{tree.lit.column}]"
        if certain:
            return f"{column} == 2" if tree.lit.positive else f"{column} == 0"
        return f"{column} >= 1" if tree.lit.positive else f"{column} <= 1"
    if tree.op == "count":
        return "(" + " + ".join(f"({_expression(part, certain)})" for part in tree.parts) + f" >= {tree.need})"
    joiner = " and " if tree.op == "all" else " or "
    return "(" + joiner.join(_expression(part, certain) for part in tree.parts) + ")"
