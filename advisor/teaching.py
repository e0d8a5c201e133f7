"""What makes a case a teaching case: where it comes from, what each act tells, and what is wrong in it."""

from __future__ import annotations

from datetime import date

from advisor.case import Case
from advisor.model import Text
from advisor.record import dataclass

MAX_CHOICES = 10
"""Wrong reasons, or wrong steps, of an act: all choices together have letters, and a learner reads them all."""


@dataclass(frozen=True)
class WrongReason:
    """A reason that sounds right and is not; `item` is the item of the playbooks that it gets wrong."""

    text: Text
    why: Text
    item: int


@dataclass(frozen=True)
class WrongStep:
    """A next action that is wrong; `law` names the limit that it breaks (knowledge/law.yaml), if it breaks one."""

    do: Text
    why: Text
    law: str | None


@dataclass(frozen=True)
class Temptation:
    """The verdict that a careless seller picks, and why it is wrong."""

    verdict: str
    why: Text


@dataclass(frozen=True)
class TeachingAct:
    """One act: what learners are told, what is wrong in it, and what the trainer should know."""

    on: date
    title: Text
    story: Text
    tempting: Temptation | None
    wrong: tuple[WrongReason, ...]
    steps: tuple[WrongStep, ...]
    notes: Text


@dataclass(frozen=True)
class Lesson:
    """A case with its teaching block: what stands in the playbook, what is authored, and the acts."""

    case: Case
    items: tuple[int, ...]
    playbook: Text
    authored: Text
    lesson: Text
    acts: tuple[TeachingAct, ...]
