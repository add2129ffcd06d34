"""Finding and reading the files of a registry. The only module that opens them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem, UsageError
from promptreg.model.kinds import name_fault
from promptreg.text import Source

__all__ = [
    "MAX_FILE_BYTES",
    "Found",
    "Stamp",
    "decode",
    "find_files",
    "find_root",
    "read_bytes",
    "read_file",
    "shown_path",
]

MAX_FILE_BYTES = 1_000_000
"""A component or prompt file may hold 1 MB; samples and schemas 20 times as much."""

_SUFFIXES = (".md", ".yaml")
_NOT_COMPONENTS = frozenset(("labels.yaml",))
_ROOT_MARKS = ("promptreg.toml", "pyproject.toml", ".git")

Stamp = tuple[int, int, int]
"""Modification time (ns), size and inode: changes whenever the file does."""


class Found(NamedTuple):
    """One file of the registry: its component name, place on disk, and path for people."""

    name: str
    file: str
    path: str
    stamp: Stamp


def find_root(registry: Path) -> Path:
    """The project root: the nearest folder above the registry that looks like one, else its parent."""
    for folder in registry.parents:
        if any((folder / mark).exists() for mark in _ROOT_MARKS):
            return folder
    return registry.parent


def shown_path(file: str | Path, root: Path) -> str:
    """The path that people and records see: relative to the project root, with forward slashes."""
    return os.path.relpath(file, root).replace(os.sep, "/")


def find_files(registry: Path, root: Path) -> tuple[list[Found], list[Problem]]:
    """Every component and prompt file below `registry`, by name, and what is wrong with names and folders.

    Raises UsageError when the registry itself is missing, not a folder, or unreadable.
    """
    if not registry.is_dir():
        kind = "is not a folder" if registry.exists() else "does not exist"
        raise UsageError.at(f"the registry {kind}", path=shown_path(registry, root))
    walk = _Walk(os.path.realpath(registry), root)
    try:
        entries = sorted(os.scandir(registry), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError.at(f"cannot read the registry: {_reason(error)}", path=shown_path(registry, root)) from error
    walk.folder(entries, "")
    return walk.finish(), walk.problems


class _Walk:
    """One walk over the registry; collects files and problems."""

    def __init__(self, real: str, root: Path) -> None:
        self.real = real
        self.root = root
        self.found: list[Found] = []
        self.problems: list[Problem] = []

    def fault(self, file: str, message: str) -> None:
        self.problems.append(Problem(InvalidFile.code, message, shown_path(file, self.root)))

    def folder(self, entries: list[os.DirEntry[str]], prefix: str) -> None:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not self._stays(entry):
                if entry.name.endswith(_SUFFIXES) or entry.is_dir():
                    self.fault(entry.path, "is a link that leaves the registry or leads nowhere")
            elif entry.is_dir():
                self._enter(entry, prefix)
            elif not prefix and entry.name in _NOT_COMPONENTS:
                continue
            elif entry.name.endswith(_SUFFIXES):
                self._file(entry, prefix)
            elif entry.name.endswith(".yml"):
                self.fault(entry.path, "is not read: the suffix of a registry file is .yaml")

    def _stays(self, entry: os.DirEntry[str]) -> bool:
        real = os.path.realpath(entry.path)
        if not real.startswith(self.real + os.sep) or not os.path.exists(real):
            return False
        # a link to a folder above itself would be walked for ever
        return not (
            os.path.isdir(real) and (os.path.realpath(os.path.dirname(entry.path)) + os.sep).startswith(real + os.sep)
        )

    def _enter(self, entry: os.DirEntry[str], prefix: str) -> None:
        if entry.name.endswith(_SUFFIXES):
            self.fault(entry.path, "is a folder where a file is expected")
            return
        try:
            entries = sorted(os.scandir(entry.path), key=lambda item: item.name)
        except OSError as error:
            self.fault(entry.path, f"cannot be read: {_reason(error)}")
            return
        self.folder(entries, f"{prefix}{entry.name}/")

    def _file(self, entry: os.DirEntry[str], prefix: str) -> None:
        stem = entry.name.rpartition(".")[0]
        name = prefix + stem
        reason = name_fault(name)
        if reason:
            self.fault(entry.path, f'the file name gives the component name "{name}", which {reason}')
            return
        info = entry.stat()
        stamp = (info.st_mtime_ns, info.st_size, info.st_ino)
        self.found.append(Found(name, entry.path, shown_path(entry.path, self.root), stamp))

    def finish(self) -> list[Found]:
        """The files by name; a name with two suffixes is nobody's."""
        by_name: dict[str, Found] = {}
        twice: set[str] = set()
        for found in self.found:
            other = by_name.get(found.name)
            if other is not None:
                twice.add(found.name)
                message = f'the name "{found.name}" is taken twice: by {other.path} and {found.path}'
                self.problems.append(Problem(InvalidFile.code, message, found.path))
            by_name[found.name] = found
        return [by_name[name] for name in sorted(by_name) if name not in twice]


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
    """The text of `data`: UTF-8 without byte order mark, lines end with LF or CR LF."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = Source(path, before).location(len(before))
        raise InvalidFile.at(
            f"is not UTF-8 (byte 0x{data[error.start]:02x})", path=path, line=place.line, column=place.column
        ) from error
    source = Source(path, text)
    problems = list(_text_problems(source))
    if problems:
        raise InvalidFile(problems)
    return source


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
