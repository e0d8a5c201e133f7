"""Case files, and the `given` of rule examples, to the Case model."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

from advisor import paths, yamlfile
from advisor.case import Act, Case, Content, Kind, Member, Statement
from advisor.load.reader import Reader, either_of, shorten
from advisor.load.values import UNKNOWN, fact_value
from advisor.model import CASE, GRADES, Fact, Text
from advisor.problems import InputError, Location, Problems, nearest
from advisor.rulebase import Knowledge, ListDecl
from advisor.yamlfile import Mapping, Node, Sequence

EXAMPLE_DAY = date(2026, 1, 1)
"""The date of an example that states none."""

MAX_MEMBERS = 500
"""Of a list, of the acts, and of the statements about one fact: more than any deal has."""
BANNED = ("health", "religion", "family", "politics", "ethnicity", "birthday", "children", "spouse")
_REQUIRED = ("case", "title", "as_of")
_OPTIONAL = ("kind", "about", "currency", "deals", "facts", "history", "teaching")
"""`teaching` makes a case an exercise as well (load/teaching.py); no rule reads it."""
KINDS = ("deal", "account")
_STATEMENT = ("value", "evidence", "by", "on", "how")


def load_case(path: Path, knowledge: Knowledge) -> Case:
    """Read one case file; raise InputError with every problem in it."""
    problems = Problems()
    name = paths.display(path)
    return _case(yamlfile.read(path, name, problems), name, knowledge, problems)


def parse_case(text: str, name: str, knowledge: Knowledge) -> Case:
    """Read a case from its text; `name` is how problems call it. Raise InputError with every problem in it."""
    problems = Problems()
    return _case(yamlfile.parse(text, name, problems), name, knowledge, problems)


def _case(node: Node | None, name: str, knowledge: Knowledge, problems: Problems) -> Case:
    case = CaseReader(Reader(problems), knowledge).case(node, name) if node is not None else None
    problems.raise_if_any()
    if case is None:
        raise InputError([])
    return case


class CaseReader:
    """Reads case content against the dictionary."""

    def __init__(self, reader: Reader, knowledge: Knowledge) -> None:
        self.reader = reader
        self.knowledge = knowledge
        self.list_keys = [k for name in knowledge.lists for k in (name, f"{name}_complete")]

    def case(self, node: Node, name: str) -> Case:
        """Read a whole case file."""
        r = self.reader
        m = r.mapping(node, "a case", _REQUIRED, (*_OPTIONAL, *self.list_keys))
        as_of = r.get(m, "as_of", lambda n: r.day(n, '"as_of"'), EXAMPLE_DAY)
        content = self.content(m)
        self._check_dates(content, as_of)
        history = [self._act(n) for n in r.get(m, "history", lambda n: self._bounded(n, "history", "acts"), ())]
        self._check_members(content, history, m.at)
        kind = r.get(m, "kind", lambda n: r.choice(n, KINDS, '"kind"'), "deal") or "deal"
        if "deals" in m.entries and kind == "deal":
            r.bad(m.key_at["deals"], "deals-of-a-deal", 'only an account lists deals; write "kind: account"')
        return Case(
            id=r.get(m, "case", lambda n: r.slug(n, '"case"'), ""),
            title=r.get(m, "title", lambda n: r.loose_text(n, '"title"'), Text("", "")),
            about=r.get(m, "about", lambda n: r.loose_text(n, '"about"'), None),
            as_of=as_of,
            currency=r.get(m, "currency", lambda n: r.string(n, '"currency"'), ""),
            content=content,
            history=tuple(sorted(history, key=lambda act: act.on)),
            file=name,
            kind=cast(Kind, kind),
            deals=r.get(m, "deals", self._deals, ()),
        )

    def _deals(self, node: Node) -> tuple[str, ...]:
        return tuple(self.reader.slug(n, "a deal") for n in self._bounded(node, "deals", "deals"))

    def given(self, node: Node, at: Location) -> Case:
        """Read the `given` of an example: facts by path at the top level, and lists."""
        r = self.reader
        m = r.mapping(node, '"given"', optional=None)
        own = {k: v for k, v in m.entries.items() if k in (*self.list_keys, "as_of")}
        facts = {k: v for k, v in m.entries.items() if k not in own}
        content = Content(self._facts(Mapping(facts, m.key_at, m.at)), *self._lists(Mapping(own, m.key_at, m.at)))
        day = r.get(m, "as_of", lambda n: r.day(n, '"as_of"'), EXAMPLE_DAY)
        return Case("example", Text("", ""), None, day, "", content, (), at.file)

    def content(self, m: Mapping) -> Content:
        """Read facts and lists from a case or an act."""
        node = m.entries.get("facts")
        facts = self._facts(self.reader.mapping(node, '"facts"', optional=None)) if node else {}
        return Content(facts, *self._lists(m))

    def _act(self, node: Node) -> Act:
        r = self.reader
        m = r.mapping(node, "an act", ("on", "title"), ("facts", *self.list_keys))
        for member in (n for name in self.knowledge.lists for n in _items(m.entries.get(name))):
            if isinstance(member, Mapping) and "id" not in member.entries:
                r.bad(
                    member.at,
                    "missing-key",
                    'a member in an act needs the key "id": who of the case is meant, or who is new',
                )
        on = r.get(m, "on", lambda n: r.day(n, '"on"'), EXAMPLE_DAY)
        return Act(on, r.get(m, "title", lambda n: r.loose_text(n, '"title"'), Text("", "")), self.content(m))

    def _check_dates(self, content: Content, as_of: date) -> None:
        members = [m.facts for members in content.lists.values() for m in members]
        for facts in (content.facts, *members):
            for path, said in facts.items():
                for s in said:
                    if s.on is not None and s.on > as_of:
                        message = (
                            f'"{path}" was learnt on {s.on}, after the case\'s as_of ({as_of}); put it into history'
                        )
                        self.reader.bad(s.at, "after-as-of", message)

    def _check_members(self, content: Content, history: list[Act], at: Location) -> None:
        """Count members over all acts, and see that no two lists share an id: `--set` and evidence name members."""
        owners: dict[str, str] = {}
        for name, decl in self.knowledge.lists.items():
            found = {m.id: m for part in (content, *(a.content for a in history)) for m in part.lists.get(name, ())}
            if len(found) > MAX_MEMBERS:
                self.reader.bad(at, "too-many-members", f"at most {MAX_MEMBERS} {decl.name}, over all acts")
            for id_, member in found.items():
                if owners.setdefault(id_, name) != name:
                    message = f'"{id_}" is the id of one of the {owners[id_]} and of one of the {name}'
                    self.reader.bad(member.at, "duplicate-id", message)

    def _bounded(self, node: Node, what: str, of: str) -> tuple[Node, ...]:
        """Read a list of bounded length."""
        nodes = self.reader.sequence(node, f'"{what}"')
        if len(nodes) > MAX_MEMBERS:
            self.reader.bad(node.at, "too-many-members", f"at most {MAX_MEMBERS} {of}")
            return ()
        return nodes

    def _facts(self, m: Mapping) -> dict[str, tuple[Statement, ...]]:
        found: dict[str, tuple[Statement, ...]] = {}
        for key, node in m.entries.items():
            at = m.key_at[key]
            if "." not in key and key in self.knowledge.groups and isinstance(node, Mapping):
                for inner, child in node.entries.items():
                    self._fact(found, f"{key}.{inner}", child, node.key_at[inner], CASE)
            else:
                self._fact(found, key, node, at, CASE)
        return found

    def _fact(self, found: dict[str, tuple[Statement, ...]], path: str, node: Node, at: Location, scope: str) -> None:
        fact = self.knowledge.facts.get(path)
        if fact is None or fact.scope != scope:
            self._unknown_fact(path, at, scope)
        elif path in found:
            self.reader.bad(at, "duplicate-key", f'the fact "{path}" is given twice; several statements are a list')
        else:
            found[path] = self._statements(fact, node)

    def _unknown_fact(self, path: str, at: Location, scope: str) -> None:
        short = path.rpartition(".")[2]
        if short in BANNED:
            self.reader.bad(at, "banned-field", f'"{short}" is personal data that this product does not keep')
            return
        allowed = [p for p, f in self.knowledge.facts.items() if f.scope == scope]
        if scope != CASE:
            path, allowed = short, [p.partition(".")[2] for p in allowed]
        hint = nearest(path, allowed) or ("" if scope == CASE else f"; allowed: {either_of(allowed)}")
        self.reader.bad(at, "unknown-fact", f"unknown fact {shorten(path)}{hint}")

    def _statements(self, fact: Fact, node: Node) -> tuple[Statement, ...]:
        several = f"statements about {fact.path}"
        nodes = self._bounded(node, fact.path, several) if isinstance(node, Sequence) else (node,)
        said = (self._statement(fact, n) for n in nodes)
        return tuple(s for s in said if s is not None)

    def _statement(self, fact: Fact, node: Node) -> Statement | None:
        r = self.reader
        if not isinstance(node, Mapping):
            value = fact_value(r, fact, node)
            return None if value is UNKNOWN else Statement(value, at=node.at)
        m = r.mapping(node, f'"{fact.path}"', ("value",), _STATEMENT[1:])
        value = fact_value(r, fact, m.entries["value"]) if "value" in m.entries else UNKNOWN
        grade = r.get(m, "evidence", lambda n: r.choice(n, GRADES, "evidence"), "told")
        by = r.get(m, "by", lambda n: r.string(n, '"by"'), None)
        on = r.get(m, "on", lambda n: r.day(n, '"on"'), None)
        how = r.get(m, "how", lambda n: r.choice(n, self.knowledge.evidence.how, "how"), None)
        return None if value is UNKNOWN else Statement(value, grade or "told", by, on, how, node.at)

    def _lists(self, m: Mapping) -> tuple[dict[str, tuple[Member, ...]], dict[str, bool]]:
        lists: dict[str, tuple[Member, ...]] = {}
        complete: dict[str, bool] = {}
        for name, decl in self.knowledge.lists.items():
            if name in m.entries:
                lists[name] = self._members(decl, m.entries[name])
            key = f"{name}_complete"
            if key in m.entries:
                complete[name] = self.reader.flag(m.entries[key], f'"{key}"')
        return lists, complete

    def _members(self, decl: ListDecl, node: Node) -> tuple[Member, ...]:
        nodes = self._bounded(node, decl.name, decl.name)
        members: dict[str, Member] = {}
        for number, child in enumerate(nodes, start=1):
            member = self._member(decl, child, f"{decl.member}-{number}")
            if member.id in members:
                self.reader.bad(child.at, "duplicate-id", f'two {decl.name} have the id "{member.id}"')
            members[member.id] = member
        return tuple(members.values())

    def _member(self, decl: ListDecl, node: Node, default_id: str) -> Member:
        r = self.reader
        m = r.mapping(node, f"one of the {decl.name}", optional=None)
        own = ("id", "name", decl.titled_by)
        facts: dict[str, tuple[Statement, ...]] = {}
        for key, child in m.entries.items():
            if key not in own:
                path = key if key.startswith(f"{decl.member}.") else f"{decl.member}.{key}"
                self._fact(facts, path, child, m.key_at[key], decl.name)
        title = r.get(m, decl.titled_by, lambda n: r.loose_text(n, f'"{decl.titled_by}"'), None)
        named = decl.titled_by != "name"
        return Member(
            id=r.get(m, "id", lambda n: r.slug(n, '"id"'), default_id) or default_id,
            title=title,
            name=r.get(m, "name", lambda n: r.string(n, '"name"'), None) if named else None,
            facts=facts,
            at=node.at,
        )


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()
