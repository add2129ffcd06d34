"""What a listing says about one component or prompt."""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

from typing import NamedTuple

from promptreg.model.prompt import Prompt
from promptreg.registry.heads import Head
from promptreg.registry.store import Store

__all__ = ["Entry", "entry_of"]


class Entry(NamedTuple):
    """One component or prompt of a registry, for listings."""

    name: str
    kind: str
    version: str
    path: str
    summary: str
    samples: tuple[str, ...]


def entry_of(head: Head, store: Store) -> Entry:
    """The entry of a head, or of a release."""
    samples = tuple(head.samples) if isinstance(head, Prompt) else ()
    shown = str(head.version) if store.is_clean(head) else f"{head.version}+head"
    return Entry(head.name, head.kind, shown, head.path, head.summary, samples)
