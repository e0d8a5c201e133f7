"""knowledge/seat.yaml: how the facts of a deal change sides."""

from __future__ import annotations

from advisor import paths
from advisor.load.folder import FolderReader
from advisor.load.reader import Reader, either_of, shorten
from advisor.load.values import Unknown, fact_value
from advisor.model import Fact, Value
from advisor.problems import Problems, nearest
from advisor.rulebase import Knowledge
from advisor.seat import Assumption, Seat, SeatAnswer
from advisor.yamlfile import Mapping, Node

_KEYS = ("shared", "swap", "turn", "members", "assume", "answers")


def load_seat(library: paths.Library, knowledge: Knowledge) -> Seat:
    """Read the file; raise InputError with every problem in it."""
    problems = Problems()
    seat = SeatReader(library, Reader(problems), knowledge).seat()
    problems.raise_if_any()
    return seat


class SeatReader(FolderReader):
    """Reads the file against the facts and the verdicts."""

    def __init__(self, library: paths.Library, reader: Reader, knowledge: Knowledge) -> None:
        super().__init__(library, reader)
        self.facts, self.verdicts = knowledge.facts, knowledge.verdicts
        self.groups = {path.partition(".")[0] for path in knowledge.facts}

    def seat(self) -> Seat:
        """Return what the file says."""
        r, m = self.reader, self.inner(self.file("seat.yaml", ("seat",)), "seat", _KEYS)
        shared = r.get(m, "shared", lambda n: r.choices(n, [*self.groups, *self.facts], "a fact", "unknown-fact"), ())
        members = r.get(m, "members", lambda n: r.choices(n, self.facts, "a fact", "unknown-fact"), ())
        assume = r.get(m, "assume", lambda n: r.sequence(n, '"assume"'), ())
        answers = self.each(m, "answers", self._answer)
        missing = [verdict for verdict in self.verdicts if verdict not in answers]
        if "answers" in m.entries and missing:
            r.bad(m.key_at["answers"], "missing-key", f'"answers" says nothing of {either_of(missing)}')
        return Seat(
            shared=frozenset(shared),
            swap=self.each(m, "swap", self._swap),
            turn=self.each(m, "turn", self._turn),
            members=frozenset(members),
            assume=tuple(map(self._assumption, assume)),
            answers=answers,
        )

    def _fact(self, path: str, node: Node) -> Fact | None:
        fact = self.facts.get(path)
        if fact is None:
            self.reader.bad(node.at, "unknown-fact", f"unknown fact {shorten(path)}{nearest(path, self.facts)}")
        return fact

    def _swap(self, path: str, node: Node) -> str:
        self._fact(path, node)
        return self.reader.choice(node, self.facts, "a fact of rivals", "unknown-fact")

    def _turn(self, path: str, node: Node) -> dict[str, str]:
        fact = self._fact(path, node)
        m = self.reader.mapping(node, f'"{path}"', optional=None)
        allowed = fact.values if fact else ()
        for key in m.entries.keys() - set(allowed):
            self.reader.bad(m.key_at[key], "value-not-allowed", f'"{path}" cannot be {shorten(key)}')
        return {
            key: self.reader.choice(child, allowed, f'"{path}"', "value-not-allowed")
            for key, child in m.entries.items()
        }

    def _assumption(self, node: Node) -> Assumption:
        m = self.reader.mapping(node, "an assumption", ("when", "then"))
        return Assumption(self._values(m, "when"), self._values(m, "then"))

    def _answer(self, verdict: str, node: Node) -> SeatAnswer:
        if verdict not in self.verdicts:
            self.reader.bad(node.at, "unknown-verdict", f"there is no verdict {shorten(verdict)}")
        m = self.reader.mapping(node, f'"{verdict}"', ("answer",), ("effect",))
        return SeatAnswer(self.text(m, "answer"), self._values(m, "effect"))

    def _values(self, mapping: Mapping, key: str) -> dict[str, Value | None]:
        def value(path: str, node: Node) -> Value | Unknown | None:
            fact = self._fact(path, node)
            return fact_value(self.reader, fact, node) if fact else None

        return {path: v for path, v in self.each(mapping, key, value).items() if not isinstance(v, Unknown)}
