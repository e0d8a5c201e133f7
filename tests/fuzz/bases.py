"""What rule authors hand in: rule files, knowledge, house rules, maps of a CRM; and what the cache keeps of them."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path

from advisor import cachefile
from advisor.checks.examples import check_examples
from advisor.checks.mutants import survivors
from advisor.codec import Codec
from advisor.digest import MARK
from advisor.explain.report import report
from advisor.explain.seat import seat_report
from advisor.judge import Judge, open_judge
from advisor.late import BrokenError
from advisor.load.cases import load_case
from advisor.load.crm import load_map
from advisor.load.seat import load_seat
from advisor.paths import Library
from advisor.playbase import load_playbase
from advisor.problems import InputError, Problem
from advisor.rulecache import _SHAPE, Compiled
from tests.build import MINI, decoded, mini_library
from tests.fuzz.cases import draw, mini
from tests.fuzz.target import Input, Target, Try, WrongError, check
from tests.test_cli import SETTLED

RULES = ("rules/deals/001-timing.yaml", "rules/verdicts/order.yaml")
KNOWLEDGE = tuple(
    sorted(str(path.relative_to(MINI)) for path in (MINI / "knowledge").rglob("*.yaml") if path.parent.name != "crm")
)
DRAWN = 8
"""Of so many inputs one is drawn and has its examples run; with the others one case is only judged."""
ANY_FILE = r"[a-z/0-9-]+\.yaml"
_HOUSE = b"""\
id: house
title: {en: House, zh: x}
idea: {en: a, zh: b}
source: [{ours: {en: our way, zh: x}}]
findings: {dear: {en: dear, zh: x}}
rules:
  - id: dear
    title: {en: Dear, zh: x}
    status: stable
    when: {fact: deal.price, above: 5}
    then: {finding: dear}
    because: {en: "{deal.price}.", zh: "{deal.price}."}
    examples:
      - {name: a, given: {deal.price: 6}, expect: fires}
      - {name: b, given: {deal.price: 5}, expect: silent}
      - {name: c, given: {}, expect: undecided}
  - id: leave
    title: {en: Leave, zh: x}
    status: stable
    when: {finding: dear}
    then: {candidate: {verdict: withdraw, tier: phase, defeats: [bid]}}
    because: {en: a, zh: b}
    examples:
      - {name: a, given: {deal.price: 6}, expect: fires}
      - {name: b, given: {deal.price: 5}, expect: silent}
      - {name: c, given: {}, expect: undecided}
"""


def _base(names: tuple[str, ...], folder: Path, house: bool = False) -> Try:
    """Try an input in the place of one file of a rule base, and use what comes of it."""
    shutil.copytree(MINI, folder, dirs_exist_ok=True)
    (folder / "house").mkdir()
    case = folder / "case.yaml"
    case.write_text(SETTLED, encoding="utf-8")
    library = Library(folder / "rules", folder / "knowledge", folder / "house" if house else None)

    def try_(given: Input) -> None:
        place = folder / names[given.good]
        good = place.read_bytes() if place.exists() else None
        place.write_bytes(given.data)
        try:
            _use(library, case, given.number)
        finally:
            if good is None:
                place.unlink()
            else:
                place.write_bytes(good)

    return try_


def _use(library: Library, case: Path, number: int) -> None:
    judge = Judge(*load_playbase(library))
    try:
        with contextlib.suppress(InputError):  # the case states what the rule base need not know any more
            judgement = judge.judge(load_case(case, judge.knowledge))
            report(judge, judgement)
            if number % DRAWN == 0:
                draw(judge, case)
                _told(check_examples(judge))
                _told(survivors(judge, None))
    finally:
        judge.close()


def _told(problems: Iterable[Problem]) -> None:
    """See that problems of examples name their places too."""
    found = list(problems)
    if found:
        check(found, ANY_FILE)


def _seat_file(folder: Path) -> Try:
    """Try an input as the file that says how facts change sides."""
    shutil.copytree(MINI, folder, dirs_exist_ok=True)
    case = folder / "case.yaml"
    case.write_text(SETTLED, encoding="utf-8")
    library, judge = Library(folder / "rules", folder / "knowledge"), mini()

    def try_(given: Input) -> None:
        (folder / "knowledge" / "seat.yaml").write_bytes(given.data)
        seat = load_seat(library, judge.knowledge)
        loaded = load_case(case, judge.knowledge)
        seat_report(judge, seat, loaded.at_date(loaded.as_of), "competitor:competitor-1")

    return try_


def _map(folder: Path) -> Try:
    def try_(given: Input) -> None:
        (folder / "map.yaml").write_bytes(given.data)
        load_map(folder / "map.yaml", mini().knowledge)

    return try_


def _kept(folder: Path) -> Try:
    """Try an input as the file that the cache keeps: what is broken in it is made anew, and nothing is told of it."""
    os.environ[cachefile.VARIABLE] = str(folder / "cache")
    open_judge(mini_library()).close()
    (place,) = (folder / "cache").iterdir()
    case = folder / "case.yaml"
    case.write_text(SETTLED, encoding="utf-8")
    wanted = _verdict(mini_library(), case)

    def try_(given: Input) -> None:
        place.write_bytes(given.data)
        if _verdict(mini_library(), case) != wanted:
            raise WrongError("another verdict: a broken file of the cache was believed")

    return try_


def _verdict(library: Library, case: Path) -> object:
    judge = open_judge(library)
    try:
        return report(judge, judge.judge(load_case(case, judge.knowledge)))
    finally:
        judge.close()


def _decoded(folder: Path) -> Try:
    """Try an input as what a file of the cache holds, with a seal and marks that fit; all of it is read."""

    def again() -> Compiled:
        return Compiled(*load_playbase(mini_library()))

    def try_(given: Input) -> None:
        with contextlib.suppress(BrokenError, RecursionError):  # which `cache.Memory` expects
            first, *others = given.data.split(b"\n")
            _walk(decoded(Codec(_SHAPE), b"\n".join([first, *(b"." * MARK + line for line in others)]), again))

    return try_


def _walk(value: object) -> None:
    open_, seen = [value], set()
    while open_:
        one = open_.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if is_dataclass(one):
            open_ += [getattr(one, field.name) for field in fields(one)]
        elif isinstance(one, Mapping):
            open_ += [*one.keys(), *one.values()]
        elif isinstance(one, Sequence) and not isinstance(one, (str, bytes)):
            open_ += one


def _files(names: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple((MINI / name).read_bytes() for name in names)


def targets(_: Path) -> list[Target]:
    """Return what is tried with rule bases."""
    encoded, _late = Codec(_SHAPE).encode(Compiled(*load_playbase(mini_library())))
    first, *others = encoded.split(b"\n")
    return [
        Target("rules", "yaml", _files(RULES), partial(_base, RULES), ANY_FILE, 8),
        Target("knowledge", "yaml", _files(KNOWLEDGE), partial(_base, KNOWLEDGE), ANY_FILE, 8),
        Target("house", "yaml", (_HOUSE,), partial(_base, ("house/house.yaml",), house=True), ANY_FILE, 4),
        Target("seat", "yaml", _files(("knowledge/seat.yaml",)), _seat_file, ANY_FILE, 3),
        Target("map", "yaml", _files(("knowledge/crm/mini.yaml",)), _map, r"map\.yaml", 5),
        Target("cache", "bytes", (b"x" * 32 + encoded,), _kept, "", 2),
        Target("codec", "lines", (b"\n".join([first, *(line[MARK:] for line in others)]),), _decoded, "", 4),
    ]
