"""The flip card and the next questions of every deal: the median and the worst."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from advisor.judge import Judgement
from benchmarks.measure import seconds
from benchmarks.setting import Setting
from benchmarks.table import Bar, Part, amount

WORST = 2.0
"""Seconds for the flip card, or the questions, of one deal."""


def measure(setting: Setting) -> Part:
    """Time each deal of the folder; of several rounds the median counts."""
    judge = setting.judge()
    deals = setting.deals(judge)[:: setting.pick(1, 10)]
    judgements = [judge.judge(deal) for deal in deals]
    part = Part("Flip card and next questions", ("what", "median, ms", "worst, ms", "worst deal"))
    tasks: dict[str, Callable[[Judgement], object]] = {"flip card": judge.flips, "next questions": judge.questions}
    for name, task in tasks.items():
        times = [_median(task, judgement, setting.rounds) for judgement in judgements]
        worst = max(times)
        deal = deals[times.index(worst)].id
        part.add(name, amount(1000 * statistics.median(times)), amount(1000 * worst), deal)
        part.bars.append(Bar(f"worst {name} under {WORST:g} s", worst < WORST, f"{worst:.2f} s"))
    part.notes.append(f"{len(deals)} deals, judged beforehand.")
    judge.close()
    return part


def _median(task: Callable[[Judgement], object], judgement: Judgement, rounds: int) -> float:
    return statistics.median(seconds(lambda: task(judgement)) for _ in range(min(rounds, 3)))
