"""`promptreg bundle`: the chosen prompts and all they need, as one file for a wheel or an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_prompts
from promptreg.cli.files import write_file
from promptreg.cli.options import format_option, reading_options
from promptreg.cli.session import Where, open_registry
from promptreg.errors import UsageError
from promptreg.output.styled import Row, Span

if TYPE_CHECKING:
    from promptreg.registry.bundle_pack import Bundle

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg bundle -o prompts.bundle.json
  promptreg bundle support/refund-reply@2.0.0 -o prompts.bundle.json
  promptreg bundle --label production -o app/prompts.bundle.json
  promptreg render support/refund-reply -i in.json --bundle prompts.bundle.json
"""
)
@click.argument("refs", metavar="[REF]...", nargs=-1, shell_complete=complete_prompts)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(readable=False, allow_dash=True),
    help="The file to write; it is replaced at once or not at all. - is standard output.",
)
@click.option("--label", "labels", metavar="LABEL", multiple=True, help="All that LABEL names; may be repeated.")
@format_option(text="What to print. text: what is inside; json: promptreg/bundle-report/1.")
@reading_options(bundle=False)
def command(refs: tuple[str, ...], output: str, labels: tuple[str, ...], form: str, where: Where) -> None:
    """Put released prompts and all they need into one file.

    Without REF and --label: every released prompt and everything that has a label. A bundle holds releases only, so a
    bare name is refused while its head differs from its release; name a version, or take the highest with --locked.
    """
    if output == "-" and form == "json":
        raise UsageError("-o - writes the bundle to standard output; there is no room for --format json")
    found = open_registry(where).bundle(refs, labels=labels)
    if output == "-":
        streams.write_json(found.data.decode("ascii"))
    else:
        write_file(output, found.data)
        if form == "json":
            streams.write_document(_report(found, output))
        else:
            streams.write_rows(_rows(found, output))
    for path, reason in found.left_out:
        streams.warn(f"{path}: the sample is not in the bundle: {reason}")
    if found.unreleased:
        streams.warn(f"not released, so not in the bundle: {', '.join(found.unreleased)}")


def _report(found: Bundle, output: str) -> dict[str, Any]:
    """promptreg/bundle-report/1."""
    entries = {str(item.entry): item.entry for item in found.contents.releases}
    return {
        "schema": "promptreg/bundle-report/1",
        "path": output,
        "bytes": len(found.data),
        "digest": found.digest,
        "entries": [
            {"name": entry.name, "version": str(entry.version), "digest": entry.closure}
            for entry in map(entries.__getitem__, found.contents.entries)
        ],
        "releases": list(entries),
        "labels": found.contents.labels,
        "left_out": [{"path": path, "reason": reason} for path, reason in found.left_out],
        "unreleased": list(found.unreleased),
    }


def _rows(found: Bundle, output: str) -> Iterator[Row]:
    """One row an entry, with its labels; then the file, its size and its digest."""
    contents = found.contents
    widest = max(map(len, contents.entries))
    for entry in contents.entries:
        name, _, version = entry.partition("@")
        held = [
            label if share[version] == 100 else f"{label} ({share[version]} %)"
            for label, names in contents.labels.items()
            if version in (share := names.get(name, {}))
        ]
        yield [
            Span(entry if not held else entry.ljust(widest), "bold"),
            Span(f"  {', '.join(held)}" if held else "", "dim"),
        ]
    parts = len(contents.releases) - len(contents.entries)
    sizes = f"{_count(len(contents.entries), 'entry', 'entries')}, {_count(parts, 'part', 'parts')}"
    yield [Span(f"{output}: {sizes}, {len(found.data):,} bytes")]
    yield [Span(found.digest)]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
