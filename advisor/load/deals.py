"""A row of an export: the deal that it tells of, and what it says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from advisor.case import Statement
from advisor.crm import FactSource
from advisor.lexicon import listed, say
from advisor.load.cells import Convention, currency_code
from advisor.load.export import Export
from advisor.load.reader import MAX_ID, MAX_TEXT, shorten
from advisor.load.table import Cell, Record
from advisor.load.values import UNKNOWN, Unknown
from advisor.model import Fact, Text, Value
from advisor.problems import UNPRINTABLE, Problems

_FLAGS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}
_MAX_CURRENCY = 20
_SHORT_ID = re.compile("[A-Za-z0-9]{15}")
"""An id of Salesforce in whose letters capitals count; reports show it, data exports the one of 18 signs."""
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True)
class Deal:
    """A deal as a row tells of it; `numbered` tells that it has an id, without which only the title names it.

    `left` and `unknown` quote cells that give no fact: by intent, or not understood.
    """

    id: str
    numbered: bool
    title: str
    about: Text | None
    currency: str
    as_of: date
    on: date
    facts: dict[str, Statement]
    left: tuple[str, ...]
    unknown: tuple[str, ...]


def case_id(export: Export, record: Record) -> str:
    """Return the id of the case: of the CRM's id or, where there is none, of the title; empty if neither gives one."""
    return _slug(_crm_id(export, record) or _text(export.cell(record, export.map.name)))[:MAX_ID].strip("-")


def _crm_id(export: Export, record: Record) -> str:
    """Return the id by which the CRM knows the row, in its long form where it has two."""
    number = _text(export.cell(record, export.map.id))
    return _long_id(number) if export.map.id_form == "salesforce" and _SHORT_ID.fullmatch(number) else number


def _long_id(short: str) -> str:
    """Add the three signs that say which of the fifteen are capitals, each for five of them, the first counting one."""
    fives = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(_CAPITALS[sum(sign.isupper() << place for place, sign in enumerate(five))] for five in fives)


def _slug(words: str) -> str:
    return re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")


