"""Many files judged in worker processes, and each drawn where it was judged."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import paths
from advisor.cli import options
from advisor.judge import Judge
from advisor.record import dataclass
from advisor.render.output import ready
from advisor.result import CaseReport, Overview, Unreadable
from advisor.review import Judged, judged, put_together

if TYPE_CHECKING:
    from advisor.load.previous import PreviousCase
    from advisor.render.board import Piece, Pieces
    from advisor.spool import Spool


@dataclass(frozen=True)
class Manner:
    """How files are judged (as of a day, with names, beside an earlier review), and how deals are drawn.

    As text, they are drawn from their reports, of which it does not show all; in other formats here, as pieces.
    """

    day: date | None
    names: bool
    before: Mapping[str, PreviousCase] | None
    formats: frozenset[str]
    lang: str

    @property
    def piecewise(self) -> frozenset[str]:
        """The formats in which deals are drawn as pieces; each shows the whole of a deal."""
        return self.formats - {"text"}


Drawn = tuple[Judged, dict[str, bytes]]
"""What became of a file, and its pieces by their formats, packed."""


def reviewed(judge: Judge, files: list[Path], manner: Manner) -> tuple[Overview, Pieces]:
    """Judge files and draw their deals; where a process is lost, its file is listed with the reason."""
    for format_ in manner.piecewise:
        ready(format_)  # here once, not in each of the processes that draw
    progress = options.Progress(len(files))
    found: list[Judged] = []
    pieces = _spool() if manner.piecewise else None
    with closing(progress):
        for number, (one, drawn) in _each(partial(_one, judge, manner), files):
            progress.step(files[number])
            found.append(one)
            if pieces is not None and isinstance(one.entry, CaseReport):
                for format_, piece_ in drawn.items():
                    pieces.keep((format_, one.entry.file), piece_)
        return put_together(judge, found, manner.before), pieces or {}


def _spool() -> Spool[tuple[str, str], Piece]:
    from advisor.spool import Spool

    return Spool()


def _each(function: partial[Drawn], files: list[Path]) -> Iterator[tuple[int, Drawn]]:
    """Yield what became of each file; a single one is not worth a process (docs/decisions/0014)."""
    if len(files) == 1:
        yield 0, function(files[0])
        return
    from advisor.cores import cores
    from advisor.workers import GaveUp, work

    for number, found in work(partial(_outlived, function), files, cores(), memory=options.memory()):
        if isinstance(found, GaveUp):
            yield number, _lost(files[number], f"{found.reason} while it was judged")
        else:
            yield number, found


def _outlived(function: partial[Drawn], path: Path) -> Drawn:
    """Judge one file of many: a bug of ours that it meets costs this file alone, and is named."""
    try:
        return function(path)
    except MemoryError:
        raise  # what the engine holds then, nobody knows: its process has to end
    except Exception as error:
        if os.environ.get("ADVISOR_DEBUG"):
            raise
        return _lost(path, f"internal error: {type(error).__name__}: {error}")


def _lost(path: Path, reason: str) -> Drawn:
    return Judged(Unreadable(paths.display(path), (f"no advice is given on this file: {reason}",))), {}


def _one(judge: Judge, manner: Manner, path: Path) -> Drawn:
    found = judged(judge, path, manner.day, manner.names, manner.before, whole=bool(manner.piecewise))
    entry = found.entry
    if not isinstance(entry, CaseReport):
        return found, {}
    from advisor.render.board import briefly, piece
    from advisor.spool import packed

    drawn = {format_: packed(piece(format_, manner.lang, entry)) for format_ in manner.piecewise}
    return found if "text" in manner.formats else replace(found, entry=briefly(entry)), drawn
