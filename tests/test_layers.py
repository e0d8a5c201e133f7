"""The architecture, held: who may import whom, who may know what, and how long a module may grow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "advisor"

LAYERS = (
    # From the bottom. A module imports only from rows above its own; modules that share a row do not know each
    # other, but for a row that is a whole package (`cli.*`), where only circles are forbidden.
    ("record",),
    ("cores", "digest", "problems", "spool", "workers"),
    ("cachefile", "late", "model", "paths", "writing", "yamlfile"),
    ("lateitems", "plainvalues"),
    ("codec", "crm", "reference", "rule"),
    ("cache",),
    ("rulebase",),
    ("case", "lexicon"),
    ("answers", "seat", "teaching"),
    ("casetext", "load.reader", "load.table"),
    ("caseedit", "load.cells", "load.folder", "load.values"),
    ("casefile", "load.conditions", "load.crm", "load.export", "load.pack", "load.playbooks", "load.reference"),
    ("load.deals", "load.then"),
    ("load.cases", "load.knowledge", "load.rules"),
    ("load.seat", "load.teaching"),
    ("intake",),
    ("parts",),
    ("program",),
    ("evidence", "rows"),
    ("facttests",),
    ("lowering",),
    ("compile",),
    ("changes", "domain", "worlds"),
    ("encode",),
    ("inference", "quarantine", "shadow"),
    ("agreement", "engine"),
    ("levels",),
    ("certify",),
    ("beside",),
    ("infer",),
    ("arbitrate",),
    ("settle", "ways"),
    ("moves", "questions"),
    ("goals",),
    ("flips",),
    ("checks.logic", "checks.structure"),
    ("playbase",),
    ("rulecache",),
    ("judge",),
    ("opening",),
    ("casework", "interview"),
    ("session",),
    ("coverage",),
    ("checks.examples",),
    ("checks.mutants", "checks.shortest"),
    ("lines",),
    ("sheet",),
    ("result",),
    ("load.previous",),
    ("explain.*",),
    ("exercise", "meeting", "review", "schema"),
    ("ledger.*",),
    ("portfolio.*",),
    ("picks",),
    ("answertext", "grade", "load.sheets"),
    ("classroom",),
    ("classdata",),
    ("result_schema",),
    ("render.*",),
    ("cli.*",),
    ("__main__",),
)

FENCED = {
    # What only one part may import.
    "durable": (),
    "durable_rules_engine": ("engine",),
    "yaml": ("yamlfile",),
    "click": ("cli.*",),
    "jinja2": ("render.*",),
    "orjson": ("late", "render.data"),
    "vl_convert": ("render.charts",),
    "ibis": ("portfolio.*",),
    "sqlglot": ("portfolio.script",),
    "duckdb": ("portfolio.source", "portfolio.objects"),
    "polars": ("portfolio.frames",),
    "pyarrow": ("portfolio.*", "render.dealtable"),
}

KNOWS_THE_FOLDERS = "paths"
MAX_LINES = 300
NO_MODULE_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}


def module_name(path: Path) -> str:
    """Name a module as the table does: its dotted path below advisor; a package goes by its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
PLAIN = [name for name, path in MODULES.items() if path.name != "__init__.py"]
PACKAGES = [name for name, path in MODULES.items() if path.name == "__init__.py"]


@cache
def tree(name: str) -> ast.Module:
    """Parse a module once."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name: str) -> Iterator[tuple[str, int]]:
    """Yield every dotted name that a module imports, wherever the import stands, with its line."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{MODULES[name]}:{node.lineno}: write the import in full, from advisor on"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = inner.removeprefix("advisor.") in MODULES
                yield (inner if is_module else str(node.module)), node.lineno


def ours(name: str) -> Iterator[tuple[str, int]]:
    """Yield the modules of the package that a module imports; the bare package holds the version alone."""
    for imported, line in imports(name):
        if imported.startswith("advisor."):
            yield imported.removeprefix("advisor."), line


def row_of(name: str) -> int:
    """Return the one row of the table in which a module stands."""
    rows = [i for i, row in enumerate(LAYERS) if any(fnmatchcase(name, pattern) for pattern in row)]
    assert len(rows) == 1, f"advisor.{name} must stand in exactly one row of LAYERS, not in {len(rows)}"
    return rows[0]


