"""The `when` of a rule: nested all, either, not, quantifiers and tests."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from advisor import model, rulebase
from advisor.load.reader import Reader, shorten
from advisor.load.values import typed_value
from advisor.model import CASE, GRADES, Condition, Fact, Operator, Value
from advisor.problems import nearest
from advisor.yamlfile import Mapping, Node, Scalar, walk

MAX_COUNTED = 20
MAX_CONDITIONS = 220
"""Of a rule, groups and what is compared included: more columns than that fit into no shard of the engine."""
_OPERATORS = ("is", "in", "at_least", "above", "at_most", "below")
_KNOWLEDGE = ("known", "unknown", "stale", "contradicted", "evidence")
_QUANTIFIERS = ("any", "every", "none")
_HEADS = ("all", "either", "of", "not", "fact", "finding", *_QUANTIFIERS, *_KNOWLEDGE)


class ConditionReader:
    """Reads conditions against the dictionary; every name that it meets must be declared."""

    def __init__(
        self,
        reader: Reader,
        facts: dict[str, Fact],
        lists: dict[str, rulebase.ListDecl],
        settings: dict[str, model.Setting],
        findings: Collection[str],
    ) -> None:
        self.reader = reader
        self.facts = facts
        self.lists = lists
        self.settings = settings
        self.findings = findings

    def whole(self, node: Node, scope: str) -> Condition:
        """Read the condition of a rule, of bounded size."""
        count = sum(isinstance(inner, Mapping) for inner in walk(node))
        if count > MAX_CONDITIONS:
            message = f"{count} conditions in one rule; at most {MAX_CONDITIONS}, so let findings gather them"
            self.reader.bad(node.at, "too-many-conditions", message)
            return model.All(())
        return self.read(node, scope)

    def read(self, node: Node, scope: str) -> Condition:
        """Read one condition; `scope` is the list whose member is being judged, or CASE."""
        if not isinstance(node, Mapping):
            self.reader.bad(node.at, "not-a-condition", f"a condition starts with one of {', '.join(_HEADS)}")
            return model.All(())
        heads = [k for k in node.entries if k in _HEADS]
        if len(heads) != 1:
            first = next(iter(node.entries), "")
            hint = nearest(first, _HEADS) if not heads else ""
            said = "mixes " + ", ".join(heads) if heads else "has none"
            self.reader.bad(
                node.at, "not-a-condition", f"a condition has exactly one of {', '.join(_HEADS)}; this one {said}{hint}"
            )
            return model.All(())
        return self._read_head(heads[0], node, scope)

    def _read_head(self, head: str, node: Mapping, scope: str) -> Condition:
        if head in ("all", "either"):
            self.reader.mapping(node, f'"{head}"', (head,))
            parts = tuple(self.read(n, scope) for n in self.reader.sequence(node.entries[head], f'"{head}"'))
            if not parts:
                self.reader.bad(node.at, "empty-condition", f'"{head}" holds no condition')
            return model.All(parts) if head == "all" else model.Either(parts)
        if head == "of":
            return self._count(node, scope)
        if head == "not":
            self.reader.mapping(node, '"not"', ("not",))
            return model.Not(self.read(node.entries["not"], scope))
        if head == "fact":
            return self._fact_test(node, scope)
        if head == "finding":
            self.reader.mapping(node, "a finding test", ("finding",))
            name = self.reader.choice(node.entries["finding"], self.findings, "a finding", "unknown-finding")
            return model.FindingTest(name, node.entries["finding"].at)
        if head in _QUANTIFIERS:
            return self._quantified(cast(model.Quantifier, head), node, scope)
        return self._knowledge_test(cast(model.Ask, head), node, scope)

    def _count(self, node: Mapping, scope: str) -> Condition:
        """Read `{at_least: 3, of: [...]}`; the number may be a setting."""
        self.reader.mapping(node, '"of"', ("at_least", "of"))
        parts = tuple(self.read(n, scope) for n in self.reader.sequence(node.entries["of"], '"of"'))
        need, setting = self._need(node.entries["at_least"]) if "at_least" in node.entries else (1, None)
        if len(parts) > MAX_COUNTED:
            self.reader.bad(node.at, "bad-count", f"at most {MAX_COUNTED} conditions can be counted")
            return model.All(())
        if not 1 <= need <= len(parts):
            message = f"at least {need} of {len(parts)} conditions makes no sense; name 1 to {len(parts)}"
            self.reader.bad(node.at, "bad-count", message)
            return model.All(())
        return model.Count(need, parts, setting)

    def _need(self, node: Node) -> tuple[int, str | None]:
        if not isinstance(node, Mapping):
            return self.reader.integer(node, '"at_least"', 1, 100), None
        m = self.reader.mapping(node, '"at_least"', ("setting",))
        name = self.reader.get(
            m, "setting", lambda n: self.reader.choice(n, self.settings, "a setting", "unknown-setting"), ""
        )
        return (int(self.settings[name].value), name) if name else (1, None)

    def _quantified(self, quantifier: model.Quantifier, node: Mapping, scope: str) -> Condition:
        self.reader.mapping(node, f'"{quantifier}"', (quantifier, "where"), ("as",))
        list_ = self.reader.choice(node.entries[quantifier], self.lists, "a list", "unknown-list")
        if scope != CASE:
            self.reader.bad(node.at, "nested-list", "a list cannot be asked about inside another list's member")
        where = self.read(node.entries["where"], list_) if list_ and "where" in node.entries else model.All(())
        word = self.reader.get(node, "as", lambda n: self.reader.slug(n, '"as"'), None)
        return model.Quantified(quantifier, list_, where, word, node.at)

    def _knowledge_test(self, ask: model.Ask, node: Mapping, scope: str) -> Condition:
        extra = ("at_least",) if ask == "evidence" else ()
        self.reader.mapping(node, f'"{ask}"', (ask, *extra))
        place = node.entries[ask]
        grade = None
        if extra and "at_least" in node.entries:
            grade = self.reader.choice(node.entries["at_least"], GRADES, "a grade of evidence")
        if ask in ("known", "unknown") and isinstance(place, Scalar) and place.text in self.lists:
            return model.KnowledgeTest(ask, place.text, None, place.at)
        fact = self.fact(place, scope)
        return model.KnowledgeTest(ask, fact.path if fact else "", grade, place.at)

    def fact(self, node: Node, scope: str) -> Fact | None:
        """Read the path of a fact that this scope can see."""
        path = self.reader.string(node, "a fact")
        fact = self.facts.get(path)
        if fact is None:
            if path:
                self.reader.bad(node.at, "unknown-fact", f"unknown fact {shorten(path)}{nearest(path, self.facts)}")
            return None
        if fact.scope not in (CASE, scope):
            self.reader.bad(
                node.at,
                "fact-out-of-scope",
                f'"{path}" belongs to each of the {fact.scope}; ask with any, every, none or each',
            )
            return None
        return fact

    def _fact_test(self, node: Mapping, scope: str) -> Condition:
        ops = [k for k in node.entries if k != "fact"]
        if len(ops) != 1 or ops[0] not in _OPERATORS:
            wrong = next((k for k in ops if k not in _OPERATORS), "")
            hint = nearest(wrong, _OPERATORS) if wrong else ""
            self.reader.bad(node.at, "bad-test", f"a fact is tested with exactly one of {', '.join(_OPERATORS)}{hint}")
            return model.All(())
        fact = self.fact(node.entries["fact"], scope)
        if fact is None:
            return model.All(())
        op = cast(Operator, ops[0])
        return model.FactTest(fact.path, op, self._operand(fact, op, node.entries[op], scope), node.entries["fact"].at)

    def _operand(
        self, fact: Fact, op: Operator, node: Node, scope: str
    ) -> Value | tuple[Value, ...] | model.FactRef | model.SettingRef | None:
        if fact.type == "text":
            self.reader.bad(
                node.at, "text-test", f'"{fact.path}" is free text; only known and unknown can be asked of it'
            )
            return None
        if op not in ("is", "in") and not fact.comparable:
            self.reader.bad(node.at, "not-ordered", f'"{fact.path}" has no order; test it with is or in')
            return None
        if op == "in":
            items = self.reader.sequence(node, '"in"')
            return tuple(self._value(fact, item) for item in items)
        if isinstance(node, Mapping):
            return self._reference(fact, node, scope)
        if op == "is" and isinstance(node, Scalar) and node.plain and node.text == "none":
            if fact.absent is None:
                self.reader.bad(node.at, "cannot-be-absent", f'"{fact.path}" is never none')
            return None
        return self._value(fact, node)

    def _value(self, fact: Fact, node: Node) -> Value:
        if isinstance(node, Scalar):
            return typed_value(self.reader, fact, node)
        self.reader.bad(node.at, "not-a-word", f'"{fact.path}" is compared with a single value')
        return ""

    def _reference(self, fact: Fact, node: Mapping, scope: str) -> model.FactRef | model.SettingRef | None:
        m = self.reader.mapping(node, "the other side of a comparison", optional=("fact", "setting"))
        if "fact" in m.entries:
            other = self.fact(m.entries["fact"], scope)
            if other is not None and (other.type, list(other.values)) != (fact.type, list(fact.values)):
                self.reader.bad(node.at, "not-comparable", f'"{fact.path}" and "{other.path}" are of different kinds')
            return model.FactRef(other.path) if other else None
        if "setting" in m.entries:
            name = self.reader.choice(m.entries["setting"], self.settings, "a setting", "unknown-setting")
            if fact.type not in ("int", "money"):
                self.reader.bad(node.at, "not-comparable", f'"{fact.path}" is not a number; a setting is')
            return model.SettingRef(name, self.settings[name].value) if name else None
        self.reader.bad(node.at, "bad-test", "compare with a value, {fact: path} or {setting: name}")
        return None
