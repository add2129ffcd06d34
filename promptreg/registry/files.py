"""Finding and reading the files of a registry. The only module that opens them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem, UsageError
from promptreg.model.kinds import name_fault
from promptreg.text import Source

__all__ = [
    "MAX_FILE_BYTES",
    "Found",
    "Listing",
    "Stamp",
    "decode",
    "decode_utf8",
    "find_files",
    "find_root",
    "read_bytes",
    "read_file",
    "shown_path",
]

MAX_FILE_BYTES = 1_000_000
"""A component or prompt file may hold 1 MB; samples and schemas 20 times as much."""

MAX_ENTRIES = 200_000
"""Files and folders in one registry; folders that link to each other could otherwise be walked for ever."""

_SUFFIXES = (".md", ".yaml")
_NOT_READ = ".yml"
_NOT_COMPONENTS = frozenset(("labels.yaml",))
_ROOT_MARKS = ("promptreg.toml", "pyproject.toml", ".git")

Stamp = tuple[int, int, int, int]
"""Times of modification and of change (ns), size and inode: changes whenever the file or its permissions do."""


class Found(NamedTuple):
    """One file of the registry: its component name, place on disk, and path for people."""

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
    """Stamps of the files that are no components (samples, schemas, notes), by place on disk."""

    def stamps(self) -> dict[str, Stamp]:
        """Another answer than before when a file was added, removed or changed, or a fault came or went."""
        faults: dict[str, Stamp] = {str(problem): (0, 0, 0, 0) for _, problem in self.faults}
        return {**faults, **self.others, **{item.file: item.stamp for item in self.found}}


def find_root(registry: Path) -> Path:
    """The project root: the nearest folder above the registry that looks like one, else its parent."""
    folders = Path(os.path.abspath(registry)).parents
    for folder in folders:
        if any(os.path.exists(folder / mark) for mark in _ROOT_MARKS):
            return folder
    return next(iter(folders), registry)


def shown_path(file: str | Path, root: Path) -> str:
    """The path that people and records see: relative to the project root, with forward slashes."""
    return _printable(os.path.relpath(file, root).replace(os.sep, "/"))


def _printable(name: str) -> str:
    """A file name as text; bytes that are not UTF-8 become escapes."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def find_files(registry: Path, root: Path) -> Listing:
    """Every component and prompt file below `registry`.

    Raises UsageError when the registry itself is missing, not a folder, or unreadable.
    """
    try:
        entries = list(os.scandir(registry))
    except (OSError, ValueError) as error:
        raise UsageError.at(f"the registry {_registry_fault(error)}", path=shown_path(registry, root)) from None
    walk = _Walk(os.path.realpath(registry), root)
    walk.all(entries)
    return walk.finish()


def _registry_fault(error: OSError | ValueError) -> str:
    if isinstance(error, NotADirectoryError):
        return "is not a folder"
    if isinstance(error, (FileNotFoundError, ValueError)):
        return "does not exist"
    return f"cannot be read: {_reason(error)}"


class _Folder(NamedTuple):
    """A folder being walked: its entries, the names in it, and the real paths of it and the folders around it."""

    entries: list[os.DirEntry[str]]
    prefix: str
    real: tuple[str, ...]


