"""How many answers an interview needs: the shipped deals are asked for again, fact by fact.

Run it from the checkout: python benchmarks/interview.py [--every N]. For each deal everything is hidden but who takes
part; questions are asked in three orders, and answered as the case file does, "nobody knows" included. Counted are the
answers until the verdict is the one that the whole file gives, and stays it.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from advisor.case import Case
from advisor.evidence import Place, View, view_of
from advisor.interview import Interviewer
from advisor.judge import Judge, Judgement, open_judge
from advisor.load.cases import load_case
from advisor.paths import shipped

CASES = Path(__file__).resolve().parent.parent / "cases"
MOST = 20
"""After so many answers an interview counts as not having got there."""

Choose = Callable[[Judgement, list[Place]], "Place | None"]


def orders(judge: Judge) -> dict[str, Choose]:
    """Return the orders that are compared."""
    interviewer, random = Interviewer(judge), Random(1)

    def left(judgement: Judgement, asked: list[Place]) -> list[Place]:
        return [q.place for q in judge.questions(judgement) if q.place not in asked]

    def fixed(judgement: Judgement, asked: list[Place]) -> Place | None:
        paths = list(judge.knowledge.facts)
        return min(left(judgement, asked), key=lambda p: (paths.index(p[1]), p[0] or ""), default=None)

    def by_chance(judgement: Judgement, asked: list[Place]) -> Place | None:
        found = left(judgement, asked)
        return random.choice(found) if found else None

    return {"nearest verdict first": interviewer.next, "order of the dictionary": fixed, "by chance": by_chance}


def verdicts(judge: Judge, case: Case, choose: Choose) -> Iterator[str]:
    """Yield the verdict before each answer and after the last."""
    full = view_of(case, judge.knowledge)
    lists = {name: tuple(replace(m, states={}) for m in members) for name, members in full.lists.items()}
    view, asked = View({}, lists, full.complete), list[Place]()
    for _ in range(MOST + 1):
        judgement = judge.judge_view(case, view)
        yield judgement.decision.verdict
        place = None if judgement.settlement.settled else choose(judgement, asked)
        if place is None:
            return
        asked.append(place)
        view = view.changed({place: full.state(place)})


def answers_needed(found: list[str], wanted: str) -> int:
    """Count the answers after which the verdict is the wanted one for good; one more than MOST if it never is."""
    right = 0
    for number, verdict in enumerate(found):
        if verdict != wanted:
            right = number + 1
    return right if right < len(found) else MOST + 1


def main() -> None:
    """Print, for each order, the median and the spread of answers needed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=1, help="take every Nth deal only")
    every = parser.parse_args().every
    judge = open_judge(shipped())
    files = sorted(CASES.glob("*.yaml"))[::every]
    for name, choose in orders(judge).items():
        counts = []
        for path in files:
            case = load_case(path, judge.knowledge)
            then = case.at_date(case.as_of)
            wanted = judge.judge(case).decision.verdict
            counts.append(answers_needed(list(verdicts(judge, then, choose)), wanted))
        got = sum(count <= MOST for count in counts)
        median = statistics.median(counts)
        print(f"{name:24} median {median:4.1f}, within {MOST} answers {got} of {len(counts)}: {sorted(counts)}")
    judge.close()


if __name__ == "__main__":
    main()
