"""The plan: from what is known of many deals to their verdicts, as queries for whatever database is asked."""

from __future__ import annotations

from dataclasses import dataclass
from operator import or_

import ibis
import ibis.expr.types as ir

from advisor.portfolio.bits import behind_blanks, parted
from advisor.portfolio.decide import SETTLED, VERDICT, Decisions
from advisor.portfolio.encode import States
from advisor.portfolio.fold import fold
from advisor.portfolio.infer import VIEW, Inference
from advisor.portfolio.layout import ROW
from advisor.portfolio.slice import Slice
from advisor.portfolio.stages import Stages
from advisor.portfolio.views import MATTERS, SPREAD, Views

RESULT, PROBLEMS = "result", "problems"


@dataclass(frozen=True)
class Plan:
    """Queries by name, each over those before it and over the tables that are put in; the last one is the result.

    It gives for each `row`: verdict, settled, possible, decided_by, hangs_on, stopped_by, kept_out. Several names
    stand in one text, parted by blanks.
    """

    queries: dict[str, ir.Table]
    inference: Inference


def plan(
    sheet: Slice, stages: Stages, deals: ir.Table, members: dict[str, ir.Table], wrong: ir.Table | None = None
) -> Plan:
    """Plan the judgement of deals and members whose states stand in tables.

    With `wrong`, the result has also its column `problems`, and deals that have any are not judged.
    """
    views = Views(sheet, stages, deals, members)
    of_members = Inference(sheet.of_members(), stages, views.deals, views.members)
    joined = stages.beside("views", views.deals, of_members.deals, VIEW, of_members.given_back())
    inference = Inference(sheet, stages, joined, {})
    decisions = Decisions(sheet, stages, inference.deals, of_members.members)
    found = stages.beside("found", decisions.deals, views.told, ROW, _more(views), "inner")
    if wrong is not None:
        found = stages.beside("found", found, wrong, ROW, [PROBLEMS], "inner")
    written = _written(found, sheet, decisions, views)
    if wrong is not None:
        good = found[PROBLEMS] == ""
        written = {
            name: value if name == ROW else ibis.ifelse(good, value, ibis.null(value.type()))
            for name, value in written.items()
        }
        written[PROBLEMS] = found[PROBLEMS]
    stages.only(RESULT, found, written)
    return Plan(stages.pruned([RESULT]), inference)


def _more(views: Views) -> list[str]:
    tender = [name for path in views.tender for name in (path, path + ".none") if name in views.told.columns]
    return [SPREAD, MATTERS, *tender, *views.kept_out.columns]


def _written(table: ir.Table, sheet: Slice, decisions: Decisions, views: Views) -> dict[str, ir.Value]:
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
        "hangs_on": _hangs_on(table, sheet, decisions, views),
        "stopped_by": decisions.stops.text(table),
        "kept_out": views.kept_out.text(table),
    }


def _hangs_on(table: ir.Table, sheet: Slice, decisions: Decisions, views: Views) -> ir.StringValue:
    """An open verdict hangs on whether a tender is live, too, where that decides what may be used."""
    states = States(table, sheet.knowledge)
    told = {path: table[SPREAD] & ~table[SETTLED] & ~states.known(path) for path in views.tender}
    flags = {name: [table[flag]] for name, flag in decisions.hanging.items()}
    for path, flag in told.items():
        flags.setdefault(path, []).append(flag)
    return parted(behind_blanks((fold(or_, flags[name]), name) for name in sorted(flags)))
