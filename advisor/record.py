"""Frozen dataclasses whose methods are made when they are needed.

A command on one case defines some 150 classes before it begins. The standard decorator writes and compiles five methods
for each of them, half of the time that all imports take. Here a class is completed when it is used first: when an
instance is made, compared or hashed, or when somebody asks for its fields.
"""

from __future__ import annotations

import dataclasses
import inspect
from typing import TYPE_CHECKING, Any, NamedTuple


class Declared(NamedTuple):
    """A field of a class, as it stands in its module: with its type as text, and its default if it has a plain one."""

    name: str
    type: Any
    default: Any


def declared(cls: type) -> list[Declared]:
    """Return the fields of a class of `dataclass`; what `dataclasses.fields` returns has to be made first."""
    types: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        types.update(inspect.get_annotations(base))
    return [Declared(name, types[name], f.default) for name, f in _own_fields(cls).items()]


def _own_fields(cls: type) -> dict[str, dataclasses.Field[Any]]:
    """Find the fields of a class as `dataclasses` does, but for what it takes no instance to know."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        known = base.__dict__.get("__dataclass_fields__")
        if isinstance(known, dict):
            found.update(known)
            continue
        for name in inspect.get_annotations(base):
            default = base.__dict__.get(name, dataclasses.MISSING)
            found[name] = default if isinstance(default, dataclasses.Field) else dataclasses.field(default=default)
    return found


def is_record(cls: type) -> bool:
    """Tell whether a class is a dataclass, without making it one."""
    return any("__dataclass_fields__" in base.__dict__ for base in cls.__mro__)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 -- for others to import
else:
    from operator import attrgetter, ge, gt, le, lt

    _MANY = 60
    """After so many instances a class gets a constructor of its own: to compile it takes as long as to make them."""

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
            del self.cls.__dataclass_fields__, self.cls.__match_args__
            _plain(self.cls)
            return getattr(owner, self.name)

    def _first(cls, name):
        def first(self, *args, **named):
            _complete(cls)
            return getattr(cls, name)(self, *args, **named)

        return first

    def _complete(cls):
        """Write what depends on the fields of a class in the place of what stood for it."""
        own = _own_fields(cls)
        compared = [name for name, f in own.items() if f.compare]
        key = attrgetter(*compared) if compared else lambda _: ()

        def equal(self, other):
            return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

        cls.__init__, cls.__eq__, cls.__hash__ = _plain_constructor(cls, own), equal, lambda self: hash(key(self))

    def _plain_constructor(cls, own):
        """Return a constructor for the few instances that most classes have; a quicker one has to be compiled."""
        names, left = tuple(own), [_MANY]

        def __init__(self, *args, **named):  # noqa: N807 -- it becomes one
            left[0] -= 1
            if not left[0]:
                cls.__init__ = _constructor(cls, own)
            if named or len(args) != len(names):
                args = _completed(own, names, args, named) or _constructor(cls, own)(self, *args, **named)
            self.__dict__.update(zip(names, args, strict=True))

        __init__.__qualname__ = f"{cls.__qualname__}.__init__"
        return __init__

    def _completed(own, names, args, named):
        """Return a value for each field, in their order; nothing if these arguments are wrong."""
        given = dict(zip(names, args, strict=False))
        if len(args) > len(names) or not given.keys().isdisjoint(named) or not own.keys() >= named.keys():
            return None
        given.update(named)
        for name in names:
            if name not in given:
                f = own[name]
                if f.default is dataclasses.MISSING is f.default_factory:
                    return None
                given[name] = f.default_factory() if f.default is dataclasses.MISSING else f.default
        return [given[name] for name in names]

    def _constructor(cls, own):
        """Write a constructor; its text holds nothing but the names of fields."""
        known, parameters, lines = {"__left": dataclasses.MISSING}, ["self"], ["__kept = self.__dict__"]
        for name, f in own.items():
            default, value = f"__{name}", name
            if f.default is not dataclasses.MISSING:
                known[default] = f.default
            elif f.default_factory is not dataclasses.MISSING:
                known[default] = f.default_factory
                value, default = f"{default}() if {name} is __left else {name}", "__left"
            parameters.append(f"{name}={default}" if default in known else name)
            lines.append(f'__kept["{name}"] = {value}')
        exec(f"def __init__({', '.join(parameters)}):\n    " + "\n    ".join(lines), known)
        made = known["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made

    def _refuse(_, name, *__):
        raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")

    def _shown(self):
        parts = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
        return f"{self.__class__.__qualname__}({parts})"
