"""Which repository a folder belongs to, and what is said when there is none to read."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from promptreg.errors import UsageError
from promptreg.registry.git import NoRepository, find_repository, open_repository, repository_of
from tests.registry.git.repositories import Work, needs_git


def reason(folder: Path) -> str:
    with pytest.raises(NoRepository) as caught:
        open_repository(folder)
    return caught.value.reason


@pytest.mark.parametrize("folder", ["", "prompts", "prompts/rules", "gone/since/long"])
def test_a_repository_is_found_from_any_folder_in_it(work: Work, folder: str) -> None:
    work.commit(files={"prompts/rules/a.md": "a"})
    found = find_repository(work.top / folder)
    assert found is not None
    assert (found.top, found.git_dir) == (str(work.top), str(work.top / ".git"))
    assert found.inside(work.top / folder) == folder


@pytest.mark.parametrize("name", ["with space", "líne\nend", "-dash", "'quote\"", "Ünïcode", "x" * 200])
def test_the_name_of_the_top_folder_does_not_matter(tmp_path: Path, name: str) -> None:
    work = Work.create(tmp_path / name)
    commit = work.commit(files={"prompts/a.md": "a"})
    found = work.open()
    assert found.top == str(work.top)
    assert found.resolve("HEAD").id == commit


def test_a_folder_behind_a_link_belongs_to_where_it_really_is(work: Work, tmp_path: Path) -> None:
    work.commit(files={"shared/prompts/a.md": "a"})
    link = tmp_path / "link"
    link.symlink_to(work.top / "shared" / "prompts")
    assert open_repository(link).inside(link) == "shared/prompts"


def test_what_is_outside_of_the_work_tree_has_no_path_in_it(work: Work, tmp_path: Path) -> None:
    work.commit(files={".hidden/a.md": "a"})
    found = work.open()
    assert found.inside(work.top / ".hidden" / "a.md") == ".hidden/a.md"
    for outside in (tmp_path, tmp_path / "workshop", work.top / ".." / "x"):
        with pytest.raises(UsageError, match="is not in the repository"):
            found.inside(outside)


def test_no_repository_is_none_with_a_reason(tmp_path: Path) -> None:
    assert find_repository(tmp_path) is None
    assert reason(tmp_path) == "no-repository"


def test_no_git_is_none_with_a_reason(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(work.top))
    assert find_repository(work.top) is None
    assert reason(work.top) == "no-git"


def test_a_git_in_the_working_folder_is_never_run(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = work.top.parent / "canary"
    work.write("git", f"#!/bin/sh\ntouch '{canary}'\n")
    (work.top / "git").chmod(0o755)
    monkeypatch.chdir(work.top)
    for path in (".", "", f".:{os.environ['PATH']}"):
        monkeypatch.setenv("PATH", path)
        find_repository(work.top)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        pytest.param(".git/config", "[core\n", id="configuration is no configuration"),
        pytest.param(
            ".git/config", "[core]\nrepositoryformatversion = 1\n[extensions]\nsurprise = 1\n", id="unknown format"
        ),
        pytest.param(".git/worktrees/../HEAD/x", None, id="link to a git folder that is gone"),
    ],
)
def test_a_repository_that_git_cannot_read_is_an_error_not_none(work: Work, file: str, content: str | None) -> None:
    folder = work.top
    if content is None:
        folder = work.top.parent / "linked"
        folder.mkdir()
        (folder / ".git").write_text(f"gitdir: {work.top}/.git/worktrees/gone\n")
    else:
        work.write(file, content)
    assert reason(folder) == "unusable"
    with pytest.raises(NoRepository, match="cannot be read"):
        find_repository(folder)


@needs_git(2, 36)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_refused_with_advice(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.commit(files={"prompts/a.md": "a"})
    for place in (work.top, work.top / ".git"):
        os.chown(place, 12345, 12345)
    assert reason(work.top / "prompts") == "unsafe"
    with pytest.raises(NoRepository, match=r"safe\.directory"):
        find_repository(work.top)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(work.top))
    assert len(work.open().tree(work.open().resolve("HEAD"))) == 1


def test_a_linked_work_tree_has_its_own_head_and_index(work: Work, tmp_path: Path) -> None:
    first = work.commit(files={"prompts/a.md": "1"})
    second = work.commit(files={"prompts/a.md": "2"})
    work.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), first)
    linked = Work(tmp_path / "linked")
    linked.write("prompts/b.md", "b")
    linked.git("add", "-A")
    found = open_repository(linked.top / "prompts")
    assert found.top == str(linked.top)
    assert found.head() == found.resolve(first)
    assert [file.path for file in found.staged().files] == ["prompts/a.md", "prompts/b.md"]
    assert found.resolve("main").id == second
    assert [change.commit for change in found.history("prompts")] == [first]


def test_a_submodule_is_a_repository_of_its_own(work: Work, tmp_path: Path) -> None:
    inner = Work.create(tmp_path / "inner")
    commit = inner.commit(files={"a.md": "inner"})
    work.git("submodule", "--quiet", "add", f"file://{inner.top}", "prompts/shared")
    outer_commit = work.commit()
    found = open_repository(work.top / "prompts" / "shared")
    assert (found.top, found.resolve("HEAD").id) == (str(work.top / "prompts" / "shared"), commit)
    assert open_repository(work.top / "prompts").resolve("HEAD").id == outer_commit


def test_a_bare_repository_is_found_from_inside(work: Work, tmp_path: Path) -> None:
    commit = work.commit(files={"prompts/a.md": "a"})
    work.git("clone", "-q", "--bare", str(work.top), str(tmp_path / "bare.git"))
    for folder in ("bare.git", "bare.git/objects"):
        found = open_repository(tmp_path / folder)
        assert (found.top, found.resolve("main").id) == (None, commit)
        assert [file.path for file in found.tree(found.resolve("main"), "prompts")] == ["prompts/a.md"]
        assert found.staged().files == ()
        with pytest.raises(UsageError, match="bare"):
            found.inside(tmp_path)


@needs_git(2, 38)
def test_bare_repositories_may_be_refused_by_the_user(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = work.commit(files={"prompts/a.md": "a"})
    work.git("clone", "-q", "--bare", str(work.top), str(tmp_path / "bare.git"))
    (tmp_path / "user").write_text("[safe]\nbareRepository = explicit\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "user"))
    assert reason(tmp_path / "bare.git") == "unsafe"
    with pytest.raises(NoRepository, match="GIT_DIR names it explicitly"):
        find_repository(tmp_path / "bare.git")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "bare.git"))
    assert open_repository(tmp_path / "bare.git").resolve("main").id == commit
    assert work.open().top == str(work.top)


@pytest.mark.parametrize("setting", ["bare = true", "worktree = ."])
def test_a_committed_folder_that_looks_like_a_bare_repository_is_a_folder(work: Work, setting: str) -> None:
    inner = {
        "prompts/HEAD": "ref: refs/heads/main\n",
        "prompts/objects/x": "",
        "prompts/refs/x": "",
        "prompts/config": f"[core]\nrepositoryformatversion = 0\n{setting}\n",
    }
    commit = work.commit(files=inner)
    found = open_repository(work.top / "prompts")
    assert (found.top, found.resolve("HEAD").id) == (str(work.top), commit)
    assert open_repository(work.top / ".git").top == str(work.top)


class FakeRepo(SimpleNamespace):
    """What a git.Repo of GitPython has and is asked for."""


def test_a_repo_object_of_gitpython_is_enough(work: Work, tmp_path: Path) -> None:
    commit = work.commit(files={"prompts/a.md": "a"})
    found = repository_of(FakeRepo(git_dir=str(work.top / ".git"), working_tree_dir=work.top))
    assert (found.top, found.resolve("HEAD").id) == (str(work.top), commit)
    work.git("clone", "-q", "--bare", str(work.top), str(tmp_path / "bare.git"))
    found = repository_of(FakeRepo(git_dir=tmp_path / "bare.git", working_tree_dir=None))
    assert (found.top, found.resolve("HEAD").id) == (None, commit)
    work.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    found = repository_of(FakeRepo(git_dir=work.top / ".git/worktrees/linked", working_tree_dir=tmp_path / "linked"))
    assert [ref.short for ref in found.refs()] == ["main", "other"]


@pytest.mark.parametrize("value", [None, "folder", FakeRepo(git_dir=3, working_tree_dir=None), FakeRepo(git_dir="/x")])
def test_other_objects_are_no_repositories(value: object) -> None:
    if getattr(value, "git_dir", None) == "/x":
        with pytest.raises(NoRepository):
            repository_of(value)
    else:
        with pytest.raises(UsageError, match="is no repository"):
            repository_of(value)
