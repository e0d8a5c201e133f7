"""Certification: four answers agree over the whole language, and whatever one of them misses is seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import pytest

from advisor import arbitrate, engine, quarantine, shadow
from advisor.evidence import view_of
from advisor.load.cases import parse_case
from advisor.load.conditions import ConditionReader
from advisor.load.reader import Reader
from advisor.model import CASE
from advisor.portfolio import encode
from advisor.portfolio import views as columns_views
from advisor.problems import Problems
from advisor.workers import GaveUp
from advisor.yamlfile import parse
from tests import specification
from tests.certify import run as running
from tests.certify.__main__ import main
from tests.certify.coverage import missing
from tests.certify.draw import SHIPPED, rule_set
from tests.certify.run import RANDOM, Batch, Result, batches, certify
from tests.certify.shrink import Shrinker, differences
from tests.certify.written import condition_text, deal_text, rule_set_text

SEED = 1


def certified(wanted: list[Batch]) -> Result:
    total = Result()
    for batch in wanted:
        total.add(certify(batch))
    return total


def test_a_small_run_agrees_and_reaches_the_whole_language() -> None:
    result = certified(batches(2, 500, 10, 0))
    assert (result.differing, result.failed) == ([], [])
    assert result.tallies[RANDOM]["deals", "judged"] == 500
    assert missing(result.tallies[RANDOM]) == []


# --- what is wrong is seen ----------------------------------------------------------------------------------------

Patch = pytest.MonkeyPatch


def flipped_comparison(patch: Patch) -> None:
    """The specification takes `above` for `at_least`."""
    right = specification.compare
    patch.setattr(
        specification, "compare", lambda fact, a, op, b: right(fact, a, "at_least" if op == "above" else op, b)
    )


def dropped_defeat(patch: Patch) -> None:
    """What a candidate is defeated by is forgotten."""
    patch.setattr(arbitrate, "_defeating", lambda *_: ())


def lost_answer(patch: Patch) -> None:
    """The engine leaves out the last of several rules that fire."""
    right = engine._Shard._match

    def fewer(self: Any, fact: str) -> list[Any]:
        fired = right(self, fact)
        return fired[:-1] if len(fired) > 5 else fired

    patch.setattr(engine._Shard, "_match", fewer)


def other_alternative(patch: Patch) -> None:
    """The engine names another alternative of the same rule; no value is other than it was."""
    right = engine._Shard._match

    def other(self: Any, fact: str) -> list[Any]:
        return [(unit, 0) for unit, _ in right(self, fact)]

    patch.setattr(engine._Shard, "_match", other)


def careless_shadow(patch: Patch) -> None:
    """The shadow counts one part more than holds."""
    right = shadow._some
    patch.setattr(shadow, "_some", lambda need, every, *parts: right(max(need - 1, 0), every, *parts))


def null_for_no(patch: Patch) -> None:
    """Columns take what is undecided for no."""
    right: Callable[..., ir.BooleanValue] = encode.tested
    patch.setattr("advisor.portfolio.infer.tested", lambda test, states: right(test, states).fill_null(False))


def null_for_no_in_quantifiers(patch: Patch) -> None:
    """Columns take a list that may go on for complete."""
    right = encode.three_valued
    patch.setattr("advisor.portfolio.infer.three_valued", lambda yes, maybe: right(yes, yes))


def no_incidents(patch: Patch) -> None:
    """Columns never take an incident for one that did not happen."""
    patch.setattr(columns_views.Views, "_quiet", lambda self, table, fact, found: found)


def no_quarantine(patch: Patch) -> None:
    """The engine's side uses what was obtained improperly."""
    patch.setattr(quarantine.Quarantine, "_live", lambda self, view, open_world=False: 0)


def one_verdict(patch: Patch) -> None:
    """The specification says the same verdict of every deal."""
    patch.setattr(specification.Deal, "verdict", lambda self: "park")


