"""Verifying 1,000 releases: 250 names with four versions each, every fifth of them made of parts, with a lock.

Run with `python -m benchmarks.verify_releases`. Goal: at most 1 s for the library call and for the whole command.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import interleaved, median, process_seconds, table

NAMES = 250
VERSIONS = 4
ROUNDS = 7
BODY = """---
kind: rule
version: 1.{minor}.0
summary: Caps what may be promised about refunds, number {number}.
inputs:
  max_amount: {{type: number, minimum: 0, summary: "The most that may be promised."}}
  currency: {{type: string, enum: [EUR, USD, GBP], default: EUR}}
  locale: {{type: string, pattern: "^[a-z]{{2}}$", default: en}}
---
- Never promise a refund above {{{{ max_amount }}}} {{{{ currency }}}}.
- Offer a human colleague when the customer asks for more, in {{{{ locale }}}}.
{includes}"""
PARTS = 5


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp())
    try:
        registry = folder / "prompts"
        make_history(registry)
        _measure(registry)
    finally:
        shutil.rmtree(folder)


def make_history(registry: Path) -> None:
    """A registry whose heads are the last of four releases each; the digests are those of the resolver."""
    from promptreg.model.digest import text_digest
    from promptreg.model.lock import LockEntry, LockPin, lock_text
    from promptreg.registry.resolve import resolve_head
    from promptreg.registry.source_tree import FolderTree
    from promptreg.registry.store import load_store
    from promptreg.template import scan_includes

    entries: list[LockEntry] = []
    os.environ["PROMPTREG_CACHE_DIR"] = "off"
    for minor in range(VERSIONS):
        registry.mkdir(exist_ok=True)
        for number in range(NAMES):
            used = [number - step for step in range(1, PARTS + 1)] if number % 5 == 4 and number > PARTS else []
            used = [other for other in used if other % 5 != 4]
            includes = "".join(f'{{% include "r{other}@^1" %}}\n' for other in used)
            (registry / f"r{number}.md").write_text(BODY.format(minor=minor, number=number, includes=includes))
        store = load_store(FolderTree(registry, registry.parent), lambda body, name: scan_includes(body, name=name))
        for name, head in store.heads.items():
            frozen = registry / ".versions" / name
            frozen.mkdir(parents=True, exist_ok=True)
            (frozen / f"{head.version}.md").write_text(head.written.source.text)
            closure = resolve_head(head, store)
            pins = tuple(LockPin(pin.name, pin.version, pin.digest) for _, pin in sorted(closure.pins.items()))
            own = (head.body_digest, head.contract_digest, closure.pin.digest)
            entries.append(LockEntry(name, head.version, head.kind, *own, text_digest(head.written.source.text), pins))
    (registry / "promptreg.lock").write_text(lock_text(entries))


def _measure(registry: Path) -> None:
    import promptreg

    def verify() -> None:
        found = promptreg.load(registry).verify()
        assert found.releases == NAMES * VERSIONS
        assert found.problems == ()

    def read_and_hash() -> None:
        import hashlib

        for file in (registry / ".versions").rglob("*.md"):
            hashlib.sha256(file.read_bytes()).digest()

    found = interleaved({"load and verify": verify, "read and hash the files": read_and_hash}, ROUNDS)
    command = [sys.executable, "-m", "promptreg", "verify", "--registry", str(registry)]
    found |= process_seconds({"promptreg verify": command}, ROUNDS)
    base = median(found["read and hash the files"])
    rows = [(name, median(times), median(times) / base) for name, times in found.items()]
    table(f"verify {NAMES * VERSIONS} releases (goal: 1 s)", ("what", "seconds", "x reading"), rows)


if __name__ == "__main__":
    main()
