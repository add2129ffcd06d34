"""Where the files of a registry are: a folder here, elsewhere a git revision or a bundle. One door for all reading."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

from promptreg.errors import InvalidFile
from promptreg.model.kinds import is_name
from promptreg.model.version import Version
from promptreg.registry.files import MAX_FILE_BYTES, find_files, read_bytes
from promptreg.registry.walk import Listing, Stamp, shown_below, shown_path

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


@lru_cache(maxsize=1_000)  # most names are those of many folders
def frozen_key(file_name: str) -> tuple[Version, str] | None:
    """Version and suffix of a frozen file's name (`1.2.0.md`, `1.2.0.schema.json`), None for any other name."""
    parts = file_name.split(".", 3)
    if len(parts) != 4 or parts[3] not in ("md", "yaml", _SCHEMA_SUFFIX[1:]):
        return None
    version = Version.parse(".".join(parts[:3]))
    return None if version is None else (version, "." + parts[3])


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder, by name; nothing in one that cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere: reading it will say so
        return False


class FolderTree:
    """A registry folder on disk; `registry` and `root` are paths as text.

    An error about the folder itself names it as it was `given`.
    """

    def __init__(
        self, registry: str | os.PathLike[str], root: str | os.PathLike[str], given: str | None = None
    ) -> None:
        self.registry = os.fspath(registry)
        self.root = os.fspath(root)
        self.given = given
        self.cache_key: str | None = self.registry

    def listing(self) -> Listing:
        """See SourceTree; raises UsageError when the folder is missing or unreadable."""
        return find_files(self.registry, self.root, self.given)

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree; links are followed as long as they stay inside."""
        return read_bytes(file, path, limit, inside=self.registry)

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree; links are followed as long as they stay inside."""
        file = os.path.join(self.registry, relative)
        path = shown_path(file, self.root)
        real = os.path.realpath(file)
        if not real.startswith(os.path.realpath(self.registry) + os.sep):
            raise InvalidFile.at("leaves the registry", path=path)
        return real, path

    def frozen(self) -> dict[str, dict[str, FrozenFile]]:
        """See SourceTree; links to folders are not followed, and folders whose path is no name are passed over."""
        found: dict[str, dict[str, FrozenFile]] = {}
        shown = shown_below(self.registry, self.root)
        top = os.path.join(self.registry, FROZEN)
        waiting = [] if os.path.islink(top) else [("", top)]
        while waiting:
            name, folder = waiting.pop()
            for entry in _entries(folder):
                inner = f"{name}/{entry.name}" if name else entry.name
                if _is_folder(entry):
                    if not entry.is_symlink() and is_name(inner):
                        waiting.append((inner, entry.path))
                elif name and frozen_key(entry.name) is not None:
                    found.setdefault(name, {})[entry.name] = FrozenFile(entry.path, shown(entry.path))
        return dict(sorted(found.items()))

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree."""
        file = os.path.join(self.registry, relative)
        if not os.path.lexists(file):
            return None
        path = shown_path(file, self.root)
        return self.read(str(file), path, 64 * MAX_FILE_BYTES), path

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree."""
        found = dict(self.listing().stamps())
        for file in [os.path.join(self.registry, LOCK), os.path.join(self.registry, LABELS), *self._frozen_paths()]:
            try:
                info = os.stat(file)
            except OSError:
                continue
            found[file] = (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino)
        return found

    def _frozen_paths(self) -> list[str]:
        return [item.file for files in self.frozen().values() for item in files.values()]
