"""Everything in knowledge/ and rules/, loaded, validated and compiled in one go."""

from __future__ import annotations

from advisor.checks import structure
from advisor.checks.logic import never_fires
from advisor.compile import compile_rules
from advisor.load.knowledge import load_knowledge
from advisor.load.rules import load_rules
from advisor.paths import Library
from advisor.problems import InputError, Problems
from advisor.program import Program
from advisor.rulebase import Playbase


def load_playbase(library: Library) -> tuple[Playbase, Program]:
    """Load and compile a rule base; raise InputError with every problem of every file."""
    problems = Problems()
    knowledge = load_knowledge(library, problems)
    base = Playbase(knowledge, load_rules(library, knowledge, problems))
    problems.found.extend(structure.check(base))
    problems.raise_if_any()
    program = compile_rules(base, problems)
    if program is not None:
        problems.found.extend(never_fires(program, knowledge))
    problems.raise_if_any()
    if program is None:
        raise InputError([])
    return base, program
