"""Every command over the small rule base, as a user's arguments reach it: what it prints where, and its exit code."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import pytest
from rich.cells import cell_len

from advisor import paths
from advisor.case import Case
from advisor.cli.main import main, run
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import Text
from advisor.render.mark import is_ours, marked
from advisor.result import Unreadable
from advisor.review import Judged, judged
from advisor.rulebase import Knowledge
from tests.ledgers import PLAIN, written

TESTS = Path(__file__).resolve().parent

SETTLED = """\
case: harbour
title: {en: A harbour's ticket system, zh: 港口票务系统}
as_of: 2026-03-01
currency: CNY
facts:
  deal:
    phase: {value: late, evidence: written, by: buyer, on: 2026-02-20, how: published}
    needs_known: yes
  deal.criteria: ours
  deal.price: 1,200,000
  deal.floor: 1000000
stakeholders:
  - {id: buyer, post: {en: Head of buying, zh: 采购负责人}, name: Wang Fang, role: decision-maker, stance: for}
competitors:
  - {name: Rival, strong: yes}
history:
  - {on: 2026-04-01, title: The rival wrote the criteria, facts: {deal.criteria: rival}}
"""
"""Judged `bid`, settled; after the act of April `reshape-criteria`."""

OPEN = "case: mill\ntitle: A mill's scales\nas_of: 2026-03-01\nfacts: {deal.criteria: ours}\n"
BLOCKED = "case: dock\ntitle: A dock's crane\nas_of: 2026-03-01\nfacts: {deal.price: 5, deal.floor: 6}\n"
UNREADABLE = "case: gate\ntitle: A gate\nas_of: 2026-03-01\nfacts: {deal.phas: late}\n"

EXPORTS = {
    # Exports of a CRM: one that is read, and those that stop before anything is read.
    "deals": "Key,Name,Price,Phase,Owner,Room,Changed\nK-1,A mill,12,Begun,X,3,2026-02-01\nK-2,A,,Odd,,,2026-02-01\n",
    "header": "a,b\n1,2\n",
    "title": "Key,Nme,Changed\nK-1,A mill,2026-02-01\n",
    "twice": "Key,Name,name,Changed\nK-1,A,B,2026-02-01\n",
    "undated": "Key,Name\nK-1,A mill\n",
    "days": "Key,Name,Changed\nK-1,A,13.14.2026\nK-2,B,03/04/2026\nK-3,C,05/06/2026\n",
    "amounts": "Key;Name;Price;Changed\nK-1;A;1.200;2026-02-01\n",
    "quote": 'Key,Name,Changed\nK-1,"A mill,2026-02-01\n',
    "closed": 'Key,Name,Changed\nK-1,"A" mill,2026-02-01\n',
    "nul": "K\0e\0y\0",
    "blank": " \n\n",
}

CASE = "harbour.yaml"
COMMANDS = [
    ["review", CASE],
    ["next", CASE],
    ["why", CASE],
    ["why", CASE, "bid"],
    ["why", CASE, "withdraw"],
    ["why", CASE, "earned"],
    ["why", CASE, "timing/blocked"],
    ["why-not", CASE, "withdraw"],
    ["why-not", CASE, "bid"],
    ["what-if", CASE, "--set", "deal.criteria=rival", "--set", "buyer.stance=against"],
    ["flips", CASE],
    ["view", CASE, "--as", "letters"],
    ["gate", CASE],
    ["import", "deals.csv", "--map", "mini", "--dry-run"],
    ["facts", "needs"],
    ["playbook", "list"],
    ["playbook", "show", "1"],
    ["playbook", "show", "timing"],
    ["playbook", "show", "timing/bid"],
    ["playbook", "coverage"],
    ["playbook", "coverage", "--cases", CASE],
    ["playbook", "show", "1", "--cases", CASE],
    ["playbook", "verdicts"],
    ["glossary"],
    ["glossary", "coach"],
    ["review", CASE, "--seat", "competitor:competitor-1"],
    ["record", CASE, "--by", "Board"],
    ["record", CASE, "--decision", "withdraw", "--reason", "no time"],
    ["record", "mill.deal", "--outcome", "won", "--on", "2026-04-01"],
    ["ledger", "verify"],
    ["ledger", "list"],
    ["ledger", "list", "--deal", "商机mill"],
    ["ledger", "diff", "mill"],
    ["ledger", "calibrate"],
    ["exercise", "list", "--cases", "LESSONS"],
    ["exercise", "start", "toll-gates", "--act", "2", "--cases", "LESSONS"],
    ["exercise", "grade", "ANSWERS", "--cases", "LESSONS"],
    ["exercise", "grade", "ANSWERS/ann.yaml", "--cases", "LESSONS"],
    ["exercise", "scoreboard", "ANSWERS", "--cases", "LESSONS", "--until", "2"],
    ["exercise", "debrief", "toll-gates", "--cases", "LESSONS"],
]
"""What is run in both languages and all formats."""


@dataclass(frozen=True)
class Outcome:
    """What came of a command."""

    code: int
    out: str
    err: str


Advisor = Callable[..., Outcome]


def small_checkout(folder: Path) -> Path:
    """Lay the small rule base out as a checkout lays out the shipped one."""
    shutil.copytree(TESTS / "mini" / "rules", folder / "rules")
    shutil.copytree(TESTS / "mini" / "knowledge", folder / "knowledge")
    shutil.copytree(TESTS / "mini" / "cases", folder / "lessons")
    shutil.copytree(TESTS / "mini" / "answers", folder / "answers")
    (folder / "setup.cfg").touch()
    return folder


def write(folder: Path, **texts: str) -> list[str]:
    """Write case files by their names, and return these."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [f"{name}.yaml" for name in texts]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def advisor(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Advisor:
    """Run the command line on the small rule base, in a folder where the settled case lies.

    LESSONS and ANSWERS stand for the folders of the teaching case and of its answer sheets, which lie elsewhere.
    """
    monkeypatch.setattr(paths, "_CHECKOUT", checkout)
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "ADVISOR_LANG", "ADVISOR_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path, harbour=SETTLED)
    (tmp_path / "mill.deal").write_text(OPEN, encoding="utf-8")
    written(tmp_path / "ledger.jsonl", PLAIN)
    for name, text in EXPORTS.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    def call(*arguments: str, **environment: str) -> Outcome:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        folders = {"LESSONS": str(checkout / "lessons"), "ANSWERS": str(checkout / "answers")}
        placed = [re.sub("^(LESSONS|ANSWERS)", lambda found: folders[found[1]], word) for word in arguments]
        monkeypatch.setattr(sys, "argv", ["advisor", *placed])
        with pytest.raises(SystemExit) as leaving:
            run()
        printed = capsys.readouterr()
        return Outcome(int(str(leaving.value.code)), printed.out, printed.err)

    return call


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words by which it is called."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None
            yield from leaves(inner, f"{name} {word}".strip())
    yield name, command


EVERY = [name for name, _ in leaves(main)]
FORMATTED = [name for name, command in leaves(main) if any("--format" in p.opts for p in command.params)]


# What is printed


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_answers_in_both_languages_and_all_formats(
    advisor: Advisor, command: list[str], format_: str, lang: str
) -> None:
    outcome = advisor(*command, "--lang", lang, "--format", format_)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.strip()
    assert "\x1b" not in outcome.out, "a pipe gets no colours"
    if format_ == "json":
        json.loads(outcome.out)
    else:
        assert not re.search("[{}]", outcome.out), "a placeholder stays unfilled"
        assert "None" not in outcome.out
        assert bool(re.search("[\u4e00-\u9fff]", outcome.out)) == (lang == "zh") or command[0] == "glossary"


def test_a_name_that_no_file_can_have_is_told_with_its_place(advisor: Advisor) -> None:
    long = "a" * 300
    for words in (
        ["import", "deals.csv", "--map", "mini", "--to", long],
        ["portfolio", f"{long}.csv", "--output", "o.csv"],
        ["review", long],
        ["review", CASE, "--since", long],
        ["exercise", "grade", long],
    ):
        outcome = advisor(*words)
        assert outcome.code == 2
        assert f"{long}" in "".join(f"{outcome.out}{outcome.err}".split())
        assert "[Errno" not in outcome.err


def test_what_may_be_chosen_is_listed_without_signs_that_are_not_shown(advisor: Advisor) -> None:
    outcome = advisor("schema")
    assert (outcome.code, "\n    case," in outcome.err, "\ufffd" in outcome.err) == (2, True, False)


def test_every_command_with_formats_is_tried() -> None:
    """One that writes a table as well, and says so, is tried in tests/test_portfolio.py."""
    tried = {" ".join(c[: 2 if c[0] in ("playbook", "exercise", "ledger") else 1]) for c in COMMANDS}
    assert tried | {"portfolio"} == set(FORMATTED)


def test_json_holds_both_languages_whatever_the_language_asked_for(advisor: Advisor) -> None:
    english = advisor("review", CASE, "--format", "json").out
    assert english == advisor("review", CASE, "--format", "json", "--lang", "zh").out
    assert "港口票务系统" in english


def test_language_can_be_set_once_for_all(advisor: Advisor) -> None:
    assert advisor("next", CASE, ADVISOR_LANG="zh").out == advisor("next", CASE, "--lang", "zh").out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [20, 40, 60, 200])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_text_keeps_within_the_terminal(advisor: Advisor, command: list[str], columns: int, lang: str) -> None:
    out = advisor(*command, "--lang", lang, COLUMNS=str(columns)).out
    assert max(map(cell_len, out.splitlines())) <= columns


