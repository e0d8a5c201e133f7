"""One case judged: as claimed and as proven, settled or open, with flips and questions; still without words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from advisor.arbitrate import Arbiter, Decision
from advisor.case import Case
from advisor.domain import Domain
from advisor.evidence import UNKNOWN_STATE, Place, View, as_proven, view_of, without_incidents
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.paths import Library
from advisor.problems import AdvisorError
from advisor.program import Program
from advisor.questions import Asker, Hanging, Question
from advisor.record import dataclass
from advisor.rulebase import Playbase
from advisor.rulecache import open_playbase
from advisor.settle import Settlement, Settler

if TYPE_CHECKING:
    from advisor.beside import Beside
    from advisor.certify import Certifier
    from advisor.flips import Flip, FlipSearch


@dataclass(frozen=True)
class Judgement:
    """What was concluded about one case on one day."""

    case: Case
    written: Case
    """The case as it was written, with all of its acts."""
    told: View
    """What the case file says, before the quarantine; changes are made to this one."""
    view: View
    inference: Inference
    decision: Decision
    settlement: Settlement
    proven: Decision
    carriers: tuple[Place, ...]
    """Claims without which the verdict would not hold, when it does not hold as proven."""


class Judge:
    """A rule base ready to judge cases, one after the other.

    For a single case its `engine` may run beside; then all is concluded in a block that is `certified`, and nothing is
    told in it.
    """

    def __init__(self, base: Playbase, program: Program, engine: Certifier | Beside | None = None) -> None:
        self.base = base
        self.knowledge = base.knowledge
        self.program = program
        self.reasoner = Reasoner(program, base.knowledge, engine)
        self.arbiter = Arbiter(program, base.knowledge.order)
        self.domain = Domain(program, base.knowledge)
        self._read: dict[int, frozenset[str]] = {}
        self.settler = Settler(self.reasoner, self.arbiter, self.domain)

    @cached_property
    def _flips(self) -> FlipSearch:
        from advisor.flips import FlipSearch

        return FlipSearch(self.reasoner, self.arbiter, self.domain)

    @cached_property
    def _asker(self) -> Asker:
        return Asker(self.reasoner, self.arbiter, self.domain)

    @property
    def deciding_paths(self) -> frozenset[str]:
        """The paths of all facts that could bear on a verdict."""
        return self._asker.paths

    def rests_on(self, unit: int, group: str) -> bool:
        """Tell whether a unit reads any fact of a group, through findings and quantifiers."""
        if unit not in self._read:
            self._read[unit] = self.program.paths_below([unit])
        return any(path.startswith(group) for path in self._read[unit])

    def judge(self, case: Case, day: date | None = None) -> Judgement:
        """Judge a case as of its own date, or of another day."""
        then = case.at_date(day or case.as_of)
        return self.judge_view(then, view_of(then, self.knowledge), case)

    def judge_view(self, case: Case, told: View, written: Case | None = None) -> Judgement:
        """Judge a view of a case, as it was told; the what-if changes the view and comes here."""
        self.reasoner.remember()
        told = self.reasoner.quarantine.spare(told)
        inference = self.reasoner.infer(told, case.id)
        decision = self.arbiter.decide(inference.case)
        masked_view, masked = as_proven(told, self.knowledge)
        proven = self.arbiter.decide(self.reasoner.infer(masked_view, case.id, whole=False).case)
        carriers = self._carriers(told, decision, masked) if proven.verdict != decision.verdict else ()
        settlement = self.settlement(case, told, decision)
        view = self.reasoner.quarantine.apply(told)
        return Judgement(case, written or case, told, view, inference, decision, settlement, proven, carriers)

    def settlement(self, case: Case, told: View, decision: Decision, trying: bool = True) -> Settlement:
        """Settled only if it is so whichever way the quarantine turns out, and always for the same verdict.

        Without `trying`, an open verdict stays open even if no value of the facts that it hangs on could change it.
        """
        found: list[Settlement] = []
        variants = self.reasoner.quarantine.variants(told)
        for view in variants:
            alone = len(variants) == 1
            mine = decision if alone else self.arbiter.decide(self.reasoner.infer(view, case.id, whole=False).case)
            found.append(self._settle(view, mine, case.id, trying))
        possible = tuple(dict.fromkeys(verdict for s in found for verdict in s.possible))
        settled = all(s.settled for s in found) and possible == (decision.verdict,)
        places = dict.fromkeys(place for s in found for place in s.places)
        if len(variants) > 1 and not settled:
            tender: list[Place] = [(None, path) for path in sorted(self.reasoner.quarantine.paths)]
            places.update((place, None) for place in tender if told.state(place).known == "unknown")
        return Settlement(
            settled=settled,
            possible=possible,
            places=tuple(places),
            lists=tuple(dict.fromkeys(name for s in found for name in s.lists)),
        )

    def _settle(self, view: View, decision: Decision, name: str, trying: bool) -> Settlement:
        """Settle as if nothing had happened of which nothing is on file, unless the verdict hangs on just that."""
        quiet = without_incidents(view, self.knowledge)
        opened = self.reasoner.infer(quiet, name, open_world=True, whole=False)
        if decision.verdict in self.arbiter.possible(opened.case):
            return self.settler.settle(quiet, decision, opened, trying)
        opened = self.reasoner.infer(view, name, open_world=True, whole=False)
        return self.settler.settle(view, decision, opened, trying)

    def _carriers(self, view: View, decision: Decision, masked: tuple[Place, ...]) -> tuple[Place, ...]:
        """Return the unproven claims that each alone carry the verdict, else all that the winning rule rests on."""
        without = self.reasoner.imagine_all(view, [{place: UNKNOWN_STATE} for place in masked])
        same = self.arbiter.verdicts(without.case, (1 << len(masked)) - 1).get(decision.verdict, 0)
        alone = tuple(place for number, place in enumerate(masked) if not same >> number & 1)
        if alone or decision.winner is None:
            return alone or masked
        read = self.program.paths_below([decision.winner.unit.number])
        return tuple(p for p in masked if p[1] in read)

    def flips(self, judgement: Judgement) -> list[Flip]:
        """Return the flip card of a judged case."""
        j = judgement
        return self.flips_of(j.told, j.decision.verdict, j.inference, j.case.id)

    def flips_of(self, view: View, verdict: str, inference: Inference, name: str = "view") -> list[Flip]:
        """Return the flip card of a view that was inferred."""
        return self._flips.find(view, verdict, inference, name)

    def questions(self, judgement: Judgement) -> list[Question]:
        """Return the questions worth asking about a judged case, best first."""
        j = judgement
        asked = {
            path
            for number in j.inference.holding(self.program.uses.asking)
            if (rule := self.program.units[number].rule)
            for path in rule.then.ask
        }
        hanging = Hanging(
            not j.settlement.settled, frozenset((*j.settlement.places, *j.carriers)), j.decision.asks_first
        )
        return self._asker.questions(j.told, j.decision.verdict, j.inference, hanging, frozenset(asked))

    @contextmanager
    def certified(self) -> Iterator[None]:
        """Leave the block once everything that was concluded in it is certified; raise EngineError if it cannot be.

        What is not certified may lead anywhere: a bug that is met in the block comes second.
        """
        try:
            yield
        except AdvisorError:
            raise
        except Exception:
            self.reasoner.assure()
            raise
        self.reasoner.assure()

    def close(self) -> None:
        """Free the engine."""
        self.reasoner.close()


def open_judge(library: Library) -> Judge:
    """Open a rule base, from the cache where that is as good; raise InputError with every problem found."""
    return Judge(*open_playbase(library))
