"""One tiny bad input for each problem: tests/broken holds them, each with the problem that it must give.

The first comments of a file say `# expect: <id> line <n>` (0: the file as a whole), one line for each problem,
and `# says: <part of the message>`. `cases/` holds cases; `rules/` rule files, each laid beside the small rule
base; `over/<name>/` whole folders, laid over it. What a file cannot hold is built here.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from advisor import yamlfile
from advisor.checks.examples import check_examples
from advisor.checks.mutants import survivors
from advisor.judge import Judge, open_judge
from advisor.load.cases import MAX_MEMBERS, load_case
from advisor.load.reader import MAX_TEXT
from advisor.paths import Library
from advisor.problems import MAX_PROBLEMS, InputError, Problem
from tests.test_cli import ERRORS
from tests.test_exercise import BAD_LESSONS, BAD_SHEETS
from tests.test_import import BAD_ROWS
from tests.test_ledger import TAMPERED

TESTS = Path(__file__).resolve().parent
ADVISOR = TESTS.parent / "advisor"
BROKEN = TESTS / "broken"
DOCS = TESTS.parent / "docs" / "problems.md"

CASES = sorted((BROKEN / "cases").iterdir())
RULES = sorted((BROKEN / "rules").iterdir())
FOLDERS = sorted((BROKEN / "over").iterdir())

EXPECT = re.compile(r"# expect: ([a-z0-9-]+) line (\d+)")
HEAD = "case: broken\ntitle: A broken case\nas_of: 2026-03-01\n"

BUILT: dict[str, tuple[str, int, Callable[[Path], object]]] = {
    # id: part of the message, line, and what writes the case file
    "control-character": ("U+0000 cannot stand", 4, lambda p: p.write_bytes(HEAD.encode() + b"about: \x00")),
    "file-too-large": (f"larger than {yamlfile.MAX_BYTES} bytes", 0, lambda p: p.write_text("#" * 1_000_001)),
    "file-unreadable": ("cannot read the file: ", 0, lambda p: p.mkdir()),
    "not-utf8": ("save the file as UTF-8", 4, lambda p: p.write_bytes(HEAD.encode() + "about: 港口".encode("gb18030"))),
    "text-too-long": (
        f"longer than {MAX_TEXT} characters",
        4,
        lambda p: p.write_text(f"{HEAD}about: {'word ' * MAX_TEXT}\n"),
    ),
    "too-many-members": (
        f"at most {MAX_MEMBERS} stakeholders",
        5,
        lambda p: p.write_text(HEAD + "stakeholders:\n" + " - {}\n" * (MAX_MEMBERS + 1)),
    ),
    "yaml-syntax": ("could not find expected ':'", 5, lambda p: p.write_text(HEAD + "about\n")),
}


# Which ids there are

ARGUMENT = {"bad": 1, "add": 1, "_refuse": 1, "_wrong": 0, "Problem": 1, "choice": 3, "choices": 3}
"""Calls that take a problem's id, and as which argument."""


