"""What outcomes say: which deals count, shares and tests, a bad rule among good ones, and overrides."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.judge import Judge
from advisor.ledger.calibrate import Calibration, calibrate
from advisor.ledger.entry import Choice, Entry, Note
from advisor.ledger.figures import Share, Stratum, fewer, share, standing_out
from advisor.ledger.outcomes import Seen, deals
from advisor.model import Text
from advisor.render.blocks import Page, Picture
from advisor.render.layout.calibration import STEPS, calibration_page, calibration_screen
from advisor.render.layout.ledger import list_page, recorded_page
from advisor.render.output import render
from advisor.render.terminal import console, draw
from advisor.rulebase import Playbase
from tests.ledgers import DAY, advised, chained, drawn, ended

WITHDRAW, BID, PARK = Choice("withdraw", True, True), Choice("bid", False, False), Choice("park", False, True)
QUALIFY, DOUBT = Choice("qualify-first", False, True), Choice("create-doubt", False, False)
LATER = timedelta(30)


@pytest.fixture
def base(mini_judge: Judge) -> Playbase:
    return mini_judge.base


def told(base: Playbase, *notes: Note, alarm: float = 0.05) -> Calibration:
    """Calibrate notes."""
    return calibrate(chained(notes), base, alarm)


# Which advice counts, and what is seen


@pytest.mark.parametrize(
    ("notes", "seen"),
    [
        ([advised()], "pending"),
        ([advised(), ended("won")], "won"),
        ([advised(), ended("lost"), ended("won")], "won"),
        ([advised(), ended("won"), ended("open")], "pending"),
        ([advised(), ended("won"), ended("open"), ended("lost")], "lost"),
        ([advised(), ended("withdrawn")], "ended"),
        ([advised(), ended("cancelled")], "ended"),
        ([advised(decision=WITHDRAW), ended("lost")], "closed"),
        ([advised(verdict=WITHDRAW), ended("lost")], "closed"),
        ([advised(verdict=WITHDRAW), ended("withdrawn")], "closed"),
        ([advised(decision=WITHDRAW)], "closed"),
        ([advised(decision=WITHDRAW), ended("open")], "pending"),
        ([advised(verdict=WITHDRAW, decision=BID), ended("lost")], "lost"),
        ([ended("won"), advised()], "late"),
        ([advised("mill", DAY + LATER), ended("won", day=DAY)], "late"),
        ([ended("won"), advised(), ended("open"), ended("lost")], "lost"),
    ],
)
def test_what_is_seen_of_a_deal(notes: list[Note], seen: Seen) -> None:
    assert [deal.seen for deal in deals(chained(notes))] == [seen]


def test_an_outcome_without_advice_is_no_deal() -> None:
    assert deals(chained([ended("won")])) == []


def test_the_last_advice_before_the_outcome_counts_and_a_deal_counts_once() -> None:
    notes = [
        advised(decided=("a",)),
        advised(decided=("b",)),
        ended("won"),
        advised(decided=("c",)),
        ended("lost"),
    ]
    found = deals(chained(notes))
    assert [deal.advice.decided for deal in found] == [("b",)]
    assert found[0].seen == "lost"


# Figures


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [
        # By the formula of Wilson (1927), worked out by hand to four digits.
        (8, 10, (0.8, 0.4902, 0.9433)),
        (0, 10, (0.0, 0.0, 0.2775)),
        (10, 10, (1.0, 0.7225, 1.0)),
        (50, 100, (0.5, 0.4038, 0.5962)),
        (0, 0, (None, None, None)),
    ],
)
def test_shares_and_their_intervals(hits: int, n: int, expected: tuple[float | None, ...]) -> None:
    found = share(hits, n)
    assert (found.share, found.low, found.high) == expected


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(pair: tuple[int, int]) -> None:
    found = share(*pair)
    assert found.low is not None
    assert found.high is not None
    assert found.share is not None
    assert 0 <= found.low <= found.share <= found.high <= 1


def ways(strata: list[Stratum]) -> Iterator[tuple[int, ...]]:
    """Yield, for each way in which hits can fall on the deals of each stratum, how many fall on the rule's."""
    if not strata:
        yield ()
        return
    first, *rest = strata
    deals_ = [1] * (first.hits + first.other_hits)
    deals_ += [0] * (first.n + first.other_n - len(deals_))
    below = list(ways(rest))
    for mine in combinations(range(len(deals_)), first.n):
        yield from ((sum(deals_[number] for number in mine), *more) for more in below)


