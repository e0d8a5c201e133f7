"""What is worked out once for all cases is what rules and columns say one by one."""

from __future__ import annotations

from random import Random

import pytest

from advisor.evidence import State
from advisor.judge import Judge
from advisor.lowering import Lowered, short, short_literal
from advisor.model import CASE, FactRef, FactTest, KnowledgeTest, paths_read
from advisor.parts import Effects
from advisor.program import Column, FindingColumn, Program, QuantifiedColumn, Tree
from advisor.rows import Bits
from advisor.rulebase import Knowledge
from advisor.shadow import WALKS, LevelFunction
from advisor.worlds import Deciders
from tests.build import compiled
from tests.strategies import Generator, Shape

SEED = 20_310_000
SHAPE = Shape(rules=14, case_facts=14, members=4)


@pytest.fixture(params=["shipped", *range(SEED, SEED + 20)])
def pair(request: pytest.FixtureRequest, shipped_judge: Judge) -> tuple[Program, Knowledge]:
    if request.param == "shipped":
        return shipped_judge.program, shipped_judge.knowledge
    base = Generator(Random(request.param), SHAPE).base()
    return compiled(base), base.knowledge


def literals(tree: Tree) -> set[tuple[int, bool]]:
    if tree.lit is not None:
        return {(tree.lit.column, tree.lit.positive)}
    return set().union(*map(literals, tree.parts))


def test_parts_hold_every_unit_once_with_what_it_reads_and_writes(pair: tuple[Program, Knowledge]) -> None:
    program, _ = pair
    decide = [u.number for u in program.units if u.rule and (u.rule.then.candidate or u.rule.then.defeats)]
    deciding = program.below(decide)
    seen: list[int] = []
    for number, level in enumerate(program.parts, 1):
        for part in level:
            units = [program.units[n] for n in part.units]
            seen.extend(part.units)
            assert {(unit.level, unit.scope, unit.number in deciding) for unit in units} == {
                (number, part.scope, part.decides)
            }
            assert part.writes == {u.number: u.writes for u in units if u.writes is not None}
            assert set(part.reads) == {column for unit in units for column, _ in literals(unit.tree)}
            assert list(part.alternatives) == [
                (unit.number, place, *map(short_literal, alternative))
                for unit in units
                for place, alternative in enumerate(unit.alternatives)
            ]
            lowered = Lowered(part)
            assert {*lowered.columns, *lowered.negated} == set(part.reads)
    assert sorted(seen) == [unit.number for unit in program.units]
    assert sorted(n for level in program.deciding.parts for part in level for n in part.units) == sorted(deciding)


def test_conditions_are_walked_as_they_run_once_they_are_compiled(pair: tuple[Program, Knowledge]) -> None:
    program, _ = pair
    random, width = Random(SEED), 40
    possible = [random.getrandbits(width) for _ in program.columns]
    columns = Bits(possible, [p & random.getrandbits(width) for p in possible])
    every = (1 << width) - 1
    for part in (part for level in program.parts for part in level):
        function = LevelFunction(part)
        found = [function.conclude(columns, every) for _ in range(WALKS + 2)]
        compiled_ = LevelFunction(part).compiled(columns, every)
        assert found == [compiled_] * len(found)


def test_what_columns_are_while_nothing_is_known_is_what_their_tests_say(pair: tuple[Program, Knowledge]) -> None:
    program, knowledge = pair
    deciders = Deciders(program, knowledge)
    for column in program.columns:
        told = program.tests.closed[column.number], program.tests.opened[column.number]
        if is_test(column) and column.number not in program.tests.lists:
            decided = (deciders.function(column.number, open_world)({}, {}) for open_world in (False, True))
            assert told == tuple(map(str, decided))
        else:
            assert told == ("0", "0")


def is_test(column: Column) -> bool:
    return isinstance(column.means, (FactTest, KnowledgeTest))


