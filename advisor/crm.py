"""What a CRM's export gives to cases: the map of its columns, and what came of each row."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from advisor.model import Text, Value
from advisor.record import dataclass

DateOrder = Literal["day-first", "month-first"]
"""How days such as 03/04/2026 are read."""
DecimalMark = Literal["point", "comma"]
"""Which sign parts whole numbers from what comes after: 1,234.50 or 1.234,50."""

IdForm = Literal["salesforce"]
"""How a CRM writes the ids of its rows, where it has several ways for one."""

ColumnStatus = Literal["taken", "left", "unknown"]
RowStatus = Literal["new", "added", "same", "bad"]


@dataclass(frozen=True)
class FactSource:
    """The columns that give a fact, as API or report call them, and the evidence that it then has.

    `values` says what a word of the CRM means, in lower case (None: known to be absent); words in `silent` say nothing
    about the fact.
    """

    path: str
    columns: tuple[str, ...]
    grade: str
    by: str
    how: str | None
    values: dict[str, Value | None]
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AboutSource:
    """Columns that are told to the reader of a case, behind a label."""

    columns: tuple[str, ...]
    label: Text


@dataclass(frozen=True)
class LeftSource:
    """Columns that are not taken, and why."""

    columns: tuple[str, ...]
    why: Text


@dataclass(frozen=True)
class CrmMap:
    """Which column of an export gives which part of a case."""

    title: Text
    id: tuple[str, ...]
    name: tuple[str, ...]
    currency: tuple[str, ...]
    modified: tuple[str, ...]
    about: tuple[AboutSource, ...]
    facts: tuple[FactSource, ...]
    left: tuple[LeftSource, ...]
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None
    id_form: IdForm | None = None

    def known(self) -> set[str]:
        """Return every column that the map names."""
        own = (self.id, self.name, self.currency, self.modified)
        parts: tuple[AboutSource | FactSource | LeftSource, ...] = (*self.about, *self.facts, *self.left)
        return {column for columns in (*own, *(part.columns for part in parts)) for column in columns}


@dataclass(frozen=True)
class ColumnUse:
    """What becomes of a column of the file; `text` says what it gives, or why it is left."""

    column: str
    status: ColumnStatus
    text: Text


@dataclass(frozen=True)
class Kept:
    """A fact that the case file states already, with what the export says of it."""

    path: str
    file: str
    export: str


@dataclass(frozen=True)
class RowUse:
    """What became of a row: its case, facts taken, facts that stay as the file has them, and what says nothing."""

    row: int
    case: str
    title: str
    file: str
    status: RowStatus
    taken: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    left: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the case file says something else than the row."""
        return any(kept.file != kept.export for kept in self.kept)


@dataclass(frozen=True)
class Intake:
    """What came of an export."""

    file: str
    crm: Text
    dry_run: bool
    columns: tuple[ColumnUse, ...]
    rows: tuple[RowUse, ...]
    below: int = 0
    """Rows under the table, such as the name and the date of a report."""

    def of(self, status: RowStatus) -> int:
        """Count the rows of which this came."""
        return sum(row.status == status for row in self.rows)

    def not_understood(self) -> dict[str, int]:
        """Count by column and word the cells that the map does not understand, the most frequent first."""
        counts = Counter(words for row in self.rows for words in row.unknown)
        return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
