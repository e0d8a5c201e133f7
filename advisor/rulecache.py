"""Rule bases, remembered: what a case needs of them is decoded, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advisor import reference, rule, rulebase
from advisor.cache import Memory
from advisor.codec import Brief, Shape
from advisor.late import BrokenError
from advisor.lowering import OPERATORS, short, short_literal
from advisor.model import Fact, Setting
from advisor.parts import Effects, Part, Tests, Uses
from advisor.paths import Library, yaml_files
from advisor.program import Column, Lit, Program, Tree, Unit
from advisor.record import dataclass
from advisor.rulebase import Playbase


@dataclass(frozen=True)
class Compiled:
    """A rule base and its program: what is remembered."""

    base: Playbase
    program: Program


def open_playbase(library: Library) -> tuple[Playbase, Program]:
    """Return a rule base, compiled; raise InputError with every problem of every file.

    It equals what load_playbase returns, and takes the time that load_playbase takes only after a file has changed.
    """
    found = memory(library).value()
    return found.base, found.program


def memory(library: Library) -> Memory[Compiled]:
    """Return what is remembered of a rule base."""
    folders = (library.rules, library.knowledge, library.house_rules, library.house_knowledge)
    roots = [folder for folder in folders if folder]
    return Memory("playbase", roots, lambda: _files(roots), _SHAPE, lambda: _load(library))


def _load(library: Library) -> Compiled:
    from advisor.playbase import load_playbase

    return Compiled(*load_playbase(library))


def _files(roots: list[Path]) -> list[Path]:
    return [path for root in roots for path in (root, *yaml_files(root))]


def _lit(raw: Any) -> Lit:
    if type(raw) is not int or raw < 0:
        raise BrokenError
    if raw not in _LITS:
        _LITS[raw] = Lit(raw // 2, bool(raw % 2))
    return _LITS[raw]


_LITS: dict[int, Lit] = {}
_LEAVES: dict[int, Tree] = {}


def _tree(raw: Any) -> Tree:
    if type(raw) is not list:
        lit = _lit(raw)
        if raw not in _LEAVES:
            _LEAVES[raw] = Tree("lit", lit)
        return _LEAVES[raw]
    operator, need, *parts = raw if len(raw) >= 2 else (None, None)
    if type(operator) is not int or type(need) is not int or not 0 <= operator < len(OPERATORS):
        raise BrokenError
    return Tree(OPERATORS[operator], None, tuple([_tree(part) for part in parts]), need)


_SHAPE = Shape(
    root=Compiled,
    late={
        # Texts stand apart: of most rules and passages they are never shown.
        Playbase: (),
        Program: ("quantified",),
        Part: ("alternatives",),
        Tests: (),
        Effects: (),
        Uses: (),
        Column: (),
        Unit: ("tree", "alternatives"),
        rulebase.Knowledge: (),
        rulebase.RuleFile: ("title", "idea", "source", "at"),
        rulebase.Finding: ("label", "at"),
        rule.Rule: ("title", "when", "because", "source", "examples", "at"),
        rule.Then: ("warning", "approach"),
        rule.Action: ("do", "at"),
        rule.Guard: ("instead", "at"),
        Fact: ("label", "ask", "at"),
        Setting: ("label", "why"),
        rulebase.Verdict: ("label", "meaning", "decision"),
        rulebase.Item: ("title", "why"),
        rulebase.Playbook: ("title", "state"),
        rulebase.Passage: ("locators", "says", "gap", "conflict"),
        rulebase.Law: ("cite", "says"),
        rulebase.Scheme: ("label", "values", "at"),
        reference.Term: ("term", "means"),
        reference.Conflict: ("topic", "positions", "settled"),
        reference.Method: ("label", "note", "boxes"),
    },
    shared=frozenset((rule.Rule, Unit)),
    brief={Lit: Brief(short_literal, _lit), Tree: Brief(short, _tree)},
    left_out=frozenset(((rule.Rule, "examples"),)),
)
