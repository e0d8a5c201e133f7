"""Changes to what a file means: read, changed at a node, and written again, so that the grammar stays whole.

A tree is made of lists, Pairs (mappings, in which a key may stand twice) and scalars: of YAML the words as they were
written (Plain where they stood without quotes), of JSON what JSON has.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from advisor import yamlfile
from advisor.problems import Problems
from tests.fuzz.noise import WORDS

DAYS = ["0001-01-01", "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "9999-12-31", "2024-02-29", "2026-02-30"]
NUMBERS = ["0", "-1", "1e999999999", "9" * 15, "9" * 16, "9" * 30, "0." + "0" * 30 + "1", "-0", "1e5", "0x10", "007"]
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n\r\t,\[\]{}\"]*")

_QUOTED = re.compile(r": | #|[:\s]$")
"""What a word without quotes cannot hold."""


class Plain(str):
    """A word that stood without quotes."""


class Pairs(list[tuple[Any, Any]]):
    """Keys with values, in their order."""


def from_yaml(data: bytes) -> Any:
    """Read a good file."""
    node = yamlfile.parse(data.decode(), "good.yaml", Problems())
    assert node is not None
    return _of(node)


def _of(node: yamlfile.Node) -> Any:
    if isinstance(node, yamlfile.Mapping):
        return Pairs((Plain(key), _of(child)) for key, child in node.entries.items())
    if isinstance(node, yamlfile.Sequence):
        return [_of(child) for child in node.items]
    return Plain(node.text) if node.plain else node.text


def to_yaml(tree: Any, rng: random.Random) -> bytes:
    """Write a tree: outer levels as blocks, inner ones in brackets, and where the one ends is left to chance."""
    return ("\n".join(_lines(tree, rng.randint(0, 3))) + "\n").encode("utf-8", "surrogatepass")


def _lines(tree: Any, levels: int) -> Iterator[str]:
    if levels == 0 or not isinstance(tree, list) or not tree:
        yield _flow(tree)
    elif isinstance(tree, Pairs):
        for key, child in tree:
            yield from _under(f"{_scalar(key)}:", child, levels)
    else:
        for child in tree:
            yield from _under("-", child, levels)


def _under(opening: str, child: Any, levels: int) -> Iterator[str]:
    if levels > 1 and isinstance(child, list) and child:
        yield opening
        yield from (f"  {line}" for line in _lines(child, levels - 1))
    else:
        yield f"{opening} {_flow(child)}"


def _flow(tree: Any) -> str:
    if isinstance(tree, Pairs):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(child)}" for key, child in tree) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(_flow, tree)) + "]"
    return _scalar(tree)


def _scalar(word: Any) -> str:
    if isinstance(word, list):
        return _flow(word)
    plain = isinstance(word, Plain) and _PLAIN.fullmatch(word) and not _QUOTED.search(word)
    return str(word) if plain else json.dumps(str(word), ensure_ascii=False)


def from_json(data: bytes) -> Any:
    """Read a good file."""
    return json.loads(data, object_pairs_hook=Pairs)


def to_json(tree: Any, _: random.Random) -> bytes:
    """Write a tree."""
    return _json(tree).encode("utf-8", "surrogatepass")


def _json(tree: Any) -> str:
    if isinstance(tree, Pairs):
        return "{" + ",".join(f"{json.dumps(str(key))}:{_json(child)}" for key, child in tree) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(_json, tree)) + "]"
    return json.dumps(tree)


def from_lines(data: bytes) -> Any:
    """Read a file with a JSON object in each line."""
    return [from_json(line) for line in data.splitlines()]


def to_lines(tree: Any, rng: random.Random) -> bytes:
    """Write an object a line."""
    rows = tree if isinstance(tree, list) and not isinstance(tree, Pairs) else [tree]
    return b"".join(to_json(row, rng) + b"\n" for row in rows)


def from_table(data: bytes) -> Any:
    """Read the rows of a table without quotes."""
    return [line.split(",") for line in data.decode().splitlines()]


def to_table(tree: Any, rng: random.Random) -> bytes:
    """Write rows, with what parts cells and ends lines left to chance."""
    mark = rng.choice([",", ",", ",", ";", "\t"])
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    rows = (row if isinstance(row, list) else [row] for row in (tree if isinstance(tree, list) else [tree]))
    return "".join(mark.join(_cell(cell, mark) for cell in row) + end for row in rows).encode("utf-8", "surrogatepass")


def _cell(cell: Any, mark: str) -> str:
    text = cell if isinstance(cell, str) else _json(cell)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in (mark, '"', "\n", "\r")) else text


Place = tuple[list[Any], int]
"""A node by the list or Pairs that holds it, and its number there."""


def places(tree: Any) -> list[Place]:
    """List every node but the topmost."""
    found: list[Place] = []
    open_ = [tree]
    while open_:
        holder = open_.pop()
        for number, entry in enumerate(holder if isinstance(holder, list) else ()):
            found.append((holder, number))
            open_.append(entry[1] if isinstance(holder, Pairs) else entry)
    return found


def vocabulary(trees: list[Any]) -> list[Any]:
    """Return every key and scalar of good files: words that mean something, in another place than this."""
    found: dict[Any, None] = {}
    for tree in trees:
        for holder, number in places(tree):
            entry = holder[number]
            found.update(dict.fromkeys(w for w in (entry if isinstance(holder, Pairs) else (entry,)) if _is_word(w)))
    return list(found)


def _is_word(value: Any) -> bool:
    return not isinstance(value, list)


class Pruner:
    """Changes trees; `known` are words that mean something, `pieces` the trees of other good files."""

    def __init__(self, known: list[Any], pieces: list[Any], scalar: Callable[[str], Any] = Plain) -> None:
        self.known = known
        self.pieces = pieces
        self.scalar = scalar

    def changed(self, rng: random.Random, tree: Any) -> Any:
        """Change a copy of a tree in one place or a few."""
        tree = copied(tree)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            found = places(tree)
            if not found:
                return self.value(rng)
            holder, number = rng.choice(found)
            rng.choice(self.CHANGES)(self, rng, holder, number)
        return tree

    def value(self, rng: random.Random) -> Any:
        """Return another value: a word, a number, a day, nothing, or a piece of a good file."""
        kind = rng.randrange(10)
        if kind < 3:
            return rng.choice(self.known)
        if kind < 5:
            return self.scalar(rng.choice(WORDS))
        if kind < 6:
            return self.scalar(rng.choice(DAYS + NUMBERS))
        if kind < 7:
            return rng.choice([[], Pairs(), "", [[]], [Pairs()], self.scalar("unknown"), None, True, 5, 1.5, 10**400])
        holder, number = rng.choice(places(rng.choice(self.pieces)))
        return copied(holder[number][1] if isinstance(holder, Pairs) else holder[number])

    def _replace(self, rng: random.Random, holder: list[Any], number: int) -> None:
        _put(holder, number, self.value(rng))

    def _drop(self, rng: random.Random, holder: list[Any], number: int) -> None:
        del holder[number]

    def _again(self, rng: random.Random, holder: list[Any], number: int) -> None:
        holder[number:number] = [copied(holder[number])] * rng.choice([1, 1, 1, 2, 30, 600])

    def _rename(self, rng: random.Random, holder: list[Any], number: int) -> None:
        if isinstance(holder, Pairs):
            holder[number] = (self._misspelt(rng, holder[number][0]), holder[number][1])
        else:
            self._replace(rng, holder, number)

    def _misspelt(self, rng: random.Random, word: Any) -> Any:
        if rng.random() < 0.5:
            return rng.choice(self.known)
        text = str(word)
        place = rng.randrange(len(text) + 1)
        return self.scalar(text[:place] + rng.choice(["", "x", ".", "-", " ", "_", "'", "é"]) + text[place + 1 :])

    def _misspell(self, rng: random.Random, holder: list[Any], number: int) -> None:
        value = holder[number][1] if isinstance(holder, Pairs) else holder[number]
        _put(holder, number, self._misspelt(rng, value) if _is_word(value) else self.value(rng))

    def _wrap(self, rng: random.Random, holder: list[Any], number: int) -> None:
        value = holder[number][1] if isinstance(holder, Pairs) else holder[number]
        for _ in range(rng.choice([1, 1, 2, 50])):
            value = [value] if rng.random() < 0.5 else Pairs([(rng.choice(self.known), value)])
        _put(holder, number, value)

    def _unwrap(self, rng: random.Random, holder: list[Any], number: int) -> None:
        value = holder[number][1] if isinstance(holder, Pairs) else holder[number]
        if isinstance(value, list) and value:
            inner = rng.choice(value)
            _put(holder, number, inner[1] if isinstance(value, Pairs) else inner)

    def _swap(self, rng: random.Random, holder: list[Any], number: int) -> None:
        other = rng.randrange(len(holder))
        holder[number], holder[other] = holder[other], holder[number]

    def _add(self, rng: random.Random, holder: list[Any], number: int) -> None:
        value = self.value(rng)
        holder.insert(number, (rng.choice(self.known), value) if isinstance(holder, Pairs) else value)

    CHANGES = (_replace, _replace, _replace, _drop, _again, _rename, _misspell, _wrap, _unwrap, _swap, _add)


def _put(holder: list[Any], number: int, value: Any) -> None:
    holder[number] = (holder[number][0], value) if isinstance(holder, Pairs) else value


def copied(tree: Any) -> Any:
    """Copy a tree."""
    if isinstance(tree, Pairs):
        return Pairs((key, copied(child)) for key, child in tree)
    if isinstance(tree, tuple):
        return tree[0], copied(tree[1])
    return [copied(child) for child in tree] if isinstance(tree, list) else tree