def stratum() -> st.SearchStrategy[Stratum]:
    return st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(
        lambda n: st.builds(Stratum, st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
    )


@given(st.lists(stratum(), min_size=1, max_size=2))
def test_the_test_counts_every_way(strata: list[Stratum]) -> None:
    counted = [sum(way) for way in ways(strata)]
    hits = sum(s.hits for s in strata)
    assert fewer(strata) == Fraction(sum(count <= hits for count in counted), len(counted))
    more = Fraction(sum(count >= hits for count in counted), len(counted))
    assert fewer([s.misses for s in strata]) == more


def test_the_tea_test() -> None:
    """Fisher's own: all eight cups told apart happens once in seventy."""
    assert fewer([Stratum(0, 4, 4, 4)]) == Fraction(1, 70)


def test_large_ledgers_are_tested_exactly_too() -> None:
    assert Fraction(0) < fewer([Stratum(200, 1000, 2000, 4000)]) < Fraction(1, 10**30)


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ([], []),
        ([1, 4], [True, True]),  # the smallest may be chance in two of 100, the next then in four
        ([4, 1], [True, True]),
        ([4, 3, 1], [False, False, True]),  # 3 in 100 among the two that are left is too much
        ([3], [True]),
        ([6], [False]),
        ([3, 3], [False, False]),
    ],
)
def test_what_stands_out_among_many(levels: list[int], found: list[bool]) -> None:
    assert standing_out([Fraction(level, 100) for level in levels], Fraction(5, 100)) == found


# A bad rule among good ones

RULES = {f"rule/{number}": 0.5 for number in range(10)}
BAD = {**RULES, "rule/bad": 0.1}
SEEDS = 100


def looked_at(entries: list[Entry], base: Playbase) -> set[str]:
    """Return the rules that are worth a look."""
    return {rule.rule for rule in calibrate(entries, base, 0.05).rules if rule.look}


def test_rules_that_are_equally_good_are_seldom_named(base: Playbase) -> None:
    """In at most five of a hundred ledgers of 200 deals any of ten rules: as it is stated."""
    alarms = sum(bool(looked_at(drawn(seed, 200, RULES), base)) for seed in range(SEEDS))
    assert alarms <= 0.05 * SEEDS


def test_verdicts_that_are_won_more_seldom_do_not_make_their_rules_suspect(base: Playbase) -> None:
    """Three verdicts with odds of 20, 50 and 80 in a hundred, and no rule worse than others with its verdict."""
    odds = {f"rule/{number}": (0.2, 0.5, 0.8)[number % 3] for number in range(9)}
    alarms = sum(bool(looked_at(drawn(seed, 200, odds, ("bid", "park", "x")), base)) for seed in range(SEEDS))
    assert alarms <= 0.05 * SEEDS


@pytest.mark.parametrize("verdicts", [("bid",), ("bid", "park", "reshape-criteria")])
def test_a_bad_rule_is_found(base: Playbase, verdicts: tuple[str, ...]) -> None:
    """Won in 10 of 100 deals where others are won in 50; it decides some 20 of 220 deals. Others are hardly named."""
    named = [looked_at(drawn(seed, 220, BAD, verdicts), base) for seed in range(SEEDS)]
    assert sum("rule/bad" in rules for rules in named) >= 0.65 * SEEDS
    assert sum(bool(rules - {"rule/bad"}) for rules in named) <= 0.05 * SEEDS


def test_a_rule_with_a_verdict_of_its_own_has_nothing_to_be_compared_with(base: Playbase) -> None:
    """Its deals are lost because they are in another phase, or because it is bad: nobody can tell."""
    notes = [n for k in range(30) for n in (advised(f"g{k}", decided=("good",)), ended("won", f"g{k}"))]
    notes += [n for k in range(9) for n in (advised(f"b{k}", decided=("bad",), verdict=DOUBT), ended("lost", f"b{k}"))]
    found = told(base, *notes)
    assert found.tested == 0
    assert {(rule.rule, rule.others.n, rule.level, rule.look) for rule in found.rules} == {
        ("bad", 0, None, False),
        ("good", 0, None, False),
    }


def test_a_rule_that_holds_back_is_worth_a_look_where_its_deals_are_won(base: Playbase) -> None:
    def parked(name: str, count: int, outcome: Any) -> list[Note]:
        deals = [f"{name}{k}" for k in range(count)]
        return [n for deal in deals for n in (advised(deal, decided=(name,), verdict=PARK), ended(outcome, deal))]

    found = told(base, *parked("good", 30, "lost"), *parked("bad", 9, "won"))
    assert [rule.rule for rule in found.rules if rule.look] == ["bad"]
    assert [(record.won.hits, record.won.n) for record in found.verdicts] == [(9, 39)]
    assert [record.won.n for record in found.footings] == [0, 0]


