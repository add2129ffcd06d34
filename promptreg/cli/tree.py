"""`promptreg tree`: what a prompt is made of, and what is made with a component."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.options import any_name, format_option, reading_options
from promptreg.cli.session import Where, hint_if_empty, open_registry, report_problems
from promptreg.errors import Problem, PromptregError
from promptreg.output.entries import Branch, tree_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptreg.api import Registry
    from promptreg.registry.tree import Node

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg tree                            every prompt
  promptreg tree --depth 0                  check the whole registry
  promptreg tree support/refund-reply       what it is made of
  promptreg tree rules/tone --dependants    what uses it, directly or not
  promptreg tree rules/tone --dependants --depth 1 --format json
"""
)
@any_name(required=False)
@click.option("--dependants", is_flag=True, help="Who depends on NAME, instead of what NAME is made of.")
@click.option(
    "--depth", type=click.IntRange(min=0), metavar="N", help="Show N levels below the root; 0 is the root alone."
)
@format_option(text="text: a drawing; json: promptreg/tree/1.")
@reading_options()
def command(name: str | None, dependants: bool, depth: int | None, form: str, where: Where) -> int:
    """Draw the parts of NAME, or with --dependants its users; without NAME, of every prompt.

    Each row names a component, its version, its kind and the ref that led to it. What a component is made of is drawn
    where it appears first. Without NAME every ref is followed and every sample is loaded: whatever is wrong with files,
    refs and samples of the registry is reported on standard error, with exit code 2.
    """
    loaded = open_registry(where)
    refused: list[Problem] = []
    if name is None:
        nodes = list(_prompts(loaded, refused, dependants=dependants))
    else:
        nodes = [loaded.tree(name, dependants=dependants)]
    seen: set[str] = set()
    roots = [_branch(node, depth, seen) for node in nodes]
    if form == "json":
        from promptreg.output.documents import tree_document

        streams.write_document(tree_document(roots, dependants=dependants))
    else:
        streams.write_rows(tree_rows(roots, unicode=streams.screen().unicode))
    if name is not None:
        return 0
    hint_if_empty(loaded)
    return report_problems(tuple(dict.fromkeys(refused if where.locked else _problems(loaded))))


def _prompts(registry: Registry, refused: list[Problem], *, dependants: bool) -> Iterator[Node]:
    """The trees of all prompts, with `dependants` of all components; what has none adds its problems to `refused`."""
    for item in registry.items():
        if (item.kind == "prompt") is not dependants:
            try:
                yield registry.tree(item.name, dependants=dependants)
            except PromptregError as error:
                refused.extend(error.problems)


def _problems(registry: Registry) -> Iterator[Problem]:
    """Everything wrong with heads, their refs and the files of their samples."""
    yield from registry.problems
    for item in registry.items():
        for sample in item.samples:
            try:
                registry.sample(item.name, sample)
            except PromptregError as error:
                yield from error.problems


def _branch(node: Node, depth: int | None, seen: set[str]) -> Branch:
    """The node down to `depth`; without a depth, children that were drawn before are left out."""
    repeated = depth is None and node.name in seen and bool(node.children)
    seen.add(node.name)
    inside = () if repeated or depth == 0 else node.children
    below = None if depth is None else depth - 1
    children = tuple(_branch(child, below, seen) for child in inside)
    return Branch(node.name, node.kind, node.version, node.ref, repeated, children)
