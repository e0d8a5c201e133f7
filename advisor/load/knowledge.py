"""knowledge/ and the general order, to the Knowledge model."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeVar, cast

from advisor import model, paths, rulebase
from advisor.load.conditions import ConditionReader
from advisor.load.folder import FolderReader
from advisor.load.pack import PackReader
from advisor.load.playbooks import PlaybookReader
from advisor.load.reader import Reader, shorten
from advisor.load.reference import ReferenceReader
from advisor.load.values import RESERVED
from advisor.model import CASE, GRADES, Fact, Text
from advisor.problems import Location, Problems
from advisor.yamlfile import Node

T = TypeVar("T")
_PATH = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_TYPES = ("enum", "bool", "int", "money", "date", "text")
_FACT_OPTIONAL = ("ordered", "values", "none", "stale_after", "sensitive", "our_label", "one_way", "quiet")
_FACT_REQUIRED = ("type", "label", "ask", "who", "cost", "change", "claim")


def load_knowledge(library: paths.Library, problems: Problems) -> rulebase.Knowledge:
    """Read every knowledge file; problems are added, and the result is usable only if there are none."""
    return _Loader(library, Reader(problems)).load()


class _Loader(FolderReader):
    """Reads the knowledge files one kind after the other, since facts refer to roles, lists and laws."""

    def load(self) -> rulebase.Knowledge:
        """Read everything in the order in which the files refer to one another."""
        reader, playbooks = self.reader, PlaybookReader(self.library, self.reader)
        lists = self.entries("lists.yaml", "lists", self._list)
        roles = self.file("roles.yaml", ("ours", "theirs", "stand_ins"))
        ours, theirs = (self.texts(roles, side) for side in ("ours", "theirs"))
        laws_file = self.file("law.yaml", ("disclaimer", "laws"))
        laws = self.each(laws_file, "laws", self._law)
        phases = self.entries("phases.yaml", "phases", self._phase)
        settings_file = self.file("settings.yaml", ("settings", "horizons"))
        settings = {**self.each(settings_file, "settings", self._setting), **self._house_settings()}
        facts = self._facts(lists, {**ours, **theirs}, laws)
        verdicts = self.entries("verdicts.yaml", "verdicts", lambda k, n: self._verdict(k, n, phases))
        approach = self.file("approach.yaml", ("headline", "slots"))
        references = ReferenceReader(self.library, reader, facts)
        methods = references.methods({name: decl.member for name, decl in lists.items()})
        return rulebase.Knowledge(
            facts=facts,
            lists=lists,
            verdicts=verdicts,
            phases=phases,
            our_roles=ours,
            their_roles=theirs,
            settings=settings,
            horizons=self.each(settings_file, "horizons", self._horizon),
            evidence=self._evidence(facts, settings),
            laws=laws,
            disclaimer=reader.get(laws_file, "disclaimer", lambda n: reader.text(n, "disclaimer"), Text("", "")),
            items=playbooks.items(),
            playbooks=playbooks.playbooks(),
            terms=references.terms(),
            conflicts=references.conflicts(),
            methods=methods,
            pack=PackReader(self.library, reader, facts, methods, verdicts).pack(),
            order=self._order(verdicts),
            schemes=self.folder("schemes", "schemes", lambda k, n: self._scheme(k, n, lists)),
            slots=self.each(approach, "slots", self._slot),
            stand_ins=self.each(roles, "stand_ins", lambda _, n: reader.choices(n, theirs, "a role", "unknown-role")),
            headline=reader.get(approach, "headline", lambda n: reader.choices(n, facts, "a fact", "unknown-fact"), ()),
        )

    def _scheme(self, name: str, node: Node, lists: dict[str, rulebase.ListDecl]) -> rulebase.Scheme:
        r, what = self.reader, f'scheme "{name}"'
        m = r.mapping(node, what, ("label", "about", "items", "values"))
        about = r.get(m, "about", lambda n: r.choice(n, ("account", "deal", *lists), f"{what}: about"), "deal")
        return rulebase.Scheme(
            name, self.text(m, "label"), about, self.numbers(m, "items"), self.each(m, "values", self._place), node.at
        )

    def _place(self, name: str, node: Node) -> rulebase.Place:
        m = self.reader.mapping(node, f'place "{name}"', ("label", "means"))
        return rulebase.Place(self.text(m, "label"), self.text(m, "means"))

    def _slot(self, name: str, node: Node) -> rulebase.Slot:
        r = self.reader
        m = r.mapping(node, f'slot "{name}"', ("label", "order"))
        order = r.get(m, "order", lambda n: tuple(r.slug(i, "a rule file") for i in r.sequence(n, "order")), ())
        return rulebase.Slot(name, self.text(m, "label"), order, node.at)

    def _list(self, name: str, node: Node) -> rulebase.ListDecl:
        m = self.reader.mapping(node, f'list "{name}"', ("member", "titled_by", "label"))
        words = {k: self.reader.get(m, k, lambda n: self.reader.string(n, "name"), "") for k in ("member", "titled_by")}
        return rulebase.ListDecl(name, words["member"], words["titled_by"], self.text(m, "label"))

    def _law(self, name: str, node: Node) -> rulebase.Law:
        m = self.reader.mapping(node, f'law "{name}"', ("cite", "says"))
        return rulebase.Law(name, self.text(m, "cite"), self.text(m, "says"))

    def _phase(self, name: str, node: Node) -> rulebase.Phase:
        m = self.reader.mapping(node, f'phase "{name}"', ("label", "meaning", "finding"))
        finding = self.reader.get(m, "finding", lambda n: self.reader.slug(n, "a finding"), "")
        return rulebase.Phase(name, self.text(m, "label"), self.text(m, "meaning"), finding)

    def _setting(self, name: str, node: Node) -> model.Setting:
        m = self.reader.mapping(node, f'setting "{name}"', ("value", "label", "why"))
        value = self.reader.number(m.entries["value"], f'"{name}"') if "value" in m.entries else Decimal(0)
        return model.Setting(name, value, self.text(m, "label"), self.text(m, "why"))

    def _house_settings(self) -> dict[str, model.Setting]:
        """A house may set its own thresholds in knowledge/settings.yaml of its folder."""
        house = self.library.house_knowledge
        path = house / "settings.yaml" if house else None
        node = self.read_file(path, path.parent) if path and path.is_file() else None
        if node is None:
            return {}
        return self.each(self.reader.mapping(node, "settings.yaml", ("settings",)), "settings", self._setting)

    def _horizon(self, name: str, node: Node) -> rulebase.Horizon:
        m = self.reader.mapping(node, f'horizon "{name}"', ("days", "label"))
        days = self.reader.get(m, "days", lambda n: self.reader.integer(n, '"days"', 0, 3650), 0)
        return rulebase.Horizon(name, days, self.text(m, "label"))

    def _verdict(self, name: str, node: Node, phases: dict[str, rulebase.Phase]) -> rulebase.Verdict:
        r = self.reader
        m = r.mapping(node, f'verdict "{name}"', ("label", "meaning", "decision", "phases"), ("closes", "holds_back"))
        closes = r.get(m, "closes", lambda n: r.flag(n, '"closes"'), False)
        return rulebase.Verdict(
            id=name,
            label=self.text(m, "label"),
            meaning=self.text(m, "meaning"),
            decision=self.text(m, "decision"),
            phases=r.get(m, "phases", lambda n: r.choices(n, phases, "a phase"), ()),
            closes=closes,
            holds_back=r.get(m, "holds_back", lambda n: r.flag(n, '"holds_back"'), False) or closes,
        )

    def _facts(
        self, lists: dict[str, rulebase.ListDecl], roles: dict[str, Text], laws: dict[str, rulebase.Law]
    ) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for node in self.nodes("facts"):
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

    def _fact(
        self,
        path: str,
        node: Node,
        at: Location,
        lists: dict[str, rulebase.ListDecl],
        roles: dict[str, Text],
        laws: dict[str, rulebase.Law],
    ) -> Fact:
        r, what = self.reader, f'fact "{path}"'
        m = r.mapping(node, what, _FACT_REQUIRED, _FACT_OPTIONAL)
        type_ = r.get(m, "type", lambda n: r.choice(n, _TYPES, f"{what}: type"), "text")
        values = self.texts(m, "values")
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
            label=self.text(m, "label"),
            ask=self.text(m, "ask"),
            who=r.get(m, "who", lambda n: r.choices(n, roles, f"{what}: a role"), ()),
            cost=r.get(m, "cost", lambda n: r.integer(n, f"{what}: cost", 1, 3), 1),
            change=cast(
                model.Change, r.get(m, "change", lambda n: r.choice(n, ("ours", "theirs", "given"), "change"), "given")
            ),
            claim=r.get(m, "claim", lambda n: r.flag(n, f"{what}: claim"), False),
            values=values,
            ordered=r.get(m, "ordered", lambda n: r.flag(n, f"{what}: ordered"), False),
            absent=self.optional_text(m, "none"),
            stale_after=r.get(m, "stale_after", lambda n: r.integer(n, f"{what}: stale_after", 1, 3650), None),
            incident="quiet" in m.entries,
            quiet=r.get(m, "quiet", lambda n: self._quiet(n, what, type_, values), None),
            one_way=r.get(m, "one_way", lambda n: r.flag(n, f"{what}: one_way"), False),
            our_label=r.get(m, "our_label", lambda n: r.flag(n, f"{what}: our_label"), False),
            sensitive=r.get(m, "sensitive", lambda n: r.choice(n, laws, f"{what}: sensitive"), None),
            at=at,
        )

    def _quiet(self, node: Node, what: str, type_: str, values: dict[str, Text]) -> model.Value | None:
        allowed = ("no",) if type_ == "bool" else ("none", *values)
        word = self.reader.choice(node, allowed, f"{what}: quiet")
        return False if type_ == "bool" else None if word == "none" else word

    def _evidence(self, facts: dict[str, Fact], settings: dict[str, model.Setting]) -> rulebase.Evidence:
        m = self.file("evidence.yaml", ("grades", "how", "quarantine"))
        grades = self.texts(m, "grades")
        if m.entries and tuple(grades) != GRADES:
            self.reader.bad(m.at, "bad-grades", f"grades must be exactly {', '.join(GRADES)}, in this order")
        how = self.each(m, "how", lambda k, n: rulebase.How(k, self.reader.text(n, f'"{k}"')))
        q = self.inner(m, "quarantine", ("when", "how", "sensitive_without_how"))
        conditions = ConditionReader(self.reader, facts, {}, settings, {})
        when = conditions.read(q.entries["when"], CASE) if "when" in q.entries else model.All(())
        return rulebase.Evidence(
            grades,
            how,
            rulebase.Quarantine(
                when,
                self.reader.get(q, "how", lambda n: self.reader.choices(n, how, "how"), ()),
                self.reader.get(
                    q, "sensitive_without_how", lambda n: self.reader.flag(n, "sensitive_without_how"), False
                ),
            ),
        )

    def _order(self, verdicts: dict[str, rulebase.Verdict]) -> rulebase.Order:
        path = self.library.rules / "verdicts" / "order.yaml"
        node = self.read_file(path, self.library.rules)
        if node is None:
            return rulebase.Order((), ())
        m = self.reader.mapping(node, "the order", ("tiers", "order"))
        tiers = []
        for entry in self.reader.get(m, "tiers", lambda n: self.reader.sequence(n, '"tiers"'), ()):
            t = self.reader.mapping(entry, "a tier", ("id", "label", "why"))
            id_ = self.reader.get(t, "id", lambda n: self.reader.slug(n, "id"), "")
            tiers.append(rulebase.Tier(id_, self.text(t, "label"), self.text(t, "why")))
        order = self.reader.get(m, "order", lambda n: self.reader.choices(n, verdicts, "a verdict"), ())
        for verdict in verdicts:
            if verdict not in order:
                self.reader.bad(m.at, "order-incomplete", f'the order leaves out the verdict "{verdict}"')
        return rulebase.Order(tuple(tiers), order)
