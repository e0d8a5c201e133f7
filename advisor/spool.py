"""What is made long before it is needed, and is too much to be held: kept in a file that nobody else sees."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def packed(value: object) -> bytes:
    """Return a value as it is kept."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


class Spool(Mapping[K, V]):
    """Values by their keys; each is read anew when it is asked for. The file has no name, and goes with the spool."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- it is open as long as the spool is there
        self._places: dict[K, int] = {}

    def keep(self, key: K, packed: bytes) -> None:
        """Keep a value that was `packed`, here or in another process; raise OSError where there is no room for it."""
        place = self._file.seek(0, 2)
        self._file.write(packed)
        self._places[key] = place

    def __getitem__(self, key: K) -> V:
        self._file.seek(self._places[key])
        found: V = pickle.load(self._file)  # nobody but this process can write there
        return found

    def __iter__(self) -> Iterator[K]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
