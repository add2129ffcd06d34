"""Names that try to be options, commands, patterns or other names: they are names, and nothing else happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from promptreg.errors import PromptregError, UsageError
from promptreg.registry.git import Repository
from tests.registry.git.evil_names import EVIL_NAMES
from tests.registry.git.repositories import Work, snapshot


def numbered_commits(work: Work, count: int) -> list[str]:
    """Commits that nothing points at."""
    tree = work.git("write-tree")
    stream = b"".join(
        b"commit refs/numbered\nmark :%d\ncommitter A <a> %d +0000\ndata %d\n%d\n" % (n, n, len(str(n)), n)
        for n in range(1, count + 1)
    )
    work.git("fast-import", "--quiet", f"--export-marks={work.top}/.git/marks", given=stream)
    marks = dict(line.split() for line in (work.top / ".git/marks").read_text().splitlines())
    work.git("update-ref", "-d", "refs/numbered")
    assert tree
    return [marks[f":{n}"] for n in range(1, count + 1)]


def test_there_are_enough_evil_names() -> None:
    assert len(set(EVIL_NAMES)) == len(EVIL_NAMES)
    assert len(EVIL_NAMES) >= 200


def test_evil_ref_names_lead_to_their_commit_or_nowhere(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.commit(files={"a": "a"})
    expected = {}
    for name, commit in zip(EVIL_NAMES, numbered_commits(work, len(EVIL_NAMES)), strict=True):
        ref = f"refs/heads/{name}".encode("utf-8", "surrogateescape")
        if not set(b"\0\n") & set(ref) and work.try_git("update-ref", b"--", ref, commit).returncode == 0:
            expected[name] = commit
    assert len(expected) >= 120
    monkeypatch.chdir(work.top)
    before = snapshot(tmp_path)
    with work.open() as repository:
        found = {ref.short: ref.commit for ref in repository.refs()}
        assert found == {**expected, "main": repository.resolve("main").id}
        for name in EVIL_NAMES:
            for rev in (name, f"refs/heads/{name}", f"heads/{name}"):
                try:
                    answer = repository.resolve(rev).id
                except UsageError:
                    continue
                assert answer == expected.get(name), rev
        resolved = sum(_leads(repository, f"refs/heads/{name}", commit) for name, commit in expected.items())
        assert resolved >= len(expected) - 3
    assert snapshot(tmp_path) == before


def _leads(repository: Repository, rev: str, commit: str) -> bool:
    try:
        return repository.resolve(rev).id == commit
    except UsageError:
        return False


def test_evil_revisions_without_a_ref_lead_nowhere(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work.commit(files={"canary.md": "a"})
    monkeypatch.chdir(work.top)
    before = snapshot(tmp_path)
    with work.open() as repository:
        for name in (*EVIL_NAMES, *(f"{name}\0" for name in EVIL_NAMES), *(f"main{name}" for name in EVIL_NAMES[::2])):
            with pytest.raises(UsageError) as caught:
                repository.resolve(name)
            assert str(caught.value).isprintable(), name
            with pytest.raises(PromptregError):
                list(repository.read([name]))
    assert snapshot(tmp_path) == before


def test_evil_paths_are_files_like_any_other(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {}
    for number, name in enumerate(EVIL_NAMES):
        for path in (f"prompts/{name}", f"{name}/x.md"):
            if len(name.encode("utf-8", "surrogateescape")) < 250:
                contents[path] = f"{number} {len(path)}\n".encode()
    ids = work.git("hash-object", "-w", "--stdin-paths", given=_files(work, list(contents.values()))).split("\n")
    names = [path.encode("utf-8", "surrogateescape") for path in contents]
    lines = b"".join(b"100644 %s\t%s\0" % (one.encode(), name) for one, name in zip(ids, names, strict=True))
    said = work.try_git("update-index", "-z", "--add", "--index-info", given=lines).stderr
    for path, name in zip(list(contents), names, strict=True):
        if b"Ignoring path %s\n" % name in said:
            del contents[path]
    assert len(contents) >= 400
    commit = work.git("commit-tree", "-m", "Evil", work.git("write-tree"))
    work.git("update-ref", "HEAD", commit)
    shutil.rmtree(work.top / "contents")
    monkeypatch.chdir(work.top)
    before = snapshot(tmp_path)
    with work.open() as repository:
        at = repository.resolve("HEAD")
        files = {file.path: file for file in repository.tree(at)}
        assert sorted(files) == sorted(contents)
        assert dict(zip(files, repository.read(file.object_id for file in files.values()), strict=True)) == contents
        assert {file.path for file in repository.staged().files} == set(contents)
        assert {change.path: change.new_id for change in repository.history()} == {
            path: file.object_id for path, file in files.items()
        }
        for number, (path, file) in enumerate(files.items()):
            if number % 2:
                continue
            try:
                assert repository.tree(at, path) == (file,)
            except UsageError:
                assert is_odd(path)
                continue
            if number % 6 == 0:
                assert [entry.path for entry in repository.staged(path).files] == [path]
                assert [change.path for change in repository.history(path)] == [path]
                found = repository.blame(path, 1, commit)
                assert (found.commit, found.original_path) == (commit, path)
    assert snapshot(tmp_path) == before


def is_odd(path: str) -> bool:
    """Whether a path has parts that lead elsewhere."""
    return not {"", ".", ".."}.isdisjoint(path.removesuffix("/").split("/"))


def _files(work: Work, contents: list[bytes]) -> bytes:
    for number, content in enumerate(contents):
        work.write(f"contents/{number}", content)
    return b"".join(f"contents/{number}\n".encode() for number in range(len(contents)))


def test_evil_paths_that_are_not_there_are_nowhere(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = work.commit(files={"prompts/a.md": "a", "b.md": "b"})
    monkeypatch.chdir(work.top)
    before = snapshot(tmp_path)
    with work.open() as repository:
        at = repository.resolve(commit)
        for number, name in enumerate(EVIL_NAMES):
            for path in (name, f"{name}/", f"prompts/{name}", f"../{name}", f"/{name}"):
                try:
                    assert repository.tree(at, path) == (), path
                except UsageError:
                    assert path.startswith(("/", "../")) or len(path) > 4096 or is_odd(path), path
            if number % 6 == 0:
                if not is_odd(name):
                    assert repository.staged(name).files == ()
                    assert list(repository.history(name)) == []
                with pytest.raises(PromptregError):
                    repository.blame(name, 1, commit)
    assert snapshot(tmp_path) == before
