"""Everything that a user can hand in."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz import bases, cases, commands, tables
from tests.fuzz.target import Target


def all_targets(folder: Path) -> list[Target]:
    """Return all targets; `folder` may be written to."""
    return [target for part in (cases, bases, tables, commands) for target in part.targets(folder)]
