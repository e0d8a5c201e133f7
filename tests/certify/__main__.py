"""Differential certification: python -m tests.certify [--deals N] [--rule-sets N] [--shipped N] [--seed S] [--jobs N].

Random deals over random rule sets and over the shipped rules are judged by the engine alone, its shadow, the
specification and the columns. What was run is printed; a difference, or a part of the language that was not reached,
makes the exit code 1.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from advisor import __version__
from advisor.cores import cores
from tests.certify.coverage import Tally, missing
from tests.certify.draw import SHIPPED
from tests.certify.run import RANDOM, Batch, Result, batches, run, told

NAMED = 50
"""So many differing deals are named; of some, the whole is printed."""
PRINTED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Certify; the exit code is 0 when nothing differs and everything was reached, else 1."""
    given = _arguments(arguments)
    start = time.monotonic()
    print(_versions(), _plan(given), sep="\n", flush=True)
    wanted = [_only(given.seed, given.only)] if given.only else _batches(given)
    result = _run(wanted, 1 if given.only else given.jobs)
    for kind, title in ((RANDOM, "Random rule sets"), (SHIPPED, "Shipped rules")):
        if result.tallies[kind]:
            print(f"\n{title}", *_counts(result.tallies[kind]), sep="\n")
    lacking = missing(result.tallies[RANDOM]) if result.tallies[RANDOM] and not given.only else []
    print(*_outcome(result, given.seed, lacking), f"Took {_span(time.monotonic() - start)}.", sep="\n", flush=True)
    return int(bool(result.differing or result.failed or result.left or lacking))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.certify", description=__doc__)
    parser.add_argument("--deals", type=_number, default=200_000, help="deals in all")
    parser.add_argument("--rule-sets", type=_positive, default=400, help="random rule sets that they are shared over")
    parser.add_argument("--shipped", type=_number, default=5_000, help="deals of these that the shipped rules judge")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other rule sets and deals")
    parser.add_argument("--jobs", type=_positive, default=cores(), help="processes; as many as there are cores")
    parser.add_argument("--only", metavar="RULESET:DEAL", type=_name, help="one deal: 17:203, or shipped:203")
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no whole number")
    return int(text)


def _positive(text: str) -> int:
    if not _number(text):
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def _name(text: str) -> str:
    name, _, deal = text.partition(":")
    if not (name.isdecimal() or name == SHIPPED) or not deal.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not the number of a rule set, or {SHIPPED}, and that of a deal")
    return text


def _only(seed: int, name: str) -> Batch:
    rules, _, deal = name.partition(":")
    return Batch(seed, rules, int(deal), int(deal) + 1)


def _batches(given: argparse.Namespace) -> list[Batch]:
    return batches(given.seed, given.deals, given.rule_sets, given.shipped)


def _run(wanted: list[Batch], jobs: int) -> Result:
    """Run all batches, or those before an interrupt, and tell on stderr how far it is; their order changes nothing."""
    found: dict[int, Result] = {}
    start, deals = time.monotonic(), sum(batch.last - batch.first for batch in wanted)
    done = 0
    with contextlib.suppress(KeyboardInterrupt):
        for place, result in run(wanted, jobs):
            found[place] = result
            done += wanted[place].last - wanted[place].first
            differing = sum(len(one.differing) for one in found.values())
            spent = _span(time.monotonic() - start)
            print(f"\r{done:,} of {deals:,} deals, {differing} differ, {spent}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    total = Result(left=deals - done)
    for _, result in sorted(found.items()):
        total.add(result)
    return total


def _versions() -> str:
    packages = ("durable-rules", "ibis-framework", "polars")
    parts = [f"Deal Advisor {__version__}", *(f"{name} {version(name)}" for name in packages)]
    return f"{', '.join(parts)}, Python {platform.python_version()} on {platform.system()}"


def _plan(given: argparse.Namespace) -> str:
    if given.only:
        return f"Seed {given.seed}, rule set and deal {given.only} alone: engine, shadow, specification and columns."
    shipped = min(given.deals, given.shipped)
    random = f"{given.deals - shipped:,} over {given.rule_sets:,} random rule sets"
    return (
        f"Seed {given.seed}, {given.deals:,} deals: {random}, {shipped:,} over the shipped rules; "
        "each judged by engine, shadow, specification and columns."
    )


def _counts(tally: Tally) -> Iterator[str]:
    groups: dict[str, dict[str, int]] = {}
    for (group, name), count in tally.items():
        groups.setdefault(group, {})[name] = count
    for group in sorted(groups):
        counts = sorted(groups[group].items(), key=lambda pair: (-pair[1], pair[0]))
        yield f"  {group}: " + ", ".join(f"{name} {count:,}" for name, count in counts)


def _outcome(result: Result, seed: int, lacking: Sequence[str]) -> Iterator[str]:
    yield ""
    yield from (told(seed, name) for name in result.differing[:PRINTED])
    yield from result.failed
    judged = sum(tally["deals", "judged"] for tally in result.tallies.values())
    if result.differing:
        more = len(result.differing) - NAMED
        names = ", ".join(result.differing[:NAMED]) + (f" and {more} more" if more > 0 else "")
        yield f"{len(result.differing)} of {judged:,} deals differ: {names}."
    else:
        yield f"No difference in {judged:,} deals."
    if result.left:
        yield f"Interrupted: {result.left:,} deals are left, and not certified."
    if lacking:
        yield f"Not reached, so not certified: {'; '.join(lacking)}."


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


if __name__ == "__main__":
    sys.exit(main())
