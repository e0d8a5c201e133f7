"""From a CRM's export to case files: new ones, and what nobody has stated yet in those that are there.

What a case file says stays: it was written by a person, who knows more than a form.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor import paths, yamlfile
from advisor.case import Case, Statement
from advisor.casefile import add_act, add_currency, add_facts, new_case
from advisor.casetext import value_text
from advisor.crm import ColumnUse, Kept, RowStatus, RowUse
from advisor.lexicon import listed, say
from advisor.load.cases import CaseReader, load_case
from advisor.load.deals import Deal, DealReader, case_id
from advisor.load.export import Export
from advisor.load.reader import Reader, shorten
from advisor.load.table import Record, fold
from advisor.model import Text, Value
from advisor.problems import InputError, Problems
from advisor.rulebase import Knowledge
from advisor.yamlfile import Mapping, Scalar

_ID = re.compile(r"""^\ufeff?case[ ]*:[ ]*(["']?)([a-z0-9-]+)\1[ ]*(?:#.*)?\r?$""", re.MULTILINE)
"""The id of a case as nearly every file writes it, also one that cannot be read to its end."""


@dataclass(frozen=True)
class Prepared:
    """A row with the file that it would give: None where there is nothing to write.

    `before` is what the file held when it was read; None where there was none.
    """

    use: RowUse
    path: Path | None = None
    text: str = ""
    before: str | None = None


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


def cases_in(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return the case files of a folder by the ids of their cases, whatever the files are called."""
    found: dict[str, tuple[Path, ...]] = {}
    for path in paths.case_files([folder]):
        text = yamlfile.read_text(path, "", Problems())
        id_ = _case_in(text) if text else ""
        found[id_] = (*found.get(id_, ()), path)
    found.pop("", None)
    return found


def _case_in(text: str) -> str:
    """Return the id of the case in a text; empty where there is none, or none that can be read."""
    said = _ID.search(text)
    if said is not None:
        return said[2]
    with contextlib.suppress(InputError):
        node = yamlfile.parse(text.removeprefix(yamlfile.BOM), "", Problems())
        id_ = node.entries.get("case") if isinstance(node, Mapping) else None
        return id_.text.strip() if isinstance(id_, Scalar) else ""
    return ""


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
                prepared = self._row(record, id_, problems)
                if prepared is not None:
                    self.first[id_] = record.number
                yield prepared or self._bad(record, id_, problems)
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
        present = self.present.get(deal.id, ())
        if len(present) > 1:
            files = ", ".join(map(paths.display, present))
            message = f"several files hold the case {shorten(deal.id)}: {files}; keep one of them in the folder"
            problems.add(record.at, "duplicate-id", message)
            return None
        if present:
            return self._add(record, deal, present[0])
        path = self.folder / f"{deal.id}.yaml"
        if os.path.exists(path):
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
        self._same_deal(record, deal, case)
        text = before = yamlfile.read_text(path, paths.display(path), Problems()) or ""
        stated = _stated(case)
        kept = tuple(_kept(fact, stated[fact], said.value) for fact, said in deal.facts.items() if fact in stated)
        fresh = {fact: said for fact, said in deal.facts.items() if fact not in stated}
        if not fresh:
            return Prepared(self._use(record, deal, path, kept, (), "same"))
        currency = self._currency(record, deal, case, fresh)
        if deal.on > case.as_of:
            text = add_act(text, deal.on, say("import.act", crm=self.export.map.title), fresh)
        else:
            text = add_facts(text, fresh)
        if currency:
            text = add_currency(text, currency)
        self._check(text, path)
        return Prepared(self._use(record, deal, path, kept, tuple(fresh), "added"), path, text, before)

    def _same_deal(self, record: Record, deal: Deal, case: Case) -> None:
        """See that the case is a deal, and the one that is meant where its title is all that names it."""
        problems = Problems()
        if case.kind != "deal":
            problems.add(record.at, "account-not-deal", f"{shorten(case.file)} is an account, and the row is a deal")
        elif not deal.numbered and fold(deal.title) not in (fold(case.title.en), fold(case.title.zh)):
            message = (
                f"the file for {shorten(deal.id)} has another title: {shorten(case.title.en)}; export the id as well"
            )
            problems.add(record.at, "file-exists", message)
        problems.raise_if_any()

    def _currency(self, record: Record, deal: Deal, case: Case, fresh: dict[str, Statement]) -> str:
        """Return the currency that the file must name for its new amounts; raise InputError if they do not fit."""
        if not deal.currency or case.currency == deal.currency or not any(map(self._is_money, fresh)):
            return ""
        problems, row = Problems(), f"the row is in {shorten(deal.currency)}, and the case file"
        if case.currency:
            problems.add(record.at, "currency-differs", f"{row} in {shorten(case.currency)}")
        elif any(map(self._is_money, _stated(case))):
            message = (
                f"{row} states amounts without a currency; write it into the file: {paths.display(Path(case.file))}"
            )
            problems.add(record.at, "currency-differs", message)
        problems.raise_if_any()
        return deal.currency

    def _is_money(self, path: str) -> bool:
        return self.knowledge.facts[path].type == "money"

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


def _kept(fact: str, stated: tuple[Statement, ...], value: Value | None) -> Kept:
    """Put what a file states beside what the export says: in the words of the file where both mean the same."""
    file = "; ".join(value_text(said.value) for said in stated) or "unknown"
    same = bool(stated) and all(said.value == value for said in stated)
    return Kept(fact, file, file if same else value_text(value))


def _stated(case: Case) -> dict[str, tuple[Statement, ...]]:
    """Return all that a case states of itself, at the beginning and by its acts: of each fact what was said last."""
    found = dict(case.content.facts)
    for act in case.history:
        found.update(act.content.facts)
    return found
