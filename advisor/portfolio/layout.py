"""Which columns a table of deals may have: the keys of a case, its facts with their companions, and its lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from advisor.load.cases import BANNED
from advisor.load.reader import either_of, shorten
from advisor.load.table import fold
from advisor.model import CASE
from advisor.problems import Location, Problems, nearest
from advisor.rulebase import Knowledge, ListDecl

DEAL, TITLE, AS_OF, CURRENCY = "deal", "title", "as_of", "currency"
KEYS = (DEAL, TITLE, AS_OF, CURRENCY)
COMPLETE = "_complete"
ENDINGS = ("", ".evidence", ".by", ".on", ".how")
ROW, SHAPE = "row", "shape"
"""Of what is read: the number of the row, from 1; the columns of another shape than theirs, each behind a blank."""


@dataclass(frozen=True)
class Layout:
    """The names that the columns of a table, and the keys of its members, may have."""

    knowledge: Knowledge

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns that hold text: keys, facts of the deal with their companions, whether lists are complete."""
        paths = (path for path, fact in self.knowledge.facts.items() if fact.scope == CASE)
        facts = (path + ending for path in paths for ending in ENDINGS)
        return (*KEYS, *facts, *(name + COMPLETE for name in self.knowledge.lists))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.cells, *self.knowledge.lists)

    def member(self, list_: str) -> dict[str, str]:
        """Return the keys of a member, short and full, with the column that each stands for."""
        declared = self.knowledge.lists[list_]
        found = {key: key for key in _own(declared)}
        for path in self.knowledge.members(list_):
            for name in (path + ending for ending in ENDINGS):
                found[name.removeprefix(f"{declared.member}.")] = name
                found[name] = name
        return found

    def header(self, names: Iterable[str], at: Location, problems: Problems) -> dict[str, str]:
        """Return the columns of a table by their names in the file; one that is not known is a problem."""
        known = {fold(name): name for name in self.columns}
        found: dict[str, str] = {}
        for name in names:
            column = known.get(fold(name))
            if column is None:
                self._unknown(name, at, problems)
            elif column in found.values():
                problems.add(at, "duplicate-column", f"the column {shorten(name)} stands twice")
            else:
                found[name] = column
        return found

    def _unknown(self, name: str, at: Location, problems: Problems) -> None:
        if name.strip().casefold().rpartition(".")[2] in BANNED:
            problems.add(at, "banned-field", f"{shorten(name)} is personal data that this product does not keep")
            return
        hint = nearest(name.strip(), self.columns) or f"; allowed: {either_of((*KEYS, *self.knowledge.lists))}, facts"
        problems.add(at, "unknown-column", f"a table of deals has no column {shorten(name)}{hint}")


def _own(declared: ListDecl) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("id", "name", declared.titled_by)))
