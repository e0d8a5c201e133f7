"""The plan over columns says of every deal what the engine says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from advisor.evidence import State, View, view_of
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.paths import case_files
from advisor.portfolio import backend
from advisor.rulebase import Playbase
from tests.build import case_of, compiled
from tests.columns import Row, Table, judged, plain, sheet_of
from tests.specification import Specification, settled_by_definition
from tests.strategies import Generator, Shape

CASES = Path(__file__).resolve().parent.parent / "cases"


SEED = 20_270_000


def connection(url: str = backend.POLARS) -> Any:
    """Connect to a database as the command does."""
    return backend.connect(url)


def run(con: Any, table: Table) -> list[Row]:
    """Judge a table in columns."""
    judging = con.prepare(table.plan().queries)
    found: list[Row] = judging({f"told_{n}": given for n, given in table.arrow().items()}).sort_by("row").to_pylist()
    return found


def differences(base: Playbase, views: list[View], con: Any, without: Collection[str] = ()) -> list[str]:
    """Compare columns and engine on every deal, and say everything that differs."""
    judge = Judge(base, compiled(base))
    sheet = sheet_of(judge.program, judge.knowledge)
    found = []
    for view, row in zip(views, run(con, Table(sheet, views, without)), strict=True):
        expected = judged(judge, sheet, case_of(), view)
        told = plain(row)
        found += [f"{n}: columns {told[n]}, engine {value}" for n, value in expected.items() if told[n] != value]
    judge.close()
    return found


@pytest.mark.parametrize("seed", range(SEED, SEED + 12))
def test_columns_and_engine_agree_on_random_rule_bases_and_deals(seed: int) -> None:
    generator = Generator(Random(seed), Shape())
    base = generator.base()
    views = [generator.view(base) for _ in range(60)]
    assert differences(base, views, connection()) == []


@pytest.mark.parametrize("seed", range(SEED + 20, SEED + 24))
def test_duckdb_and_engine_agree_on_random_rule_bases_and_deals(seed: int) -> None:
    generator = Generator(Random(seed), Shape())
    base = generator.base()
    views = [generator.view(base) for _ in range(60)]
    assert differences(base, views, connection(backend.DUCKDB)) == []


@pytest.mark.parametrize("seed", range(SEED + 50, SEED + 54))
def test_a_fact_without_a_column_is_unknown(seed: int) -> None:
    generator = Generator(Random(seed), Shape())
    base = generator.base()
    missing = set(list(base.knowledge.facts)[::2])
    views = [forgotten(generator.view(base), missing) for _ in range(60)]
    assert differences(base, views, connection(), missing) == []


def forgotten(view: View, missing: set[str]) -> View:
    """Return a view in which some facts were never mentioned."""

    def kept(states: Mapping[str, State]) -> dict[str, State]:
        return {path: state for path, state in states.items() if path not in missing}

    lists = {name: tuple(replace(m, states=kept(m.states)) for m in members) for name, members in view.lists.items()}
    return replace(view, states=kept(view.states), lists=lists)


def test_columns_say_what_the_specification_says() -> None:
    con = connection()
    for seed in range(SEED + 100, SEED + 106):
        generator = Generator(Random(seed), Shape())
        base = generator.base()
        views = [generator.view(base) for _ in range(60)]
        sheet = sheet_of(compiled(base), base.knowledge)
        specification = Specification(base)
        for view, row in zip(views, run(con, Table(sheet, views)), strict=True):
            assert row["verdict"] == specification.read(view).verdict()
            assert row["settled"] == settled_by_definition(base, view)


@pytest.mark.parametrize("url", [backend.POLARS, backend.DUCKDB])
def test_columns_and_engine_agree_on_every_shipped_deal(shipped_judge: Judge, url: str) -> None:
    judge = shipped_judge
    cases = [load_case(path, judge.knowledge) for path in case_files([CASES])]
    cases = [case.at_date(case.as_of) for case in cases if case.kind == "deal"]
    views = [view_of(case, judge.knowledge) for case in cases]
    sheet = sheet_of(judge.program, judge.knowledge)
    for case, view, row in zip(cases, views, run(connection(url), Table(sheet, views)), strict=True):
        assert plain(row) == judged(judge, sheet, case, view), case.id


def test_the_comparison_notices_another_order_of_tiers() -> None:
    con = connection()
    changed = 0
    for seed in range(SEED, SEED + 4):
        generator = Generator(Random(seed), Shape())
        base = generator.base()
        views = [generator.view(base) for _ in range(60)]
        order = base.knowledge.order
        turned = replace(base.knowledge, order=replace(order, tiers=order.tiers[::-1]))
        before, after = (run(con, Table(sheet_of(compiled(base), known), views)) for known in (base.knowledge, turned))
        changed += before != after
    assert changed
