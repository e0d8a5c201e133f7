"""Trees of argument: why a conclusion holds, and why one does not (docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence import MemberView, Place
from advisor.explain.wording import Wording
from advisor.inference import Inference
from advisor.lexicon import join, say
from advisor.lines import Answer, FactLine, SourceLine
from advisor.model import (
    CASE,
    All,
    Condition,
    Count,
    Either,
    FactRef,
    FactTest,
    FindingTest,
    KnowledgeTest,
    Not,
    Quantified,
    Text,
    leaves,
)
from advisor.program import NO, UNDECIDED, YES, FindingColumn, Program, QuantifiedColumn, Unit, nth_strongest
from advisor.result import Node
from advisor.rule import Rule, Source
from advisor.rulebase import Knowledge, Playbase
from advisor.settle import Dependencies

_ANSWERS: dict[int, Answer] = {NO: "no", UNDECIDED: "undecided", YES: "yes"}
MAX_NEAREST = 3
"""How many rules a why-not shows: the nearest ones."""


def answer(value: int) -> Answer:
    """Name a value."""
    return _ANSWERS[value]


def source_lines(sources: tuple[Source, ...], knowledge: Knowledge) -> tuple[SourceLine, ...]:
    """Return the passages and reasons behind a rule."""
    return tuple(_source_line(s, knowledge) for s in sources)


def _source_line(source: Source, knowledge: Knowledge) -> SourceLine:
    passage = knowledge.passage(source.passage) if source.passage else None
    if passage is None:
        return SourceLine(None, None, None, None, source.ours or Text("", ""))
    book = knowledge.playbooks[passage.id.partition("/")[0]]
    return SourceLine(passage.id, book.title, passage.item, source.quote, passage.says)


class Explainer:
    """Explains one inference over one case; every mark comes from the values recorded while inferring."""

    def __init__(self, base: Playbase, program: Program, inference: Inference, wording: Wording) -> None:
        self.base = base
        self.program = program
        self.inference = inference
        self.wording = wording
        self.trace = Dependencies(program, base.knowledge)
        self._because: dict[tuple[str, int], Text] = {}
        self._trees: dict[tuple[int, int, bool], Node] = {}
        self.explained: dict[str, Unit] = {}
        """The rules that some tree shows, by their ids."""

    def row(self, scope: str, index: int) -> list[int]:
        """Return the columns of the case or of one member."""
        return self.inference.columns.case if scope == CASE else self.inference.columns.members[scope][index]

    def unit_value(self, unit: Unit, index: int) -> int:
        """Return a unit's value for the case or for one member."""
        if unit.scope == CASE:
            return self.inference.case[unit.number]
        return self.inference.members[unit.scope][index][unit.number]

    def member_view(self, scope: str, index: int) -> tuple[str, MemberView] | None:
        """Return the member of a row, None for the case."""
        return None if scope == CASE else (scope, self.wording.view.lists[scope][index])

    def column_name(self, column: int) -> str:
        """Name a column for the trace: the path of a fact, the id of a finding, or the list asked about."""
        means = self.program.columns[column].means
        if isinstance(means, (FactTest, KnowledgeTest)):
            return means.path
        if isinstance(means, FindingColumn):
            return means.name
        return means.list if isinstance(means, QuantifiedColumn) else "part"

    def because(self, rule: Rule, index: int) -> Text:
        """Return a rule's `because`, filled."""
        key = (rule.id, index)
        if key not in self._because:
            self._because[key] = self._filled(rule, index)
        return self._because[key]

    def _filled(self, rule: Rule, index: int) -> Text:
        words = {leaf.word: leaf for leaf in leaves(rule.when) if isinstance(leaf, Quantified) and leaf.word}

        def named(word: str) -> Text:
            leaf = words[word]
            members = self.wording.view.lists.get(leaf.list, ())
            hits = [m for i, m in enumerate(members) if self.value(leaf.where, leaf.list, i) == YES]
            return join([self.wording.member(m, leaf.list) for m in hits])

        return self.wording.template(rule.because, self.member_view(rule.scope, index), named)

    def value(self, condition: Condition, scope: str, index: int) -> int:
        """Return the value of a condition from the recorded columns."""
        if isinstance(condition, All):
            return min((self.value(p, scope, index) for p in condition.parts), default=YES)
        if isinstance(condition, Either):
            return max((self.value(p, scope, index) for p in condition.parts), default=NO)
        if isinstance(condition, Count):
            return nth_strongest([self.value(p, scope, index) for p in condition.parts], condition.need)
        if isinstance(condition, Not):
            return YES - self.value(condition.part, scope, index)
        means = FindingColumn(condition.name) if isinstance(condition, FindingTest) else condition
        return self.row(scope, index)[self.program.column(means)]

    def rule(self, unit: Unit, index: int = -1, whole: bool = False) -> Node:
        """Return the tree of a rule; only what carries it, or with `whole` every condition."""
        key = (unit.number, index, whole)
        if key not in self._trees:
            self._trees[key] = self._tree(unit, index, whole)
        return self._trees[key]

    def _tree(self, unit: Unit, index: int, whole: bool) -> Node:
        assert unit.rule is not None
        rule, value = unit.rule, self.unit_value(unit, index)
        self.explained[rule.id] = unit
        return Node(
            kind="rule",
            text=rule.title,
            answer=answer(value),
            rule=rule.id,
            because=self.because(rule, index) if value == YES else None,
            sources=source_lines(rule.source, self.base.knowledge),
            children=self._children(rule.when, rule.scope, index, whole),
        )

    def _children(self, condition: Condition, scope: str, index: int, whole: bool) -> tuple[Node, ...]:
        if isinstance(condition, All):
            return tuple(self._node(part, scope, index, whole) for part in condition.parts)
        return (self._node(condition, scope, index, whole),)

    def _node(self, condition: Condition, scope: str, index: int, whole: bool) -> Node:
        value = self.value(condition, scope, index)
        if isinstance(condition, (All, Either)):
            kept = self._carrying(condition, value, scope, index, whole)
            if len(kept) == 1:
                return self._node(kept[0], scope, index, whole)
            children = tuple(self._node(part, scope, index, whole) for part in kept)
            if isinstance(condition, All):
                return Node(kind="all", text=say("test.all"), answer=answer(value), children=children)
            return Node(kind="either", text=say("test.either"), answer=answer(value), children=children)
        if isinstance(condition, Count):
            children = tuple(self._node(part, scope, index, whole) for part in condition.parts)
            text = say("test.count", need=condition.need, all=len(condition.parts))
            return Node(kind="count", text=text, answer=answer(value), children=children)
        if isinstance(condition, Not):
            child = self._node(condition.part, scope, index, whole)
            return Node(kind="not", text=say("test.not"), answer=answer(value), children=(child,))
        if isinstance(condition, FindingTest):
            return self._finding(condition.name, scope, index, whole)
        if isinstance(condition, Quantified):
            return self._quantified(condition, value, whole)
        return self._test(condition, value, scope, index)

    def _carrying(
        self, condition: All | Either, value: int, scope: str, index: int, whole: bool
    ) -> tuple[Condition, ...]:
        """Keep the parts that make an `either` what it is; an `all` is shown in full."""
        if whole or isinstance(condition, All) or value == NO:
            return condition.parts
        return tuple(part for part in condition.parts if self.value(part, scope, index) == value)

    def _test(self, test: FactTest | KnowledgeTest, value: int, scope: str, index: int) -> Node:
        facts = self.facts_of(test, scope, index)
        return Node(
            kind="fact" if isinstance(test, FactTest) else "knowledge",
            text=self.wording.test(test),
            answer=answer(value),
            fact=facts[0] if facts else None,
            children=tuple(Node(kind="note", text=f.label, answer=answer(value), fact=f) for f in facts[1:]),
        )

    def facts_of(self, test: FactTest | KnowledgeTest, scope: str, index: int) -> list[FactLine]:
        """Return the facts that a test reads, as they stand in the case."""
        if "." not in test.path:
            return []
        paths = [test.path]
        if isinstance(test, FactTest) and isinstance(test.operand, FactRef):
            paths.append(test.operand.path)
        return [self.wording.fact(self._place(path, scope, index)) for path in paths]

    def _place(self, path: str, scope: str, index: int) -> Place:
        own = scope != CASE and self.base.knowledge.scope_of(path) == scope
        return (self.inference.columns.ids[scope][index] if own else None, path)

    def _finding(self, name: str, scope: str, index: int, whole: bool) -> Node:
        makers = self.program.makers(name)
        own = index if makers and makers[0].scope != CASE else -1
        at = scope if own >= 0 else CASE
        value = self.row(at, own)[self.program.column(FindingColumn(name))]
        shown = [u for u in makers if self.unit_value(u, own) == value] if value != NO or not whole else makers
        return Node(
            kind="finding",
            text=self.base.findings[name].label,
            answer=answer(value),
            children=tuple(self.rule(unit, own, whole) for unit in shown),
        )

    def _quantified(self, leaf: Quantified, value: int, whole: bool) -> Node:
        label = self.base.knowledge.lists[leaf.list].label
        members = self.wording.view.lists.get(leaf.list)
        children: list[Node] = []
        for index, member in enumerate(members or ()):
            mine = self.value(leaf.where, leaf.list, index)
            if whole or mine != NO:
                parts = self._children(leaf.where, leaf.list, index, whole)
                title = self.wording.member(member, leaf.list)
                children.append(Node(kind="member", text=title, answer=answer(mine), children=parts))
        if members is None:
            children.append(Node(kind="note", text=say("test.list-unknown", list=label), answer="undecided"))
        elif not self.wording.view.is_complete(leaf.list):
            children.append(Node(kind="note", text=say("test.incomplete", list=label), answer="undecided"))
        text = say(f"test.{leaf.quantifier}", list=label)
        return Node(kind="list", text=text, answer=answer(value), children=tuple(children))


def facts_in(node: Node) -> Iterator[FactLine]:
    """Yield every fact that a tree shows."""
    if node.fact is not None:
        yield node.fact
    for child in node.children:
        yield from facts_in(child)


def unmet(unit: Unit, row: list[int]) -> int:
    """Count what the nearest alternative of a rule still lacks."""
    return min(
        sum(row[lit.column] != (YES if lit.positive else NO) for lit in alternative)
        for alternative in unit.alternatives
    )
