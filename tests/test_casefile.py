"""Writing into case files: what is added is there, and every other letter stays as its author left it."""

from __future__ import annotations

import difflib
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import yamlfile
from advisor.case import Case, Statement
from advisor.casefile import add_act, add_facts, add_member, new_case, set_day, set_fact
from advisor.casetext import statement_text, value_text
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.load.reader import MAX_TEXT
from advisor.model import Text
from advisor.problems import UNPRINTABLE, Problems
from tests.strategies import WORDS

CASES = sorted((Path(__file__).resolve().parent.parent / "cases").rglob("*.yaml"))
DAY = date(2026, 2, 1)
SAID = Statement("late", "told", "account-manager", DAY)
LINE = "deal.phase: {value: late, evidence: told, by: account-manager, on: 2026-02-01}"
HEAD = "case: a\ntitle: A case\nas_of: 2026-03-01\n"

STYLES = {
    # name: a file, and where the new line goes (its number, counted from 1) with what stands before the path in it
    "at the end": (HEAD + "facts:\n  deal.price: 5\n", 6, "  "),
    "no line end": (HEAD + "facts:\n  deal.price: 5", 6, "  "),
    "four blanks": (HEAD + "facts:\n    deal.price: 5\n", 6, "    "),
    "a comment on the line": (HEAD + "facts:\n  deal.price: 5   # or 6\nstakeholders: []\n", 6, "  "),
    "comments of the next key": (HEAD + "facts:\n  deal.price: 5\n\n# Who\nstakeholders: []\n", 6, "  "),
    "a group": (HEAD + "facts:\n  deal:\n    price: 5 # so\n    floor: 4\ncompetitors: []\n", 8, "  "),
    "statements": (HEAD + "facts:\n  deal.price:\n  - 5\n  - {value: 6}\n# end\n", 8, "  "),
    "folded before": (HEAD + "about: >-\n  Words\n  # no comment\n\nfacts: {}\n", 0, ""),
    "no facts": (HEAD + "stakeholders: []\n", 5, "  "),
    "no facts, folded": (HEAD + "about: |\n  Words\n  # no comment\n\n# comment\ncompetitors: []\n", 8, "  "),
    "no facts, nothing after": (HEAD, 5, "  "),
    "nothing before": ("stakeholders: []\n" + HEAD, 2, "  "),
    "indented": ("".join(f"  {line}\n" for line in [*HEAD.splitlines(), "facts:", "  deal.price: 5"]), 6, "    "),
    "wide": (HEAD + "facts:\n  'deal.price' :   5\n  deal.floor:\n", 7, "  "),
    "two lines": (HEAD + 'facts:\n  deal.criteria:\n    {value: ours,\n     by: "a # b"}\n', 8, "  "),
}


def loaded(folder: Path, text: str, judge: Judge) -> Case:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    return load_case(path, judge.knowledge)


