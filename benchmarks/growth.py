"""How time grows with rules, deals and people, and whether memory does."""

from __future__ import annotations

import gc
import itertools
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from advisor.arbitrate import Arbiter
from advisor.case import Case
from advisor.evidence import MemberView, View, view_of
from advisor.infer import Reasoner
from advisor.judge import Judge
from advisor.rulebase import Knowledge, Playbase
from benchmarks.measure import calls, exponent, resident, seconds, side_by_side, undisturbed
from benchmarks.rulebases import RuleMaker, compiled
from benchmarks.setting import SEED, Setting
from benchmarks.table import Bar, Part, amount

RULES = (100, 300, 1000, 3000)
DEALS = (10, 100, 1000, 10_000, 100_000)
PEOPLE = (0, 10, 30, 100, 300, 500)
END = 3
"""The exponent over so many of the largest sizes counts: what does not grow would hide the rest."""
LINEAR = 1.1
"""What still counts as linear: the machine is not alone, and what outgrows its caches takes longer at each step. How
many steps rules take is counted beside: functions called, which are as many a rule for the many as for the few.
"""
FLAT = 5.0
"""MB by which memory may differ between the first tenth of the deals and the end."""
NUDGED = 15


@dataclass
class Line:
    """One thing that grows: sizes and the seconds that each took."""

    name: str
    sizes: list[int]
    times: list[float]

    def put(self, part: Part, unit: str) -> None:
        """Add a row for each size, the exponents, and the bar: linear or better, where it is largest."""
        for size, took in zip(self.sizes, self.times, strict=True):
            part.add(f"{size:,} {unit}", self.name, amount(1000 * took))
        if len(self.sizes) > 1:
            whole, end = exponent(self.sizes, self.times), exponent(self.sizes[-END:], self.times[-END:])
            part.add("exponent", self.name, f"{whole:.2f}, over the last {END} sizes {end:.2f}")
            part.bars.append(Bar(f"{self.name}: linear or better in {unit}", end <= LINEAR, f"exponent {end:.2f}"))


def measure(setting: Setting) -> Part:
    """Grow one thing after the other, the rest as it is; memory first, before others have used it."""
    part = Part("Growth", ("size", "what", "ms"))
    judge = setting.judge()
    for line in (_made_deals(setting, judge.knowledge, part), _shipped_deals(setting, judge, part)):
        line.put(part, "deals")
    for line in _people(setting, judge, part):
        line.put(part, "people")
    for line in _rules(setting, judge.knowledge, part):
        line.put(part, "rules")
    part.notes.append("Made rules, with their dictionary and deals, are generated.")
    judge.close()
    return part


def _rules(setting: Setting, knowledge: Knowledge, part: Part) -> list[Line]:
    """Compile, and judge the same number of deals, with more and more rules."""
    sizes = [size for size in RULES if size <= setting.pick(RULES[-1], 300)]
    lines = [
        Line(name, sizes, [])
        for name in ("compile made rules", "certified, made rules, a deal", "shadow, made rules, a deal")
    ]
    for size in sizes:
        maker = RuleMaker(knowledge, Random(SEED))
        base = maker.base(size)
        program = compiled(base)
        views = [maker.view(base) for _ in range(setting.pick(20, 3))]
        reasoner, arbiter = Reasoner(program, base.knowledge), Arbiter(program, base.knowledge.order)
        actions: dict[str, Callable[[], object]] = {
            "compile": partial(_compile, base),
            "certified": partial(_judge_all, reasoner, arbiter, views),
            "shadow": partial(_imagine_all, reasoner, views),
        }
        times = side_by_side(actions, setting.rounds)
        per = (1, len(views), len(views))
        for line, took, number in zip(lines, times.values(), per, strict=True):
            line.times.append(statistics.median(took) / number)
        firings = sum(len(reasoner.infer(view, "made").firings) for view in views) / len(views)
        alternatives = sum(len(unit.alternatives) for unit in program.units)
        steps = {
            name: calls(action) / size / number for (name, action), number in zip(actions.items(), per, strict=True)
        }
        told = ", ".join(f"{name} {amount(number)}" for name, number in steps.items())
        part.notes.append(
            f"{size:,} rules: {alternatives:,} alternatives, {firings:,.0f} firings a deal; "
            f"functions called, a rule: {told}."
        )
        reasoner.close()
    return lines


def _compile(base: Playbase) -> None:
    """Compile as a command does: garbage is not looked for meanwhile (advisor/cli/options.py)."""
    gc.disable()
    try:
        compiled(base)
    finally:
        gc.enable()


def _judge_all(reasoner: Reasoner, arbiter: Arbiter, views: Sequence[View]) -> None:
    for view in views:
        arbiter.decide(reasoner.infer(view, "made").case)


