"""Where the files of a registry are: a folder here, elsewhere a git revision or a bundle. One door for all reading."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from promptreg.errors import InvalidFile
from promptreg.model.kinds import is_name
from promptreg.model.version import Version
from promptreg.registry.files import MAX_FILE_BYTES, find_files, read_bytes
from promptreg.registry.walk import Listing, Stamp, shown_path

__all__ = ["FROZEN", "LABELS", "LOCK", "FolderTree", "FrozenFile", "SourceTree", "frozen_key"]

FROZEN = ".versions"
LOCK = "promptreg.lock"
LABELS = "labels.yaml"
_SCHEMA_SUFFIX = ".schema.json"


class FrozenFile(NamedTuple):
    """One file below `.versions`: handle for reading, and path for people."""

    file: str
    path: str


class SourceTree(Protocol):
    """The files of one registry at one moment. Paths for people are relative to the project root."""

    cache_key: str | None

    def listing(self) -> Listing:
        """Every head file, and what is wrong with names and folders."""

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """The bytes of a file that a listing named; raises InvalidFile."""

    def side(self, relative: str) -> tuple[str, str]:
        """Handle and shown path of a file relative to the registry; raises InvalidFile when it leaves it."""

    def frozen(self) -> Mapping[str, Mapping[str, FrozenFile]]:
        """The frozen files of each name by file name: `{"rules/tone": {"1.2.0.md": …}}`."""

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """Bytes and shown path of a file at the top of the registry, None when there is none."""

    def stamps(self) -> Mapping[str, Stamp]:
        """Another answer than before when a file has changed."""


def frozen_key(file_name: str) -> tuple[Version, str] | None:
    """Version and suffix of a frozen file's name (`1.2.0.md`, `1.2.0.schema.json`), None for any other name."""
    parts = file_name.split(".", 3)
    if len(parts) != 4 or parts[3] not in ("md", "yaml", _SCHEMA_SUFFIX[1:]):
        return None
    version = Version.parse(".".join(parts[:3]))
    return None if version is None else (version, "." + parts[3])


class FolderTree:
    """A registry folder on disk."""

    def __init__(self, registry: Path, root: Path) -> None:
        self.registry = registry
        self.root = root
        self.cache_key: str | None = str(registry)

    def listing(self) -> Listing:
        """See SourceTree; raises UsageError when the folder is missing or unreadable."""
        return find_files(self.registry, self.root)

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree."""
        return read_bytes(file, path, limit)

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree; links are followed as long as they stay inside."""
        file = self.registry / relative
        path = shown_path(file, self.root)
        real = os.path.realpath(file)
        if not real.startswith(os.path.realpath(self.registry) + os.sep):
            raise InvalidFile.at("leaves the registry", path=path)
        return real, path

    def frozen(self) -> dict[str, dict[str, FrozenFile]]:
        """See SourceTree; links are not followed, and folders whose path is no name are passed over."""
        found: dict[str, dict[str, FrozenFile]] = {}
        top = self.registry / FROZEN
        for base, folders, files in os.walk(top):
            folders.sort()
            name = os.path.relpath(base, top).replace(os.sep, "/")
            if not is_name(name):
                continue
            for file in sorted(files):
                if frozen_key(file) is not None:
                    place = os.path.join(base, file)
                    found.setdefault(name, {})[file] = FrozenFile(place, shown_path(place, self.root))
        return found

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree."""
        file = self.registry / relative
        if not os.path.lexists(file):
            return None
        path = shown_path(file, self.root)
        return read_bytes(file, path, 64 * MAX_FILE_BYTES), path

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree."""
        found = dict(self.listing().stamps())
        for file in [self.registry / LOCK, self.registry / LABELS, *self._frozen_paths()]:
            try:
                info = os.stat(file)
            except OSError:
                continue
            found[str(file)] = (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino)
        return found

    def _frozen_paths(self) -> list[Path]:
        return [Path(item.file) for files in self.frozen().values() for item in files.values()]
