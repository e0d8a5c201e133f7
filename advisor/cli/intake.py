"""`advisor import`: from a CRM's export to case files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

import click

from advisor import paths
from advisor.cli import options
from advisor.crm import CrmMap, DateOrder, DecimalMark, Intake, RowUse
from advisor.intake import Importer, Prepared, columns
from advisor.load.crm import find_map, load_map
from advisor.load.export import Wishes, open_export
from advisor.load.table import Table, read_table
from advisor.paths import shipped
from advisor.problems import Exit, InputError, Problems
from advisor.render.layout.intake import intake_page
from advisor.render.output import show
from advisor.rulebase import Knowledge
from advisor.rulecache import open_playbase
from advisor.writing import write_changed, write_new


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "map_",
    required=True,
    metavar="NAME|FILE.yaml",
    help="Which column gives what: salesforce, hubspot, or a map of your own.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("cases"),
    show_default=True,
    help="Folder of the case files.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of the export; new cases stand as of this day.")
@click.option("--dates", type=click.Choice(["day-first", "month-first"]), help="How days such as 03/04/2026 are meant.")
@click.option("--decimal", type=click.Choice(["point", "comma"]), help="Which sign parts off fractions.")
@click.option("--dry-run", is_flag=True, help="Report only; write nothing.")
@options.lang
@options.format_
@options.rules
def import_command(
    file: Path,
    map_: str,
    to: Path,
    as_of: datetime | None,
    dates: str | None,
    decimal: str | None,
    dry_run: bool,
    lang: str,
    format_: str,
    rules: Path | None,
) -> int:
    """Make case files out of a CRM's export (CSV), and report what was taken, left and not understood.

    What a case file states already is kept; only facts that it does not state are added.

    Example: advisor import opportunities.csv --map salesforce --to cases/ --as-of 2026-03-01
    """
    wishes = Wishes(options.day(as_of), cast(DateOrder | None, dates), cast(DecimalMark | None, decimal))
    library = shipped(rules)
    base, _ = open_playbase(library)
    knowledge, crm = base.knowledge, load_map(find_map(map_, library), base.knowledge)
    problems = Problems()
    table = read_table(file, paths.display(file), crm.known(), problems)
    problems.raise_if_any()
    intake = _import(cast(Table, table), crm, knowledge, wishes, to, dry_run)
    show(format_, lang, partial(intake_page, intake=intake, facts=knowledge.facts), intake)
    return Exit.INPUT if intake.of("bad") else Exit.OK


def _import(table: Table, crm: CrmMap, knowledge: Knowledge, wishes: Wishes, to: Path, dry_run: bool) -> Intake:
    problems = Problems()
    export = open_export(table, crm, knowledge.facts, wishes, problems)
    problems.raise_if_any()
    progress, rows = options.Progress(len(table.records)), []
    try:
        for prepared in Importer(export, knowledge, to).rows():
            progress.step(prepared.path or Path(prepared.use.case))
            rows.append(prepared.use if dry_run else _written(prepared))
    finally:
        progress.close()
    return Intake(table.file, crm.title, dry_run, columns(export, knowledge), tuple(rows), table.below)


def _written(prepared: Prepared) -> RowUse:
    """Write the file of a row whole, or say why not; the other rows go on."""
    if prepared.path is None:
        return prepared.use
    try:
        if prepared.before is None:
            write_new(prepared.path, prepared.text)
        else:
            write_changed(prepared.path, prepared.before, prepared.text)
    except InputError as error:
        return replace(prepared.use, status="bad", taken=(), problems=tuple(map(str, error.problems)))
    return prepared.use
