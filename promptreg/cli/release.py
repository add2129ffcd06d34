"""`promptreg release`: heads become versions that never change."""

from __future__ import annotations

import os

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_anything
from promptreg.cli.options import OneOf, format_option, registry_option

__all__ = ["command"]

_BUMPS = ("auto", "patch", "minor", "major")


@click.command(
    epilog="""\b
Examples:
  promptreg release rules/tone
  promptreg release rules/tone --bump auto --dry-run
  promptreg release support/refund-reply --with-parts
  promptreg release support/refund-reply qa/answer --bump auto --with-parts

\b
What the contract demands, of the head and of everything it is made of:
  major  an input removed, retyped, narrowed or newly required; a message, slot or
         role removed; a condition on inputs added, one on answers changed; the
         output schema changed
  minor  an optional input, a message or a slot added; an input widened;
         a condition on inputs removed
  patch  text only
"""
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete_anything)
@click.option(
    "--bump",
    type=OneOf(_BUMPS),
    metavar="LEVEL",
    help="Write the next version into the head: auto (what the contract demands), patch, minor or major. Without it "
    "the version in the head is released.",
)
@click.option("--with-parts", is_flag=True, help="First release the parts that are not released, or have changed.")
@click.option("--dry-run", is_flag=True, help="Print what would be released and why, and write nothing.")
@format_option(text="text: for reading; json: promptreg/release/1.")
@registry_option()
def command(
    names: tuple[str, ...], bump: str | None, with_parts: bool, dry_run: bool, form: str, registry: str | None
) -> None:
    """Release the heads NAME...: freeze a copy of each, and write down what it is made of.

    A release never changes. Its version must be higher than those before, and at least what the change of its contract
    demands: you may raise it, never lower it. All of the names are released, or none.
    """
    from promptreg.output.released import release_document, release_rows
    from promptreg.registry.config import find_registry
    from promptreg.registry.release import release
    from promptreg.registry.release_plan import Request
    from promptreg.registry.source_tree import FolderTree
    from promptreg.render.compiling import compile_closure
    from promptreg.render.scanning import scan

    config = find_registry(os.getcwd(), registry)
    tree = FolderTree(config.registry, config.root, config.given)
    outcome = release(tree, Request(names, bump, with_parts), scan, compile_closure, dry_run=dry_run)
    if form == "json":
        streams.write_document(release_document(outcome, dry_run=dry_run))
        return
    streams.write_rows(release_rows(outcome))
    if dry_run:
        streams.flush()
        streams.talk("dry run: nothing was written")
