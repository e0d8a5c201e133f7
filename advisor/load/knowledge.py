"""knowledge/ and the general order, to the Knowledge model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeVar, cast

from advisor import model, paths, yamlfile
from advisor.load.conditions import ConditionReader
from advisor.load.reader import Reader, shorten
from advisor.load.values import RESERVED
from advisor.model import CASE, GRADES, Fact, Text
from advisor.problems import Location, Problems
from advisor.yamlfile import Mapping, Node

T = TypeVar("T")
_PATH = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_TYPES = ("enum", "bool", "int", "money", "date", "text")
_FACT_OPTIONAL = ("ordered", "values", "none", "stale_after", "sensitive")
_FACT_REQUIRED = ("type", "label", "ask", "who", "cost", "change", "claim")


def load_knowledge(library: paths.Library, problems: Problems) -> model.Knowledge:
    """Read every knowledge file; problems are added, and the result is usable only if there are none."""
    return _Loader(library, Reader(problems)).load()


class _Loader:
    """Reads the knowledge files one kind after the other, since facts refer to roles, lists and laws."""

    def __init__(self, library: paths.Library, reader: Reader) -> None:
        self.library = library
        self.reader = reader

    def load(self) -> model.Knowledge:
        """Read everything in the order in which the files refer to one another."""
        reader = self.reader
        lists = self._entries("lists.yaml", "lists", self._list)
        roles = self._file("roles.yaml", ("ours", "theirs"))
        ours, theirs = (self._texts(roles, side) for side in ("ours", "theirs"))
        laws_file = self._file("law.yaml", ("disclaimer", "laws"))
        laws = self._each(laws_file, "laws", self._law)
        phases = self._entries("phases.yaml", "phases", self._phase)
        settings_file = self._file("settings.yaml", ("settings", "horizons"))
        settings = {**self._each(settings_file, "settings", self._setting), **self._house_settings()}
        facts = self._facts(lists, {**ours, **theirs}, laws)
        verdicts = self._entries("verdicts.yaml", "verdicts", lambda k, n: self._verdict(k, n, phases))
        return model.Knowledge(
            facts=facts,
            lists=lists,
            verdicts=verdicts,
            phases=phases,
            our_roles=ours,
            their_roles=theirs,
            settings=settings,
            horizons=self._each(settings_file, "horizons", self._horizon),
            evidence=self._evidence(facts, settings),
            laws=laws,
            disclaimer=reader.get(laws_file, "disclaimer", lambda n: reader.text(n, "disclaimer"), Text("", "")),
            items=self._items(),
            playbooks=self._playbooks(),
            terms=self._entries("glossary.yaml", "terms", self._term),
            order=self._order(verdicts),
        )

    def _read(self, path: Path, base: Path) -> Node | None:
        return yamlfile.read(path, paths.display(path, base), self.reader.problems)

    def _file(self, name: str, required: tuple[str, ...]) -> Mapping:
        node = self._read(self.library.knowledge / name, self.library.knowledge)
        if node is None:
            return Mapping({}, {}, Location(name))
        return self.reader.mapping(node, name, required)

    def _inner(self, mapping: Mapping, key: str, required: tuple[str, ...]) -> Mapping:
        """Read a mapping inside another; that it is missing was said when the other was read."""
        node = mapping.entries.get(key)
        return self.reader.mapping(node, f'"{key}"', required) if node else Mapping({}, {}, mapping.at)

    def _each(self, mapping: Mapping, key: str, build: Callable[[str, Node], T]) -> dict[str, T]:
        node = mapping.entries.get(key)
        if node is None:
            return {}
        entries = self.reader.mapping(node, f'"{key}"', optional=None)
        return {name: build(name, child) for name, child in entries.entries.items()}

    def _entries(self, name: str, key: str, build: Callable[[str, Node], T]) -> dict[str, T]:
        return self._each(self._file(name, (key,)), key, build)

    def _texts(self, mapping: Mapping, key: str) -> dict[str, Text]:
        return self._each(mapping, key, lambda name, node: self.reader.text(node, f'"{name}"'))

    def _text(self, mapping: Mapping, key: str) -> Text:
        return self.reader.get(mapping, key, lambda n: self.reader.text(n, f'"{key}"'), Text("", ""))

    def _optional_text(self, mapping: Mapping, key: str) -> Text | None:
        return self._text(mapping, key) if key in mapping.entries else None

    def _list(self, name: str, node: Node) -> model.ListDecl:
        m = self.reader.mapping(node, f'list "{name}"', ("member", "titled_by", "label"))
        words = {k: self.reader.get(m, k, lambda n: self.reader.string(n, "name"), "") for k in ("member", "titled_by")}
        return model.ListDecl(name, words["member"], words["titled_by"], self._text(m, "label"))

    def _law(self, name: str, node: Node) -> model.Law:
        m = self.reader.mapping(node, f'law "{name}"', ("cite", "says"))
        return model.Law(name, self._text(m, "cite"), self._text(m, "says"))

    def _phase(self, name: str, node: Node) -> tuple[Text, Text]:
        m = self.reader.mapping(node, f'phase "{name}"', ("label", "meaning"))
        return self._text(m, "label"), self._text(m, "meaning")

    def _setting(self, name: str, node: Node) -> model.Setting:
        m = self.reader.mapping(node, f'setting "{name}"', ("value", "label", "why"))
        value = self.reader.number(m.entries["value"], f'"{name}"') if "value" in m.entries else Decimal(0)
        return model.Setting(name, value, self._text(m, "label"), self._text(m, "why"))

    def _house_settings(self) -> dict[str, model.Setting]:
        """A house may set its own thresholds in knowledge/settings.yaml of its folder."""
        house = self.library.house_knowledge
        path = house / "settings.yaml" if house else None
        node = self._read(path, path.parent) if path and path.is_file() else None
        if node is None:
            return {}
        return self._each(self.reader.mapping(node, "settings.yaml", ("settings",)), "settings", self._setting)

    def _horizon(self, name: str, node: Node) -> model.Horizon:
        m = self.reader.mapping(node, f'horizon "{name}"', ("days", "label"))
        days = self.reader.get(m, "days", lambda n: self.reader.integer(n, '"days"', 0, 3650), 0)
        return model.Horizon(name, days, self._text(m, "label"))

    def _verdict(self, name: str, node: Node, phases: dict[str, tuple[Text, Text]]) -> model.Verdict:
        m = self.reader.mapping(node, f'verdict "{name}"', ("label", "meaning", "decision", "phases"))
        chosen = self.reader.get(m, "phases", lambda n: self.reader.choices(n, phases, "a phase"), ())
        return model.Verdict(name, self._text(m, "label"), self._text(m, "meaning"), self._text(m, "decision"), chosen)

    def _term(self, name: str, node: Node) -> model.Term:
        m = self.reader.mapping(node, f'term "{name}"', ("term", "means"), ("items",))
        numbers = self.reader.get(m, "items", self._numbers, ())
        return model.Term(name, self._text(m, "term"), self._text(m, "means"), numbers)

    def _numbers(self, node: Node) -> tuple[int, ...]:
        return tuple(self.reader.integer(n, "an item", 1, 999) for n in self.reader.sequence(node, "items"))

    def _facts(
        self, lists: dict[str, model.ListDecl], roles: dict[str, Text], laws: dict[str, model.Law]
    ) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for node in self._fact_nodes():
            top = self.reader.mapping(node, "a facts file", ("facts",))
            if "facts" not in top.entries:
                continue
            entries = self.reader.mapping(top.entries["facts"], '"facts"', optional=None)
            for path, child in entries.entries.items():
                at = entries.key_at[path]
                if path in facts:
                    self.reader.bad(
                        at, "duplicate-fact", f'the fact "{path}" is declared twice (first at {facts[path].at})'
                    )
                elif not _PATH.fullmatch(path):
                    self.reader.bad(at, "bad-path", f"a fact is named group.name in lower case, not {shorten(path)}")
                else:
                    facts[path] = self._fact(path, child, at, lists, roles, laws)
        return facts

    def _fact_nodes(self) -> Iterator[Node]:
        for base in (self.library.knowledge, self.library.house_knowledge):
            if base is not None:
                for path in paths.yaml_files(base / "facts"):
                    node = self._read(path, base)
                    if node is not None:
                        yield node

    def _fact(
        self,
        path: str,
        node: Node,
        at: Location,
        lists: dict[str, model.ListDecl],
        roles: dict[str, Text],
        laws: dict[str, model.Law],
    ) -> Fact:
        r, what = self.reader, f'fact "{path}"'
        m = r.mapping(node, what, _FACT_REQUIRED, _FACT_OPTIONAL)
        type_ = r.get(m, "type", lambda n: r.choice(n, _TYPES, f"{what}: type"), "text")
        values = self._texts(m, "values")
        for word in values:
            if word in RESERVED:
                r.bad(
                    m.entries["values"].at,
                    "reserved-value",
                    f'{what}: "{word}" has a meaning of its own; use the key none',
                )
        if type_ == "enum" and not values:
            r.bad(node.at, "missing-values", f"{what} is an enum and needs values")
        prefix = path.partition(".")[0]
        return Fact(
            path=path,
            scope=next((d.name for d in lists.values() if d.member == prefix), CASE),
            type=cast(model.FactType, type_),
            label=self._text(m, "label"),
            ask=self._text(m, "ask"),
            who=r.get(m, "who", lambda n: r.choices(n, roles, f"{what}: a role"), ()),
            cost=r.get(m, "cost", lambda n: r.integer(n, f"{what}: cost", 1, 3), 1),
            change=cast(
                model.Change, r.get(m, "change", lambda n: r.choice(n, ("ours", "theirs", "given"), "change"), "given")
            ),
            claim=r.get(m, "claim", lambda n: r.flag(n, f"{what}: claim"), False),
            values=values,
            ordered=r.get(m, "ordered", lambda n: r.flag(n, f"{what}: ordered"), False),
            absent=self._optional_text(m, "none"),
            stale_after=r.get(m, "stale_after", lambda n: r.integer(n, f"{what}: stale_after", 1, 3650), None),
            sensitive=r.get(m, "sensitive", lambda n: r.choice(n, laws, f"{what}: sensitive"), None),
            at=at,
        )

    def _evidence(self, facts: dict[str, Fact], settings: dict[str, model.Setting]) -> model.Evidence:
        m = self._file("evidence.yaml", ("grades", "how", "quarantine"))
        grades = self._texts(m, "grades")
        if m.entries and tuple(grades) != GRADES:
            self.reader.bad(m.at, "bad-grades", f"grades must be exactly {', '.join(GRADES)}, in this order")
        how = self._each(m, "how", lambda k, n: model.How(k, self.reader.text(n, f'"{k}"')))
        q = self._inner(m, "quarantine", ("when", "how", "sensitive_without_how"))
        conditions = ConditionReader(self.reader, facts, {}, settings, {})
        when = conditions.read(q.entries["when"], CASE) if "when" in q.entries else model.All(())
        return model.Evidence(
            grades,
            how,
            model.Quarantine(
                when,
                self.reader.get(q, "how", lambda n: self.reader.choices(n, how, "how"), ()),
                self.reader.get(
                    q, "sensitive_without_how", lambda n: self.reader.flag(n, "sensitive_without_how"), False
                ),
            ),
        )

    def _items(self) -> dict[int, model.Item]:
        items: dict[int, model.Item] = {}
        node = self._file("items.yaml", ("items",)).entries.get("items")
        entries = self.reader.mapping(node, '"items"', optional=None) if node else Mapping({}, {}, Location(""))
        for key, child in entries.entries.items():
            if not (key.isdecimal() and len(key) <= 3):
                self.reader.bad(entries.key_at[key], "bad-id", f"an item is a number, not {shorten(key)}")
                continue
            m = self.reader.mapping(child, f"item {key}", ("slug", "title", "playbooks", "logic"), ("why",))
            items[int(key)] = model.Item(
                number=int(key),
                slug=self.reader.get(m, "slug", lambda n: self.reader.slug(n, "slug"), ""),
                title=self._text(m, "title"),
                playbooks=self.reader.get(m, "playbooks", lambda n: self.reader.strings(n, "playbooks"), ()),
                logic=self.reader.get(m, "logic", lambda n: self.reader.flag(n, "logic"), True),
                why=self._optional_text(m, "why"),
            )
        return items

    def _playbooks(self) -> dict[str, model.Playbook]:
        books: dict[str, model.Playbook] = {}
        for base in (self.library.knowledge, self.library.house_knowledge):
            for path in paths.yaml_files(base / "playbooks") if base else []:
                node = self._read(path, base or path)
                if node is not None:
                    books[path.stem] = self._playbook(path.stem, node)
        return books

    def _playbook(self, key: str, node: Node) -> model.Playbook:
        m = self.reader.mapping(node, "a playbook", ("playbook", "passages"))
        head = self._inner(m, "playbook", ("title", "state"))
        passages = self._each(m, "passages", lambda slug, n: self._passage(f"{key}/{slug}", n))
        return model.Playbook(
            key,
            self._text(head, "title"),
            self._text(head, "state"),
            {id_.partition("/")[2]: p for id_, p in ((p.id, p) for p in passages.values())},
        )

    def _passage(self, id_: str, node: Node) -> model.Passage:
        m = self.reader.mapping(node, f'passage "{id_}"', ("item", "locators", "says"), ("gap", "conflict"))
        return model.Passage(
            id=id_,
            item=self.reader.get(m, "item", lambda n: self.reader.integer(n, "item", 1, 999), 0),
            locators=self.reader.get(m, "locators", lambda n: self.reader.strings(n, "a locator"), ()),
            says=self._text(m, "says"),
            gap=self._optional_text(m, "gap"),
            conflict=self._optional_text(m, "conflict"),
        )

    def _order(self, verdicts: dict[str, model.Verdict]) -> model.Order:
        path = self.library.rules / "verdicts" / "order.yaml"
        node = self._read(path, self.library.rules)
        if node is None:
            return model.Order((), ())
        m = self.reader.mapping(node, "the order", ("tiers", "order"))
        tiers = []
        for entry in self.reader.get(m, "tiers", lambda n: self.reader.sequence(n, '"tiers"'), ()):
            t = self.reader.mapping(entry, "a tier", ("id", "label", "why"))
            id_ = self.reader.get(t, "id", lambda n: self.reader.slug(n, "id"), "")
            tiers.append(model.Tier(id_, self._text(t, "label"), self._text(t, "why")))
        order = self.reader.get(m, "order", lambda n: self.reader.choices(n, verdicts, "a verdict"), ())
        for verdict in verdicts:
            if verdict not in order:
                self.reader.bad(m.at, "order-incomplete", f'the order leaves out the verdict "{verdict}"')
        return model.Order(tuple(tiers), order)
