"""The wheel holds the whole product: every package, every rule, every template, and it works away from here."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from advisor import __version__
from advisor.paths import code_files

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"advisor": "advisor", "rules": "advisor/rules", "knowledge": "advisor/knowledge"}
"""Folders of the checkout, and where they stand in an installation."""
METADATA = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")


def setup_cfg() -> configparser.ConfigParser:
    """Read setup.cfg."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def lines_of(option: str, section: str = "options") -> list[str]:
    """Return the lines of an option that is written as a list."""
    return setup_cfg()[section][option].split("\n")[1:]


def installed_files() -> Iterator[str]:
    """Yield what an installation needs: all code, all YAML of the data folders, all else below advisor/."""
    for folder, target in FOLDERS.items():
        for path in (ROOT / folder).rglob("*"):
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            if folder == "advisor" or path.suffix in (".py", ".yaml"):
                yield f"{target}/{path.relative_to(ROOT / folder).as_posix()}"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once, from a copy: files left in build/ by an earlier build must not hide a missing one."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in METADATA:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    done = subprocess.run(
        [*build, "--wheel-dir", target, source], capture_output=True, text=True, check=False, cwd=target
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    """Read the wheel's metadata."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def test_every_package_is_listed() -> None:
    """The list in setup.cfg is the list of folders with an __init__.py."""
    found = {
        ".".join(target.split("/") + list(init.parent.relative_to(ROOT / folder).parts))
        for folder, target in FOLDERS.items()
        for init in (ROOT / folder).rglob("__init__.py")
    }
    assert sorted(found) == lines_of("packages")


def test_every_folder_of_code_is_a_package() -> None:
    """A folder below advisor/ that holds modules has an __init__.py, or its modules would be left out."""
    for module in (ROOT / "advisor").rglob("*.py"):
        assert (module.parent / "__init__.py").is_file(), f"{module.parent} has no __init__.py"


def test_data_folders_are_packages() -> None:
    """rules/ and knowledge/ can only be found in an installation when they are packages."""
    for folder in FOLDERS:
        assert (ROOT / folder / "__init__.py").is_file()


def test_wheel_holds_every_file_and_no_other(wheel: Path) -> None:
    """Code, rules, knowledge, words and templates are all there, and nothing stands beside the package."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    needed = set(installed_files())
    assert needed - held == set(), "missing from the wheel: add to packages or package_data in setup.cfg"
    assert held - needed == set(), "in the wheel, but no part of the product"


def test_wheel_metadata(metadata: Message) -> None:
    """What an installer reads is what setup.cfg says."""
    assert metadata["Name"].replace("_", "-") == "deal-advisor"
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == ">=3.10"
    needs = [need for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert sorted(map(normal, needs)) == sorted(map(normal, lines_of("install_requires")))


def normal(requirement: str) -> str:
    """Write a requirement so that two of them can be compared."""
    return re.sub(r"[\s()'\"]", "", requirement).lower().replace("_", "-")


def test_command_is_installed(wheel: Path) -> None:
    """Installing the wheel gives the `advisor` command."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/entry_points.txt")]
        entries = configparser.ConfigParser()
        entries.read_string(archive.read(name).decode("utf-8"))
    assert dict(entries["console_scripts"]) == {"advisor": "advisor.cli.main:start"}


def test_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, the package finds its own rules, knowledge and words, and loads them."""
    library, elsewhere = tmp_path / "library", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(library)

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(library)},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    told = python("-c", "from advisor.paths import shipped; s = shipped(); print(s.rules); print(s.knowledge)")
    package = library / "advisor"
    assert [Path(line) for line in told.splitlines()] == [package / "rules", package / "knowledge"]
    python("-m", "advisor", "playbook", "check")


def test_engine_flags_are_the_same_everywhere() -> None:
    """The flags that the engine is built with stand in several files: none may lag behind."""
    flags = "-O2 -DPyEval_CallObject=PyObject_CallObject"
    for name in ("Makefile", ".ci/run", "advisor/engine.py", "docs/developing.md"):
        assert flags in (ROOT / name).read_text(encoding="utf-8"), f"{name} does not build with {flags}"


def test_the_modules_that_a_ledger_hashes_are_those_of_the_wheel(wheel: Path) -> None:
    """So that an advice that was recorded in a checkout has the same program as one of an installation."""
    names = (name.removeprefix("advisor/") for name in zipfile.ZipFile(wheel).namelist() if name.startswith("advisor/"))
    data = ("rules/", "knowledge/")
    assert {name for name, _ in code_files()} == {
        name for name in names if name.endswith(".py") and not name.startswith(data)
    }
