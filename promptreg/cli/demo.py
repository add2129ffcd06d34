"""`promptreg demo`: the main commands, run on a small registry."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from promptreg.cli import streams
from promptreg.cli.starter import write_starter
from promptreg.output.styled import Span

__all__ = ["command"]

_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("A registry is a folder of small components and the prompts made of them.", ("list",)),
    ("A prompt is composed of components, each with its own version.", ("tree", "chat/reply")),
    (
        "Rendering checks the inputs and gives the final messages.",
        ("render", "chat/reply", "--sample", "first-message"),
    ),
    (
        "Every character knows where it came from: this one from a rule,",
        ("why", "chat/reply", "--sample", "first-message", "--text", "Do not invent functions"),
    ),
    (
        "and this one from an input.",
        ("why", "chat/reply", "--sample", "first-message", "--text", "Trip to Porto"),
    ),
    ("Before a rule is changed: who depends on it?", ("tree", "rules/conduct", "--dependants")),
)


@click.command(
    epilog="""\b
Examples:
  promptreg demo
  promptreg demo --keep my-first-registry
"""
)
@click.option("--keep", metavar="DIR", type=click.Path(), help="Put the registry into DIR and leave it there.")
def command(keep: str | None) -> int:
    """Show what promptreg does, on a small registry in a temporary folder.

    Prints each command and its output. Needs no network and leaves nothing behind, unless --keep names a folder for
    the registry.
    """
    from promptreg.cli.app import main

    with _registry(keep) as folder, contextlib.chdir(folder):
        for number, (remark, arguments) in enumerate(_STEPS):
            if number:
                streams.write_rows([[]])
            streams.write_rows([[Span(f"# {remark}", "dim")], [Span(f"$ promptreg {shlex.join(arguments)}", "bold")]])
            streams.flush()
            code = main(arguments)
            if code:
                return code
    if keep is not None:
        streams.flush()
        streams.talk(f"The registry is in {keep}: change a file in {keep}/prompts and render again.")
    return 0


@contextlib.contextmanager
def _registry(keep: str | None) -> Iterator[Path]:
    """A folder with the chat starter; a temporary one is removed with everything in it."""
    if keep is not None:
        write_starter("chat", Path(keep))
        yield Path(keep)
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="promptreg-demo-") as folder:
        write_starter("chat", Path(folder))
        yield Path(folder)
