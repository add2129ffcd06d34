"""Writing files so that a reader sees the old content or the new, never half of one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from promptreg.errors import UsageError
from promptreg.registry.atomic import replace_file

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
        replace_file(target, data, mode=None if mode is None else stat.S_IMODE(mode))
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise


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
