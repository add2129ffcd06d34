"""Registries with one thing wrong, made from a small good one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.cli.running import SMALL

__all__ = ["Change", "broken", "copy_small", "replaced", "written"]

Change = Callable[[Path], object]
"""Breaks the registry in a folder."""


def copy_small(folder: Path) -> Path:
    """A copy of the small fixture registry in `folder`."""
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    return folder


def broken(folder: Path, change: Change) -> Path:
    """The small registry after `change`."""
    change(copy_small(folder) / "prompts")
    return folder


def replaced(file: str, old: str, new: str) -> Change:
    """Replace one text in one file."""

    def change(prompts: Path) -> None:
        path = prompts / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8", newline="")

    return change


def written(file: str, data: bytes) -> Change:
    """Give a file other content."""
    return lambda prompts: (prompts / file).write_bytes(data)
