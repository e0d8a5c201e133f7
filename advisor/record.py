"""Frozen dataclasses whose methods are made when they are needed.

A command on one case defines some 150 classes before it begins. The standard decorator writes and compiles five methods
for each of them, half of the time that all imports take. Here the constructor is written when the first instance is
made, and the other methods are the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 -- for others to import
else:
    import dataclasses
    from operator import attrgetter

    _plain = dataclasses.dataclass(init=False, repr=False, eq=False)

    def dataclass(cls=None, *, frozen=False):
        """Make a class what `dataclasses.dataclass` makes it, to whoever uses it."""
        return _record if frozen else dataclasses.dataclass(cls)

    def _record(cls):
        cls = _plain(cls)
        compared = [f.name for f in dataclasses.fields(cls) if f.compare]
        key = attrgetter(*compared) if compared else lambda _: ()

        def equal(self, other):
            return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

        cls.__eq__, cls.__hash__ = equal, lambda self: hash(key(self))
        cls.__setattr__, cls.__delattr__, cls.__repr__ = _refuse, _refuse, _shown
        cls.__init__ = _first(cls)
        return cls

    def _first(cls):
        def first(self, *args, **named):
            """Write the constructor, put it in this one's place, and do what it does."""
            cls.__init__ = _constructor(cls)
            cls.__init__(self, *args, **named)

        return first

    def _constructor(cls):
        """Write a constructor; its text holds nothing but the names of fields."""
        known, parameters, lines = {"__left": dataclasses.MISSING}, ["self"], ["__kept = self.__dict__"]
        for f in dataclasses.fields(cls):
            default, value = f"__{f.name}", f.name
            if f.default is not dataclasses.MISSING:
                known[default] = f.default
            elif f.default_factory is not dataclasses.MISSING:
                known[default] = f.default_factory
                value, default = f"{default}() if {f.name} is __left else {f.name}", "__left"
            parameters.append(f"{f.name}={default}" if default in known else f.name)
            lines.append(f'__kept["{f.name}"] = {value}')
        exec(f"def __init__({', '.join(parameters)}):\n    " + "\n    ".join(lines), known)
        made = known["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made

    def _refuse(_, name, *__):
        raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")

    def _shown(self):
        parts = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
        return f"{self.__class__.__qualname__}({parts})"
