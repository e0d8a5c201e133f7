"""The `advisor` command: the list of its commands, and what an error looks like."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import signal
import sys
from typing import NoReturn

import click

from advisor import __version__
from advisor.problems import AdvisorError, Exit, InputError, visible

COMMANDS = {
    "review": "advisor.cli.review:review_command",
    "next": "advisor.cli.advise:next_command",
    "interview": "advisor.cli.interview:interview_command",
    "why": "advisor.cli.advise:why_command",
    "why-not": "advisor.cli.advise:why_not_command",
    "what-if": "advisor.cli.advise:what_if_command",
    "flips": "advisor.cli.advise:flips_command",
    "view": "advisor.cli.advise:view_command",
    "gate": "advisor.cli.review:gate_command",
    "import": "advisor.cli.intake:import_command",
    "portfolio": "advisor.cli.portfolio:portfolio_command",
    "record": "advisor.cli.ledger:record_command",
    "ledger": "advisor.cli.ledger:ledger_group",
    "exercise": "advisor.cli.exercise:exercise_group",
    "playbook": "advisor.cli.playbook:playbook",
    "schema": "advisor.cli.reference:schema_command",
    "facts": "advisor.cli.reference:facts_command",
    "glossary": "advisor.cli.reference:glossary_command",
}


_GARBAGE = 200_000
"""After so many new objects garbage is looked for: there is little, and a review of one case takes less."""


class _Lazy(click.Group):
    """Loads a command's module only when the command is used, so that help and completion start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="advisor")
def main() -> None:
    """Judge major B2B deals by the rules of five sales playbooks: the verdict, and the argument for it.

    Example: advisor review cases/
    """


def run() -> NoReturn:
    """Run the command line; errors are shown without a traceback, each with its exit code."""
    _use_utf8()
    code: int | None = Exit.OK
    try:
        code = main(prog_name="advisor", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        code = Exit.INTERRUPTED
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        _complain(shown.getvalue().expandtabs(4).rstrip("\n").split("\n"))
        code = Exit.INPUT
    except InputError as error:
        _complain([str(problem) for problem in error.problems])
        code = Exit.INPUT
    except AdvisorError as error:
        _complain(f"error: {error}".split("\n"))
        code = Exit.BUG
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _complain([f"error: {error}"])
        _drop_output()
        code = Exit.INPUT
    except Exception as error:
        if os.environ.get("ADVISOR_DEBUG"):
            raise
        _complain([f"internal error: {type(error).__name__}: {error} (ADVISOR_DEBUG=1 shows where)"])
        code = Exit.BUG
    sys.exit(int(code or Exit.OK))


def start() -> NoReturn:
    """Run the command line as a process of its own, and leave it at once.

    To take a rule base apart, object by object, would take as long as to judge a case.
    """
    gc.set_threshold(_GARBAGE)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) == signal.SIG_DFL:
            signal.signal(ending, _leave)
    try:
        run()
    except SystemExit as left:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(left.code if isinstance(left.code, int) else Exit.BUG)


def _leave(number: int, _: object) -> NoReturn:
    """End as an error does: what was begun is taken away first, temporary files and workers."""
    sys.exit(128 + number)


def _use_utf8() -> None:
    """Write UTF-8 whatever the locale, so that the same input gives the same bytes; a closed output is no error."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _drop_output() -> None:
    """Send what is not written yet nowhere, so that leaving does not fail as the writing did."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(lines: list[str]) -> None:
    for line in lines:
        click.echo(visible(line), err=True)
