"""What the board's pack says of a deal, in words."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from advisor.explain.report import deal_report, report
from advisor.judge import Judge
from advisor.lines import GuardLine
from advisor.load.cases import load_case
from advisor.model import Text
from advisor.render.blocks import Bullets, Cell, Line, Page, Panel, Table, cell_text
from advisor.render.board import board, bound, briefly, piece
from advisor.render.layout import sheet
from advisor.render.layout.case import openness, reasons, verdict
from advisor.render.layout.deal import deal_page
from advisor.render.layout.pack import pack_page
from advisor.render.layout.review import review_page
from advisor.render.output import FORMATS, render
from advisor.render.terminal import console, draw
from advisor.result import CaseReport, DealReport, Review
from advisor.review import review

CASES = Path(__file__).parent.parent / "cases"
GIFT, NONE = Text("A gift is on offer.", "有人送礼。"), Text("No.", "不。")
HOLD = GuardLine("hold", "yes", GIFT, Text("law", "法"), NONE, NONE, "x.rule")


@pytest.fixture(scope="module")
def found(shipped_judge: Judge) -> Review:
    """A deal that goes on and one that ends, and an account, all reviewed."""
    names = ("spare-parts-store-equipment-maker", "quarry-conveyor-cement-group", "accounts/cement-group-eleven-works")
    return review(shipped_judge, [CASES / f"{name}.yaml" for name in names])


def pack(found: Review, lang: str = "en") -> Page:
    """Lay out a pack."""
    page = Page(lang)
    pack_page(page, found)
    return page


def lines(page: Page) -> list[str]:
    """Return the lines of a page, without those in panels."""
    return [block.text for block in page.blocks if isinstance(block, Line)]


def table(page: Page, column: str) -> Table:
    """Return the first table with a column of that name."""
    return next(block for block in page.blocks if isinstance(block, Table) and column in block.columns)


def with_guard(case: CaseReport) -> CaseReport:
    """Let counsel hold a deal, and nothing else."""
    return replace(case, compliance=(HOLD,))


def page_text(case: DealReport) -> str:
    """Draw the page of a deal as text, on lines so long that none is broken."""
    page = Page("en")
    deal_page(page, case)
    stream = StringIO()
    draw(console(stream, 5000), page.blocks)
    return stream.getvalue()


def test_each_deal_is_counted_once(found: Review) -> None:
    first = found.cases[0]
    open_, told, proven = (
        replace(first, compliance=(), settled=settled, proof=replace(first.proof, same=same))
        for settled, same in ((False, False), (True, False), (True, True))
    )
    said = lines(pack(replace(found, cases=(with_guard(first), open_, told, proven))))[0]
    assert said == (
        "Deals: 4. Stopped by compliance: 1; open: 1; settled if what we were told holds: 1; settled and proven: 1."
    )


@pytest.mark.parametrize(
    ("file", "stopped", "ends"),
    [
        ("inspection-robots-tunnel-operator.yaml", True, False),
        ("annealing-line-copper-strip.yaml", False, False),
        ("quarry-conveyor-cement-group.yaml", True, True),
        ("historic/when-to-walk-away.yaml", False, True),
    ],
)
def test_a_deal_that_goes_on_is_asked_for_within_the_limit(
    shipped_judge: Judge, file: str, stopped: bool, ends: bool
) -> None:
    deal = review(shipped_judge, [CASES / file]).cases[0]
    assert (deal.blocked, deal.sheet.closes) == (stopped, ends)
    limit = " What compliance stops does not go ahead." if stopped and not ends else ""
    assert deal.asks.en == deal.verdict.decision.en + limit
    assert page_text(deal).count(deal.asks.en) == 1


def test_a_page_of_text_is_drawn_from_what_it_shows(shipped_judge: Judge) -> None:
    case = load_case(CASES / "inspection-robots-tunnel-operator.yaml", shipped_judge.knowledge)
    judgement = shipped_judge.judge(case)
    shown, whole = deal_report(shipped_judge, judgement), report(shipped_judge, judgement)
    assert not isinstance(shown, CaseReport)
    assert {name: value for name, value in vars(whole).items() if name in vars(shown)} == vars(shown)
    assert page_text(shown) == page_text(whole)


def test_a_deal_that_ends_says_so(found: Review) -> None:
    over = next(case for case in found.cases if case.sheet.closes)
    page = Page("en")
    sheet.ends(page, replace(over.sheet, ends=()))
    assert lines(page)[0].startswith("The verdict itself ends the pursuit")


def test_what_stops_a_deal_stands_in_the_table_and_with_the_verdict(found: Review) -> None:
    deal = with_guard(found.cases[0])
    shown = table(pack(replace(found, cases=(deal,))), "Look at").rows[0][-1]
    assert cell_text(shown).startswith("HOLD for counsel: A gift is on offer.")
    page = Page("en")
    verdict(page, deal)
    panel = page.blocks[0]
    assert isinstance(panel, Panel)
    assert [line.text for line in panel.lines if line.tone == "bad"] == ["HOLD for counsel: A gift is on offer."]


def test_a_playbook_is_named_once_beside_a_reason(found: Review) -> None:
    one = next(line for case in found.cases for r in case.reasons_for for line in r.sources if line.passage)
    reason = replace(found.cases[0].reasons_for[0], sources=(one, replace(one, item=7), replace(one, item=9)))
    page = Page("en")
    reasons(page, "head.for", (reason,))
    note = next(block for block in page.blocks if isinstance(block, Bullets)).items[0].note
    assert one.playbook
    assert note.endswith(f"{one.playbook.en}, items {one.item}, 7, 9")


def test_the_same_step_with_several_people_is_one_row(found: Review) -> None:
    deal = found.cases[0]
    step = next(action for action in deal.actions)
    others = [replace(step, to=Text(who, who), why=Text(f"Because of {who}.", who)) for who in ("Ann", "Bo")]
    page = Page("en")
    sheet.plan(page, replace(deal, actions=tuple(others)))
    rows = table(page, "With whom").rows
    assert len(rows) == 1
    assert rows[0][-1] == "Ann, Bo"
    assert rows[0][1] == Cell(step.do.en, "Because of Ann. Because of Bo.")


def test_a_verdict_hangs_first_on_what_is_asked_first(found: Review) -> None:
    deal = next(case for case in found.cases if not case.settled and case.hangs_on and not case.hangs_first)
    question = replace(deal.questions[0], fact=deal.hangs_on[-1])
    said = next(iter(openness(Page("en"), replace(deal, questions=(question,))))).text
    assert said.partition("It hangs on: ")[2].startswith(deal.hangs_on[-1].label.en)


def test_an_amount_without_an_exchange_rate_is_still_named(shipped_judge: Judge, tmp_path: Path) -> None:
    text = "case: works\ntitle: Works\nas_of: 2026-05-01\ncurrency: CHF\nfacts: {opportunity.contract_value: 8500000}\n"
    (tmp_path / "works.yaml").write_text(text, encoding="utf-8")
    found = review(shipped_judge, [tmp_path / "works.yaml"])
    assert found.cases[0].sheet.place.weight is None
    assert cell_text(table(pack(found), "Look at").rows[0][1]) == "Works (8,500,000 CHF)"
    assert "As of 2026-05-01." in lines(pack(found))


def test_a_pack_of_accounts_counts_no_deals(shipped_judge: Judge) -> None:
    found = review(shipped_judge, [CASES / "accounts" / "dairy-group-five-countries.yaml"])
    assert lines(pack(found))[0] == "Accounts: 1."


def test_what_holds_is_traced_and_what_stays_undecided_is_named(found: Review) -> None:
    for case in found.cases:
        held = {step.rule for step in case.trace if step.member is None}
        assert held
        assert held.isdisjoint(case.undecided)
        assert {line.rule for line in case.candidates if line.status == "undecided"} < set(case.undecided)
        assert len(case.undecided) == len(set(case.undecided))
        page = Page("en")
        sheet.trace(page, case)
        assert str(len(case.undecided)) in lines(page)[-1]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_review_is_put_together_of_pieces_that_are_drawn_alone(found: Review, format_: str, lang: str) -> None:
    layout = partial(review_page if format_ == "text" else pack_page, review=found)
    assert "".join(board(format_, lang, found, {})) == render(format_, lang, layout, found)


@pytest.mark.parametrize("format_", ["html", "markdown", "json"])
def test_a_piece_of_a_review_is_the_same_in_any_review(found: Review, format_: str) -> None:
    pieces = [piece(format_, "en", case) for case in found.cases]
    alone = replace(found, cases=found.cases[:1], accounts=())
    assert "".join(bound(format_, "en", alone, pieces[:1], [])) == "".join(board(format_, "en", alone, {}))
    assert pickle.loads(pickle.dumps(pieces)) == pieces


@pytest.mark.parametrize("format_", ["html", "markdown", "json"])
def test_the_first_page_takes_no_more_than_it_shows(found: Review, format_: str) -> None:
    cases, accounts = ([piece(format_, "en", entry) for entry in which] for which in (found.cases, found.accounts))
    brief = replace(found, cases=tuple(map(briefly, found.cases)))
    assert "".join(bound(format_, "en", brief, cases, accounts)) == "".join(board(format_, "en", found, {}))
