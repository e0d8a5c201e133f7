"""How long a command on one case takes as a whole process, beside the bare imports: python benchmarks/start.py [CASE].

Rounds in turn, after one that is not counted; medians. Time on the clock is what a user waits; time of the processor
says the same on a machine that others use too. Warm: the compiled rules are in the cache. Cold: they are not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "cases" / "packaging-line-dairy-group.yaml"
IMPORTS = "import click, yaml, rich.console, durable_rules_engine"
BASE = "bare imports"
BAR = 2.5
Took = tuple[float, float]
"""Seconds on the clock and of the processor."""


def commands(case: Path) -> dict[str, list[str]]:
    """Return what is measured, by name; every one starts an interpreter."""
    advisor = [sys.executable, "-m", "advisor"]
    return {
        "nothing": [sys.executable, "-c", "pass"],
        BASE: [sys.executable, "-c", IMPORTS],
        "advisor --help": [*advisor, "--help"],
        "advisor next": [*advisor, "next", str(case)],
        "advisor review": [*advisor, "review", str(case)],
    }


def environment(cache: Path) -> dict[str, str]:
    """Return the environment of the commands: compiled modules are used, as they are where the program is installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(ROOT), "ADVISOR_CACHE": str(cache)}


def took(command: list[str], env: Mapping[str, str]) -> Took:
    """Run a command, and return the time that it took; raise CalledProcessError where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return clock, usage.ru_utime + usage.ru_stime


def measured(case: Path, rounds: int) -> dict[str, list[Took]]:
    """Return what each command took in each round; a cold one is run in every fourth."""
    found: dict[str, list[Took]] = {}
    with tempfile.TemporaryDirectory() as folder:
        cache, env = Path(folder) / "cache", environment(Path(folder) / "cache")
        for number in range(rounds + 1):
            for name, command in commands(case).items():
                found.setdefault(name, []).append(took(command, env))
            if number % 4 == 0:
                shutil.rmtree(cache)
                found.setdefault("advisor next, cold", []).append(took(commands(case)["advisor next"], env))
    return {name: times[1:] or times for name, times in found.items()}


def table(found: Mapping[str, list[Took]]) -> str:
    """Return the medians, and their ratios to the bare imports."""
    medians = {name: (median(t[0] for t in times), median(t[1] for t in times)) for name, times in found.items()}
    lines = ["| whole process | ms | times the bare imports | ms of the processor | times |", "|---|---|---|---|---|"]
    for name, (clock, processor) in medians.items():
        ratios = clock / medians[BASE][0], processor / medians[BASE][1]
        lines.append(f"| {name} | {clock * 1000:.0f} | {ratios[0]:.2f} | {processor * 1000:.0f} | {ratios[1]:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", type=Path, default=CASE)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    print(table(measured(given.case.resolve(), given.rounds)))
    print(f"\nMedians of {given.rounds} rounds. Bar: next and review at most {BAR} times the bare imports, and 200 ms.")


if __name__ == "__main__":
    main()
