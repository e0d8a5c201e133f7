"""One row of a table as a case, read as case files are: for the engine, and to say what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping as Map
from datetime import date
from typing import Any

from advisor.case import Case
from advisor.load.cases import CaseReader
from advisor.load.reader import Reader, is_slug
from advisor.portfolio.layout import AS_OF, COMPLETE, CURRENCY, DEAL, ENDINGS, TITLE, Layout
from advisor.problems import Location, Problem, Problems
from advisor.rulebase import Knowledge
from advisor.yamlfile import Mapping, Node, Scalar, Sequence

Record = Map[str, Any]
"""The cells of a row by column: text, or what JSON holds."""


def read_row(
    record: Record, number: int, file: str, knowledge: Knowledge, on: date | None = None
) -> tuple[Case | None, list[Problem]]:
    """Read a row as a case; None if it is none. `number` counts rows from 1; `on` is its day if it has none."""
    if on is not None and _empty(record.get(AS_OF)):
        record = {**record, AS_OF: on.isoformat()}
    problems = Problems()
    at = Location(f"{file}, row {number}")
    case = CaseReader(Reader(problems), knowledge).case(_Row(record, at, number, knowledge).node(), at.file)
    return (None if problems else case), sorted(set(problems.found))


class _Row:
    def __init__(self, record: Record, at: Location, number: int, knowledge: Knowledge) -> None:
        self.record = {name: value for name, value in record.items() if not _empty(value)}
        self.at = at
        self.number = number
        self.knowledge = knowledge
        self.layout = Layout(knowledge)

    def node(self) -> Mapping:
        """Return the row as the node of a case file."""
        deal = _text(self.record.get(DEAL, ""))
        title = _text(self.record.get(TITLE, "")) or deal or f"row {self.number}"
        found: dict[str, Node] = {
            "case": self._scalar(deal if is_slug(deal) else f"row-{self.number}"),
            "title": self._scalar(title),
        }
        for key in (AS_OF, CURRENCY):
            if key in self.record:
                found[key] = self._scalar(self.record[key])
        taken = {DEAL, TITLE, *found}
        for name in self.knowledge.lists:
            if _text(self.record.get(name, "")) not in ("", "unknown"):
                found[name] = self._members(name, self.record[name])
            if name + COMPLETE in self.record:
                found[name + COMPLETE] = self._scalar(self.record[name + COMPLETE])
            taken |= {name, name + COMPLETE}
        facts = {name: value for name, value in self.record.items() if name not in taken}
        found["facts"] = self._mapping(self._facts(facts))
        return self._mapping(found)

    def _facts(self, cells: Record) -> dict[str, Node]:
        """Put the companions of each fact beside its value."""
        found: dict[str, Node] = {}
        for name, value in cells.items():
            path, ending = _parted(name)
            if ending and path in self._paths:
                continue
            beside = {end[1:]: self._scalar(cells[name + end]) for end in ENDINGS[1:] if name + end in cells}
            scalar = self._scalar(value)
            found[name] = self._mapping({"value": scalar, **beside}) if beside else scalar
        return found

    @property
    def _paths(self) -> set[str]:
        return {*self.knowledge.facts, *(path.partition(".")[2] for path in self.knowledge.facts)}

    def _members(self, list_: str, value: Any) -> Node:
        if isinstance(value, str):
            try:
                value = json.loads(value, parse_int=str)
            except ValueError:
                return self._scalar(value)
        if not isinstance(value, list):
            return self._scalar(value)
        return Sequence(tuple(self._member(list_, one) for one in value), self.at)

    def _member(self, list_: str, value: Any) -> Node:
        if not isinstance(value, dict):
            return self._scalar(value)
        keys = self.layout.member(list_)
        cells: dict[str, Any] = {keys.get(str(key), str(key)): one for key, one in value.items() if not _empty(one)}
        own: dict[str, Node] = {}
        for key in [key for key in cells if keys.get(key) == key and "." not in key]:
            own[key] = self._scalar(cells.pop(key))
        return self._mapping({**own, **self._facts(cells)})

    def _scalar(self, value: Any) -> Scalar:
        return Scalar(_text(value), self.at)

    def _mapping(self, entries: dict[str, Node]) -> Mapping:
        return Mapping(entries, dict.fromkeys(entries, self.at), self.at)


def _parted(name: str) -> tuple[str, str]:
    """Part the name of a companion from its ending."""
    ending = next((end for end in ENDINGS[1:] if name.endswith(end)), "")
    return name.removesuffix(ending), ending


def _text(value: Any) -> str:
    """Return what JSON holds as the text of a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value).strip()


def _empty(value: Any) -> bool:
    return _text(value) == ""
