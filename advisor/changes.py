"""`--set path=value` on the command line: facts of a case changed for a what-if."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.evidence import UNKNOWN_STATE, Place, State, View, learnt
from advisor.load.reader import Reader, shorten
from advisor.load.values import UNKNOWN, fact_value
from advisor.model import CASE
from advisor.problems import Location, Problems, nearest
from advisor.rulebase import Knowledge
from advisor.yamlfile import Scalar

_AT = Location("--set")


def read_changes(settings: Iterable[str], view: View, knowledge: Knowledge) -> dict[Place, State]:
    """Read `path=value` or `member.fact=value`; raise InputError with every problem."""
    problems = Problems()
    changes: dict[Place, State] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        place = _place(name.strip(), view, knowledge)
        if not equals:
            problems.add(_AT, "bad-setting", f"write --set path=value, not {shorten(setting)}")
        elif place is None:
            problems.add(
                _AT, "unknown-fact", f"unknown fact {shorten(name)}{nearest(name.strip(), _names(view, knowledge))}"
            )
        else:
            read = fact_value(Reader(problems), knowledge.facts[place[1]], Scalar(value.strip(), _AT))
            changes[place] = UNKNOWN_STATE if read is UNKNOWN else learnt(read)
    problems.raise_if_any()
    return changes


def _place(name: str, view: View, knowledge: Knowledge) -> Place | None:
    """Find a fact of the case, or `member.fact` of somebody or something in one of its lists."""
    fact = knowledge.facts.get(name)
    if fact is not None and fact.scope == CASE:
        return (None, name)
    member, _, short = name.partition(".")
    for list_, members in view.lists.items():
        path = f"{knowledge.lists[list_].member}.{short}"
        if path in knowledge.facts and any(m.id == member for m in members):
            return (member, path)
    return None


def _names(view: View, knowledge: Knowledge) -> list[str]:
    names = [path for path, fact in knowledge.facts.items() if fact.scope == CASE]
    for list_, members in view.lists.items():
        shorts = [path.partition(".")[2] for path in knowledge.members(list_)]
        names.extend(f"{m.id}.{short}" for m in members for short in shorts)
    return names