FAULTS = [
    *(flipped_comparison, dropped_defeat, lost_answer, other_alternative, careless_shadow, null_for_no),
    *(null_for_no_in_quantifiers, no_incidents, no_quarantine, one_verdict),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_in_any_of_the_four_is_found_within_a_few_hundred_deals(
    fault: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    fault(monkeypatch)
    for number in range(8):
        if certify(Batch(SEED, str(number), 0, 25)).differing:
            return
    pytest.fail(f"nothing differs though {fault.__doc__}")


def test_a_difference_is_told_small_and_can_be_had_again_alone(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    flipped_comparison(monkeypatch)
    monkeypatch.setattr(running, "Shrinker", lambda backend, _: Shrinker(backend, 10))
    monkeypatch.setattr("tests.certify.__main__.PRINTED", 1)
    assert main(["--deals", "25", "--rule-sets", "1", "--shipped", "0", "--jobs", "1"]) == 1
    printed = capsys.readouterr().out
    again = printed.partition("--only ")[2].partition('"')[0]
    assert "specification" in printed
    assert main(["--only", again]) == 1
    alone = capsys.readouterr().out
    assert f"1 of 1 deals differ: {again}." in alone
    assert shown(alone) == shown(printed)


def shown(printed: str) -> list[str]:
    """Return what is told of the first difference."""
    lines = printed.partition("the answers differ")[2].splitlines()
    return lines[: next(n for n, line in enumerate(lines) if line.startswith("Rule set") or " deals differ: " in line)]


def test_what_is_made_small_differs_still(monkeypatch: Patch) -> None:
    flipped_comparison(monkeypatch)
    drawn = rule_set(SEED, "0")
    deal = next(d for d in map(drawn.deal, range(50)) if differences(drawn.base, d, running.connection()))
    base, small = Shrinker(running.connection()).shrink(drawn.base, deal)
    assert differences(base, small, running.connection())
    assert len(base.rules) < len(drawn.base.rules)
    assert len(base.rules) <= 2
    assert len(small.states) <= 2


# --- what is printed can be used ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["0", "3", "4", SHIPPED])
def test_a_printed_deal_loads_as_the_deal_that_it_was(name: str) -> None:
    drawn = rule_set(SEED, name)
    for number in range(5):
        deal = drawn.deal(number)
        read = view_of(parse_case(deal_text(deal, "deal"), "deal.yaml", drawn.base.knowledge), drawn.base.knowledge)
        assert (read.states, read.lists, read.complete) == (deal.states, deal.lists, deal.complete)
        assert [state.said for state in read.states.values()] == [state.said for state in deal.states.values()]


def test_printed_conditions_load_as_the_conditions_that_they_were() -> None:
    for name in ("0", "3", "4"):
        base = rule_set(SEED, name).base
        knowledge, problems = base.knowledge, Problems()
        reader = ConditionReader(Reader(problems), knowledge.facts, knowledge.lists, knowledge.settings, base.findings)
        for rule in base.rules:
            node = parse(condition_text(rule.when), rule.id, problems)
            assert node is not None
            assert reader.read(node, rule.scope if rule.each else CASE) == rule.when
        assert problems.found == []


def test_a_printed_rule_set_names_every_rule_and_fact() -> None:
    drawn = rule_set(SEED, "3")
    text = rule_set_text(drawn.base, drawn.deal(0))
    assert all(f"- id: {rule.id}\n" in text for rule in drawn.base.rules)
    assert all(f"\n  {path}: {{" in text for path in drawn.deal(0).states)


# --- a run --------------------------------------------------------------------------------------------------------


def test_deals_are_shared_out_without_rest() -> None:
    shared = batches(SEED, 10_007, 7, 1_200)
    assert sum(batch.last - batch.first for batch in shared) == 10_007
    assert sum(batch.last - batch.first for batch in shared if batch.name == SHIPPED) == 1_200
    assert len({batch.name for batch in shared}) == 8
    assert max(batch.last - batch.first for batch in shared) <= 500


def test_the_same_seed_prints_the_same_in_one_process_and_in_two() -> None:
    """As a command of its own: what is forked must not come of a process that Polars was used in."""
    command = [sys.executable, "-m", "tests.certify", "--deals", "40", "--rule-sets", "4", "--shipped", "0"]
    printed = []
    for jobs in ("1", "2"):
        told = subprocess.run([*command, "--seed", "7", "--jobs", jobs], capture_output=True, text=True, check=False)
        printed.append([line for line in told.stdout.splitlines() if not line.startswith("Took")])
    assert printed[0] == printed[1]
    assert "No difference in 40 deals." in printed[0]


def test_a_run_that_does_not_reach_the_language_does_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--deals", "2", "--rule-sets", "1", "--shipped", "0", "--jobs", "1"]) == 1
    assert "Not reached, so not certified: " in capsys.readouterr().out


def test_a_batch_that_fails_or_whose_process_dies_does_not_pass(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "_certified", lambda batch: 1 / 0)
    assert main(["--deals", "1", "--rule-sets", "1", "--shipped", "0", "--jobs", "1"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().out
    monkeypatch.setattr(running, "work", lambda *given: iter([(0, GaveUp("its process was ended by SIGSEGV"))]))
    assert main(["--deals", "1", "--rule-sets", "1", "--shipped", "0", "--jobs", "2"]) == 1
    assert "SIGSEGV" in capsys.readouterr().out


def test_an_interrupted_run_says_what_is_left_and_does_not_pass(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    right, judged = running._certified, [0]

    def interrupted(batch: Batch) -> Result:
        judged[0] += 1
        if judged[0] > 2:
            raise KeyboardInterrupt
        return right(batch)

    monkeypatch.setattr(running, "_certified", interrupted)
    assert main(["--deals", "40", "--rule-sets", "4", "--shipped", "0", "--jobs", "1"]) == 1
    printed = capsys.readouterr().out
    assert "No difference in 20 deals." in printed
    assert "Interrupted: 20 deals are left, and not certified." in printed


@pytest.mark.parametrize("wrong", [["--deals", "many"], ["--jobs", "0"], ["--only", "17"], ["--only", "a:1"]])
def test_arguments_that_mean_nothing_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(wrong)
    assert refused.value.code == 2
    assert "error" in capsys.readouterr().err
