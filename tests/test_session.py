"""An interview: what is typed, what is written, and the way back; and held as a rep holds it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from advisor.case import Case
from advisor.cli.interview import _Asking
from advisor.interview import Interviewer, Outlook, answers
from advisor.judge import Judge
from advisor.load.cases import load_case
from advisor.model import Value
from advisor.session import Reply, Said, Step, understand
from tests.build import fact
from tests.test_cli import Advisor, advisor, checkout  # noqa: F401 - fixtures

OPEN = """\
# Kept by a rep; the comment stays.
case: mill
title: A mill's scales
as_of: 2026-03-01
facts:
  deal.criteria: ours   # said on the phone
stakeholders: []
competitors: []
"""
PHASES = fact("deal.phase", "early<middle<late")


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("", Reply("unknown")),
        ("  ?  ", Reply("unknown")),
        ("？", Reply("unknown")),
        ("unknown", Reply("unknown")),
        ("b", Reply("back")),
        ("QUIT", Reply("quit")),
        ("p Head of  IT", Reply("person", words="Head of IT")),
        ("r 某公司", Reply("rival", words="某公司")),
        ("P", Reply("person")),
        ("2", Reply("answer", (Said("middle"),))),
        ("late", Reply("answer", (Said("late"),))),
        ("late w", Reply("answer", (Said("late"),), "written")),
        ("3 a", Reply("answer", (Said("late"),), "assumed")),
        ("3a", Reply("answer", (Said("late"),), "assumed")),
        ("1 confirmed", Reply("answer", (Said("early"),), "confirmed")),
    ],
)
def test_what_is_typed_is_an_answer_or_a_command(typed: str, reply: Reply) -> None:
    assert understand([PHASES], typed) == reply


THREE = [fact(f"deal.{name}", "bool") for name in "xyz"]


@pytest.mark.parametrize(
    ("typed", "values", "grade"),
    [
        ("12?", [True, False, None], "told"),
        ("1 2 ?", [True, False, None], "told"),
        ("12?W", [True, False, None], "written"),
        ("1 2 ?c", [True, False, None], "confirmed"),
        ("y,n,？ w", [True, False, None], "written"),
        ("是、否、是", [True, False, True], "told"),
        ("yes no unknown", [True, False, None], "told"),
    ],
)
def test_several_facts_are_answered_in_their_order(typed: str, values: list[bool | None], grade: str) -> None:
    said = tuple(None if value is None else Said(value) for value in values)
    assert understand(THREE, typed) == Reply("answer", said, grade)


@pytest.mark.parametrize("typed", ["1", "12", "1212", "1 2", "123", "1 2 x", "w", "12? x", "12w"])
def test_several_facts_are_all_answered_or_none(typed: str) -> None:
    assert understand(THREE, typed) is None


@pytest.mark.parametrize("typed", ["4", "0", "-1", "layt", "none", "w", "late late", "\x00", "9" * 5000])
def test_what_cannot_be_taken_is_said_and_changes_nothing(typed: str) -> None:
    assert understand([PHASES], typed) is None


@pytest.mark.parametrize("typed", ["12,000,000c", "12_000_000 c", "12000000C"])
def test_how_well_an_amount_is_known_may_stand_close_behind_it(typed: str) -> None:
    assert understand([fact("deal.x", "money")], typed) == Reply("answer", (Said(Decimal(12000000)),), "confirmed")


@pytest.mark.parametrize(
    ("kind", "typed", "value"), [("bool", "1", True), ("bool", "no", False), ("int", "12", 12), ("bool", "2 w", False)]
)
def test_each_kind_of_fact_is_answered_in_its_own_way(kind: str, typed: str, value: Value) -> None:
    reply = understand([fact("deal.x", kind)], typed)
    assert reply is not None
    assert reply.said == (Said(value),)


def test_a_number_is_no_choice_where_there_is_no_list() -> None:
    assert answers(fact("deal.x", "money")) == []
    assert understand([fact("deal.x", "money")], "3") == Reply("answer", (Said(Decimal(3)),))


def read(step: Step) -> Case:
    """Read the case of a step."""
    return step.case


def test_answers_are_written_and_taken_back(mini_judge: Judge) -> None:
    start = Step(Interviewer(mini_judge), OPEN, "mill.yaml")
    picked = answers(start.facts[0])
    first = start.answer([Said(picked[-1] if picked else Decimal(3))], "written")
    assert first.text.startswith("# Kept by a rep; the comment stays.\n")
    assert "# said on the phone" in first.text
    said = read(first).content.facts[start.places[0][1]][0]
    assert (said.grade, said.by, said.on) == ("written", "account-manager", read(first).as_of)
    assert first.back() is start
    assert start.back() is start
    assert first.places != start.places


def test_what_nobody_knows_is_asked_once_and_not_written(mini_judge: Judge) -> None:
    step = Step(Interviewer(mini_judge), OPEN, "mill.yaml")
    while step.places:
        step = step.skip()
    assert len(step.asked) == len(set(step.asked)) > 1
    assert step.screens > 1
    assert step.text == OPEN


def test_somebody_who_comes_up_is_added_and_taken_back(mini_judge: Judge) -> None:
    start = Step(Interviewer(mini_judge), OPEN, "mill.yaml")
    step = start.meet("person", "Owner: of all").meet("person", "Buyer").meet("rival", "A & B")
    lists = read(step).content.lists
    assert [(m.id, m.title and m.title.en) for m in lists["stakeholders"]] == [
        ("person-1", "Owner: of all"),
        ("person-2", "Buyer"),
    ]
    assert [m.id for m in lists["competitors"]] == ["rival-1"]
    assert step.back().back().back() is start


def test_what_an_act_states_is_not_asked_for(mini_judge: Judge) -> None:
    act = (
        "history: [{on: 2026-02-01, title: Act, facts: {deal.phase: [{value: late, by: x}, {value: early, by: y}]}}]\n"
    )
    step = Step(Interviewer(mini_judge), OPEN + act, "mill.yaml")
    while step.places:
        step = step.skip()
    assert step.asked
    assert (None, "deal.phase") not in step.asked


def hold(run: Advisor, monkeypatch: pytest.MonkeyPatch, typed: str, *args: str) -> tuple[int, str, str]:
    """Hold an interview from a list of lines."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    found = run("interview", *args)
    return found.code, found.out, found.err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_new_deal_is_begun_asked_and_kept(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    mini_judge: Judge,
    lang: str,
) -> None:
    typed = "A mill's scales\nnever\n2026-03-01\nCNY\nOwner; Buyer\n\nlayt\n\nb\nq\n"
    code, out, err = hold(advisor, monkeypatch, typed, "mill.yaml", "--lang", lang)
    assert code == 0, err
    case = load_case(Path("mill.yaml"), mini_judge.knowledge)
    assert (case.title.en, case.as_of.isoformat(), case.currency) == ("A mill's scales", "2026-03-01", "CNY")
    assert [m.title.en for m in case.content.lists["stakeholders"] if m.title] == ["Owner", "Buyer"]
    assert case.content.complete == {"stakeholders": False}
    assert "mill.yaml" in err
    assert "A mill's scales" in out


