"""Clones that do not hold everything: what is there is read, what is not is said, nothing is fetched unasked."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from promptreg.errors import UsageError
from promptreg.registry.git import MissingObject, open_repository
from tests.registry.git.repositories import Work, needs_git, snapshot

FILE = "prompts/a.md"


@pytest.fixture
def origin(work: Work) -> tuple[Work, list[str]]:
    return work, [work.commit(f"Change {n}", {FILE: f"{n}\nsame\n", f"prompts/{n}.md": "x"}) for n in range(4)]


def test_a_shallow_clone_says_what_it_cannot_know(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, commits = origin
    clone = work.clone(tmp_path / "clone", "--depth", "2").open()
    assert clone.shallow == {commits[2]}
    assert [(change.commit, change.status, change.path) for change in clone.history("prompts")] == [
        (commits[3], "A", "prompts/3.md"),
        (commits[3], "M", FILE),
        (commits[2], "?", "prompts/0.md"),
        (commits[2], "?", "prompts/1.md"),
        (commits[2], "?", "prompts/2.md"),
        (commits[2], "?", FILE),
    ]
    newest, oldest = clone.blame(FILE, 1), clone.blame(FILE, 2)
    assert (newest.commit, newest.is_oldest) == (commits[3], False)
    assert (oldest.commit, oldest.is_oldest) == (commits[2], True)
    for rev in (commits[1], "HEAD~2", "v1"):
        with pytest.raises(UsageError, match="this clone is shallow: older commits are not in it"):
            clone.resolve(rev)
    assert len(clone.tree(clone.resolve("HEAD~1"), "prompts")) == 4


def test_a_partial_clone_fetches_nothing_behind_your_back(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, commits = origin
    clone = work.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    before = snapshot(clone.top)
    with clone.open() as repository:
        assert [change.commit for change in repository.history(FILE)] == commits[::-1]
        files = repository.tree(repository.resolve("HEAD~1"), "prompts")
        assert [(file.path, file.size) for file in files] == [(f"prompts/{n}.md", None) for n in range(3)] + [
            (FILE, None)
        ]
        with pytest.raises(MissingObject, match="partial") as caught:
            list(repository.read([files[3].object_id]))
        assert caught.value.object_id == files[3].object_id
        with pytest.raises(MissingObject):
            repository.blame(FILE, 1, "HEAD")
        assert repository.resolve("HEAD").id == commits[3]
    assert snapshot(clone.top) == before


def test_a_partial_clone_has_the_lines_of_today_only(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, _ = origin
    clone = work.clone(tmp_path / "clone", "--filter=blob:none")
    before = snapshot(clone.top)
    with clone.open() as repository:
        assert len(list(repository.read(file.object_id for file in repository.staged().files))) == 5
        with pytest.raises(MissingObject, match="partial"):
            repository.blame(FILE, 2)
    assert snapshot(clone.top) == before


def test_a_partial_clone_fetches_what_it_is_asked_to(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, commits = origin
    clone = work.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    with open_repository(clone.top, fetch_missing=True) as repository:
        files = repository.tree(repository.resolve("HEAD~1"), "prompts")
        assert list(repository.read([files[3].object_id])) == [b"2\nsame\n"]
        assert repository.blame(FILE, 1, "HEAD").commit == commits[3]
    with clone.open() as repository:
        assert list(repository.read([files[3].object_id])) == [b"2\nsame\n"]


def test_what_git_says_while_others_are_read_is_not_forgotten(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, _ = origin
    clone = work.clone(tmp_path / "clone", "--filter=blob:none")
    with clone.open() as repository:
        present = repository.staged().files[0].object_id
        missing = repository.tree(repository.resolve("HEAD~1"), FILE)[0].object_id
        contents = repository.read([present, missing, present])
        next(contents)
        time.sleep(0.3)  # git gives up in the meantime
        with pytest.raises(MissingObject, match=missing):
            next(contents)


@needs_git(2, 36)
def test_the_advice_for_a_partial_clone_works(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, _ = origin
    clone = work.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    clone.git("fetch", "-q", "--refetch", "--no-filter")
    repository = clone.open()
    files = repository.tree(repository.resolve("HEAD"), "prompts")
    assert [file.size for file in files] == [1, 1, 1, 1, 7]
    assert list(repository.read(file.object_id for file in files))[-1] == b"3\nsame\n"


def test_a_clone_without_trees_can_only_resolve(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, commits = origin
    clone = work.clone(tmp_path / "clone", "--filter=tree:0", "--no-checkout")
    before = snapshot(clone.top)
    repository = clone.open()
    commit = repository.resolve("HEAD~1")
    assert commit.id == commits[2]
    with pytest.raises(MissingObject, match="partial"):
        repository.tree(commit, "prompts")
    with pytest.raises(MissingObject, match="partial"):
        list(repository.history("prompts"))
    with pytest.raises(MissingObject, match="partial"):
        repository.blame(FILE, 1, "HEAD")
    repository.close()
    assert snapshot(clone.top) == before


def test_an_origin_that_is_gone_makes_no_difference(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, _ = origin
    clone = work.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    wanted = work.id(f"HEAD:{FILE}")
    shutil.rmtree(work.top)
    for fetch_missing in (False, True):
        repository = open_repository(clone.top, fetch_missing=fetch_missing)
        with pytest.raises(MissingObject):
            list(repository.read([wanted]))


def test_a_damaged_object_is_an_error_that_names_it(work: Work) -> None:
    commit = work.commit(files={FILE: "text\n"})
    blob = work.id(f"{commit}:{FILE}")
    loose = work.top / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.write_bytes(b"garbage")
    repository = work.open()
    with pytest.raises(Exception, match=blob) as caught:
        list(repository.read([blob]))
    assert type(caught.value).__name__ in ("GitError", "MissingObject")
    assert repository.resolve("HEAD").id == commit


def test_alternates_are_read_where_they_are(origin: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, commits = origin
    work.git("clone", "-q", "--shared", str(work.top), str(tmp_path / "shared"))
    repository = Work(tmp_path / "shared").open()
    assert [change.commit for change in repository.history(FILE)] == commits[::-1]
    assert next(repository.read([work.id(f"HEAD:{FILE}")])) == b"3\nsame\n"
