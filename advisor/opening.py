"""A rule base opened for a single case: while it is, an engine gets ready for it in a process beside.

That process looks for the rules where they are kept, so it can begin before they are opened here, and has no part in
their memory (docs/decisions/0017-engine-beside.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import beside
from advisor.rulecache import Compiled, memory

if TYPE_CHECKING:
    from advisor.beside import Beside
    from advisor.cache import Memory
    from advisor.certify import Certifier
    from advisor.judge import Judge
    from advisor.paths import Library


def open_beside(library: Library) -> Judge:
    """Open a rule base, with its engine beside where that can be; raise InputError with every problem found.

    All is concluded in a block that is `certified`, and nothing is told in it.
    """
    rules = memory(library)
    engine = beside.begun(lambda: _engine(rules))
    try:
        kept = rules.kept()
        opened = rules.made() if kept is None else kept[1]
    except BaseException:
        if engine is not None:
            engine.close()
        raise
    agreed = None if engine is None else _agreed(engine, opened, kept[0] if kept else None)
    from advisor.judge import Judge  # which the other process has no use for

    return Judge(opened.base, opened.program, agreed)


def _engine(rules: Memory[Compiled]) -> tuple[bytes, Certifier] | None:
    """Return what certifies by the rules that are kept, and their key."""
    kept = rules.kept()
    if kept is None:
        return None
    key, opened = kept
    return key, beside.here(opened.program, opened.base.knowledge.lists)


def _agreed(engine: Beside, opened: Compiled, key: bytes | None) -> Certifier | Beside:
    """Have the engine go by the rules that were opened; those that were not kept it has to be handed."""
    if key is not None:
        engine.agree(key)
        return engine
    engine.close()
    return beside.certifier(opened.program, opened.base.knowledge.lists, beside=True)
