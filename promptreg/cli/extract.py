"""`promptreg extract`: prompt texts moved out of Python code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.options import format_option, registry_option
from promptreg.errors import UsageError
from promptreg.model.kinds import name_fault

if TYPE_CHECKING:
    from promptreg.interop.extract.extraction import Extraction
    from promptreg.interop.extract.plan import Wishes

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg extract src/app.py
  promptreg extract src/app.py --line 42 --area support
  promptreg extract src/app.py --write
  promptreg extract src/app.py --format json

\b
Exit codes:
  0  everything that was found can be moved, or was moved
  1  some texts stay in the code: each is named with the reason
  2  no Python, no registry, no LibCST, or a file in the way
"""
)
@click.argument("file", metavar="FILE", type=click.Path(readable=False))
@click.option("--write", is_flag=True, help="Write the new components and prompts, and the calls into FILE.")
@click.option(
    "--line",
    "lines",
    metavar="N",
    type=click.IntRange(min=1),
    multiple=True,
    help="Only the text on this line of FILE; may be repeated.",
)
@click.option("--area", metavar="NAME", help="The folder of the new prompts in the registry. Default: after FILE.")
@click.option(
    "--min-length",
    metavar="N",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="Characters that must be written in the code, values aside, for a text to count as a prompt.",
)
@click.option(
    "--drop-line-ends",
    is_flag=True,
    help="Also move texts that end with a value: line ends at the end of that value are not sent any more then.",
)
@format_option(text="text: what is found, and a diff; json: promptreg/extract/1.")
@registry_option()
def command(
    file: str,
    write: bool,
    lines: tuple[int, ...],
    area: str | None,
    min_length: int,
    drop_line_ends: bool,
    form: str,
    registry: str | None,
) -> int:
    """Move the prompt texts in the Python file FILE into the registry.

    Looks for texts that FILE sends to OpenAI, Anthropic, LiteLLM, LangChain and other model libraries, and proposes a
    component and a prompt for each, with an input for each value in the text. Prints this as a diff; with --write, the
    files are written and the texts in FILE replaced by calls of the registry. The program sends the very same text
    afterwards: a text of which that cannot be proven stays where it is, and is named with the reason.
    """
    from promptreg.interop.extract.plan import Wishes

    if area is not None and (fault := name_fault(area)):
        raise UsageError.at(f'--area: "{area}" {fault}')
    wishes = Wishes(area, lines or None, min_length, drop_line_ends)
    found, folder = _extract(file, wishes, registry)
    if write:
        _write(found, file, folder)
    _report(found, folder, form, written=write)
    return 1 if found.plan.refusals else 0


def _extract(file: str, wishes: Wishes, registry: str | None) -> tuple[Extraction, str]:
    """What can be moved, and the registry folder that it moves to."""
    from promptreg.api import open_registry
    from promptreg.interop.extract.extraction import extract
    from promptreg.lint.workspace import Workspace
    from promptreg.registry.config import find_registry
    from promptreg.registry.walk import shown_path

    config = find_registry(os.getcwd(), registry)
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError.at(f"cannot be read: {reason}", path=file) from None
    workspace = Workspace(open_registry(config))
    shown = shown_path(os.path.abspath(file), config.root)
    return extract(workspace, shown, data, wishes, config.registry), config.registry


def _write(found: Extraction, file: str, folder: str) -> None:
    """Write the new files, all or none, and then the Python file; nothing when that fails."""
    from promptreg.cli.files import create_files, write_file

    if not found.files:
        return
    paths = {Path(folder, path): text.encode("utf-8") for path, text in found.files.items()}
    try:
        create_files(paths)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError.at("is in the way; nothing was written", path=str(error.filename)) from None
    try:
        write_file(file, found.data)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _report(found: Extraction, folder: str, form: str, *, written: bool) -> None:
    from promptreg.interop.extract.shown import document, text
    from promptreg.registry.walk import shown_path

    prefix = shown_path(folder, found.plan.file.workspace.registry.root)
    if form == "json":
        streams.write_document(document(found, prefix, written=written))
    else:
        streams.write_text(text(found, prefix, written=written))
    streams.flush()