def test_phases_of_different_odds_make_no_rule_suspect(base: Playbase) -> None:
    """One rule for each verdict, whose odds follow from the verdict alone: nothing to compare, nothing named."""
    odds = {"rule/a": 0.05, "rule/b": 0.5, "rule/c": 0.95}
    alarms = sum(bool(looked_at(drawn(seed, 200, odds, ("bid", "park", "x")), base)) for seed in range(SEEDS))
    assert alarms == 0


@pytest.mark.parametrize(("role", "result", "other"), [("supports", "lost", "won"), ("opposes", "won", "lost")])
def test_rules_that_speak_are_held_to_what_they_said(base: Playbase, role: str, result: Any, other: Any) -> None:
    """For a verdict, and those deals were lost; or against it, and those deals were won."""
    notes = [n for k in range(20) for n in (advised(f"a{k}"), ended(other, f"a{k}"))]
    said: dict[str, Any] = {role: ("bad",)}
    notes += [n for k in range(9) for n in (advised(f"b{k}", **said), ended(result, f"b{k}"))]
    found = {(rule.rule, rule.role): rule for rule in told(base, *notes).rules}
    assert found["bad", role].look  # type: ignore[index]
    reverse = [replace(n, outcome=other if n.outcome == result else result) if n.outcome else n for n in notes]
    assert not any(rule.look for rule in told(base, *reverse).rules)


def test_what_a_rule_is_compared_with_is_weighed_as_its_own_deals_are(base: Playbase) -> None:
    """Of others, 8 in 10 bids were won and 2 in 10 that were parked; the rule has one bid for nine that were parked."""
    notes: list[Note] = []
    for k in range(10):
        notes += [advised(f"b{k}"), ended("won" if k < 8 else "lost", f"b{k}")]
        notes += [advised(f"p{k}", verdict=PARK), ended("won" if k < 2 else "lost", f"p{k}")]
        mine = BID if k < 1 else PARK
        notes += [advised(f"m{k}", verdict=mine, supports=("rule",)), ended("won" if k < 3 else "lost", f"m{k}")]
    found = next(rule for rule in told(base, *notes).rules if rule.rule == "rule")
    assert (found.won.share, found.like, found.others.share, found.look) == (0.3, 0.26, 0.5, False)


def test_too_few_deals_say_nothing(base: Playbase) -> None:
    notes = [n for k in range(4) for n in (advised(f"b{k}", decided=("bad",)), ended("lost", f"b{k}"))]
    notes += [n for k in range(40) for n in (advised(f"g{k}", decided=("good",)), ended("won", f"g{k}"))]
    found = told(base, *notes)
    assert {(rule.rule, rule.level, rule.look) for rule in found.rules} == {("bad", None, False), ("good", None, False)}
    assert found.tested == 0
    assert [(r.won.hits, r.won.n) for r in found.rules] == [(0, 4), (40, 40)]


def test_a_stricter_alarm_names_less(base: Playbase) -> None:
    entries = drawn(3, 220, BAD)
    at = [sum(rule.look for rule in calibrate(entries, base, alarm).rules) for alarm in (0.5, 0.05, 1e-9)]
    assert at == sorted(at, reverse=True)
    assert at[-1] == 0


def _many() -> list[Note]:
    """Return ten deals that one rule decided, and that were won, and six of another, that were lost."""
    notes = [n for k in range(10) for n in (advised(f"g{k}", decided=("good",)), ended("won", f"g{k}"))]
    return notes + [n for k in range(6) for n in (advised(f"b{k}", decided=("bad",)), ended("lost", f"b{k}"))]


def _named(base: Playbase, notes: list[Note], alarm: float) -> list[str]:
    return [rule.rule for rule in told(base, *notes, alarm=alarm).rules if rule.look]


def test_rules_that_decide_get_half_of_the_alarm_and_rules_that_speak_the_other(base: Playbase) -> None:
    """By itself the rule stands out at the level that its test gives; beside rules that speak, at twice that."""

    level = next(rule.level for rule in calibrate(chained(_many()), base, 0.05).rules if rule.rule == "bad")
    assert level is not None
    assert level < 0.01
    alone, beside = 2 * level, 4 * level
    notes = _many()
    assert _named(base, notes, alone * 1.01) == ["bad"]
    assert _named(base, notes, alone * 0.99) == []
    spoken = [
        replace(n, advice=replace(n.advice, supports=("talk",))) if n.advice and n.deal < "g5" else n for n in notes
    ]
    assert _named(base, spoken, alone * 1.01) == []
    assert _named(base, spoken, beside * 1.01) == ["bad"]


