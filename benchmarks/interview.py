"""How many answers an interview needs: deals are asked for again, fact by fact.

Run it from the checkout: python benchmarks/interview.py [FOLDER] [--every N]. For each deal everything is hidden but
who takes part, and in which role, as a new deal begins; screens are asked for in three orders, and answered as the case
file does, "nobody knows" included. Counted are the screens answered, of one fact or several that take the same answers,
until the verdict is settled or enough to act on: it stands, and at most three facts could turn it alone, or all that
could were asked for. Beside it stands for how many deals the verdict is then the one that the whole file gives, and the
facts that were asked for.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from advisor.case import Case
from advisor.evidence import MemberView, Place, State, View, view_of
from advisor.interview import ROLE, Interviewer, Outlook
from advisor.judge import Judge, Judgement, open_judge
from advisor.load.cases import load_case
from advisor.paths import shipped, yaml_files

CASES = Path(__file__).resolve().parent.parent / "cases"
MOST = 24
"""After so many screens an interview counts as not having got there."""

Choose = Callable[[Outlook, Callable[[], list[Place]]], tuple[Place, ...]]
"""From where the interview stands, and the facts that are left to ask for, to a screen."""


@dataclass(frozen=True)
class Held:
    """An interview that was held: screens and facts asked for, whether it got there, and whether it got it right."""

    screens: int
    facts: int
    there: bool
    right: bool


def orders(interviewer: Interviewer) -> dict[str, Choose]:
    """Return the orders that are compared; all put facts on screens in the same way."""
    random = Random(1)

    def by_chance(_: Outlook, left: Callable[[], list[Place]]) -> tuple[Place, ...]:
        found = left()
        return interviewer.screen(random.sample(found, len(found)))

    return {
        "nearest verdict first": lambda outlook, _: outlook.next,
        "order of the dictionary": lambda _, left: interviewer.screen(left()),
        "by chance": by_chance,
    }


def hold(judge: Judge, interviewer: Interviewer, case: Case, choose: Choose) -> Held:
    """Hold an interview about a case, up to MOST screens."""
    full = view_of(case, judge.knowledge)
    wanted = judge.judge_view(case, full).decision.verdict
    lists = {name: tuple(replace(m, states=_role(m)) for m in members) for name, members in full.lists.items()}
    view, asked, screens = View({}, lists, full.complete), list[Place](), 0
    while True:
        judgement = judge.judge_view(case, view)
        outlook = interviewer.outlook(judgement, asked)
        going = outlook.reached == "open" and screens < MOST
        places = choose(outlook, partial(_left, judge, judgement, asked)) if going else ()
        if not places:
            there = outlook.reached != "open" or screens < MOST
            return Held(screens, len(asked), there, there and judgement.decision.verdict == wanted)
        screens += 1
        asked.extend(places)
        view = view.changed({place: full.state(place) for place in places})


def _role(member: MemberView) -> dict[str, State]:
    return {path: state for path, state in member.states.items() if path == ROLE}


def _left(judge: Judge, judgement: Judgement, asked: Sequence[Place]) -> list[Place]:
    """Return what else is worth asking, in the order of the dictionary."""
    order = {path: number for number, path in enumerate(judge.knowledge.facts)}
    found = [question.place for question in judge.questions(judgement) if question.place not in asked]
    return sorted(found, key=lambda place: (order[place[1]], place[0] or ""))


def main() -> None:
    """Print, for each order, the median and the spread of screens needed, and how often the verdict is right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=CASES, help="folder of the deals")
    parser.add_argument("--every", type=int, default=1, help="take every Nth deal only")
    given = parser.parse_args()
    judge = open_judge(shipped())
    interviewer = Interviewer(judge)
    cases = [load_case(path, judge.knowledge) for path in yaml_files(given.folder)]
    deals = [case.at_date(case.as_of) for case in cases if case.kind == "deal"][:: given.every]
    for name, choose in orders(interviewer).items():
        held = [hold(judge, interviewer, deal, choose) for deal in deals]
        screens = sorted(h.screens for h in held)
        facts = statistics.median(h.facts for h in held)
        print(
            f"{name:24} median {statistics.median(screens):4.1f} screens ({facts:g} facts), "
            f"there {sum(h.there for h in held)} of {len(held)}, right {sum(h.right for h in held)}: {screens}",
            flush=True,
        )
    judge.close()


if __name__ == "__main__":
    main()
