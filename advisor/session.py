"""An interview in progress: the case as text, what was asked, and the way back. Nothing here prints or prompts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from advisor.case import Case, Statement
from advisor.casefile import add_member, set_fact, titled
from advisor.evidence import Place
from advisor.interview import Interviewer, Outlook, answers
from advisor.judge import Judge, Judgement
from advisor.load.cases import parse_case
from advisor.load.reader import Reader
from advisor.load.values import typed_value
from advisor.model import GRADES, Fact, Value
from advisor.problems import Location, Problems
from advisor.yamlfile import Scalar

BY = "account-manager"

Command = Literal["unknown", "back", "quit", "person", "rival", "answer"]

LISTS = {"person": ("stakeholders", "post"), "rival": ("competitors", "name")}
"""The list that somebody who comes up in an interview belongs to, and what it calls its members."""


@dataclass(frozen=True)
class Said:
    """The value that somebody states; None: it is known that there is none."""

    value: Value | None


@dataclass(frozen=True)
class Step:
    """The case after some answers, judged; `asked` are the facts asked for so far, on so many screens."""

    interviewer: Interviewer
    text: str
    name: str
    asked: tuple[Place, ...] = ()
    screens: int = 0
    before: Step | None = field(default=None, repr=False)

    @property
    def judge(self) -> Judge:
        """The judge of the interview."""
        return self.interviewer.judge

    @cached_property
    def case(self) -> Case:
        """The case as its text says."""
        return parse_case(self.text, self.name, self.judge.knowledge)

    @cached_property
    def judgement(self) -> Judgement:
        """The case, judged as of its own day."""
        return self.judge.judge(self.case)

    @cached_property
    def outlook(self) -> Outlook:
        """How far the interview has come, and what to ask now. What an act states is changed there, not asked for."""
        return self.interviewer.outlook(self.judgement, {*self.asked, *self._stated_by_acts()})

    def _stated_by_acts(self) -> Iterator[Place]:
        for act in self.case.history:
            if act.on <= self.case.as_of:
                yield from ((None, path) for path in act.content.facts)
                for members in act.content.lists.values():
                    yield from ((member.id, path) for member in members for path in member.facts)

    @property
    def places(self) -> tuple[Place, ...]:
        """What to ask now, on one screen; empty when the interview is over."""
        return self.outlook.next

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that are asked for; all take the same answers."""
        return tuple(self.judge.knowledge.facts[path] for _, path in self.places)

    def answer(self, said: Sequence[Said | None], grade: str) -> Step:
        """Write what was said into the case, a fact after the other; None: nobody knows, which changes nothing."""
        text = self.text
        for (member, path), answered in zip(self.places, said, strict=True):
            if answered is not None:
                statement = Statement(answered.value, grade, BY, self.case.as_of)
                list_ = self.judge.knowledge.scope_of(path)
                text = set_fact(text, path, statement, (list_, member) if member else None)
        asked = (*self.asked, *self.places)
        return replace(self, text=text, asked=asked, screens=self.screens + 1, before=self)

    def skip(self) -> Step:
        """Go on without an answer: nobody knows."""
        return self.answer([None] * len(self.places), "told")

    def meet(self, kind: str, words: str) -> Step:
        """Add a person or a rival that has come up."""
        list_, key = LISTS[kind]
        contents = [self.case.content, *(act.content for act in self.case.history)]
        taken = {member.id for content in contents for members in content.lists.values() for member in members}
        number = next(n for n in range(1, len(taken) + 2) if f"{kind}-{n}" not in taken)
        text = add_member(self.text, list_, f"{kind}-{number}", titled(key, words))
        return replace(self, text=text, before=self)

    def knows(self, kind: str, words: str) -> bool:
        """Tell whether somebody, or a rival, goes by this post or name already."""
        members = self.judgement.view.lists.get(LISTS[kind][0], ())
        return any(words in (member.title.en, member.title.zh) for member in members if member.title is not None)

    def back(self) -> Step:
        """Take the last answer back."""
        return self.before or self


@dataclass(frozen=True)
class Reply:
    """What somebody typed: a command and its words, or an answer for each fact of a screen with its evidence."""

    command: Command
    said: tuple[Said | None, ...] = ()
    grade: str = "told"
    words: str = ""


COMMANDS: dict[str, Command] = {
    "": "unknown",
    "?": "unknown",
    "？": "unknown",
    "unknown": "unknown",
    "b": "back",
    "back": "back",
    "q": "quit",
    "quit": "quit",
}
_MEETING: dict[str, Command] = {"p": "person", "r": "rival"}
_DIGITS = 4
_GRADES = {"a": "assumed", "w": "written", "c": "confirmed", **{grade: grade for grade in GRADES}}
_GRADED = re.compile(r"([-\d?？.,_，、]*[\d?？])([awc])", re.IGNORECASE)
_YES_NO = {"y": True, "是": True, "n": False, "否": False}
_APART = re.compile(r"[\s,，、;；]+")


def understand(facts: Sequence[Fact], typed: str) -> Reply | None:
    """Read what was typed in answer to a screen: a command, or numbers of the list or values; None: not understood.

    A last word says how well it is known: `a` assumed, `w` in writing, `c` confirmed; left out: told by one person. It
    may stand close behind a number.
    Several facts are answered in their order, parted by blanks or not, each with a choice or `?`.
    """
    words = typed.split()
    whole = " ".join(words)
    if whole.lower() in COMMANDS:
        return Reply(COMMANDS[whole.lower()])
    if words[0].lower() in _MEETING:
        return Reply(_MEETING[words[0].lower()], words=" ".join(words[1:]))
    graded = _GRADED.fullmatch(words[-1])
    if graded is not None:
        words[-1:] = graded.groups()
    grade = "told"
    if len(words) > 1 and words[-1].lower() in _GRADES:
        grade = _GRADES[words.pop().lower()]
    parts = [" ".join(words)] if len(facts) == 1 else _parts(words, len(facts))
    problems = Problems()
    said = tuple(_said(fact, part, problems) for fact, part in zip(facts, parts, strict=False))
    return None if problems or len(parts) != len(facts) else Reply("answer", said, grade)


def _parts(words: list[str], count: int) -> list[str]:
    """Part the answers to several facts, which may be typed without blanks: `11?2`."""
    parts = [part for part in _APART.split(" ".join(words)) if part]
    return list(parts[0]) if len(parts) == 1 and len(parts[0]) == count else parts


def _said(fact: Fact, word: str, problems: Problems) -> Said | None:
    """Read the answer to one fact; None: nobody knows."""
    choices = answers(fact)
    if COMMANDS.get(word.lower()) == "unknown":
        return None
    if word.isdecimal() and len(word) < _DIGITS and 1 <= int(word) <= len(choices):
        return Said(choices[int(word) - 1])
    if word.lower() == "none" and fact.absent is not None:
        return Said(None)
    if fact.type == "bool" and word.lower() in _YES_NO:
        return Said(_YES_NO[word.lower()])
    return Said(typed_value(Reader(problems), fact, Scalar(word, Location("answer"))))
