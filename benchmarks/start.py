"""How long a command on one case takes as a whole process, beside the bare imports.

Time on the clock is what a user waits for; time of the processor says the same on a machine that others use, too. Warm:
the compiled rules are in the cache. Cold: they are not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from advisor import cachefile
from advisor.paths import yaml_files
from benchmarks.setting import Setting
from benchmarks.table import Bar, Part, amount

ROOT = Path(__file__).resolve().parent.parent
IMPORTS = "import click, yaml, rich.console, durable_rules_engine"
BASE = "bare imports"
TIMES, MILLISECONDS = 2.5, 200
"""The bars: so many times the bare imports, and so long."""
COLD = "next, cold"
Took = tuple[float, float]
"""Seconds on the clock and of the processor."""


def measure(setting: Setting) -> Part:
    """Run each command in turn, in rounds after one that is not counted; medians."""
    case = [*sorted(setting.cases.glob("*.yaml")), *yaml_files(setting.cases)][0]
    rounds = setting.pick(4 * setting.rounds, 1)
    found = {name: (_median(times, 0), _median(times, 1)) for name, times in _rounds(setting, case, rounds).items()}
    part = Part("Whole processes", ("process", "ms", "times the imports", "ms of the processor", "times the imports"))
    for name, (clock, processor) in found.items():
        ratios = clock / found[BASE][0], processor / found[BASE][1]
        part.add(name, amount(1000 * clock), amount(ratios[0]), amount(1000 * processor), amount(ratios[1]))
    for name in ("next", "review"):
        clock, ratio = found[name][0], found[name][0] / found[BASE][0]
        part.bars.append(Bar(f"{name} at most {TIMES:g} times the bare imports", ratio <= TIMES, f"{ratio:.2f} times"))
        reached = 1000 * clock < MILLISECONDS
        part.bars.append(Bar(f"{name} under {MILLISECONDS} ms", reached, f"{1000 * clock:.0f} ms"))
    part.notes.append(f"{case.name}, {rounds} rounds in turn, medians. Bare imports: `{IMPORTS}`.")
    return part


def _median(times: list[Took], which: int) -> float:
    return median(took[which] for took in times)


def commands(setting: Setting, case: Path) -> dict[str, list[str]]:
    """Return what is measured, by name; every one starts an interpreter. The command is the one that users run."""
    installed = Path(sys.executable).with_name("advisor")
    advisor = [str(installed)] if installed.exists() else [sys.executable, "-m", "advisor"]
    house = ["--rules", str(setting.rules)] if setting.rules else []
    return {
        "no work at all": [sys.executable, "-c", "pass"],
        BASE: [sys.executable, "-c", IMPORTS],
        "next": [*advisor, "next", str(case), *house],
        "review": [*advisor, "review", str(case), *house],
    }


def _rounds(setting: Setting, case: Path, rounds: int) -> dict[str, list[Took]]:
    """Return what each command took in each round; the first compiles modules and fills the cache."""
    found: dict[str, list[Took]] = {}
    chosen = commands(setting, case)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        env = _environment(cache)
        for number in range(rounds + 1):
            for name, command in chosen.items():
                took = _took(command, env)
                if number:
                    found.setdefault(name, []).append(took)
            if number % 4 == 1:
                shutil.rmtree(cache)
                found.setdefault(COLD, []).append(_took(chosen["next"], env))
    return found


def _environment(cache: Path) -> dict[str, str]:
    """Return an environment in which compiled modules are used, as they are where the program is installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(ROOT), cachefile.VARIABLE: str(cache)}


def _took(command: list[str], env: Mapping[str, str]) -> Took:
    """Run a command, and return the time that it took; raise CalledProcessError where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return clock, usage.ru_utime + usage.ru_stime
