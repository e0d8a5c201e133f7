"""Files are written whole or not at all, and nothing that somebody wrote is lost, whatever disks and users do."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest

from advisor import writing
from advisor.problems import InputError
from advisor.render.mark import is_ours, marked
from advisor.render.output import FORMATS, write_output
from advisor.writing import replaced, write_changed, write_new, write_over

ROOT = Path(__file__).resolve().parent.parent
OLD, NEW = "the old text\n" * 5_000, "and the new one\n" * 50_000

pytestmark = pytest.mark.skipif(os.name != "posix", reason="written for POSIX signals, limits and modes")


def anything(_: Path) -> None:
    """Let whatever is there be replaced."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def problem(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# What is there


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_new(path, NEW)
    assert problem(lambda: write_new(path, OLD)).endswith("[file-exists]")
    assert path.read_text() == NEW
    assert names(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize("change", [b"by hand", b"", None, b"\xff", OLD.replace("\n", "\r\n").encode()])
def test_a_change_of_others_is_not_overwritten(tmp_path: Path, change: bytes | None) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD)
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change)
    assert problem(lambda: write_changed(path, OLD, NEW)).endswith("[file-changed]")
    assert (path.read_bytes() if path.exists() else None) == change


def test_a_change_is_noticed_up_to_the_last_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD)
    kept = writing._keep

    def slow_disk(temporary: Path) -> None:
        kept(temporary)
        path.write_text("by hand")

    monkeypatch.setattr(writing, "_keep", slow_disk)
    assert problem(lambda: write_changed(path, OLD, NEW)).endswith("[file-changed]")
    assert path.read_text() == "by hand"
    assert names(tmp_path) == ["a.yaml"]


def test_line_ends_and_signs_come_back_as_they_were(tmp_path: Path) -> None:
    path, text = tmp_path / "a.yaml", "\ufeffa: 港口\r\nb: 1\rc: 2\n"
    path.write_bytes(text.encode())
    write_changed(path, text, text + "d: 3\r\n")
    assert path.read_bytes() == (text + "d: 3\r\n").encode()


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o755])
def test_who_may_read_a_file_stays_as_it_is(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD)
    path.chmod(mode)
    write_changed(path, OLD, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_an_owner_stays_an_owner(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    path = tmp_path / "a.yaml"
    path.write_text(OLD)
    os.chown(path, 1234, 1234)
    write_changed(path, OLD, NEW)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)


def test_a_new_file_has_the_mode_that_the_user_wants(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_new(tmp_path / "a.yaml", NEW)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.yaml").stat().st_mode) == 0o640


def test_a_link_is_followed_and_a_circle_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "real.yaml").write_text(OLD)
    (tmp_path / "link.yaml").symlink_to("inner/real.yaml")
    write_changed(tmp_path / "link.yaml", OLD, NEW)
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "inner" / "real.yaml").read_text() == NEW
    (tmp_path / "circle").symlink_to("circle")
    assert problem(lambda: write_over(tmp_path / "circle", NEW, anything)).endswith("[file-unwritable]")
    assert (tmp_path / "circle").is_symlink()


# Documents of ours, and others


@pytest.mark.parametrize("format_", FORMATS)
def test_a_document_of_ours_is_replaced_and_a_changed_one_is_not(tmp_path: Path, format_: str) -> None:
    path, document = tmp_path / "report", '{\n  "a": "报告"\n}\n'
    write_output(path, format_, document, False)
    write_output(path, format_, document.replace("报", "文"), False)
    ours = path.read_text(encoding="utf-8")
    assert "文" in ours
    for changed in (ours.replace("文", "signed: 文"), ours + "\nnotes of the board\n", ours[:-1], document):
        path.write_text(changed, encoding="utf-8")
        said = problem(lambda: write_output(path, format_, document, False))
        assert said.endswith("or say --overwrite [file-exists]")
        assert path.read_text(encoding="utf-8") == changed
    write_output(path, format_, document, True)
    assert is_ours(path)
    path.write_text("", encoding="utf-8")
    write_output(path, format_, document, False)
    assert is_ours(path), "in an empty file there is nothing to lose"


