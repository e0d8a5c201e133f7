"""A judged deal to what the board's pack shows beside its argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from advisor.arbitrate import Contender
from advisor.evidence import MemberView, Place, State, view_of
from advisor.explain.argument import unmet
from advisor.explain.builder import Builder
from advisor.explain.reasons import missing_facts
from advisor.explain.wording import labelled
from advisor.lexicon import join, listed, say
from advisor.lines import FactLine, FlipLine, QuestionLine, VerdictLine
from advisor.model import Fact, Text
from advisor.program import YES
from advisor.sheet import (
    ActLine,
    CriterionLine,
    EndLine,
    Grid,
    GridPart,
    GridRow,
    ListLine,
    Mark,
    MarkLine,
    MemberLine,
    OptionLine,
    OptionStatus,
    PeopleMap,
    PortfolioPlace,
    Scale,
    Sheet,
    Spot,
    Tally,
)

_STATUSES: tuple[OptionStatus, ...] = ("wins", "stands", "defeated", "undecided", "uncalled")
Turn = tuple[FactLine, Text, VerdictLine]
"""A fact, a value that it could turn out to have, and the verdict that follows."""
RIVALS = "competitors"
PEOPLE = "stakeholders"
CRITERIA = "criteria"


class SheetBuilder:
    """Builds the sheet of one deal from what its report is built from."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.judge = builder.judge
        self.judgement = builder.judgement
        self.knowledge = builder.knowledge
        self.wording = builder.wording
        self.pack = self.knowledge.pack
        self.view = self.judgement.view

    def build(self, flips: Sequence[FlipLine], questions: Sequence[QuestionLine]) -> Sheet:
        """Return the sheet; the ends of the pursuit are read from the deal's flips and questions."""
        grid = self._grid()
        money = tuple(f for f in map(self._fact, self.pack.money) if f.standing != "unknown")
        return Sheet(
            place=PortfolioPlace(
                self._tally(grid, self.pack.across.boxes),
                self._tally(grid, self.pack.up.boxes),
                next((fact.value for fact in money if fact.path == self.pack.amount), None),
                self._weight(),
            ),
            grid=grid,
            people=self._people(),
            criteria=tuple(self._criteria()),
            money=money,
            options=tuple(self._options()),
            ends=tuple(self._ends(flips, questions)),
            closes=self.knowledge.verdicts[self.judgement.decision.verdict].closes,
            acts=tuple(self._acts()),
            facts=tuple(self.builder.facts_where(lambda s: s.known != "unknown" or s.contradicted)),
            lists=tuple(self._lists()),
        )

    def _fact(self, path: str) -> FactLine:
        return self.wording.fact((None, path))

    def _members(self, list_: str) -> Sequence[MemberView]:
        return self.view.lists.get(list_, ())

    # The grid: the items of the assessment, us against each rival (items 84 and 85).

    def _grid(self) -> Grid:
        method = self.knowledge.methods.get(self.pack.grid)
        rivals = self._members(RIVALS)
        parts = (
            GridPart(box.id, box.label, box.asks, tuple(self._row(path, rivals) for path in box.facts))
            for box in (method.boxes if method else ())
        )
        names = (self.wording.member(rival, RIVALS) for rival in rivals)
        return Grid((say("grid.us"), *names), tuple(parts))

    def _row(self, path: str, rivals: Sequence[MemberView]) -> GridRow:
        """Return an item; a rival's is the fact of the same name that rivals carry, where they carry one."""
        theirs = f"{self.knowledge.lists[RIVALS].member}.{path.partition('.')[2]}"
        shared = theirs in self.knowledge.facts
        cells = (self._mark((rival.id, theirs)) if shared else None for rival in rivals)
        return GridRow(self.knowledge.facts[path].label, (self._mark((None, path)), *cells))

    def _mark(self, place: Place) -> MarkLine:
        fact, state = self.knowledge.facts[place[1]], self.view.state(place)
        return MarkLine(_mark(fact, state), self.wording.fact(place))

    def _tally(self, grid: Grid, boxes: Sequence[str]) -> Tally:
        """Count our own marks under some headings; what is contradicted is not known."""
        marks = Counter(
            row.cells[0].mark for part in grid.parts if part.id in boxes for row in part.rows if row.cells[0]
        )
        return Tally(marks["plus"], marks["even"], marks["minus"], marks["unknown"] + marks["contradicted"])

    def _weight(self) -> Decimal | None:
        amount = self.view.state((None, self.pack.amount)).value
        rate = self.pack.rates.get(self.judgement.case.currency)
        return amount * rate if isinstance(amount, (Decimal, int)) and rate is not None else None

    # The people map.

    def _people(self) -> PeopleMap:
        axes = self.pack.people
        return PeopleMap(
            across=self._scale(axes.across),
            up=self._scale(axes.up),
            size=self._scale(axes.size),
            met=self._scale(axes.met),
            complete=self.view.is_complete(PEOPLE),
            spots=tuple(map(self._spot, self._members(PEOPLE))),
        )

    def _scale(self, path: str) -> Scale:
        fact = self.knowledge.facts.get(path)
        return Scale(fact.label, tuple(_steps(fact).values())) if fact else Scale(Text("", ""), ())

    def _spot(self, member: MemberView) -> Spot:
        axes = self.pack.people
        known = (path for path in self.knowledge.headline if path in member.states)
        return Spot(
            id=member.id,
            who=self.wording.member(member, PEOPLE),
            across=self._step(member, axes.across),
            up=self._step(member, axes.up),
            size=self._step(member, axes.size),
            met=self._step(member, axes.met),
            sways=tuple(self._swayed(member)),
            facts=tuple(self.wording.fact((member.id, path)) for path in known),
        )

    def _step(self, member: MemberView, path: str) -> int | None:
        state, fact = member.states.get(path), self.knowledge.facts.get(path)
        if state is None or fact is None or state.known == "unknown":
            return None
        return list(_steps(fact)).index(None if state.known == "absent" else str(state.value))

    def _swayed(self, member: MemberView) -> Iterator[str]:
        """Yield those who listen to this person."""
        state = member.states.get(self.pack.people.size)
        if state is None or state.value != self.pack.people.sways:
            return
        role = f"{self.knowledge.lists[PEOPLE].member}.role"
        for other in self._members(PEOPLE):
            theirs = other.states.get(role)
            if theirs is not None and theirs.value == self.pack.people.swayed and other.id != member.id:
                yield other.id

    def _criteria(self) -> Iterator[CriterionLine]:
        for member in self._members(CRITERIA):
            lines = tuple(self.wording.fact((member.id, path)) for path in self.pack.criteria)
            yield CriterionLine(self.wording.member(member, CRITERIA), lines)

    # What the board could choose, and what would end the pursuit.

    def _options(self) -> list[OptionLine]:
        """Return one line a verdict: what was put forward, what still may be, and what is always an option."""
        found: dict[str, OptionLine] = {}
        possible = {*self.judgement.settlement.possible}
        ranked = sorted(self._fates(), key=lambda pair: _STATUSES.index(pair[1]))
        for contender, status in ranked:
            if status != "undecided" or contender.verdict in possible:
                line = OptionLine(self.builder.verdict(contender.verdict), status, self._fate(contender, status))
                found.setdefault(contender.verdict, line)
        if self.judgement.decision.winner is None:
            verdict = self.judgement.decision.verdict
            first = OptionLine(self.builder.verdict(verdict), "wins", say("reason.fallback"))
            found = {verdict: first, **{k: v for k, v in found.items() if k != verdict}}
        for verdict in self.pack.always:
            found.setdefault(verdict, OptionLine(self.builder.verdict(verdict), "uncalled", self._far(verdict)))
        return list(found.values())

    def _fates(self) -> Iterator[tuple[Contender, OptionStatus]]:
        decision = self.judgement.decision
        if decision.winner is not None:
            yield decision.winner, "wins"
        yield from ((c, "stands") for c in decision.standing)
        yield from ((c, "defeated") for c in decision.defeated)
        yield from ((c, "undecided") for c in decision.undecided)

    def _fate(self, contender: Contender, status: OptionStatus) -> Text:
        rule = contender.unit.rule
        assert rule is not None
        because = self.builder.explainer.because
        if status in ("wins", "stands"):
            return because(rule, -1)
        if status == "undecided":
            missing = listed(map(labelled, missing_facts(self.builder.explainer, contender.unit)[:3]))
            return say("option.possible", title=rule.title, facts=missing)
        values, units = self.judgement.inference.case, self.judge.program.units
        by = [units[n].rule for n in contender.defeated_by if values[n] == YES]
        titles = join([r.title for r in by if r is not None])
        return say("option.overridden", because=because(rule, -1), by=titles)

    def _far(self, verdict: str) -> Text:
        """Say that nothing calls for a verdict, and which of its rules comes nearest."""
        row = self.judgement.inference.columns.case
        rules = [c for c in self.judge.arbiter.contenders if c.verdict == verdict]
        if not rules:
            return say("option.no-rule")
        nearest = min(rules, key=lambda c: (unmet(c.unit, row), c.rank)).unit.rule
        assert nearest is not None
        return say("option.far", title=nearest.title)

    def _ends(self, flips: Sequence[FlipLine], questions: Sequence[QuestionLine]) -> Iterator[EndLine]:
        """Yield what would end the pursuit: single facts on file, single answers, and rules that are not excluded."""
        seen: set[tuple[str | None, str]] = set()
        for fact, value, verdict in (*_single(flips), *_answers(questions)):
            place = (fact.member, fact.path)
            if self._ends_pursuit(verdict.id) and place not in seen:
                seen.add(place)
                yield EndLine(say("end.turns", fact=labelled(fact), value=value), fact.value, (fact,), verdict)
        for contender in self.judgement.decision.undecided:
            missing = missing_facts(self.builder.explainer, contender.unit)
            told = any((fact.member, fact.path) in seen for fact in missing)
            if self._ends_pursuit(contender.verdict) and self._possible(contender) and not told:
                yield self._end(contender, missing)

    def _end(self, contender: Contender, missing: tuple[FactLine, ...]) -> EndLine:
        rule = contender.unit.rule
        assert rule is not None
        now = say("end.missing", facts=listed(map(labelled, missing[:3])))
        return EndLine(rule.title, now, missing, self.builder.verdict(contender.verdict))

    def _possible(self, contender: Contender) -> bool:
        values = self.judgement.inference.case
        beaten = any(values[n] == YES for n in contender.defeated_by)
        return contender.verdict in self.judgement.settlement.possible and not beaten

    def _ends_pursuit(self, verdict: str) -> bool:
        return self.knowledge.verdicts[verdict].closes and verdict != self.judgement.decision.verdict

    def _acts(self) -> Iterator[ActLine]:
        """Yield the acts up to the day of judging, each with the verdict of its day."""
        written = self.judgement.written
        for act in written.history:
            if act.on <= self.judgement.case.as_of:
                told = view_of(written.at_date(act.on), self.knowledge)
                decision = self.judge.arbiter.decide(self.judge.reasoner.infer(told, written.id).case)
                yield ActLine(act.on, act.title, self.builder.verdict(decision.verdict))

    def _lists(self) -> Iterator[ListLine]:
        for name, members in self.view.lists.items():
            lines = tuple(MemberLine(member.id, self.wording.member(member, name)) for member in members)
            yield ListLine(name, self.knowledge.lists[name].label, self.view.is_complete(name), lines)


def _steps(fact: Fact) -> dict[str | None, Text]:
    """Return the values of an ordered fact from low to high, known absence first."""
    steps: dict[str | None, Text] = {None: fact.absent} if fact.absent else {}
    steps.update(fact.values.items())
    return steps


def _mark(fact: Fact, state: State) -> Mark:
    """Mark the lowest value of an ordered fact against us and the highest for us; absence is against us."""
    if state.contradicted:
        return "contradicted"
    if state.known == "unknown":
        return "unknown"
    values = list(fact.values)
    if isinstance(state.value, bool):
        return "plus" if state.value else "minus"
    if state.value is None or state.value == values[0]:
        return "minus"
    return "plus" if state.value == values[-1] else "even"


def _single(flips: Sequence[FlipLine]) -> Iterator[Turn]:
    return ((f.changes[0].fact, f.changes[0].to, f.verdict) for f in flips if len(f.changes) == 1)


def _answers(questions: Sequence[QuestionLine]) -> Iterator[Turn]:
    return ((q.fact, turn.value, turn.verdict) for q in questions for turn in q.turns)
