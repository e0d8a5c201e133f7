"""`advisor playbook`: for rule authors and trainers."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import click

from advisor.casework import Casework, casework
from advisor.checks.examples import check_examples, run_examples
from advisor.checks.mutants import survivors
from advisor.checks.shortest import shortest, stated
from advisor.cli import options
from advisor.cli.portfolio import sql_command
from advisor.coverage import coverage
from advisor.judge import Judge
from advisor.paths import shipped
from advisor.playbase import load_playbase
from advisor.problems import Exit, InputError, Location, Problem, Problems, nearest
from advisor.render.layout import playbook as pages
from advisor.render.output import show
from advisor.rulebase import Item, Playbase, RuleFile
from advisor.rulecache import open_playbase


@click.group("playbook")
def playbook() -> None:
    """List, show, check and test the rules.

    Example: advisor playbook show 38
    """


@playbook.command("list")
@options.lang
@options.format_
@options.rules
def list_command(lang: str, format_: str, rules: Path | None) -> None:
    """List the rule files.

    Example: advisor playbook list --lang zh
    """
    base, _ = open_playbase(shipped(rules))
    plain = [{"item": f.item, "id": f.id, "title": f.title, "rules": [r.id for r in f.rules]} for f in base.files]
    show(format_, lang, partial(pages.list_page, base=base), plain)


_CASES = click.option(
    "--cases", "cases_", multiple=True, type=click.Path(path_type=Path), help="Cases in which to see where it bites."
)


@playbook.command("show")
@click.argument("id_", metavar="ID")
@_CASES
@options.lang
@options.format_
@options.rules
def show_command(id_: str, cases_: tuple[Path, ...], lang: str, format_: str, rules: Path | None) -> None:
    """Show one item as a trainer would teach it, by its number, its id, or the id of one of its rules.

    Example: advisor playbook show proposal-timing-matrix --cases cases/
    """
    base, bites = _base(rules, cases_)
    item, file = _find(base, id_)
    plain = {
        "item": item,
        "passages": pages.passages(base, item) if item else [],
        "rules": [{"id": r.id, "title": r.title, "because": r.because} for r in (file.rules if file else ())],
    }
    show(format_, lang, partial(pages.item_page, base=base, item=item, file=file, cases=bites), plain)


def _judge(rules: Path | None) -> Judge:
    """Open the rule base from its files: whoever writes rules needs all of it, examples too."""
    return Judge(*load_playbase(shipped(rules)))


def _base(rules: Path | None, cases_: tuple[Path, ...]) -> tuple[Playbase, Casework]:
    """Load the rule base and see in which of the cases its rules bite."""
    if not cases_:
        return load_playbase(shipped(rules))[0], Casework()
    with closing(_judge(rules)) as judge:
        return judge.base, casework(judge, options.case_files(cases_))


def _find(base: Playbase, id_: str) -> tuple[Item | None, RuleFile | None]:
    slug = id_.partition("/")[0]
    items = base.knowledge.items
    item = next((i for i in items.values() if id_ == str(i.number) or i.slug == slug), None)
    file = next((f for f in base.files if f.id == (item.slug if item else slug)), None)
    if item is None and file is None:
        names = [i.slug for i in items.values()] + [f.id for f in base.files]
        message = f'there is no item "{id_[:80]}"{nearest(id_, names)}'
        raise InputError([Problem(Location("command line"), "unknown-item", message)])
    return item, file


@playbook.command("check")
@options.rules
def check_command(rules: Path | None) -> int:
    """Check every rule and knowledge file and every example; all problems in one run.

    Example: advisor playbook check --rules my-rules/
    """
    with closing(_judge(rules)) as judge:
        problems = sorted(check_examples(judge))
        if problems:
            raise InputError(problems)
        _summary(judge, "no problems")
    return Exit.OK


@playbook.command("test")
@click.argument("only", required=False, metavar="[ID]")
@options.rules
def test_command(only: str | None, rules: Path | None) -> int:
    """Run the examples, then weaken each rule and see whether its examples notice.

    Example: advisor playbook test proposal-timing-matrix
    """
    with closing(_judge(rules)) as judge:
        count = sum(1 for _ in run_examples(judge, Problems(), only))
        if only and not count:
            names = [u.rule.id for u in judge.program.units if u.rule]
            message = f'no rule starts with "{only[:80]}"{nearest(only, names)}'
            raise InputError([Problem(Location("command line"), "unknown-rule", message)])
        problems = sorted({*check_examples(judge, only), *survivors(judge, only)})
        if problems:
            raise InputError(problems)
        _summary(judge, f"{count} examples pass, and every weakened rule is noticed")
    return Exit.OK


def _summary(judge: Judge, text: str) -> None:
    rules = sum(unit.rule is not None for unit in judge.program.units)
    click.echo(f"{rules} rules in {len(judge.program.levels)} levels over {len(judge.knowledge.facts)} facts: {text}")


@playbook.command("coverage")
@_CASES
@options.lang
@options.format_
@options.rules
def coverage_command(cases_: tuple[Path, ...], lang: str, format_: str, rules: Path | None) -> None:
    """List every item of the playbooks: its logic, rules, examples, and the cases in which it bites.

    Example: advisor playbook coverage --cases cases/ --format markdown
    """
    base, bites = _base(rules, cases_)
    lines = coverage(base, bites)
    show(format_, lang, partial(pages.coverage_page, lines=lines), lines)


@playbook.command("verdicts")
@options.lang
@options.format_
@options.rules
def verdicts_command(lang: str, format_: str, rules: Path | None) -> None:
    """Show for each verdict the shortest case that reaches it, and the one fact that takes it away.

    Example: advisor playbook verdicts --lang zh
    """
    with closing(_judge(rules)) as judge:
        found = shortest(judge)
        plain = [{"verdict": s.verdict, "rule": s.rule.id, "facts": stated(s.view)} for s in found]
        show(format_, lang, partial(pages.verdicts_page, base=judge.base, found=found), plain)


playbook.add_command(sql_command)
