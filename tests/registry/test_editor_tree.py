"""A registry under the texts of an editor is the registry that saving them would make."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promptreg.errors import InvalidFile
from promptreg.registry.editor_tree import EditorTree
from promptreg.registry.source_tree import FolderTree
from promptreg.registry.store import Store, load_store
from promptreg.render.scanning import scan
from tests.support.registries import component, write_files

FILES = {"rules/tone.md": component("Old.\n"), "notes/a.md": component("A.\n")}


def store(folder: Path, texts: dict[str, str]) -> Store:
    """The registry with these texts, by path below its folder."""
    tree = FolderTree(folder / "prompts", folder)
    real = os.path.realpath(folder)
    return load_store(EditorTree(tree, {f"{real}/prompts/{name}": text for name, text in texts.items()}), scan)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"rules/tone.md": component("New.\n")}, id="another text"),
        pytest.param({"rules/tone.md": "---\nkind: rul\n"}, id="a text that is broken"),
        pytest.param({"rules/tone.md": ""}, id="an empty text"),
        pytest.param({"rules/new.md": component("New.\n")}, id="a new file"),
        pytest.param({"a/b/c.md": component("New.\n"), "a/d.yaml": "kind: x\n"}, id="new folders"),
        pytest.param({"rules/tone.yaml": "kind: prompt\n"}, id="a name that is taken twice"),
        pytest.param({"Rules/Wrong Name.md": component("New.\n")}, id="a name that is none"),
        pytest.param({"rules/.hidden.md": "x"}, id="a hidden file"),
        pytest.param({"labels.yaml": "production: 5\n"}, id="the labels"),
        pytest.param({"rules/tone.md": component("x" * 1_000_001)}, id="a text that is too large"),
    ],
)
def test_unsaved_texts_count_as_if_they_were_saved(tmp_path: Path, texts: dict[str, str]) -> None:
    write_files(tmp_path / "one", FILES)
    write_files(tmp_path / "two", FILES | texts)
    unsaved, saved = store(tmp_path / "one", texts), store(tmp_path / "two", {})
    assert unsaved.problems == saved.problems
    assert {name: head.written.source.text for name, head in unsaved.heads.items()} == {
        name: head.written.source.text for name, head in saved.heads.items()
    }
    assert [head.path for head in unsaved.heads.values()] == [head.path for head in saved.heads.values()]
    assert said(unsaved) == said(saved)


def said(found: Store) -> str:
    """What is said about the labels."""
    try:
        return str(found.labels.table)
    except InvalidFile as error:
        return str(error)


def test_texts_of_other_folders_change_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    assert store(tmp_path, {"../other.md": component("x\n")}).heads.keys() == {"rules/tone", "notes/a"}


def test_a_link_has_the_text_of_what_it_leads_to(tmp_path: Path) -> None:
    registry = write_files(tmp_path, FILES)
    (registry / "link.md").symlink_to("rules/tone.md")
    found = store(tmp_path, {"rules/tone.md": component("New.\n")})
    assert [found.component(name).body.text for name in ("link", "rules/tone")] == ["New.\n", "New.\n"]


def test_a_lone_surrogate_is_a_fault_of_the_file_and_not_of_the_program(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    found = store(tmp_path, {"rules/tone.md": component("\ud800\n")})
    assert ["is not UTF-8" in problem.message for problem in found.problems] == [True]
