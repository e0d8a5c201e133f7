"""A file that a command writes anew, answer after answer, and that others may change meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from advisor import paths, yamlfile
from advisor.problems import InputError, Problems
from advisor.writing import write_changed, write_new


class Kept:
    """A text file; `text` is what it holds, as far as is known here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = ""

    @property
    def is_there(self) -> bool:
        """Tell whether there is such a file."""
        return os.path.exists(self.path)

    def read(self) -> str:
        """Return what the file holds now; raise InputError if it cannot be read."""
        problems = Problems()
        text = yamlfile.read_text(self.path, paths.display(self.path), problems)
        problems.raise_if_any()
        return text or ""

    def begin(self, text: str) -> None:
        """Write a file that is not there; raise InputError if it is."""
        write_new(self.path, text)
        self.text = text

    def write(self, text: str) -> None:
        """Write the file anew; raise InputError if it holds something else than is known here."""
        write_changed(self.path, self.text, text)
        self.text = text

    def try_to_write(self, text: str) -> bool:
        """Write the file anew, and tell whether it was as is known here; raise InputError if it cannot be written."""
        try:
            self.write(text)
        except InputError:
            if self.is_there and self.read() == self.text:
                raise
            return False
        return True
