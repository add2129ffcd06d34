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


@pytest.fixture
def twice(registry: Path) -> Path:
    """The same rule released as 1.1.0 too."""
    head = (registry / "r.md").read_text()
    (registry / "r.md").write_text(text_component("- Newer.\n", version="1.1.0"))
    assert main(["release", "r", "--registry", str(registry)]) == 0
    (registry / "r.md").write_text(head)
    assert promptreg.load(registry).render("p").text == "- Newer."
    return registry


DAMAGES = {
    "missing": (lambda file: file.unlink(), "the frozen file of r@1.1.0 is missing"),
    "changed": (lambda file: file.write_text(text_component("- Odd.\n", version="1.1.0")), "is not the one that was"),
    "no component any more": (lambda file: file.write_text("spoilt"), "is not the one that was released"),
    "no text any more": (lambda file: file.write_bytes(b"\xff"), "the frozen file of r@1.1.0 cannot be read"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_older_release_never_stands_in_for_one_that_was_lost(twice: Path, damage: str) -> None:
    spoil, message = DAMAGES[damage]
    spoil(twice / ".versions/r/1.1.0.md")
    with pytest.raises(IntegrityError, match=message):
        promptreg.load(twice).render("p")
    for words in (["render", "p"], ["tree", "p"], ["tree"], ["bundle", "p", "-o", "x.json"], ["release", "p"]):
        assert main([*words, "--registry", str(twice)]) == 4, words


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_release_that_nobody_asks_for_may_be_lost(twice: Path, damage: str) -> None:
    DAMAGES[damage][0](twice / ".versions/r/1.1.0.md")
    (twice / "p.yaml").write_text(prompt("r@1.0"))
    assert promptreg.load(twice).render("p").text == "- Old."
    (twice / "p.yaml").write_text(prompt("r"))
    assert promptreg.load(twice).render("p").text == "- New."


def test_what_the_lock_does_not_know_stands_in_for_nothing(twice: Path) -> None:
    """A release that was killed leaves such files; until the lock names them, nothing is released."""
    (twice / ".versions/r/1.2.0.md").write_text(text_component("- Stray.\n", version="1.2.0"))
    for ref in ("r@^1", "r@1"):
        (twice / "p.yaml").write_text(prompt(ref))
        assert promptreg.load(twice).render("p").text == "- Newer."
    (twice / "p.yaml").write_text(prompt("r@1.2.0"))
    with pytest.raises(promptreg.UnsatisfiableRef, match=r"no version of r fits r@1\.2\.0"):
        promptreg.load(twice).render("p")
    (twice / "r.md").write_text(text_component("- Head.\n", version="1.2.0"))
    assert promptreg.load(twice).render("p").text == "- Head."
