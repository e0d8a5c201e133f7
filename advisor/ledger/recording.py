"""A judged deal to what a ledger keeps of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from advisor import __version__, paths, yamlfile
from advisor.case import Case
from advisor.evidence import Place, View
from advisor.explain.wording import Wording
from advisor.judge import Judge, Judgement
from advisor.ledger.entry import Advice, Choice, Fact, Member, MemberList, Tool
from advisor.load.cases import parse_case
from advisor.paths import Library
from advisor.problems import Location, Problems
from advisor.program import YES
from advisor.rule import STOPPING, Then
from advisor.rulebase import Knowledge


def advice(judge: Judge, judgement: Judgement, library: Library, case: str, decision: str | None) -> Advice:
    """Return what is kept of a judged deal; `case` is the hash of its file, `decision` the verdict of the board."""
    verdict = judgement.decision.verdict

    def holding(wanted: Callable[[Then], bool]) -> tuple[str, ...]:
        rules = ((u.rule, judgement.inference.value(u)) for u in judge.program.units if u.rule is not None)
        return tuple(sorted(rule.id for rule, value in rules if value == YES and wanted(rule.then)))

    def chosen(id_: str) -> Choice:
        verdict = judge.knowledge.verdicts[id_]
        return Choice(id_, verdict.closes, verdict.holds_back)

    standing = (c.unit.rule for c in judgement.decision.standing if c.verdict == verdict)
    decided = tuple(rule.id for rule in standing if rule is not None)
    return Advice(
        case=case,
        playbook=playbook_hash(library),
        tool=Tool(__version__, _hash(paths.code_files())),
        currency=judgement.case.currency,
        facts=tuple(_facts(judgement, Wording(judge.knowledge, judgement.view, judgement.case.currency))),
        lists=tuple(_lists(judgement.view)),
        verdict=chosen(verdict),
        settled=judgement.settlement.settled,
        possible=judgement.settlement.possible,
        proven=judgement.proven.verdict,
        decided=decided,
        supports=tuple(id_ for id_ in holding(lambda then: verdict in then.supports) if id_ not in decided),
        opposes=holding(lambda then: verdict in then.opposes),
        guards=holding(lambda then: then.guard is not None and then.guard.level in STOPPING),
        decision=chosen(decision) if decision else None,
    )


def read_deal(path: Path, knowledge: Knowledge) -> tuple[Case, str]:
    """Read a deal and the SHA-256 of its file, both from the same bytes; raise InputError for an account, too."""
    name, problems = paths.display(path), Problems()
    text = yamlfile.read_text(path, name, problems)
    problems.raise_if_any()
    case = parse_case((text or "").removeprefix(yamlfile.BOM), name, knowledge)
    if case.kind == "account":
        problems.add(Location(name), "account-not-deal", "this file is an account, and a ledger is about deals")
    problems.raise_if_any()
    return case, hashlib.sha256((text or "").encode()).hexdigest()


def playbook_hash(library: Library) -> str:
    """Return the SHA-256 of rules and knowledge: of the files and their names, wherever the folders lie."""
    return _hash(paths.playbook_files(library))


def _hash(files: Iterable[tuple[str, Path]]) -> str:
    """Hash files and their names, each with its length, so that none can run into the next."""
    total = hashlib.sha256()
    for name, path in files:
        for part in (name.encode("utf-8", "surrogateescape"), path.read_bytes()):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()


def _facts(judgement: Judgement, wording: Wording) -> Iterator[Fact]:
    """Yield what inference knew, in a fixed order; what it was not allowed to use is not kept either."""
    for member, path in _places(judgement.view):
        line = wording.fact((member, path))
        if line.standing != "unknown":
            yield Fact(path, member, line.standing, line.raw, line.grade, line.on, line.stale)


def _places(view: View) -> Iterator[Place]:
    yield from ((None, path) for path in sorted(view.states))
    for name in sorted(view.lists):
        yield from ((member.id, path) for member in view.lists[name] for path in sorted(member.states))


def _lists(view: View) -> Iterator[MemberList]:
    for name in sorted(view.lists):
        members = tuple(Member(member.id, member.title) for member in view.lists[name])
        yield MemberList(name, view.is_complete(name), members)
