"""The one place that knows where rules/ and knowledge/ are, and what lies in a folder of files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.problems import InputError, Location, Problem
from advisor.record import dataclass

YAML_SUFFIXES = (".yaml", ".yml")
LEDGER = Path("ledger.jsonl")
"""The ledger that is meant where none is named: in the folder of work."""
_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


@dataclass(frozen=True)
class Library:
    """The folders that a rule base is read from; house folders add to or replace the shipped files."""

    rules: Path
    knowledge: Path
    house_rules: Path | None = None
    house_knowledge: Path | None = None


def shipped(house: Path | None = None) -> Library:
    """Find the shipped rules and knowledge: beside the package in a checkout, else inside the package."""
    if (_CHECKOUT / "setup.cfg").is_file() and (_CHECKOUT / "rules").is_dir():
        rules, knowledge = _CHECKOUT / "rules", _CHECKOUT / "knowledge"
    else:
        rules, knowledge = _PACKAGE / "rules", _PACKAGE / "knowledge"
    if house is None:
        return Library(rules, knowledge)
    if not os.path.isdir(house):
        raise InputError([Problem(Location(str(house)), "folder-missing", "there is no such folder of rules")])
    inner_rules, inner_knowledge = house / "rules", house / "knowledge"
    return Library(
        rules,
        knowledge,
        inner_rules if inner_rules.is_dir() else house,
        inner_knowledge if inner_knowledge.is_dir() else None,
    )


def yaml_files(folder: Path) -> list[Path]:
    """List every YAML file below a folder, sorted by its path, so that file order never matters."""
    return [Path(path) for path in sorted(_yaml_files(os.fspath(folder)), key=lambda path: path.split(os.sep))]


def _yaml_files(folder: str) -> Iterator[str]:
    """Yield the YAML files below a folder; folders behind links, and what cannot be read, are passed over."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _yaml_files(entry.path)
        elif entry.name.endswith(YAML_SUFFIXES) and entry.name not in YAML_SUFFIXES and _is_file(entry):
            yield entry.path


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry of a folder is a file, or a link to one; of most, the folder says it."""
    try:
        return entry.is_file()
    except OSError:  # a circle of links
        return False


def playbook_files(library: Library) -> Iterator[tuple[str, Path]]:
    """Yield the files of a rule base, each with a name that is the same wherever the folders lie."""
    roots = {
        "rules": library.rules,
        "knowledge": library.knowledge,
        "house rules": library.house_rules,
        "house knowledge": library.house_knowledge,
    }
    for name, root in roots.items():
        if root is not None:
            yield from ((f"{name}: {path.relative_to(root).as_posix()}", path) for path in yaml_files(root))


def code_files() -> Iterator[tuple[str, Path]]:
    """Yield the modules of the program with their names; an installation has folders of data beside them."""
    for path in sorted(_PACKAGE.rglob("*.py"), key=lambda p: p.parts):
        name = path.relative_to(_PACKAGE)
        if name.parts[0] not in ("rules", "knowledge"):
            yield name.as_posix(), path


def real(path: Path) -> Path:
    """Follow links as far as they lead; unlike Path.resolve, a circle of links is no error here."""
    return Path(os.path.realpath(path))


def display(path: Path, base: Path | None = None) -> str:
    """Name a file in messages: relative to `base`'s parent or the working folder where it lies below it."""
    for root in (base.parent if base else None, Path.cwd()):
        if root is not None:
            try:
                return real(path).relative_to(real(root)).as_posix()
            except ValueError:
                continue
    return path.as_posix()


def case_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield case files: a file as it is, a folder with every YAML file below it, each once."""
    seen: set[Path] = set()
    for path in paths:
        for found in yaml_files(path) if os.path.isdir(path) else [path]:
            if real(found) not in seen:
                seen.add(real(found))
                yield found
