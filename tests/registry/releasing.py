"""Releasing in a temporary folder, with the compiler of the render layer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from promptreg.errors import PromptregError
from promptreg.registry.release import Outcome, release
from promptreg.registry.release_plan import Request
from promptreg.registry.source_tree import FolderTree
from promptreg.registry.store import Store, load_store
from promptreg.render.compiling import compile_closure
from promptreg.render.scanning import scan
from tests.registry.folders import fill

__all__ = ["edit", "files", "refused", "released", "releases", "rule", "save", "store_of"]


def rule(version: str, body: str = "- Be kind.\n", more: str = "") -> str:
    """A rule component."""
    return f"---\nkind: rule\nversion: {version}\n{more}---\n{body}"


def tree_of(folder: Path) -> FolderTree:
    """The registry `folder`/prompts."""
    return FolderTree(folder / "prompts", folder)


def store_of(folder: Path) -> Store:
    """What is on disk now."""
    return load_store(tree_of(folder), scan)


def released(
    folder: Path, *names: str, bump: str | None = None, with_parts: bool = False, dry_run: bool = False
) -> Outcome:
    """Release heads of `folder`/prompts."""
    request = Request(names, bump, with_parts)
    return release(tree_of(folder), request, scan, compile_closure, dry_run=dry_run)


def refused(folder: Path, *names: str, bump: str | None = None, with_parts: bool = False) -> list[str]:
    """Why heads cannot be released; nothing may have been written."""
    before = files(folder)
    with pytest.raises(PromptregError) as caught:
        released(folder, *names, bump=bump, with_parts=with_parts)
    assert files(folder) == before
    return [str(problem) for problem in caught.value.problems]


def releases(outcome: Outcome) -> list[str]:
    """What was released, in order."""
    return [str(step.entry) for step in outcome.steps]


def edit(folder: Path, changes: Mapping[str, str]) -> Path:
    """Write files of the registry."""
    fill(folder, changes)
    return folder


def save(file: Path, text: str) -> None:
    """Replace a file at once, as careful editors do: other processes read it in the meantime."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