def test_a_narrow_terminal_loses_no_word(advisor: Advisor, tmp_path: Path) -> None:
    write(tmp_path, mill=OPEN)
    wide, narrow = (advisor("review", "mill.yaml", COLUMNS=columns).out for columns in ("200", "40"))
    frames = re.compile(r"[─╭╮╰╯│•\s]+")
    missing = set(frames.split(wide)) - set(frames.split(narrow))
    assert not {word for word in missing if word not in frames.sub("", narrow)}


def test_names_are_shown_only_when_asked_for(advisor: Advisor) -> None:
    for command in (["review", CASE], ["next", CASE], ["why", CASE], ["flips", CASE], ["gate", CASE]):
        for format_ in ("text", "markdown", "json"):
            assert "Wang Fang" not in advisor(*command, "--format", format_).out
    assert "Head of buying (Wang Fang)" in advisor("next", CASE, "--names").out


def test_judges_as_of_another_day(advisor: Advisor) -> None:
    def verdict(*more: str) -> Any:
        return json.loads(advisor("next", CASE, "--format", "json", *more).out)["verdict"]["id"]

    assert verdict() == "bid"
    assert verdict("--as-of", "2026-04-01") == "reshape-criteria"
    assert verdict("--as-of", "2026-02-19") == "qualify-first"


