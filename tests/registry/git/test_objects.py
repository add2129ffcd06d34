"""Contents in bulk: order, limits, threads, forks, and processes that die or are left alone."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from promptreg.errors import UsageError
from promptreg.registry.git import GitError, Repository, TooLarge, open_repository
from tests.registry.git.repositories import Work

COUNT = 300


@pytest.fixture
def stored(work: Work) -> tuple[Repository, dict[str, bytes]]:
    """A repository with some contents by id, from empty to larger than any pipe."""
    contents = [f"{number}\n".encode() * (number % 7) + bytes([number % 256]) for number in range(COUNT)]
    contents += [b"", b"\n", b"\0" * 10, b"x" * 200_000, b"1" * 40 + b" blob 3\nabc\n"]
    ids = work.git("hash-object", "-w", "--stdin-paths", given=b"".join(_written(work, contents))).split("\n")
    return work.open(), dict(zip(ids, contents, strict=True))


def _written(work: Work, contents: list[bytes]) -> list[bytes]:
    for number, content in enumerate(contents):
        work.write(f"loose/{number}", content)
    return [f"loose/{number}\n".encode() for number in range(len(contents))]


def children() -> set[str]:
    """The processes that this one has started and that are not reaped."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_contents_come_in_the_order_of_the_ids(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    assert list(repository.read(contents)) == list(contents.values())
    backwards = [*reversed(contents), *contents]
    assert list(repository.read(backwards)) == [contents[identity] for identity in backwards]
    assert list(repository.read([])) == []


def test_ids_may_come_from_a_reader_of_the_same_repository(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    again = (identity for identity in contents for content in repository.read([identity]) if content)
    assert list(repository.read(again)) == [content for content in contents.values() if content]


@pytest.mark.parametrize("name", ["HEAD", "", "-x", "1" * 39, "1" * 41, "g" * 40, "1" * 40 + "\n", "é" * 40, "A" * 40])
def test_what_is_no_full_id_is_refused(stored: tuple[Repository, dict[str, bytes]], name: str) -> None:
    repository, contents = stored
    with pytest.raises(UsageError, match="is not a full object id"):
        list(repository.read([name]))
    assert list(repository.read(contents)) == list(contents.values())


def test_a_large_file_is_refused_by_its_size(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    with pytest.raises(TooLarge, match=r"larger than 199,999 bytes \(200,000\)"):
        list(repository.read(contents, limit=199_999))
    assert list(repository.read(contents, limit=200_000)) == list(contents.values())


def test_trees_and_commits_are_no_files(work: Work) -> None:
    commit = work.commit(files={"a": "a"})
    repository = work.open()
    for identity, kind in ((commit, "commit"), (repository.resolve("HEAD").tree, "tree")):
        with pytest.raises(GitError, match=f"is a {kind}, not a file"):
            list(repository.read([identity]))


def test_a_reader_that_stops_early_spoils_nothing(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    for count in (0, 1, 5, 100):
        reader = repository.read(contents)
        assert list(islice(reader, count)) == list(contents.values())[:count]
        del reader
    left = repository.read(contents)
    next(left)
    assert list(repository.read(contents)) == list(contents.values())
    assert list(left) == list(contents.values())[1:]


def test_threads_never_see_the_answers_of_others(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    head = list(contents)

    def work(seed: int) -> bool:
        mine = [head[(seed * 31 + step * 7) % len(head)] for step in range(120)]
        return list(repository.read(mine)) == [contents[identity] for identity in mine]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(64)))


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="counts processes in /proc")
def test_processes_are_reused_and_do_not_outlive_the_repository(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    before = children()
    list(repository.read(contents))
    assert len(kept := children() - before) == 1
    list(repository.read(contents))
    assert children() - before == kept
    repository.close()
    assert children() - before == set()
    assert list(repository.read(contents)) == list(contents.values())
    with repository:
        pass
    assert children() - before == set()
    readers = [repository.read(contents) for _ in range(9)]
    for reader in readers:
        next(reader)
    for reader in readers:
        list(reader)
    assert len(children() - before) <= 4
    readers = [repository.read(contents) for _ in range(9)]
    next(readers[0])
    again = open_repository(str(repository.top))
    list(again.read(contents))
    del readers, reader, again
    gc.collect()
    assert len(children() - before) <= 4
    repository.close()
    assert children() - before == set()


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="finds processes in /proc")
def test_a_process_that_was_killed_is_replaced(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    before = children()
    list(repository.read(contents))
    (process,) = children() - before
    os.kill(int(process), signal.SIGKILL)
    while Path(f"/proc/{process}/stat").read_text().split()[2] != "Z":
        pass
    assert list(repository.read(contents)) == list(contents.values())
    reader = repository.read(contents)
    next(reader)
    for process in children() - before:
        os.kill(int(process), signal.SIGKILL)
    with pytest.raises(GitError, match="ended by signal 9"):
        list(reader)
    assert list(repository.read(contents)) == list(contents.values())


FORK = """
import os, sys
from promptreg.registry.git import open_repository
repository = open_repository(sys.argv[1])
ids = sys.argv[2:]
expected = list(repository.read(ids))
child = os.fork()
good = all(list(repository.read(ids)) == expected for _ in range(50))
if not child:
    repository.close()
    sys.exit(0 if good else 1)
_, status = os.waitpid(child, 0)
good = good and list(repository.read(ids)) == expected
sys.exit(0 if good and status == 0 else 1)
"""


def test_a_fork_leaves_both_sides_working(stored: tuple[Repository, dict[str, bytes]]) -> None:
    repository, contents = stored
    top = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-W", "error", "-c", FORK, str(repository.top), *list(contents)[:20]]
    done = subprocess.run(command, cwd=top, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
