"""What was measured, as tables: printed, kept as JSON between processes, written to RESULTS.md."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Bar:
    """What was aimed at, whether it was reached, and the number that says so."""

    aim: str
    reached: bool
    measured: str

    def line(self) -> str:
        """Return the bar in a line."""
        return f"{'reached' if self.reached else 'MISSED'}: {self.aim} (measured: {self.measured})"


@dataclass
class Part:
    """One part of the benchmarks: a table, what stands below it, and the bars."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """Add a row, its cells in the order of the head."""
        assert len(cells) == len(self.head), f"{self.title}: {cells} does not fit {self.head}"
        self.rows.append(tuple(map(str, cells)))

    def markdown(self) -> str:
        """Return the part as a section of a page."""
        lines = [f"## {self.title}", "", _row(self.head), _row("---" for _ in self.head)]
        lines += [_row(row) for row in self.rows]
        for block in ([bar.line() for bar in self.bars], self.notes):
            if block:
                lines += ["", *(f"- {line}" for line in block)]
        return "\n".join(lines) + "\n"

    def keep(self, path: Path) -> None:
        """Write the part as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def kept(cls, path: Path) -> Part:
        """Read a part that was kept."""
        data = json.loads(path.read_text(encoding="utf-8"))
        rows, bars = [tuple(row) for row in data["rows"]], [Bar(**bar) for bar in data["bars"]]
        return cls(data["title"], tuple(data["head"]), rows, data["notes"], bars)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def amount(number: float, digits: int = 3) -> str:
    """Write a number with so many significant digits, and thousands separated."""
    if number == 0:
        return "0"
    rounded = float(f"{number:.{digits}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:g}"


def machine() -> str:
    """Name the processor, its cores, memory, Python and operating system; no name of the host."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; "
        f"{platform.python_implementation()} {platform.python_version()}; {platform.system()} {platform.release()}"
    )


def pace() -> float:
    """Return how many milliseconds a bare loop of a million turns takes now; shared machines vary by half."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(1_000_000):
            pass
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