# Overrides


def test_both_sides_are_scored_on_the_same_deals_by_the_same_rule(base: Playbase) -> None:
    notes = [
        *(advised("a", verdict=WITHDRAW, decision=BID), ended("won", "a")),  # the board was right
        *(advised("b", verdict=WITHDRAW, decision=BID), ended("lost", "b")),  # the advice was
        *(advised("c", verdict=WITHDRAW, decision=BID), ended("lost", "c")),
        *(advised("d", decision=PARK), ended("won", "d")),  # the advice was right to go for it
        *(advised("e", decision=PARK), ended("lost", "e")),
        *(advised("k", verdict=PARK, decision=QUALIFY), ended("lost", "k")),  # both would hold back
        *(advised("f", decision=WITHDRAW), ended("lost", "f")),  # nobody knows
        *(advised("g", decision=PARK), ended("cancelled", "g")),
        advised("h", decision=PARK),
        *(advised("i", decision=BID), ended("won", "i")),  # as advised
        *(advised("j"), ended("won", "j")),  # no decision on file
    ]
    found = told(base, *notes).overrides
    assert (found.deals, found.apart, found.closed, found.unseen) == (9, 5, 1, 2)
    assert (found.tool.hits, found.tool.n) == (4, 6)
    assert (found.board.hits, found.board.n) == (3, 6)
    assert (found.followed.hits, found.followed.n) == (1, 1)


def test_a_decision_stands_until_there_is_another(base: Playbase) -> None:
    """A bare advice afterwards takes back no decision."""
    later = DAY + timedelta(9)
    notes = [advised("a", decision=WITHDRAW), advised("a", later), ended("lost", "a", later)]
    assert (told(base, *notes).overrides.closed, told(base, *notes).counts.lost) == (1, 0)
    notes = [advised("a", verdict=WITHDRAW, decision=BID), advised("a", later, verdict=WITHDRAW)]
    found = told(base, *notes, ended("won", "a", later)).overrides
    assert (found.deals, found.tool.hits, found.board.hits, found.apart) == (1, 0, 1, 1)


def test_what_was_won_was_pursued(base: Playbase) -> None:
    found = told(base, advised("a", verdict=WITHDRAW), ended("won", "a"))
    assert (found.counts.won, found.counts.closed, found.verdicts[0].won.hits) == (1, 0, 1)


def test_no_result_says_that_a_legal_limit_was_rightly_passed_over(base: Playbase) -> None:
    notes = [advised("a", verdict=WITHDRAW, decision=BID, guards=("law/limit",)), ended("won", "a")]
    found = told(base, *notes).overrides
    assert (found.deals, found.stopped, found.tool.n, found.unseen) == (1, 1, 0, 0)
    assert told(base, *notes).verdicts[0].won.n == 0


def test_what_the_board_decided_otherwise_counts_for_no_rule_and_for_no_verdict_that_pursues(base: Playbase) -> None:
    found = told(base, advised("d", decision=PARK), ended("lost", "d"))
    assert found.rules == ()
    assert [(v.verdict.id, v.won.n, v.overridden) for v in found.verdicts] == [("bid", 0, 1)]


def test_of_a_verdict_that_closes_only_overridden_deals_are_seen(base: Playbase) -> None:
    notes = [
        *(advised("a", verdict=WITHDRAW), ended("lost", "a")),
        *(advised("b", verdict=WITHDRAW, decision=BID), ended("lost", "b")),
    ]
    record = told(base, *notes).verdicts[0]
    assert (record.closes, record.counts.deals, record.counts.closed, record.won.n) == (True, 2, 1, 1)


def test_records_of_verdicts_and_of_settled_and_open_ones(base: Playbase) -> None:
    notes = [
        *(advised("a"), ended("won", "a")),
        *(advised("b", settled=False), ended("lost", "b")),
        *(advised("c", verdict=Choice("gone", False, False)), ended("won", "c")),
    ]
    found = told(base, *notes)
    assert [(v.verdict.id, v.won.hits, v.won.n) for v in found.verdicts] == [("bid", 1, 2), ("gone", 1, 1)]
    assert [(f.settled, f.won.hits, f.won.n) for f in found.footings] == [(True, 2, 2), (False, 0, 1)]
    assert (found.counts.deals, found.counts.won, found.counts.lost) == (3, 2, 1)


