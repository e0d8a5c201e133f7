"""Deals as tables of states, for the plan that judges columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from advisor.arbitrate import Arbiter
from advisor.evidence import State, View
from advisor.model import CASE, Fact
from advisor.portfolio import encode
from advisor.portfolio.plan import Plan, plan
from advisor.portfolio.slice import Slice, bearing
from advisor.portfolio.stages import Stages
from advisor.portfolio.views import ROW
from advisor.program import Program
from advisor.rulebase import Knowledge

Row = dict[str, Any]


def sheet_of(program: Program, knowledge: Knowledge) -> Slice:
    """Return what bears on verdicts in a program."""
    return bearing(program, Arbiter(program, knowledge.order), knowledge)


class Table:
    """Views of many deals as rows of states; a table of deals, and one of the members of each list."""

    def __init__(self, sheet: Slice, views: Sequence[View]) -> None:
        self.sheet = sheet
        self.knowledge = sheet.knowledge
        self.rows: dict[str, list[Row]] = {CASE: [], **{name: [] for name in sheet.lists}}
        for number, view in enumerate(views):
            lists = {n: {n + encode.GIVEN: n in view.lists, n + encode.COMPLETE: view.is_complete(n)} for n in self._all}
            self.rows[CASE].append(self._row(CASE, view.states, number) | {k: v for d in lists.values() for k, v in d.items()})
            for name in sheet.lists:
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
            if fact.scope == scope:
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
            if fact.scope == scope:
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

    def put(self, connection: Any) -> None:
        """Put the tables into a database."""
        import pyarrow

        for scope, rows in self.rows.items():
            schema = ibis.schema(self.schema(scope)).to_pyarrow()
            table = pyarrow.Table.from_pylist(rows, schema=schema)
            connection.con.register(f"told_{scope}", table)


def sql(connection: Any, queries: Mapping[str, ir.Table], select: str) -> str:
    """Write queries out, with what to select of them."""
    parts = ",\n".join(f'"{name}" AS ({connection.compile(query)})' for name, query in queries.items())
    return f"WITH {parts}\n{select}"
