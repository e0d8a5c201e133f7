"""Where the case and its people stand in the schemes of the playbooks, and how to deal with each person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from advisor.evidence import MemberView
from advisor.explain.argument import Explainer, source_lines
from advisor.lines import ApproachLine, ClassLine, FactLine, PersonLine
from advisor.model import CASE
from advisor.rule import Approach, Rule
from advisor.rulebase import Slot

Holding = tuple[Rule, int]
"""A rule that is yes, with the row that it is yes for: -1 for the case, else a member's index."""


class People:
    """Collects classifications and approaches from the rules that hold."""

    def __init__(self, explainer: Explainer, holding: Sequence[Holding], barred: Callable[[MemberView], bool]) -> None:
        self.explainer = explainer
        self.barred = barred
        self.knowledge = explainer.base.knowledge
        self._holding: dict[tuple[str, int], list[Rule]] = {}
        for rule, index in holding:
            self._holding.setdefault((rule.scope, index), []).append(rule)

    def classes(self) -> tuple[ClassLine, ...]:
        """Return where the account or the deal stands, in the order of the schemes."""
        return self._classes(CASE, -1)

    def people(self) -> tuple[PersonLine, ...]:
        """Return each member whom some rule classifies or says how to approach."""
        found: list[PersonLine] = []
        for list_, members in self.explainer.wording.view.lists.items():
            for index, member in enumerate(members):
                classes, approach = self._classes(list_, index), tuple(self._approach(list_, index))
                if classes or approach:
                    facts = tuple(self._facts(member))
                    who = self.explainer.wording.member(member, list_)
                    found.append(PersonLine(member.id, who, facts, classes, approach))
        return tuple(found)

    def _rules(self, scope: str, index: int) -> Iterator[Rule]:
        """Yield the rules that hold; for somebody who is out of bounds, only those that keep us off."""
        member = self.explainer.member_view(scope, index)
        off = member is not None and self.barred(member[1])
        for rule in self._holding.get((scope, index), ()):
            keeps_off = rule.then.guard is not None and rule.then.guard.keeps_off
            if keeps_off or not off:
                yield rule

    def _classes(self, scope: str, index: int) -> tuple[ClassLine, ...]:
        order = list(self.knowledge.schemes)
        lines: dict[tuple[str, str], ClassLine] = {}
        for rule in self._rules(scope, index):
            if rule.then.classify:
                line = self._class(rule, index)
                lines.setdefault((line.scheme, line.place), line)
        return tuple(sorted(lines.values(), key=lambda line: order.index(line.scheme)))

    def _class(self, rule: Rule, index: int) -> ClassLine:
        assert rule.then.classify is not None
        scheme = self.knowledge.schemes[rule.then.classify.scheme]
        place = scheme.values[rule.then.classify.value]
        return ClassLine(
            scheme=scheme.id,
            label=scheme.label,
            about=scheme.about,
            place=rule.then.classify.value,
            place_label=place.label,
            means=place.means,
            because=self.explainer.because(rule, index),
            rule=rule.id,
            sources=source_lines(rule.source, self.knowledge),
        )

    def _approach(self, scope: str, index: int) -> Iterator[ApproachLine]:
        """Yield one line for each slot: several taxonomies on one person give one piece of advice."""
        said: dict[str, list[tuple[Rule, Approach]]] = {}
        for rule in self._rules(scope, index):
            for approach in rule.then.approach:
                said.setdefault(approach.slot, []).append((rule, approach))
        for slot in self.knowledge.slots.values():
            if slot.id in said:
                first, *others = sorted(said[slot.id], key=lambda pair: precedence(slot, pair[0]))
                yield self._line(slot, first, index, tuple(dict.fromkeys(rule.id for rule, _ in others)))

    def _line(self, slot: Slot, first: tuple[Rule, Approach], index: int, also: tuple[str, ...]) -> ApproachLine:
        rule, approach = first
        return ApproachLine(
            slot=slot.id,
            label=slot.label,
            say=approach.say,
            because=self.explainer.because(rule, index),
            rule=rule.id,
            also=also,
            sources=source_lines(rule.source, self.knowledge),
        )

    def _facts(self, member: MemberView) -> Iterator[FactLine]:
        for path in self.knowledge.headline:
            state = member.states.get(path)
            if state is not None and (state.known != "unknown" or state.contradicted):
                yield self.explainer.wording.fact((member.id, path))


def precedence(slot: Slot, rule: Rule) -> tuple[int, str]:
    """Order the rules that speak to one slot: the files that the slot names first, in its order."""
    file = rule.id.partition("/")[0]
    return slot.order.index(file) if file in slot.order else len(slot.order), rule.id
