"""A release that working mode falls back to is checked against the lock like any other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import promptreg
from promptreg.cli.app import main
from promptreg.errors import IntegrityError
from tests.registry.folders import fill, text_component


def prompt(ref: str) -> str:
    return f"kind: prompt\nversion: 1.0.0\nmessages: [{{role: user, parts: [use: {ref}]}}]\n"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A prompt on the released rule 1.0.0, whose head is 2.0.0."""
    folder = fill(tmp_path, {"r.md": text_component("- Old.\n"), "p.yaml": prompt("r@^1")})
    assert main(["release", "r", "--registry", str(folder)]) == 0
    (folder / "r.md").write_text(text_component("- New.\n", version="2.0.0"))
    return folder


def test_a_release_stands_in_for_a_head_that_does_not_fit(registry: Path) -> None:
    assert promptreg.load(registry).render("p").text == "- Old."


def test_a_tampered_release_is_never_rendered(registry: Path) -> None:
    frozen = registry / ".versions" / "r" / "1.0.0.md"
    frozen.write_text(frozen.read_text().replace("Old", "Odd"))
    with pytest.raises(IntegrityError, match=r"r@1\.0\.0"):
        promptreg.load(registry).render("p")
    assert main(["render", "p", "--registry", str(registry)]) == 4


def test_a_registry_without_a_lock_still_renders_its_frozen_files(registry: Path) -> None:
    (registry / "promptreg.lock").unlink()
    copy = registry.parent / "copy" / "prompts"
    shutil.copytree(registry, copy)
    assert promptreg.load(copy).render("p").text == "- Old."