def test_a_file_that_is_there_keeps_its_words(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_text(OPEN, encoding="utf-8")
    code, _, err = hold(advisor, monkeypatch, "1\n1\n1\n1\n1\n1\n", "mill.yaml")
    text = Path("mill.yaml").read_text(encoding="utf-8")
    assert text != OPEN
    kept = [line for line in OPEN.splitlines() if line not in text.splitlines()]
    assert kept == []
    assert code in (0, 130), err


def test_the_ends_of_lines_stay_as_they_were(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_bytes(OPEN.replace("\n", "\r\n").encode())
    hold(advisor, monkeypatch, "1\n1\n1\nq\n", "mill.yaml")
    written = Path("mill.yaml").read_bytes()
    assert len(written) > len(OPEN.encode())
    assert written.count(b"\n") == written.count(b"\r\n")


def test_a_file_that_is_no_text_is_refused(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_bytes(b"case: mill\ntitle: \xff\n")
    code, _, err = hold(advisor, monkeypatch, "q\n", "mill.yaml")
    assert code == 2
    assert "[not-utf8]" in err
    assert Path("mill.yaml").read_bytes() == b"case: mill\ntitle: \xff\n"


def test_a_person_without_a_post_is_asked_for_again(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_text(OPEN, encoding="utf-8")
    _, _, err = hold(advisor, monkeypatch, "p\nr\nq\n", "mill.yaml")
    assert err.count("Say who: p and the post") == 2
    assert Path("mill.yaml").read_text(encoding="utf-8") == OPEN


def test_when_it_is_enough_what_is_left_to_find_out_is_listed(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("mill.yaml").write_text(OPEN.replace("ours   #", "rival   #"), encoding="utf-8")
    code, out, err = hold(advisor, monkeypatch, "\n" * 12, "mill.yaml")
    assert (code, bool(out)) == (0, True)
    assert "each alone could turn it:\n   - " in err


def test_an_interrupt_keeps_what_was_answered(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_text(OPEN, encoding="utf-8")
    code, _, _ = hold(advisor, monkeypatch, "1\n", "mill.yaml")
    assert code == 130
    assert Path("mill.yaml").read_text(encoding="utf-8") != OPEN


class Meanwhile(io.StringIO):
    """Lines typed one after the other; before each of them something may happen to the file."""

    def __init__(self, *lines: str | Callable[[], object]) -> None:
        super().__init__()
        self.lines = iter(lines)

    def readline(self, *_: int | None) -> str:  # type: ignore[override]
        """Return the next line."""
        line = next(self.lines, "")
        while callable(line):
            line()
            line = next(self.lines, "")
        return f"{line}\n"


def test_what_an_editor_wrote_meanwhile_stays(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    path = Path("mill.yaml")
    path.write_text(OPEN, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", Meanwhile(lambda: path.write_text(OPEN + "# Noted.\n"), "1", "1", "b", "b", "q"))
    found = advisor("interview", "mill.yaml")
    assert found.code == 0, found.err
    assert "mill.yaml has been changed from elsewhere" in found.err
    assert "There is no answer to take back." in found.err
    assert path.read_text(encoding="utf-8") == OPEN + "# Noted.\n"


def test_what_is_written_while_an_answer_is_judged_stays(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file is looked at before the answer is judged, and again when it is written."""
    path, answer = Path("mill.yaml"), Step.answer
    path.write_text(OPEN, encoding="utf-8")

    def slow(step: Step, *said: Any) -> Step:
        if "# Noted." not in path.read_text(encoding="utf-8"):
            path.write_text(OPEN + "# Noted.\n", encoding="utf-8")
        return answer(step, *said)

    monkeypatch.setattr(Step, "answer", slow)
    code, _, err = hold(advisor, monkeypatch, "1\n1\nq\n", "mill.yaml")
    assert code == 0, err
    assert err.count("mill.yaml has been changed from elsewhere") == 1
    kept = path.read_text(encoding="utf-8")
    assert kept.endswith("# Noted.\n")
    assert kept != OPEN + "# Noted.\n", "the second answer is kept beside it"


def test_what_an_editor_broke_meanwhile_stays(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    path = Path("mill.yaml")
    path.write_text(OPEN, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", Meanwhile(lambda: path.write_text("case: [\n"), "1"))
    found = advisor("interview", "mill.yaml")
    assert found.code == 2
    assert "mill.yaml:2:1: error:" in found.err
    assert path.read_text(encoding="utf-8") == "case: [\n"


def test_a_file_that_is_gone_is_written_again(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    path = Path("mill.yaml")
    path.write_text(OPEN, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", Meanwhile(path.unlink, "", "q"))
    found = advisor("interview", "mill.yaml")
    assert "mill.yaml was gone" in found.err
    assert path.read_text(encoding="utf-8") == OPEN


@pytest.mark.parametrize("typed", ["p \x1b[31mOwner", "r A\u202eB", "p " + "x" * 5000])
def test_what_no_file_can_hold_is_refused_and_the_interview_goes_on(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
) -> None:
    Path("mill.yaml").write_text(OPEN, encoding="utf-8")
    code, _, err = hold(advisor, monkeypatch, f"{typed}\nq\n", "mill.yaml")
    assert code == 0, err
    assert "This cannot be kept" in err
    assert Path("mill.yaml").read_text(encoding="utf-8") == OPEN


def test_a_new_deal_asks_again_for_what_no_file_can_hold(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    mini_judge: Judge,
) -> None:
    typed = "A\x07\nA mill\n2026-03-01\n\nOwner;Owner; Buyer\n\nq\n"
    code, _, err = hold(advisor, monkeypatch, typed, "mill.yaml")
    assert code == 0, err
    assert "This cannot be kept" in err
    case = load_case(Path("mill.yaml"), mini_judge.knowledge)
    assert case.title.en == "A mill"
    assert [m.title.en for m in case.content.lists["stakeholders"] if m.title] == ["Owner", "Buyer"]


def test_nobody_is_added_twice(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_text(OPEN, encoding="utf-8")
    code, _, err = hold(advisor, monkeypatch, "p Owner\np Owner\nq\n", "mill.yaml")
    assert code == 0, err
    assert "Owner is on file already." in err
    assert Path("mill.yaml").read_text(encoding="utf-8").count("Owner") == 1


def test_a_file_that_is_read_only_stays(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("mill.yaml").write_text(OPEN, encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    code, _, err = hold(advisor, monkeypatch, "1\n", "mill.yaml")
    assert code == 2
    assert "mill.yaml: error: cannot write the file: Permission denied [file-unwritable]" in err
    assert Path("mill.yaml").read_text(encoding="utf-8") == OPEN


def test_a_file_with_a_hostile_name_is_named_in_plain_text(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = Path("\x1b[31mmill.yaml")
    path.write_text(OPEN, encoding="utf-8")
    code, out, err = hold(advisor, monkeypatch, "1\nq\n", path.name)
    assert code == 0, err
    assert "\x1b" not in out + err
    assert "\ufffd[31mmill.yaml" in err


def test_a_link_stays_a_link(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    Path("kept.yaml").write_text(OPEN, encoding="utf-8")
    Path("mill.yaml").symlink_to("kept.yaml")
    hold(advisor, monkeypatch, "1\nq\n", "mill.yaml")
    assert Path("mill.yaml").is_symlink()
    assert Path("kept.yaml").read_text(encoding="utf-8") != OPEN


def test_a_day_that_no_case_could_have_is_refused(advisor: Advisor) -> None:  # noqa: F811
    assert advisor("interview", "mill.yaml", "--on", "3000-01-01").err.startswith("--on: error:")


@pytest.fixture
def asked(
    shipped_judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Return what a screen that asks for some facts shows."""

    def ask(*facts: str) -> str:
        path = tmp_path / "mill.yaml"
        path.write_text("case: mill\ntitle: Mill\nas_of: 2026-03-01\ncurrency: CNY\n", encoding="utf-8")
        monkeypatch.setattr(Interviewer, "outlook", lambda *_: Outlook("open", (), tuple((None, f) for f in facts)))
        monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
        asking = _Asking(shipped_judge, path, "en", None)
        asking.hold(asking.begin())
        return capsys.readouterr().err

    return ask


def test_facts_that_take_the_same_values_in_other_words_show_their_own(asked: Callable[..., str]) -> None:
    screen = asked("opportunity.budget", "opportunity.urgency")
    assert "   - The budget: 1 not in sight; 2 asked for; 3 granted\n" in screen
    assert "   - How pressing it is: 1 not pressing; 2 wanted soon; 3 pressing\n" in screen


def test_an_amount_is_asked_for_in_full_and_in_the_currency_of_the_deal(asked: Callable[..., str]) -> None:
    assert "(an amount in digits, in CNY, in full)" in asked("us.floor")
