"""An interview in progress: the case as text, what was asked, and the way back. Nothing here prints or prompts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from advisor.case import Case, Statement
from advisor.casefile import set_fact
from advisor.evidence import Place
from advisor.interview import Interviewer
from advisor.judge import Judge, Judgement
from advisor.load.cases import parse_case
from advisor.load.reader import Reader
from advisor.load.values import typed_value
from advisor.model import GRADES, Fact, Value
from advisor.problems import Location, Problems
from advisor.yamlfile import Scalar

BY = "account-manager"


@dataclass(frozen=True)
class Step:
    """The case after some answers, judged; `asked` are the questions so far, answered or not."""

    judge: Judge
    text: str
    name: str
    asked: tuple[Place, ...] = ()
    before: Step | None = field(default=None, repr=False)

    @cached_property
    def case(self) -> Case:
        """The case as its text says."""
        return parse_case(self.text, self.name, self.judge.knowledge)

    @cached_property
    def judgement(self) -> Judgement:
        """The case, judged as of its own day."""
        return self.judge.judge(self.case)

    @cached_property
    def place(self) -> Place | None:
        """What to ask now; None when the interview is over. What an act states is changed there and not asked for."""
        stated = {(None, path) for act in self.case.history for path in act.content.facts if act.on <= self.case.as_of}
        return Interviewer(self.judge).next(self.judgement, {*self.asked, *stated})

    @property
    def fact(self) -> Fact:
        """The fact that is asked for."""
        assert self.place is not None
        return self.judge.knowledge.facts[self.place[1]]

    def skip(self) -> Step:
        """Go on without an answer: nobody knows."""
        assert self.place is not None
        return Step(self.judge, self.text, self.name, (*self.asked, self.place), self)

    def answer(self, value: Value | None, grade: str) -> Step:
        """Write an answer into the case; None: it is known that there is none."""
        assert self.place is not None
        member, path = self.place
        said = Statement(value, grade, BY, self.case.as_of)
        text = set_fact(self.text, path.partition(".")[2] if member else path, said, member)
        return Step(self.judge, text, self.name, (*self.asked, self.place), self)

    def back(self) -> Step:
        """Take the last answer back."""
        return self.before or self


@dataclass(frozen=True)
class Reply:
    """What somebody typed: a command, an answer with its evidence, or something that cannot be understood."""

    command: str = ""
    value: Value | None = None
    grade: str = "told"
    problem: str = ""


COMMANDS = {
    "": "unknown",
    "?": "unknown",
    "unknown": "unknown",
    "b": "back",
    "back": "back",
    "q": "quit",
    "quit": "quit",
}
_DIGITS = 4
_GRADES = {"a": "assumed", "w": "written", "c": "confirmed", **{grade: grade for grade in GRADES}}


def understand(fact: Fact, typed: str) -> Reply:
    """Read what was typed in answer to a question about a fact: a number of the list, a value, or a command.

    A last word says how well it is known: `a` assumed, `w` in writing, `c` confirmed; left out: told by one person.
    """
    words = typed.split()
    if " ".join(words).lower() in COMMANDS:
        return Reply(COMMANDS[" ".join(words).lower()])
    grade = "told"
    if len(words) > 1 and words[-1].lower() in _GRADES:
        grade = _GRADES[words.pop().lower()]
    word = " ".join(words)
    choices = answers(fact)
    if word.isdecimal() and len(word) < _DIGITS and 1 <= int(word) <= len(choices):
        return Reply("answer", choices[int(word) - 1], grade)
    if word == "none" and fact.absent is not None:
        return Reply("answer", None, grade)
    problems = Problems()
    value = typed_value(Reader(problems), fact, Scalar(word, Location("answer")))
    if problems.found:
        return Reply(problem=problems.found[0].message)
    return Reply("answer", value, grade)


def answers(fact: Fact) -> list[Value | None]:
    """Return the answers that can be picked from a list; none for numbers, days and words."""
    picked: list[Value | None] = [True, False] if fact.type == "bool" else list(fact.values)
    return [*picked, None] if picked and fact.absent is not None else picked
