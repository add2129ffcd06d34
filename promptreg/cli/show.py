"""`promptreg show`: everything about one component or prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.options import any_name, format_option, reading_options
from promptreg.cli.session import Where, open_registry
from promptreg.errors import PromptregError
from promptreg.output.card import Card, Reference, card_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptreg.api import Registry
    from promptreg.registry.heads import Head

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg show rules/refund-limits
  promptreg show support/refund-reply --format json | jq -r '.inputs[].name'
"""
)
@any_name()
@format_option(text="text: for reading; json: promptreg/show/1.")
@reading_options()
def command(name: str, form: str, where: Where) -> None:
    """Describe the component or prompt NAME.

    Shows its summary, version and file; its inputs with type, default, limits, trust and personal data; what it uses
    and what uses it, with places (of NAME with a version: what takes that version); a prompt's samples; and the digests
    of its body, its contract (inputs and output) and its closure (everything it is made of).
    """
    card = _card(open_registry(where), name)
    if form == "json":
        from promptreg.output.documents import show_document

        streams.write_document(show_document(card))
    else:
        streams.write_rows(card_rows(card))


def _card(registry: Registry, name: str) -> Card:
    root = registry.tree(name, dependants=True)
    head = registry.component(name)
    return Card(
        name=head.name,
        kind=head.kind,
        version=root.version,
        summary=head.summary,
        path=head.path,
        model=getattr(head, "model", None),
        digests={"body": head.body_digest, "contract": head.contract_digest, "closure": _closure(registry, name)},
        inputs=tuple(head.inputs.values()),
        uses=[Reference(use.ref.name, use.text, head.path, use.line, use.column) for use in head.uses],
        used_by=list(_users(registry, head, fitting="@" in name)),
        samples=registry.samples(name) if head.kind == "prompt" else (),
        languages=getattr(head, "languages", ()),
    )


def _closure(registry: Registry, name: str) -> str | None:
    try:
        return registry.closure(name).pin.digest
    except PromptregError:
        return None


def _users(registry: Registry, head: Head, *, fitting: bool) -> Iterator[Reference]:
    """The refs to the name of a head; with `fitting`, those that take its version."""
    for item in registry.items():
        for use in registry.component(item.name).uses:
            if use.ref.name == head.name and (not fitting or use.ref.constraint.allows(head.version)):
                yield Reference(item.name, use.text, item.path, use.line, use.column)
