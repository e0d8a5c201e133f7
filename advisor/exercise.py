"""A teaching case, judged act by act: what learners can pick, and what is right and wrong about each choice.

Right are the advisor's own verdict, reasons and next actions as of the day of the act; wrong ones come from the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from string import ascii_lowercase

from advisor.evidence import Place, State
from advisor.explain import since
from advisor.explain.report import report
from advisor.judge import Judge, Judgement
from advisor.lexicon import say
from advisor.lines import SourceLine, VerdictLine
from advisor.load.previous import PreviousCase, PreviousList
from advisor.model import Text
from advisor.result import CaseReport
from advisor.rulebase import Law
from advisor.sheet import CaseChange, OptionLine
from advisor.teaching import Lesson, TeachingAct

REASONS = 3
STEPS = 2
"""So many of the advisor's own reasons and next actions are among the choices of an act; both numbers are ours."""


@dataclass(frozen=True)
class Choice:
    """Something to pick: its letter, and what grading says of it. `law` is the limit that it breaks, and its basis."""

    letter: str
    text: Text
    right: bool
    why: Text
    items: tuple[int, ...]
    law: Text | None = None


@dataclass(frozen=True)
class ExerciseAct:
    """One act: what is told, what the advisor says of it, the choices, and what changed since the act before."""

    number: int
    told: TeachingAct
    report: CaseReport
    reasons: tuple[Choice, ...]
    steps: tuple[Choice, ...]
    change: CaseChange | None

    def option(self, verdict: str) -> OptionLine | None:
        """Return what became of a verdict that the board could have chosen too."""
        return next((option for option in self.report.sheet.options if option.verdict.id == verdict), None)


@dataclass(frozen=True)
class Exercise:
    """A teaching case with all its acts judged, and the verdicts that can be committed, numbered from 1."""

    lesson: Lesson
    acts: tuple[ExerciseAct, ...]
    verdicts: tuple[VerdictLine, ...]

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.lesson.case.id


def exercise(judge: Judge, lesson: Lesson) -> Exercise:
    """Judge every act of a teaching case as of its day."""
    acts: list[ExerciseAct] = []
    before: tuple[Judgement, CaseReport] | None = None
    for number, told in enumerate(lesson.acts, start=1):
        judgement = judge.judge(lesson.case, told.on)
        found = report(judge, judgement)
        change = since.change(judge, judgement, found, _previous(*before)) if before else None
        acts.append(_act(judge, lesson, number, told, found, change))
        before = judgement, found
    verdicts = judge.knowledge.verdicts.values()
    return Exercise(lesson, tuple(acts), tuple(VerdictLine(v.id, v.label, v.meaning, v.decision) for v in verdicts))


def _previous(judgement: Judgement, found: CaseReport) -> PreviousCase:
    view = judgement.told
    facts: dict[Place, State] = {(None, path): state for path, state in view.states.items()}
    for members in view.lists.values():
        facts |= {(member.id, path): state for member in members for path, state in member.states.items()}
    lists = {name: PreviousList(view.complete.get(name, False), members) for name, members in view.lists.items()}
    return PreviousCase(found.id, found.title, found.verdict.id, found.settled, found.footing, facts, lists)


def _act(
    judge: Judge, lesson: Lesson, number: int, told: TeachingAct, found: CaseReport, change: CaseChange | None
) -> ExerciseAct:
    laws = judge.knowledge.laws
    reasons = [
        *(
            Choice("", reason.text, True, _source(reason.sources), _items(reason.sources))
            for reason in found.reasons_for[:REASONS]
        ),
        *(Choice("", wrong.text, False, wrong.why, (wrong.item,)) for wrong in told.wrong),
    ]
    steps = [
        *(Choice("", action.do, True, action.why, ()) for action in found.actions[:STEPS]),
        *(
            Choice("", step.do, False, step.why, (), _limit(laws[step.law]) if step.law else None)
            for step in told.steps
        ),
    ]
    key = f"{lesson.case.id}/{number}"
    return ExerciseAct(number, told, found, _lettered(key, reasons), _lettered(key, steps), change)


def _limit(law: Law) -> Text:
    return say("grade.limit", says=law.says, cite=law.cite)


def _source(sources: Iterable[SourceLine]) -> Text:
    return next((source.says for source in sources), say("source.ours"))


def _items(sources: Iterable[SourceLine]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(source.item for source in sources if source.item is not None))


def _lettered(key: str, choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Put choices into an order that tells nothing, the same at every run, and give each its letter."""
    shuffled = sorted(choices, key=lambda choice: sha256(f"{key}/{choice.text.en}".encode()).digest())
    return tuple(
        Choice(letter, c.text, c.right, c.why, c.items, c.law)
        for letter, c in zip(ascii_lowercase, shuffled, strict=False)
    )
