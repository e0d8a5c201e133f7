"""What outcomes say about the advice: records of verdicts and rules, and of advice and board where they differ.

An outcome speaks for what was done. What was not pursued shows nothing, and what was not tried is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from advisor.explain.wording import verdict_line
from advisor.ledger.entry import Choice, Entry
from advisor.ledger.figures import DIGITS, Share, Stratum, fewer, share, standing_out
from advisor.ledger.outcomes import Deal, deals
from advisor.lines import VerdictLine
from advisor.model import Text
from advisor.record import dataclass
from advisor.rulebase import Playbase

FEW = 5
"""Below so many deals, on either side, nothing is said of a rule; the number is ours."""

ALARM = 0.05
"""In so large a share of ledgers in which no rule is worse than others may any be named; the level is ours."""

Role = Literal["decided", "supports", "opposes"]
ROLES: tuple[Role, ...] = ("decided", "supports", "opposes")


@dataclass(frozen=True)
class Counts:
    """Deals by what is seen of them; those pursued to a result are `won` and `lost`."""

    deals: int
    won: int
    lost: int
    ended: int
    closed: int
    pending: int
    late: int


@dataclass(frozen=True)
class VerdictRecord:
    """A verdict: the deals that got it, and the share won of those in which it was tried.

    Of a verdict that ends the pursuit only deals are seen that were pursued nevertheless: there `won` is the share of
    these, but for deals that a legal limit stopped. Of one that holds back, what was won speaks against it.
    """

    verdict: VerdictLine
    closes: bool
    holds_back: bool
    counts: Counts
    overridden: int
    won: Share


@dataclass(frozen=True)
class FootingRecord:
    """Deals whose verdict was settled, or open, and did not hold back, and the share won where it was tried."""

    settled: bool
    won: Share


@dataclass(frozen=True)
class RuleRecord:
    """A rule in one of its parts: the share won where it had that part, and in others with the same verdicts.

    `like` is the share of those weighed as the verdicts of the rule's own deals are; None where it was not tested.
    `level` is how likely a difference of this size, or a larger one, is by chance; None where it was not tested.
    `look` says that it stands out among all that were tested.
    """

    rule: str
    title: Text
    role: Role
    won: Share
    others: Share
    like: float | None
    level: float | None
    look: bool


@dataclass(frozen=True)
class Overrides:
    """Deals in which the board decided otherwise, pursued them, and a result is there: how often each side was right.

    A side that goes for the deal is right where it was won, one that holds back where it was lost. Only in the `apart`
    deals does the result tell the two sides apart. `closed` are those that the board did not pursue; `stopped` were
    stopped by a legal limit, and no result says who was right; `unseen` have no result. `followed` is the share won
    where the board decided as advised.
    """

    deals: int
    tool: Share
    board: Share
    apart: int
    closed: int
    stopped: int
    unseen: int
    followed: Share


@dataclass(frozen=True)
class Calibration:
    """What a ledger says about the advice; `alarm` is the level at which rules stand out, `tested` how many were."""

    entries: int
    counts: Counts
    verdicts: tuple[VerdictRecord, ...]
    footings: tuple[FootingRecord, ...]
    rules: tuple[RuleRecord, ...]
    tested: int
    alarm: float
    overrides: Overrides


def calibrate(entries: Sequence[Entry], base: Playbase, alarm: float) -> Calibration:
    """Score the advice of a ledger against its outcomes."""
    found = deals(entries)
    tried = [deal for deal in found if deal.tried]
    going = [deal for deal in tried if not deal.advice.verdict.holds_back]
    rules = _judged(list(_rules(tried, base)), alarm)
    return Calibration(
        entries=len(entries),
        counts=_counts(found),
        verdicts=tuple(_verdicts(found, base)),
        footings=tuple(
            FootingRecord(settled, _won(deal for deal in going if deal.advice.settled is settled))
            for settled in (True, False)
        ),
        rules=tuple(
            sorted(rules, key=lambda r: (not r.look, r.level is None, r.level or 0, ROLES.index(r.role), r.rule))
        ),
        tested=sum(rule.level is not None for rule in rules),
        alarm=alarm,
        overrides=_overrides(found),
    )


def _won(found: Iterable[Deal]) -> Share:
    results = [deal.won for deal in found]
    return share(sum(results), len(results))


def _right(choices: Iterable[tuple[Choice, bool]]) -> Share:
    """Return how often it was right to go for a deal, which was won, or to hold back, and it was lost."""
    results = [won is not choice.holds_back for choice, won in choices]
    return share(sum(results), len(results))


def _counts(found: Sequence[Deal]) -> Counts:
    seen: list[str] = [deal.seen for deal in found]
    return Counts(len(seen), *map(seen.count, ("won", "lost", "ended", "closed", "pending", "late")))


def _verdicts(found: Sequence[Deal], base: Playbase) -> Iterator[VerdictRecord]:
    """Yield the verdicts that were advised, in the order of the knowledge; those that it no longer has come last."""
    known = list(base.knowledge.verdicts)
    advised = {deal.advice.verdict.verdict: deal.advice.verdict for deal in found}
    for id_ in [*(id_ for id_ in known if id_ in advised), *sorted(set(advised) - set(known))]:
        mine = [deal for deal in found if deal.advice.verdict.verdict == id_]
        choice = advised[id_]
        seen = [deal for deal in mine if (deal.weighs if choice.closes else deal.tried)]
        overridden = sum(deal.advice.overridden for deal in mine)
        line = verdict_line(base.knowledge, id_)
        yield VerdictRecord(line, choice.closes, choice.holds_back, _counts(mine), overridden, _won(seen))


_Tested = tuple[RuleRecord, Fraction | None]
"""A record, and the exact level of its test."""
Strata = list[tuple[Stratum, bool]]
"""Deals won and lost by verdict, and whether the verdict holds back: then to lose is what it was right about."""


def _judged(found: Sequence[_Tested], alarm: float) -> list[RuleRecord]:
    """Give each rule that was tested its level, and tell which of them stand out.

    Rules that decide are few, and those that speak are many: each kind gets half of what may be named by chance.
    """
    families: dict[bool, list[int]] = {}
    for number, (record, level) in enumerate(found):
        if level is not None:
            families.setdefault(record.role == "decided", []).append(number)
    looks: dict[int, bool] = {}
    for numbers in families.values():
        levels = [level for number in numbers if (level := found[number][1]) is not None]
        looks.update(zip(numbers, standing_out(levels, Fraction(str(alarm)) / len(families)), strict=True))
    return [
        record if level is None else replace(record, level=float(f"{float(level):.{DIGITS}g}"), look=looks[number])
        for number, (record, level) in enumerate(found)
    ]


def _rules(tried: Sequence[Deal], base: Playbase) -> Iterator[_Tested]:
    titles = {rule.id: rule.title for rule in base.rules}
    for role in ROLES:
        for rule in sorted({rule for deal in tried for rule in getattr(deal.advice, role)}):
            mine = [deal for deal in tried if rule in getattr(deal.advice, role)]
            others = [deal for deal in tried if not any(rule in getattr(deal.advice, part) for part in ROLES)]
            yield _rule(rule, titles.get(rule, Text(rule, rule)), role, mine, others)


def _rule(rule: str, title: Text, role: Role, mine: Sequence[Deal], others: Sequence[Deal]) -> _Tested:
    """Compare the deals of a rule with others that got the same verdict.

    With no others: deals of another verdict, mostly of another phase, are won more or less often whatever rules say.
    """
    strata, like = _strata(mine, others)
    if not _enough(strata):
        return RuleRecord(rule, title, role, _won(mine), _won(like), None, None, False), None
    right = [stratum.misses if holds_back else stratum for stratum, holds_back in strata]
    level = fewer(right if role != "opposes" else [stratum.misses for stratum in right])
    return RuleRecord(rule, title, role, _won(mine), _won(like), _weighed(strata), None, False), level


def _weighed(strata: Strata) -> float:
    """Return the share won among the others, each stratum weighing as much as it does for the rule."""
    expected = sum(Fraction(s.n * s.other_hits, s.other_n) for s, _ in strata)
    return round(float(expected / sum(s.n for s, _ in strata)), DIGITS)


def _strata(mine: Sequence[Deal], others: Sequence[Deal]) -> tuple[Strata, list[Deal]]:
    """Sort deals by verdict; return the strata in which there is something to compare, and what is compared with."""
    strata: Strata = []
    like: list[Deal] = []
    for verdict in sorted({deal.advice.verdict.verdict for deal in mine}):
        with_rule, without = (
            [deal for deal in part if deal.advice.verdict.verdict == verdict] for part in (mine, others)
        )
        if without:
            strata.append((_stratum(with_rule, without), with_rule[0].advice.verdict.holds_back))
            like.extend(without)
    return strata, like


def _stratum(mine: Sequence[Deal], others: Sequence[Deal]) -> Stratum:
    return Stratum(sum(d.won for d in mine), len(mine), sum(d.won for d in others), len(others))


def _enough(strata: Strata) -> bool:
    return sum(s.n for s, _ in strata) >= FEW and sum(s.other_n for s, _ in strata) >= FEW


def _overrides(found: Sequence[Deal]) -> Overrides:
    overridden = [deal for deal in found if deal.advice.overridden]
    seen = [deal for deal in overridden if deal.weighs]
    closed = sum(deal.seen == "closed" for deal in overridden)
    stopped = sum(deal.told and bool(deal.advice.guards) for deal in overridden)
    return Overrides(
        deals=len(overridden),
        tool=_right((deal.advice.verdict, deal.won) for deal in seen),
        board=_right((deal.advice.course, deal.won) for deal in seen),
        apart=sum(deal.advice.verdict.holds_back is not deal.advice.course.holds_back for deal in seen),
        closed=closed,
        stopped=stopped,
        unseen=len(overridden) - closed - stopped - len(seen),
        followed=_won(deal for deal in found if deal.tried and deal.advice.decision is not None),
    )