class _Walk:
    """One walk over the registry; collects files and faults. Has its own stack: folders may be nested deeply."""

    def __init__(self, real: str, root: Path) -> None:
        self.real = real
        self.root = root
        self.found: list[Found] = []
        self.faults: list[tuple[str, Problem]] = []
        self.folders: list[_Folder] = []
        self.others: dict[str, Stamp] = {}

    def fault(self, name: str, file: str, message: str) -> None:
        self.faults.append((_printable(name), Problem(InvalidFile.code, message, shown_path(file, self.root))))

    def all(self, entries: list[os.DirEntry[str]]) -> None:
        left = MAX_ENTRIES
        self.folders.append(_Folder(entries, "", (self.real,)))
        while self.folders:
            folder = self.folders.pop()
            left -= len(folder.entries)
            if left < 0:
                self.fault("", self.real, f"holds more than {MAX_ENTRIES:,} files and folders; the rest is not read")
                return
            for entry in folder.entries:
                if not entry.name.startswith("."):
                    self._entry(entry, folder)

    def _entry(self, entry: os.DirEntry[str], folder: _Folder) -> None:
        stem, dot, _ = entry.name.rpartition(".")
        is_file = entry.name.endswith(_SUFFIXES)
        name = folder.prefix + (stem if is_file or entry.name.endswith(_NOT_READ) else f"{entry.name}/")
        try:
            real = os.path.realpath(entry.path) if entry.is_symlink() else f"{folder.real[-1]}{os.sep}{entry.name}"
            info = os.stat(real)
        except OSError as error:
            if entry.is_symlink() and (is_file or not dot):
                self.fault(name, entry.path, "is a link that leads nowhere")
            elif is_file:
                self.fault(name, entry.path, f"cannot be read: {_reason(error)}")
            return
        is_folder = stat.S_ISDIR(info.st_mode)
        stamp = (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino)
        if not (is_folder or is_file or entry.name.endswith(_NOT_READ)):
            self.others[entry.path] = stamp
            return
        if real != self.real and not real.startswith(self.real + os.sep):
            self.fault(name, entry.path, "is a link that leaves the registry")
        elif is_folder:
            self._enter(entry, folder, real, name)
        elif not is_file:
            self.fault(name, entry.path, "is not read: the suffix of a registry file is .yaml")
        elif folder.prefix or entry.name not in _NOT_COMPONENTS:
            self._file(entry, name, stamp)
        else:
            self.others[entry.path] = stamp

    def _enter(self, entry: os.DirEntry[str], folder: _Folder, real: str, name: str) -> None:
        if not name.endswith("/"):
            self.fault(name, entry.path, "is a folder where a file is expected")
            return
        if any(f"{outer}{os.sep}".startswith(real + os.sep) for outer in folder.real):
            self.fault(name, entry.path, "is a link to a folder around itself")
            return
        try:
            entries = list(os.scandir(entry.path))
        except OSError as error:
            self.fault(name, entry.path, f"cannot be read: {_reason(error)}")
            return
        self.folders.append(_Folder(entries, name, (*folder.real, real)))

    def _file(self, entry: os.DirEntry[str], name: str, stamp: Stamp) -> None:
        reason = name_fault(_printable(name))
        if reason:
            message = f'the file name gives the component name "{_printable(name)}", which {reason}'
            self.fault(name, entry.path, message)
        else:
            self.found.append(Found(name, entry.path, shown_path(entry.path, self.root), stamp))

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


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def read_file(file: str | Path, path: str, limit: int = MAX_FILE_BYTES) -> Source:
    """The decoded text of a file; raises InvalidFile when it cannot be read, is too large or is not UTF-8."""
    return decode(read_bytes(file, path, limit), path)


def read_bytes(file: str | Path, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a regular file; raises InvalidFile when it cannot be read or is too large."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                raise InvalidFile.at("is not a regular file", path=path)
            data = b"" if info.st_size > limit else _read_all(descriptor, limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InvalidFile.at(f"cannot be read: {_reason(error)}", path=path) from error
    if len(data) > limit or info.st_size > limit:
        raise InvalidFile.at(f"is larger than {limit:,} bytes", path=path)
    return data


def _read_all(descriptor: int, limit: int) -> bytes:
    chunks: list[bytes] = []
    while limit > 0:
        chunk = os.read(descriptor, min(limit, 1 << 16))
        if not chunk:
            break
        chunks.append(chunk)
        limit -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def decode(data: bytes, path: str) -> Source:
    """The text of `data`: UTF-8 without byte order mark, not empty, lines end with LF or CR LF."""
    source = decode_utf8(data, path)
    problems = list(_text_problems(source))
    if problems:
        raise InvalidFile(problems)
    return source


def decode_utf8(data: bytes, path: str) -> Source:
    """The text of `data` as it is: for readers that report byte order marks and carriage returns with other faults."""
    try:
        return Source(path, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        place = Source(path, before).location(len(before))
        reason = f"is not UTF-8 (byte 0x{data[error.start]:02x})"
        raise InvalidFile.at(reason, path=path, line=place.line, column=place.column) from None


def _text_problems(source: Source) -> Iterator[Problem]:
    text = source.text
    if not text.strip():
        yield Problem(InvalidFile.code, "is empty", source.path, 1, 1)
    if text.startswith("\ufeff"):
        yield Problem(
            InvalidFile.code, "starts with a byte order mark: save it as UTF-8 without one", source.path, 1, 1
        )
    if "\r" in text:
        at = text.replace("\r\n", "\n\n").find("\r")
        if at >= 0:
            place = source.location(at)
            reason = "holds a lone carriage return: lines end with LF or CR LF"
            yield Problem(InvalidFile.code, reason, source.path, place.line, place.column)
