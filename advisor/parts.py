"""What is worked out of rules before there is a case: what runs together, what columns ask, and which rules do what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from advisor.model import Value
from advisor.record import dataclass


@dataclass(frozen=True)
class Part:
    """Units of one level and scope that run together: those that bear on verdicts (`decides`), or the others.

    Literals are numbers here: twice the column, and one more unless it is asked for no. `alternatives` tell for each
    alternative its unit, its place there and its literals; `conditions` are the units' conditions as JSON, anything but
    a literal as a list of operator, need and parts. `reads` are the columns in conditions, `writes` the columns that
    units write.
    """

    scope: str
    decides: bool
    units: tuple[int, ...]
    reads: tuple[int, ...]
    writes: dict[int, int]
    alternatives: tuple[tuple[int, ...], ...]
    conditions: str


@dataclass(frozen=True)
class Effects:
    """What a value of a fact decides, where there are few: the tests of that fact alone and of nothing but its value.

    `absent`, and each value as text, have a digit for each of these tests.
    """

    tests: tuple[int, ...]
    absent: str
    values: dict[str, str]

    def of(self, value: Value | None) -> list[tuple[int, int]]:
        """Return the tests with what a value makes of them; None: there is none, for certain."""
        return list(zip(self.tests, map(int, self.absent if value is None else self.values[str(value)]), strict=True))


@dataclass(frozen=True)
class Tests:
    """What columns ask: worked out once, so that of a case only those are looked at that read what is known of it.

    `readers` are the tests by the facts that they read, `lists` those that ask whether a list is known, `shared` for
    each list the facts of the case that tests of its members read; `own` are all columns of members, `quantified` those
    of quantifiers, `findings` those of findings. `compared` are facts that some test compares with another. `effects`
    say what values of facts decide; `closed` and `opened` have a digit for what each column is while nothing is known.
    """

    readers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    lists: tuple[int, ...] = ()
    shared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own: dict[str, tuple[int, ...]] = field(default_factory=dict)
    quantified: tuple[int, ...] = ()
    findings: dict[str, int] = field(default_factory=dict)
    compared: tuple[str, ...] = ()
    effects: Mapping[str, Effects] = field(default_factory=dict)
    closed: str = ""
    opened: str = ""


@dataclass(frozen=True)
class Uses:
    """The units whose rules do this or that: nobody has to look at all to find the few.

    `candidates` are those that put forward a verdict, with the verdict and its tier; `makers` those that conclude a
    finding; `defeating` those that defeat a rule, or the candidates for a verdict. Others ask for facts, state a legal
    limit (`guarding`), speak for or against a verdict, or call for actions.
    """

    candidates: dict[int, tuple[str, ...]] = field(default_factory=dict)
    makers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    defeating: dict[str, tuple[int, ...]] = field(default_factory=dict)
    asking: tuple[int, ...] = ()
    guarding: tuple[int, ...] = ()
    speaking: tuple[int, ...] = ()
    acting: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    """The paths of all facts that could bear on a verdict."""
