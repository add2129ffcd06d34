"""Registries with history: freezing heads as the release command does, without its checks."""

from __future__ import annotations

from pathlib import Path

import promptreg
from promptreg.model.digest import text_digest
from promptreg.model.lock import LockEntry, LockPin, lock_text
from promptreg.model.prompt import Prompt
from promptreg.registry.resolve import resolve_head
from promptreg.registry.source_tree import FROZEN, LOCK, FolderTree
from promptreg.registry.store import Store, load_store
from promptreg.template import scan_includes
from tests.support.registries import component, write_files

__all__ = ["HISTORY", "bump", "freeze", "history", "open_store", "prompt"]


def open_store(registry: Path) -> Store:
    """The store of a registry folder; shown paths begin with the name of the folder."""

    def scan(body: object, name: str) -> object:
        return scan_includes(body, name=name)  # type: ignore[arg-type]

    return load_store(FolderTree(registry, registry.parent), scan)  # type: ignore[arg-type]


def freeze(registry: Path, *names: str) -> None:
    """Release these heads in this order, each with its own number: frozen copies first, then the lock."""
    for name in names:
        store = open_store(registry)
        entries = [*store.releases.lock.values(), _freeze(registry, name, store)]
        (registry / LOCK).write_text(lock_text(entries), encoding="utf-8", newline="")


def _freeze(registry: Path, name: str, store: Store) -> LockEntry:
    head = store.head(name)
    source = head.written.source
    folder = registry / FROZEN / name
    folder.mkdir(parents=True, exist_ok=True)
    suffix = source.path.rpartition(".")[2]
    (folder / f"{head.version}.{suffix}").write_bytes(source.text.encode())
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


def bump(registry: Path, file: str, version: str, old: str = "", new: str = "") -> None:
    """Give a head another number, and replace one text in it."""
    path = registry / file
    text = path.read_text(encoding="utf-8")
    lines = [f"version: {version}" if line.startswith("version: ") else line for line in text.split("\n")]
    text = "\n".join(lines)
    assert not old or text.count(old) == 1
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8", newline="")


def prompt(*uses: str, version: str = "1.0.0", more: str = "", text: str = "Hi {{ who }}.") -> str:
    """The text of a prompt file: one system message of these parts and an inline text."""
    parts = "".join(f"      - use: {use}\n" for use in uses)
    inputs = "inputs:\n  who: {type: string, default: Ana}\n"
    body = f'messages:\n  - role: system\n    parts:\n{parts}      - text: "{text}"\n'
    return f"kind: prompt\nversion: {version}\n{inputs}{more}{body}"


HISTORY = {
    "rules/tone.md": component("- Be kind.\n", kind="rule"),
    "rules/limits.md": component('- Say less.\n{% include "rules/tone@^1" %}', kind="rule"),
    "instructions/agent.md": component("You answer for {{ shop }}.\n", "{shop: {type: string, default: Acme}}"),
    "chat/reply.yaml": prompt("instructions/agent@^1", "rules/limits@^1"),
    "chat/close.yaml": prompt("rules/tone@~1.0", more="output: {schema: schemas/close.json}\n"),
    "schemas/close.json": '{"type": "object"}\n',
}
"""Two prompts that share a rule, one of them with a schema file; `history` gives them twelve releases."""


def history(folder: Path) -> Path:
    """The registry of HISTORY with twelve releases of five names, and labels."""
    registry = write_files(folder, HISTORY)
    freeze(registry, "rules/tone", "rules/limits", "instructions/agent", "chat/close", "chat/reply")
    bump(registry, "rules/tone.md", "1.0.1", "Be kind.", "Be very kind.")
    freeze(registry, "rules/tone")
    bump(registry, "chat/close.yaml", "1.1.0", "Hi ", "Hello ")
    freeze(registry, "chat/close")
    bump(registry, "rules/tone.md", "1.1.0", "Be very kind.", "Be very kind.\n- Be brief.")
    bump(registry, "instructions/agent.md", "1.2.0", "You answer", "You speak")
    freeze(registry, "rules/tone", "instructions/agent")
    bump(registry, "chat/reply.yaml", "2.0.0", "Hi ", "Dear ")
    freeze(registry, "chat/reply")
    bump(registry, "rules/tone.md", "2.0.0", "Be brief.", "Be short.")
    bump(registry, "instructions/agent.md", "1.2.1", "You speak", "You talk")
    freeze(registry, "rules/tone", "instructions/agent")
    labels = "production:\n  chat/reply: 1.0.0\n  chat/close: {1.0.0: 90, 1.1.0: 10}\n"
    (registry / "labels.yaml").write_text(labels, encoding="utf-8", newline="")
    return registry


def load(registry: Path) -> promptreg.Registry:
    """The registry as applications see it."""
    return promptreg.load(registry)
