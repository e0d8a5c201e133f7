"""Ask whether an advisory is known for what is installed: run by `make audit` and by .ci/run.

Exit code 1: there is one, or the asking itself is broken. Where nobody can be asked (no network, or a mirror of the
package index that keeps no advisories) it says so, and that is no failure.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from typing import Any

SERVICES = ("pypi", "osv")
"""Who is asked, in this order; the second only if the first knows of nothing that was asked about."""
UNREACHABLE = re.compile(
    "ConnectionError|ConnectTimeout|ReadTimeout|ServiceError|Max retries|[Nn]ame resolution|timed out"
)
"""What pip and pip-audit say when nobody answers."""


def main() -> int:
    """Install pip-audit beside the environment, ask about all that is in this one, and print what is known."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        command = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "pip-audit>=2.7"]
        installed = subprocess.run(command, capture_output=True, text=True, check=False)
        if installed.returncode:
            print(f"not audited: pip-audit cannot be installed here: {_last_line(installed.stderr)}")
            return 0
        for service in SERVICES:
            code, asked = ask(folder, service)
            if asked:
                return code
    print("not audited: nobody who knows of advisories answers here; run it again where there is a network")
    return 0


def ask(folder: Path, service: str) -> tuple[int, bool]:
    """Ask one service; return an exit code, and whether it knew anything of what it was asked about."""
    answer = folder / f"{service}.json"
    packages = sysconfig.get_path("purelib")
    command = [str(folder / "venv" / "bin" / "pip-audit"), "--vulnerability-service", service, "--path", packages]
    command += ["--skip-editable", "--progress-spinner", "off", "--format", "json", "--output", str(answer)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.exists():
        code, known, lines = verdict(json.loads(answer.read_text(encoding="utf-8")))
    else:
        reached = not UNREACHABLE.search(done.stderr)
        code, known, lines = int(reached), reached, [f"pip-audit failed: {_last_line(done.stderr)}"]
    print(*(f"{service}: {line}" for line in lines), sep="\n")
    return code, known


def verdict(answer: dict[str, Any]) -> tuple[int, bool, list[str]]:
    """Return an exit code, whether anything was known of any package, and what to print."""
    known = [package for package in answer["dependencies"] if "vulns" in package]
    skipped = [package["name"] for package in answer["dependencies"] if "vulns" not in package]
    found = [
        f"{package['name']} {package['version']}: {advisory['id']}"
        f" (mended in {', '.join(advisory['fix_versions']) or 'no release'})"
        for package in known
        for advisory in package["vulns"]
    ]
    lines = [*found, f"{len(found)} advisories on {len(known)} packages"]
    if skipped:
        lines.append(f"nothing is known of {len(skipped)} packages: {', '.join(skipped)}")
    return int(bool(found)), bool(known), lines


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


if __name__ == "__main__":
    sys.exit(main())
