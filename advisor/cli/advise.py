"""`advisor next`, `why`, `why-not`, `what-if` and `flips`: one deal at a time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from advisor.cli import options
from advisor.render.output import show

# What has to tell something is loaded when the engine, beside, has begun to get ready.


@click.command("next")
@options.case
@click.option("--person", help="Prepare one meeting: with somebody by id, role or post.")
@options.common
def next_command(
    case: Path,
    person: str | None,
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    """Tell a rep the next best actions and questions on one deal, or an account manager on one account.

    Example: advisor next cases/packaging-line-dairy-group.yaml --person decision-maker
    """
    with options.alone(rules, format_) as judge:
        from advisor.cli import onedeal

        told = onedeal.next_steps(judge, case, options.day(as_of), person, names)
    show(format_, lang, *told)


@click.command("flips")
@options.case
@options.common
def flips_command(case: Path, lang: str, format_: str, rules: Path | None, as_of: datetime | None, names: bool) -> None:
    """Show the smallest changes that would turn the verdict.

    Example: advisor flips cases/packaging-line-dairy-group.yaml
    """
    with options.alone(rules, format_) as judge:
        from advisor.cli import onedeal

        told = onedeal.flips(judge, case, options.day(as_of), names)
    show(format_, lang, *told)


@click.command("why")
@options.case
@click.argument("conclusion", required=False)
@options.common
def why_command(
    case: Path,
    conclusion: str | None,
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    """Show why a conclusion holds: the verdict, or a verdict, finding or rule by its id.

    Example: advisor why cases/packaging-line-dairy-group.yaml create-doubt
    """
    with options.alone(rules, format_) as judge:
        from advisor.cli import onedeal

        told = onedeal.why(judge, case, options.day(as_of), names, conclusion)
    show(format_, lang, *told)


@click.command("why-not")
@options.case
@click.argument("verdict")
@options.common
def why_not_command(
    case: Path, verdict: str, lang: str, format_: str, rules: Path | None, as_of: datetime | None, names: bool
) -> None:
    """Show what keeps a verdict from being reached: its nearest rules, condition by condition.

    Example: advisor why-not cases/packaging-line-dairy-group.yaml negotiate
    """
    with options.alone(rules, format_) as judge:
        from advisor.cli import onedeal

        told = onedeal.why_not(judge, case, options.day(as_of), names, verdict)
    show(format_, lang, *told)


@click.command("what-if")
@options.case
@click.option(
    "--set", "settings", multiple=True, required=True, metavar="PATH=VALUE", help="Change a fact; can be repeated."
)
@options.common
def what_if_command(
    case: Path,
    settings: tuple[str, ...],
    lang: str,
    format_: str,
    rules: Path | None,
    as_of: datetime | None,
    names: bool,
) -> None:
    """Show a deal before and after some facts change; the case file stays as it is.

    A fact of a person or rival is written with its id: --set managing-director.stance=supporter

    Example: advisor what-if cases/packaging-line-dairy-group.yaml --set us.rank=level
    """
    with options.alone(rules, format_) as judge:
        from advisor.cli import onedeal

        told = onedeal.what_if(judge, case, options.day(as_of), names, settings)
    show(format_, lang, *told)


@click.command("view")
@options.case
@click.option("--as", "method", default="meddpicc", show_default=True, metavar="METHOD", help="Id of a method.")
@options.common
def view_command(
    case: Path, method: str, lang: str, format_: str, rules: Path | None, as_of: datetime | None, names: bool
) -> None:
    """Read one deal through a method that you know: which boxes are filled, by which facts, how well proven.

    Methods: meddpicc, tas (twenty questions), spin, blue-sheet (buying influences).

    Example: advisor view cases/packaging-line-dairy-group.yaml --as blue-sheet
    """
    with options.alone(rules, format_) as judge:
        from advisor.cli import onedeal

        told = onedeal.view(judge, case, options.day(as_of), names, method)
    show(format_, lang, *told)
