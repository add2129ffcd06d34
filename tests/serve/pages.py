"""Registries with one page in an editor, whose cursor is marked by `‸`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from promptreg.registry.config import Config
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.project import Project, Snapshot
from tests.support.registries import SUPPORT, write_files

__all__ = ["CURSOR", "Opened", "opened", "project"]

CURSOR = "‸"


class Opened(NamedTuple):
    """A snapshot with the page that is being edited, and where the cursor is."""

    snapshot: Snapshot
    page: Page
    offset: int


def project(folder: Path, files: Mapping[str, str] = SUPPORT) -> Project:
    """A project of these files of a registry."""
    return Project(Config(os.fspath(folder), os.fspath(write_files(folder, files))))


def opened(folder: Path, name: str, text: str, files: Mapping[str, str] = SUPPORT) -> Opened:
    """The page `name` of a registry with an unsaved text, in which the cursor is marked; it was readable before."""
    found = project(folder, files)
    found.snapshot({})
    offset = text.index(CURSOR)
    text = text.replace(CURSOR, "")
    file = os.path.realpath(folder / "prompts" / name)
    return Opened(found.snapshot({file: text}), Page(f"prompts/{name}", text), offset)