@pytest.mark.parametrize("name", PLAIN)
def test_imports_only_from_layers_above(name: str) -> None:
    """Data flows one way."""
    own = row_of(name)
    for imported, line in ours(name):
        whole_package = any(fnmatchcase(imported, p) and fnmatchcase(name, p) for p in LAYERS[own] if p.endswith("*"))
        assert row_of(imported) < own or whole_package, (
            f"{MODULES[name]}:{line}: advisor.{name} may not import advisor.{imported}; see LAYERS"
        )


def test_every_row_has_a_module() -> None:
    """The table names nothing that is gone."""
    for row in LAYERS:
        for pattern in row:
            assert any(fnmatchcase(name, pattern) for name in PLAIN), f"no module is called {pattern}"


def test_no_circles() -> None:
    """No module leads back to itself, inside a package neither."""
    edges = {name: {imported for imported, _ in ours(name)} for name in PLAIN}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, "these import each other: " + " -> ".join((*trail, name))
        if name not in done:
            for following in sorted(edges.get(name, ())):
                walk(following, (*trail, name))
            done.add(name)

    for name in PLAIN:
        walk(name, ())


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_import_nothing(name: str) -> None:
    """An `__init__.py` holds a docstring (and the version): importing one module costs that module alone."""
    assert not list(imports(name))


@pytest.mark.parametrize("name", PLAIN)
def test_fences(name: str) -> None:
    """Each foreign library is known to one part only."""
    for imported, line in imports(name):
        allowed = FENCED.get(imported.partition(".")[0])
        assert allowed is None or any(fnmatchcase(name, pattern) for pattern in allowed), (
            f"{MODULES[name]}:{line}: advisor.{name} may not import {imported}"
        )


def folder_names(name: str) -> Iterator[int]:
    """Yield lines on which a module builds a path to rules/ or knowledge/, or asks for them as packages."""
    folders = {"rules", "knowledge", "advisor.rules", "advisor.knowledge"}
    takes_paths = {"Path", "PurePath", "joinpath", "files", "with_name", "glob", "rglob", "open", "import_module"}
    for node in ast.walk(tree(name)):
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            parts = node.args if called in takes_paths else []
        for part in parts:
            text = part.value if isinstance(part, ast.Constant) else None
            if isinstance(text, str) and (text in folders or text.startswith(("rules/", "knowledge/"))):
                yield part.lineno
    yield from (line for imported, line in imports(name) if imported in folders)


@pytest.mark.parametrize("name", PLAIN)
def test_one_module_knows_the_folders(name: str) -> None:
    """Where rules/ and knowledge/ are is the business of paths.py."""
    lines = list(folder_names(name))
    assert bool(lines) == (name == KNOWS_THE_FOLDERS), f"{MODULES[name]}: lines {lines} know the folders"


@pytest.mark.parametrize("name", PLAIN)
def test_size_and_name(name: str) -> None:
    """A module has one subject, which names it, and is split before it gets long."""
    lines = len(MODULES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{MODULES[name]} has {lines} lines; split it"
    assert name.rpartition(".")[2] not in NO_MODULE_NAMES


WRITERS = {
    "cachefile": "trusts nobody and may fail",
    "ledger.file": "only ever appends",
    "writing": "the one way",
    "render.dealtable": "into its temporary file",
}


@pytest.mark.parametrize("name", PLAIN)
def test_one_module_writes_files(name: str) -> None:
    """What a user has is written whole, and never lost: docs/decisions/0015-files-are-kept.md."""
    calls = [node for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
    found = [call.lineno for call in calls if writes(call)]
    assert not found or name in WRITERS, f"{MODULES[name]}: lines {found} write files; let advisor.writing do it"


def writes(call: ast.Call) -> bool:
    """Tell whether a call opens a file for writing, or moves one."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in {"write_text", "write_bytes", "touch", "mkstemp", "NamedTemporaryFile", "rename"}:
        return True
    mode = call.args[-1] if called == "open" and call.args else None
    of_os = (
        isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "os"
    )
    if of_os and called in {"replace", "link"}:
        return True
    return isinstance(mode, ast.Constant) and bool(re.fullmatch("[wax][bt+]*", str(mode.value)))
