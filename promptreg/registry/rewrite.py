"""Giving files of a registry new texts: all of them or none, and only if nobody changed them in the meantime."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress

from promptreg.errors import Problem, UsageError, WriteFailed
from promptreg.registry.atomic import locked, replace_file, stage, sync_folder
from promptreg.registry.source_tree import FolderTree
from promptreg.registry.walk import shown_path

__all__ = ["Change", "rewrite"]

Change = tuple[str, str]
"""The text of a file before and after."""


def rewrite(tree: FolderTree, changes: Mapping[str, Change]) -> None:
    """Write the changes of files by shown path, of components and prompts only.

    Waits for other writers of the registry. A link is followed and its target replaced; modes are kept. Raises
    UsageError when a file is not what it was before, WriteFailed when the disk refuses; then nothing has changed.
    """
    if not changes:
        return
    try:
        with locked(tree.registry):
            _write(_targets(tree, changes), changes)
    except OSError as error:
        path = shown_path(error.filename, tree.root) if isinstance(error.filename, str) else None
        reason = (error.strerror or str(error)).lower()
        raise WriteFailed(
            [Problem(WriteFailed.code, f"cannot be written: {reason}; nothing was changed", path)]
        ) from None


def _targets(tree: FolderTree, changes: Mapping[str, Change]) -> dict[str, str]:
    """The real files of the paths, once all of them still hold what they held before."""
    files = {found.path: found.file for found in tree.listing().found}
    for path, (before, _) in changes.items():
        if path not in files or tree.read(files[path], path) != before.encode("utf-8"):
            raise UsageError.at("was changed while it was being fixed; run it again", path=path)
    return {path: os.path.realpath(files[path]) for path in changes}


def _write(targets: Mapping[str, str], changes: Mapping[str, Change]) -> None:
    staged: dict[str, str] = {}
    done: list[str] = []
    try:
        for path, target in targets.items():
            staged[path] = _staged(target, changes[path][1].encode("utf-8"))
        for path, target in targets.items():
            os.replace(staged[path], target)
            done.append(path)
    except BaseException:
        for path, temporary in staged.items():
            if path in done:
                with suppress(OSError):
                    replace_file(targets[path], changes[path][0].encode("utf-8"), mode=_mode(targets[path]))
            else:
                with suppress(OSError):
                    os.unlink(temporary)
        raise
    for folder in {os.path.dirname(target) for target in targets.values()}:
        sync_folder(folder)


def _staged(target: str, data: bytes) -> str:
    try:
        return stage(target, data, _mode(target))
    except OSError as error:
        error.filename = target  # people do not know the temporary name
        raise


def _mode(target: str) -> int:
    return stat.S_IMODE(os.stat(target).st_mode)
