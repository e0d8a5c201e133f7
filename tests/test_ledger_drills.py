"""A ledger under fire: many writers at once, writers that are killed, a full disk, a folder that may not be written."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor import writing
from advisor.ledger import file as ledger_file
from advisor.ledger.file import append, load
from advisor.problems import InputError
from tests.ledgers import PLAIN, advised, written
from tests.test_cli import SETTLED, small_checkout, write
from tests.test_cli_process import ROOT, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="written for POSIX locks, signals and limits")
FORK = multiprocessing.get_context("fork")


def record(path: Path, writer: int, count: int) -> None:
    """Record so many entries, and leave."""
    for number in range(count):
        append(path, advised(f"deal-{writer}-{number}"))
    os._exit(0)


@pytest.mark.parametrize("writers", [2, 8])
def test_writers_at_once_lose_nothing(tmp_path: Path, writers: int) -> None:
    path, count = tmp_path / "l.jsonl", 25
    processes = [FORK.Process(target=record, args=(path, writer, count)) for writer in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * writers
    entries = load(path)
    assert [entry.number for entry in entries] == list(range(1, writers * count + 1))
    for writer in range(writers):
        mine = [e.note.deal for e in entries if e.note.deal.startswith(f"deal-{writer}-")]
        assert mine == [f"deal-{writer}-{number}" for number in range(count)]
    assert os.listdir(tmp_path) == ["l.jsonl"]


def keep_recording(path: Path, told: Path) -> None:
    """Record for ever, and tell of each entry after it was recorded."""
    with told.open("a", encoding="utf-8", buffering=1) as stream:
        for number in range(10**9):
            stream.write(append(path, advised(f"deal-{number}")).entry.hash + "\n")


def test_what_was_told_to_be_recorded_survives_a_writer_that_is_killed(tmp_path: Path) -> None:
    path, told = tmp_path / "l.jsonl", tmp_path / "told"
    for life in range(20):
        process = FORK.Process(target=keep_recording, args=(path, told))
        process.start()
        until = time.monotonic() + 20
        while time.monotonic() < until and not (told.exists() and told.stat().st_size):
            time.sleep(0.001)
        time.sleep(0.002 + 0.0013 * life)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        append(path, advised(f"after-{life}"))
        hashes = [line for line in told.read_text(encoding="utf-8").split("\n")[:-1] if len(line) == 64]
        assert hashes
        load(path, hashes)
        told.unlink()


def write_half(path: Path) -> None:
    """Begin to record, and be killed with half a line written."""
    real = os.write

    def half(handle: int, data: bytes) -> int:
        real(handle, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    os.write = half  # type: ignore[assignment]
    append(path, PLAIN[2])


def test_a_writer_that_is_killed_in_the_middle_of_a_line_holds_up_nobody(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    written(path, PLAIN[:2])
    process = FORK.Process(target=write_half, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises(InputError, match="ledger-torn"):
        load(path)
    done = append(path, PLAIN[3])
    assert done.aside is not None
    assert done.aside.stat().st_size > 0
    assert [entry.number for entry in load(path)] == [1, 2, 3]


def test_readers_see_whole_entries_while_others_write(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    append(path, PLAIN[0])
    process = FORK.Process(target=record, args=(path, 1, 60))
    process.start()
    seen = 1
    while process.is_alive():
        now = len(load(path))
        assert now >= seen
        seen = now
    process.join()
    assert len(load(path)) == 61


def at_limit(path: Path, bytes_: int) -> None:
    """Record where no file may grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
    try:
        append(path, PLAIN[2])
    except InputError as error:
        os._exit(3 if "File too large [file-unwritable]" in str(error) else 4 if "No space left" in str(error) else 6)
    os._exit(5)


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, room: int) -> None:
    path = tmp_path / "l.jsonl"
    written(path, PLAIN[:2])
    before = path.read_bytes()
    process = FORK.Process(target=at_limit, args=(path, len(before) + room))
    process.start()
    process.join()
    assert process.exitcode == (4 if room else 3), "a write that ends half way, or is refused at once"
    assert path.read_bytes() == before
    assert append(path, PLAIN[2]).entry.number == 3


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        path = disk / "l.jsonl"
        large, room = advised(possible=("x" * 5000,)), 10
        for _ in range(room):
            append(path, large)
        before = path.read_bytes()
        (disk / "rest").write_bytes(b"x" * (64 * 1024 - -(-len(before) // 4096) * 4096))
        with pytest.raises(InputError, match=r"No space left on device \[file-unwritable\]"):
            append(path, large)
        assert path.read_bytes() == before
        assert len(load(path)) == room
        (disk / "rest").unlink()
        assert append(path, large).entry.number == room + 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_ledger_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for a user whom no permission binds: the system's answer is put in."""
    path = tmp_path / "l.jsonl"
    written(path, PLAIN[:2])
    path.chmod(0o444)
    real = os.open

    def bound(name: Path, flags: int, mode: int = 0o777, **more: int) -> int:
        if flags & os.O_RDWR and str(name) == str(path) and not flags & os.O_EXCL:
            raise PermissionError(13, "Permission denied")
        return real(name, flags, mode, **more)

    monkeypatch.setattr(os, "open", bound)
    with pytest.raises(InputError, match=r"Permission denied \[file-unwritable\]"):
        append(path, PLAIN[2])
    assert len(load(path)) == 2


def test_a_folder_that_may_not_be_written_keeps_a_torn_end_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.jsonl"
    written(path, PLAIN[:2])
    path.write_bytes(path.read_bytes() + b"torn")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_begun", refuse)
        with pytest.raises(InputError, match="file-unwritable"):
            append(path, PLAIN[2])
    assert path.read_bytes().endswith(b"torn")


def test_a_new_ledger_whose_first_writer_fails_is_made_by_the_second(tmp_path: Path) -> None:
    """The second has opened the file already that the first takes away again."""
    path = tmp_path / "l.jsonl"
    with ledger_file._held(path, "l", ledger_file._WRITE) as (_, made):
        assert made
        second = multiprocessing.get_context("spawn").Process(target=record, args=(path, 2, 1))
        second.start()
        time.sleep(2)
        path.unlink()
    second.join()
    assert second.exitcode == 0
    assert [entry.note.deal for entry in load(path)] == ["deal-2-0"]


def test_commands_at_once_as_users_run_them(tmp_path: Path) -> None:
    checkout = small_checkout(tmp_path / "checkout")
    shutil.copytree(ROOT / "advisor", checkout / "advisor", ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "cases"
    folder.mkdir()
    write(folder, harbour=SETTLED)
    run(checkout, folder, "record", "harbour.yaml")
    command = [sys.executable, "-m", "advisor", "record", "harbour.yaml", "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    processes = [subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    heads = [json.loads(process.communicate()[0])["hash"] for process in processes]
    assert len(set(heads)) == 4
    words = [word for head in heads for word in ("--head", head)]
    found = run(checkout, folder, "ledger", "verify", *words, "--format", "json")
    assert found.returncode == 0
    assert json.loads(found.stdout) == {
        "entries": 5,
        "head": load(folder / "ledger.jsonl")[-1].hash,
        "kept": [2, 3, 4, 5],
    }