def _imagine_all(reasoner: Reasoner, views: Sequence[View]) -> None:
    for view in views:
        reasoner.imagine_all(view, [{}], whole=True)


def _people(setting: Setting, judge: Judge, part: Part) -> list[Line]:
    """Give one deal more and more people: those of all deals, over and over."""
    deals = setting.deals(judge)
    deal = max(deals, key=lambda one: len(one.content.facts))
    everybody = [m for one in deals for m in view_of(one, judge.knowledge).lists.get("stakeholders", ())]
    reasoner = Reasoner(judge.program, judge.knowledge)  # a judge's remembers what its engine said about a deal
    certified, searched = Line("shipped rules: certified, a deal", [], []), Line("flips and questions", [], [])
    for size in PEOPLE[: setting.pick(len(PEOPLE), 3)]:
        view = _crowd(view_of(deal, judge.knowledge), everybody, size)
        certify = partial(_judge_all, reasoner, judge.arbiter, [view])
        certified.sizes.append(size)
        certified.times.append(statistics.median(side_by_side({"it": certify}, setting.rounds)["it"]))
        if _predicted(searched, size) > setting.patience:
            part.notes.append(f"Left out: flips and questions with {size} people, longer than {setting.patience:g} s.")
        else:
            searched.sizes.append(size)
            searched.times.append(seconds(partial(_search, judge, deal, view)))
    reasoner.close()
    return [certified, searched]


def _crowd(view: View, people: Sequence[MemberView], size: int) -> View:
    some = tuple(replace(people[n % len(people)], id=f"person-{n + 1}") for n in range(size))
    return replace(view, lists={**view.lists, "stakeholders": some}, complete={**view.complete, "stakeholders": True})


def _search(judge: Judge, deal: Case, view: View) -> None:
    judgement = judge.judge_view(deal, view)
    judge.flips(judgement)
    judge.questions(judgement)


def _predicted(line: Line, size: int) -> float:
    """Guess how long a size takes: by the square, should it be the worst."""
    if not line.times or not line.sizes[-1]:
        return 0.0
    return line.times[-1] * (size / line.sizes[-1]) ** 2


def _made_deals(setting: Setting, knowledge: Knowledge, part: Part) -> Line:
    """Judge deals by so few made rules that the largest number takes no more than minutes."""
    maker = RuleMaker(knowledge, Random(SEED))
    base = maker.base(RULES[0])
    reasoner, arbiter = Reasoner(compiled(base), base.knowledge), Arbiter(compiled(base), base.knowledge.order)
    views = (maker.view(base) for _ in itertools.count())
    line = _deals(
        setting, f"{RULES[0]} made rules: certified, all deals", partial(_judge_all, reasoner, arbiter), views, part
    )
    reasoner.close()
    return line


def _shipped_deals(setting: Setting, judge: Judge, part: Part) -> Line:
    """Judge deals like the shipped ones by the shipped rules."""
    views = _stream(setting, judge)
    return _deals(
        setting, "shipped rules: certified, all deals", partial(_judge_all, judge.reasoner, judge.arbiter), views, part
    )


def _deals(
    setting: Setting, name: str, work: Callable[[Sequence[View]], None], views: Iterator[View], part: Part
) -> Line:
    """Judge more and more deals in one process, none twice, and look at memory on the way."""
    line = Line(name, [], [])
    held: list[float] = []
    with undisturbed():
        for size in DEALS[: setting.pick(len(DEALS), 2)]:
            if line.times and line.times[-1] * size / line.sizes[-1] > setting.patience:
                part.notes.append(f"Left out: {size:,} deals, {name}, longer than {setting.patience:g} s at this rate.")
                break
            spent, held = 0.0, []
            for number in range(1, size + 1):
                spent += seconds(partial(work, [next(views)]))
                if number % max(1, size // 10) == 0:
                    held.append(resident())
            line.sizes.append(size)
            line.times.append(spent)
    told = ", ".join(amount(memory, 4) for memory in held)
    grown, last = held[-1] - held[0], line.sizes[-1]
    part.notes.append(f"Memory in MB at every tenth of {last:,} deals, {name}: {told}.")
    part.bars.append(Bar(f"{name}: memory flat over {last:,} deals", grown <= FLAT, f"{grown:+.1f} MB"))
    return line


def _stream(setting: Setting, judge: Judge) -> Iterator[View]:
    """Yield deals without end, each with facts of its own."""
    variation = setting.variation(judge)
    deals = setting.deals(judge)
    pool = [view_of(deal, judge.knowledge) for deal in variation.variants(deals, setting.pick(200, 20))]
    while True:
        for view in pool:
            yield variation.nudged(view, NUDGED)
