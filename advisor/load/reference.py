"""The glossary, the conflicts and the methods of knowledge/, of the house too."""

from __future__ import annotations

from advisor import paths, reference
from advisor.load.folder import FolderReader
from advisor.load.reader import Reader, shorten
from advisor.load.values import Unknown, fact_value
from advisor.model import Fact, Value
from advisor.problems import nearest
from advisor.yamlfile import Node


class ReferenceReader(FolderReader):
    """Reads what reports and commands look up."""

    def __init__(self, library: paths.Library, reader: Reader, facts: dict[str, Fact]) -> None:
        super().__init__(library, reader)
        self.facts = facts

    def terms(self) -> dict[str, reference.Term]:
        """Return the glossary."""
        return self.folder("glossary", "terms", self._term)

    def conflicts(self) -> dict[str, reference.Conflict]:
        """Return the conflicts between the playbooks, and how they were settled."""
        return self.entries("conflicts.yaml", "conflicts", self._conflict)

    def methods(self, lists: dict[str, str]) -> dict[str, reference.Method]:
        """Return the methods; `lists` are the lists of a case with the word for one member."""
        return self.folder("methods", "methods", lambda name, node: self._method(name, node, lists))

    def _term(self, name: str, node: Node) -> reference.Term:
        m = self.reader.mapping(node, f'term "{name}"', ("term", "means"), ("items",))
        return reference.Term(name, self.text(m, "term"), self.text(m, "means"), self.numbers(m, "items"))

    def _conflict(self, name: str, node: Node) -> reference.Conflict:
        m = self.reader.mapping(node, f'conflict "{name}"', ("topic", "items", "positions", "settled"))
        return reference.Conflict(
            id=name,
            topic=self.text(m, "topic"),
            items=self.numbers(m, "items"),
            positions=self.text(m, "positions"),
            settled=self.text(m, "settled"),
        )

    def _method(self, name: str, node: Node, lists: dict[str, str]) -> reference.Method:
        m = self.reader.mapping(node, f'method "{name}"', ("label", "note", "boxes"))
        boxes = tuple(self.each(m, "boxes", lambda id_, child: self._box(id_, child, lists)).values())
        return reference.Method(name, self.text(m, "label"), self.text(m, "note"), boxes)

    def _box(self, name: str, node: Node, lists: dict[str, str]) -> reference.Box:
        r = self.reader
        m = r.mapping(node, f'box "{name}"', ("label", "asks"), ("facts", "members"))
        selections = r.get(m, "members", lambda n: r.sequence(n, "members"), ())
        return reference.Box(
            id=name,
            label=self.text(m, "label"),
            asks=self.text(m, "asks"),
            facts=r.get(m, "facts", self._facts, ()),
            members=tuple(self._selection(child, lists) for child in selections),
        )

    def _facts(self, node: Node) -> tuple[str, ...]:
        return self.reader.choices(node, self.facts, "a fact", "unknown-fact")

    def _selection(self, node: Node, lists: dict[str, str]) -> reference.Selection:
        r = self.reader
        m = r.mapping(node, "a selection of members", ("list", "facts"), ("where",))
        list_ = r.get(m, "list", lambda n: r.choice(n, lists, "a list", "unknown-list"), "")
        where = self.each(m, "where", self._wanted)
        facts = r.get(m, "facts", self._facts, ())
        return reference.Selection(list_, {path: value for path, value in where.items() if value is not None}, facts)

    def _wanted(self, path: str, node: Node) -> Value | None:
        fact = self.facts.get(path)
        if fact is None:
            self.reader.bad(node.at, "unknown-fact", f"unknown fact {shorten(path)}{nearest(path, self.facts)}")
            return None
        value = fact_value(self.reader, fact, node)
        return None if isinstance(value, Unknown) else value
