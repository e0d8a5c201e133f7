"""rules/**/*.yaml to the rules model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from advisor import model, paths, rulebase, yamlfile
from advisor.load.conditions import ConditionReader
from advisor.load.reader import Reader, shorten
from advisor.load.then import ThenReader
from advisor.model import CASE, Text
from advisor.problems import Problems, nearest
from advisor.rule import Example, Outcome, Rule, Source, Status, Then
from advisor.rulebase import Knowledge
from advisor.yamlfile import Mapping, Node, Sequence

_FILE_REQUIRED = ("id", "title", "idea", "source", "rules")
_FILE_OPTIONAL = ("item", "findings")
_RULE_REQUIRED = ("id", "title", "status", "when", "then", "because", "examples")
_RULE_OPTIONAL = ("each", "source")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ORDER_FILE = "order.yaml"


def placeholders(text: str) -> list[str]:
    """Return what stands in braces, in order."""
    return _PLACEHOLDER.findall(text)


@dataclass(frozen=True)
class _Raw:
    """A rule file whose ids are known but whose rules are not read yet."""

    id: str
    path: Path
    name: str
    node: Mapping


def load_rules(library: paths.Library, knowledge: Knowledge, problems: Problems) -> tuple[rulebase.RuleFile, ...]:
    """Read every rule file, sorted by path; a house file with the id of a shipped one replaces it."""
    reader = Reader(problems)
    raws = _raw_files(library, reader)
    findings = {f.id for raw in raws for f in _findings(reader, raw)}
    conditions = ConditionReader(reader, knowledge.facts, knowledge.lists, knowledge.settings, findings)
    names = _rule_ids(raws)
    return tuple(_FileReader(reader, knowledge, conditions, names, raw).read() for raw in raws)


def _raw_files(library: paths.Library, reader: Reader) -> list[_Raw]:
    by_id: dict[str, _Raw] = {}
    for base in (library.rules, library.house_rules):
        if base is None:
            continue
        house_ids: dict[str, str] = {}
        for path in paths.yaml_files(base):
            if path.name == ORDER_FILE or library.house_knowledge in path.parents:
                continue
            raw = _raw_file(reader, path, paths.display(path, base))
            if raw is None:
                continue
            if raw.id in house_ids:
                message = f'the file id "{raw.id}" stands in {house_ids[raw.id]} too'
                reader.bad(raw.node.at, "duplicate-id", message)
            house_ids[raw.id] = raw.name
            by_id[raw.id] = raw
    return sorted(by_id.values(), key=lambda raw: raw.name)


def _raw_file(reader: Reader, path: Path, name: str) -> _Raw | None:
    node = yamlfile.read(path, name, reader.problems)
    if node is None:
        return None
    mapping = reader.mapping(node, "a rule file", _FILE_REQUIRED, _FILE_OPTIONAL)
    id_ = reader.get(mapping, "id", lambda n: reader.slug(n, "id"), "")
    if id_ and re.sub(r"^\d{3}-", "", path.stem) != id_:
        reader.bad(
            mapping.entries["id"].at, "file-name", f'the file of "{id_}" must be named {id_}.yaml or NNN-{id_}.yaml'
        )
    return _Raw(id_, path, name, mapping) if id_ else None


def _findings(reader: Reader, raw: _Raw) -> tuple[rulebase.Finding, ...]:
    node = raw.node.entries.get("findings")
    if node is None:
        return ()
    entries = reader.mapping(node, '"findings"', optional=None)
    return tuple(rulebase.Finding(name, Text("", ""), entries.key_at[name]) for name in entries.entries)


def _rule_ids(raws: list[_Raw]) -> set[str]:
    ids = set()
    for raw in raws:
        rules = raw.node.entries.get("rules")
        for node in rules.items if isinstance(rules, Sequence) else ():
            if isinstance(node, Mapping) and isinstance(node.entries.get("id"), yamlfile.Scalar):
                ids.add(f"{raw.id}/{cast(yamlfile.Scalar, node.entries['id']).text}")
    return ids


class _FileReader:
    """Reads one rule file."""

    def __init__(
        self, reader: Reader, knowledge: Knowledge, conditions: ConditionReader, rule_ids: set[str], raw: _Raw
    ) -> None:
        self.reader = reader
        self.knowledge = knowledge
        self.conditions = conditions
        self.then = ThenReader(reader, knowledge, conditions.findings, rule_ids)
        self.raw = raw

    def read(self) -> rulebase.RuleFile:
        """Read the file's head, findings and rules."""
        r, m = self.reader, self.raw.node
        item = r.get(m, "item", lambda n: r.integer(n, "item", 1, 999), None)
        if item is not None and item not in self.knowledge.items:
            r.bad(m.entries["item"].at, "unknown-item", f"there is no item {item} in knowledge/items.yaml")
        elif item is not None and self.knowledge.items[item].slug != self.raw.id:
            slug = self.knowledge.items[item].slug
            r.bad(m.entries["item"].at, "item-slug", f'item {item} is "{slug}", so the file\'s id must be "{slug}"')
        source = r.get(m, "source", self._sources, ())
        nodes = r.get(m, "rules", lambda n: r.sequence(n, '"rules"'), ())
        return rulebase.RuleFile(
            id=self.raw.id,
            item=item,
            title=self._text(m, "title"),
            idea=self._text(m, "idea"),
            findings=self._findings(),
            rules=tuple(self._rule(n, item, source) for n in nodes),
            source=source,
            at=m.at,
        )

    def _text(self, m: Mapping, key: str) -> Text:
        return self.reader.get(m, key, lambda n: self.reader.text(n, f'"{key}"'), Text("", ""))

    def _findings(self) -> tuple[rulebase.Finding, ...]:
        node = self.raw.node.entries.get("findings")
        if not isinstance(node, Mapping):
            return ()
        return tuple(
            rulebase.Finding(name, self.reader.text(child, f'finding "{name}"'), node.key_at[name])
            for name, child in node.entries.items()
        )

    def _sources(self, node: Node) -> tuple[Source, ...]:
        sources = tuple(self._source(n) for n in self.reader.sequence(node, '"source"'))
        if not sources:
            self.reader.bad(node.at, "missing-source", "name a passage, or ours with the reason")
        return sources

    def _source(self, node: Node) -> Source:
        r = self.reader
        m = r.mapping(node, "a source", optional=("passage", "quote", "ours"))
        if ("passage" in m.entries) == ("ours" in m.entries):
            r.bad(node.at, "missing-source", "a source is either a passage or ours with the reason")
        if "ours" in m.entries:
            return Source(None, None, self._text(m, "ours"), node.at)
        id_ = r.get(m, "passage", lambda n: r.string(n, "a passage"), "")
        passage = self.knowledge.passage(id_)
        known = {p.id for b in self.knowledge.playbooks.values() for p in b.passages.values()}
        if id_ and passage is None:
            r.bad(m.entries["passage"].at, "unknown-passage", f"unknown passage {shorten(id_)}{nearest(id_, known)}")
        quote = r.get(m, "quote", lambda n: r.string(n, "a quote"), None)
        if quote and passage and not any(quote in locator for locator in passage.locators):
            r.bad(
                m.entries["quote"].at, "quote-not-found", f'{shorten(quote)} does not stand in the locators of "{id_}"'
            )
        return Source(id_, quote, None, node.at)

    def _rule(self, node: Node, item: int | None, shared: tuple[Source, ...]) -> Rule:
        r = self.reader
        m = r.mapping(node, "a rule", _RULE_REQUIRED, _RULE_OPTIONAL)
        slug = r.get(m, "id", lambda n: r.slug(n, "id"), "")
        each = r.get(m, "each", lambda n: r.choice(n, self.knowledge.lists, "a list", "unknown-list"), "") or None
        when = self.conditions.whole(m.entries["when"], each or CASE) if "when" in m.entries else model.All(())
        rule = Rule(
            id=f"{self.raw.id}/{slug}",
            title=self._text(m, "title"),
            status=cast(
                Status,
                r.get(m, "status", lambda n: r.choice(n, ("draft", "stable", "deprecated"), "status"), "stable"),
            ),
            when=when,
            then=r.get(m, "then", self.then.read, Then()),
            because=self._text(m, "because"),
            source=r.get(m, "source", self._sources, shared),
            examples=r.get(m, "examples", self._examples, ()),
            item=item,
            each=each,
            at=m.key_at.get("id", m.at),
        )
        self._check_because(rule, m)
        return rule

    def _check_because(self, rule: Rule, m: Mapping) -> None:
        words = {leaf.word for leaf in model.leaves(rule.when) if isinstance(leaf, model.Quantified) and leaf.word}
        allowed = model.paths_read(rule.when) | words | ({"self"} if rule.each else set())
        allowed -= {p for p in allowed if self.knowledge.scope_of(p) not in (CASE, rule.scope) and "." in p}
        for lang in ("en", "zh"):
            for name in placeholders(rule.because.get(lang)):
                if name not in allowed:
                    message = (
                        f'"because" ({lang}) prints {{{name}}}, which "when" does not read{nearest(name, allowed)}'
                    )
                    self.reader.bad(m.entries["because"].at, "unbound-placeholder", message)
        if set(placeholders(rule.because.en)) != set(placeholders(rule.because.zh)):
            self.reader.bad(
                m.entries["because"].at, "placeholders-differ", '"because" prints other facts in en than in zh'
            )

    def _missing(self, node: Node) -> tuple[str, ...]:
        allowed = [*self.knowledge.facts, *self.knowledge.lists]
        return self.reader.choices(node, allowed, "a fact or list", "unknown-fact")

    def _examples(self, node: Node) -> tuple[Example, ...]:
        return tuple(map(self._example, self.reader.sequence(node, '"examples"')))

    def _example(self, node: Node) -> Example:
        r = self.reader
        m = r.mapping(node, "an example", ("name", "given", "expect"), ("missing",))
        expect = r.get(m, "expect", lambda n: r.choice(n, ("fires", "silent", "undecided"), "expect"), "fires")
        return Example(
            name=r.get(m, "name", lambda n: r.string(n, "name"), ""),
            given=m.entries.get("given"),
            expect=cast(Outcome, expect),
            missing=r.get(m, "missing", self._missing, ()),
            at=node.at,
        )