def _id_nodes(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the ids that stand in a call, as a default, or in a problem's three parts that a function returns."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = ARGUMENT.get(name)
        if place is not None and len(node.args) > place and (name != "add" or len(node.args) == 3):
            yield node.args[place]
    elif isinstance(node, ast.FunctionDef):
        named = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        yield from (value for a, value in zip(named, node.args.defaults, strict=True) if a.arg == "id_")
        if node.returns is not None and ast.unparse(node.returns) == "tuple[Location, str, str]":
            inner = (n.value for n in ast.walk(node) if isinstance(n, ast.Return))
            yield from (value.elts[1] for value in inner if isinstance(value, ast.Tuple))


def ids_in(source: str) -> Iterator[str]:
    """Yield the ids of problems that a module raises; an id must stand there in plain words."""
    for node in ast.walk(ast.parse(source)):
        for found in _id_nodes(node):
            if isinstance(found, ast.Constant) and isinstance(found.value, str):
                yield found.value
            else:
                assert ast.unparse(found) == "id_", f"line {found.lineno}: write the id of a problem out"


IDS = {id_ for path in ADVISOR.rglob("*.py") for id_ in ids_in(path.read_text(encoding="utf-8"))}
ON_THE_COMMAND_LINE = {id_ for _, id_, _ in (*ERRORS, *BAD_ROWS)} | {
    "bad-limit",
    "bad-row",
    "file-changed",
    "file-unwritable",
    "library-missing",
    "row-lost",
}
"""Ids that tests/test_cli.py, tests/test_import.py and tests/test_portfolio.py provoke."""
IN_EXERCISES = {id_ for *_, id_, _ in (*BAD_LESSONS, *BAD_SHEETS)} | {"not-committed"}
"""Ids that tests/test_exercise.py provokes."""
IN_LEDGERS = {line.partition(" ")[0] for _, _, found in TAMPERED for line in found} | {
    "ledger-broken-end",
    "ledger-busy",
}
"""Ids that tests/test_ledger.py provokes."""


def expectations(text: str) -> list[tuple[str, int]]:
    """Read the first comments of a broken file."""
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    return sorted((found[1], int(found[2])) for line in comments if (found := EXPECT.fullmatch(line)))


def says(text: str) -> str:
    """Read which part of the message the file names."""
    return next(line.removeprefix("# says: ") for line in text.splitlines() if line.startswith("# says: "))


FILES = [*CASES, *RULES, *(p for folder in FOLDERS for p in sorted(folder.rglob("*.yaml")))]
IN_FILES = {id_ for path in FILES for id_, _ in expectations(path.read_text(encoding="utf-8"))}


def test_ids_are_found_in_the_source() -> None:
    assert len(IDS) > 60
    assert list(ids_in("problems.add(at, 'one', 'x')\npage.add(block, other)")) == ["one"]
    assert list(ids_in("def f(id_='two') -> tuple[Location, str, str]:\n    return at, 'three', 'x'")) == [
        "two",
        "three",
    ]
    with pytest.raises(AssertionError, match="write the id of a problem out"):
        list(ids_in("r.bad(at, 'a' + 'b', 'x')"))


def test_every_problem_has_a_broken_input() -> None:
    assert not IDS - IN_FILES - set(BUILT) - ON_THE_COMMAND_LINE - IN_EXERCISES - IN_LEDGERS - {"too-many-problems"}


def test_no_broken_input_expects_a_problem_that_is_gone() -> None:
    assert not (IN_FILES | set(BUILT) | ON_THE_COMMAND_LINE | IN_EXERCISES | IN_LEDGERS) - IDS


@pytest.mark.parametrize("path", [*CASES, *RULES, *FOLDERS], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_each_is_named_after_its_problem(path: Path) -> None:
    files = [path] if path.is_file() else sorted(path.rglob("*.yaml"))
    found = {id_ for file in files for id_, _ in expectations(file.read_text(encoding="utf-8"))}
    assert any(path.stem.partition(".")[0] in (id_, path.stem) and path.stem.startswith(id_) for id_ in found)


# What each gives


def reported(call: Callable[[], object]) -> list[Problem]:
    """Return the problems that a call raises, as they are sorted."""
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.problems == sorted(caught.value.problems)
    return caught.value.problems


def hold(problems: list[Problem], name: str, text: str) -> None:
    """See that a file gave the problems that its comments name, and no other."""
    assert sorted((p.id, p.at.line) for p in problems) == expectations(text)
    assert {Path(p.at.file).name for p in problems} == {name}
    assert all((p.at.column > 0) == (p.at.line > 0) for p in problems)
    assert any(says(text) in p.message for p in problems), [p.message for p in problems]
    for problem in problems:
        assert re.fullmatch(r"[^\n]+: error: [^\n]+ \[[a-z0-9-]+\]", str(problem))


def check(library: Library) -> None:
    """Raise what is wrong with a rule base, its examples included."""
    judge = open_judge(library)
    try:
        problems = [*check_examples(judge), *survivors(judge)]
    finally:
        judge.close()
    if problems:
        raise InputError(problems)


def beside(folder: Path, *files: Path) -> Library:
    """Lay files or folders over a copy of the small rule base."""
    shutil.copytree(TESTS / "mini", folder, dirs_exist_ok=True)
    for path in files:
        if path.is_dir():
            shutil.copytree(path, folder, dirs_exist_ok=True)
        else:
            shutil.copy(path, folder / "rules" / path.name)
    return Library(folder / "rules", folder / "knowledge")


def test_the_small_rule_base_has_no_problem(tmp_path: Path) -> None:
    check(beside(tmp_path))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_broken_case(mini_judge: Judge, path: Path) -> None:
    problems = reported(lambda: load_case(path, mini_judge.knowledge))
    hold(problems, path.name, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_broken_rule_file(tmp_path: Path, path: Path) -> None:
    problems = reported(lambda: check(beside(tmp_path, path)))
    hold(problems, path.name, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_broken_folder(tmp_path: Path, folder: Path) -> None:
    (broken,) = (p for p in folder.rglob("*.yaml") if expectations(p.read_text(encoding="utf-8")))
    problems = reported(lambda: check(beside(tmp_path, folder)))
    hold(problems, broken.name, broken.read_text(encoding="utf-8"))
    assert problems[0].at.file.endswith(broken.relative_to(folder).as_posix())


@pytest.mark.parametrize("id_", BUILT)
def test_built_case(mini_judge: Judge, tmp_path: Path, id_: str) -> None:
    said, line, build = BUILT[id_]
    build(tmp_path / "case.yaml")
    (problem,) = reported(lambda: load_case(tmp_path / "case.yaml", mini_judge.knowledge))
    assert (problem.id, problem.at.line) == (id_, line)
    assert said in problem.message


@pytest.mark.parametrize(
    "lines",
    [
        "\n".join(f"k{n}: x" for n in range(30_000)),
        "facts: {deal.phase: [" + "late, lat, " * 40 + "]}",
        "facts:\n" + "  deal.phase: late\n" * 30_000,
        "stakeholders:\n" + "".join(f" - {{stanse{n}: for}}\n" for n in range(99)) * 3,
    ],
    ids=["unknown keys", "values", "the same key", "members"],
)
def test_an_input_full_of_problems_is_given_up_early(mini_judge: Judge, tmp_path: Path, lines: str) -> None:
    (tmp_path / "case.yaml").write_text(HEAD + lines)
    problems = reported(lambda: load_case(tmp_path / "case.yaml", mini_judge.knowledge))
    assert len(problems) <= MAX_PROBLEMS + 1
    assert len(problems) < MAX_PROBLEMS or "too-many-problems" in {p.id for p in problems}


def test_all_acts_together_hold_no_more_members_than_one(mini_judge: Judge, tmp_path: Path) -> None:
    some = range(MAX_MEMBERS // 3 + 1)
    acts = "".join(
        f"  - {{on: 2026-04-0{n}, title: Act, stakeholders: [{', '.join(f'{{id: m{n}-{m}}}' for m in some)}]}}\n"
        for n in range(1, 4)
    )
    (tmp_path / "case.yaml").write_text(f"{HEAD}history:\n{acts}")
    (problem,) = reported(lambda: load_case(tmp_path / "case.yaml", mini_judge.knowledge))
    assert problem.id == "too-many-members"


def test_all_problems_of_all_files_come_in_one_run_and_sorted(tmp_path: Path) -> None:
    files = [BROKEN / "rules" / f"{name}.yaml" for name in ("unknown-tier", "unknown-fact", "bad-test")]
    problems = reported(lambda: open_judge(beside(tmp_path, *files, BROKEN / "over" / "bad-path")))
    assert [p.id for p in problems] == ["bad-path", "bad-test", "unknown-fact", "unknown-tier"]


def test_all_problems_of_one_file_come_in_one_run(mini_judge: Judge, tmp_path: Path) -> None:
    text = "case: A\ntitle: {en: x}\nfacts: {deal.fase: late, deal.phase: lat}\nstakeholder: []\n"
    (tmp_path / "case.yaml").write_text(text)
    problems = reported(lambda: load_case(tmp_path / "case.yaml", mini_judge.knowledge))
    assert [(p.id, p.at.line) for p in problems] == [
        ("missing-key", 1),
        ("bad-id", 1),
        ("missing-language", 2),
        ("unknown-fact", 3),
        ("value-not-allowed", 3),
        ("unknown-key", 4),
    ]


def test_the_docs_explain_every_problem_and_no_other() -> None:
    explained = re.findall(r"^\| `([a-z0-9-]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert explained == sorted(explained)
    assert set(explained) == IDS
