"""Files of a registry that exist only in a test of a rule."""

from __future__ import annotations

from collections.abc import Mapping

from promptreg.errors import InvalidFile
from promptreg.registry.files import MAX_FILE_BYTES
from promptreg.registry.source_tree import FrozenFile
from promptreg.registry.walk import Found, Listing, Stamp

__all__ = ["CaseTree"]

_STAMP: Stamp = (0, 0, 0, 0)


class CaseTree:
    """A SourceTree in memory: texts by path from the registry. Nothing is released in it."""

    cache_key: str | None = None

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = dict(files)

    def listing(self) -> Listing:
        """See SourceTree."""
        return Listing([Found(path.rpartition(".")[0], path, path, _STAMP) for path in sorted(self._files)], [], {})

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree."""
        text = self._files.get(file)
        if text is None:
            raise InvalidFile.at("is not one of the files of the test", path=path)
        return text.encode()

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree."""
        return relative, relative

    def frozen(self) -> Mapping[str, Mapping[str, FrozenFile]]:
        """See SourceTree: nothing."""
        return {}

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree: neither lock nor labels."""
        return None

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree: nothing changes."""
        return {}
