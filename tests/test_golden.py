"""Every shipped case's report, as a board reads it, in both languages, and the README's transcripts.

`pytest tests/test_golden.py --update-golden` writes them anew; look at the difference before you commit it.
"""

from __future__ import annotations

import json
import re
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from advisor.cli.main import main
from advisor.explain.account import account_report
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.render.blocks import Page
from advisor.render.layout.account import account_page
from advisor.render.layout.deal import deal_page
from advisor.render.output import render
from advisor.result import AccountReport, CaseReport

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
CASES = sorted((ROOT / "cases").rglob("*.yaml"))
README = ROOT / "README.md"
TRANSCRIPT = re.compile(r"^```\n\$ (advisor [^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def compare(path: Path, text: str, update: bool) -> None:
    """Compare with a golden file, or write it."""
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing; run with --update-golden and look at it"
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; run with --update-golden and look"


def judged(judge: Judge, path: Path) -> CaseReport | AccountReport:
    """Judge a shipped case, its file named as from the checkout."""
    judgement = judge.judge(load_case(path, judge.knowledge))
    build = account_report if judgement.case.kind == "account" else report
    return build(judge, judgement)


def lay_out(found: CaseReport | AccountReport, page: Page) -> None:
    """Lay out a deal or an account as it is read."""
    if isinstance(found, AccountReport):
        account_page(page, found)
    else:
        deal_page(page, found)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_of_a_case_reads_as_before(shipped_judge: Judge, path: Path, lang: str, update_golden: bool) -> None:
    found = judged(shipped_judge, path)
    text = render("markdown", lang, partial(lay_out, found), found).replace(str(ROOT) + "/", "")
    compare(GOLDEN / f"{path.stem}.{lang}.md", text, update_golden)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_the_verdicts_and_rules_of_a_case_are_as_before(shipped_judge: Judge, path: Path, update_golden: bool) -> None:
    found = judged(shipped_judge, path)
    kept = account_skeleton(found) if isinstance(found, AccountReport) else deal_skeleton(found)
    compare(GOLDEN / f"{path.stem}.json", json.dumps(kept, indent=1, ensure_ascii=False) + "\n", update_golden)


def account_skeleton(account: AccountReport) -> dict[str, Any]:
    """Return what rules concluded about an account."""
    return {
        "classes": [[c.scheme, c.place, c.rule] for c in account.classes],
        "people": {p.id: [[c.scheme, c.place] for c in p.classes] for p in account.people},
        "approach": {p.id: [[a.slot, a.rule] for a in p.approach] for p in account.people},
        "warnings": [w.rule for w in account.warnings],
        "actions": [a.rule for a in account.actions],
        "compliance": [[g.level, g.rule] for g in account.compliance],
        "questions": [[q.fact.path, q.fact.member] for q in account.questions],
    }


def deal_skeleton(case: CaseReport) -> dict[str, Any]:
    """Return the verdict of a deal, with what carries and could turn it."""
    return {
        "verdict": case.verdict.id,
        "settled": case.settled,
        "possible": [v.id for v in case.possible],
        "proven": case.proof.verdict.id,
        "candidates": [[c.rule, c.status, *c.by] for c in case.candidates if c.status != "undecided"],
        "compliance": [[g.answer, g.level, g.rule] for g in case.compliance],
        "flips": [[[c.fact.path, c.to.en] for c in f.changes] + [f.verdict.id] for f in case.flips],
        "questions": [[q.fact.path, q.fact.member] for q in case.questions],
        "trace": [[s.rule, s.member] for s in case.trace],
    }


@pytest.mark.parametrize(
    ("command", "page"),
    [
        ("advisor facts --format markdown", "facts.en.md"),
        ("advisor facts --format markdown --lang zh", "facts.zh.md"),
        ("advisor playbook verdicts --format markdown", "verdicts.en.md"),
        ("advisor playbook verdicts --format markdown --lang zh", "verdicts.zh.md"),
        ("advisor playbook coverage --cases cases --format markdown", "coverage.md"),
    ],
)
def test_the_generated_pages_are_up_to_date(
    command: str, page: str, update_golden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    compare(ROOT / "docs" / "reference" / page, f"<!-- {command} -->\n\n{output(command)}", update_golden)


def test_no_golden_file_is_an_orphan() -> None:
    expected = {f"{path.stem}{end}" for path in CASES for end in (".en.md", ".zh.md", ".json")}
    assert {path.name for path in GOLDEN.iterdir()} == expected


def test_the_transcripts_of_the_readme_are_real(update_golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    text = README.read_text(encoding="utf-8")
    real = TRANSCRIPT.sub(lambda match: f"```\n$ {match[1]}\n{output(match[1])}```", text)
    if update_golden:
        README.write_text(real, encoding="utf-8")
        text = real
    assert TRANSCRIPT.search(text), "the README shows what the commands print"
    assert real == text, "a transcript of the README is out of date; run with --update-golden"


def output(command: str) -> str:
    """Run a command as the README shows it; lines end where their words end."""
    result = CliRunner().invoke(main, shlex.split(command)[1:], standalone_mode=False)
    assert result.exception is None, result.exception
    return "".join(f"{line.rstrip()}\n" for line in result.output.strip("\n").split("\n"))
