"""All benchmarks, or some: python -m benchmarks [PART...] [--rounds N] [--quick] [--rules FOLDER] [--cases FOLDER].

Each part runs in a process of its own, so that one that is killed costs only itself and memory is its own. Without a
part named, all are run, and the tables are written to benchmarks/RESULTS.md too.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from advisor.problems import InputError
from advisor.writing import write_over
from benchmarks.setting import CASES, Setting
from benchmarks.table import Part, machine, pace

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "RESULTS.md"
PARTS = ("throughput", "start", "board", "growth", "cards", "portfolio")
"""In the order of the page; one whose module has `measure` gives a table, another is run and its lines are kept."""
ABOUT = """# Benchmarks

Written by `make bench`. Each comparison was measured side by side in one run; numbers are medians over the rounds. What
runs in one process is told in seconds of the processor, whole processes by the clock. The pace below each part tells
how fast the machine was just then: seconds of two runs compare only as far as it does, ratios always do.
How to run them, all or some, with rules and deals of your own: [developing](../docs/developing.md#benchmarks).
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code is 1 when a part failed, whatever the bars say."""
    given = _arguments(arguments)
    if given.keep is not None:
        return _kept(given)
    chosen = given.parts or [name for name in PARTS if (FOLDER / f"{name}.py").exists()]
    sections, failed = [ABOUT, f"Machine: {machine()}.\n"], False
    print(*sections, sep="\n", flush=True)
    for name in chosen:
        start, before = time.monotonic(), pace()
        section = _section(name, given)
        failed = failed or section is None
        told = section or f"## {name.capitalize()}\n\nThis part failed.\n"
        sections.append(f"{told}\nPace: a loop of a million turns, {before:.1f} ms before and {pace():.1f} ms after.\n")
        print(sections[-1], sep="\n", flush=True)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    output = given.output or (None if given.parts else RESULTS)
    if output is not None:
        write_over(output, "\n".join(sections) + "\n", lambda _: None)  # generated: what is there goes
    return int(failed)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=Setting.rounds, help="rounds of each comparison")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--patience", type=float, default=Setting.patience, help="seconds for one line of growth")
    parser.add_argument("--rules", type=_folder, help="folder of house rules beside the shipped ones")
    parser.add_argument("--cases", type=_folder, default=CASES, help="folder of the deals")
    parser.add_argument("--output", type=Path, help="write the tables here, also of some parts")
    parser.add_argument("--keep", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _folder(text: str) -> Path:
    """Return a folder by its full path: the parts run in the folder of the checkout."""
    path = Path(text).resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


def _setting(given: argparse.Namespace) -> Setting:
    return Setting(given.rules, given.cases, given.rounds, given.quick, given.patience)


def _kept(given: argparse.Namespace) -> int:
    """Measure one part in this process and keep it; say what is wrong with rules or deals that cannot be read."""
    try:
        part = importlib.import_module(f"benchmarks.{given.parts[0]}").measure(_setting(given))
    except InputError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    assert isinstance(part, Part)
    part.keep(given.keep)
    return 0


def _section(name: str, given: argparse.Namespace) -> str | None:
    """Run a part in a process of its own; return its section, or None when it failed."""
    if not _measures(name):
        return _printed(name)
    options = ["--rounds", str(given.rounds), "--patience", str(given.patience), "--cases", str(given.cases)]
    options += ["--quick"] if given.quick else []
    options += ["--rules", str(given.rules)] if given.rules else []
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "part.json"
        command = [sys.executable, "-m", "benchmarks", name, *options, "--keep", str(kept)]
        done = subprocess.run(command, cwd=FOLDER.parent, stdout=subprocess.DEVNULL, check=False)
        return Part.kept(kept).markdown() if done.returncode == 0 and kept.exists() else None


def _measures(name: str) -> bool:
    return "\ndef measure(" in (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def _printed(name: str) -> str | None:
    """Run a benchmark that prints by itself; its lines are the section, a table as it is."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    lines = done.stdout.strip()
    shown = lines if lines.startswith("|") else f"```\n{lines}\n```"
    return f"## {name.capitalize()}\n\n{shown}\n" if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