class DealReader:
    """Reads rows; what is wrong with one is added to its own problems."""

    def __init__(self, export: Export, facts: dict[str, Fact]) -> None:
        self.export = export
        self.facts = facts
        self.sources = [(source, export.pick(source.columns)) for source in export.map.facts]

    def deal(self, record: Record, problems: Problems) -> Deal | None:
        """Read a row; None, with problems added, if it is no deal."""
        width = len(self.export.names)
        if len(record.cells) < width or any(cell.text.strip() for cell in record.cells[width:]):
            message = f"the row has {len(record.cells)} cells, and the first row of the table {width}"
            problems.add(record.at, "row-length", message)
            return None
        title = self._title(record, problems)
        id_, number = case_id(self.export, record), _crm_id(self.export, record)
        if title and not id_:
            message = "no id, and no Latin letter or digit in the title to make one of; export the id as well"
            problems.add(record.at, "bad-id", message)
        elif len(_slug(number)) > MAX_ID:
            problems.add(record.at, "bad-id", f"the id {shorten(number)} is longer than {MAX_ID} characters")
        on = self._on(record, problems)
        facts, left, unknown = self._facts(record, on, problems)
        currency, about = self._currency(record, problems), self._about(record, problems)
        if problems:
            return None
        as_of = self.export.wishes.as_of or on
        return Deal(id_, bool(number), title, about, currency, as_of, on, facts, tuple(left), tuple(unknown))

    def _title(self, record: Record, problems: Problems) -> str:
        cell = self.export.cell(record, self.export.map.name)
        title = self._words(cell, problems)
        if cell is not None and not title:
            problems.add(cell.at, "empty-value", "the title is empty")
        return title

    def _words(self, cell: Cell | None, problems: Problems) -> str:
        """Read text in one line that a file can hold."""
        text = _text(cell)
        bad = re.search(UNPRINTABLE, text)
        if cell is not None and bad is not None:
            message = f"the control character U+{ord(bad.group()):04X} cannot stand in a file; remove it"
            problems.add(cell.at, "control-character", message)
        if cell is not None and len(text) > MAX_TEXT:
            problems.add(cell.at, "text-too-long", f"the cell is longer than {MAX_TEXT} characters")
        return text

    def _on(self, record: Record, problems: Problems) -> date:
        """Read the day on which a row was last changed, or take that of the whole export."""
        index, as_of = self.export.pick(self.export.map.modified), self.export.wishes.as_of
        cell = record.cells[index] if index is not None else None
        if index is None or cell is None or not cell.text.strip():
            if as_of is None:
                message = "nothing tells when this row was last changed; say --as-of and the day of the export"
                problems.add(cell.at if cell else record.at, "empty-value", message)
            return as_of or date.min
        found = self._day(index, cell, problems)
        if found is not None and as_of is not None and found > as_of:
            problems.add(cell.at, "after-as-of", f"the row was changed on {found}, after --as-of ({as_of})")
        return found or date.min

    def _day(self, index: int, cell: Cell, problems: Problems) -> date | None:
        found = self.export.days[index].value(cell.text)
        if found is None:
            problems.add(cell.at, "not-a-date", self.export.days[index].why_not(cell.text, "day", "YYYY-MM-DD"))
        return found

    def _currency(self, record: Record, problems: Problems) -> str:
        """Read the currency: from its column, or where it stands with an amount; the two must agree."""
        cell = self.export.cell(record, self.export.map.currency)
        found = self._words(cell, problems)
        if cell is not None and len(found) > _MAX_CURRENCY:
            problems.add(cell.at, "text-too-long", f"a currency has at most {_MAX_CURRENCY} characters")
        for source, index in self.sources:
            code = currency_code(record.cells[index].text) if index in self.export.amounts and index is not None else ""
            if code and found and code != found and self.facts[source.path].type == "money" and index is not None:
                message = f"the amount is in {code}, and the deal in {shorten(found)}"
                problems.add(record.cells[index].at, "currency-differs", message)
            found = found or code
        return found

    def _about(self, record: Record, problems: Problems) -> Text | None:
        cells = ((source.label, self.export.cell(record, source.columns)) for source in self.export.map.about)
        told = [(label, self._words(cell, problems)) for label, cell in cells]
        lines = [say("import.about", label=label, value=words) for label, words in told if words]
        return listed(lines) if lines else None

    def _facts(self, record: Record, on: date, problems: Problems) -> tuple[dict[str, Statement], list[str], list[str]]:
        facts: dict[str, Statement] = {}
        left, unknown = [], []
        for source, index in self.sources:
            cell = record.cells[index] if index is not None else None
            if index is None or cell is None or not cell.text.strip():
                continue
            said = f"{self.export.table.header.cells[index].text.strip()}: {shorten(cell.text)}"
            value = self._value(source, index, cell, problems)
            if not isinstance(value, Unknown):
                facts[source.path] = Statement(value, source.grade, source.by, on, source.how)
            elif _text(cell).casefold() in source.silent:
                left.append(said)
            else:
                unknown.append(said)
        return facts, left, unknown

    def _value(self, source: FactSource, index: int, cell: Cell, problems: Problems) -> Value | Unknown | None:
        """Read what a cell says of a fact; UNKNOWN for a word of a list that nobody has translated."""
        fact, word = self.facts[source.path], _text(cell).casefold()
        if word in source.values:
            return source.values[word]
        if word in source.silent:
            return UNKNOWN
        if fact.type == "enum":
            return next((v for v, t in fact.values.items() if word in (v, t.en.casefold(), t.zh)), UNKNOWN)
        if fact.type == "bool":
            return _FLAGS.get(word, UNKNOWN)
        if fact.type == "text":
            return self._words(cell, problems)
        if fact.type == "date":
            return self._day(index, cell, problems)
        return self._number(fact, self.export.amounts[index], cell, problems)

    def _number(self, fact: Fact, way: Convention[Decimal], cell: Cell, problems: Problems) -> Value | None:
        number = way.value(cell.text)
        if number is None:
            problems.add(
                cell.at, "not-a-number", way.why_not(cell.text, "number", "digits, such as 12000000 or EUR 12000000")
            )
        elif fact.type == "int":
            if number != number.to_integral_value():
                problems.add(cell.at, "not-a-whole-number", f"{shorten(cell.text)} is no whole number")
            return int(number)
        return number


def _text(cell: Cell | None) -> str:
    return " ".join(cell.text.split()) if cell is not None else ""
