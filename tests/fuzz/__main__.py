"""`python -m tests.fuzz`: a long run, what came of it, and of each kind of failure the smallest input found."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from advisor import cachefile
from tests.fuzz.campaign import Tally, run, shrunk
from tests.fuzz.target import Target

KEPT = Path("build") / "fuzz"
"""Where inputs that failed are kept, below the working folder."""
ROUND = 2000
"""Inputs of a round; with --minutes, rounds are begun until the time is over."""


def main() -> int:
    """Run what is asked for."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="advisor-fuzz-") as folder:
        os.environ[cachefile.VARIABLE] = os.path.join(folder, "cache")
        from tests.fuzz.targets import all_targets  # which open rule bases, with the cache that was just chosen

        known = all_targets(Path(folder))
        unknown = set(asked.targets) - {target.name for target in known}
        if unknown:
            print(f"no target {', '.join(sorted(unknown))}; there are: {', '.join(target.name for target in known)}")
            return 2
        chosen = [target for target in known if not asked.targets or target.name in asked.targets]
        failed = _campaign(chosen, asked)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", metavar="TARGET", nargs="*", help="what to try; all, if none is named")
    parser.add_argument("--mutations", type=int, default=20_000, help="inputs over all targets (default: 20000)")
    parser.add_argument("--minutes", type=float, help="go on for so long instead")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other inputs (default: 0)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="the input with this number alone")
    return parser.parse_args()


def _campaign(chosen: list[Target], asked: argparse.Namespace) -> bool:
    """Try the inputs; tell what was tried, and return whether anything failed."""
    if asked.only is not None:
        told = [_told(run(target, asked.seed, [asked.only]), asked.seed, 0.0) for target in chosen]
        return any(told)
    whole, failed, end = sum(target.share for target in chosen), False, time.monotonic() + 60 * (asked.minutes or 0)
    first = 0
    while True:
        for target in chosen:
            count = max(1, round((ROUND if asked.minutes else asked.mutations) * target.share / whole))
            numbers = range(first * count, (first + 1) * count)
            began = time.monotonic()
            failed |= _told(run(target, asked.seed, numbers), asked.seed, time.monotonic() - began)
        first += 1
        if time.monotonic() >= end:
            return failed


def _told(tally: Tally, seed: int, took: float) -> bool:
    """Print what came of a target, and keep the smallest input of each kind of failure."""
    name = tally.target.name
    problems = ", ".join(f"{id_} {count}" for id_, count in tally.problems.most_common())
    failures = sum(map(len, tally.failures.values()))
    print(f"{name}: {tally.tried} inputs, {tally.results} results, {failures} failures, {took:.0f} s", flush=True)
    if problems:
        print(f"  problems: {problems}")
    for what, failed in tally.failures.items():
        number, detail = failed[0]
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = KEPT / f"{name}-{seed}-{number}"
        given = tally.target.input(seed, number)
        kept.write_bytes(shrunk(tally.target, given, what))
        print(f"  FAILED {len(failed)} times: {what}")
        print(f"  python -m tests.fuzz {name} --seed {seed} --only {number}; made smaller in {kept}")
        print("".join(f"    {line}\n" for line in detail.splitlines()[-12:]), end="", flush=True)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