def test_an_act_about_one_person_leaves_an_incomplete_list_incomplete(advisor: Advisor, tmp_path: Path) -> None:
    act = "  - {on: 2026-03-15, title: She agrees, stakeholders: [{id: buyer, stance: for}]}\n"
    write(tmp_path, harbour=SETTLED.replace("competitors:", "stakeholders_complete: no\ncompetitors:") + act)
    for day in ("2026-03-01", "2026-03-15"):
        case = json.loads(advisor("next", CASE, "--as-of", day, "--format", "json").out)
        assert case["verdict"]["id"] == "qualify-first", "somebody whom we do not know may be against us"


def test_what_if_leaves_the_file_alone(advisor: Advisor, tmp_path: Path) -> None:
    out = json.loads(advisor("what-if", CASE, "--set", "deal.criteria=rival", "--format", "json").out)
    assert [out[side]["verdict"]["id"] for side in ("before", "after")] == ["bid", "reshape-criteria"]
    assert (tmp_path / CASE).read_text(encoding="utf-8") == SETTLED


def test_schema_prints_three_schemas(advisor: Advisor) -> None:
    for kind in ("case", "rule", "result"):
        outcome = advisor("schema", kind)
        assert (outcome.code, outcome.err) == (0, "")
        assert json.loads(outcome.out)["$schema"].startswith("https://json-schema.org/")


def test_version(advisor: Advisor) -> None:
    assert re.fullmatch(r"advisor, version \d+\.\d+\.\d+\n", advisor("--version").out)


