"""Tests of git see a git of their own: no configuration of the machine, no variables of a hook that runs the tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.registry.git.repositories import ISOLATED, Work


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    for name, value in ISOLATED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.resolve()))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """An empty repository."""
    return Work.create(tmp_path / "work")
