"""A run: batches of deals over one rule set each, and what comes back of them."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from advisor.portfolio import backend
from advisor.workers import GaveUp, work
from tests.certify import coverage
from tests.certify.answers import Bench, attempt
from tests.certify.columnar import Columnar
from tests.certify.coverage import Tally
from tests.certify.draw import SHIPPED, rule_set
from tests.certify.shrink import TRIALS, Shrinker, differences
from tests.certify.written import deal_text, rule_set_text

RANDOM = "random"
AT_ONCE = 500
"""Deals of one batch, at most: so many stand in one table."""
PATIENCE = 3600.0
"""Seconds after which a batch is taken to hang."""
MEMORY = 64_000
"""Megabytes of addresses that a batch may take: Polars takes many, and uses few of them."""
TOLD = 12
"""So many differences of one deal are told."""


@dataclass(frozen=True)
class Batch:
    """Deals `first` to `last`, without it, over one rule set: a number, or `shipped`."""

    seed: int
    name: str
    first: int
    last: int


@dataclass
class Result:
    """What became of some deals: counts, and how their answers differ."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {RANDOM: Counter(), SHIPPED: Counter()})
    """Counts over random rule sets, and over the shipped rules."""
    differing: list[str] = field(default_factory=list)
    """The deals of which answers differ, as `--only` takes them."""
    failed: list[str] = field(default_factory=list)
    """What went wrong with batches that were not judged to the end."""
    left: int = 0
    """Deals that an interrupt left out."""

    def add(self, other: Result) -> None:
        """Take in what became of other deals."""
        for kind, tally in other.tallies.items():
            self.tallies[kind].update(tally)
        self.differing += other.differing
        self.failed += other.failed


def batches(seed: int, deals: int, rule_sets: int, of_shipped: int) -> list[Batch]:
    """Share out deals over random rule sets and the shipped rules, in batches of like size."""
    random = max(0, deals - of_shipped)
    cuts = [random * number // rule_sets for number in range(rule_sets + 1)]
    found: list[Batch] = []
    for number in range(rule_sets):
        found += _cut(seed, str(number), cuts[number + 1] - cuts[number])
    return found + _cut(seed, SHIPPED, min(deals, of_shipped))


def _cut(seed: int, name: str, deals: int) -> list[Batch]:
    return [Batch(seed, name, first, min(first + AT_ONCE, deals)) for first in range(0, deals, AT_ONCE)]


def run(wanted: list[Batch], jobs: int) -> Iterator[tuple[int, Result]]:
    """Judge batches, in so many processes, and yield the place of each with what became of it; one job needs none."""
    if jobs == 1:
        yield from enumerate(map(certify, wanted))
        return
    for place, found in work(certify, wanted, jobs, PATIENCE, MEMORY):
        yield place, _lost(wanted[place], found.reason) if isinstance(found, GaveUp) else found


def certify(batch: Batch) -> Result:
    """Judge the deals of a batch; an error of the program fails the batch, not the run."""
    try:
        return _certified(batch)
    except Exception:
        return _lost(batch, traceback.format_exc())


def _lost(batch: Batch, reason: str) -> Result:
    return Result(failed=[f"Rule set {batch.name}, deals {batch.first} to {batch.last - 1} were not judged: {reason}"])


def _certified(batch: Batch) -> Result:
    drawn, result = rule_set(batch.seed, batch.name), Result()
    bench = Bench(drawn.base)
    deals = [drawn.deal(number) for number in range(batch.first, batch.last)]
    columns = Columnar(bench.sheet, deals, connection())
    tally = result.tallies[SHIPPED if batch.name == SHIPPED else RANDOM]
    if batch.first == 0:
        tally["rule sets", "drawn"] += 1
        tally.update(coverage.of_rules(bench))
    tally["deals", "judged"] += len(deals)
    for place, deal in enumerate(deals):
        answered = attempt(bench, deal, place, columns)
        if isinstance(answered, str) or answered.differences:
            result.differing.append(f"{batch.name}:{batch.first + place}")
        if not isinstance(answered, str):
            tally.update(coverage.of_deal(bench, deal, answered))
    tally.update({("compared", name): count for name, count in bench.compared.items()})
    bench.close()
    return result


def told(seed: int, name: str, trials: int = TRIALS) -> str:
    """Tell a difference, made small: how to have it again, the answers, the rule set and the deal."""
    rules, _, number = name.partition(":")
    drawn = rule_set(seed, rules)
    whole = drawn.deal(int(number))
    base, deal = Shrinker(connection(), trials).shrink(drawn.base, whole)
    found = differences(base, deal, connection()) or ("alone, it does not differ: it hangs on the deals before it",)
    more = [f"  and {len(found) - TOLD} more"] if len(found) > TOLD else []
    return "\n".join(
        [
            f"Rule set {rules}, deal {number}: the answers differ. Once more, this one alone:",
            f'  make certify ARGS="--seed {seed} --only {name}"',
            *(f"  {message}" for message in found[:TOLD]),
            *more,
            f"# The rule set: {len(base.rules)} of its {len(drawn.base.rules)} rules",
            rule_set_text(base, deal),
            f"# The deal: {len(deal.states)} of its {len(whole.states)} facts beside those of members",
            deal_text(deal, f"deal-{rules}-{number}"),
        ]
    )


@cache
def connection() -> backend.Backend:
    """Connect to Polars, once for each process; one thread, for there are as many processes as cores."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    return backend.connect(backend.POLARS)
