"""The cache: as good as the files, gone when they change, and never an error."""

from __future__ import annotations

import copy
import json
import os
import pickle
import random
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from advisor import cache, cachefile, playbase, rulecache
from advisor.codec import Codec, Shape
from advisor.digest import MARK, mark
from advisor.late import BrokenError
from advisor.lateitems import LateItems
from advisor.lowering import Lowered
from advisor.model import Text
from advisor.parts import Part
from advisor.paths import Library, shipped
from advisor.playbase import load_playbase
from advisor.problems import EngineError, InputError
from advisor.program import Program
from advisor.render.data import to_json
from advisor.rows import Bits
from advisor.rule import Rule
from advisor.rulebase import Playbase
from advisor.rulecache import open_playbase
from advisor.shadow import LevelFunction
from tests.build import MINI, decoded

ROOT = Path(__file__).resolve().parent.parent
WRONG: tuple[object, ...] = ({}, 1.5, {"a": 1}, [[[1.5]]], float("nan"))
"""What stands nowhere in a file of the cache."""
Opened = tuple[Playbase, Program]


def flat(value: object) -> object:
    """Everything in a value, what equality leaves out too, but for the examples."""
    if is_dataclass(value):
        names = [f.name for f in fields(value) if f.name != "examples"]
        return [value.__class__.__name__, *((name, flat(getattr(value, name))) for name in names)]
    if isinstance(value, Mapping):
        return [(flat(k), flat(v)) for k, v in value.items()]
    if isinstance(value, LateItems):
        return flat(tuple(value))
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(flat, value)]
    return [type(value).__name__, value]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv(cachefile.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The small rule base, to be changed."""
    shutil.copytree(MINI, tmp_path / "mini")
    return Library(tmp_path / "mini" / "rules", tmp_path / "mini" / "knowledge")


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Library]:
    """The libraries that were read from their files."""
    found: list[Library] = []

    def load(library: Library) -> Opened:
        found.append(library)
        return load_playbase(library)

    monkeypatch.setattr(playbase, "load_playbase", load)
    return found


def kept(place: Path) -> Path:
    """Return the only file in a cache."""
    (found,) = place.glob("*.rules")
    return found


def any_rule(library: Library) -> Path:
    return sorted(library.rules.rglob("*.yaml"))[0]


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_remembered_is_what_is_in_the_files(
    whole: bool, place: Path, library: Library, loads: list[Library]
) -> None:
    library = shipped() if whole else library
    made = open_playbase(library)
    remembered = open_playbase(library)
    assert len(loads) == 1
    assert remembered[0] is not made[0]
    assert flat(remembered) == flat(made)
    assert len(loads) == 1, "nothing but the examples is read from the files again"
    assert whole or remembered == made


def test_examples_are_read_from_the_files(place: Path, library: Library, loads: list[Library]) -> None:
    base, _ = open_playbase(library)
    remembered, _ = open_playbase(library)
    assert [r.examples for r in remembered.rules] == [r.examples for r in base.rules]
    assert len(loads) == 2, "all of them at once"


def test_instances_are_what_they_seem(place: Path, library: Library) -> None:
    base, _ = open_playbase(library)
    remembered, program = open_playbase(library)
    rule, other = base.rules[0], remembered.rules[0]
    assert isinstance(other, Rule)
    assert other.__class__ is Rule
    assert (other, hash(other.then)) == (rule, hash(rule.then))
    assert repr(other) == repr(rule)
    assert replace(other, id="x") == replace(rule, id="x")
    assert copy.deepcopy(other) == rule
    assert pickle.loads(pickle.dumps(other)) == rule
    assert program.units[-1] is program.levels[-1][-1]
    rules = {id(unit.rule) for unit in program.units if unit.rule}
    assert rules == {id(rule) for rule in remembered.rules}, "one rule is one and the same everywhere"


def test_they_are_written_as_json_like_others(place: Path) -> None:
    """What is not decoded yet is no less part of a result."""
    made = open_playbase(shipped())[0].knowledge
    remembered = open_playbase(shipped())[0].knowledge
    assert to_json(list(remembered.terms.values())) == to_json(list(made.terms.values()))
    assert to_json(list(remembered.facts.values())) == to_json(list(made.facts.values()))


@pytest.mark.parametrize("stamped", [False, True])
def test_a_file_that_changes_is_read(
    stamped: bool, place: Path, library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    if stamped:
        later(monkeypatch)
    open_playbase(library)
    path = any_rule(library)
    before = path.stat()
    text = path.read_text(encoding="utf-8")
    title = open_playbase(library)[0].files[0].title.en
    path.write_text(text.replace(title, title[::-1], 1), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert open_playbase(library)[0].files[0].title.en == title[::-1], "neither size nor time tell, only what it holds"
    assert len(loads) == 2
    path.write_text(text, encoding="utf-8")
    assert open_playbase(library)[0].files[0].title.en == title
    assert len(loads) == 3
    assert len(list(place.iterdir())) == 1, "the same folders have one file"


def test_files_that_come_and_go_are_seen(place: Path, library: Library, loads: list[Library]) -> None:
    open_playbase(library)
    path, copy_ = any_rule(library), any_rule(library).with_name("copy.yaml")
    shutil.copy(path, copy_)
    with pytest.raises(InputError):
        open_playbase(library)
    copy_.unlink()
    open_playbase(library)
    assert len(loads) == 2, "what has problems is not kept, and what was kept before still holds"
    path.rename(path.with_name("998" + path.name[3:]))
    assert len(open_playbase(library)[0].files) == len(load_playbase(library)[0].files)
    assert len(loads) == 3


def test_house_rules_have_their_own(place: Path, library: Library, loads: list[Library], tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    plain = open_playbase(library)[0]
    with_house = replace(library, house_rules=house)
    assert len(open_playbase(with_house)[0].rules) == len(plain.rules)
    first = any_rule(library)
    text = first.read_text(encoding="utf-8")
    title = plain.files[0].title.en
    (house / first.name).write_text(text.replace(title, "Of the house", 1), encoding="utf-8")
    assert "Of the house" in {file.title.en for file in open_playbase(with_house)[0].files}
    assert "Of the house" in {file.title.en for file in open_playbase(with_house)[0].files}
    assert "Of the house" not in {file.title.en for file in open_playbase(library)[0].files}
    assert len(loads) == 3


@pytest.mark.parametrize("what", ["version", "interpreter", "format", "code"])
def test_another_program_reads_the_files(
    what: str, place: Path, library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    open_playbase(library)
    if what == "version":
        monkeypatch.setattr(cache, "__version__", "0.0.0")
    elif what == "interpreter":
        monkeypatch.setattr(sys, "version", "4.0.0")
    elif what == "format":
        monkeypatch.setattr(cache, "FORMAT", 0)
    else:
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "compile.py").write_text("")
        monkeypatch.setattr(cache, "_PACKAGE", tmp_path / "code")
    open_playbase(library)
    assert len(loads) == 2


def test_compiled_modules_are_no_other_program(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "module.py").write_text("")
    before = cache._code.__wrapped__(str(package))
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "module.py").write_text("")
    assert cache._code.__wrapped__(str(package)) == before
    (package / "inner").mkdir()
    (package / "inner" / "module.py").write_text("")
    assert cache._code.__wrapped__(str(package)) != before


def test_what_changes_while_it_is_read_is_not_kept(
    place: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(library: Library) -> Opened:
        found = load_playbase(library)
        path = any_rule(library)
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        return found

    monkeypatch.setattr(playbase, "load_playbase", load)
    open_playbase(library)
    assert not place.exists()


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(3) + data[at:]


def _foreign(data: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"", b"\0", b"{}", b"[]", b"null", b"[" * 100_000, pickle.dumps({}), chance.randbytes(5000)])


@pytest.mark.parametrize("mutate", [_cut, _flip, _insert, _foreign])
def test_a_broken_file_is_written_anew(
    mutate: Callable[[bytes, random.Random], bytes], place: Path, library: Library, loads: list[Library]
) -> None:
    right = flat(open_playbase(library))
    file, chance = kept(place), random.Random(mutate.__name__)
    good = file.read_bytes()
    for count in range(12):
        file.write_bytes(mutate(good, chance))
        assert flat(open_playbase(library)) == right
        assert len(loads) == count + 2
        assert file.read_bytes() == good


def _nodes(value: Any) -> list[tuple[Any, int]]:
    """Every place in lists of lists."""
    found = [(value, n) for n in range(len(value))]
    return found + [inner for part in value if isinstance(part, list) for inner in _nodes(part)]


def _spoil(value: list[Any], chance: random.Random) -> None:
    """Put something wrong in some place, also within what is not parsed before it is read.

    Conditions are text that is looked at when it is run; there are no words in them.
    """
    holder, place = chance.choice(_nodes(value))
    found = holder[place]
    if isinstance(found, str) and found[:1] == "[" and '"' in found and chance.random() < 0.9:
        inner = json.loads(found)
        _spoil(inner, chance)
        holder[place] = json.dumps(inner)
    else:
        holder[place] = chance.choice(WRONG)


def _sealed(data: bytes, library: Library) -> bytes:
    return cache._sealed(cache._key(rulecache._files([library.rules, library.knowledge])), cache._NO_STAMP, data)


@pytest.mark.parametrize("part", ["head", "line"])
def test_other_shapes_are_broken_even_when_sealed(
    part: str, place: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong wherever it stands is found when it is decoded, and taken from the files."""
    right = flat(open_playbase(library))
    file, chance = kept(place), random.Random(part)
    lines = file.read_bytes()[104:].split(b"\n")
    loaded = load_playbase(library)
    monkeypatch.setattr(playbase, "load_playbase", lambda _: loaded)
    for _ in range(150):
        at = 0 if part == "head" else chance.randrange(1, len(lines))
        value = json.loads(lines[at][MARK if at else 0 :])
        _spoil(value, chance)
        line = json.dumps(value).encode()
        changed = [*lines[:at], mark(line) + line if at else line, *lines[at + 1 :]]
        file.write_bytes(_sealed(b"\n".join(changed), library))
        assert flat(open_playbase(library)) == right


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[1,2,3]", b"[[[0]],[],1]", b"[" * 100_000, b"\xff\xfe"])
def test_foreign_json_is_broken_even_when_sealed(
    data: bytes, place: Path, library: Library, loads: list[Library]
) -> None:
    right = flat(open_playbase(library))
    kept(place).write_bytes(_sealed(data, library))
    assert flat(open_playbase(library)) == right
    assert len(loads) == 2


def test_words_never_reach_the_evaluator(place: Path, library: Library) -> None:
    """The shadow writes column numbers into Python, so nothing else may come out of the cache for one."""
    open_playbase(library)
    head, _, lines = kept(place).read_bytes()[104:].partition(b"\n")
    value, changed = json.loads(head), 0
    shared = [json.loads(entry) for entry in value[1]]
    for unit in (entry for entry in shared if isinstance(entry[3], str)):
        line = json.loads(lines[unit[-1] :].partition(b"\n")[0][MARK:])
        if type(line[1]) is int:
            unit[-1], line[1] = len(lines) + 1, "0]; raise SystemExit; c[0"
            other = json.dumps(line).encode()
            lines += b"\n" + mark(other) + other
            changed += 1
    assert changed
    value[1] = list(map(json.dumps, shared))
    kept(place).write_bytes(_sealed(b"\n".join([json.dumps(value).encode(), lines]), library))
    _, program = open_playbase(library)
    columns = [unit.tree.lit.column for unit in program.units if unit.tree.lit]
    assert columns
    assert all(type(column) is int for column in columns)


@pytest.mark.parametrize(
    "conditions", ['["0]; raise SystemExit; c[0"]', "[[0]]", "[1.5]", "{}", "[[9,0]]", "[-1]", "[0"]
)
def test_conditions_that_were_not_written_there_are_refused(conditions: str) -> None:
    part = Part("case", True, (0,), (0,), {}, (), conditions)
    with pytest.raises(EngineError, match="empty its folder"):
        Lowered(part)
    with pytest.raises(EngineError, match="empty its folder"):
        LevelFunction(part).conclude(Bits.none(1), 1)


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let some time pass."""
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 60_000_000_000)


def test_files_that_nobody_touched_are_not_read_again(
    place: Path, library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = flat(open_playbase(library))
    later(monkeypatch)
    open_playbase(library)  # they bear a stamp from now on
    stamped = kept(place).read_bytes()
    monkeypatch.setattr(cache, "_key", lambda _: pytest.fail("the files were read"))
    assert flat(open_playbase(library)) == right
    assert kept(place).read_bytes() == stamped
    assert len(loads) == 1


def test_files_changed_just_now_bear_no_stamp(place: Path, library: Library, loads: list[Library]) -> None:
    open_playbase(library)
    assert kept(place).read_bytes()[64:96] == cache._NO_STAMP
    open_playbase(library)
    assert kept(place).read_bytes()[64:96] == cache._NO_STAMP
    assert len(loads) == 1


def test_nothing_is_kept_when_it_is_off(
    place: Path, library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cachefile.VARIABLE, "off")
    open_playbase(library)
    open_playbase(library)
    assert len(loads) == 2
    assert not place.exists()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({cachefile.VARIABLE: "/a/b"}, "/a/b"),
        ({cachefile.VARIABLE: "", "XDG_CACHE_HOME": "/x"}, "/x/deal-advisor"),
        ({cachefile.VARIABLE: "", "XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/deal-advisor"),
        ({cachefile.VARIABLE: "", "XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/deal-advisor"),
        ({cachefile.VARIABLE: "", "XDG_CACHE_HOME": "", "HOME": "h"}, None),
    ],
)
def test_where_it_lies(variables: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cachefile.folder() == (Path(expected) if expected else None)


def test_it_is_the_users_alone(place: Path, library: Library) -> None:
    old = os.umask(0)
    try:
        open_playbase(library)
    finally:
        os.umask(old)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept(place).stat().st_mode) == 0o600


def test_a_file_that_others_can_write_is_not_read(place: Path, library: Library, loads: list[Library]) -> None:
    open_playbase(library)
    for count, mode in enumerate((0o660, 0o606, 0o777)):
        kept(place).chmod(mode)
        open_playbase(library)
        assert len(loads) == count + 2
        assert stat.S_IMODE(kept(place).stat().st_mode) == 0o600, "it is written anew"
    open_playbase(library)
    assert len(loads) == 4


def test_a_folder_that_others_can_write_is_not_used(place: Path, library: Library, loads: list[Library]) -> None:
    for count, mode in enumerate((0o770, 0o707, 0o1777)):
        place.mkdir(exist_ok=True)
        place.chmod(mode)
        open_playbase(library)
        assert len(loads) == count + 1
        assert list(place.iterdir()) == []


def test_what_somebody_else_owns_is_not_used(
    place: Path, library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_playbase(library)
    kept(place).write_bytes(b"left alone")
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    open_playbase(library)
    assert len(loads) == 2
    assert kept(place).read_bytes() == b"left alone"


def test_links_are_not_followed(place: Path, library: Library, loads: list[Library], tmp_path: Path) -> None:
    open_playbase(library)
    file, elsewhere = kept(place), tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    open_playbase(library)
    assert len(loads) == 2
    assert not file.is_symlink()
    place.rename(tmp_path / "other")
    place.symlink_to(tmp_path / "other")
    open_playbase(library)
    assert len(loads) == 3


def test_a_pipe_or_folder_in_its_place_keeps_nobody_waiting(
    place: Path, library: Library, loads: list[Library]
) -> None:
    open_playbase(library)
    file = kept(place)
    file.unlink()
    os.mkfifo(file)
    open_playbase(library)
    assert file.is_file()
    file.unlink()
    file.mkdir()
    open_playbase(library)
    assert [path.name for path in place.iterdir()] == [file.name]
    assert len(loads) == 3


@pytest.mark.parametrize("call", ["mkdir", "open", "replace", "listdir"])
def test_where_nothing_can_be_written_nothing_is(
    call: str, place: Path, library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only file system, a full disk, a folder that is taken away."""
    allowed = getattr(os, call)

    def refuse(*arguments: Any, **named: Any) -> Any:
        if call == "open" and named.get("dir_fd") is None and str(arguments[0]) != str(place):
            return allowed(*arguments, **named)
        raise OSError(30, "Read-only file system")

    expected = flat(load_playbase(library))
    if call == "mkdir":
        monkeypatch.setattr(Path, "mkdir", refuse)
    else:
        monkeypatch.setattr(os, call, refuse)
    assert flat(open_playbase(library)) == expected
    assert flat(open_playbase(library)) == expected
    if call != "listdir":
        assert len(loads) == 2
        assert not place.exists() or list(place.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_no_error(
    library: Library, loads: list[Library], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for where in (tmp_path / "file" / "below", Path("/proc/none"), tmp_path / ("x" * 300)):
        monkeypatch.setenv(cachefile.VARIABLE, str(where))
        open_playbase(library)
    assert len(loads) == 3


def test_writers_at_once_leave_one_whole_file(place: Path, library: Library, loads: list[Library]) -> None:
    code = (
        "import sys; from pathlib import Path; from advisor.paths import Library\n"
        "from advisor.rulecache import open_playbase\n"
        "for _ in range(3): print(len(open_playbase(Library(Path(sys.argv[1]), Path(sys.argv[2])))[0].rules))\n"
    )
    command = [sys.executable, "-c", code, str(library.rules), str(library.knowledge)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(6)]
    found = {process.communicate(timeout=120)[0] for process in running}
    assert all(process.returncode == 0 for process in running)
    assert found == {f"{len(load_playbase(library)[0].rules)}\n" * 3}
    assert [path.name for path in place.iterdir()] == [kept(place).name]
    open_playbase(library)
    assert loads == []


def test_old_files_go(place: Path) -> None:
    for number in range(cachefile.MAX_FILES + 3):
        cachefile.write(f"n{number}", b"x")
        os.utime(place / f"n{number}.rules", (number, number))
    (place / "stopped.1.ab.tmp").write_bytes(b"")
    os.utime(place / "stopped.1.ab.tmp", (0, 0))
    (place / "writing.1.ab.tmp").write_bytes(b"")
    (place / "note.txt").write_bytes(b"of somebody else")
    cachefile.write("last", b"x")
    found = {path.name for path in place.iterdir()}
    assert len(found) == cachefile.MAX_FILES + 2
    assert {"last.rules", "writing.1.ab.tmp", "note.txt"} <= found
    assert "n0.rules" not in found


@dataclass(frozen=True)
class Leaf:
    n: int


@dataclass(frozen=True)
class Tree:
    name: str
    kind: Literal["a", "b"]
    parts: tuple[Tree | Leaf, ...]
    value: str | bool | int | Decimal | date | None = None
    words: dict[int, Text] | None = None
    note: Text | None = None


ANY = Tree(
    'a\nb\u2028\x00"',
    "a",
    (
        Leaf(1),
        Tree("", "b", (), Decimal("1.50"), {1: Text("x", "y"), 0: Text("", "")}, Text("n", "o")),
        Tree("", "b", (), date(2020, 1, 2)),
        Tree("", "b", (), False),
        Tree("", "b", (), 0),
        Tree("", "b", (), "0"),
    ),
)


@pytest.mark.parametrize("late", [{}, {Tree: ()}, {Tree: ("note", "words")}, {Tree: ("value", "parts"), Leaf: ()}])
def test_a_codec_gives_back_what_it_got(late: dict[type, tuple[str, ...]]) -> None:
    codec = Codec(Shape(Tree, late))
    data, _ = codec.encode(ANY)
    found = decoded(codec, data)
    assert flat(found) == flat(ANY)
    assert codec.encode(found)[0] == data, "what was decoded late is written as it was"


@pytest.mark.parametrize(
    "raw",
    [
        "1",
        '["a","a",[],null,null]',
        '[1,"a",[],null,null,null]',
        '["a","c",[],null,null,null]',
        '["a","a",[[2,[1]]],null,null,null]',
        '["a","a",[[0]],null,null,null]',
        '["a","a",[[1,[true]]],null,null,null]',
        '["a","a",[],[0,"NaN"],null,null]',
        '["a","a",[],[0,"x"],null,null]',
        '["a","a",[],[1,"2020-13-01"],null,null]',
        '["a","a",[],1.5,null,null]',
        '["a","a",[],null,[[1]],null]',
        '["a","a",[],null,[["1",["a","b"]]],null]',
        '["a","a",[],null,null,["a"]]',
        '["a","a",[],null,null,["a",null]]',
        '["a","a",[],[2,[]],null,null]',
    ],
)
def test_a_codec_takes_nothing_else(raw: str) -> None:
    codec = Codec(Shape(Tree))
    decoded(codec, f"[{json.dumps(['a', 'a', [], None, None, None])},[],0]".encode())
    with pytest.raises(BrokenError):
        decoded(codec, f"[{raw},[],0]".encode())


@dataclass(frozen=True)
class Several:
    items: Sequence[Leaf]
    named: Mapping[str, Leaf]


@pytest.mark.parametrize("raw", ["[[0,[1]],[1,{}]]", '[[0,[]],[1,{"a":1}]]'])
def test_a_broken_item_that_nobody_wrote_is_told(raw: str) -> None:
    found = decoded(Codec(Shape(Several)), f"[{raw},[],2]".encode(), lambda: Several((), {}))
    with pytest.raises(BrokenError, match="empty its folder"):
        _ = [*found.items, *found.named.values()]
