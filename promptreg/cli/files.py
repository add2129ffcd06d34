"""Writing files so that a reader sees the old content or the new, never half of one."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from promptreg.errors import UsageError

__all__ = ["create_files", "write_file"]


def write_file(path: str, data: bytes) -> None:
    """Put `data` into the file at `path`: temporary file, fsync, replace. A link is followed, its target replaced.

    What is not a regular file (a pipe, a device) is written to directly. Raises UsageError for a folder.
    """
    target = os.path.realpath(path)
    try:
        mode: int | None = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and stat.S_ISDIR(mode):
        raise UsageError.at("is a folder; -o takes a file", path=path)
    if mode is not None and not stat.S_ISREG(mode):
        with open(target, "wb") as stream:
            stream.write(data)
        return
    try:
        _replace(target, data, None if mode is None else stat.S_IMODE(mode))
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise


def _replace(target: str, data: bytes, mode: int | None) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:60]}.{os.urandom(4).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if mode is not None:
                os.chmod(temporary, mode)
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Make the new name durable where the system can; Windows cannot open folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def create_files(files: dict[Path, bytes]) -> None:
    """Write all of these new files or none; raises FileExistsError rather than touch one that exists."""
    written: list[Path] = []
    folders: list[Path] = []
    try:
        for path, data in files.items():
            folders.extend(_make_folders(path.parent))
            with open(path, "xb") as stream:
                written.append(path)
                stream.write(data)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
        raise


def _make_folders(folder: Path) -> list[Path]:
    """Create `folder` and what is missing above it; the folders made, outermost first."""
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made = list(reversed(missing))
    for path in made:
        path.mkdir()
    return made
