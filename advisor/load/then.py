"""The `then` of a rule: what it concludes."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from advisor import rule
from advisor.load.reader import Reader
from advisor.model import Text
from advisor.rulebase import Knowledge
from advisor.yamlfile import Mapping, Node

_KEYS = (
    "finding",
    "candidate",
    "classify",
    "supports",
    "opposes",
    "grave",
    "defeats",
    "approach",
    "actions",
    "ask",
    "warning",
    "guard",
)


class ThenReader:
    """Reads conclusions against the knowledge and the names of findings and rules."""

    def __init__(
        self, reader: Reader, knowledge: Knowledge, findings: Collection[str], rule_ids: Collection[str]
    ) -> None:
        self.reader = reader
        self.knowledge = knowledge
        self.findings = findings
        self.rule_ids = rule_ids

    def read(self, node: Node) -> rule.Then:
        """Read everything that a rule concludes."""
        r = self.reader
        m = r.mapping(node, '"then"', optional=_KEYS)
        if not m.entries:
            r.bad(node.at, "empty-then", f'"then" needs at least one of {", ".join(_KEYS)}')
        verdicts = self.knowledge.verdicts
        defeats = r.get(m, "defeats", self._defeats, ())
        candidate = r.get(m, "candidate", self._candidate, None)
        return rule.Then(
            finding=r.get(m, "finding", lambda n: r.choice(n, self.findings, "a finding", "unknown-finding"), "")
            or None,
            candidate=candidate[0] if candidate else None,
            classify=r.get(m, "classify", self._classify, None),
            supports=r.get(m, "supports", lambda n: r.choices(n, verdicts, "a verdict", "unknown-verdict"), ()),
            opposes=r.get(m, "opposes", lambda n: r.choices(n, verdicts, "a verdict", "unknown-verdict"), ()),
            grave=r.get(m, "grave", lambda n: r.flag(n, '"grave"'), False),
            defeats=defeats + (candidate[1] if candidate else ()),
            approach=r.get(m, "approach", lambda n: tuple(map(self._approach, r.sequence(n, '"approach"'))), ()),
            actions=r.get(m, "actions", lambda n: tuple(map(self._action, r.sequence(n, '"actions"'))), ()),
            ask=r.get(m, "ask", self._ask, ()),
            warning=r.get(m, "warning", lambda n: r.text(n, '"warning"'), None),
            guard=r.get(m, "guard", self._guard, None),
        )

    def _text(self, m: Mapping, key: str) -> Text:
        return self.reader.get(m, key, lambda n: self.reader.text(n, f'"{key}"'), Text("", ""))

    def _ask(self, node: Node) -> tuple[str, ...]:
        return self.reader.choices(node, self.knowledge.facts, "a fact", "unknown-fact")

    def _defeats(self, node: Node) -> tuple[str, ...]:
        allowed = {*self.knowledge.verdicts, *self.rule_ids}
        return self.reader.choices(node, allowed, "what is defeated (a verdict or rule id)", "unknown-verdict")

    def _candidate(self, node: Node) -> tuple[rule.Candidate, tuple[str, ...]]:
        r = self.reader
        m = r.mapping(node, '"candidate"', ("verdict", "tier"), ("defeats",))
        verdict = r.get(
            m, "verdict", lambda n: r.choice(n, self.knowledge.verdicts, "a verdict", "unknown-verdict"), ""
        )
        tiers = [t.id for t in self.knowledge.order.tiers]
        tier = r.get(m, "tier", lambda n: r.choice(n, tiers, "a tier", "unknown-tier"), "")
        return rule.Candidate(verdict, tier, node.at), r.get(m, "defeats", self._defeats, ())

    def _classify(self, node: Node) -> rule.Classification | None:
        r, schemes = self.reader, self.knowledge.schemes
        m = r.mapping(node, '"classify"', ("scheme", "as"))
        scheme = r.get(m, "scheme", lambda n: r.choice(n, schemes, "a scheme", "unknown-scheme"), "")
        if scheme not in schemes:
            return None
        what, places = f'a place in "{scheme}"', schemes[scheme].values
        return rule.Classification(
            scheme, r.get(m, "as", lambda n: r.choice(n, places, what, "unknown-scheme"), ""), node.at
        )

    def _approach(self, node: Node) -> rule.Approach:
        r = self.reader
        m = r.mapping(node, "an approach", ("slot", "say"))
        slot = r.get(m, "slot", lambda n: r.choice(n, self.knowledge.slots, "a slot", "unknown-slot"), "")
        return rule.Approach(slot, self._text(m, "say"), node.at)

    def _action(self, node: Node) -> rule.Action:
        r, k = self.reader, self.knowledge
        m = r.mapping(node, "an action", ("do", "who", "by"), ("to", "serves"))
        return rule.Action(
            do=self._text(m, "do"),
            who=r.get(m, "who", lambda n: r.choice(n, k.our_roles, "who: one of our roles", "unknown-role"), ""),
            to=r.get(m, "to", lambda n: r.choice(n, k.their_roles, "to: one of their roles", "unknown-role"), None),
            by=r.get(m, "by", lambda n: r.choice(n, k.horizons, "by: a horizon", "unknown-horizon"), ""),
            serves=r.get(m, "serves", lambda n: r.choices(n, k.verdicts, "a verdict", "unknown-verdict"), ()),
            at=node.at,
        )

    def _guard(self, node: Node) -> rule.Guard:
        r, k = self.reader, self.knowledge
        m = r.mapping(node, '"guard"', ("level", "law", "instead"), ("only_through", "keeps_off"))
        level = r.get(m, "level", lambda n: r.choice(n, rule.GUARD_LEVELS, "level"), "note")
        return rule.Guard(
            level=cast(rule.GuardLevel, level),
            law=r.get(m, "law", lambda n: r.choice(n, k.laws, "a law", "unknown-law"), ""),
            instead=self._text(m, "instead"),
            only_through=r.get(m, "only_through", lambda n: r.choices(n, k.their_roles, "a role", "unknown-role"), ()),
            keeps_off=r.get(m, "keeps_off", lambda n: r.flag(n, '"keeps_off"'), False),
            at=node.at,
        )
