"""A registry folder as a source of files: which frozen files there are, and how paths are shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.kinds import is_name
from promptreg.registry.source_tree import FROZEN, FolderTree, FrozenFile, frozen_key
from promptreg.registry.walk import shown_below, shown_path
from tests.registry.folders import fill

FOLDERS = ("a", "a-b", "a/b", "a/b/c", "b", "B", "b/x y", "a.b", "a..b", ".git", "b/.c", "é")
NAMES = ("1.0.0.md", "1.0.0.yaml", "1.0.0.schema.json", "10.2.3.md", "01.0.0.md", "1.0.md", "1.0.0.txt", "x.md", "a")


def walked(registry: Path, root: Path) -> dict[str, dict[str, FrozenFile]]:
    """The same by the plainest walk."""
    found: dict[str, dict[str, FrozenFile]] = {}
    top = str(registry / FROZEN)
    for base, _, files in os.walk(top):
        name = os.path.relpath(base, top)
        for file in files:
            if is_name(name) and frozen_key(file):
                path = os.path.join(base, file)
                found.setdefault(name, {})[file] = FrozenFile(path, shown_path(path, root))
    return found


@given(
    files=st.sets(st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)), max_size=12),
    links=st.sets(st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES), st.sampled_from(FOLDERS)), max_size=4),
)
def test_frozen_files_are_those_of_a_plain_walk(
    tmp_path_factory: pytest.TempPathFactory, files: set[tuple[str, str]], links: set[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("frozen")
    registry = fill(folder, {"r.md": ""})
    for name, file in files:
        place = registry / FROZEN / name / file
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_dir():
            place.write_text("x")
    for name, file, target in links:  # to folders, to files, to nothing
        for place, goal in ((registry / FROZEN / name, target), (registry / FROZEN / name / file, target)):
            if place.parent.is_dir() and not os.path.lexists(place):
                place.symlink_to(registry / FROZEN / goal)
    found = FolderTree(registry, folder).frozen()
    assert found == walked(registry, folder)
    assert list(found) == sorted(found)
    assert all(list(inner) == sorted(inner) for inner in found.values())


def test_a_link_to_itself_among_frozen_files_is_told_when_it_is_read(tmp_path: Path) -> None:
    registry = fill(tmp_path, {f"{FROZEN}/r/1.0.0.md": "x"})
    (registry / FROZEN / "r" / "1.1.0.md").symlink_to("1.1.0.md")
    assert set(FolderTree(registry, tmp_path).frozen()["r"]) == {"1.0.0.md", "1.1.0.md"}


STEPS = st.lists(st.sampled_from(["a", "b", "..a", "é", "x y", "\udcff", "a\\b"]), max_size=3)


@given(folder=STEPS, root=STEPS, rest=STEPS)
def test_paths_below_a_folder_are_shown_like_any_other(folder: list[str], root: list[str], rest: list[str]) -> None:
    top = os.path.join("/", *folder)
    path = os.path.join(top, *rest, "file.md")
    assert shown_below(top, os.path.join("/", *root))(path) == shown_path(path, os.path.join("/", *root))
