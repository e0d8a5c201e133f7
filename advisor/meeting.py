"""One person of a reviewed deal: what belongs to a meeting with them."""

from __future__ import annotations

from advisor.lines import Action, FactLine, PersonLine, QuestionLine
from advisor.model import Text
from advisor.problems import InputError, Location, Problem, nearest
from advisor.record import dataclass
from advisor.result import CaseReport
from advisor.sheet import Spot

ROLE = "stakeholder.role"


@dataclass(frozen=True)
class Meeting:
    """A meeting to prepare: who it is with, what is known of them, and what of the deal's report concerns them."""

    case: CaseReport
    id: str
    who: Text
    facts: tuple[FactLine, ...]
    missing: tuple[FactLine, ...]
    """What of the person's role, level, stance and influence nobody knows."""
    person: PersonLine | None
    actions: tuple[Action, ...]
    questions: tuple[QuestionLine, ...]


def meeting(case: CaseReport, wanted: str) -> Meeting:
    """Find somebody by id, role or post; raise InputError if it is nobody, or several."""
    spot = _spot(case, wanted)
    return Meeting(
        case=case,
        id=spot.id,
        who=spot.who,
        facts=tuple(fact for fact in spot.facts if fact.standing != "unknown"),
        missing=tuple(fact for fact in spot.facts if fact.standing == "unknown"),
        person=next((person for person in case.people if person.id == spot.id), None),
        actions=tuple(action for action in case.actions if action.to == spot.who),
        questions=tuple(question for question in case.questions if spot.who in question.who),
    )


def _spot(case: CaseReport, wanted: str) -> Spot:
    spots = {spot.id: spot for spot in case.sheet.people.spots}
    named = [spot for spot in spots.values() if wanted.casefold() in _names(spot)]
    if len(named) == 1:
        return named[0]
    known = sorted({name for spot in spots.values() for name in (spot.id, *_roles(spot))})
    if named:
        message = f'several people are "{wanted[:80]}"; name one of {", ".join(spot.id for spot in named)}'
    else:
        hint = nearest(wanted, known) or (f"; on file: {', '.join(known)}" if known else "; nobody is on file")
        message = f'nobody on file is "{wanted[:80]}"{hint}'
    raise InputError([Problem(Location("--person"), "unknown-person", message)])


def _names(spot: Spot) -> set[str]:
    return {spot.id.casefold(), spot.who.en.casefold(), spot.who.zh.casefold(), *_roles(spot)}


def _roles(spot: Spot) -> list[str]:
    return [fact.raw for fact in spot.facts if fact.path == ROLE and fact.raw]
