"""The map of a CRM: which column of its exports gives which part of a case."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from advisor import paths, yamlfile
from advisor.crm import AboutSource, CrmMap, DateOrder, DecimalMark, FactSource, IdForm, LeftSource
from advisor.load.reader import Reader, shorten
from advisor.load.table import fold
from advisor.load.values import Unknown, fact_value
from advisor.model import CASE, Fact, Text, Value
from advisor.paths import Library
from advisor.problems import InputError, Location, Problem, Problems, nearest
from advisor.rulebase import Knowledge
from advisor.yamlfile import Mapping, Node, Sequence

GRADES = ("assumed", "told")
"""What a cell can be: somebody filled it in. It is no document, and one source confirms nothing."""
_FOLDER = "crm"
_REQUIRED = ("title", "by", "case", "facts")
_OPTIONAL = ("about", "left", "dates", "decimal")
_OWN = ("id", "id_form", "currency", "modified")


def find_map(name: str, library: Library) -> Path:
    """Return the file of a map: one of ours, or of the house, by its name, or any by its path."""
    if name.endswith(paths.YAML_SUFFIXES):
        return Path(name)
    folders = [base / _FOLDER for base in (library.house_knowledge, library.knowledge) if base is not None]
    files = {path.stem: path for folder in reversed(folders) for path in paths.yaml_files(folder)}
    if name not in files:
        allowed = ", ".join([*sorted(files), "FILE.yaml"])
        message = f"there is no map {shorten(name)}{nearest(name, files) or f'; allowed: {allowed}'}"
        raise InputError([Problem(Location("--map"), "unknown-map", message)])
    return files[name]


def load_map(path: Path, knowledge: Knowledge) -> CrmMap:
    """Read a map; raise InputError with every problem in it."""
    problems = Problems()
    node = yamlfile.read(path, paths.display(path), problems)
    found = MapReader(Reader(problems), knowledge).read(node) if node is not None else None
    problems.raise_if_any()
    if found is None:
        raise InputError([])
    return found


class MapReader:
    """Reads a map against the dictionary."""

    def __init__(self, reader: Reader, knowledge: Knowledge) -> None:
        self.reader = reader
        self.knowledge = knowledge

    def read(self, node: Node) -> CrmMap:
        """Read a whole map."""
        r = self.reader
        m = r.mapping(node, "a map", _REQUIRED, _OPTIONAL)
        by = r.get(m, "by", lambda n: r.string(n, '"by"'), "")
        case = m.entries.get("case", Mapping({}, {}, m.at))
        own = r.mapping(case, '"case"', ("title",) if "case" in m.entries else (), _OWN)
        return CrmMap(
            title=r.get(m, "title", lambda n: r.text(n, '"title"'), Text("", "")),
            id=self._columns(own, "id"),
            name=self._columns(own, "title"),
            currency=self._columns(own, "currency"),
            modified=self._columns(own, "modified"),
            about=tuple(self._about(n) for n in r.get(m, "about", lambda n: r.sequence(n, '"about"'), ())),
            facts=r.get(m, "facts", lambda n: self._facts(n, by), ()),
            left=tuple(self._left(n) for n in r.get(m, "left", lambda n: r.sequence(n, '"left"'), ())),
            dates=cast(DateOrder | None, self._one_of(m, "dates", get_args(DateOrder))),
            decimal=cast(DecimalMark | None, self._one_of(m, "decimal", get_args(DecimalMark))),
            id_form=cast(IdForm | None, self._one_of(own, "id_form", get_args(IdForm))),
        )

    def _one_of(self, m: Mapping, key: str, allowed: tuple[str, ...]) -> str | None:
        return self.reader.get(m, key, lambda n: self.reader.choice(n, allowed, f'"{key}"'), None) or None

    def _columns(self, m: Mapping, key: str = "columns") -> tuple[str, ...]:
        found = self.reader.get(m, key, lambda n: self.reader.strings(n, "a column"), ())
        if isinstance(node := m.entries.get(key), Sequence) and not node.items:
            self.reader.bad(node.at, "empty-value", f'"{key}" names no column')
        return found

    def _about(self, node: Node) -> AboutSource:
        r = self.reader
        m = r.mapping(node, 'a part of "about"', ("columns", "label"))
        return AboutSource(self._columns(m), r.get(m, "label", lambda n: r.text(n, '"label"'), Text("", "")))

    def _left(self, node: Node) -> LeftSource:
        r = self.reader
        m = r.mapping(node, 'a part of "left"', ("columns", "why"))
        return LeftSource(self._columns(m), r.get(m, "why", lambda n: r.text(n, '"why"'), Text("", "")))

    def _facts(self, node: Node, by: str) -> tuple[FactSource, ...]:
        m = self.reader.mapping(node, '"facts"', optional=None)
        found = (self._fact(path, child, m.key_at[path], by) for path, child in m.entries.items())
        return tuple(source for source in found if source is not None)

    def _fact(self, path: str, node: Node, at: Location, by: str) -> FactSource | None:
        r = self.reader
        fact = self.knowledge.facts.get(path)
        if fact is None or fact.scope != CASE:
            allowed = [p for p, f in self.knowledge.facts.items() if f.scope == CASE]
            r.bad(at, "unknown-fact", f"unknown fact {shorten(path)}{nearest(path, allowed)}")
            return None
        m = r.mapping(node, f'"{path}"', ("columns", "evidence"), ("values", "by", "how"))
        meant = r.get(m, "values", lambda n: self._meant(fact, n), {})
        values: dict[str, Value | None] = {w: v for w, v in meant.items() if not isinstance(v, Unknown)}
        return FactSource(
            path=path,
            columns=self._columns(m),
            grade=r.get(m, "evidence", lambda n: r.choice(n, GRADES, "evidence"), "told") or "told",
            by=r.get(m, "by", lambda n: r.string(n, '"by"'), by),
            how=r.get(m, "how", lambda n: r.choice(n, self.knowledge.evidence.how, "how"), None),
            values=values,
            silent=frozenset(meant.keys() - values.keys()),
        )

    def _meant(self, fact: Fact, node: Node) -> dict[str, Value | Unknown | None]:
        """Read what each word of the CRM means; capitals and blanks tell no two words apart."""
        words = self.reader.mapping(node, '"values"', optional=None)
        meant: dict[str, Value | Unknown | None] = {}
        for word, child in words.entries.items():
            if fold(word) in meant:
                message = f"{shorten(word)} stands here already, in other capitals or with other blanks"
                self.reader.bad(words.key_at[word], "duplicate-key", message)
            meant[fold(word)] = fact_value(self.reader, fact, child)
        return meant
