"""Which files of a registry are components and prompts, wherever the registry is: on disk, or in a git tree.

All rules about names, links and limits are here; how folders are looked into is the business of a `Folders`.
"""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from promptreg.errors import InvalidFile, Problem
from promptreg.model.kinds import name_fault

__all__ = [
    "MAX_ENTRIES",
    "Entry",
    "Folders",
    "Found",
    "Listing",
    "Seen",
    "Stamp",
    "Top",
    "reason",
    "shown_below",
    "shown_path",
    "walk",
]

MAX_ENTRIES = 200_000
"""Files and folders in one registry; folders that link to each other could otherwise be walked for ever."""

_SUFFIXES = (".md", ".yaml")
_NOT_READ = (".md", ".yaml", ".yml")
"""In capitals, and `.yml` in any case: names that look like those of registry files, and are refused by name."""
_NOT_COMPONENTS = frozenset(("labels.yaml",))

Stamp = tuple[int, int, int, int]
"""Times of modification and of change (ns), size and inode: changes whenever the file or its permissions do."""


class Found(NamedTuple):
    """One file of the registry: its component name, handle for reading, and path for people."""

    name: str
    file: str
    path: str
    stamp: Stamp


class Listing(NamedTuple):
    """The files of a registry by name, and what is wrong with other names and folders.

    A fault comes with the name that it takes away; that of a folder ends with a slash.
    """

    found: list[Found]
    faults: list[tuple[str, Problem]]
    others: Mapping[str, Stamp]
    """Stamps of the files that are no components (samples, schemas, notes), by handle."""

    def stamps(self) -> dict[str, Stamp]:
        """Another answer than before when a file was added, removed or changed, or a fault came or went."""
        faults: dict[str, Stamp] = {str(problem): (0, 0, 0, 0) for _, problem in self.faults}
        return {**faults, **self.others, **{item.file: item.stamp for item in self.found}}


class Entry(Protocol):
    """One name in a folder; `path` begins with the path that the registry was given by."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    def is_symlink(self) -> bool:
        """Whether this is a symbolic link."""


class Seen(NamedTuple):
    """What an entry is once links are followed, and its real path, which has no link in it."""

    real: str
    is_folder: bool
    stamp: Stamp


class Folders(Protocol):
    """A place with folders to look into. Both methods raise OSError."""

    def entries(self, path: str) -> Sequence[Entry]:
        """What is in the folder at the path of an entry."""

    def look(self, entry: Entry, folder: str) -> Seen:
        """What an entry of the folder with that real path is."""


def _meant(name: str) -> str:
    return ".md" if name.lower().endswith(".md") else ".yaml"


def shown_path(file: str | os.PathLike[str], root: str | os.PathLike[str]) -> str:
    """The path that people and records see: relative to the project root, with forward slashes."""
    return _printable(os.path.relpath(file, root).replace(os.sep, "/"))


def shown_below(folder: str, root: str) -> Callable[[str], str]:
    """`shown_path` for many paths that all begin with that of `folder`, which is compared with the root only once."""
    shown = os.path.relpath(folder, root)
    if shown.startswith(os.pardir):  # the root may lie below the folder
        return lambda path: shown_path(path, root)
    start = len(os.path.join(folder, ""))
    prefix = "" if shown == os.curdir else _printable(shown.replace(os.sep, "/")) + "/"
    return lambda path: prefix + _printable(path[start:].replace(os.sep, "/"))


def _printable(name: str) -> str:
    """A file name as text; bytes that are not UTF-8 become escapes."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def reason(error: OSError) -> str:
    """Why the system refused, for a message."""
    return (error.strerror or str(error)).lower()


class Top(NamedTuple):
    """The folder of a registry: as it was given, its real path, and the project root that shown paths start from."""

    path: str
    real: str
    root: str


def walk(folders: Folders, top: Top, entries: Sequence[Entry]) -> Listing:
    """Every component and prompt file of a registry whose folder has these entries."""
    found = _Walk(folders, top)
    found.all(entries)
    return found.finish()


