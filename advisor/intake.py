"""From a CRM's export to case files: new ones, and what nobody has stated yet in those that are there.

What a case file says stays: it was written by a person, who knows more than a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor import paths, yamlfile
from advisor.case import Case, Statement
from advisor.casefile import add_act, add_facts, new_case
from advisor.casetext import value_text
from advisor.crm import ColumnUse, Kept, RowStatus, RowUse
from advisor.lexicon import listed, say
from advisor.load.cases import CaseReader, load_case
from advisor.load.deals import Deal, DealReader, case_id
from advisor.load.export import Export
from advisor.load.reader import Reader, shorten
from advisor.load.table import Record, fold
from advisor.model import Text
from advisor.problems import InputError, Problems
from advisor.rulebase import Knowledge

_ID = re.compile(r"""^\ufeff?case[ ]*:[ ]*["']?([a-z0-9-]+)""", re.MULTILINE)


@dataclass(frozen=True)
class Prepared:
    """A row with the file that it would give: None where there is nothing to write."""

    use: RowUse
    path: Path | None = None
    text: str = ""


def columns(export: Export, knowledge: Knowledge) -> tuple[ColumnUse, ...]:
    """Say of every column what it gives, why it is left, or that the map does not know it."""
    map_ = export.map
    parts = [
        (map_.id, say("import.gives-id")),
        (map_.name, say("import.gives-title")),
        (map_.currency, say("import.gives-currency")),
        (map_.modified, say("import.gives-day")),
        *((source.columns, source.label) for source in map_.about),
        *((source.columns, knowledge.facts[source.path].label) for source in map_.facts),
    ]
    gives: dict[int, list[Text]] = {}
    for names, text in parts:
        index = export.pick(names)
        if index is not None:
            gives.setdefault(index, []).append(text)
    why = {fold(name): source.why for source in map_.left for name in source.columns}
    known = {fold(name) for name in map_.known()}
    found = []
    for index, cell in enumerate(export.table.header.cells):
        name = export.names[index]
        if index in gives:
            found.append(ColumnUse(cell.text, "taken", listed(gives[index])))
        elif name in known:
            found.append(ColumnUse(cell.text, "left", why.get(name) or say("import.other-column")))
        elif name:
            found.append(ColumnUse(cell.text, "unknown", say("import.unknown-column")))
    return tuple(found)


def cases_in(folder: Path) -> dict[str, Path]:
    """Return the case files of a folder by the ids of their cases, whatever the files are called."""
    found: dict[str, Path] = {}
    for path in paths.yaml_files(folder):
        text = yamlfile.read_text(path, "", Problems())
        said = _ID.search(text) if text else None
        if said is not None:
            found.setdefault(said[1], path)
    return found


class Importer:
    """Prepares the case files of an export, row by row; writing them is left to the caller."""

    def __init__(self, export: Export, knowledge: Knowledge, folder: Path) -> None:
        self.export, self.knowledge, self.folder = export, knowledge, folder
        self.reader = DealReader(export, knowledge.facts)
        self.cases = CaseReader(Reader(Problems()), knowledge)
        self.present = cases_in(folder)
        self.first: dict[str, int] = {}

    def rows(self) -> Iterator[Prepared]:
        """Yield what comes of each row; one that is bad stops no other."""
        for record in self.export.table.records:
            id_ = case_id(self.export, record)
            problems = Problems()
            try:
                yield self._row(record, id_, problems) or self._bad(record, id_, problems)
            except InputError as error:
                yield self._bad(record, id_, Problems(error.problems))

    def _bad(self, record: Record, id_: str, problems: Problems) -> Prepared:
        told = tuple(str(problem) for problem in sorted(set(problems.found)))
        return Prepared(RowUse(record.number, id_, "", "", "bad", problems=told))

    def _row(self, record: Record, id_: str, problems: Problems) -> Prepared | None:
        deal = self.reader.deal(record, problems)
        first = self.first.get(id_)
        if first is not None:
            message = f"the id {shorten(id_)} is that of row {first}, which alone counts; keep one of the two"
            problems.add(record.at, "duplicate-row", message)
        if deal is None or problems:
            return None
        self.first[deal.id] = record.number
        path = self.present.get(deal.id)
        if path is not None:
            return self._add(record, deal, path)
        path = self.folder / f"{deal.id}.yaml"
        if path.exists():
            message = f"the file for {shorten(deal.id)} exists and holds something else: {paths.display(path)}"
            problems.add(record.at, "file-exists", message)
            return None
        title = Text(deal.title, deal.title)
        text = new_case(deal.id, title, deal.as_of, deal.facts, about=deal.about, currency=deal.currency)
        self._check(text, path)
        return Prepared(self._use(record, deal, path, (), tuple(deal.facts), "new"), path, text)

    def _add(self, record: Record, deal: Deal, path: Path) -> Prepared:
        """Add to a file what it does not state yet, as of the day on which the case stands or as a later act."""
        path = paths.real(path)
        case = load_case(path, self.knowledge)
        text = yamlfile.read_text(path, paths.display(path), Problems()) or ""
        stated = _stated(case)
        kept = tuple(
            Kept(fact, "; ".join(value_text(s.value) for s in stated[fact]) or "unknown", value_text(said.value))
            for fact, said in deal.facts.items()
            if fact in stated
        )
        fresh = {fact: said for fact, said in deal.facts.items() if fact not in stated}
        if not fresh:
            return Prepared(self._use(record, deal, path, kept, (), "same"))
        self._same_currency(record, deal, case, fresh)
        if deal.on > case.as_of:
            text = add_act(text, deal.on, say("import.act", crm=self.export.map.title), fresh)
        else:
            text = add_facts(text, fresh)
        self._check(text, path)
        return Prepared(self._use(record, deal, path, kept, tuple(fresh), "added"), path, text)

    def _same_currency(self, record: Record, deal: Deal, case: Case, fresh: dict[str, Statement]) -> None:
        """See that an amount is not put beside amounts of another currency."""
        money = any(self.knowledge.facts[fact].type == "money" for fact in fresh)
        if money and case.currency and deal.currency and case.currency != deal.currency:
            problems = Problems()
            message = f"the row is in {shorten(deal.currency)}, and the case file in {shorten(case.currency)}"
            problems.add(record.at, "currency-differs", message)
            problems.raise_if_any()

    def _check(self, text: str, path: Path) -> None:
        """See that what is to be written can be read; raise InputError if not."""
        problems, name = self.cases.reader.problems, path.name
        problems.found.clear()
        node = yamlfile.parse(text.removeprefix(yamlfile.BOM), name, problems)
        if node is not None:
            self.cases.case(node, name)
        problems.raise_if_any()

    def _use(
        self, record: Record, deal: Deal, path: Path, kept: tuple[Kept, ...], taken: tuple[str, ...], status: RowStatus
    ) -> RowUse:
        return RowUse(
            record.number, deal.id, deal.title, paths.display(path), status, taken, kept, deal.left, deal.unknown
        )


def _stated(case: Case) -> dict[str, tuple[Statement, ...]]:
    """Return all that a case states of itself, at the beginning and by its acts: of each fact what was said last."""
    found = dict(case.content.facts)
    for act in case.history:
        found.update(act.content.facts)
    return found
