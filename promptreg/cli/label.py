"""`promptreg label`: movable names for released versions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_anything
from promptreg.cli.options import Actions, format_option, reading_options, registry_option
from promptreg.cli.session import Where, open_registry
from promptreg.errors import UsageError

if TYPE_CHECKING:
    from promptreg.registry.label_edit import Change
    from promptreg.registry.source_tree import FolderTree

__all__ = ["command"]


@click.group(
    cls=Actions,
    invoke_without_command=True,
    epilog="""\b
Examples:
  promptreg label list
  promptreg label set production support/refund-reply 2.0.0
  promptreg label set production support/refund-reply 2.0.0=90 2.1.0=10
  promptreg label move production support/refund-reply 2.1.0
  promptreg label remove beta support/refund-reply
""",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Name released versions: support/refund-reply@production.

    Labels are kept in labels.yaml of the registry, for review. Comments and order of that file stay, and a moved label
    is one changed line.
    """
    if ctx.invoked_subcommand is None and not ctx.resilient_parsing:
        raise UsageError(f"say what to do: label {' | '.join(command.commands)}")


@command.command(
    "list", epilog="\b\nExamples:\n  promptreg label list\n  promptreg label list --format json | jq '.labels'"
)
@format_option(text="text: a table; json: promptreg/label/1.")
@reading_options(locked=False)
def list_labels(form: str, where: Where) -> None:
    """List the labels: label, name, and the version or versions with percentages."""
    labels = open_registry(where).labels
    if form == "json":
        from promptreg.output.labels import label_document

        streams.write_document(label_document(labels, ()))
        return
    from promptreg.output.labels import label_rows

    streams.write_rows(label_rows(labels))


@command.command(
    "set",
    epilog="""\b
Examples:
  promptreg label set production support/refund-reply 2.0.0
  promptreg label set production support/refund-reply@2.0.0
  promptreg label set production support/refund-reply 2.0.0=90 2.1.0=10
""",
)
@click.argument("label")
@click.argument("words", nargs=-1, required=True, metavar="NAME VERSION...", shell_complete=complete_anything)
@format_option(text="text: what changed; json: promptreg/label/1.")
@registry_option()
def set_one(label: str, words: tuple[str, ...], form: str, registry: str | None) -> None:
    """Point LABEL to a released version of NAME, or divide callers between several by percentages.

    With percentages, VERSION=PERCENT for each, the key of a caller decides (promptreg render --key). When the share of
    the newest version grows, everybody who had it keeps it.
    """
    _point(label, words, form, _tree(registry), move=False)


@command.command("move", epilog="\b\nExample:\n  promptreg label move production support/refund-reply 2.1.0")
@click.argument("label")
@click.argument("words", nargs=-1, required=True, metavar="NAME VERSION...", shell_complete=complete_anything)
@format_option(text="text: what changed; json: promptreg/label/1.")
@registry_option()
def move_one(label: str, words: tuple[str, ...], form: str, registry: str | None) -> None:
    """Like set, but LABEL must name NAME already, so that a typing error makes no new label."""
    _point(label, words, form, _tree(registry), move=True)


@command.command(
    "remove",
    epilog="""\b
Examples:
  promptreg label remove beta support/refund-reply
  promptreg label remove beta
""",
)
@click.argument("label")
@click.argument("name", required=False, shell_complete=complete_anything)
@format_option(text="text: what changed; json: promptreg/label/1.")
@registry_option()
def remove_one(label: str, name: str | None, form: str, registry: str | None) -> None:
    """Remove LABEL from NAME; without NAME, from everything."""
    from promptreg.registry.label_edit import remove_label

    tree = _tree(registry)
    _report(tree, remove_label(tree, label, name), form)


def _tree(folder: str | None) -> FolderTree:
    from promptreg.registry.config import find_registry
    from promptreg.registry.source_tree import FolderTree

    config = find_registry(os.getcwd(), folder)
    return FolderTree(config.registry, config.root, config.given)


def _point(label: str, words: Sequence[str], form: str, tree: FolderTree, *, move: bool) -> None:
    from promptreg.registry.label_edit import read_shares, set_label

    name, at, version = words[0].partition("@")
    versions = [version, *words[1:]] if at else words[1:]
    if not versions:
        raise UsageError(f"which version? label {'move' if move else 'set'} {label} {name} VERSION")
    if len(versions) > 1 and not all("=" in word for word in versions):
        raise UsageError("several versions need percentages: 2.0.0=90 2.1.0=10")
    _report(tree, [set_label(tree, label, name, read_shares(versions), move=move)], form)


def _report(tree: FolderTree, changes: Sequence[Change], form: str) -> None:
    from promptreg.output.labels import change_rows, label_document
    from promptreg.registry.labels import read_labels

    if form == "json":
        streams.write_document(label_document(read_labels(tree), changes))
    else:
        streams.write_rows(change_rows(changes))
