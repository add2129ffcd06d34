"""Writing so that a reader sees the old bytes or the new, never half: temporary file, fsync, rename.

And one lock for all writers of a registry, held by the operating system, so that a killed process leaves none behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["TEMPORARY", "create_file", "locked", "replace_file", "sweep"]

TEMPORARY = ".promptreg-tmp-"
"""Temporary files begin with this; whoever holds the lock may remove those that it finds."""


def replace_file(target: str | Path, data: bytes, *, mode: int | None = None) -> None:
    """Put `data` at `target`, replacing what is there. Raises OSError; then the old file is untouched."""
    temporary = _write(os.fspath(target), data, mode)
    try:
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(os.path.dirname(os.path.abspath(target)))


def create_file(target: str | Path, data: bytes) -> None:
    """Put `data` at `target`, which must not exist. Raises FileExistsError, or OSError; then nothing was made."""
    temporary = _write(os.fspath(target), data, None)
    try:
        os.link(temporary, target)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    _sync_folder(os.path.dirname(os.path.abspath(target)))


def _write(target: str, data: bytes, mode: int | None) -> str:
    """A temporary file beside `target` with `data` in it, safely on disk."""
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


def _sync_folder(folder: str) -> None:
    """Make a new name durable where the system can; Windows cannot open folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the writers' lock of a registry; waits for whoever holds it.

    On POSIX the folder itself is locked, so no file is left lying about. Raises OSError when it cannot be opened.
    """
    if os.name == "posix":
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
        return
    with _locked_file(folder / f"{TEMPORARY}lock"):  # pragma: no cover - Windows
        yield


@contextmanager
def _locked_file(file: Path) -> Iterator[None]:  # pragma: no cover - Windows
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


def sweep(folder: Path) -> int:
    """Remove what killed writers left below `folder` and count it; call it only while holding the lock."""
    removed = 0
    for base, _, names in os.walk(folder):
        for name in names:
            if name.startswith(TEMPORARY) and not name.endswith("lock"):
                with suppress(OSError):
                    os.unlink(os.path.join(base, name))
                    removed += 1
    return removed
