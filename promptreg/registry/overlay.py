"""A registry as it would be if some of its files had other texts: for trying out, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping

from promptreg.registry.files import MAX_FILE_BYTES
from promptreg.registry.source_tree import FrozenFile, SourceTree
from promptreg.registry.walk import Listing, Stamp

__all__ = ["Overlay"]


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
