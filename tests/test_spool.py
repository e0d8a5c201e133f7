"""What is kept in a file of its own comes back as it was, in any order, as often as it is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from advisor.render.blocks import Part
from advisor.spool import Spool, packed


def test_what_is_kept_comes_back() -> None:
    spool = Spool[tuple[str, str], list[Part]]()
    pieces = {("json", f"{n}.yaml"): [Part(f"交易 {n}" * n)] for n in range(50)}
    for key, piece in pieces.items():
        spool.keep(key, packed(piece))
        assert spool[key] == piece
    assert dict(spool) == {key: spool[key] for key in reversed(list(spool))} == pieces
    assert len(spool) == 50
    assert spool.get(("html", "1.yaml")) is None
    with pytest.raises(KeyError):
        spool["json", "none.yaml"]


def test_what_is_kept_again_is_the_newer_one() -> None:
    spool = Spool[str, int]()
    spool.keep("a", packed(1))
    spool.keep("a", packed(2))
    assert dict(spool) == {"a": 2}


def test_nothing_is_left_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    spool = Spool[str, str]()
    spool.keep("a", packed("b" * 100_000))
    assert os.listdir(tmp_path) == []
    assert spool["a"] == "b" * 100_000
