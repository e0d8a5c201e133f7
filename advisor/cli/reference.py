"""`advisor schema` and `advisor glossary`: what may be written, and what words mean."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click

from advisor.cli import options
from advisor.model import Fact
from advisor.paths import shipped
from advisor.problems import InputError, Location, Problem, nearest
from advisor.reference import Term
from advisor.render.layout.facts import facts_page
from advisor.render.layout.playbook import glossary_page
from advisor.render.output import show
from advisor.result_schema import entry_schema, result_schema
from advisor.rulecache import open_playbase
from advisor.schema import case_schema, rule_schema


@click.command("schema")
@click.argument("kind", type=click.Choice(["case", "rule", "result", "ledger"]))
@options.rules
def schema_command(kind: str, rules: Path | None) -> None:
    """Print a JSON Schema: of case files, of rule files, of the review's JSON, or of a line of a ledger.

    Example: advisor schema case > case.schema.json
    """
    if kind == "result":
        schema = result_schema()
    elif kind == "ledger":
        schema = entry_schema()
    else:
        base, _ = open_playbase(shipped(rules))
        schema = case_schema(base.knowledge) if kind == "case" else rule_schema(base.knowledge)
    click.echo(json.dumps(schema, ensure_ascii=False, indent=2))


@click.command("glossary")
@click.argument("term", required=False)
@options.lang
@options.format_
@options.rules
def glossary_command(term: str | None, lang: str, format_: str, rules: Path | None) -> None:
    """Explain a term of the playbooks, in either language; all terms when none is given.

    Example: advisor glossary coach --lang zh
    """
    base, _ = open_playbase(shipped(rules))
    terms = tuple(base.knowledge.terms.values())
    if term is not None:
        terms = _matching(terms, term)
    show(format_, lang, partial(glossary_page, terms=terms), terms)


def _matching(terms: tuple[Term, ...], word: str) -> tuple[Term, ...]:
    wanted = word.strip().casefold()
    exact = tuple(t for t in terms if wanted in (t.id, t.term.en.casefold(), t.term.zh.casefold()))
    found = exact or tuple(
        t for t in terms if wanted and any(wanted in n.casefold() for n in (t.id, t.term.en, t.term.zh))
    )
    if not found:
        names = [name for t in terms for name in (t.id, t.term.en, t.term.zh)]
        message = f'there is no term "{word[:80]}"{nearest(word, names)}'
        raise InputError([Problem(Location("command line"), "unknown-term", message)])
    return found


@click.command("facts")
@click.argument("word", required=False)
@options.lang
@options.format_
@options.rules
def facts_command(word: str | None, lang: str, format_: str, rules: Path | None) -> None:
    """List the facts that a case may state, with values and questions; those with a word in them when one is given.

    Example: advisor facts budget
    """
    base, _ = open_playbase(shipped(rules))
    facts = tuple(f for f in base.knowledge.facts.values() if word is None or _mentions(f, word.strip().casefold()))
    if not facts:
        names = list(base.knowledge.facts)
        message = f'no fact mentions "{(word or "")[:80]}"{nearest(word or "", names)}'
        raise InputError([Problem(Location("command line"), "unknown-fact", message)])
    show(format_, lang, partial(facts_page, knowledge=base.knowledge, facts=facts), facts)


def _mentions(fact: Fact, word: str) -> bool:
    texts = (fact.label, fact.ask, *fact.values.values())
    return any(word in text.casefold() for text in (fact.path, *(side for t in texts for side in (t.en, t.zh))))
