"""The whole page of one deal: the argument of the case, then its people and where it stands."""

from __future__ import annotations

from advisor.render.blocks import Page
from advisor.render.layout.case import (
    ACTIONS,
    QUESTIONS,
    WARNINGS,
    actions,
    compliance,
    doubtful_facts,
    flips,
    heading,
    questions,
    reasons,
    verdict,
    warnings,
)
from advisor.render.layout.people import classes, people
from advisor.result import DealReport


def deal_page(page: Page, case: DealReport) -> None:
    """Write everything that a board reads about one deal."""
    heading(page, case)
    verdict(page, case)
    reasons(page, "head.for", case.reasons_for)
    reasons(page, "head.against", case.reasons_against)
    warnings(page, case.warnings, WARNINGS)
    doubtful_facts(page, case.contradictions, case.stale)
    flips(page, case.flips)
    actions(page, case.actions, ACTIONS)
    questions(page, case.questions[:QUESTIONS])
    people(page, case.people)
    classes(page, case.classes)
    compliance(page, case.compliance, case.quarantined)
