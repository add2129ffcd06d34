"""`promptreg list`: what the registry holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_anything
from promptreg.cli.options import OneOf, format_option, reading_options
from promptreg.cli.session import Where, hint_if_empty, open_registry, report_problems
from promptreg.errors import nearest
from promptreg.model.kinds import KINDS

if TYPE_CHECKING:
    from promptreg.api import Registry

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg list
  promptreg list --kind prompt
  promptreg list 'support/*'
  promptreg list --kind prompt --format json | jq -r '.items[].name'
"""
)
@click.argument("glob", required=False, shell_complete=complete_anything)
@click.option("--kind", type=OneOf(KINDS), metavar="KIND", help=f"Only this kind: {', '.join(KINDS)}.")
@format_option(text="text: a table; json: promptreg/list/1.")
@reading_options()
def command(glob: str | None, kind: str | None, form: str, where: Where) -> int:
    """List components and prompts: name, version, kind, summary.

    GLOB keeps the names that match it; * matches any characters, / too. Broken files are reported on standard error
    with exit code 2, and do not hide the others. Refs are not followed: `promptreg tree` does that.
    """
    keep = _matcher(glob)
    loaded = open_registry(where)
    items = [item for item in loaded.items() if (kind is None or item.kind == kind) and keep(item.name)]
    if form == "json":
        from promptreg.output.documents import list_document

        streams.write_document(list_document(items))
    else:
        from promptreg.output.entries import list_rows

        screen = streams.screen()
        streams.write_rows(list_rows(items, screen.columns if screen.is_terminal else None))
    if not items:
        _hint(loaded, glob)
    return report_problems(loaded.file_problems)


def _matcher(glob: str | None) -> Callable[[str], bool]:
    if glob is None:
        return lambda _: True
    from fnmatch import fnmatchcase

    return lambda name: fnmatchcase(name, glob)


def _hint(loaded: Registry, glob: str | None) -> None:
    """Say on standard error why nothing was listed, with a GLOB that would match; broken files speak for themselves."""
    if loaded.file_problems:
        return
    names = [item.name for item in loaded.items()]
    if glob is None or not names:
        hint_if_empty(loaded)
        return
    below = f"{glob.rstrip('/')}/"
    if any(name.startswith(below) for name in names):
        near: str | None = f"{below}*"
    else:
        near = f"*{glob}*" if any(glob in name for name in names) else nearest(glob, names)
    streams.flush()
    streams.talk(f'Nothing matches "{glob}"' + (f' (did you mean "{near}"?)' if near else "."))