def test_files_of_others_are_not_ours(tmp_path: Path) -> None:
    written = [p for p in ROOT.rglob("*.*") if p.suffix in (".md", ".yaml", ".json", ".toml") and p.is_file()]
    for path in [p for p in written if p.parent != ROOT / "reports"]:  # which `make review` makes
        assert not is_ours(path), path
    (tmp_path / "forged").write_bytes(b"\xff" * 99 + b"\n<!-- deal-advisor: " + b"0" * 32 + b" -->\n")
    assert not is_ours(tmp_path / "forged")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_mark_depends_on_all_that_stands_before_it(format_: str) -> None:
    found = {b"".join(marked(format_, document))[-60:] for document in ("{\n}\n", "{\n \n}\n", "[\n}\n")}
    assert len(found) == 3


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("document", ["", "}", "\n}\n", '{\n  "a": "报"\n}\n', "one\ntwo\n", "没有换行"])
def test_a_document_in_pieces_is_marked_as_a_whole_one(tmp_path: Path, format_: str, document: str) -> None:
    whole = b"".join(marked(format_, [document]))
    for cut in range(len(document) + 1):
        pieces = ["", document[:cut], "", document[cut:], ""]
        assert b"".join(marked(format_, pieces)) == whole
    assert b"".join(marked(format_, document)) == whole, "sign by sign"
    write_output(tmp_path / "document", format_, iter(document), False)
    assert (tmp_path / "document").read_bytes() == whole
    assert is_ours(tmp_path / "document") or (format_ == "json" and not document.endswith("\n}\n"))


# Disks that are full, and folders that are read-only


