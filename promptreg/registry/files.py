"""Finding and reading the files of a registry on disk. The only module that opens them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from promptreg.errors import InvalidFile, Problem, UsageError, nearest
from promptreg.registry.walk import Entry, Folders, Listing, Seen, Top, reason, shown_path, walk
from promptreg.text import Source

__all__ = ["MAX_FILE_BYTES", "Disk", "decode", "decode_utf8", "find_files", "find_root", "read_bytes", "read_file"]

MAX_FILE_BYTES = 1_000_000
"""A component or prompt file may hold 1 MB; samples and schemas 20 times as much."""

_Path = str | os.PathLike[str]
_ROOT_MARKS = ("promptreg.toml", "pyproject.toml", ".git")


def find_root(registry: _Path) -> str:
    """The project root: the nearest folder above the registry that looks like one, else its parent."""
    folder = parent = os.path.dirname(os.path.abspath(registry))
    while not any(os.path.exists(os.path.join(folder, mark)) for mark in _ROOT_MARKS):
        outer = os.path.dirname(folder)
        if outer == folder:
            return parent
        folder = outer
    return folder


class Disk:
    """Folders of the file system."""

    def entries(self, path: str) -> list[os.DirEntry[str]]:
        """See Folders."""
        return list(os.scandir(path))

    def look(self, entry: Entry, folder: str) -> Seen:
        """See Folders."""
        real = os.path.realpath(entry.path) if entry.is_symlink() else f"{folder}{os.sep}{entry.name}"
        info = os.stat(real)
        stamp = (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino)
        return Seen(real, stat.S_ISDIR(info.st_mode), stamp)


_DISK = Disk()


def find_files(registry: _Path, root: _Path, given: str | None = None, *, folders: Folders = _DISK) -> Listing:
    """Every component and prompt file below `registry`, as `folders` show it.

    Raises UsageError when the registry itself is missing, not a folder, or unreadable; it is named as it was `given`.
    """
    try:
        entries = folders.entries(os.fspath(registry))
    except (OSError, ValueError) as error:
        path = given or shown_path(registry, root)
        near = _folder_like(os.fspath(registry), path) if isinstance(error, FileNotFoundError) else None
        raise UsageError.at(f"the registry {_registry_fault(error)}", path=path, suggestion=near) from None
    return walk(folders, Top(os.fspath(registry), os.path.realpath(registry), os.fspath(root)), entries)


def _registry_fault(error: OSError | ValueError) -> str:
    if isinstance(error, NotADirectoryError):
        return "is not a folder"
    if isinstance(error, (FileNotFoundError, ValueError)):
        return "does not exist"
    return f"cannot be read: {reason(error)}"


def _folder_like(folder: str, shown: str) -> str | None:
    """The folder beside a missing one whose name is most like its own, named as that is `shown`."""
    parent, name = os.path.split(os.path.normpath(folder))
    try:
        with os.scandir(parent or os.curdir) as entries:
            beside = [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return None
    near = nearest(name, beside)
    return near and os.path.join(os.path.dirname(shown.rstrip("/")), near)


def read_file(file: _Path, path: str, limit: int = MAX_FILE_BYTES) -> Source:
    """The decoded text of a file; raises InvalidFile when it cannot be read, is too large or is not UTF-8."""
    return decode(read_bytes(file, path, limit), path)


def read_bytes(file: _Path, path: str, limit: int = MAX_FILE_BYTES, *, inside: _Path | None = None) -> bytes:
    """The bytes of a regular file; raises InvalidFile when it cannot be read or is too large.

    With `inside`, a link is followed only to what is below that folder.
    """
    try:
        descriptor = _open(file) if inside is None else _open_inside(file, path, inside)
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                raise InvalidFile.at("is not a regular file", path=path)
            data = b"" if info.st_size > limit else _read_all(descriptor, limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InvalidFile.at(f"cannot be read: {reason(error)}", path=path) from error
    if len(data) > limit or info.st_size > limit:
        raise InvalidFile.at(f"is larger than {limit:,} bytes", path=path)
    return data


def _open(file: _Path, more: int = 0) -> int:
    return os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | more)


def _open_inside(file: _Path, path: str, folder: _Path) -> int:
    """Like `_open`; whether the file is a link is asked only where the system refuses to open one."""
    unlinked = getattr(os, "O_NOFOLLOW", 0)
    if unlinked:
        try:
            return _open(file, unlinked)
        except OSError:
            if not os.path.islink(file):
                raise
    real = os.path.realpath(file)
    if not real.startswith(os.path.join(os.path.realpath(folder), "")):
        raise InvalidFile.at("leaves the registry", path=path)
    return _open(real)


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
        reason = f"is not UTF-8 (byte 0x{data[error.start]:02x}): save it as UTF-8"
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
