"""`promptreg outdated`: releases whose parts have newer releases."""

from __future__ import annotations

import click

from promptreg.cli import streams
from promptreg.cli.boundary import exit_code
from promptreg.cli.options import format_option, many_refs, reading_options
from promptreg.cli.session import Where, open_registry

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg outdated
  promptreg outdated support/refund-reply
  promptreg outdated support/refund-reply@production
  promptreg outdated --format json | jq -r '.releases[] | .name + "@" + .version'

\b
Columns:
  pinned  the version that the release is made of
  wanted  what its refs would take if it were released today
  latest  the highest release; above wanted where a ref does not allow it
"""
)
@many_refs()
@format_option(text="text: a table; json: promptreg/outdated/1.")
@reading_options(locked=False)
def command(refs: tuple[str, ...], form: str, where: Where) -> int:
    """List releases that are made of parts with newer releases: those that REF names, or all that are in use.

    Looked at are the releases in use: the highest of each name, and every labelled one. REF is a name, a version, a
    range or a label; a version is looked at whether it is in use or not. Heads play no part. Releases that are not what
    they were are reported on standard error, with exit code 4, and do not hide the others.
    """
    found = open_registry(where).outdated(refs)
    if form == "json":
        from promptreg.output.outdated import outdated_document

        streams.write_document(outdated_document(found))
    elif found.releases:
        from promptreg.output.outdated import outdated_rows

        streams.write_rows(outdated_rows(found))
    elif not found.problems:
        streams.write_text(f"{_counted(found.checked)}: all of the newest parts\n")
    if not found.problems:
        return 0
    streams.flush()
    streams.complain(found.problems)
    return exit_code(found.problems)


def _counted(checked: int) -> str:
    return f"{checked or 'no'} release{'' if checked == 1 else 's'} in use"
