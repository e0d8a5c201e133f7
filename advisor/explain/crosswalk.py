"""A deal read through the boxes of a method that users know from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence import MemberView, Place, doubt
from advisor.explain.wording import Wording
from advisor.judge import Judgement
from advisor.lines import BoxLine, Filling
from advisor.reference import Box, Method, Selection
from advisor.result import Crosswalk


def crosswalk(method: Method, judgement: Judgement, wording: Wording) -> Crosswalk:
    """Fill every box with the facts of the case that belong in it, and say how far each can be relied on.

    A box counts as proven only when all of its facts are known and proven: a filled text box is a claim, never a yes.
    """
    reader = _Reader(judgement, wording)
    boxes = tuple(reader.box(box) for box in method.boxes)
    return Crosswalk(judgement.case.id, judgement.case.title, method.id, method.label, method.note, boxes)


class _Reader:
    def __init__(self, judgement: Judgement, wording: Wording) -> None:
        self.view = judgement.view
        self.wording = wording

    def box(self, box: Box) -> BoxLine:
        places: list[Place] = [(None, path) for path in box.facts]
        places.extend(place for selection in box.members for place in self._places(selection))
        lines = [self.wording.fact(place) for place in places]
        unlisted = [self.wording.knowledge.lists[s.list].label for s in box.members if self._nobody(s)]
        return BoxLine(
            id=box.id,
            label=box.label,
            asks=box.asks,
            filling=self._filling(places, bool(unlisted)),
            known=tuple(line for line in lines if line.standing != "unknown"),
            unknown=tuple(line for line in lines if line.standing == "unknown"),
            nobody=tuple(dict.fromkeys(unlisted)),
        )

    def _places(self, selection: Selection) -> Iterator[Place]:
        for member in self._selected(selection):
            yield from ((member.id, path) for path in selection.facts)

    def _selected(self, selection: Selection) -> list[MemberView]:
        """Return the members who are known to be as the selection says."""
        members = self.view.lists.get(selection.list, ())
        return [m for m in members if all(self._is(m, path, value) for path, value in selection.where.items())]

    def _is(self, member: MemberView, path: str, value: object) -> bool:
        state = member.states.get(path)
        return state is not None and state.known == "value" and state.value == value

    def _nobody(self, selection: Selection) -> bool:
        return not self._selected(selection)

    def _filling(self, places: list[Place], unlisted: bool) -> Filling:
        doubts = [doubt(self.view.state(p), self.wording.knowledge.facts[p[1]]) for p in places]
        if "contradicted" in doubts:
            return "contradicted"
        if all(why == "unknown" for why in doubts):
            return "unknown"
        if unlisted or "unknown" in doubts:
            return "partly"
        return "claimed" if any(doubts) else "proven"
