"""Writing so that a reader sees the old bytes or the new, never half: temporary file, fsync, rename.

And one lock for all writers of a registry, held by the operating system, so that a killed process leaves none behind.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["TEMPORARY", "create_file", "locked", "put_new", "replace_file", "stage", "sweep", "sync_folder"]

TEMPORARY = ".promptreg-tmp-"
"""Temporary files begin with this; whoever holds the lock may remove those that it finds."""

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def replace_file(target: str | Path, data: bytes, *, mode: int | None = None) -> None:
    """Put `data` at `target`, replacing what is there. Raises OSError; then the old file is untouched."""
    temporary = stage(os.fspath(target), data, mode)
    try:
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(os.path.dirname(os.path.abspath(target)))


def create_file(target: str | Path, data: bytes) -> None:
    """Put `data` at `target`, which must not exist. Raises FileExistsError, or OSError; then nothing was made."""
    temporary = stage(os.fspath(target), data, None)
    try:
        put_new(temporary, os.fspath(target))
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(os.path.dirname(os.path.abspath(target)))


def put_new(temporary: str, target: str) -> None:
    """Give a staged file its name, which must be free. Raises FileExistsError, or OSError."""
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(target):
            raise
        os.rename(temporary, target)  # a file system without hard links; the writers' lock keeps the name free
    else:
        with suppress(OSError):
            os.unlink(temporary)


def stage(target: str, data: bytes, mode: int | None = None) -> str:
    """The path of a temporary file beside `target` that holds `data`, safely on disk; none is left after an OSError."""
    folder, name = os.path.split(os.path.abspath(target))
    temporary = os.path.join(folder, f"{TEMPORARY}{name[:60]}-{os.getpid()}-{os.urandom(4).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if mode is not None:
                os.chmod(temporary, mode)
            os.fsync(stream.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def sync_folder(folder: str) -> None:
    """Make a new name durable where the system can; Windows cannot open folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(folder: str | Path) -> Iterator[None]:
    """Hold the writers' lock of a registry; waits for whoever holds it.

    On POSIX the folder itself is locked, so no file is left lying about. Raises OSError when it cannot be opened.
    """
    if os.name == "posix":
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)  # a forked child may still have the descriptor open
        finally:
            os.close(descriptor)
        return
    with _locked_file(os.path.join(folder, f"{TEMPORARY}lock")):  # pragma: no cover - Windows
        yield


@contextmanager
def _locked_file(file: str) -> Iterator[None]:  # pragma: no cover - Windows
    import importlib
    import time

    msvcrt = importlib.import_module("msvcrt")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def sweep(folder: str | Path) -> int:
    """Remove what killed writers left below `folder` and count it; call it only while holding the lock."""
    removed = 0
    for base, _, names in os.walk(folder):
        for name in names:
            if name.startswith(TEMPORARY) and not name.endswith("lock"):
                with suppress(OSError):
                    os.unlink(os.path.join(base, name))
                    removed += 1
    return removed
