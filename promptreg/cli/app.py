"""The entry point of the console script."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["main"]

_COMPLETE = "_PROMPTREG_COMPLETE"
_THRESHOLD = 200_000
"""Objects between two runs of the garbage collector; start-up makes some 50,000 that all stay."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on `argv`; the value is the exit code. Without `argv` this is the whole process.

    Nothing is raised: every error becomes messages and an exit code at the boundary.
    """
    if argv is not None:
        return _guarded(list(argv))
    if sys.argv[1:2] == ["lint"] and not os.environ.get(_COMPLETE):
        from promptreg.cli.unchanged import answer

        code = answer(sys.argv[1:])
        if code is not None:
            return code
    gc.set_threshold(_THRESHOLD)
    instruction = os.environ.get(_COMPLETE)
    code = _answer_shell(instruction) if instruction else _guarded(sys.argv[1:])
    gc.freeze()  # the interpreter would search everything for garbage once more at exit, for a tenth of the time
    return code


def _guarded(args: list[str]) -> int:
    from promptreg.cli.boundary import guarded

    return guarded(lambda: _run(args), as_json=_wants_json(args))


def _answer_shell(instruction: str) -> int:
    from promptreg.cli.boundary import answer_shell
    from promptreg.cli.group import cli

    return answer_shell(cli, _COMPLETE, instruction)


def _run(args: list[str]) -> int:
    """Parse and run. A command returns None for exit code 0, or its exit code."""
    import click

    from promptreg.cli import streams
    from promptreg.cli.boundary import BAD_INPUT
    from promptreg.cli.group import cli

    if not args:
        with cli.make_context("promptreg", [], resilient_parsing=True) as ctx:
            streams.talk(cli.get_help(ctx))
        return BAD_INPUT
    try:
        with cli.make_context("promptreg", list(args)) as ctx:
            code = cli.invoke(ctx)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    return code or 0


def _wants_json(args: Sequence[str]) -> bool:
    """Whether errors go out as JSON; read before parsing, because parsing may be what fails."""
    options = args[: args.index("--")] if "--" in args else args
    return "--format=json" in options or ("--format", "json") in pairwise(options)
