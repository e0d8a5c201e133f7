"""Case files as text: a new one, and statements written into one that somebody keeps.

Whatever the text holds beside the statement stays as it is, letter by letter: comments, order, quotes, folds and
blanks, in whichever style its author writes. A library that reads YAML and writes it again would lay it out anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from datetime import date
from typing import Any

from advisor import yamlfile
from advisor.case import Statement
from advisor.casetext import both, statement_text, word
from advisor.model import Text
from advisor.problems import Problems
from advisor.yamlfile import BOM, Mapping, Node, Scalar, Sequence, Span

_BEFORE = ("stakeholders", "competitors", "criteria", "commitments", "history")
"""What stands after `facts` in a case, by custom."""
_STEP = 2
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML; a file that several programs wrote may hold more than one kind."""


def new_case(
    id_: str,
    title: Text,
    as_of: date,
    facts: Map[str, Statement],
    *,
    about: Text | None = None,
    currency: str = "",
    lists: Map[str, Map[str, str]] | None = None,
) -> str:
    """Write a new case; `lists` are members by their id, each as the line that it is written in, and not complete."""
    lines = [f"case: {id_}", f"title: {both(title)}"]
    if about is not None:
        lines.append(f"about: {both(about)}")
    lines.append(f"as_of: {as_of}")
    if currency:
        lines.append(f"currency: {word(currency)}")
    if facts:
        lines += ["facts:", *(f"  {path}: {statement_text(said)}" for path, said in facts.items())]
    for name, members in (lists or {}).items():
        lines += [
            f"{name}:",
            *(f"  - {{id: {id_}, {title}}}" for id_, title in members.items()),
            f"{name}_complete: no",
        ]
    return "\n".join(lines) + "\n"


def titled(key: str, words: str) -> str:
    """Write what text calls a member of a list."""
    return f"{key}: {both(Text(words, words))}"


def add_facts(text: str, facts: Map[str, Statement]) -> str:
    """Add statements about facts of the case; a fact that the text names already stays as it is."""
    for path, said in facts.items():
        if _Editor(text).entry(path) is None:
            text = set_fact(text, path, said)
    return text


def set_fact(text: str, path: str, said: Statement | None, member: str | None = None) -> str:
    """State a fact of the case, or of the member with this id, instead of all that was said of it; None: nobody knows.

    A fact of a member goes by its name in the list: `stance`. KeyError tells that no list has such a member.
    """
    editor, words = _Editor(text), statement_text(said)
    after = editor.set(path, words) if member is None else editor.set_of(member, path, words)
    if _without(_tree(text), path, member) != _without(_tree(after), path, member):
        raise RuntimeError(f"writing {path} would change something else in the case file")
    return after


def add_act(text: str, on: date, title: Text, facts: Map[str, Statement]) -> str:
    """Add an act to the history: what was learnt after the day on which the case stands."""
    after = _Editor(text).act(on, both(title), facts)
    old, new = _tree(text), _tree(after)
    acts = new.pop("history")
    if new != {k: v for k, v in old.items() if k != "history"} or old.get("history", []) not in (acts[1:], acts[:-1]):
        raise RuntimeError("adding an act would change something else in the case file")
    return after


def add_currency(text: str, currency: str) -> str:
    """Name the currency of a case that names none."""
    after = _Editor(text).currency(word(currency))
    if {key: value for key, value in _tree(after).items() if key != "currency"} != _tree(text):
        raise RuntimeError("naming the currency would change something else in the case file")
    return after


def _tree(text: str) -> Any:
    """Read the text as plain data: every change is checked against it, since none would notice a mistake here."""
    return _bare(_Editor(text).root)


def _bare(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: _bare(child) for key, child in node.entries.items()}
    if isinstance(node, Sequence):
        return [_bare(child) for child in node.items]
    return node.text, node.plain


def _without(tree: Any, path: str, member: str | None) -> Any:
    """Leave out of a tree what may differ: the statement written, and facts that are empty but for it."""
    if member is None:
        group, _, name = path.partition(".")
        facts = {k: v for k, v in tree.get("facts", {}).items() if k != path}
        if isinstance(facts.get(group), dict):
            facts[group] = {k: v for k, v in facts[group].items() if k != name}
        return {**tree, "facts": facts}
    if isinstance(tree, list):
        return [_without(child, path, member) for child in tree]
    if not isinstance(tree, dict):
        return tree
    named = tree.get("id", ("",))[0] == member
    return {k: _without(v, path, member) for k, v in tree.items() if not (named and _is(k, path))}


def _is(key: str, name: str) -> bool:
    """Tell whether a key of a member is this fact, which may be written with the list's word before it."""
    return key == name or key.endswith(f".{name}")


class _Editor:
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

    def set_of(self, member: str, name: str, words: str) -> str:
        """State a fact of a member; raise KeyError if there is none with this id."""
        found = self._member(member)
        key = next((key for key in found.entries if _is(key, name)), None)
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

    def currency(self, words: str) -> str:
        """Name the currency behind the day of the case."""
        if self._span(self.root).flow:
            return self._insert(self.root, "currency", words)
        line = f"{' ' * (self.root.at.column - 1)}currency: {words}"
        return self._append(self.root.entries["as_of"], [line], self._key(self.root, "as_of"))

    def _member(self, id_: str) -> Mapping:
        for child in self.root.entries.values():
            for member in child.items if isinstance(child, Sequence) else ():
                said = member.entries.get("id") if isinstance(member, Mapping) else None
                if isinstance(said, Scalar) and isinstance(member, Mapping) and said.text == id_:
                    return member
        raise KeyError(id_)

    def _first_fact(self, path: str, words: str) -> str:
        """Begin the facts of a case that states none yet."""
        if self._span(self.root).flow:
            return self._insert(self.root, "facts", f"{{{path}: {words}}}")
        edge = " " * (self.root.at.column - 1)
        keys = list(self.root.entries)
        later = next((i for i, key in enumerate(keys) if key in _BEFORE or key.endswith("_complete")), len(keys))
        lines = [f"{edge}facts:", f"{edge}  {path}: {words}"]
        if later == 0:
            return self._put(self._line_start(self.spans[_place(self.root)].start), lines, before=True)
        return self._append(self.root.entries[keys[later - 1]], lines, self._key(self.root, keys[later - 1]))

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
