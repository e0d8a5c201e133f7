"""Teaching cases: told in acts, answered, graded point by point, and what a trainer learns of a class."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.answers import Answer, AnswerSheet, seal
from advisor.answertext import sheet_text
from advisor.classdata import class_data
from advisor.classroom import CALLS, ClassReport, class_report
from advisor.exercise import Choice, Exercise, exercise
from advisor.grade import ActGrade, Marks, SheetGrade, brier_score, grade, marks_of, mean
from advisor.judge import Judge, open_judge
from advisor.load.sheets import MAX_LEARNER, open_sheet
from advisor.load.teaching import lessons_in, load_lesson
from advisor.picks import read_letter, read_letters, read_percent, read_verdict
from advisor.problems import InputError, Location, Problem
from advisor.render.data import to_json
from tests.build import MINI, mini_library
from tests.test_cli import Advisor, advisor, checkout  # noqa: F401 - fixtures

LESSON = MINI / "cases" / "toll-gates.yaml"
SHIPPED = Path(__file__).parent.parent / "cases"
MARKS = Marks(verdict=4, stands=2, reason=1, wrong_reason=-1, step=2)
IN = ("--cases", "LESSONS")
HARBOUR = "harbour.yaml"


def _exercise() -> Exercise:
    judge = open_judge(mini_library())
    try:
        return exercise(judge, load_lesson(LESSON, judge.knowledge))
    finally:
        judge.close()


OF = _exercise()
"""Three acts: the verdict is `reshape-criteria`, then `bid`, then `withdraw`."""


def letters(choices: tuple[Choice, ...], right: bool) -> tuple[str, ...]:
    return tuple(choice.letter for choice in choices if choice.right is right)


def lawless(number: int) -> str:
    """Return the letter of the unlawful step of an act, which counts from 1."""
    return next(choice.letter for choice in OF.acts[number - 1].steps if choice.law)


def best(confidence: int | None = 100) -> tuple[Answer, ...]:
    """Answer every act as the advisor does."""
    return tuple(
        Answer(
            act.report.verdict.id, confidence, letters(act.reasons, True), next(iter(letters(act.steps, True)), None)
        )
        for act in OF.acts
    )


def sheet(*answers: Answer, learner: str = "Ann") -> AnswerSheet:
    return AnswerSheet(OF.id, learner, answers, f"{learner}.yaml")


def graded(*answers: Answer, learner: str = "Ann") -> SheetGrade:
    return grade(sheet(*answers, learner=learner), OF, MARKS)


def problems_of(call: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        call()
    return caught.value.problems


# The teaching block

TEXT = LESSON.read_text(encoding="utf-8")
BAD_LESSONS = [
    # What is replaced, by what, the place of the problem in the new text, its id, and what is said of it.
    ("teaching:", "teachings:", "case: toll-gates", "missing-key", 'a teaching case needs the key "teaching"'),
    ("  lesson:", "  lessn:", "begins:", "missing-key", '"teaching" needs the key "lesson"'),
    ("begins: 2026-01-10", "begins: 2026-02-01", "begins:", "begins-late", "not after the day on which the exercise"),
    ("begins: 2026-01-10", "begins: soon", "begins:", "not-a-date", "written YYYY-MM-DD"),
    ("items: [1]", "items: [2]", "items: [2]", "unknown-item", "there is no item 2 in the playbooks"),
    (", item: 1}", ", item: 7}", "item: 7", "unknown-item", "there is no item 7"),
    ("tempting: {verdict: bid,", "tempting: {verdict: bit,", "verdict: bit", "unknown-verdict", 'did you mean "bid"?'),
    ("law: collusion", "law: colusion", "law: colusion", "unknown-name", 'did you mean "collusion"?'),
    (
        "{en: Ask for the floor., zh: 问底价。}",
        "{en: Ask}",
        "notes: {en: Ask}",
        "missing-language",
        "lacks its zh text",
    ),
    ("      wrong:\n", "      wrng:\n", "wrng:", "unknown-key", 'did you mean "wrong"?'),
    (
        TEXT[TEXT.index("    - story: {en: The price is") :],
        "",
        "  acts:",
        "acts-differ",
        "2 acts are told, and the case has 3",
    ),
    (
        "        - {do: {en: Hope., zh: 但愿。}, why: {en: No step., zh: 这不是办法。}}\n",
        "        - {do: {en: Hope., zh: 但愿。}, why: {en: No step., zh: 这不是办法。}}\n" * 9,
        "steps:",
        "too-many-members",
        '"steps" lists 11 choices; at most 10',
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "id_", "said"), BAD_LESSONS, ids=lambda value: str(value)[:20])
def test_a_problem_in_a_teaching_block_is_named_with_its_place(
    mini_judge: Judge, tmp_path: Path, old: str, new: str, place: str, id_: str, said: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    found = problems_of(lambda: load_lesson(tmp_path / "bad.yaml", mini_judge.knowledge))
    (problem,) = (problem for problem in found if problem.id == id_)
    assert said in problem.message
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if place in line]
    assert problem.at.line in lines
    assert problem.at.file.endswith("bad.yaml")


def test_a_teaching_case_is_found_by_the_id_of_its_case(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("case: [\nteaching:\n", encoding="utf-8")
    (tmp_path / "plain.yaml").write_text("case: plain\ntitle: teaching\nas_of: 2026-03-01\n", encoding="utf-8")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\nteaching:")
    assert lessons_in(tmp_path) == {"toll-gates": tmp_path / "deep" / "x.yaml", "broken": tmp_path / "broken.yaml"}


def test_a_teaching_case_with_windows_line_ends_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert list(lessons_in(tmp_path)) == ["toll-gates"]


def test_choices_keep_their_letters_and_tell_nothing_by_them(mini_judge: Judge) -> None:
    again = exercise(mini_judge, load_lesson(LESSON, mini_judge.knowledge))
    assert again.acts == OF.acts
    for act in OF.acts:
        for choices in (act.reasons, act.steps):
            assert [choice.letter for choice in choices] == list("abcdefghij"[: len(choices)])
    assert len({letters(act.reasons, True) for act in OF.acts}) > 1


# The shipped teaching cases


@pytest.fixture(scope="module")
def exercises(shipped_judge: Judge) -> list[Exercise]:
    lessons = [load_lesson(path, shipped_judge.knowledge) for path in lessons_in(SHIPPED).values()]
    return [exercise(shipped_judge, lesson) for lesson in lessons]


def test_every_shipped_exercise_has_a_turn_and_a_temptation_in_every_act(exercises: list[Exercise]) -> None:
    assert exercises
    for of in exercises:
        verdicts = [act.report.verdict.id for act in of.acts]
        assert 3 <= len(verdicts) <= 5, of.id
        assert len(set(verdicts)) > 1, of.id
        for act in of.acts:
            assert act.told.tempting is not None, f"{of.id} {act.number}"
            assert act.told.tempting.verdict != act.report.verdict.id, f"{of.id} {act.number}"


def test_every_act_of_the_shipped_exercises_has_something_right_and_enough_that_is_wrong(
    exercises: list[Exercise],
) -> None:
    for of in exercises:
        for act in of.acts:
            for choices in (act.reasons, act.steps):
                assert letters(choices, True), f"{of.id} {act.number}"
                assert len(letters(choices, False)) >= 3, f"{of.id} {act.number}"
        assert sum(any(step.law for step in act.steps) for act in of.acts) >= 2, of.id


def test_choices_of_the_shipped_exercises_can_be_told_apart(exercises: list[Exercise]) -> None:
    for of in exercises:
        for act in of.acts:
            for choices in (act.reasons, act.steps):
                for said in (
                    [choice.letter for choice in choices],
                    [choice.text.en for choice in choices],
                    [choice.text.zh for choice in choices],
                ):
                    assert len(set(said)) == len(said), f"{of.id} {act.number}"


def test_the_shipped_exercises_say_what_the_playbook_has_and_what_is_authored(
    exercises: list[Exercise], shipped_judge: Judge
) -> None:
    for of in exercises:
        assert of.lesson.items, of.id
        assert set(of.lesson.items) <= set(shipped_judge.knowledge.items), of.id
        for text in (of.lesson.playbook, of.lesson.authored, of.lesson.lesson):
            assert len(text.en) > 20, of.id
            assert re.search("[\u4e00-\u9fff]", text.zh), of.id


# Grading

PICKS = st.builds(
    Answer,
    st.none() | st.sampled_from([verdict.id for verdict in OF.verdicts]),
    st.none() | st.integers(0, 100),
    st.lists(st.sampled_from("abcd"), unique=True, max_size=4).map(tuple),
    st.none() | st.sampled_from("abc"),
)


@given(st.lists(PICKS, max_size=len(OF.acts)))
def test_a_grading_keeps_within_its_bounds_and_adds_up(answers: list[Answer]) -> None:
    found = graded(*answers)
    assert len(found.acts) == len(OF.acts)
    for act in found.acts:
        assert 0 <= act.marks <= act.most
        assert act.marks == (0 if act.unlawful else max(0, sum(point.marks for point in act.points)))
        assert act.brier is None or 0 <= act.brier <= 1
    assert found.marks == sum(act.marks for act in found.acts)
    assert found.most == sum(act.most for act in found.acts)
    assert found.brier == mean(act.brier for act in found.acts)
    assert found == graded(*answers)


@given(st.permutations("abcd"))
def test_the_order_of_reasons_does_not_matter(reasons: list[str]) -> None:
    first, *rest = best()
    assert graded(replace(first, reasons=tuple(reasons)), *rest) == graded(replace(first, reasons=tuple("abcd")), *rest)


def test_all_right_reaches_the_most() -> None:
    found = graded(*best())
    assert found.marks == found.most == (4 + 1) + (4 + 2 + 2) + (4 + 1)
    assert found.brier == 0


def test_a_step_is_asked_for_only_where_there_is_a_right_one() -> None:
    assert [act.most for act in graded().acts] == [5, 8, 5]


@given(PICKS)
def test_an_unlawful_step_costs_the_act_and_no_other(answer: Answer) -> None:
    _, second, third = best()
    found = graded(replace(answer, step=lawless(1)), second, third)
    assert [act.marks for act in found.acts] == [0, 8, 5]
    assert found.acts[0].unlawful
    (point,) = (point for point in found.acts[0].points if point.kind == "unlawful")
    assert point.law is not None
    assert "no collusion" in point.law.en
    assert "Basis: law." in point.law.en


def test_nothing_below_zero_and_picking_everything_does_not_pay() -> None:
    first, *rest = best()
    wrong = graded(Answer("qualify-first", None, letters(OF.acts[0].reasons, False)), *rest).acts[0]
    assert (wrong.earned, wrong.marks) == (-3, 0)
    everything = graded(replace(first, reasons=tuple("abcd")), *rest).acts[0]
    assert everything.marks < graded(first, *rest).acts[0].marks


@pytest.mark.parametrize(
    ("confidence", "correct", "score"),
    [
        (100, True, "0"),
        (100, False, "1"),
        (0, True, "1"),
        (0, False, "0"),
        (50, True, "0.25"),
        (50, False, "0.25"),
        (85, False, "0.7225"),
        (85, True, "0.0225"),
        (33, True, "0.4489"),
    ],
)
def test_confidence_is_scored_after_brier(confidence: int, correct: bool, score: str) -> None:
    assert brier_score(confidence, correct) == Decimal(score)


def test_the_confidence_score_of_a_sheet_is_the_mean_over_what_was_claimed() -> None:
    first, second, third = best(85)
    found = graded(first, replace(second, confidence=None), replace(third, verdict="bid"))
    assert [act.brier for act in found.acts] == [Decimal("0.0225"), None, Decimal("0.7225")]
    assert found.brier == Decimal("0.373"), "0.3725, halves up"
    assert graded(replace(first, verdict=None)).brier is None, "no verdict, nothing to be sure of"
    assert mean([]) is None


def points(act: ActGrade) -> list[tuple[str, str, int]]:
    return [(point.kind, point.letter, point.marks) for point in act.points]


def test_a_sheet_by_hand() -> None:
    """The sheet of tests/mini, point by point."""
    found = grade(open_sheet(MINI / "answers" / "ann.yaml").read(OF), OF, MARKS)
    assert points(found.acts[0]) == [("verdict", "", 4), ("found", "a", 1), ("wrong-step", "a", 0)]
    assert points(found.acts[1]) == [
        ("verdict", "", 4),
        ("found", "a", 1),
        ("wrong-reason", "c", -1),
        ("found", "e", 1),
        ("step", "d", 2),
    ]
    assert points(found.acts[2]) == [("tempting", "", 0), ("found", "b", 1), ("wrong-step", "b", 0)]
    assert [act.marks for act in found.acts] == [5, 7, 1]
    assert [act.brier for act in found.acts] == [Decimal("0.01"), Decimal("0.04"), Decimal("0.49")]
    assert (found.marks, found.most, found.brier) == (13, 18, Decimal("0.180"))
    assert not found.sealed


def test_every_wrong_answer_is_told_what_is_right() -> None:
    found = graded(Answer("qualify-first", None, (), "c"), Answer(None, None, ("a",)), Answer())
    first, second, third = found.acts
    assert "the advisor says: reshape-criteria." in first.points[0].why.en
    assert points(second)[0] == ("wrong-verdict", "", 0)
    assert ("missed-step", "d", 0) in points(second), "no step was picked, and a right one is named"
    assert points(third) == [("blank", "", 0)]
    assert "withdraw" in third.points[0].why.en


def test_a_verdict_that_stands_beside_the_right_one_counts_half_and_a_tempting_one_says_why(mini_judge: Judge) -> None:
    act = OF.acts[0]
    bid = next(verdict for verdict in OF.verdicts if verdict.id == "bid")
    standing = replace(act, report=replace(act.report, standing=(act.report.verdict, bid)))
    found = grade(sheet(Answer("bid")), replace(OF, acts=(standing,)), MARKS).acts[0].points[0]
    assert (found.kind, found.marks) == ("stands", 2)
    assert found.why.en.endswith("goes before it. Too early.")
    assert marks_of({name: int(s.value) for name, s in mini_judge.knowledge.settings.items()}) == MARKS


# Answer sheets

HEAD = "exercise: toll-gates\nlearner: Ann\nacts:\n"
BAD_SHEETS = [
    (HEAD + "  - {verdict: bit}\n", 4, "unknown-verdict", 'a verdict cannot be "bit"; did you mean "bid"?'),
    (HEAD + "  - {verdict: 5}\n", 4, "unknown-verdict", 'a verdict cannot be "5"; allowed: bid, withdraw'),
    (HEAD + "  - {verdict: [bid]}\n", 4, "not-a-word", "a verdict must be a single value"),
    (HEAD + "  -\n  - {confidence: 101}\n", 5, "not-a-whole-number", "a whole number from 0 to 100"),
    (HEAD + "  - {confidence: sure}\n", 4, "not-a-number", '"confidence" must be a number'),
    (HEAD + "  - {reasons: [a, a]}\n", 4, "duplicate-value", '"a" is picked twice'),
    (HEAD + "  - {reasons: az}\n", 4, "unknown-name", '"az" is none of the choices; allowed: a, b, c, d'),
    (HEAD + "  - {reasons: {a: b}}\n", 4, "not-a-list", '"reasons" must be a list'),
    (HEAD + "  - {step: ab}\n", 4, "unknown-name", '"ab" is none of the choices; allowed: a, b, c'),
    (HEAD + "  - {stp: a}\n", 4, "unknown-key", 'did you mean "step"?'),
    (HEAD + "  - bid\n", 4, "not-a-mapping", "act 1 must be keys with values"),
    (HEAD + "  -\n" * 4, 7, "acts-differ", "the exercise has 3 acts, and this is one more"),
    (HEAD + "  - {verdict: bid, seal: 0123456789abcdef}\n", 4, "seal-broken", "was changed after it was committed"),
    ("exercise: toll-gates\nacts: []\n", 1, "missing-key", 'an answer sheet needs the key "learner"'),
    ("exercise: toll-gates\nlearner: ''\nacts: []\n", 2, "empty-value", '"learner" is empty'),
    (f"exercise: toll-gates\nlearner: {'x' * 81}\nacts: []\n", 2, "text-too-long", "longer than 80 characters"),
    ('exercise: toll-gates\nlearner: "\\u202eAnn"\nacts: []\n', 2, "control-character", "U+202E"),
    ("exercise: Toll Gates\nlearner: Ann\nacts: []\n", 1, "bad-id", '"exercise" must be lower-case letters'),
    ("exercise: mill\nlearner: Bo\nacts: []\n", 0, "another-exercise", "answers mill, and most answer toll-gates"),
    ("exercise: toll-gates\nlearner: ' ADA '\nacts: []\n", 0, "duplicate-learner", "has a sheet already: a.yaml"),
    ("learner: Ann\nacts: []\n", 1, "not-a-sheet", "this is no answer sheet"),
    ("- a\n", 1, "not-a-sheet", "this is no answer sheet"),
    ("exercise: [\n", 2, "yaml-syntax", "did not find expected node content"),
]


@pytest.mark.parametrize(("text", "line", "id_", "said"), BAD_SHEETS, ids=lambda value: str(value)[:20])
def test_a_bad_sheet_is_named_and_costs_only_itself(
    advisor: Advisor,  # noqa: F811
    tmp_path: Path,
    text: str,
    line: int,
    id_: str,
    said: str,
) -> None:
    (tmp_path / HARBOUR).unlink()
    (tmp_path / "a.yaml").write_text(HEAD.replace("Ann", "Ada"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(HEAD.replace("Ann", "Cem"), encoding="utf-8")
    outcome = advisor("exercise", "grade", ".", *IN, "--format", "json")
    assert (outcome.code, outcome.err) == (2, "")
    found = json.loads(outcome.out)
    assert [graded["learner"] for graded in found["sheets"]] == ["Ada", "Cem"]
    (unreadable,) = found["unreadable"]
    place = f"b.yaml:{line}:" if line else "b.yaml: error: "
    (problem,) = (problem for problem in unreadable["problems"] if problem.endswith(f" [{id_}]"))
    assert problem.startswith(place)
    assert said in problem
    for format_ in ("text", "markdown"):
        for command in ("grade", "scoreboard"):
            assert f"[{id_}]" in advisor("exercise", command, ".", *IN, "--format", format_).out.replace("\\", "")


def test_what_cannot_be_read_alone_tells_nothing_of_the_answers(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "b.yaml").write_text(HEAD + "  - {verdict: bit}\n", encoding="utf-8")
    outcome = advisor("exercise", "grade", "b.yaml", *IN)
    assert (outcome.code, outcome.out) == (2, "")
    assert "b.yaml:4:15: error: " in outcome.err


@given(st.lists(PICKS, min_size=len(OF.acts), max_size=len(OF.acts)), st.text(min_size=1, max_size=MAX_LEARNER))
def test_a_sheet_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, answers: Any, name: str) -> None:
    learner = " ".join(re.sub(r"[^\w .:#'\"\\=<>{}\[\]|&*!-]", "", name).split()) or "Ann"
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(sheet_text(AnswerSheet(OF.id, learner, tuple(answers), ""), OF, "en"), encoding="utf-8")
    read = open_sheet(path).read(OF)
    assert (read.learner, read.answers) == (learner, tuple(answers))


def test_a_sheet_takes_words_as_people_write_them(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        HEAD + "  - {verdict: BID, confidence: 80%, reasons: 'a, C', step: B}\n  - {verdict: 2, reasons: [D, a]}\n",
        encoding="utf-8",
    )
    read = open_sheet(tmp_path / "a.yaml").read(OF)
    assert read.answers == (Answer("bid", 80, ("a", "c"), "b"), Answer("withdraw", None, ("d", "a")))


def test_what_is_typed_is_read() -> None:
    reasons = OF.acts[0].reasons
    assert [read_verdict(typed, OF.verdicts) for typed in ("1", " Bid ", "4", "0", "5", "b", "²")] == [
        "bid", "bid", "qualify-first", None, None, None, None,
    ]  # fmt: skip
    assert [read_percent(typed) for typed in ("0", "100", "70 %", "70％", "101", "-1", "x", "")] == [
        0, 100, 70, 70, None, None, None, None,
    ]  # fmt: skip
    assert read_letters("C、a，a;b", reasons) == ("c", "a", "b")
    assert read_letters("x", reasons) is None
    assert [read_letter(typed, reasons) for typed in ("B", "ab", "", "x")] == ["b", None, None, None]


def test_labels_of_either_language_name_a_verdict(exercises: list[Exercise]) -> None:
    for verdict in exercises[0].verdicts:
        for typed in (verdict.id, verdict.label.en.upper(), verdict.label.zh):
            assert read_verdict(typed, exercises[0].verdicts) == verdict.id


# Seals


def sealed(*answers: Answer) -> AnswerSheet:
    found = sheet()
    for answer in answers:
        added = replace(found, answers=(*found.answers, answer))
        found = replace(found, answers=(*found.answers, replace(answer, seal=seal(added, len(added.answers)))))
    return found


def test_a_seal_holds_the_name_and_everything_up_to_its_act(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.yaml", sealed(*best())
    text = sheet_text(whole, OF, "en")
    path.write_text(text, encoding="utf-8")
    assert open_sheet(path).read(OF).answers == whole.answers
    assert grade(whole, OF, MARKS).sealed
    assert grade(sealed(*best()[:1]), OF, MARKS).sealed, "what is not answered needs no seal"
    for old, new in (
        ("learner: Ann", "learner: Ben"),
        ("confidence: 100", "confidence: 99"),
        ("verdict: bid", "verdict:"),
    ):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        (problem,) = problems_of(lambda: open_sheet(path).read(OF))
        assert problem.id == "seal-broken"


def test_a_sheet_of_which_an_act_has_no_seal_is_graded_the_same_and_says_so() -> None:
    whole = sealed(*best())
    loose = replace(whole, answers=(*whole.answers[:2], replace(whole.answers[2], seal=None)))
    assert not grade(loose, OF, MARKS).sealed
    assert grade(loose, OF, MARKS).marks == grade(whole, OF, MARKS).marks


# Answering


def answered(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    *more: str,
) -> Any:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return advisor("exercise", "answer", "a.yaml", *IN, *more)


def begin(advisor: Advisor, *more: str) -> None:  # noqa: F811
    outcome = advisor("exercise", "start", "toll-gates", "--learner", "Ann", "--output", "a.yaml", *IN, *more)
    assert (outcome.code, outcome.err) == (0, "written: a.yaml\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_learner_alone(advisor: Advisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:  # noqa: F811
    begin(advisor, "--lang", lang)
    assert open_sheet(tmp_path / "a.yaml").read(OF).answers == (Answer(),) * 3
    first = answered(advisor, monkeypatch, "3\n90%\na\nb\n", "--until", "1", "--lang", lang)
    assert first.code == 0
    assert OF.acts[0].told.story.get(lang) in first.out
    assert OF.acts[1].told.story.get(lang) not in first.out, "not before the first act is committed"
    assert "advisor exercise grade a.yaml --until 1" in first.err
    rest = answered(advisor, monkeypatch, "what?\nbid\n\nea\nx\nd\n\n", "--lang", lang)
    assert rest.code == 0
    assert OF.acts[0].told.story.get(lang) not in rest.out
    assert OF.acts[2].told.story.get(lang) in rest.out
    assert "advisor exercise grade a.yaml" in rest.err
    read = open_sheet(tmp_path / "a.yaml").read(OF)
    assert [replace(answer, seal=None) for answer in read.answers] == [
        Answer("reshape-criteria", 90, ("a",), "b"),
        Answer("bid", None, ("e", "a"), "d"),
        Answer(),
    ]
    assert all(answer.seal for answer in read.answers)
    assert answered(advisor, monkeypatch, "").code == 0, "nothing is left to answer"


def test_what_was_committed_outlasts_an_interruption(
    advisor: Advisor,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(advisor)
    outcome = answered(advisor, monkeypatch, "bid\n50\na\nb\nbid\n")
    assert outcome.code == 130
    assert [answer.verdict for answer in open_sheet(tmp_path / "a.yaml").read(OF).answers] == ["bid", None, None]


def test_a_learner_stops_before_an_act_and_goes_on_later(
    advisor: Advisor,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(advisor)
    outcome = answered(advisor, monkeypatch, "bid\n50\na\nb\nbid\nq\n")
    assert outcome.code == 0
    assert "advisor exercise grade a.yaml --until 1" in outcome.err
    assert [answer.verdict for answer in open_sheet(tmp_path / "a.yaml").read(OF).answers] == ["bid", None, None]


def test_a_sheet_that_cannot_be_written_costs_no_answer(
    advisor: Advisor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(path: Path, *_: str) -> None:
        raise InputError([Problem(Location(str(path)), "file-unwritable", "cannot write the file: no space")])

    begin(advisor)
    monkeypatch.setattr("advisor.cli.keeping.write_changed", full)
    outcome = answered(advisor, monkeypatch, "bid\n50\na\nb\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "a.yaml: error: cannot write the file: no space [file-unwritable]\n"


def test_a_sheet_that_somebody_changes_meanwhile_stays_as_they_left_it(
    advisor: Advisor,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(advisor)

    def shown(*_: Any, **__: Any) -> None:
        (tmp_path / "a.yaml").write_text("by hand\n", encoding="utf-8")

    monkeypatch.setattr("advisor.cli.answering.show", shown)
    outcome = answered(advisor, monkeypatch, "bid\n50\na\nb\n")
    assert (outcome.code, outcome.err.endswith("[file-changed]\n")) == (2, True)
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "by hand\n"


def test_an_answer_that_was_written_by_hand_is_not_overwritten(
    advisor: Advisor,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = HEAD + "  -\n  - {verdict: bid}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    outcome = answered(advisor, monkeypatch, "bid\n\n\n\n")
    assert outcome.code == 2
    assert outcome.err.startswith("a.yaml:5:5: error: act 2 was filled in by hand")
    assert outcome.err.endswith("[not-committed]\n")
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "A\x1b[31m", "\u202eAnn"])
def test_a_sheet_needs_a_name_that_can_be_printed(advisor: Advisor, tmp_path: Path, name: str) -> None:  # noqa: F811
    outcome = advisor("exercise", "start", "toll-gates", "--learner", name, "--output", "a.yaml", *IN)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith("[learner-missing]\n")
    assert not (tmp_path / "a.yaml").exists()


def test_what_a_learner_gets_does_not_tell_what_is_right(advisor: Advisor) -> None:  # noqa: F811
    for format_ in ("text", "markdown", "json"):
        out = advisor("exercise", "start", "toll-gates", *IN, "--format", format_).out
        assert OF.acts[0].told.story.en in out
        for act in OF.acts:
            assert act.told.notes.en not in out
            assert not any(choice.why.en in out for choice in (*act.reasons, *act.steps) if not choice.right)


# A class


def classroom(**answers: tuple[Answer, ...]) -> ClassReport:
    pairs = [(s, grade(s, OF, MARKS)) for s in (sheet(*a, learner=name) for name, a in answers.items())]
    titles = dict.fromkeys((1,), OF.lesson.case.title)
    return class_report(OF, pairs, [], titles)


def test_the_spread_counts_everybody_once() -> None:
    wrong = Answer("bid", 80, ("b",), lawless(1))
    found = classroom(ann=best(60), ben=(wrong,), cem=(replace(wrong, confidence=91),), dan=())
    first = found.acts[0]
    assert [
        (share.verdict.id if share.verdict else None, share.learners, share.confidence) for share in first.shares
    ] == [
        ("bid", ("ben", "cem"), 86),
        (None, ("dan",), None),
        ("reshape-criteria", ("ann",), 60),
    ]
    assert {p.choice.letter: p.learners for p in first.reasons} == {
        "a": ("ann",),
        "b": ("ben", "cem"),
        "c": (),
        "d": (),
    }
    assert {p.choice.letter: p.learners for p in first.steps}[lawless(1)] == ("ben", "cem")
    assert first.calls.sure_and_wrong == ("cem", "ben")
    assert first.calls.unlawful == ("ben", "cem")
    assert first.calls.right_alone == ("ann",)
    assert (found.marks, found.brier) == (Decimal("4.500"), mean(s.brier for s in found.sheets))


def test_nobody_is_right_against_the_others_where_many_are() -> None:
    found = classroom(ann=best(), ben=best(), cem=(), dan=())
    assert found.acts[0].calls.right_alone == ()
    many = classroom(**{f"l{n}": (Answer("bid", 55 + n),) for n in range(9)})
    assert many.acts[0].calls.sure_and_wrong == ("l8", "l7", "l6")
    assert len(many.acts[0].calls.sure_and_wrong) == CALLS
    assert classroom(ann=(Answer("bid", 59),)).acts[0].calls.sure_and_wrong == ()


def test_a_concept_is_counted_where_an_act_was_answered() -> None:
    """Each act asks for item 1 with three wrong reasons, and one or two right ones."""
    found = classroom(ann=(Answer("bid", None, ("b",)),), ben=(best()[0],), cem=())
    (concept,) = found.concepts
    assert (concept.item, concept.wrong, concept.asked) == (1, 2, 8), "one missed, one wrong, in two answered acts"
    assert classroom(ann=best()).concepts == ()


def test_equal_sheets_are_named_and_blank_ones_are_not() -> None:
    found = classroom(ann=best(70), ben=best(70), cem=best(71), dan=(), eve=())
    assert found.alike == (("ann", "ben"),)


def test_ranks_are_by_marks_then_calibration_then_name() -> None:
    found = classroom(dan=(), cem=best(90), ben=best(100), ann=best(90))
    assert [(s.learner, found.rank(s)) for s in found.sheets] == [("ben", 1), ("ann", 1), ("cem", 1), ("dan", 4)]


@given(st.permutations(["ann", "ben", "cem"]))
def test_the_order_of_sheets_does_not_matter(names: list[str]) -> None:
    answers = {"ann": best(), "ben": best(50)[:1], "cem": (Answer("bid", 3),)}
    assert classroom(**{name: answers[name] for name in names}) == classroom(**answers)


def test_data_of_a_class_say_each_text_once() -> None:
    few, many = (
        len(json.dumps(json.loads(to_json(class_data(classroom(**{f"l{n}": best() for n in range(count)}))))))
        for count in (1, 101)
    )
    assert (many - few) / 100 < 1500


def test_a_report_up_to_an_act_tells_of_no_later_one(advisor: Advisor) -> None:  # noqa: F811
    for format_ in ("text", "markdown", "html", "json"):
        out = advisor("exercise", "grade", "ANSWERS", *IN, "--until", "2", "--format", format_).out
        assert OF.acts[1].told.title.en in out
        for told in (OF.acts[2].told.title.en, OF.acts[2].told.notes.en, OF.lesson.lesson.en):
            assert told not in out
    found = json.loads(advisor("exercise", "grade", "ANSWERS/ann.yaml", *IN, "--until", "2", "--format", "json").out)
    assert (found["marks"], found["most"]) == (12, 13)


def test_the_same_bytes_twice_and_in_every_order_of_files(advisor: Advisor) -> None:  # noqa: F811
    files = ["ANSWERS/ann.yaml", "ANSWERS/ben.yaml"]
    for format_ in ("text", "markdown", "html", "json"):
        outs = {advisor("exercise", "grade", *order, *IN, "--format", format_).out for order in permutations(files)}
        assert len(outs) == 1
        assert outs == {advisor("exercise", "grade", "ANSWERS", *IN, "--format", format_).out}


HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(1)", "{0}", "| a | b |", "[x](y)", "`x`", "שרה", "'\"\\"]


def test_names_of_learners_are_words_and_nothing_else(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    for number, name in enumerate(HOSTILE):
        text = sheet_text(AnswerSheet(OF.id, name, best(), ""), OF, "en")
        (tmp_path / f"s{number}.yaml").write_text(text, encoding="utf-8")
    files = [f"s{number}.yaml" for number in range(len(HOSTILE))]
    html = advisor("exercise", "grade", *files, *IN, "--format", "html").out
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    markdown = advisor("exercise", "grade", *files, *IN, "--format", "markdown").out
    assert "[x](y)" not in markdown
    found = json.loads(advisor("exercise", "grade", *files, *IN, "--format", "json").out)
    assert sorted(graded["learner"] for graded in found["sheets"]) == sorted(HOSTILE)


def test_the_page_of_a_class_names_whom_to_call_on_and_what_turned(advisor: Advisor) -> None:  # noqa: F811
    out = advisor("exercise", "grade", "ANSWERS", *IN, COLUMNS="200").out
    assert "Call on, sure and wrong: Ben" in out
    assert "Call on, took an unlawful step: Ben" in out
    assert "The verdict turned from reshape-criteria to bid." in out
    assert "Ask what turned it." in out
    assert "Right verdict (+4)" not in out, "every sheet is for a page that folds"
    assert "Right verdict (+4)" in advisor("exercise", "grade", "ANSWERS", *IN, "--format", "html").out


def test_a_grading_tells_how_the_marks_come_about(advisor: Advisor) -> None:  # noqa: F811
    out = " ".join(advisor("exercise", "grade", "ANSWERS/ann.yaml", *IN, COLUMNS="200").out.split())
    assert "13 of 18 marks" in out
    assert "Wrong reason (-1): c:" in out
    assert "Confidence: 70 percent sure, and wrong (0): (0.7 − 0)² = 0.49" in out
    out = " ".join(advisor("exercise", "grade", "ANSWERS/ben.yaml", *IN, COLUMNS="200").out.split())
    assert "The points come to 1. An unlawful play costs the whole act: 0." in out
    assert "The limit: no collusion Basis: law." in out


def test_a_folder_with_other_files_is_graded_all_the_same(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "a.yaml").write_text(HEAD, encoding="utf-8")
    outcome = advisor("exercise", "scoreboard", ".", *IN, "--format", "json")
    found = json.loads(outcome.out)
    assert outcome.code == 2
    assert [graded["learner"] for graded in found["sheets"]] == ["Ann"]
    assert [file["file"] for file in found["unreadable"]] == [HARBOUR]


def test_the_exercise_is_the_one_that_most_sheets_answer(advisor: Advisor, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / HARBOUR).unlink()
    for name, id_ in (("a", "aaa"), ("b", "toll-gates"), ("c", "toll-gates")):
        (tmp_path / f"{name}.yaml").write_text(f"exercise: {id_}\nlearner: {name}\nacts: []\n", encoding="utf-8")
    found = json.loads(advisor("exercise", "scoreboard", ".", *IN, "--format", "json").out)
    assert [graded["learner"] for graded in found["sheets"]] == ["b", "c"]
    (tmp_path / "b.yaml").unlink()
    assert advisor("exercise", "scoreboard", "a.yaml", *IN).err.startswith('a.yaml: error: there is no exercise "aaa"')
