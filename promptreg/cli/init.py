"""`promptreg init`: the files to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from promptreg.cli import streams
from promptreg.cli.options import OneOf
from promptreg.cli.starter import STARTERS, write_starter

__all__ = ["command"]

_LIST = "\n".join(f"  {name:<9} {starter.summary}" for name, starter in STARTERS.items())


@click.command(
    epilog=f"""\b
Templates:
{_LIST}

\b
Examples:
  promptreg init
  promptreg init my-prompts --template qa
"""
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=True))
@click.option(
    "--template",
    type=OneOf(tuple(STARTERS)),
    metavar="NAME",
    default="chat",
    show_default=True,
    help=f"What to start from: {', '.join(STARTERS)}.",
)
def command(folder: str, template: str) -> None:
    """Write a starter registry into DIR (default: this folder).

    Writes promptreg.toml and a folder prompts with one prompt, its components and samples, and prints the path of
    each file. Nothing that exists is changed: if one of the files is there already, each such file is named, nothing
    is written and the exit code is 2.
    """
    target = Path(folder)
    written = write_starter(template, target)
    streams.write_text("".join(f"{(target / path).as_posix()}\n" for path in written))
    streams.flush()
    go = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    starter = STARTERS[template]
    streams.talk(f"Next: {go}promptreg render {starter.prompt} --sample {starter.sample}")
