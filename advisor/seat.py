"""A deal from a rival's chair: the same facts, each seen from the other side (knowledge/seat.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from advisor.case import Case, Content, Member, Statement, Statements
from advisor.lexicon import say
from advisor.model import Text, Value
from advisor.record import dataclass

US = "our-company"
"""The id that we have among the rivals of a rival."""
_RIVALS = "competitors"


@dataclass(frozen=True)
class SeatAnswer:
    """How we answer a best move of a rival, and the facts of our deal if the move works before we do."""

    answer: Text
    effect: Mapping[str, Value | None]


@dataclass(frozen=True)
class Assumption:
    """What we take for granted of a rival when facts of its case have these values."""

    when: Mapping[str, Value | None]
    then: Mapping[str, Value | None]


@dataclass(frozen=True)
class Seat:
    """How facts change sides."""

    shared: frozenset[str]
    swap: Mapping[str, str]
    turn: Mapping[str, Mapping[str, str]]
    members: frozenset[str]
    assume: tuple[Assumption, ...]
    answers: Mapping[str, SeatAnswer]

    def seated(self, case: Case, rival: Member) -> tuple[Case, tuple[str, ...]]:
        """Return the case as the rival has it, and the facts that are assumed in it; `case` is as of its own day."""
        old = case.content
        facts = dict(self._facts(old.facts))
        facts |= {ours: rival.facts[theirs] for ours, theirs in self.swap.items() if theirs in rival.facts}
        assumed = self._assumed(facts)
        facts |= {path: (Statement(value, "assumed"),) for path, value in assumed.items()}
        lists = {
            name: tuple(replace(member, facts=dict(self._of_member(member.facts))) for member in members)
            for name, members in old.lists.items()
            if name in ("stakeholders", "criteria")
        }
        ours = {theirs: old.facts[mine] for mine, theirs in self.swap.items() if mine in old.facts}
        others = tuple(member for member in old.lists.get(_RIVALS, ()) if member.id != rival.id)
        lists[_RIVALS] = (Member(US, say("seat.us"), None, ours), *others)
        complete = {name: known for name, known in old.complete.items() if name in lists}
        return replace(case, content=Content(facts, lists, complete)), tuple(assumed)

    def _facts(self, facts: Statements) -> Iterator[tuple[str, tuple[Statement, ...]]]:
        for path, said in facts.items():
            if path in self.turn:
                yield from self._turned(path, said)
            elif path in self.shared or path.partition(".")[0] in self.shared:
                yield path, said

    def _of_member(self, facts: Statements) -> Iterator[tuple[str, tuple[Statement, ...]]]:
        for path, said in facts.items():
            if path in self.turn:
                yield from self._turned(path, said)
            elif path in self.members:
                yield path, said

    def _turned(self, path: str, said: tuple[Statement, ...]) -> Iterator[tuple[str, tuple[Statement, ...]]]:
        """Turn the values that have another side; what has none, such as a person who is neutral, nobody knows."""
        values = self.turn[path]
        turned = tuple(
            replace(s, value=values[s.value]) if isinstance(s.value, str) else s
            for s in said
            if s.value is None or s.value in values
        )
        if turned:
            yield path, turned

    def _assumed(self, facts: Mapping[str, tuple[Statement, ...]]) -> dict[str, Value | None]:
        found: dict[str, Value | None] = {}
        for assumption in self.assume:
            met = (_says(facts.get(path, ()), value) for path, value in assumption.when.items())
            if all(met):
                found |= {path: value for path, value in assumption.then.items() if path not in facts}
        return found


def _says(said: tuple[Statement, ...], value: Value | None) -> bool:
    return bool(said) and all(statement.value == value for statement in said)
