"""Frozen dataclasses whose methods are made when they are needed.

A command on one case defines some 150 classes before it begins. The standard decorator writes and compiles five methods
for each of them, half of the time that all imports take. Here a class is completed when it is used first: when an
instance is made, compared or hashed, or when somebody asks for its fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 -- for others to import
else:
    import dataclasses
    from operator import attrgetter, ge, gt, le, lt

    _plain = dataclasses.dataclass(init=False, repr=False, eq=False)

    def dataclass(cls=None, *, frozen=False, order=False):
        """Make a class what `dataclasses.dataclass` makes it, to whoever uses it."""
        if not frozen:
            return dataclasses.dataclass(cls)
        return lambda cls: _record(cls, _ORDER if order else ())

    _ORDER = (("__lt__", lt), ("__le__", le), ("__gt__", gt), ("__ge__", ge))

    def _record(cls, order):
        for name, compare in order:
            setattr(cls, name, _ordered(compare))
        for name in ("__dataclass_fields__", "__match_args__"):
            setattr(cls, name, _Later(cls, name))
        for name in ("__init__", "__eq__", "__hash__"):
            setattr(cls, name, _first(cls, name))
        cls.__setattr__, cls.__delattr__, cls.__repr__ = _refuse, _refuse, _shown
        return cls

    def _ordered(compare):
        def ordered(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            names = [f.name for f in dataclasses.fields(self) if f.compare]
            return compare([getattr(self, name) for name in names], [getattr(other, name) for name in names])

        return ordered

    class _Later:
        """Stands for what a class has only once it was completed."""

        def __init__(self, cls, name):
            self.cls, self.name = cls, name

        def __get__(self, instance, owner):
            _complete(self.cls)
            return getattr(owner, self.name)

    def _first(cls, name):
        def first(self, *args, **named):
            _complete(cls)
            return getattr(cls, name)(self, *args, **named)

        return first

    def _complete(cls):
        """Find the fields of a class, and write what depends on them in the place of what stood for it."""
        if not isinstance(vars(cls)["__dataclass_fields__"], _Later):
            return
        del cls.__dataclass_fields__, cls.__match_args__
        _plain(cls)
        compared = [f.name for f in dataclasses.fields(cls) if f.compare]
        key = attrgetter(*compared) if compared else lambda _: ()

        def equal(self, other):
            return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

        cls.__init__, cls.__eq__, cls.__hash__ = _constructor(cls), equal, lambda self: hash(key(self))

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