def test_tests_are_found_by_the_facts_that_they_read(pair: tuple[Program, Knowledge]) -> None:
    program, knowledge = pair
    tests = program.tests
    for column in program.columns:
        read = paths_read(column.means) if isinstance(column.means, (FactTest, KnowledgeTest)) else set[str]()
        for path in read:
            assert column.number in (tests.lists if path in knowledge.lists else tests.readers[path])
            if column.scope != CASE and path in knowledge.facts and knowledge.scope_of(path) == CASE:
                assert path in tests.shared[column.scope]
        assert (column.number in tests.own.get(column.scope, ())) is (column.scope != CASE)
        assert (column.number in tests.quantified) is isinstance(column.means, QuantifiedColumn)
    assert sum(map(len, tests.readers.values())) == sum(
        len([p for p in paths_read(c.means) if p in knowledge.facts])
        for c in program.columns
        if isinstance(c.means, (FactTest, KnowledgeTest))
    )


def test_what_values_decide_is_what_their_tests_say(pair: tuple[Program, Knowledge]) -> None:
    program, knowledge = pair
    deciders = Deciders(program, knowledge)
    few = {path for path, fact in knowledge.facts.items() if fact.type in ("enum", "bool")}
    assert program.tests.effects.keys() <= few
    for path in sorted(few):
        effects = program.tests.effects.get(path, Effects((), "", {}))
        assert set(effects.tests) == {n for n in program.tests.readers.get(path, ()) if asks_for_value(program, n)}
        fact = knowledge.facts[path]
        values = (True, False) if fact.type == "bool" else tuple(fact.values)
        for value in (*values, None) if effects.tests else ():
            states = {path: State("absent" if value is None else "value", value, grade=1)}
            for open_world in (False, True):
                said = [(n, deciders.function(n, open_world)(states, states)) for n in effects.tests]
                assert effects.of(value) == said


def asks_for_value(program: Program, column: int) -> bool:
    means = program.columns[column].means
    if isinstance(means, KnowledgeTest):
        return means.ask in ("known", "unknown")
    return isinstance(means, FactTest) and not isinstance(means.operand, FactRef)


def test_columns_are_found_by_what_they_mean(pair: tuple[Program, Knowledge]) -> None:
    program, _ = pair
    for column in program.columns:
        if isinstance(column.means, (FactTest, KnowledgeTest, FindingColumn)):
            assert program.column(column.means) == column.number
    for means, number in program.quantified.items():
        assert program.column(means) == number


def test_rules_are_found_by_what_they_do(pair: tuple[Program, Knowledge]) -> None:
    program, _ = pair
    rules = [unit.rule for unit in program.units if unit.rule]
    uses = program.uses
    for found, wanted in (
        (uses.asking, [r for r in rules if r.then.ask]),
        (uses.guarding, [r for r in rules if r.then.guard]),
        (uses.speaking, [r for r in rules if r.then.supports or r.then.opposes]),
        (uses.acting, [r for r in rules if r.then.actions]),
    ):
        assert [program.units[number].name for number in found] == [rule.id for rule in wanted]
    told = {program.units[number].name: told for number, told in uses.candidates.items()}
    assert told == {r.id: (r.then.candidate.verdict, r.then.candidate.tier) for r in rules if r.then.candidate}
    for name, numbers in uses.makers.items():
        assert {program.units[number].name for number in numbers} == {r.id for r in rules if r.then.finding == name}
    for name, numbers in uses.defeating.items():
        assert {program.units[number].name for number in numbers} == {r.id for r in rules if name in r.then.defeats}
    assert sum(map(len, uses.makers.values())) == sum(r.then.finding is not None for r in rules)
    assert sum(map(len, uses.defeating.values())) == sum(len(r.then.defeats) for r in rules)


def test_a_condition_in_short_form_is_the_same_condition(pair: tuple[Program, Knowledge]) -> None:
    program, _ = pair

    def spelled(form: object) -> object:
        if isinstance(form, int):
            return form // 2, bool(form % 2)
        assert isinstance(form, list)
        operator, need, *parts = form
        return ("all", "either", "count")[operator], need, [spelled(part) for part in parts]

    def told(tree: Tree) -> object:
        if tree.lit is not None:
            return tree.lit.column, tree.lit.positive
        return tree.op, tree.need, [told(part) for part in tree.parts]

    for unit in program.units:
        assert spelled(short(unit.tree)) == told(unit.tree)