def test_a_ledger_without_outcomes_says_so(base: Playbase) -> None:
    for notes in ([], [advised()]):
        found = told(base, *notes)
        assert (found.rules, found.tested) == ((), 0)
        for lang in ("en", "zh"):
            text = render("text", lang, partial(calibration_page, found=found, file="l"), None)
            assert ("No rule has enough deals yet" if lang == "en" else "还没有哪条规则") in text
            assert "No rule stands out" not in text


# On the page


def lines(found: Calibration, lang: str, width: int = 100) -> list[str]:
    stream = io.StringIO()
    page = Page(lang)
    calibration_screen(page, found, "l")
    draw(console(stream, width), page.blocks)
    return stream.getvalue().split("\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bars_stand_one_below_the_other(base: Playbase, lang: str) -> None:
    from rich.cells import cell_len

    found = calibrate(drawn(1, 200, RULES, ("bid", "park")), base, 0.05)
    bars = [line for line in lines(found, lang) if "●" in line]
    assert len(bars) == 3, "two verdicts and what was settled; nothing was open"
    assert len({cell_len(bar[: min(bar.index(c) for c in "·━●" if c in bar)]) for bar in bars}) == 1
    for bar in bars:
        drawn_ = [c for c in bar if c in "·━●"]
        assert len(drawn_) == STEPS + 1
        assert "·" in drawn_


def test_the_bar_shows_the_share_and_its_interval(base: Playbase) -> None:
    notes = [n for k in range(10) for n in (advised(f"d{k}"), ended("won" if k < 8 else "lost", f"d{k}"))]
    bar = next(line for line in lines(told(base, *notes), "en") if "●" in line)
    marks = "".join(c for c in bar if c in "·━●")
    assert (marks.index("━"), marks.index("●"), marks.rindex("━")) == (15, 24, 28)


def test_the_picture_is_drawn_in_a_page(base: Playbase) -> None:
    found = calibrate(drawn(1, 200, RULES, ("bid", "park")), base, 0.05)
    html = render("html", "zh", lambda page: calibration_page(page, found, "l"), found)
    assert html.count("<svg") == 1
    assert "赢单占比（%）" in html
    page = Page("en")
    calibration_page(page, found, "l")
    picture = next(block for block in page.blocks if isinstance(block, Picture))
    assert all(row["low"] <= row["share"] <= row["high"] for row in picture.rows["values"])


def test_the_json_holds_every_record(base: Playbase) -> None:
    found = calibrate(drawn(1, 200, BAD), base, 0.05)
    document = json.loads(render("json", "en", lambda page: None, found))
    assert len(document["rules"]) == len(found.rules) == 11
    assert document["alarm"] == 0.05
    assert document["verdicts"][0]["won"]["n"] == 200


HOSTILE = 'a\x1b[31m<script>alert(1)</script> | **b** \u202e=HYPERLINK("x")\n# c [d](javascript:e) &amp; {{7*7}}'


def test_nothing_that_a_ledger_says_is_obeyed(base: Playbase) -> None:
    note = replace(
        advised(reason=HOSTILE, decision=PARK, decided=(HOSTILE,), verdict=Choice(HOSTILE, False, False)),
        title=Text(HOSTILE, HOSTILE),
        by=HOSTILE,
    )
    followed = [replace(note, deal=f"d{k}", advice=_followed(note)) for k in range(12)]
    entries = chained([note, *followed, *(ended("won", f"d{k}") for k in range(12))])
    found = calibrate(entries, base, 0.05)
    pages = (
        lambda page: recorded_page(page, entries[0], HOSTILE, base.knowledge.verdicts),
        lambda page: list_page(page, entries, base.knowledge.verdicts),
        lambda page: calibration_page(page, found, HOSTILE),
    )
    for layout in pages:
        for format_ in ("text", "markdown", "html"):
            text = render(format_, "en", layout, None)
            assert "\x1b" not in text
            assert "\u202e" not in text
            if format_ != "text":
                assert "<script" not in text
            if format_ == "markdown":
                assert "**b**" not in text
                assert "[d](" not in text
                assert "\n# c" not in text
    plain = render("json", "en", lambda page: None, entries)
    assert "\x1b" not in plain
    assert "\u202e" not in plain


def _followed(note: Note) -> Any:
    assert note.advice is not None
    return replace(note.advice, decision=None)


def test_shares_of_nothing_are_no_shares() -> None:
    assert share(0, 0) == Share(0, 0, None, None, None)
