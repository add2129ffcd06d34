"""The cache of version tables: never another answer than without it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.registry.git import Repository
from promptreg.registry.git.history_cache import cached_history
from tests.registry.git.repositories import Work


def tables(cache: Path) -> list[Path]:
    return sorted(cache.glob("history/*/*.json"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def forbid(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, no history is read from git."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("history was read")

    monkeypatch.setattr(Repository, "history", fail)


def test_a_table_is_read_once(work: Work, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        work.commit(f"Grüße {number}", {"prompts/a.md": str(number), f"prompts/\udcff{number}.md": "x"})
    repository = work.open()
    expected = tuple(repository.history("prompts"))
    assert cached_history(repository, "prompts", cache) == expected
    forbid(repository, monkeypatch)
    assert cached_history(repository, "prompts", cache) == expected
    assert cached_history(work.open(), "prompts/", cache) == expected


def test_only_what_is_new_is_read(work: Work, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        work.commit(files={"prompts/a.md": str(number)})
    repository = work.open()
    before = cached_history(repository, "prompts", cache)
    new = work.commit(files={"prompts/a.md": "new"})
    expected = tuple(repository.history("prompts"))
    asked = []
    history = Repository.history
    monkeypatch.setattr(Repository, "history", lambda *a, **k: asked.append(k.get("since")) or history(*a, **k))
    assert cached_history(repository, "prompts", cache) == expected == (expected[0], *before)
    assert expected[0].commit == new
    assert [since.id for since in asked] == [before[0].commit]


def test_what_was_committed_by_another_clock_is_read_anew(work: Work, cache: Path) -> None:
    work.commit(files={"prompts/a.md": "1"})
    work.git("branch", "side")
    work.minutes = 100
    work.commit(files={"prompts/a.md": "2"})
    repository = work.open()
    cached_history(repository, "prompts", cache)
    work.git("checkout", "-q", "side")
    work.minutes = 50
    work.commit(files={"prompts/b.md": "old"})
    work.git("checkout", "-q", "main")
    work.minutes = 200
    work.git("merge", "-q", "-m", "Merge", "side")
    assert cached_history(repository, "prompts", cache) == tuple(repository.history("prompts"))


@settings(max_examples=6)
@given(st.randoms(use_true_random=False))
def test_the_cache_never_changes_an_answer(chance: random.Random) -> None:
    with TemporaryDirectory() as folder:
        work = Work.create(Path(folder).resolve() / "work")
        cache = Path(folder) / "cache"
        work.commit(files={"prompts/a.md": "base"})
        repository = work.open()
        for step in range(10):
            names = work.git("for-each-ref", "--format=%(refname:short)").split()
            work.minutes = chance.randrange(30)
            kind = chance.choice(["commit", "commit", "branch", "switch", "merge", "reset"])
            if kind == "commit":
                work.commit(files={f"{chance.choice(['prompts', 'x'])}/{chance.choice('abc')}.md": str(step)})
            elif kind == "branch":
                work.git("checkout", "-q", "-b", f"b{step}")
            elif kind == "switch":
                work.git("checkout", "-q", chance.choice(names))
            elif kind == "reset":
                work.try_git("reset", "-q", "--hard", "HEAD~1")
            else:
                work.try_git("merge", "-q", "-X", "ours", "-m", "Merge", chance.choice(names))
            expected = tuple(repository.history("prompts"))
            assert cached_history(repository, "prompts", cache) == expected
            assert cached_history(repository, "prompts", cache) == expected
        assert len(tables(cache)) <= 4


def test_folders_and_repositories_do_not_mix(work: Work, cache: Path, tmp_path: Path) -> None:
    work.commit(files={"prompts/a.md": "1", "other/b.md": "2"})
    other = work.clone(tmp_path / "other")
    found = [
        cached_history(repository, folder, cache)
        for repository in (work.open(), other.open())
        for folder in ("prompts", "other", "")
    ]
    assert [[change.path for change in table] for table in found] == [
        ["prompts/a.md"],
        ["other/b.md"],
        ["other/b.md", "prompts/a.md"],
    ] * 2
    assert len(tables(cache)) == 6


def test_a_deepened_clone_is_read_anew(work: Work, cache: Path, tmp_path: Path) -> None:
    commits = [work.commit(files={"prompts/a.md": str(number)}) for number in range(4)]
    shallow = work.clone(tmp_path / "shallow", "--depth", "2")
    assert [change.commit for change in cached_history(shallow.open(), "prompts", cache)] == commits[:1:-1]
    shallow.git("fetch", "-q", "--unshallow")
    assert [change.commit for change in cached_history(shallow.open(), "prompts", cache)] == commits[::-1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"{}",
        b'{"format": 0, "commits": [], "rows": []}',
        b'{"format": 1, "commits": [], "rows": [[0]]}',
        b'{"format": 1, "commits": [["a"]], "rows": [[0, "p", null, null, "M", "1"]]}',
        b'{"format": 1, "commits": {}, "rows": 3}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_table_that_is_none_is_ignored_and_replaced(work: Work, cache: Path, content: bytes) -> None:
    work.commit(files={"prompts/a.md": "1"})
    repository = work.open()
    expected = cached_history(repository, "prompts", cache)
    (table,) = tables(cache)
    good = table.read_bytes()
    table.write_bytes(content)
    assert cached_history(repository, "prompts", cache) == expected
    assert table.read_bytes() == good


def test_a_cache_that_cannot_be_written_is_no_error(work: Work, tmp_path: Path) -> None:
    work.commit(files={"prompts/a.md": "1"})
    (tmp_path / "file").write_text("x")
    repository = work.open()
    for cache in (tmp_path / "file" / "cache", None):
        assert cached_history(repository, "prompts", cache) == tuple(repository.history("prompts"))


def test_a_table_holds_plain_json_and_each_commit_once(work: Work, cache: Path) -> None:
    work.commit(files={f"prompts/{name}.md": "1" for name in "abcd"})
    cached_history(work.open(), "prompts", cache)
    (table,) = tables(cache)
    stored = json.loads(table.read_bytes())
    assert (len(stored["commits"]), len(stored["rows"])) == (1, 4)


def test_without_commits_nothing_is_cached(work: Work, cache: Path) -> None:
    assert cached_history(work.open(), "prompts", cache) == ()
    assert tables(cache) == []
