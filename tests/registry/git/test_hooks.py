"""Inside of hooks: what is being committed or pushed is seen, and other repositories are left out of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from promptreg.registry.git import find_repository, open_repository
from tests.registry.git.repositories import ROOT, Work

LOOK = """
import json, os, sys
from promptreg.registry.git import open_repository
repository = open_repository(sys.argv[2])
pushed = [line.split()[1] for line in sys.stdin] if sys.argv[3:] else []
if pushed:
    files = repository.tree(repository.resolve(pushed[0]), "prompts")
else:
    files = repository.staged("prompts").files
contents = repository.read([file.object_id for file in files])
found = {
    "top": repository.top,
    "files": {file.path: data.decode() for file, data in zip(files, contents)},
    "commits": [change.commit for change in repository.history("prompts")],
    "variables": sorted(name for name in os.environ if name.startswith("GIT_")),
}
with open(sys.argv[1], "w") as stream:
    json.dump(found, stream)
"""


class Hook:
    """A hook that opens a repository and writes down what it sees."""

    def __init__(self, hooks: Path, name: str, folder: str, *more: str) -> None:
        self.seen = hooks / "seen.json"
        command = " ".join(f"'{word}'" for word in (sys.executable, "-c", LOOK, str(self.seen), folder, *more))
        hooks.mkdir(exist_ok=True)
        (hooks / name).write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec {command}\n")
        (hooks / name).chmod(0o755)

    def look(self) -> Any:
        """What the last run saw."""
        found = json.loads(self.seen.read_text())
        self.seen.unlink()
        return found


@pytest.fixture
def before(work: Work) -> tuple[Work, str, Hook]:
    """Two committed files, one of them changed on disk and one new, and a hook."""
    commit = work.commit(files={"prompts/a.md": "1", "prompts/b.md": "1"})
    hook = Hook(work.top / ".git/hooks", "pre-commit", "prompts")
    work.write("prompts/a.md", "2")
    work.write("prompts/b.md", "2")
    work.write("prompts/new.md", "2")
    return work, commit, hook


@pytest.mark.parametrize(
    ("stage", "arguments", "expected"),
    [
        pytest.param(["prompts/a.md"], [], {"a": "2", "b": "1"}, id="what was added"),
        pytest.param([], ["-a"], {"a": "2", "b": "2", "new": "2"}, id="all changes"),
        pytest.param(["prompts/a.md", "prompts/new.md"], ["prompts/b.md"], {"a": "1", "b": "2"}, id="one file only"),
        pytest.param(["prompts/a.md"], ["-i", "prompts/b.md"], {"a": "2", "b": "2"}, id="one file more"),
    ],
)
def test_a_hook_sees_what_is_being_committed(
    before: tuple[Work, str, Hook], stage: list[str], arguments: list[str], expected: dict[str, str]
) -> None:
    work, commit, hook = before
    work.git("add", "-N", "prompts/new.md")
    if stage:
        work.git("add", *stage)
    work.git("commit", "-q", "-m", "Change", *arguments)
    seen = hook.look()
    assert seen["files"] == {f"prompts/{name}.md": content for name, content in expected.items()}
    assert (seen["top"], seen["commits"]) == (str(work.top), [commit, commit])
    assert "GIT_INDEX_FILE" in seen["variables"]
    files = work.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")
    assert files == list(seen["files"])


def test_a_hook_may_run_anywhere_below(before: tuple[Work, str, Hook]) -> None:
    work, _, hook = before
    work.git("add", "-A")
    below = Work(work.top / "prompts")
    below.git("commit", "-q", "-m", "From below")
    assert hook.look()["files"] == dict.fromkeys(("prompts/a.md", "prompts/b.md", "prompts/new.md"), "2")


def test_a_hook_of_a_linked_work_tree_sees_its_own_index(before: tuple[Work, str, Hook], tmp_path: Path) -> None:
    work, _, hook = before
    work.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Work(tmp_path / "linked")
    linked.write("prompts/b.md", "linked")
    linked.git("commit", "-q", "-a", "-m", "Linked")
    seen = hook.look()
    assert seen["files"] == {"prompts/a.md": "1", "prompts/b.md": "linked"}
    assert seen["top"] == str(linked.top)


def test_a_hook_of_one_repository_reads_another_as_it_is(before: tuple[Work, str, Hook], tmp_path: Path) -> None:
    work, _, _ = before
    other = Work.create(tmp_path / "other")
    commit = other.commit(files={"prompts/x.md": "other"})
    hook = Hook(work.top / ".git/hooks", "pre-commit", str(other.top / "prompts"))
    work.git("commit", "-q", "-a", "-m", "Change")
    seen = hook.look()
    assert (seen["top"], seen["files"], seen["commits"]) == (str(other.top), {"prompts/x.md": "other"}, [commit])


def test_a_hook_with_a_registry_in_a_submodule_reads_the_submodule(
    before: tuple[Work, str, Hook], tmp_path: Path
) -> None:
    work, _, _ = before
    inner = Work.create(tmp_path / "inner")
    inner.commit(files={"prompts/x.md": "inner"})
    work.git("submodule", "--quiet", "add", f"file://{inner.top}", "shared")
    hook = Hook(work.top / ".git/hooks", "pre-commit", "shared/prompts")
    work.git(f"--git-dir={work.top}/.git", f"--work-tree={work.top}", "commit", "-q", "-a", "-m", "Change")
    seen = hook.look()
    assert (seen["top"], seen["files"]) == (str(work.top / "shared"), {"prompts/x.md": "inner"})
    assert "GIT_DIR" in seen["variables"]


def test_a_push_is_seen_before_it_is_accepted(before: tuple[Work, str, Hook], tmp_path: Path) -> None:
    work, commit, hook = before
    work.git("clone", "-q", "--bare", str(work.top), str(tmp_path / "bare"))
    hook = Hook(tmp_path / "bare/hooks", "pre-receive", ".", "pushed")
    work.commit(files={"prompts/a.md": "pushed"})
    work.git("push", "-q", str(tmp_path / "bare"), "main")
    seen = hook.look()
    assert seen["files"] == {"prompts/a.md": "pushed", "prompts/b.md": "2", "prompts/new.md": "2"}
    assert (seen["top"], seen["commits"]) == (None, [commit, commit])
    assert "GIT_QUARANTINE_PATH" in seen["variables"]


def test_a_git_folder_and_a_work_tree_may_lie_apart(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = work.commit(files={"prompts/a.md": "1"})
    (work.top / ".git").rename(tmp_path / "apart.git")
    assert find_repository(work.top / "prompts") is None
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "apart.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(work.top))
    for folder in (work.top, tmp_path, Path("/")):
        monkeypatch.chdir(folder)
        found = open_repository(work.top / "prompts")
        assert (found.top, found.resolve("HEAD").id) == (str(work.top), commit)
        assert [file.path for file in found.staged("prompts").files] == ["prompts/a.md"]
    assert find_repository(tmp_path) is None
    inner = Work.create(work.top / "vendor")
    inner.commit()
    assert open_repository(inner.top).top == str(inner.top)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere.git"))
    assert find_repository(work.top / "prompts") is None
    monkeypatch.chdir(work.top)
    monkeypatch.setenv("GIT_DIR", os.path.relpath(tmp_path / "apart.git", work.top))
    monkeypatch.delenv("GIT_WORK_TREE")
    assert open_repository(work.top / "prompts").resolve("HEAD").id == commit


def test_an_index_of_the_environment_belongs_to_the_repository_of_the_working_folder(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.commit(files={"prompts/a.md": "1"})
    other = work.clone(tmp_path / "other")
    work.write("prompts/b.md", "2")
    work.git("add", "-A", variables={"GIT_INDEX_FILE": "my-index"})
    monkeypatch.setenv("GIT_INDEX_FILE", "my-index")
    monkeypatch.chdir(work.top / "prompts")
    assert [file.path for file in work.open().staged("prompts").files] == ["prompts/a.md", "prompts/b.md"]
    assert [file.path for file in other.open().staged("prompts").files] == ["prompts/a.md"]
    monkeypatch.chdir(tmp_path)
    assert [file.path for file in work.open().staged("prompts").files] == ["prompts/a.md"]