@pytest.mark.parametrize("name", EVERY)
def test_help_of_every_command_has_an_example(advisor: Advisor, name: str) -> None:
    outcome = advisor(*name.split(), "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"Example: advisor {name}".rstrip() in " ".join(outcome.out.split())
    assert outcome.out == advisor(*name.split(), "-h").out


def test_every_option_has_help() -> None:
    for name, command in leaves(main):
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"advisor {name} {parameter.opts[0]}"


@pytest.mark.parametrize("name", EVERY)
def test_examples_in_help_run(advisor: Advisor, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each example parses: its options exist. (What it names belongs to the shipped rules.)"""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n" * 5 + "q\n"))
    text = dict(leaves(main))[name].help or ""
    example = re.search(r"Example: advisor (.*)", text)
    assert example
    words = [word for word in example[1].partition(" >")[0].split() if word != "advisor"]
    outcome = advisor(*words)
    assert "Usage:" not in outcome.err


# Output files


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("name", "format_"), [("r.txt", "text"), ("r.md", "markdown"), ("r.json", "json")])
def test_writes_the_review_to_a_file(advisor: Advisor, tmp_path: Path, name: str, format_: str, lang: str) -> None:
    outcome = advisor("review", CASE, "--lang", lang, "--output", f"new/folder/{name}", FORCE_COLOR="1")
    assert (outcome.code, outcome.err) == (0, f"written: new/folder/{name}\n")
    written = (tmp_path / "new" / "folder" / name).read_bytes().decode()
    assert written.endswith("\n")
    assert not written.endswith("\n\n")
    assert "\x1b" not in written
    if format_ != "text":
        printed = advisor("review", CASE, "--lang", lang, "--format", format_).out
        assert written.encode() == b"".join(marked(format_, printed))
    assert [p.name for p in (tmp_path / "new" / "folder").iterdir()] == [name], "nothing half-written is left"


def test_a_format_given_with_a_file_prints_nothing(advisor: Advisor, tmp_path: Path) -> None:
    outcome = advisor("review", CASE, "--format", "json", "--output", "review.out")
    assert outcome.out == ""
    assert json.loads((tmp_path / "review.out").read_text(encoding="utf-8"))["cases"]


def test_several_files_in_one_run(advisor: Advisor, tmp_path: Path) -> None:
    outcome = advisor("review", CASE, "--output", "a.md", "--output", "b.json")
    assert outcome.err == "written: a.md\nwritten: b.json\n"
    assert (tmp_path / "a.md").exists()
    assert (tmp_path / "b.json").exists()


def test_a_file_has_the_mode_that_the_user_wants(advisor: Advisor, tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        advisor("review", CASE, "--output", "a.md")
    finally:
        os.umask(old)
    assert (tmp_path / "a.md").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="devices are files only there")
def test_a_device_is_written_to_and_not_replaced(advisor: Advisor, tmp_path: Path) -> None:
    (tmp_path / "null.md").symlink_to(os.devnull)
    assert advisor("review", CASE, "--output", "null.md").code == 0
    assert (tmp_path / "null.md").is_symlink()


@pytest.mark.parametrize("name", ["r.html", "r.md", "r.json", "r.txt"])
def test_a_report_of_ours_is_replaced(advisor: Advisor, tmp_path: Path, name: str) -> None:
    for day in ("2026-03-01", "2026-04-01"):
        assert advisor("review", CASE, "--as-of", day, "--output", name).code == 0
    assert day in (tmp_path / name).read_text(encoding="utf-8")


OTHER = "mill.deal"


@pytest.mark.parametrize("name", ["r.html", "r.md", "r.json", "r.txt", OTHER])
def test_what_a_person_wrote_is_not_replaced_unless_asked(advisor: Advisor, tmp_path: Path, name: str) -> None:
    more = ["--format", "json"] if name == OTHER else []
    path = tmp_path / name
    if name == "r.md":  # a pack of ours, which the board has signed
        advisor("review", CASE, "--output", name)
        path.write_text(path.read_text(encoding="utf-8") + "\nSigned: L.\n", encoding="utf-8")
    elif name != OTHER:
        path.write_text("my own notes\n", encoding="utf-8")
    before = path.read_bytes()
    outcome = advisor("review", CASE, "--output", name, "--output", "other.md", *more)
    assert (outcome.code, outcome.out) == (2, ""), "it is said before the work is done"
    assert outcome.err == (
        f"{name}: error: this file exists, and the advisor did not write what is in it; "
        "name another, or say --overwrite [file-exists]\n"
    )
    assert path.read_bytes() == before
    assert not (tmp_path / "other.md").exists()
    assert advisor("review", CASE, "--output", name, "--overwrite", *more).code == 0
    assert is_ours(path)


def test_what_is_written_while_cases_are_judged_is_not_replaced(
    advisor: Advisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judging(*arguments: Any, **named: Any) -> Judged:
        (tmp_path / "r.md").write_text("my own notes\n", encoding="utf-8")
        return judged(*arguments, **named)

    monkeypatch.setattr("advisor.cli.judging.judged", judging)
    outcome = advisor("review", CASE, "--output", "r.md")
    assert (outcome.code, outcome.err.endswith("[file-exists]\n")) == (2, True)
    assert (tmp_path / "r.md").read_text(encoding="utf-8") == "my own notes\n"


def test_a_file_that_cannot_be_written_is_named(advisor: Advisor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    outcome = advisor("review", CASE, "--output", "file/review.md")
    assert outcome.code == 2
    assert outcome.out, "the review is printed all the same"
    assert re.fullmatch(r"file/review\.md: error: cannot write the file: .+ \[file-unwritable\]\n", outcome.err)


# Many cases, some of them bad


def test_an_unreadable_case_costs_only_itself(advisor: Advisor, tmp_path: Path) -> None:
    write(tmp_path, gate=UNREADABLE, mill=OPEN)
    outcome = advisor("review", ".", "--format", "json")
    review = json.loads(outcome.out)
    assert outcome.code == 2
    assert sorted(case["id"] for case in review["cases"]) == ["harbour", "mill"]
    (entry,) = review["unreadable"]
    assert entry["file"] == "gate.yaml"
    assert entry["problems"] == [
        'gate.yaml:4:9: error: unknown fact "deal.phas"; did you mean "deal.phase"? [unknown-fact]'
    ]
    for format_ in ("text", "markdown"):
        assert "gate.yaml" in advisor("review", ".", "--format", format_).out


def test_a_case_named_twice_is_reviewed_once(advisor: Advisor) -> None:
    review = json.loads(advisor("review", CASE, ".", f"./{CASE}", "--format", "json").out)
    assert len(review["cases"]) == 1


GATE = {"harbour": SETTLED, "mill": OPEN, "dock": BLOCKED, "gate": UNREADABLE}


@pytest.mark.parametrize(
    ("names", "fail_on", "code"),
    [
        (["harbour"], "", 0),
        (["harbour"], "withdraw, qualify-first", 0),
        (["harbour"], "withdraw,bid", 1),
        (["mill"], "", 3),
        (["mill"], "qualify-first", 1),
        (["dock"], "", 4),
        (["dock"], "withdraw", 4),
        (["gate"], "", 2),
        (["harbour", "mill"], "", 3),
        (["harbour", "mill"], "bid", 1),
        (["harbour", "mill", "dock"], "bid", 4),
        (["harbour", "mill", "dock", "gate"], "bid", 2),
    ],
)
def test_gate_answers_with_the_most_serious_code(
    advisor: Advisor, tmp_path: Path, names: list[str], fail_on: str, code: int
) -> None:
    for order in itertools.permutations(names):
        files = write(tmp_path, **{name: GATE[name] for name in order})
        outcome = advisor("gate", *files, "--fail-on", fail_on, "--format", "json")
        assert (outcome.code, outcome.err) == (code, "")
        review = json.loads(outcome.out)
        assert len(review["cases"]) + len(review["unreadable"]) == len(names), "the report is always written first"


# House rules

HOUSE = """\
id: {id}
title: {{en: Our own, zh: 自定规则}}
idea: {{en: Ours, zh: 我们的}}
source:
  - ours: {{en: we want it, zh: 我们需要}}
rules:
  - id: strong-rival
    title: {{en: A strong rival, zh: 强劲对手}}
    status: stable
    when: {{any: competitors, where: {{fact: competitor.strong, is: yes}}}}
    then: {{candidate: {{verdict: withdraw, tier: compliance}}}}
    because: {{en: A rival is strong., zh: 有强劲对手。}}
    examples:
      - {{name: a, given: {{competitors: [{{strong: yes}}]}}, expect: fires}}
      - {{name: b, given: {{competitors: [{{strong: no}}]}}, expect: silent}}
      - {{name: c, given: {{}}, expect: undecided}}
"""


def test_a_house_rule_adds_to_the_shipped_ones(advisor: Advisor, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "rivals.yaml").write_text(HOUSE.format(id="rivals"), encoding="utf-8")
    listed = json.loads(advisor("playbook", "list", "--rules", "house", "--format", "json").out)
    assert [file["id"] for file in listed] == ["rivals", "timing"]
    assert advisor("gate", CASE, "--rules", "house", "--fail-on", "withdraw").code == 1
    assert advisor("gate", CASE, "--fail-on", "withdraw").code == 0
    for command in (["check"], ["test"], ["test", "rivals"]):
        assert advisor("playbook", *command, "--rules", "house").code == 0


def test_a_house_file_replaces_the_shipped_one_with_its_id(advisor: Advisor, tmp_path: Path) -> None:
    folder = tmp_path / "house" / "rules"
    folder.mkdir(parents=True)
    (folder / "timing.yaml").write_text(HOUSE.format(id="timing"), encoding="utf-8")
    (file,) = json.loads(advisor("playbook", "list", "--rules", "house", "--format", "json").out)
    assert file["rules"] == ["timing/strong-rival"]


def test_house_knowledge_adds_facts(advisor: Advisor, tmp_path: Path) -> None:
    folder = tmp_path / "house" / "knowledge" / "facts"
    folder.mkdir(parents=True)
    shipped = (TESTS / "mini" / "knowledge" / "facts" / "all.yaml").read_text(encoding="utf-8")
    public = next(line for line in shipped.splitlines() if "deal.public" in line)
    (folder / "own.yaml").write_text(f"facts:\n{public.replace('deal.public', 'deal.local')}\n", encoding="utf-8")
    write(tmp_path, mill=OPEN.replace("deal.criteria: ours", "deal.local: yes"))
    assert advisor("next", "mill.yaml").code == 2
    assert advisor("next", "mill.yaml", "--rules", "house").code == 0


def test_a_broken_house_rule_stops_every_command(advisor: Advisor, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    broken = HOUSE.format(id="rivals").replace("competitor.strong", "competitor.strange")
    (tmp_path / "house" / "rivals.yaml").write_text(broken, encoding="utf-8")
    for command in COMMANDS:
        if command == ["ledger", "verify"]:
            continue  # which asks nothing of rules
        outcome = advisor(*command, "--rules", "house")
        assert (outcome.code, outcome.out) == (2, "")
        assert 'did you mean "competitor.strong"?' in outcome.err


# Errors

OUTCOME = ["record", CASE, "--outcome", "won"]
ERRORS: list[tuple[list[str], str, str]] = [
    (["portfolio", "wrong.csv", "--output", "o.csv"], "unknown-column", 'did you mean "deal.price"?'),
    (["portfolio", "broken.parquet", "--output", "o.csv"], "table-unreadable", "the table cannot be read"),
    (
        ["portfolio", "right.csv", "--output", "o.csv", "--backend", "nothing://x"],
        "backend-unreachable",
        "cannot connect to nothing://x",
    ),
    (["playbook", "sql", "--dialect", "klingon"], "unknown-dialect", "klingon"),
    (["playbook", "sql", "--like", "bare.csv"], "table-empty", "the table has no row"),
    (["next", "nowhere.yaml"], "file-unreadable", "nowhere.yaml: error: cannot read the file: No such file"),
    (["next", "."], "file-unreadable", "cannot read the file"),
    (["review", "nowhere"], "file-missing", "nowhere: error: there is no such file or folder"),
    (["review", "n" * 300], "file-missing", "there is no such file or folder"),
    (["gate", "nowhere"], "file-missing", "there is no such file or folder"),
    (["next", "n" * 300], "file-unreadable", "File name too long"),
    (["next", "circle.yaml"], "file-unreadable", "circle.yaml: error: cannot read the file"),
    (["review", "empty"], "no-cases", "empty: error: there is no case file (*.yaml) here"),
    (["next", CASE, "--rules", "nowhere"], "folder-missing", "nowhere: error: there is no such folder of rules"),
    (["playbook", "list", "--rules", "n" * 300], "folder-missing", "there is no such folder of rules"),
    (["why-not", CASE, "bids"], "unknown-name", 'there is no verdict "bids"; did you mean "bid"?'),
    (["why-not", CASE, "earned"], "unknown-name", 'there is no verdict "earned"'),
    (["why", CASE, "earnt"], "unknown-name", '"earnt"; did you mean "earned"?'),
    (["why", CASE, "timing/bids"], "unknown-name", 'did you mean "timing/bid"?'),
    (["what-if", CASE, "--set", "deal.phas=late"], "unknown-fact", 'did you mean "deal.phase"?'),
    (["what-if", CASE, "--set", "buyer.stanse=for"], "unknown-fact", 'did you mean "buyer.stance"?'),
    (["what-if", CASE, "--set", "deal.phase"], "bad-setting", "write --set path=value"),
    (["what-if", CASE, "--set", "deal.phase=lat"], "value-not-allowed", 'did you mean "late"?'),
    (["what-if", CASE, "--set", "deal.floor=cheap"], "not-a-number", "a number such as 12000000"),
    (["next", CASE, "--as-of", "9999-12-31"], "not-a-date", "between 1900 and 2199"),
    (["gate", CASE, "--fail-on", "bit"], "unknown-verdict", 'unknown verdict "bit"; did you mean "bid"?'),
    (["review", CASE, "--output", "r.pdf"], "unknown-format", "the ending of r.pdf says no format; use .txt"),
    (["review", CASE, "--since", CASE], "not-a-review", "give the JSON that `advisor review --output FILE.json` wrote"),
    (["next", CASE, "--person", "buyr"], "unknown-person", 'nobody on file is "buyr"; did you mean "buyer"?'),
    (["interview", "New Deal.yaml"], "bad-name", "small letters, digits and dashes, and .yaml"),
    (["interview", "account.yaml"], "account-not-deal", "an interview is about a deal"),
    (["interview", CASE, "--on", "2020-01-01"], "before-as-of", "give a later day"),
    (["playbook", "show", "tming"], "unknown-item", 'did you mean "timing"?'),
    (["playbook", "show", "9" * 5000], "unknown-item", "there is no item"),
    (["playbook", "test", "tming"], "unknown-rule", 'no rule starts with "tming"'),
    (["flips", "account.yaml"], "account-not-deal", "this file is an account, and an account has no verdict"),
    (["view", CASE, "--as", "leters"], "unknown-method", 'there is no method "leters"; did you mean "letters"?'),
    (["facts", "nedds"], "unknown-fact", 'no fact mentions "nedds"'),
    (
        ["import", "nowhere.csv", "--map", "mini"],
        "file-unreadable",
        "nowhere.csv: error: cannot read the file: No such file",
    ),
    (["import", "deals.csv", "--map", "mni"], "unknown-map", 'there is no map "mni"; did you mean "mini"?'),
    (["import", "deals.csv", "--map", "other"], "unknown-map", 'there is no map "other"; allowed: mini, FILE.yaml'),
    (["import", "deals.csv", "--map", "map.yaml"], "file-unreadable", "map.yaml: error: cannot read the file"),
    (
        ["import", "header.csv", "--map", "mini"],
        "header-missing",
        "header.csv:1:1: error: the first row names no column that the map knows",
    ),
    (
        ["import", "title.csv", "--map", "mini"],
        "column-missing",
        'no column gives the title; export one of: Name, Deal name; did you mean "Nme"?',
    ),
    (
        ["import", "twice.csv", "--map", "mini"],
        "duplicate-column",
        'twice.csv:1:10: error: two columns are called "name"',
    ),
    (
        ["import", "undated.csv", "--map", "mini"],
        "as-of-missing",
        "--as-of: error: no column of the file tells when a row was last changed",
    ),
    (
        ["import", "days.csv", "--map", "mini"],
        "ambiguous-date",
        'days.csv:3:7: error: row 3, column "Changed": "03/04/2026" can be 2026-04-03 or 2026-03-04 (and 1 more of',
    ),
    (
        ["import", "amounts.csv", "--map", "mini"],
        "ambiguous-number",
        'amounts.csv:2:7: error: row 2, column "Price": "1.200" can be 1.200 or 1200; say --decimal point or',
    ),
    (
        ["import", "quote.csv", "--map", "mini"],
        "table-quote",
        "quote.csv:2:5: error: the quote that opens here is never closed",
    ),
    (
        ["import", "closed.csv", "--map", "mini"],
        "table-quote",
        "the quote that opens here is closed before the cell ends",
    ),
    (
        ["import", "nul.csv", "--map", "mini"],
        "control-character",
        "nul.csv:1:2: error: the control character U+0000 cannot stand in a file; save it as CSV (UTF-8)",
    ),
    (["import", "blank.csv", "--map", "mini"], "file-empty", "blank.csv: error: the file is empty"),
    (["review", CASE, "--seat", "competitor:x"], "unknown-seat", 'no seat "competitor:x"; did you mean "competitor:c'),
    (["review", CASE, "--seat", "Rival"], "unknown-seat", "on file: competitor:competitor-1"),
    (["review", CASE, "account.yaml", "--seat", "competitor:x"], "one-deal", "give one case file"),
    (["review", "account.yaml", "--seat", "competitor:x"], "account-not-deal", "a rival is played in a deal"),
    (["exercise", "list", "--cases", "nowhere"], "file-missing", "the folder of the teaching cases with --cases"),
    (["exercise", "start", "tol", "--cases", "LESSONS"], "unknown-name", 'there is no exercise "tol"'),
    (["exercise", "debrief", "toll-gates", "--act", "4", "--cases", "LESSONS"], "unknown-name", "has 3 acts"),
    (
        ["exercise", "start", "toll-gates", "--output", "new.yaml", "--cases", "LESSONS"],
        "learner-missing",
        "say whose sheet it is",
    ),
    (
        ["exercise", "start", "toll-gates", "--output", CASE, "--learner", "A", "--cases", "LESSONS"],
        "file-exists",
        "what is in it is never overwritten",
    ),
    (["exercise", "grade", "empty"], "no-cases", "there is no answer sheet (*.yaml) here"),
    (["exercise", "grade", CASE], "not-a-sheet", 'harbour.yaml:1:1: error: this is no answer sheet: it has no key "ex'),
    (["exercise", "answer", "nowhere.yaml"], "file-unreadable", "cannot read the file"),
    (["record", CASE, "--decision", "bit"], "unknown-verdict", 'unknown verdict "bit"; did you mean "bid"?'),
    (
        ["record", CASE, "--decision", "withdraw"],
        "override-without-reason",
        'the advice is "bid"; a decision other than',
    ),
    (["record", CASE, "--decision", "withdraw", "--reason", " "], "override-without-reason", "needs --reason"),
    (
        ["record", CASE, "--outcome", "won", "--on", "2026-03-02"],
        "no-advice",
        'ledger.jsonl: error: there is no advice on "harbour"',
    ),
    (
        ["record", CASE, "--outcome", "won", "--on", "2026-03-02", "--ledger", "no"],
        "no-advice",
        "no: error: there is no advice",
    ),
    (["record", CASE, "--ledger", "no/l"], "file-unwritable", "no/l: error: cannot write the file: No such file"),
    (["record", CASE, "--ledger", "empty"], "ledger-not-a-file", "a ledger is a plain file"),
    (["record", CASE, "--reason", "x" * 4001], "text-too-long", "--reason: error: longer than 4000 characters"),
    (["record", CASE, "--on", "9999-12-31"], "not-a-date", "--on: error: the day must lie between 1900 and 2199"),
    (["record", "account.yaml"], "account-not-deal", "this file is an account, and a ledger is about deals"),
    (["ledger", "verify", "nowhere"], "file-unreadable", "nowhere: error: cannot read the file: No such file"),
    (["ledger", "verify", "--head", "5F0C" * 16], "ledger-head", f"no entry has the hash {'5f0c' * 16} that was kept"),
    (["ledger", "list", "--deal", "mil"], "unknown-deal", 'no entry of the deal "mil"; did you mean "mill"?'),
    (["ledger", "list", "twins.jsonl", "--deal", "Twin"], "unknown-deal", "give one of their ids: mill, port"),
    (["ledger", "calibrate", "--output", "c.pdf"], "unknown-format", "the ending of c.pdf says no format"),
    (["ledger", "diff", "mil"], "unknown-deal", 'no entry of the deal "mil"; did you mean "mill"?'),
    (["ledger", "verify", "--head", "5f0c..."], "no-hash", 'this has not: "5f0c..."'),
    (["ledger", "calibrate", "--format", "json", "--output", "ledger.jsonl"], "output-is-input", "name another file"),
    (["review", CASE, "--format", "text", "--output", CASE, "--overwrite"], "output-is-input", "name another file"),
    (["ledger", "diff", "port"], "no-advice", "no two advices on this deal"),
    (["ledger", "diff", "mill", "--from", "3"], "no-advice", "the one after the other"),
    (["ledger", "diff", "mill", "--to", "2"], "unknown-entry", "entry 2 is no advice on this deal; these are: 1, 3"),
    (["glossary", "coch"], "unknown-term", 'there is no term "coch"; did you mean "coach"?'),
]
"""Arguments that are wrong, the id of the problem, and what is said of it."""

LINE = re.compile(r"[^\n]+: error: [^\n]+ \[[a-z0-9-]+\]\n")
"""What an error looks like."""


@pytest.mark.parametrize(
    ("arguments", "id_", "said"),
    ERRORS,
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_errors_name_what_is_wrong(advisor: Advisor, tmp_path: Path, arguments: list[str], id_: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong.csv").write_text("deal,as_of,deal.prise\nA,2026-03-01,5\n")
    (tmp_path / "bare.csv").write_text("deal,as_of,deal.price\n")
    (tmp_path / "right.csv").write_text("deal,as_of,deal.price\nA,2026-03-01,5\n")
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    twins = [replace(note, title=Text("Twin", "双")) for note in PLAIN[:2]]
    written(tmp_path / "twins.jsonl", twins)
    (tmp_path / "circle.yaml").symlink_to("circle.yaml")
    (tmp_path / "account.yaml").write_text("kind: account\ncase: a\ntitle: An account\nas_of: 2026-03-01\n")
    outcome = advisor(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert LINE.fullmatch(outcome.err)
    assert outcome.err.endswith(f" [{id_}]\n")
    assert said in outcome.err


def test_all_wrong_settings_are_named_in_one_run(advisor: Advisor) -> None:
    outcome = advisor("what-if", CASE, "--set", "deal.phas=late", "--set", "x", "--set", "deal.phase=lat")
    assert len(outcome.err.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage: advisor [OPTIONS] COMMAND"),
        (["reviw", CASE], "No such command 'reviw'"),
        (["next"], "Missing argument 'CASE'"),
        (["review"], "Missing argument 'PATH...'"),
        (["next", CASE, "--langs", "en"], "No such option"),
        (["next", CASE, "--lang", "de"], "'de' is not one of 'en', 'zh'"),
        (["next", CASE, "--as-of", "31-12-2026"], "Invalid value for '--as-of'"),
        (["what-if", CASE], "Missing option '--set'"),
        (["schema", "cases"], "'cases' is not one of"),
        (["review", CASE, "--output", "."], "is a directory"),
        (["review", CASE, "--seat", "competitor:x", "--names"], "--seat goes neither with --since nor with --names"),
        (["import", "deals.csv"], "Missing option '--map'"),
        (["import", "deals.csv", "--map", "mini", "--dates", "any"], "'any' is not one of 'day-first', 'month-first'"),
        (["playbook"], "Usage: advisor playbook"),
        (["record", CASE, "--decision", "bid", "--outcome", "won"], "--decision goes not with --outcome"),
        (OUTCOME, "--outcome needs --on"),
        (["ledger", "calibrate", "--alarm", "1"], "is not in the range 0<x<1"),
        (["record", CASE, "--outcome", "wonn"], "'wonn' is not one of 'won', 'lost'"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_wrong_usage_is_explained(advisor: Advisor, arguments: list[str], said: str) -> None:
    outcome = advisor(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_what_a_user_types_cannot_steer_the_terminal(advisor: Advisor, tmp_path: Path) -> None:
    hostile = "\x1b[31mred\x07\x9b2J\u202e"
    for arguments in (
        [hostile],
        ["next", CASE, f"--{hostile}"],
        ["next", hostile],
        ["review", hostile],
        ["next", CASE, "--lang", hostile],
        ["why", CASE, hostile],
        ["what-if", CASE, "--set", hostile],
        ["playbook", "show", hostile],
        ["glossary", hostile],
        ["gate", CASE, "--fail-on", hostile],
        ["review", CASE, "--output", hostile],
    ):
        outcome = advisor(*arguments)
        assert outcome.code == 2
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", outcome.out + outcome.err)


def test_an_output_with_a_hostile_name_is_named_in_plain_text(advisor: Advisor, tmp_path: Path) -> None:
    name = "\x1b[31mred\x07\u202e.md"
    outcome = advisor("review", CASE, "--output", name)
    assert (outcome.code, outcome.err) == (0, "written: \ufffd[31mred\ufffd\ufffd.md\n")
    assert (tmp_path / name).exists()


def test_a_case_file_with_a_hostile_name_is_named_in_plain_text(advisor: Advisor, tmp_path: Path) -> None:
    name = "\x1b[31mred\n[bold]x.yaml"
    (tmp_path / name).write_text(SETTLED, encoding="utf-8")
    for format_ in ("text", "markdown", "json"):
        outcome = advisor("review", name, "--format", format_)
        assert outcome.code == 0
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", outcome.out)
    assert "[bold]x.yaml" in advisor("review", name).out


def test_our_own_bug_is_one_line_with_its_own_code(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("advisor.cli.onedeal.load_case", broken)
    outcome = advisor("next", CASE)
    assert (outcome.code, outcome.out) == (70, "")
    assert outcome.err == "internal error: RuntimeError: boom (ADVISOR_DEBUG=1 shows where)\n"


def test_our_own_bug_costs_one_file_of_many(advisor: Advisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    right = load_case

    def broken(path: Path, knowledge: Knowledge) -> Case:
        if path.name == "b.yaml":
            raise RuntimeError("boom")
        return right(path, knowledge)

    monkeypatch.setattr("advisor.review.load_case", broken)
    (tmp_path / "many").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "many" / f"{name}.yaml").write_text(SETTLED.replace("case: ", f"case: {name}-"), encoding="utf-8")
    outcome = advisor("review", "many", "--format", "json")
    assert outcome.code == 2
    told = json.loads(outcome.out)
    assert [case["file"] for case in told["cases"]] == ["many/a.yaml", "many/c.yaml"]
    assert told["unreadable"] == [
        {"file": "many/b.yaml", "problems": ["no advice is given on this file: internal error: RuntimeError: boom"]}
    ]


def test_a_failing_engine_gives_no_advice(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.shadow._Level.run", lambda *_: None)
    outcome = advisor("next", CASE)
    assert (outcome.code, outcome.out) == (70, "")
    assert re.fullmatch(r"error: engine and evaluator disagree on .*timing/earned.*\n", outcome.err)
    listed = advisor("review", CASE)
    assert listed.code == 2
    assert "engine and evaluator disagree" in " ".join(listed.out.split())


def test_a_crash_while_a_case_is_judged_costs_that_case(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(judge: Judge, path: Path, *more: Any, **named: Any) -> Judged:
        if path.name == "crash.yaml":
            os.kill(os.getpid(), signal.SIGKILL)
        return judged(judge, path, *more, **named)

    monkeypatch.setattr("advisor.cli.judging.judged", crashing)
    text = Path(CASE).read_text(encoding="utf-8")
    for name in ("crash.yaml", "other.yaml"):
        Path(name).write_text(text, encoding="utf-8")
    outcome = advisor("review", "crash.yaml", CASE, "other.yaml", "--output", "kept.md")
    assert outcome.code == 2
    said = " ".join(outcome.out.split())
    assert "crash.yaml" in said
    assert "no advice is given on this file: its process was ended by SIGKILL while it was judged" in said
    assert Path("kept.md").read_text(encoding="utf-8").count("\n# ") >= 2


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_case_that_takes_all_memory_costs_that_case(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(judge: Judge, path: Path, *more: Any, **named: Any) -> Judged:
        kept = [b"x" * 1_000_000 for _ in range(100_000)] if path.name == "grow.yaml" else []
        return judged(judge, path, *more, **named) if not kept else Judged(Unreadable("grow.yaml", ("not limited",)))

    monkeypatch.setattr("advisor.cli.judging.judged", growing)
    write(Path(), grow=SETTLED, mill=OPEN)
    outcome = advisor("review", "grow.yaml", CASE, "mill.yaml", "--format", "json", ADVISOR_MEMORY="150")
    assert outcome.code == 2
    review = json.loads(outcome.out)
    assert [case["id"] for case in review["cases"]] == ["harbour", "mill"]
    reason = "no advice is given on this file: it needed more than 150 MB of memory while it was judged"
    assert review["unreadable"] == [{"file": "grow.yaml", "problems": [reason]}]
    gate = advisor("gate", "grow.yaml", CASE, ADVISOR_MEMORY="150")
    assert gate.code == 2


@pytest.mark.parametrize("said", ["0", "-1", "1 GB", "1e3", "99999999999"])
def test_a_limit_that_is_none_is_named(advisor: Advisor, said: str) -> None:
    write(Path(), mill=OPEN)
    outcome = advisor("review", ".", ADVISOR_MEMORY=said)
    assert (outcome.code, outcome.out) == (2, "")
    assert re.fullmatch(r"ADVISOR_MEMORY: error: write how many megabytes .* \[bad-limit\]\n", outcome.err)


def test_an_interrupt_has_its_own_code(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("advisor.cli.onedeal.load_case", interrupted)
    outcome = advisor("next", CASE)
    assert outcome.code == 130
    assert "Traceback" not in outcome.err


# For rule authors


def test_check_and_test_say_what_they_did(advisor: Advisor) -> None:
    assert advisor("playbook", "check").out.endswith(": no problems\n")
    assert re.search(r"\d+ examples pass, and every weakened rule is noticed\n$", advisor("playbook", "test").out)


def test_check_and_test_name_bad_examples(advisor: Advisor, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    wrong = HOUSE.format(id="rivals").replace("[{strong: no}]", "[{strong: yes}]")
    (tmp_path / "house" / "rivals.yaml").write_text(wrong, encoding="utf-8")
    for command in ("check", "test"):
        outcome = advisor("playbook", command, "--rules", "house")
        assert (outcome.code, outcome.out) == (2, "")
        assert (
            '"rivals/strong-rival": the example "b" expects silent, not yes (it fires) [example-fails]' in outcome.err
        )


def test_a_gate_whose_rules_do_not_load_is_code_two(advisor: Advisor, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "rivals.yaml").write_text("id: rivals\n", encoding="utf-8")
    assert advisor("gate", CASE, "--rules", "house").code == 2
