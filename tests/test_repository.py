"""The repository itself: files that must exist, links and commands that must hold, words that must not appear."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

FOREIGN = re.compile(
    r"""(?<![\w.~-])/(?:work|root|tmp|home|Users|opt|mnt)/   # a folder of somebody's machine
      | [.][.]/shared | playbooks/inventory[.]md              # a file that lies beside somebody's checkout
      | [.]pyenv
    """,
    re.VERBOSE,
)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MAKE = re.compile(r"""(?:^|[`;&$])[ ]*make((?:[ \t]+(?:\w+="[^"]*"|\w+=\S+|[a-z][\w-]*))+)""", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)[^)]*\)")
HEADINGS = ["Status", "Context", "Decision", "Consequences"]


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that is in the repository, or would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return tuple(path for name in sorted(set(listed.stdout.split("\0")) - {""}) if (path := ROOT / name).is_file())


def text_of(path: Path) -> str:
    """Return a file's text; nothing of a binary file."""
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8")


def readme() -> str:
    """Return the README."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def make_targets(text: str) -> set[str]:
    """Return the targets that a text calls with `make`, in its code; what the advisor said is prose."""
    calls = (call for code in CODE.findall(text) if "$ advisor" not in code for call in MAKE.findall(code))
    return {word for call in calls for word in re.sub(r'\w+=("[^"]*"|\S+)', "", call).split()}


def test_no_machine_paths() -> None:
    """Nothing names a folder of one machine, or a file that is not in the repository."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["cd |work|x", "see ..|shared|a.md", "(playbooks|inventory.md)", '"|tmp|a"'])
def test_machine_paths_are_seen(line: str) -> None:
    """The pattern above finds what it is for."""
    assert FOREIGN.search(line.replace("|", "/"))


@pytest.mark.parametrize(
    "line", ["https://example.org/work/x", "docs/work/x", "knowledge/playbooks/mkx.yaml", "./tmp/"]
)
def test_other_paths_are_not(line: str) -> None:
    """The pattern above leaves alone what it is not for."""
    assert not FOREIGN.search(line)


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "LICENSE", "Makefile", ".ci/run", "setup.cfg", "pyproject.toml"]
)
def test_exists(name: str) -> None:
    """What a reader looks for first is there."""
    assert (ROOT / name).is_file()


def test_ci_can_be_run() -> None:
    """The script that CI runs is executable."""
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_make_targets_in_documents_exist() -> None:
    """Every `make` command that a document names is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert make_targets(readme()), "the README names no make command"
    for document in (path for path in tracked() if path.suffix == ".md"):
        assert make_targets(text_of(document)) <= targets, document


def test_make_commands_are_read_from_code() -> None:
    """Names come from commands in code; settings, prose and other commands that mention make are left out."""
    text = (
        'make sure of `make test ARGS="-k x"`.\n```\napt install make git\nmake check PYTHON=python3 # make it\n```\n'
    )
    assert make_targets(text) == {"test", "check"}


def test_links_lead_somewhere() -> None:
    """A relative link in a document names a file that exists."""
    for document in (path for path in tracked() if path.suffix == ".md"):
        for link in LINK.findall(CODE.sub("", text_of(document))):
            if "://" not in link and not link.startswith("mailto:"):
                assert (document.parent / link).exists(), f"{document.relative_to(ROOT)} links to {link}"


def test_changelog_has_unreleased() -> None:
    """What changed since the last release has its place at the top."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


@pytest.mark.parametrize("note", DECISIONS, ids=lambda note: note.stem)
def test_decision_note_is_complete(note: Path) -> None:
    """A decision note says where it stands, what it answers, what was decided and what follows."""
    text = note.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    for section in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert section.strip()


def test_decision_notes_are_numbered() -> None:
    """Numbers run from 0001 without gaps, and the title repeats its number."""
    assert DECISIONS
    for number, note in enumerate(DECISIONS, 1):
        assert re.fullmatch(rf"{number:04d}-[a-z0-9-]+\.md", note.name)
        assert note.read_text(encoding="utf-8").startswith(f"# {number}. ")


def test_decision_notes_are_named_truly() -> None:
    """A file that refers to a decision note names one that exists."""
    names = {note.name for note in DECISIONS}
    for path in tracked():
        for name in re.findall(r"decisions/(\d{4}[\w.-]*\.md)", text_of(path)):
            assert name in names, f"{path.relative_to(ROOT)} refers to {name}"
