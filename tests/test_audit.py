"""The audit of what is installed: an advisory fails, and nobody to ask is said and does not."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).resolve().parent.parent / ".ci" / "audit.py"))
ADVISORY = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": [], "description": "escapes a sandbox"}


def package(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "version": "1.0", **more}


@pytest.mark.parametrize(
    ("packages", "code", "known", "said"),
    [
        ([package("a", vulns=[]), package("b", vulns=[])], 0, True, "0 advisories on 2 packages"),
        ([package("a", vulns=[ADVISORY])], 1, True, "a 1.0: PYSEC-2019-217 (mended in 2.10.1)"),
        ([package("a", vulns=[{**ADVISORY, "fix_versions": []}])], 1, True, "(mended in no release)"),
        ([package("a", skip_reason="x"), package("b", vulns=[])], 0, True, "nothing is known of 1 packages: a"),
        ([package("a", skip_reason="x"), package("b", skip_reason="x")], 0, False, "0 advisories on 0 packages"),
    ],
)
def test_an_advisory_fails_and_what_nobody_knows_is_said(
    packages: list[dict[str, Any]], code: int, known: bool, said: str
) -> None:
    found = AUDIT["verdict"]({"dependencies": packages, "fixes": []})
    assert found[:2] == (code, known)
    assert any(said in line for line in found[2])


@pytest.mark.parametrize(
    ("complaint", "outcome"),
    [
        ("requests.exceptions.ConnectionError: Failed to resolve 'api.osv.dev'", (0, False)),
        ("usage: pip-audit\npip-audit: error: unrecognized arguments: --paths", (1, True)),
    ],
)
def test_nobody_to_ask_is_no_failure_and_a_broken_question_is_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    complaint: str,
    outcome: tuple[int, bool],
) -> None:
    failed = subprocess.CompletedProcess(["pip-audit"], 1, "", complaint)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    assert AUDIT["ask"](tmp_path, "osv") == outcome
    assert f"osv: pip-audit failed: {complaint.splitlines()[-1]}" in capsys.readouterr().out


def test_where_nobody_answers_it_says_that_nothing_was_audited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("venv.create", lambda *_, **__: None)
    failed = subprocess.CompletedProcess(["pip"], 1, "", "ERROR: No matching distribution found for pip-audit")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    assert AUDIT["main"]() == 0
    assert capsys.readouterr().out.startswith("not audited: pip-audit cannot be installed here")
