"""Writing labels: only released versions, whole or not at all, one writer at a time."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptreg.errors import (
    IntegrityError,
    InvalidFile,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    UsageError,
    WriteFailed,
)
from promptreg.model.version import Version
from promptreg.registry.label_edit import Change, read_shares, remove_label, set_label
from promptreg.registry.labels import read_labels
from promptreg.registry.source_tree import FolderTree
from tests.support.frozen import history

ONE, TWO = Version(1, 0, 0), Version(2, 0, 0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return history(tmp_path_factory.mktemp("model"))


@pytest.fixture
def tree(model: Path, tmp_path: Path) -> FolderTree:
    return FolderTree(Path(shutil.copytree(model, tmp_path / "prompts")), tmp_path)


def snapshot(tree: FolderTree) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(tree.registry).rglob("*") if path.is_file()}


def labels_of(tree: FolderTree) -> dict[str, dict[str, str]]:
    return {label: {name: str(at) for name, at in names.items()} for label, names in read_labels(tree).table.items()}


def test_a_label_is_set_moved_and_removed(tree: FolderTree) -> None:
    assert set_label(tree, "beta", "chat/reply", ((TWO, 100),)) == Change("beta", "chat/reply", None, ((TWO, 100),))
    assert set_label(tree, "beta", "chat/reply", ((ONE, 90), (TWO, 10)), move=True).before == ((TWO, 100),)
    assert labels_of(tree)["beta"] == {"chat/reply": "1.0.0: 90 %, 2.0.0: 10 %"}
    assert remove_label(tree, "beta") == (Change("beta", "chat/reply", ((ONE, 90), (TWO, 10)), None),)
    assert labels_of(tree).keys() == {"production"}


def test_the_first_label_makes_the_file(tree: FolderTree) -> None:
    (Path(tree.registry) / "labels.yaml").unlink()
    set_label(tree, "production", "chat/reply", ((ONE, 100),))
    assert (Path(tree.registry) / "labels.yaml").read_text() == "production:\n  chat/reply: 1.0.0\n"


def test_removing_one_name_leaves_the_others(tree: FolderTree) -> None:
    remove_label(tree, "production", "chat/close")
    assert labels_of(tree) == {"production": {"chat/reply": "1.0.0"}}


def test_setting_what_is_set_writes_nothing(tree: FolderTree) -> None:
    before = os.stat(Path(tree.registry) / "labels.yaml").st_ino
    change = set_label(tree, "production", "chat/reply", ((ONE, 100),))
    assert change.before == change.after
    assert os.stat(Path(tree.registry) / "labels.yaml").st_ino == before


def test_nothing_but_the_file_of_labels_changes(tree: FolderTree) -> None:
    before = snapshot(tree)
    set_label(tree, "production", "chat/reply", ((TWO, 100),))
    after = snapshot(tree)
    assert {path for path in {**before, **after} if before.get(path) != after.get(path)} == {
        str(Path(tree.registry) / "labels.yaml")
    }


def test_the_mode_of_the_file_stays(tree: FolderTree) -> None:
    os.chmod(Path(tree.registry) / "labels.yaml", 0o640)
    set_label(tree, "production", "chat/reply", ((TWO, 100),))
    assert stat.S_IMODE(os.stat(Path(tree.registry) / "labels.yaml").st_mode) == 0o640


def test_a_link_inside_the_registry_stays_a_link(tree: FolderTree) -> None:
    (Path(tree.registry) / "labels.yaml").rename(Path(tree.registry) / "real.txt")
    (Path(tree.registry) / "labels.yaml").symlink_to("real.txt")
    set_label(tree, "production", "chat/reply", ((TWO, 100),))
    assert (Path(tree.registry) / "labels.yaml").is_symlink()
    assert "chat/reply: 2.0.0" in (Path(tree.registry) / "real.txt").read_text()


REFUSED: dict[str, tuple[Callable[[FolderTree], object], type[PromptregError], str]] = {
    "a version that is not released": (
        lambda tree: set_label(tree, "production", "chat/reply", ((Version(1, 1, 0), 100),)),
        UnsatisfiableRef,
        "chat/reply@1.1.0 is not released; released: 1.0.0, 2.0.0",
    ),
    "a head that is not released": (
        lambda tree: set_label(tree, "production", "chat/none", ((ONE, 100),)),
        UnknownName,
        "chat/none has no release",
    ),
    "a share of a version that is not released": (
        lambda tree: set_label(tree, "production", "chat/reply", ((ONE, 50), (Version(3, 0, 0), 50))),
        UnsatisfiableRef,
        "chat/reply@3.0.0 is not released",
    ),
    "a misspelt name": (
        lambda tree: set_label(tree, "production", "chat/replay", ((ONE, 100),)),
        UnknownName,
        'chat/replay has no release (did you mean "chat/reply"?)',
    ),
    "a bad label": (
        lambda tree: set_label(tree, "Production", "chat/reply", ((ONE, 100),)),
        UsageError,
        '"Production" is not a label',
    ),
    "moving a label that is not there": (
        lambda tree: set_label(tree, "produktion", "chat/reply", ((TWO, 100),), move=True),
        UnknownName,
        'there is no label "produktion"; `label set` makes it (did you mean "production"?)',
    ),
    "moving a name that is not labelled": (
        lambda tree: set_label(tree, "production", "rules/tone", ((TWO, 100),), move=True),
        UnknownName,
        'the label "production" does not name rules/tone; `label set` makes it',
    ),
    "removing a label that is not there": (
        lambda tree: remove_label(tree, "produktion"),
        UnknownName,
        'there is no label "produktion" (did you mean "production"?)',
    ),
    "removing a name that is not labelled": (
        lambda tree: remove_label(tree, "production", "chat/replay"),
        UnknownName,
        'the label "production" does not name chat/replay (did you mean "chat/reply"?)',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_writes_nothing(case: str, tree: FolderTree) -> None:
    action, kind, message = REFUSED[case]
    before = snapshot(tree)
    with pytest.raises(kind) as caught:
        action(tree)
    assert message in str(caught.value)
    assert snapshot(tree) == before


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        pytest.param(
            lambda registry: (registry / ".versions/chat/reply/2.0.0.yaml").unlink(),
            IntegrityError,
            "the frozen file of chat/reply@2.0.0 is missing",
            id="frozen file gone",
        ),
        pytest.param(
            lambda registry: (registry / ".versions/chat/reply/2.0.0.yaml").write_bytes(b"kind: prompt\n"),
            IntegrityError,
            "prompts/.versions/chat/reply/2.0.0.yaml: is not the file that was released as chat/reply@2.0.0",
            id="frozen file changed",
        ),
        pytest.param(
            lambda registry: (registry / "promptreg.lock").write_text("<<<<<<< ours\n"),
            IntegrityError,
            "prompts/promptreg.lock:1:1: unresolved merge conflict of ours",
            id="lock in conflict",
        ),
        pytest.param(
            lambda registry: (registry / "labels.yaml").write_text("production: [chat/reply]\n"),
            InvalidFile,
            "prompts/labels.yaml:1:13: production: must be a mapping",
            id="labels broken",
        ),
        pytest.param(
            lambda registry: (registry / "labels.yaml").write_bytes(b"\xff\n"),
            InvalidFile,
            "prompts/labels.yaml:1:1: is not UTF-8",
            id="labels not text",
        ),
    ],
)
def test_a_broken_registry_is_not_labelled(
    change: Callable[[Path], object], kind: type[PromptregError], message: str, tree: FolderTree
) -> None:
    change(Path(tree.registry))
    before = snapshot(tree)
    with pytest.raises(kind) as caught:
        set_label(tree, "production", "chat/reply", ((TWO, 100),))
    assert message in str(caught.value)
    assert snapshot(tree) == before


def test_a_link_that_leaves_the_registry_is_not_followed(tree: FolderTree, tmp_path: Path) -> None:
    (Path(tree.registry) / "labels.yaml").unlink()
    (tmp_path / "outside.yaml").write_text("beta: {chat/reply: 1.0.0}\n")
    (Path(tree.registry) / "labels.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(InvalidFile, match="leaves the registry"):
        set_label(tree, "beta", "chat/reply", ((TWO, 100),))
    assert (tmp_path / "outside.yaml").read_text() == "beta: {chat/reply: 1.0.0}\n"


def test_a_disk_that_refuses_leaves_the_old_file(tree: FolderTree, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object, target: object) -> None:
        raise OSError(28, "No space left on device", str(source))

    before = snapshot(tree)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(WriteFailed) as caught:
        set_label(tree, "production", "chat/reply", ((TWO, 100),))
    message = "prompts/labels.yaml: cannot be written: no space left on device; no label was changed"
    assert str(caught.value) == message
    assert snapshot(tree) == before


def test_many_writers_lose_nothing(tree: FolderTree) -> None:
    labels = [f"label-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda label: set_label(tree, label, "chat/reply", ((TWO, 100),)), labels))
    assert labels_of(tree).keys() == {"production", *labels}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1.0.0", ((ONE, 100),)),
        ("1.0.0=100", ((ONE, 100),)),
        ("2.0.0=10 1.0.0=90", ((ONE, 90), (TWO, 10))),
        ("1.0.0=0 2.0.0=100", ((ONE, 0), (TWO, 100))),
    ],
)
def test_versions_and_percentages_as_people_type_them(words: str, expected: object) -> None:
    assert read_shares(words.split()) == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("1.0", '"1.0" is not a version'),
        ("latest", '"latest" is not a version'),
        ("1.0.0=90 2.0.0=9", "the percentages sum to 99, not to 100"),
        ("1.0.0=90 2.0.0=20", "the percentages sum to 110, not to 100"),
        ("1.0.0=50 1.0.0=50", "1.0.0 is given twice"),
        ("1.0.0=90% 2.0.0=10%", '"1.0.0=90%": expected VERSION=PERCENT'),
        ("1.0.0=110 2.0.0=-10", '"2.0.0=-10": expected VERSION=PERCENT'),
        ("1.0.0=99.5 2.0.0=0.5", '"1.0.0=99.5": expected VERSION=PERCENT'),
        ("1.0.0= 2.0.0=100", '"1.0.0=": expected VERSION=PERCENT'),
        ("1.0.0=٩٠ 2.0.0=10", "expected VERSION=PERCENT"),
    ],
)
def test_what_is_no_percentage_is_refused(words: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_shares(words.split())
    assert message in str(caught.value)