class _Folder(NamedTuple):
    """A folder being walked: its entries, the names in it, and the real paths of it and the folders around it."""

    entries: Sequence[Entry]
    prefix: str
    real: tuple[str, ...]


class _Walk:
    """One walk over the registry; collects files and faults. Has its own stack: folders may be nested deeply."""

    def __init__(self, folders: Folders, top: Top) -> None:
        self.folders = folders
        self.top = top
        self.shown = shown_below(top.path, top.root)
        self.found: list[Found] = []
        self.faults: list[tuple[str, Problem]] = []
        self.waiting: list[_Folder] = []
        self.others: dict[str, Stamp] = {}

    def fault(self, name: str, file: str, message: str) -> None:
        self.faults.append((_printable(name), Problem(InvalidFile.code, message, shown_path(file, self.top.root))))

    def all(self, entries: Sequence[Entry]) -> None:
        left = MAX_ENTRIES
        self.waiting.append(_Folder(entries, "", (self.top.real,)))
        while self.waiting:
            folder = self.waiting.pop()
            left -= len(folder.entries)
            if left < 0:
                self.fault(
                    "", self.top.path, f"holds more than {MAX_ENTRIES:,} files and folders; the rest is not read"
                )
                return
            for entry in folder.entries:
                if not entry.name.startswith("."):
                    self._entry(entry, folder)

    def _entry(self, entry: Entry, folder: _Folder) -> None:
        stem, dot, _ = entry.name.rpartition(".")
        is_file = entry.name.endswith(_SUFFIXES)
        is_near = not is_file and entry.name.lower().endswith(_NOT_READ)
        name = folder.prefix + (stem if is_file or is_near else f"{entry.name}/")
        try:
            real, is_folder, stamp = self.folders.look(entry, folder.real[-1])
        except OSError as error:
            if entry.is_symlink() and (is_file or not dot):
                self.fault(name, entry.path, "is a link that leads nowhere")
            elif is_file:
                self.fault(name, entry.path, f"cannot be read: {reason(error)}")
            return
        if not (is_folder or is_file or is_near):
            self.others[entry.path] = stamp
            return
        if real != self.top.real and not real.startswith(self.top.real + os.sep):
            self.fault(name, entry.path, "is a link that leaves the registry")
        elif is_folder:
            self._enter(entry, folder, real, name)
        elif not is_file:
            self.fault(name, entry.path, f"is not read: the suffix of a registry file is {_meant(entry.name)}")
        elif folder.prefix or entry.name not in _NOT_COMPONENTS:
            self._file(entry, name, stamp)
        else:
            self.others[entry.path] = stamp

    def _enter(self, entry: Entry, folder: _Folder, real: str, name: str) -> None:
        if not name.endswith("/"):
            self.fault(name, entry.path, "is a folder where a file is expected")
            return
        if any(f"{outer}{os.sep}".startswith(real + os.sep) for outer in folder.real):
            self.fault(name, entry.path, "is a link to a folder around itself")
            return
        try:
            entries = self.folders.entries(entry.path)
        except OSError as error:
            self.fault(name, entry.path, f"cannot be read: {reason(error)}")
            return
        self.waiting.append(_Folder(entries, name, (*folder.real, real)))

    def _file(self, entry: Entry, name: str, stamp: Stamp) -> None:
        wrong = name_fault(_printable(name))
        if wrong:
            message = f'the file name gives the component name "{_printable(name)}": {wrong}'
            self.fault(name, entry.path, message)
        else:
            self.found.append(Found(name, entry.path, self.shown(entry.path), stamp))

    def finish(self) -> Listing:
        """What was found, in an order that the file system has no part in; a name with two suffixes is nobody's."""
        by_name: dict[str, Found] = {}
        twice: set[str] = set()
        for found in sorted(self.found, key=lambda found: found.path):
            other = by_name.setdefault(found.name, found)
            if other is not found:
                twice.add(found.name)
                self.fault(found.name, found.file, f'the name "{found.name}" is taken twice: here and by {other.path}')
        faults = sorted(self.faults, key=lambda fault: fault[1].path or "")
        return Listing([by_name[name] for name in sorted(by_name) if name not in twice], faults, self.others)
