"""The plan: from what is known of many deals to their verdicts, as queries for whatever database is asked."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from advisor.model import CASE
from advisor.portfolio.bits import Bits
from advisor.portfolio.decide import SETTLED, VERDICT, Decisions
from advisor.portfolio.encode import States
from advisor.portfolio.hooks import Hooks
from advisor.portfolio.infer import Inference
from advisor.portfolio.slice import Slice
from advisor.portfolio.stages import Stages
from advisor.portfolio.views import MATTERS, ROW, SPREAD, Views

RESULT = "result"


@dataclass(frozen=True)
class Plan:
    """Queries by name, each over those before it and over the tables that are put in; the last one is the result.

    It gives for each `row`: verdict, settled, possible, decided_by, hangs_on, stopped_by, kept_out. Several names
    stand in one text, parted by blanks.
    """

    queries: dict[str, ir.Table]
    inference: Inference


def plan(sheet: Slice, stages: Stages, deals: ir.Table, members: dict[str, ir.Table]) -> Plan:
    """Plan the judgement of deals and members whose states stand in tables."""
    views = Views(sheet, stages, deals, members)
    hooks = Hooks(sheet)
    inference = Inference(sheet, stages, views.deals, views.members, hooks)
    decisions = Decisions(sheet, stages, inference.deals, hooks)
    found = stages.beside("found", decisions.deals, views.told, ROW, _more(views), "inner")
    stages.only(RESULT, found, _written(found, sheet, decisions, hooks, views))
    return Plan(stages.pruned([RESULT]), inference)


def _more(views: Views) -> list[str]:
    tender = [name for path in views.tender for name in (path, path + ".none") if name in views.told.columns]
    return [SPREAD, MATTERS, *tender, *views.kept_out.columns]


def _written(table: ir.Table, sheet: Slice, decisions: Decisions, hooks: Hooks, views: Views) -> dict[str, ir.Value]:
    """Write numbers out as names."""
    verdicts = decisions.verdicts
    by_verdict = [
        (table[VERDICT] == verdicts.bit(name), decisions.standing.text(table, decisions.rules_of(name)))
        for name in verdicts.names
        if decisions.rules_of(name)
    ]
    none = ibis.literal("")
    return {
        ROW: table[ROW],
        VERDICT: ibis.cases(*((table[VERDICT] == verdicts.bit(name), name) for name in verdicts.names)),
        SETTLED: table[SETTLED],
        "possible": verdicts.text(table),
        "decided_by": ibis.cases(*by_verdict, else_=none) if by_verdict else none,
        "hangs_on": _hangs_on(table, sheet, hooks, views),
        "stopped_by": decisions.stops.text(table),
        "kept_out": views.kept_out.text(table),
    }


def _hangs_on(table: ir.Table, sheet: Slice, hooks: Hooks, views: Views) -> ir.StringValue:
    """An open verdict hangs on whether a tender is live, too, where that decides what may be used."""
    states = States(table, sheet.knowledge)
    bits = Bits(hooks.bits.label, hooks.bits.names)
    told = {path: table[SPREAD] & ~table[SETTLED] & ~states.known(path) for path in views.tender}
    text = ibis.literal("")
    for name in sorted({*bits.names, *told}):
        flag = bits.has(table, name) if name in bits.names else ibis.literal(False)
        flag = flag | told[name] if name in told else flag
        text = text + ibis.ifelse(flag, name + " ", "")
    return text.strip()
