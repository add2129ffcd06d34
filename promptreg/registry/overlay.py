"""A registry as it would be if some of its files had other texts: for trying out, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping

from promptreg.errors import InvalidFile
from promptreg.registry.files import MAX_FILE_BYTES
from promptreg.registry.heads import read_head
from promptreg.registry.read_component import Scan
from promptreg.registry.releases import Releases
from promptreg.registry.source_tree import FrozenFile, SourceTree
from promptreg.registry.store import Store, frozen_reader, load_store
from promptreg.registry.walk import Listing, Stamp
from promptreg.text import Source

__all__ = ["Overlay", "overlaid"]


class Overlay:
    """A SourceTree over another one, in which the files at some shown paths hold other bytes."""

    def __init__(self, tree: SourceTree, texts: Mapping[str, str]) -> None:
        self.tree = tree
        self.cache_key = tree.cache_key
        self._data = {path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()}

    def listing(self) -> Listing:
        """See SourceTree."""
        return self.tree.listing()

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree."""
        data = self._data.get(path)
        return self.tree.read(file, path, limit) if data is None else data

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree."""
        return self.tree.side(relative)

    def frozen(self) -> Mapping[str, Mapping[str, FrozenFile]]:
        """See SourceTree."""
        return self.tree.frozen()

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree."""
        found = self.tree.optional(relative)
        return found if found is None else (self._data.get(found[1], found[0]), found[1])

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree."""
        return self.tree.stamps()


def overlaid(store: Store, texts: Mapping[str, str], scan: Scan) -> Store:
    """The store of a registry as it would be if the files at these shown paths held these texts.

    Of heads that were fine and still are, only those that change are read; else everything is.
    """
    tree = Overlay(store.tree, texts)
    changed = {head.path: name for name, head in store.heads.items() if head.path in texts}
    broken = {problem.path for problem in store.problems}
    if any(path in broken for path in texts):
        return load_store(tree, scan)
    try:
        heads = {name: read_head(Source(path, texts[path]), name, scan) for path, name in changed.items()}
    except InvalidFile:
        return load_store(tree, scan)
    return Store(
        tree=tree,
        heads={**store.heads, **heads},
        broken=store.broken,
        problems=store.problems,
        releases=Releases(tree, frozen_reader(scan)),
    )
