"""A registry as it will be: what is on disk, without what the lock does not know, and with the planned releases."""

from __future__ import annotations

import os
from collections.abc import Mapping

from promptreg.model.lock import Key, LockEntry
from promptreg.registry.files import MAX_FILE_BYTES
from promptreg.registry.heads import Head, read_head
from promptreg.registry.read_component import Scan
from promptreg.registry.releases import Releases
from promptreg.registry.source_tree import FROZEN, FolderTree, FrozenFile, frozen_key
from promptreg.registry.store import Store, frozen_reader
from promptreg.registry.walk import Listing, Stamp, shown_path
from promptreg.text import Source

__all__ = ["SCHEMA_SUFFIX", "Draft", "frozen_name"]

SCHEMA_SUFFIX = ".schema.json"


def frozen_name(entry: LockEntry) -> str:
    """The name of the frozen file of a release, inside the folder of its component."""
    return f"{entry.version}{'.yaml' if entry.kind in ('prompt', 'examples') else '.md'}"


class Draft:
    """A SourceTree over a folder, and the store of it. Invariant: each frozen file that it shows has a lock entry.

    Nothing is written: `lock` and `heads` (new texts by name) say what would be.
    """

    def __init__(self, tree: FolderTree, store: Store, scan: Scan) -> None:
        """Raises IntegrityError for a lock that cannot be trusted."""
        self.tree = tree
        self.scan = scan
        self.cache_key: str | None = None
        self.lock: dict[Key, LockEntry] = dict(store.releases.lock)
        self.heads: dict[str, str] = {}
        self.unknown: list[FrozenFile] = []
        self._data: dict[str, bytes] = {}
        self._frozen: dict[str, dict[str, FrozenFile]] = {}
        for name, files in tree.frozen().items():
            for file_name, file in files.items():
                if self._is_known(name, file_name):
                    self._frozen.setdefault(name, {})[file_name] = file
                else:
                    self.unknown.append(file)
        self.store = store
        self._rebuild(store.heads)

    def _is_known(self, name: str, file_name: str) -> bool:
        key = frozen_key(file_name)
        assert key is not None
        entry = self.lock.get((name, key[0]))
        if entry is None:
            return False
        return entry.schema is not None if key[1] == SCHEMA_SUFFIX else file_name == frozen_name(entry)

    def _rebuild(self, heads: Mapping[str, Head]) -> None:
        before = self.store
        self.store = Store(
            tree=self,
            heads=heads,
            broken=before.broken,
            problems=before.problems,
            releases=Releases(self, frozen_reader(self.scan), self.lock),
        )
        self.store.releases.lock_path = before.releases.lock_path

    def rewrite(self, head: Head, text: str) -> None:
        """Let a head have another text; raises InvalidFile when that is none."""
        found = read_head(Source(head.path, text), head.name, self.scan)
        self.heads[head.name] = text
        self._rebuild({**self.store.heads, head.name: found})

    def freeze(self, entry: LockEntry, text: str, schema: str | None) -> tuple[FrozenFile, ...]:
        """Add a release; its frozen files as they will be."""
        texts = {frozen_name(entry): text}
        if schema is not None:
            texts[f"{entry.version}{SCHEMA_SUFFIX}"] = schema
        made = []
        for file_name, content in texts.items():
            place = os.path.join(self.frozen_place(entry.name), file_name)
            file = FrozenFile(place, shown_path(place, self.tree.root))
            self._frozen.setdefault(entry.name, {})[file_name] = file
            self._data[file.file] = content.encode()
            made.append(file)
        self.lock[entry.key] = entry
        self._rebuild(self.store.heads)
        return tuple(made)

    def frozen_place(self, name: str) -> str:
        """The folder of the frozen files of a name."""
        return os.path.join(self.tree.registry, FROZEN, *name.split("/"))

    # -- the tree that the store reads

    def listing(self) -> Listing:
        """See SourceTree."""
        return self.tree.listing()

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree."""
        data = self._data.get(file)
        return self.tree.read(file, path, limit) if data is None else data

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree."""
        return self.tree.side(relative)

    def frozen(self) -> Mapping[str, Mapping[str, FrozenFile]]:
        """See SourceTree."""
        return self._frozen

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree; the lock is handed to the store by itself."""
        return self.tree.optional(relative)

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree."""
        return self.tree.stamps()
