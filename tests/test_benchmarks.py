"""The benchmarks measure what they say: exports conclude what our engine does, generators repeat themselves."""

from __future__ import annotations

import importlib
import math
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from advisor.evidence import view_of
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import CASE
from advisor.paths import yaml_files
from benchmarks import throughput
from benchmarks.__main__ import main
from benchmarks.board import Clock
from benchmarks.deals import Variation, load_deals, write_deal
from benchmarks.engines.base import Engine, Layout, Outcome
from benchmarks.growth import Line
from benchmarks.measure import exponent, side_by_side
from benchmarks.measure import run as measured_process
from benchmarks.rulebases import LEVELS, MEMBERS, RuleMaker, compiled
from benchmarks.setting import CASES, Setting
from benchmarks.table import Bar, Part, amount, machine
from tests.build import compiled as compiled_by_hand
from tests.strategies import LISTS, Generator

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = {"clips": ("clips", "Clips"), "zen": ("zen", "Zen")}
"""Exports to what may not be installed: module of the export, what it imports, its class."""


@pytest.fixture(params=list(INSTALLED))
def export(request: pytest.FixtureRequest) -> Callable[[Layout], Engine]:
    """An export, skipped where its engine is not installed."""
    imported, name = INSTALLED[request.param]
    pytest.importorskip(imported, reason=f"{request.param} is installed by make bench")
    made: Callable[[Layout], Engine] = getattr(importlib.import_module(f"benchmarks.engines.{request.param}"), name)
    return made


def values(found: Inference | Outcome) -> tuple[list[int], dict[str, list[list[int]]]]:
    """Return what was concluded about the case and about each member."""
    return list(found.case), {name: [list(row) for row in rows] for name, rows in found.members.items() if rows}


def fired(inference: Inference) -> list[tuple[int, int, bool, int]]:
    """Return what fired on our engine, as the exports take it down."""
    return sorted((f.unit, f.alternative, f.certain, f.member) for f in inference.firings)


def test_exports_conclude_the_same_of_shipped_and_varied_deals(
    export: Callable[[Layout], Engine], shipped_judge: Judge
) -> None:
    """Every value of every rule, and every firing, is the same for deals that were shipped and made."""
    knowledge, reasoner = shipped_judge.knowledge, shipped_judge.reasoner
    layout = Layout(reasoner, tuple(knowledge.lists))
    engine = export(layout)
    deals = load_deals(CASES, knowledge)[::10]
    for deal in (*deals, *Variation(knowledge, Random(1)).variants(deals, 6)):
        inference = reasoner.infer(view_of(deal, knowledge), deal.id)
        facts = layout.facts(inference)
        outcome = engine.run(facts, engine.prepare(facts))
        assert values(outcome) == values(inference), deal.id
        assert sorted(outcome.fired) == fired(inference), deal.id
    engine.close()


@pytest.mark.parametrize("seed", range(12))
def test_exports_conclude_the_same_of_random_rules(export: Callable[[Layout], Engine], seed: int) -> None:
    """Counts, deep alternatives, quantifiers over incomplete and unknown lists, findings of members: all alike."""
    generator = Generator(Random(seed))
    base = generator.base()
    reasoner = Reasoner(compiled_by_hand(base), base.knowledge)
    layout = Layout(reasoner, tuple(LISTS))
    engine = export(layout)
    for number in range(8):
        inference = reasoner.infer(generator.view(base), str(number))
        facts = layout.facts(inference)
        outcome = engine.run(facts, engine.prepare(facts))
        assert values(outcome) == values(inference), number
        assert sorted(outcome.fired) == fired(inference), number
    engine.close()
    reasoner.close()


def test_the_command_finds_all_results_equal(tmp_path: Path) -> None:
    """A quick run in a process of its own, durable_rules in its documented style included, writes its table."""
    for path in yaml_files(CASES / "historic")[:3]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    page = tmp_path / "page.md"
    done = run("throughput", "--quick", "--rounds", "1", "--cases", str(tmp_path), "--output", str(page))
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    equal = {row[0]: row[3].split(" of ") for row in cells if " of " in row[3]}
    same, whole = map(int, equal.pop("| durable_rules, documented style"))
    assert whole - same <= 1, "more than its threads take away now and then (decision 1)"
    assert equal
    assert all(same == whole for same, whole in equal.values()), equal
    assert machine() in text