def changed(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_fact_more_is_a_line_more(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    *begun, line = changed(text, add_facts(text, {"opportunity.novel": SAID}))
    assert begun == (["+ facts:"] if "\nfacts:" not in text else [])
    assert re.fullmatch(r"\+ +opportunity\.novel: \{value: late, evidence: told, .*\}", line)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_act_more_is_some_lines_more(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = changed(text, add_act(text, DAY, WORDS, {"opportunity.novel": SAID}))
    assert 4 <= len(lines) <= 5
    assert all(line.startswith("+") for line in lines)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("style", STYLES)
def test_in_whichever_style(mini_judge: Judge, tmp_path: Path, style: str, ending: str) -> None:
    text, number, edge = STYLES[style]
    after = add_facts(text.replace("\n", ending), {"deal.phase": SAID})
    case = loaded(tmp_path, after, mini_judge)
    assert case.content.facts["deal.phase"] == (SAID,)
    if number:
        lines = after.split(ending)
        assert lines[number - 1] == edge + LINE
        del lines[number - 1]
        if "facts:" not in text:
            del lines[number - 2]
        assert ending.join(lines).rstrip() == text.replace("\n", ending).rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "{case: a, title: A case, as_of: 2026-03-01}",
        "{case: a, title: A case, as_of: 2026-03-01, facts: {}, history: []}",
        HEAD + "facts: {deal.price: 5, deal.floor: 4} # both\n",
        HEAD + "facts: { # all\n  deal.price: 5,\n}\n",
    ],
)
def test_in_brackets(mini_judge: Judge, tmp_path: Path, text: str) -> None:
    case = loaded(tmp_path, add_facts(text, {"deal.phase": SAID}), mini_judge)
    assert case.content.facts["deal.phase"] == (SAID,)
    case = loaded(tmp_path, add_act(text, DAY, WORDS, {"deal.phase": SAID}), mini_judge)
    assert case.history[0].content.facts["deal.phase"] == (SAID,)


@pytest.mark.parametrize("end", ["\r", "\x85", "\u2028"])
def test_a_line_that_ends_otherwise_than_its_file(mini_judge: Judge, tmp_path: Path, end: str) -> None:
    text = f"{HEAD}facts:\n  deal.price: 5{end}stakeholders: []\n"
    after = add_facts(text, {"deal.phase": SAID})
    assert after == f"{HEAD}facts:\n  deal.price: 5{end}  {LINE}\nstakeholders: []\n"
    assert loaded(tmp_path, after, mini_judge).content.facts["deal.phase"] == (SAID,)


def test_what_is_written_already_stays() -> None:
    for facts in ("facts: {deal.phase: unknown}\n", "facts:\n  deal:\n    phase: early\n"):
        assert add_facts(HEAD + facts, {"deal.phase": SAID}) == HEAD + facts


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("facts:\n  deal.phase: early # so\n", "facts:\n  deal.phase: late # so\n"),
        ("facts: {deal.phase: early, deal.price: 5}\n", "facts: {deal.phase: late, deal.price: 5}\n"),
        ("facts:\n  deal:\n    phase: 'early'\n", "facts:\n  deal:\n    phase: late\n"),
        ("facts:\n  deal.phase:\n    - early\n    - late\n  # x\n", "facts:\n  deal.phase: late\n  # x\n"),
        ("facts:\n  deal.phase:\n  deal.price: 5\n", "facts:\n  deal.phase: late\n  deal.price: 5\n"),
        ("facts:\n  deal.phase: {value: early,\n    by: me}\n", "facts:\n  deal.phase: late\n"),
        ("facts:\n  deal.phase:\n    value: early\n    by: me\n", "facts:\n  deal.phase: late\n"),
        ("facts:\n  deal.phase: >-\n    early\n\n  # x\n", "facts:\n  deal.phase: late\n  # x\n"),
    ],
)  # fmt: skip
def test_a_fact_is_stated_anew(before: str, after: str) -> None:
    assert set_fact(HEAD + before, "deal.phase", Statement("late")).replace("\n\n", "\n") == HEAD + after


def test_a_member_is_named_by_its_id(mini_judge: Judge, tmp_path: Path) -> None:
    people = "stakeholders:\n  - id: buyer # of ours\n    stance: for\n\n  - {id: user}\n"
    text = set_fact(HEAD + people, "stakeholder.stance", Statement("against", "written"), ("stakeholders", "buyer"))
    text = set_fact(text, "stakeholder.stance", None, ("stakeholders", "user"))
    text = set_fact(text, "stakeholder.role", Statement("coach"), ("stakeholders", "buyer"))
    assert text == (
        HEAD + "stakeholders:\n  - id: buyer # of ours\n    stance: {value: against, evidence: written}\n"
        "    role: coach\n\n  - {stance: unknown, id: user}\n"
    )
    loaded(tmp_path, text, mini_judge)
    with pytest.raises(KeyError):
        set_fact(text, "stakeholder.stance", None, ("stakeholders", "nobody"))


def test_a_member_may_be_called_as_a_group_of_facts_is() -> None:
    people = "stakeholders:\n  - {id: deal, stakeholder.stance: for}\n"
    text = add_facts(HEAD + people, {"deal.stance": Statement("late")})
    assert text == HEAD + "facts:\n  deal.stance: late\n" + people
    member = ("stakeholders", "deal")
    assert set_fact(text, "stakeholder.stance", None, member) == text.replace("stance: for", "stance: unknown")


def test_a_member_without_an_id_goes_by_its_number() -> None:
    text = (
        HEAD + "stakeholders:\n  - post: Owner\n  - post: Buyer # new\ncompetitors:\n  - name: Rival\n  - name: Other\n"
    )
    after = set_fact(text, "stakeholder.stance", Statement("for"), ("stakeholders", "stakeholder-2"))
    assert after == text.replace("# new\n", "# new\n    stance: for\n")
    after = set_fact(text, "competitor.fit", Statement("weak"), ("competitors", "competitor-1"))
    assert after == text.replace("Rival\n", "Rival\n    fit: weak\n")


def test_a_member_whom_an_act_brings_up_is_described_there() -> None:
    act = "history:\n  - on: 2026-02-01\n    title: Act\n    stakeholders:\n      - {id: owner}\n"
    after = set_fact(HEAD + act, "stakeholder.stance", Statement("for"), ("stakeholders", "owner"))
    assert after == HEAD + act.replace("{id: owner}", "{stance: for, id: owner}")


