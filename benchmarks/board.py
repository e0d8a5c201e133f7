"""A board's run: case files to the whole pack as HTML and as JSON, as a process; and where the time goes."""

from __future__ import annotations

import os
import statistics
import subprocess
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
from benchmarks.measure import peak
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
    part = Part("Board run", ("what", "seconds", "share", "peak memory, MB"))
    with tempfile.TemporaryDirectory() as name:
        cases, target = Path(name) / "cases", Path(name) / "pack"
        cases.mkdir()
        paths = _write(setting, cases, files)
        _run(setting, paths[0], target.with_suffix(".json"))  # what is kept for later runs, is kept now
        for kind, bar in BARS.items():
            _whole(setting, part, kind, cases, target.with_suffix(f".{kind}"), bar)
        some = paths[: setting.pick(60, 5)]
        _split(setting, part, some)
    part.notes.append(f"{files} case files, made of the deals in the folder by changing facts; each whole process.")
    part.notes.append(f"The shares were taken over {len(some)} of the files in one process, without the start.")
    return part


def _write(setting: Setting, folder: Path, number: int) -> list[Path]:
    judge = setting.judge()
    variants = setting.variation(judge).variants(setting.deals(judge), number)
    paths = [write_deal(deal, judge.knowledge, folder) for deal in variants]
    judge.close()
    return paths


def _whole(setting: Setting, part: Part, kind: str, cases: Path, target: Path, bar: float) -> None:
    times: list[float] = []
    memory = 0.0
    while len(times) < setting.rounds and sum(times) < PATIENCE:
        took, held = _run(setting, cases, target)
        times.append(took)
        memory = max(memory, held)
    middle = statistics.median(times)
    part.add(f"{kind.upper()}, whole process", f"{middle:.2f}", "", amount(memory))
    if not setting.quick:
        part.bars.append(Bar(f"{FILES} cases to {kind.upper()} in {bar:g} s", middle <= bar, f"{middle:.2f} s"))


def _run(setting: Setting, cases: Path, target: Path) -> tuple[float, float]:
    """Review cases into a file; return the seconds and the peak memory in MB."""
    command = [sys.executable, "-m", "advisor", "review", str(cases), "--format", target.suffix[1:]]
    command += ["--output", str(target), *(["--rules", str(setting.rules)] if setting.rules else [])]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - start
    if process.returncode != 0 or not target.stat().st_size:
        raise RuntimeError(f"exit code {process.returncode} from: {' '.join(command)}")
    return took, peak(usage)


def _split(setting: Setting, part: Part, paths: list[Path]) -> None:
    base = open_judge(shipped(setting.rules))
    judge = ClockedJudge(base.base, base.program)
    clock = judge.clock = Clock()
    for path in paths:
        with clock.step("load"):
            load_case(path, judge.knowledge)
    with clock.step("report"):
        found = review(judge, paths)
    clock.spent["report"] -= clock.spent["load"]  # a review loads them once more
    for kind in ("html", "json"):
        with clock.step(f"render {kind.upper()}"):
            render(kind, "en", lambda page: pack_page(page, found), found)
    whole = sum(clock.spent.values())
    for name, spent in clock.spent.items():
        part.add(f"of which {name}", f"{spent:.2f}", f"{100 * spent / whole:.0f}%", "")
    base.close()
    judge.close()
