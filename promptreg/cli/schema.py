"""`promptreg schema`: the JSON Schemas of our output formats, as shipped."""

from __future__ import annotations

from importlib.resources import files

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_schemas
from promptreg.errors import UsageError, nearest

__all__ = ["command", "schema_names"]

_FOLDER = files("promptreg") / "schemas"


def schema_names() -> list[str]:
    """The names that `promptreg schema` takes, such as render."""
    return sorted(file.name[:-7] for file in _FOLDER.iterdir() if file.name.endswith("-1.json"))


@click.command(
    epilog="""\b
Examples:
  promptreg schema                    lists the names
  promptreg schema render > render.schema.json
"""
)
@click.argument("name", required=False, shell_complete=complete_schemas)
def command(name: str | None) -> None:
    """Print the JSON Schema (2020-12) of what --format json prints.

    NAME is the middle of a document's "schema" key: render for promptreg/render/1. `error` is what every command
    prints under --format json when it fails. `team-rule` and `vocabulary` are the files of team rules, for editors.
    Without NAME the known names are listed.
    """
    names = schema_names()
    if name is None:
        streams.write_text("".join(f"{known}\n" for known in names))
        return
    wanted = name.removeprefix("promptreg/").removesuffix("/1")
    if wanted not in names:
        near = nearest(wanted, names)
        message = f'no schema is named "{name}"' + ("" if near else f"; known: {', '.join(names)}")
        raise UsageError.at(message, suggestion=near)
    streams.write_text((_FOLDER / f"{wanted}-1.json").read_text(encoding="utf-8"))
