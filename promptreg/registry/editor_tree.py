"""A registry folder under the unsaved texts of an editor: what would be on disk, were everything saved now."""

from __future__ import annotations

import os
from collections.abc import Mapping

from promptreg.errors import InvalidFile
from promptreg.registry.files import MAX_FILE_BYTES, Disk, find_files
from promptreg.registry.source_tree import FolderTree, FrozenFile
from promptreg.registry.walk import Entry, Listing, Seen, Stamp, shown_path

__all__ = ["EditorTree"]


class EditorTree:
    """A SourceTree over a folder in which some files have another text, or are there although they are not on disk.

    `texts` are by the real path of their file (links followed); those outside of the registry have no effect.
    """

    def __init__(self, tree: FolderTree, texts: Mapping[str, str]) -> None:
        inside = os.path.join(os.path.realpath(tree.registry), "")
        self.tree = tree
        self.cache_key: str | None = None
        self._texts = {file: text for file, text in texts.items() if file.startswith(inside)}
        self._names = {os.path.basename(file) for file in self._texts}

    def listing(self) -> Listing:
        """See SourceTree; raises UsageError when the folder is missing or unreadable."""
        tree = self.tree
        unsaved = [file for file in self._texts if not os.path.lexists(file)]
        folders = _WithUnsaved(os.path.realpath(tree.registry), unsaved) if unsaved else Disk()
        return find_files(tree.registry, tree.root, tree.given, folders=folders)

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree."""
        text = self._text(file)
        if text is None:
            return self.tree.read(file, path, limit)
        data = text.encode("utf-8", "surrogatepass")
        if len(data) > limit:
            raise InvalidFile.at(f"is larger than {limit:,} bytes", path=path)
        return data

    def _text(self, file: str) -> str | None:
        """The unsaved text of a file; most files are told apart by their name, without a look at the disk."""
        is_named = os.path.basename(file) in self._names or (self._names and os.path.islink(file))
        return self._texts.get(os.path.realpath(file)) if is_named else None

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree."""
        return self.tree.side(relative)

    def frozen(self) -> Mapping[str, Mapping[str, FrozenFile]]:
        """See SourceTree: a release that is only in an editor is none."""
        return self.tree.frozen()

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree."""
        file = os.path.join(self.tree.registry, relative)
        if self._text(file) is None:
            return self.tree.optional(relative)
        path = shown_path(file, self.tree.root)
        return self.read(file, path, 64 * MAX_FILE_BYTES), path

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree; the texts never change."""
        return self.tree.stamps()


class _Unsaved:
    """A file that is only in an editor, or a folder that only such files are in."""

    def __init__(self, name: str, path: str, *, is_folder: bool) -> None:
        self.name = name
        self.path = path
        self.is_folder = is_folder

    def is_symlink(self) -> bool:
        return False


class _WithUnsaved:
    """Folders of the file system with files that are not there yet; `files` are real paths."""

    def __init__(self, top: str, files: list[str]) -> None:
        self.disk = Disk()
        self.below: dict[str, dict[str, bool]] = {}
        for file in files:
            folder, name = os.path.split(file)
            self.below.setdefault(folder, {})[name] = False
            while folder != top and not os.path.lexists(folder):
                folder, name = os.path.split(folder)
                self.below.setdefault(folder, {})[name] = True

    def entries(self, path: str) -> list[Entry]:
        """See Folders."""
        new = self.below.get(os.path.realpath(path), {})
        found: list[Entry] = list(self.disk.entries(path)) if os.path.lexists(path) or not new else []
        there = {entry.name for entry in found}
        more = (item for item in new.items() if item[0] not in there)
        return [*found, *(_Unsaved(name, os.path.join(path, name), is_folder=folder) for name, folder in more)]

    def look(self, entry: Entry, folder: str) -> Seen:
        """See Folders."""
        if isinstance(entry, _Unsaved):
            return Seen(f"{folder}{os.sep}{entry.name}", entry.is_folder, (0, 0, 0, 0))
        return self.disk.look(entry, folder)