@contextlib.contextmanager
def limited(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as a full disk does, but for the signal."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [0, 1, 4096, len(NEW) - 1])
def test_a_file_that_cannot_be_written_to_its_end_stays_as_it_was(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD)
    with limited(size):
        said = problem(lambda: write_changed(path, OLD, NEW))
        fresh = problem(lambda: write_new(tmp_path / "b.yaml", NEW))
    assert "cannot write the file: File too large [file-unwritable]" in said
    assert fresh.endswith("[file-unwritable]")
    assert path.read_text() == OLD
    assert names(tmp_path) == ["a.yaml"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own can only be made by root, where mounting is allowed")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_what_is_on_it(small_disk: Path) -> None:
    path = small_disk / "a.yaml"
    path.write_text("old\n")
    (small_disk / "ballast").write_bytes(b"x" * 40_000)
    for write in (lambda: write_changed(path, "old\n", NEW), lambda: write_new(small_disk / "b.yaml", NEW)):
        assert "No space left on device [file-unwritable]" in problem(write)
    assert path.read_text() == "old\n"
    assert names(small_disk) == ["a.yaml", "ballast"]


def as_somebody_else(work: Callable[[], None]) -> int:
    """Run something in a process without the rights of root; return its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            work()
            code = 0
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("locked", ["folder", "file"])
def test_what_is_read_only_stays(tmp_path: Path, locked: str) -> None:
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(0o755)
    place = tmp_path / "place"
    place.mkdir()
    path = place / "a.yaml"
    path.write_text(OLD)
    path.chmod(0o444 if locked == "file" else 0o666)
    place.chmod(0o555 if locked == "folder" else 0o777)

    def work() -> None:
        assert "Permission denied [file-unwritable]" in problem(lambda: write_changed(path, OLD, NEW))
        assert "Permission denied [file-unwritable]" in problem(lambda: write_over(path, NEW, anything))
        if locked == "folder":
            assert "Permission denied [file-unwritable]" in problem(lambda: write_new(place / "b.yaml", NEW))

    assert as_somebody_else(work) == 0
    place.chmod(0o755)
    assert path.read_text() == OLD
    assert names(place) == ["a.yaml"]


# Programs that are stopped

WRITER = """
import sys
from pathlib import Path
from advisor.writing import write_changed
path, texts = Path(sys.argv[1]), [sys.argv[2] * 40_000, sys.argv[3] * 40_000]
print("ready", flush=True)
while True:
    write_changed(path, texts[0], texts[1])
    texts.reverse()
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a script of ours, and wait until it says that it is ready."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_at_any_moment_it_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    chance, path = random.Random(0), tmp_path / "a.yaml"
    whole = {"old " * 40_000, "new " * 40_000}
    path.write_text("old " * 40_000)
    for _ in range(25):
        first, second = ("old ", "new ") if path.read_text().startswith("old") else ("new ", "old ")
        process = start(WRITER, path, first, second)
        time.sleep(chance.random() / 20)
        process.kill()
        process.communicate()
        assert path.read_text() in whole
    left = [name for name in names(tmp_path) if name != "a.yaml"]
    assert all(writing._TEMPORARY.fullmatch(name) for name in left)


def test_what_a_killed_program_left_is_removed_later(tmp_path: Path) -> None:
    stale, fresh, other = (
        tmp_path / name for name in (f".advisor-{'0' * 16}.part", f".advisor-{'1' * 16}.part", ".x.part")
    )
    for path in (stale, fresh, other):
        path.touch()
    for path in (stale, other):
        os.utime(path, (0, 0))
    write_new(tmp_path / "a.yaml", NEW)
    assert names(tmp_path) == [fresh.name, other.name, "a.yaml"]


STOPPED = """
import signal, sys, time
from pathlib import Path
from advisor.cli import main
from advisor.writing import replaced
def slow(**_):
    with replaced(Path(sys.argv[1]), lambda _: None) as temporary:
        temporary.write_text("half")
        print("ready", flush=True)
        for _ in range(600):
            time.sleep(0.1)  # a signal that comes right before a long sleep would be heard after it
main.main = slow
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which under nohup nobody hears
main.start()
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_takes_away_what_was_begun(tmp_path: Path, ending: signal.Signals) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD)
    process = start(STOPPED, path)
    process.send_signal(ending)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (128 + ending, "", "")
    assert path.read_text() == OLD
    assert names(tmp_path) == ["a.yaml"]


def break_off(path: Path, error: type[BaseException]) -> None:
    with replaced(path, anything) as temporary:
        temporary.write_text("half")
        raise error


def test_whatever_is_raised_leaves_no_temporary_file(tmp_path: Path) -> None:
    for error in (KeyboardInterrupt, ValueError, SystemExit):
        with pytest.raises(error):
            break_off(tmp_path / "a.yaml", error)
    assert names(tmp_path) == []


# Two writers


def count(path: Path, times: int, results: object) -> None:
    """Add one to the number in a file, so often that it worked; others do so, too."""
    done = 0
    while done < times:
        before = path.read_text()
        with contextlib.suppress(InputError):
            write_changed(path, before, str(int(before) + 1))
            done += 1


def test_of_many_writers_none_loses_what_another_wrote(tmp_path: Path) -> None:
    path, context = tmp_path / "number", get_context("fork")
    path.write_text("0")
    writers = [context.Process(target=count, args=(path, 40, None)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert path.read_text() == "160"
    assert names(tmp_path) == ["number"]


def test_a_folder_that_stays_locked_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under `flock FOLDER advisor ...`."""
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(writing, "_LOCKED", 0.05)
    locked = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(locked, fcntl.LOCK_EX)
    write_new(tmp_path / "a.yaml", NEW)
    os.close(locked)
    assert (tmp_path / "a.yaml").read_text() == NEW


def begin(path: Path, text: str) -> None:
    """Begin a file, and say by the exit code whether it was free."""
    try:
        write_new(path, text)
    except InputError as error:
        sys.exit(1 if "[file-exists]" in str(error) else 2)


def test_of_two_that_begin_a_file_one_is_refused(tmp_path: Path) -> None:
    context = get_context("fork")
    for number in range(20):
        path = tmp_path / f"{number}.yaml"
        writers = [context.Process(target=begin, args=(path, str(n))) for n in range(3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        codes = [writer.exitcode for writer in writers]
        assert sorted(codes, key=str) == [0, 1, 1]
        assert path.read_text() == str(codes.index(0))
