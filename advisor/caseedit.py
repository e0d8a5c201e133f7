"""Changes to the text of a case file at the places where its nodes stand; everything else stays, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from datetime import date

from advisor import yamlfile
from advisor.case import Statement
from advisor.casetext import statement_text
from advisor.problems import Problems
from advisor.yamlfile import BOM, Mapping, Node, Scalar, Sequence, Span

_LATER = ("history",)
_LISTS = ("stakeholders", "competitors", "criteria", "commitments", *_LATER)
"""What stands after `facts` in a case, by custom; history stands last."""
_STEP = 2
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML; a file that several programs wrote may hold more than one kind."""


def id_of(member: Mapping, path: str, number: int) -> str:
    """Return the id of the member that stands at a place of its list, given or by its number; `path`: a fact of it."""
    said = member.entries.get("id")
    return said.text if isinstance(said, Scalar) else f"{path.partition('.')[0]}-{number}"


class Editor:
    """Changes one text at the places of its nodes."""

    def __init__(self, text: str) -> None:
        self.bom = BOM if text.startswith(BOM) else ""
        self.text = text.removeprefix(BOM)
        problems = Problems()
        root = yamlfile.parse(self.text, "", problems)
        problems.raise_if_any()
        if not isinstance(root, Mapping):
            raise TypeError("a case file must hold keys with values")
        self.root = root
        self.spans = yamlfile.spans(self.text)
        self.newline = next((end for end in ("\r\n", "\n", "\r") if end in self.text), "\n")

    def entry(self, path: str) -> tuple[Mapping, str] | None:
        """Find where a fact of the case stands: the mapping, and the key in it."""
        facts = self.root.entries.get("facts")
        return _entry(facts, path) if isinstance(facts, Mapping) else None

    def set(self, path: str, words: str) -> str:
        """State a fact of the case."""
        found = self.entry(path)
        if found is not None:
            return self._replace(*found, words)
        facts = self.root.entries.get("facts")
        return self._insert(facts, path, words) if isinstance(facts, Mapping) else self._first_fact(path, words)

    def set_of(self, member: tuple[str, str], path: str, words: str) -> str:
        """State a fact of a member; raise KeyError if its list has none with this id."""
        found, (word, _, name) = self._member(member, path), path.partition(".")
        key = next((key for key in found.entries if key in (name, f"{word}.{name}")), None)
        return self._insert(found, name, words) if key is None else self._replace(found, key, words)

    def act(self, on: date, title: str, facts: Map[str, Statement]) -> str:
        """Append an act to the history, or begin one."""
        said = ", ".join(f"{path}: {statement_text(s)}" for path, s in facts.items())
        history = self.root.entries.get("history")
        if self._span(self.root).flow or (isinstance(history, Sequence) and self._span(history).flow):
            act = f"{{on: {on}, title: {title}, facts: {{{said}}}}}"
            if isinstance(history, Sequence):
                return self._into(history, act, bool(history.items))
            return self._insert(self.root, "history", f"[{act}]")
        nested = isinstance(history, Sequence) and bool(history.items)
        edge = history.at.column - 1 if nested and history else self.root.at.column - 1 + _STEP
        inner = " " * (edge + _STEP)
        lines = [f"{' ' * edge}- on: {on}", f"{inner}title: {title}", f"{inner}facts:"]
        lines += [f"{inner}  {path}: {statement_text(said)}" for path, said in facts.items()]
        if not nested:
            lines.insert(0, f"{' ' * (self.root.at.column - 1)}history:")
        return self._append(history if nested and history else self.root, lines)

    def member(self, list_: str, id_: str, title: str) -> str:
        """Append a member to a list, or begin one."""
        members, words = self.root.entries.get(list_), f"{{id: {id_}, {title}}}"
        if not isinstance(members, Sequence):
            return self._first_member(list_, words)
        if not members.items:
            return self._into(members, words, False)
        if not self._span(members).flow:
            return self._append(members, [f"{' ' * (members.at.column - 1)}- {words}"])
        end = self._end(members.items[-1], 0)
        return f"{self.bom}{self.text[:end]}, {words}{self.text[end:]}"

    def currency(self, words: str) -> str:
        """Name the currency behind the day of the case."""
        if self._span(self.root).flow:
            return self._insert(self.root, "currency", words)
        line = f"{' ' * (self.root.at.column - 1)}currency: {words}"
        return self._append(self.root.entries["as_of"], [line], self._key(self.root, "as_of"))

    def day(self, day: date) -> str:
        """Say on which day the case stands."""
        return self._replace(self.root, "as_of", str(day))

    def _member(self, member: tuple[str, str], path: str) -> Mapping:
        """Find a member where the case begins, or else in the first act that brings it up."""
        list_, id_ = member
        history = self.root.entries.get("history")
        for part in (self.root, *(history.items if isinstance(history, Sequence) else ())):
            members = part.entries.get(list_) if isinstance(part, Mapping) else None
            for number, found in enumerate(members.items if isinstance(members, Sequence) else (), start=1):
                if isinstance(found, Mapping) and id_of(found, path, number) == id_:
                    return found
        raise KeyError(id_)

    def _first_fact(self, path: str, words: str) -> str:
        """Begin the facts of a case that states none yet."""
        if self._span(self.root).flow:
            return self._insert(self.root, "facts", f"{{{path}: {words}}}")
        edge = " " * (self.root.at.column - 1)
        return self._before(_LISTS, [f"{edge}facts:", f"{edge}{' ' * _STEP}{path}: {words}"])

    def _before(self, later_keys: tuple[str, ...], lines: list[str]) -> str:
        """Write a key of the case before those that stand after it by custom."""
        keys = list(self.root.entries)
        later = next((i for i, key in enumerate(keys) if key.removesuffix("_complete") in later_keys), len(keys))
        if later == 0:
            return self._put(self._line_start(self.spans[_place(self.root)].start), lines, before=True)
        return self._append(self.root.entries[keys[later - 1]], lines, self._key(self.root, keys[later - 1]))

    def _first_member(self, list_: str, words: str) -> str:
        """Begin a list, which then is not complete."""
        complete = f"{list_}_complete"
        said = {} if complete in self.root.entries else {complete: "no"}
        if self._span(self.root).flow:
            return self._into(self.root, ", ".join(f"{k}: {v}" for k, v in {list_: f"[{words}]", **said}.items()), True)
        edge = " " * (self.root.at.column - 1)
        lines = [f"{edge}{list_}:", f"{edge}{' ' * _STEP}- {words}", *(f"{edge}{k}: {v}" for k, v in said.items())]
        return self._before(_LATER, lines)

    def _insert(self, into: Mapping, key: str, words: str) -> str:
        """Add a key to a mapping, behind its last one; in brackets, before its first."""
        if self._span(into).flow:
            return self._into(into, f"{key}: {words}", bool(into.entries))
        return self._append(into, [f"{' ' * (into.at.column - 1)}{key}: {words}"])

    def _into(self, node: Node, words: str, more: bool) -> str:
        """Write behind the opening bracket."""
        start = self._span(node).start + 1
        return self.bom + self.text[:start] + words + (", " if more else "") + self.text[start:]

    def _replace(self, into: Mapping, key: str, words: str) -> str:
        """Put other words where a value stands."""
        node = into.entries[key]
        start, end = self._key(into, key).end, self._end(node, into.at.column - 1)
        return f"{self.bom}{self.text[:start]}: {words}{self.text[end:]}"

    def _append(self, node: Node, lines: list[str], key: Span | None = None) -> str:
        """Write lines under the line on which a node ends."""
        end = max(self._end(node, self.root.at.column - 1), key.end if key else 0)
        found = _LINE_END.search(self.text, end)
        return self._put(found.end() if found else len(self.text), lines)

    def _put(self, at: int, lines: list[str], before: bool = False) -> str:
        first = "" if before or at == 0 or _LINE_END.match(self.text, at - 1) else self.newline
        block = "".join(f"{line}{self.newline}" for line in lines)
        return self.bom + self.text[:at] + first + block + self.text[at:]

    def _line_start(self, index: int) -> int:
        return max((found.end() for found in _LINE_END.finditer(self.text, 0, index)), default=0)

    def _end(self, node: Node, edge: int) -> int:
        """Say where a node ends, without the comments and empty lines that follow; `edge`: how far its key is in."""
        span = self._span(node)
        if span.flow:
            return span.end
        if isinstance(node, Mapping) and node.entries:
            key = list(node.entries)[-1]
            return max(self._key(node, key).end, self._end(node.entries[key], node.at.column - 1))
        if isinstance(node, Sequence) and node.items:
            return max(self._span(node.items[-1]).start, self._end(node.items[-1], node.at.column - 1))
        if self.text[span.start : span.start + 1] not in ("|", ">"):
            return span.end
        lines = self.text[span.start : span.end].splitlines(keepends=True)
        while len(lines) > 1 and len(lines[-1]) - len(lines[-1].lstrip(" ")) <= edge:
            lines.pop()
        return span.start + len("".join(lines).rstrip("\r\n"))

    def _span(self, node: Node) -> Span:
        return self.spans[_place(node)]

    def _key(self, mapping: Mapping, key: str) -> Span:
        at = mapping.key_at[key]
        return self.spans[Scalar, at.line, at.column]


def _place(node: Node) -> tuple[type, int, int]:
    return type(node), node.at.line, node.at.column


def _entry(facts: Mapping, path: str) -> tuple[Mapping, str] | None:
    group, _, name = path.partition(".")
    inner = facts.entries.get(group)
    if path in facts.entries:
        return facts, path
    return (inner, name) if isinstance(inner, Mapping) and name in inner.entries else None
