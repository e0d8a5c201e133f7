"""knowledge/pack.yaml: what the board's pack shows of a deal beside its argument."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from advisor import paths
from advisor.load.folder import FolderReader
from advisor.load.reader import Reader
from advisor.model import Fact
from advisor.reference import Axis, Method, Pack, PeopleAxes
from advisor.yamlfile import Mapping, Node

_KEYS = ("grid", "across", "up", "amount", "rates", "people", "criteria", "money", "always")


class PackReader(FolderReader):
    """Reads the pack; every name in it must be declared elsewhere."""

    def __init__(
        self,
        library: paths.Library,
        reader: Reader,
        facts: dict[str, Fact],
        methods: dict[str, Method],
        verdicts: Collection[str],
    ) -> None:
        super().__init__(library, reader)
        self.facts, self.methods, self.verdicts = facts, methods, verdicts

    def pack(self) -> Pack:
        """Return the pack."""
        r, m = self.reader, self.inner(self.file("pack.yaml", ("pack",)), "pack", _KEYS)
        grid = r.get(m, "grid", lambda n: r.choice(n, self.methods, "grid: a method"), "")
        boxes = [box.id for box in self.methods[grid].boxes] if grid in self.methods else []
        return Pack(
            grid=grid,
            across=self._axis(m, "across", boxes),
            up=self._axis(m, "up", boxes),
            amount=self._fact(m, "amount"),
            rates=self.each(m, "rates", self._rate),
            people=self._people(self.inner(m, "people", ("across", "up", "size", "met", "sways", "swayed"))),
            criteria=r.get(m, "criteria", self._facts, ()),
            money=r.get(m, "money", self._facts, ()),
            always=r.get(m, "always", lambda n: r.choices(n, self.verdicts, "a verdict", "unknown-verdict"), ()),
        )

    def _axis(self, pack: Mapping, key: str, boxes: list[str]) -> Axis:
        m, r = self.inner(pack, key, ("boxes", "label")), self.reader
        return Axis(r.get(m, "boxes", lambda n: r.choices(n, boxes, "a box of the grid"), ()), self.text(m, "label"))

    def _people(self, m: Mapping) -> PeopleAxes:
        places = {key: self._fact(m, key) for key in ("across", "up", "size", "met")}
        role = self.facts.get("stakeholder.role")
        sways = self._value(m, "sways", self.facts.get(places["size"]))
        return PeopleAxes(**places, sways=sways, swayed=self._value(m, "swayed", role))

    def _value(self, m: Mapping, key: str, fact: Fact | None) -> str:
        allowed = fact.values if fact else {}
        return self.reader.get(m, key, lambda n: self.reader.choice(n, allowed, f"{key}: a value"), "")

    def _fact(self, m: Mapping, key: str) -> str:
        r = self.reader
        return r.get(m, key, lambda n: r.choice(n, self.facts, f"{key}: a fact", "unknown-fact"), "")

    def _facts(self, node: Node) -> tuple[str, ...]:
        return self.reader.choices(node, self.facts, "a fact", "unknown-fact")

    def _rate(self, name: str, node: Node) -> Decimal:
        return self.reader.number(node, f'the rate of "{name}"')
