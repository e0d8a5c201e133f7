"""What must not be used: improperly obtained facts stay out of inference while a public tender is live.

Whether a tender is live is a condition over facts like any other, so a fact revealed later can begin or end
the quarantine. Searches therefore change the view before the quarantine, and it is applied anew each time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from advisor import rulebase
from advisor.encode import Changes, Encoder
from advisor.evidence import View, quarantined
from advisor.model import Text, paths_read
from advisor.problems import Problems
from advisor.program import NO, UNDECIDED, YES, Tree, tree_value
from advisor.rule import Rule, Then
from advisor.rulebase import Knowledge, Playbase
from advisor.worlds import Deciders


class Quarantine:
    """Applies the declared quarantine to views."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.paths = frozenset(paths_read(knowledge.evidence.quarantine.when))

    def apply(self, view: View) -> View:
        """Return the view without what must not be used; a view that went through this before stays as it is."""
        if view.cleared or not self._matters(view):
            return view
        return quarantined(view, self.knowledge, self._live(view))

    def spare(self, view: View) -> View:
        """Return the view marked as cleared if there is nothing in it to take out, whatever else comes to be known."""
        return view if self._matters(view) else replace(view, cleared=True)

    def spares(self, changes: Changes) -> bool:
        """Tell whether changes neither begin nor end a quarantine, nor fall under one: facts as if just confirmed."""
        return all(path not in self.paths and not state.said for (_, path), state in changes.items())

    def variants(self, view: View) -> list[View]:
        """Return the views that could come to hold: all of them while it is undecided whether a tender is live."""
        if view.cleared or not self._matters(view):
            return [view]
        open_ = self._live(view, open_world=True) == UNDECIDED
        values = (NO, UNDECIDED, YES) if open_ else (self._live(view),)
        return [quarantined(view, self.knowledge, value) for value in values]

    def _matters(self, view: View) -> bool:
        """Most cases hold nothing that could be quarantined; then no condition has to be evaluated."""
        return bool(quarantined(view, self.knowledge, YES).quarantined)

    def _live(self, view: View, open_world: bool = False) -> int:
        encoder, condition = self.condition
        return tree_value(condition, encoder.encode(view, open_world).case)

    @cached_property
    def condition(self) -> tuple[Encoder, Tree]:
        """The quarantine's condition, compiled as the only rule of a rule base of its own."""
        from advisor.compile import compile_rules

        empty = Text("", "")
        when = self.knowledge.evidence.quarantine.when
        rule = Rule("quarantine", empty, "stable", when, Then(), empty, (), ())
        file = rulebase.RuleFile("quarantine", None, empty, empty, (), (rule,), (), rule.at)
        program = compile_rules(Playbase(self.knowledge, (file,)), Problems())
        assert program is not None
        return Encoder(program, Deciders(program, self.knowledge)), program.units[-1].tree
