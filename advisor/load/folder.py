"""Reads the files of a knowledge folder as the shapes that they promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from advisor import paths, yamlfile
from advisor.load.reader import Reader
from advisor.model import Text
from advisor.problems import Location
from advisor.yamlfile import Mapping, Node

T = TypeVar("T")


class FolderReader:
    """What every reader of knowledge files needs."""

    def __init__(self, library: paths.Library, reader: Reader) -> None:
        self.library = library
        self.reader = reader

    def read_file(self, path: Path, base: Path) -> Node | None:
        """Read one YAML file; None, with problems added, if it cannot be read."""
        return yamlfile.read(path, paths.display(path, base), self.reader.problems)

    def file(self, name: str, required: tuple[str, ...]) -> Mapping:
        """Read a shipped file whose top is a mapping with these keys."""
        node = self.read_file(self.library.knowledge / name, self.library.knowledge)
        if node is None:
            return Mapping({}, {}, Location(name))
        return self.reader.mapping(node, name, required)

    def inner(self, mapping: Mapping, key: str, required: tuple[str, ...]) -> Mapping:
        """Read a mapping inside another; that it is missing was said when the other was read."""
        node = mapping.entries.get(key)
        return self.reader.mapping(node, f'"{key}"', required) if node else Mapping({}, {}, mapping.at)

    def each(self, mapping: Mapping, key: str, build: Callable[[str, Node], T]) -> dict[str, T]:
        """Build one thing for each entry below a key."""
        node = mapping.entries.get(key)
        if node is None:
            return {}
        entries = self.reader.mapping(node, f'"{key}"', optional=None)
        return {name: build(name, child) for name, child in entries.entries.items()}

    def entries(self, name: str, key: str, build: Callable[[str, Node], T]) -> dict[str, T]:
        """Build one thing for each entry below the only key of a file."""
        return self.each(self.file(name, (key,)), key, build)

    def folder(self, folder: str, key: str, build: Callable[[str, Node], T]) -> dict[str, T]:
        """Build one thing for each entry below the only key of every file of a folder, of the house too."""
        found: dict[str, T] = {}
        for node in self.nodes(folder):
            top = self.reader.mapping(node, f"a file of {folder}", (key,))
            for name, thing in self.each(top, key, build).items():
                if name in found:
                    self.reader.bad(node.at, "duplicate-id", f'"{name}" stands in two files of {folder}')
                found[name] = thing
        return found

    def nodes(self, folder: str) -> Iterator[Node]:
        """Read every file of a folder of the library, then of the house."""
        for base in (self.library.knowledge, self.library.house_knowledge):
            for path in paths.yaml_files(base / folder) if base is not None else ():
                node = self.read_file(path, base or path)
                if node is not None:
                    yield node

    def numbers(self, mapping: Mapping, key: str) -> tuple[int, ...]:
        """Read the numbers of items, which may be left out."""
        nodes = self.reader.get(mapping, key, lambda n: self.reader.sequence(n, f'"{key}"'), ())
        return tuple(self.reader.integer(node, "an item", 1, 999) for node in nodes)

    def texts(self, mapping: Mapping, key: str) -> dict[str, Text]:
        """Read names with their text in both languages."""
        return self.each(mapping, key, lambda name, node: self.reader.text(node, f'"{name}"'))

    def text(self, mapping: Mapping, key: str) -> Text:
        """Read text in both languages."""
        return self.reader.get(mapping, key, lambda n: self.reader.text(n, f'"{key}"'), Text("", ""))

    def optional_text(self, mapping: Mapping, key: str) -> Text | None:
        """Read text that may be left out."""
        return self.text(mapping, key) if key in mapping.entries else None
