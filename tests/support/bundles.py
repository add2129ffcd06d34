"""Registries whose heads are all released, and bundles of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from promptreg.model.digest import text_digest
from promptreg.model.lock import LockEntry, LockPin, lock_text
from promptreg.model.prompt import Prompt
from promptreg.registry.bundle_pack import make_bundle
from promptreg.registry.resolve import resolve_head
from promptreg.registry.source_tree import FROZEN, LOCK, FolderTree
from promptreg.registry.store import Store, load_store
from promptreg.template import scan_includes

__all__ = ["bundled", "open_store", "release_all"]


def open_store(registry: Path) -> Store:
    """The store of a registry folder whose project root is its parent."""

    def scan(body: Any, name: str) -> Any:
        return scan_includes(body, name=name)

    return load_store(FolderTree(registry, registry.parent), scan)


def release_all(registry: Path) -> Path:
    """Freeze every head that is not frozen yet, each with its own number, and add the entries to the lock."""
    store = open_store(registry)
    new = [
        _freeze(registry, name, store)
        for name, head in store.heads.items()
        if (name, head.version) not in store.releases.lock
    ]
    text = lock_text([*store.releases.lock.values(), *new])
    (registry / LOCK).write_text(text, encoding="utf-8", newline="")
    return registry


def _freeze(registry: Path, name: str, store: Store) -> LockEntry:
    head = store.head(name)
    source = head.written.source
    folder = registry / FROZEN / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{head.version}.{source.path.rpartition('.')[2]}").write_bytes(source.text.encode())
    schema = None
    if isinstance(head, Prompt) and head.output is not None and isinstance(head.output.schema, str):
        text = store.schema_file(head).text
        (folder / f"{head.version}.schema.json").write_bytes(text.encode())
        schema = text_digest(text)
    closure = resolve_head(head, store)
    return LockEntry(
        name=name,
        version=head.version,
        kind=head.kind,
        body=head.body_digest,
        contract=store.contract_digest(head),
        closure=closure.pin.digest,
        file=text_digest(source.text),
        pins=tuple(LockPin(pin.name, pin.version, pin.digest) for _, pin in sorted(closure.pins.items())),
        schema=schema,
    )


def bundled(registry: Path, *refs: str, labels: tuple[str, ...] = (), locked: bool = True) -> bytes:
    """The bundle of these refs and labels, of all prompts and labels without any."""
    return make_bundle(open_store(registry), refs, labels, locked=locked).data