MEMBER = '{id: person-1, post: "Head: IT"}'
BLOCK = "stakeholders:\n  - id: a # x\n    stance: for\n"
BEGUN = f"stakeholders:\n  - {MEMBER}\nstakeholders_complete: no\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{BLOCK}\n# y\n", f"{BLOCK}  - {MEMBER}\n\n# y\n"),
        ("stakeholders:\n- {id: a}\nhistory: []\n", f"stakeholders:\n- {{id: a}}\n- {MEMBER}\nhistory: []\n"),
        ("stakeholders: [] # nobody\n", f"stakeholders: [{MEMBER}] # nobody\n"),
        ("stakeholders: [{id: a}, {id: b},]\n", f"stakeholders: [{{id: a}}, {{id: b}}, {MEMBER},]\n"),
        ("facts:\n  deal.price: 5\nhistory: []\n", f"facts:\n  deal.price: 5\n{BEGUN}history: []\n"),
        ("stakeholders_complete: no\n", f"stakeholders_complete: no\nstakeholders:\n  - {MEMBER}\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_somebody_is_added_at_the_end_of_a_list(
    mini_judge: Judge, tmp_path: Path, before: str, after: str, ending: str
) -> None:
    text, wanted = ((HEAD + part).replace("\n", ending) for part in (before, after))
    found = add_member(text, "stakeholders", "person-1", 'post: "Head: IT"')
    assert found == wanted
    if "stance" not in found:
        loaded(tmp_path, found, mini_judge)


def test_somebody_is_added_to_a_case_in_brackets(mini_judge: Judge, tmp_path: Path) -> None:
    text = add_member("{case: a, title: A case, as_of: 2026-03-01}", "competitors", "rival-1", "name: X")
    case = loaded(tmp_path, text, mini_judge)
    assert [m.id for m in case.content.lists["competitors"]] == ["rival-1"]
    assert case.content.complete == {"competitors": False}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_somebody_more_is_a_few_lines_more(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = changed(text, add_member(text, "competitors", "rival-9", "name: X"))
    if "competitors: [" not in text:
        assert all(line.startswith("+") for line in lines)
    assert 1 <= len(lines) <= 4


def test_the_day_of_a_case_is_moved() -> None:
    text = HEAD.replace("as_of: 2026-03-01", "as_of: '2026-03-01' # said")
    assert set_day(text, date(2026, 4, 1)) == HEAD.replace("2026-03-01", "2026-04-01 # said")


def test_a_mark_at_the_beginning_stays() -> None:
    text = yamlfile.BOM + HEAD
    assert add_facts(text, {"deal.phase": SAID}).startswith(text)


def test_a_history_is_begun_and_carried_on(mini_judge: Judge, tmp_path: Path) -> None:
    text = add_act(HEAD, date(2026, 4, 1), Text("One", "一"), {"deal.phase": SAID})
    text = add_act(text + "# end\n", date(2026, 5, 1), Text("Two", "Two"), {"deal.price": Statement(Decimal(5))})
    assert text.endswith('- on: 2026-05-01\n    title: "Two"\n    facts:\n      deal.price: 5\n# end\n')
    assert [act.on.month for act in loaded(tmp_path, text, mini_judge).history] == [4, 5]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        (Decimal("4600000"), "4_600_000"),
        (Decimal("1234.50"), "1_234.50"),
        (Decimal("1E+3"), "1_000"),
        (Decimal("-5.00"), "-5"),
        (DAY, "2026-02-01"),
        ("late", "late"),
        ("none", '"none"'),
        ("a: b # c", '"a: b # c"'),
        ('=1+"x"\\\n', '"=1+\\"x\\"\\\\\\n"'),
    ],
)
def test_values_are_written_as_authors_do(value: object, text: str) -> None:
    assert value_text(value) == text  # type: ignore[arg-type]


def test_a_statement_says_what_is_known_of_it() -> None:
    assert statement_text(None) == "unknown"
    assert statement_text(Statement(True)) == "yes"
    assert statement_text(Statement(True, "written")) == "{value: yes, evidence: written}"
    assert statement_text(SAID) == LINE.partition(": ")[2]


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_any_words_are_read_as_they_were_meant(title: str, about: str) -> None:
    words = [" ".join(re.sub(UNPRINTABLE, " ", text).split())[:MAX_TEXT] or "x" for text in (title, about)]
    text = new_case("a", Text(words[0], words[0]), DAY, {}, about=Text(words[1], "字"), currency=words[0])
    problems = Problems()
    node = yamlfile.parse(text, "case.yaml", problems)
    assert not problems
    assert isinstance(node, yamlfile.Mapping)
    assert isinstance(found := node.entries["title"], yamlfile.Scalar)
    assert found.text == words[0]
    assert not isinstance(node.entries["currency"], yamlfile.Mapping)


def test_a_long_text_at_the_end_that_lacks_its_line_end_may_be_followed() -> None:
    text = "case: a\ntitle: A mill\nas_of: 2026-03-01\nabout: |\n  A long story"
    after = set_fact(text, "deal.phase", Statement("late"))
    assert after.startswith(text + "\n")
    assert "deal.phase: late" in after
