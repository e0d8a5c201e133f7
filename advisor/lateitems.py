"""Tuples and dictionaries of which items are decoded late: each when it is read for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from advisor.late import BrokenError, Coder, Store, Written, listed


def late_items(item: Coder) -> Coder:
    """Write and read tuples, as the number of the tuple and its items."""
    return _numbered(list, lambda value, written: [item.write(one, written) for one in value], LateItems, item)


def late_mapping(item: Coder) -> Coder:
    """Write and read dictionaries of words, as the number of the dictionary and its items."""
    return _numbered(dict, lambda value, w: {key: item.write(one, w) for key, one in value.items()}, LateMapping, item)


def _numbered(kind: type, coded: Callable[[Any, Written], Any], late: Callable[..., Any], item: Coder) -> Coder:
    def write(value: Any, written: Written) -> list[Any]:
        number = len(written.objects)
        written.objects.append(value)
        return [number, coded(value, written)]

    def read(raw: Any, store: Store) -> Any:
        number, items = listed(raw, 2)
        if type(number) is not int or not 0 <= number < store.size or type(items) is not kind:
            raise BrokenError
        return late(items, number, item, store)

    return Coder(write, read)


class LateItems(Sequence[Any]):
    """What a tuple holds: each item is decoded when it is read for the first time."""

    def __init__(self, raw: list[Any], number: int, coder: Coder, store: Store) -> None:
        self._raw = raw
        self._number = number
        self._coder = coder
        self._store = store
        self._made: list[Any] = [None] * len(raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __getitem__(self, index: Any) -> Any:
        if type(index) is slice:
            return tuple([self[place] for place in range(*index.indices(len(self._raw)))])
        found = self._made[index]
        if found is None:
            found = self._made[index] = self._item(index)
        return found

    def _item(self, index: int) -> Any:
        try:
            return self._coder.read(self._raw[index], self._store)
        except (BrokenError, RecursionError):
            return self._store.original_item(self._number, tuple, index)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, LateItems)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)


class LateMapping(Mapping[str, Any]):
    """What a dictionary holds: each item is decoded when it is read for the first time."""

    def __init__(self, raw: dict[str, Any], number: int, coder: Coder, store: Store) -> None:
        self._raw = raw
        self._number = number
        self._coder = coder
        self._store = store
        self._made: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._raw)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __contains__(self, key: object) -> bool:
        return key in self._raw

    def __getitem__(self, key: str) -> Any:
        if key not in self._made:
            self._made[key] = self._item(key, self._raw[key])
        return self._made[key]

    def _item(self, key: str, raw: Any) -> Any:
        try:
            return self._coder.read(raw, self._store)
        except (BrokenError, RecursionError):
            return self._store.original_item(self._number, dict, key)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)
