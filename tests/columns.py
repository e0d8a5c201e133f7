"""Deals as tables of states, for the plan that judges columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import ibis
import pyarrow as pa

from advisor.arbitrate import Arbiter
from advisor.case import Case
from advisor.evidence import State, View
from advisor.judge import Judge
from advisor.model import CASE, Fact
from advisor.portfolio import encode
from advisor.portfolio.again import on_engine
from advisor.portfolio.layout import ROW
from advisor.portfolio.plan import Plan, plan
from advisor.portfolio.slice import Slice, bearing
from advisor.portfolio.stages import Stages
from advisor.program import Program
from advisor.rulebase import Knowledge

Row = dict[str, Any]


def sheet_of(program: Program, knowledge: Knowledge) -> Slice:
    """Return what bears on verdicts in a program."""
    return bearing(program, Arbiter(program, knowledge.order), knowledge)


class Table:
    """Views of many deals as rows of states; a table of deals, and one of the members of each list, read or not."""

    def __init__(self, sheet: Slice, views: Sequence[View], without: Collection[str] = ()) -> None:
        self.sheet = sheet
        self.without = without
        self.knowledge = sheet.knowledge
        self.rows: dict[str, list[Row]] = {CASE: [], **{name: [] for name in self._all}}
        for number, view in enumerate(views):
            given = {name + encode.GIVEN: name in view.lists for name in self._all}
            complete = {name + encode.COMPLETE: view.is_complete(name) for name in self._all}
            self.rows[CASE].append(self._row(CASE, view.states, number) | given | complete)
            for name in self._all:
                self.rows[name].extend(self._row(name, m.states, number) for m in view.lists.get(name, ()))

    @property
    def _all(self) -> Iterable[str]:
        return self.knowledge.lists

    def schema(self, scope: str) -> dict[str, str]:
        """Return the types of the columns of one table."""
        found = {ROW: "int64"}
        if scope == CASE:
            found |= {name + end: "boolean" for name in self._all for end in (encode.GIVEN, encode.COMPLETE)}
        for fact in self.knowledge.facts.values():
            if fact.scope == scope and fact.path not in self.without:
                found |= self._columns(fact)
        return found

    def _columns(self, fact: Fact) -> dict[str, str]:
        flags = [encode.NONE, encode.CONTRADICTED, encode.STALE, encode.IMPROPER, encode.SILENT]
        ends = flags if fact.absent is not None else flags[1:]
        return {
            fact.path: encode.column_type(fact),
            fact.path + encode.GRADE: "int8",
            **{fact.path + end: "boolean" for end in ends},
        }

    def _row(self, scope: str, states: Mapping[str, State], number: int) -> Row:
        row: Row = {ROW: number}
        for fact in self.knowledge.facts.values():
            if fact.scope == scope and fact.path not in self.without:
                row |= self._state(fact, states.get(fact.path, State()))
        return row

    def _state(self, fact: Fact, state: State) -> Row:
        rule = self.knowledge.evidence.quarantine
        sensitive = rule.sensitive_without_how and fact.sensitive is not None
        value: Any = state.value
        if state.known != "value":
            value = None
        elif fact.type == "enum":
            value = list(fact.values).index(str(value))
        elif fact.type == "text":
            value = True
        row = {
            fact.path: value,
            fact.path + encode.NONE: state.known == "absent",
            fact.path + encode.CONTRADICTED: state.contradicted,
            fact.path + encode.STALE: state.stale,
            fact.path + encode.GRADE: max(state.grade, 0),
            fact.path + encode.IMPROPER: any(s.how in rule.how for s in state.said),
            fact.path + encode.SILENT: sensitive and any(s.how is None and s.grade != "assumed" for s in state.said),
        }
        return {name: value for name, value in row.items() if name in self._columns(fact)}

    def plan(self) -> Plan:
        """Plan the judgement of these tables."""
        inputs = {scope: ibis.table(self.schema(scope), name=f"told_{scope}") for scope in self.rows}
        return plan(self.sheet, Stages(), inputs.pop(CASE), inputs)

    def arrow(self) -> dict[str, pa.Table]:
        """Return the tables themselves."""
        return {
            scope: pa.Table.from_pylist(rows, schema=ibis.schema(self.schema(scope)).to_pyarrow())
            for scope, rows in self.rows.items()
        }


def judged(judge: Judge, sheet: Slice, case: Case, view: View) -> Row:
    """Judge a view on the engine, as far as columns can: without trying values."""
    row, _ = on_engine(judge, sheet, case, view)
    return row


def plain(row: Row) -> Row:
    """Return a row of the result with its texts parted; only the rules that decided have an order."""
    found = {name: row[name] for name in ("verdict", "settled")}
    found |= {name: sorted(row[name].split()) for name in ("possible", "hangs_on", "stopped_by", "kept_out")}
    return {**found, "decided_by": row["decided_by"].split()}