def test_an_engine_that_fails_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another engine throws at rules that it was never tried with is noted, and the rest is measured."""
    broken = ModuleType("broken")
    broken.Broken = failing  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "benchmarks.engines.broken", broken)
    monkeypatch.setattr("benchmarks.throughput.ENGINES", {"broken": "Broken", "missing": "Missing"})
    part = throughput.measure(Setting(cases=CASES / "historic", rounds=1, quick=True))
    assert [row[0] for row in part.rows] == [throughput.OURS, throughput.SHADOW]
    assert any("broken" in note and "error code 303" in note for note in part.notes)
    assert any("missing" in note for note in part.notes)


def failing(_: Layout) -> Engine:
    """An engine that cannot hold the rules."""
    raise RuntimeError("error code 303")


def test_what_the_command_does_not_know_is_said() -> None:
    """An unknown part, or a folder that is not there, is an error of use."""
    assert run("throughputs").returncode == 2
    missing = run("cards", "--cases", "no-such-folder")
    assert missing.returncode == 2
    assert "no-such-folder" in missing.stderr


def test_deals_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """A folder without deals, and one with a broken file, make a part fail with the problem, not with a traceback."""
    none = run("cards", "--cases", str(tmp_path))
    (tmp_path / "broken.yaml").write_text("case: x", encoding="utf-8")
    broken = run("cards", "--cases", str(tmp_path))
    for done, said in ((none, "there is no deal here"), (broken, "broken.yaml:1:")):
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert "This part failed." in done.stdout


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks as a command."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def test_varied_deals_repeat_and_differ(shipped_judge: Judge) -> None:
    """The same seed gives the same deals, none of them like its model or like another."""
    knowledge = shipped_judge.knowledge
    deals = load_deals(CASES, knowledge)[:4]
    first, again, other = (list(Variation(knowledge, Random(seed)).variants(deals, 8)) for seed in (1, 1, 2))
    assert first == again
    assert [deal.content for deal in first] != [deal.content for deal in other]
    assert len({str(deal.content) for deal in (*deals, *first)}) == len(deals) + len(first)


def test_written_deals_say_the_same(shipped_judge: Judge, tmp_path: Path) -> None:
    """A deal that was written as a file is read back with all that was known of it."""
    knowledge = shipped_judge.knowledge
    deals = load_deals(CASES, knowledge)
    for deal in (*deals, *Variation(knowledge, Random(3)).variants(deals, 20)):
        back = load_case(write_deal(deal, knowledge, tmp_path), knowledge)
        assert back.content == deal.content, deal.id
        assert (back.id, back.title, back.as_of, back.currency) == (deal.id, deal.title, deal.as_of, deal.currency)


@pytest.mark.parametrize(("size", "levels"), [(10, 2), (100, LEVELS)])
def test_made_rule_bases_repeat_and_work(shipped_judge: Judge, size: int, levels: int) -> None:
    """The same seed gives the same rules, so many as asked for, over several levels; engine and shadow judge them."""
    maker = RuleMaker(shipped_judge.knowledge, Random(1))
    base = maker.base(size)
    assert base == RuleMaker(shipped_judge.knowledge, Random(1)).base(size)
    assert len(base.rules) == size
    assert {rule.scope for rule in base.rules} == {CASE, *MEMBERS} or size < 100
    program = compiled(base)
    assert len(program.levels) >= levels
    reasoner = Reasoner(program, base.knowledge)
    verdicts = [reasoner.infer(maker.view(base), "made").firings for _ in range(3)]
    assert all(verdicts)
    reasoner.close()


def test_a_part_survives_its_file(tmp_path: Path) -> None:
    """What one process keeps, another reads; the page shows table, bars and notes."""
    part = Part("Speed", ("what", "ms"), notes=["a note"], bars=[Bar("under 2 s", False, "3 s")])
    part.add("flip | card", 12)
    part.keep(tmp_path / "part.json")
    assert Part.kept(tmp_path / "part.json") == part
    page = part.markdown()
    assert page.splitlines()[:5] == ["## Speed", "", "| what | ms |", "| --- | --- |", "| flip / card | 12 |"]
    assert "- MISSED: under 2 s (measured: 3 s)" in page
    assert "- a note" in page
    with pytest.raises(AssertionError):
        part.add("one cell only")


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (0.0123, "0.0123"), (1.5, "1.5"), (123.4, "123"), (98765, "98,800"), (1000, "1,000")]
)
def test_numbers_are_rounded(number: float, text: str) -> None:
    """Three digits that count, thousands separated."""
    assert amount(number) == text


def test_the_machine_is_named_and_the_host_is_not() -> None:
    """Whoever reads the page learns what the numbers were taken on, not where."""
    assert "cores" in machine()
    assert socket.gethostname() not in machine()


def test_exponents() -> None:
    """Linear is 1, quadratic 2; a size of nothing does not count; of one size nothing is known."""
    assert exponent([1, 10, 100], [2, 20, 200]) == pytest.approx(1)
    assert exponent([0, 10, 100], [5, 1, 100]) == pytest.approx(2)
    assert math.isnan(exponent([10], [1]))


def test_growth_is_judged_at_the_end() -> None:
    """A line that is flat at first and quadratic afterwards is not called linear."""
    part = Part("Growth", ("size", "what", "ms"))
    Line("work", [1, 10, 100, 1000, 10_000], [1, 1, 1, 100, 10_000]).put(part, "deals")
    Line("play", [1, 10, 100], [1, 10, 100]).put(part, "deals")
    assert [bar.reached for bar in part.bars] == [False, True]


def test_a_benchmark_without_a_table_is_run_and_its_lines_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table stands as it was printed, other lines as code; what fails is said to have failed, and the rest is run."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "start.py").write_text("print('| as | it | is |')", encoding="utf-8")
    (folder / "board.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (folder / "portfolio.py").write_text("print('fast')", encoding="utf-8")
    monkeypatch.setattr("benchmarks.__main__.FOLDER", folder)
    monkeypatch.setattr("benchmarks.__main__.RESULTS", tmp_path / "all.md")
    assert main([]) == 1
    page = (tmp_path / "all.md").read_text(encoding="utf-8")
    assert "## Start\n\n| as | it | is |\n" in page
    assert "## Board\n\nThis part failed.\n" in page
    assert "## Portfolio\n\n```\nfast\n```\n" in page
    assert page in capsys.readouterr().out


def test_a_process_is_measured_with_those_it_starts() -> None:
    """Memory of a child counts, and so does its time; a process that fails is an error."""
    child = "import time; held = b'x' * 100_000_000; time.sleep(0.5); sum(range(10_000_000))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    found = measured_process([sys.executable, "-c", parent])
    assert found.memory > 95
    assert found.clock > 0.5
    assert found.processor > 0.05
    with pytest.raises(subprocess.CalledProcessError):
        measured_process([sys.executable, "-c", "raise SystemExit(3)"])


def test_rounds_take_turns() -> None:
    """Each action runs once a round, and each is the first in turn."""
    seen: list[str] = []
    found = side_by_side({name: partial(seen.append, name) for name in "abc"}, 3)
    assert "".join(seen) == "abcbcacab"
    assert {name: len(times) for name, times in found.items()} == {"a": 3, "b": 3, "c": 3}


def test_time_within_a_step_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step inside another takes is taken off the outer one."""
    now = iter([0.0, 1.0, 4.0, 10.0])
    monkeypatch.setattr("benchmarks.board.time.process_time", lambda: next(now))
    clock = Clock()
    with clock.step("report"), clock.step("flips"):
        pass
    assert clock.spent["flips"] == 3
    assert clock.spent["report"] == 7
