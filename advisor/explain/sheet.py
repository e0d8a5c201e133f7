"""A judged deal to what the board's pack shows beside its argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from advisor.evidence import MemberView, Place, State, view_of
from advisor.explain.builder import Builder
from advisor.explain.choices import Choices
from advisor.lexicon import say
from advisor.lines import FactLine, FlipLine, QuestionLine
from advisor.model import Fact, Text
from advisor.sheet import (
    ActLine,
    CriterionLine,
    Grid,
    GridPart,
    GridRow,
    ListLine,
    Mark,
    MarkLine,
    MemberLine,
    PeopleMap,
    PortfolioPlace,
    Scale,
    Sheet,
    Spot,
    Tally,
)

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
        grid, choices = self._grid(), Choices(self.builder)
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
            options=tuple(choices.options(self.pack.always)),
            ends=tuple(choices.ends(flips, questions)),
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

    def _acts(self) -> Iterator[ActLine]:
        """Yield the acts up to the day of judging, each with the verdict of its day."""
        written = self.judgement.written
        for act in written.history:
            if act.on <= self.judgement.case.as_of:
                told = view_of(written.at_date(act.on), self.knowledge)
                decision = self.judge.arbiter.decide(self.judge.reasoner.infer(told, written.id, whole=False).case)
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
