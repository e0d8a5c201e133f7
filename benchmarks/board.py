"""A board's run: case files to the whole pack as HTML and as JSON, as a process; and where the time goes."""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from advisor.case import Case
from advisor.flips import Flip
from advisor.judge import Judge, Judgement, open_judge
from advisor.load.cases import load_case
from advisor.paths import shipped
from advisor.questions import Question
from advisor.render.layout.pack import pack_page
from advisor.render.output import render
from advisor.review import review
from benchmarks.deals import write_deal
from benchmarks.measure import Run, run
from benchmarks.setting import Setting
from benchmarks.table import Bar, Part, amount

FILES = 200
BARS = {"html": 5.0, "json": 2.0}
"""Seconds for FILES case files."""
PATIENCE = 60
"""Seconds after which no further round begins."""
SPLIT = ("load", "judge", "flips", "questions", "report", "render HTML", "render JSON")


class Clock:
    """Adds up the seconds of named steps; what a step inside another takes is taken off the outer one."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(SPLIT, 0.0)
        self._inner = [0.0]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what happens inside as this step."""
        start = time.process_time()
        self._inner.append(0.0)
        try:
            yield
        finally:
            took = time.process_time() - start
            self.spent[name] += took - self._inner.pop()
            self._inner[-1] += took


class ClockedJudge(Judge):
    """A judge who takes the time of what is asked of it."""

    clock: Clock

    def judge(self, case: Case, day: date | None = None) -> Judgement:
        """Judge a case."""
        with self.clock.step("judge"):
            return super().judge(case, day)

    def flips(self, judgement: Judgement) -> list[Flip]:
        """Return the flip card of a judged case."""
        with self.clock.step("flips"):
            return super().flips(judgement)

    def questions(self, judgement: Judgement) -> list[Question]:
        """Return the questions worth asking about a judged case."""
        with self.clock.step("questions"):
            return super().questions(judgement)


def measure(setting: Setting) -> Part:
    """Review generated case files in processes of their own, then once here with the clock running."""
    files = setting.pick(FILES, 10)
    part = Part("Board run", ("what", "seconds", "of the processor", "share", "peak memory, MB"))
    with tempfile.TemporaryDirectory() as name:
        cases, target = Path(name) / "cases", Path(name) / "pack"
        cases.mkdir()
        paths = _write(setting, cases, files)
        _review(setting, paths[0], target.with_suffix(".json"))  # what is kept for later runs, is kept now
        for kind, bar in BARS.items():
            _whole(setting, part, kind, cases, target.with_suffix(f".{kind}"), bar)
        some = paths[: setting.pick(60, 5)]
        _split(setting, part, some)
    part.notes.append(
        f"{files} case files, made of the deals in the folder by changing facts; what a process starts counts with it."
    )
    part.notes.append(f"The shares were taken over {len(some)} of the files in one process, without the start.")
    return part


def _write(setting: Setting, folder: Path, number: int) -> list[Path]:
    judge = setting.judge()
    variants = setting.variation(judge).variants(setting.deals(judge), number)
    paths = [write_deal(deal, judge.knowledge, folder) for deal in variants]
    judge.close()
    return paths


def _whole(setting: Setting, part: Part, kind: str, cases: Path, target: Path, bar: float) -> None:
    runs: list[Run] = []
    while len(runs) < setting.rounds and sum(one.clock for one in runs) < PATIENCE:
        runs.append(_review(setting, cases, target))
    clock, processor = (statistics.median(times) for times in zip(*((r.clock, r.processor) for r in runs), strict=True))
    memory = max(one.memory for one in runs)
    part.add(f"{kind.upper()}, whole process", f"{clock:.2f}", f"{processor:.2f}", "", amount(memory))
    if not setting.quick:
        part.bars.append(Bar(f"{FILES} cases to {kind.upper()} in {bar:g} s", clock <= bar, f"{clock:.2f} s"))


def _review(setting: Setting, cases: Path, target: Path) -> Run:
    """Review cases into a file."""
    command = [sys.executable, "-m", "advisor", "review", str(cases), "--format", target.suffix[1:]]
    return run([*command, "--output", str(target), *(["--rules", str(setting.rules)] if setting.rules else [])])


def _split(setting: Setting, part: Part, paths: list[Path]) -> None:
    base = open_judge(shipped(setting.rules))
    judge = ClockedJudge(base.base, base.program)
    clock = judge.clock = Clock()
    gc.disable()  # a command looks for garbage so seldom that it would fall to one step or another by chance
    for path in paths:
        with clock.step("load"):
            load_case(path, judge.knowledge)
    with clock.step("report"):
        found = review(judge, paths)
    clock.spent["report"] -= clock.spent["load"]  # a review loads them once more
    for kind in ("html", "json"):
        with clock.step(f"render {kind.upper()}"):
            render(kind, "en", lambda page: pack_page(page, found), found)
    gc.enable()
    whole = sum(clock.spent.values())
    for name, spent in clock.spent.items():
        part.add(f"of which {name}", "", f"{spent:.2f}", f"{100 * spent / whole:.0f}%", "")
    base.close()
    judge.close()
