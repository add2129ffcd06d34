"""Who wrote a line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.errors import UsageError
from promptreg.registry.git import BlameLine, GitError
from promptreg.registry.git.blame import committed_line
from tests.registry.git.repositories import Work

FILE = "prompts/a.md"


@pytest.fixture
def written(work: Work) -> tuple[Work, list[str]]:
    """A file whose lines 1 and 4 are of the first commit, line 2 of the second, line 3 of the third."""
    return work, [
        work.commit("One", {FILE: "one\nfour\n"}),
        work.commit("Two", {FILE: "one\ntwo\nfour\n"}),
        work.commit("Three", {FILE: "one\ntwo\nthree\nfour\n"}),
    ]


def test_a_line_has_its_commit_and_its_place_in_it(written: tuple[Work, list[str]]) -> None:
    work, commits = written
    repository = work.open()
    found = [repository.blame(FILE, line) for line in (1, 2, 3, 4)]
    assert [line.commit for line in found] == [commits[0], commits[1], commits[2], commits[0]]
    assert [line.original_line for line in found] == [1, 2, 3, 2]
    assert found == [repository.blame(FILE, line, "main") for line in (1, 2, 3, 4)]
    assert found[1] == BlameLine(
        commit=commits[1],
        author="Ada Test",
        email="ada@example.com",
        time="2023-11-15T00:15:20+02:00",
        summary="Two",
        original_path=FILE,
        original_line=2,
    )
    assert repository.blame(FILE, 2, commits[0]).commit == commits[0]


def test_lines_that_are_not_committed_are_reported_as_such(written: tuple[Work, list[str]]) -> None:
    work, commits = written
    work.write(FILE, "zero\none\r\ntwo\nTHREE\nfour\nfive\n")
    repository = work.open()
    found = [repository.blame(FILE, line).commit for line in range(1, 7)]
    assert found == [None, commits[0], commits[1], None, commits[0], None]
    assert repository.blame(FILE, 1) == BlameLine(None, None, None, None, None, FILE, 1)
    work.git("add", "-A")
    assert [repository.blame(FILE, line).commit for line in range(1, 7)] == found
    work.write("prompts/new.md", "new\n")
    assert repository.blame("prompts/new.md", 1).commit is None


def test_before_the_first_commit_every_line_is_new(work: Work) -> None:
    work.write(FILE, "one\n")
    assert work.open().blame(FILE, 1) == BlameLine(None, None, None, None, None, FILE, 1)


@pytest.mark.parametrize("line", [0, -1, 5, 10**12])
@pytest.mark.parametrize("rev", [None, "main"])
def test_a_line_that_is_not_there_is_refused(written: tuple[Work, list[str]], line: int, rev: str | None) -> None:
    with pytest.raises(UsageError, match=r"no line|counted from 1"):
        written[0].open().blame(FILE, line, rev)


@pytest.mark.parametrize("path", ["gone.md", "prompts", "prompts/a.md/b", ""])
def test_a_file_that_is_not_there_is_refused(written: tuple[Work, list[str]], path: str) -> None:
    work, _ = written
    for rev in (None, "main"):
        with pytest.raises(UsageError):
            work.open().blame(path, 1, rev)


def test_a_bare_repository_wants_a_revision(written: tuple[Work, list[str]], tmp_path: Path) -> None:
    work, commits = written
    work.git("clone", "-q", "--bare", str(work.top), str(tmp_path / "bare"))
    repository = Work(tmp_path / "bare").open()
    assert repository.blame(FILE, 2, "main").commit == commits[1]
    with pytest.raises(UsageError, match="name a revision"):
        repository.blame(FILE, 2)


@pytest.mark.parametrize(
    "name",
    ["prompts/new\nname.md", 'prompts/"quoted\\".md', "prompts/tab\t.md", "prompts/é.md", "prompts/\udcff.md", "-b.md"],
)
def test_a_renamed_file_is_followed(work: Work, name: str) -> None:
    one = work.commit(files={name: "one\ntwo\nthree\n"})
    work.git("mv", "--", os.fsencode(name), "prompts.md")
    work.commit(files={"prompts.md": "one\ntwo\nthree\nfour\n"})
    found = work.open().blame("prompts.md", 2)
    assert (found.commit, found.original_path, found.original_line) == (one, name, 2)
    assert work.open().blame(name, 3, one).commit == one


def test_ignored_revisions_are_passed_over(written: tuple[Work, list[str]]) -> None:
    work, _ = written
    layout = work.commit("Layout", {FILE: "one\n  two\nthree\nfour\n"})
    repository = work.open()
    assert repository.blame(FILE, 2).commit == layout
    work.write("ignored", f"{layout} # layout\n")
    work.git("config", "blame.ignoreRevsFile", "ignored")
    assert repository.blame(FILE, 2).summary == "Two"


@pytest.mark.parametrize("kind", ["missing", "pipe", "folder"])
def test_a_list_of_ignored_revisions_that_is_no_file_is_an_error(written: tuple[Work, list[str]], kind: str) -> None:
    work, commits = written
    if kind == "pipe":
        os.mkfifo(work.top / "ignored")
    elif kind == "folder":
        (work.top / "ignored").mkdir()
    work.git("config", "--add", "blame.ignoreRevsFile", "ignored")
    work.git("config", "--add", "blame.ignoreRevsFile", "")
    with pytest.raises(GitError, match=r"blame\.ignoreRevsFile .* names ignored, which is no file"):
        work.open().blame(FILE, 1)
    work.write(FILE, "new\n")
    assert work.open().blame(FILE, 1).commit is None
    assert work.open().resolve("HEAD").id == commits[2]


def test_a_mailmap_changes_no_names_and_a_pipe_in_its_place_is_not_waited_for(written: tuple[Work, list[str]]) -> None:
    work, _ = written
    work.write(".mailmap", "Somebody Else <else@example.com> <ada@example.com>\n")
    assert work.open().blame(FILE, 1).author == "Ada Test"
    (work.top / ".mailmap").unlink()
    os.mkfifo(work.top / ".mailmap")
    with pytest.raises(GitError, match="mailmap is no file"):
        work.open().blame(FILE, 1)


def test_a_working_file_that_is_none_is_refused(written: tuple[Work, list[str]]) -> None:
    work, _ = written
    os.mkfifo(work.top / "pipe")
    with pytest.raises(UsageError, match="is not a regular file"):
        work.open().blame("pipe", 1)
    (work.top / "socket").mkdir()
    with pytest.raises(UsageError, match="is not a regular file"):
        work.open().blame("socket", 1)


lines = st.lists(st.sampled_from([b"a", b"b", b"c", b""]), min_size=1, max_size=12)


@settings(max_examples=300)
@given(lines, lines, st.sampled_from([b"\n", b"\r\n"]))
def test_a_line_is_only_ever_mapped_to_an_equal_one_and_in_order(
    old: list[bytes], new: list[bytes], end: bytes
) -> None:
    text = end.join(new) + end
    before = b"\n".join(old) + b"\n"
    found = [committed_line(text, before, line) for line in range(1, len(new) + 1)]
    placed = [(line, place) for line, place in enumerate(found, 1) if place is not None]
    assert all(new[line - 1] == old[place - 1] for line, place in placed)
    assert [place for _, place in placed] == sorted({place for _, place in placed})
    if old == new:
        assert found == list(range(1, len(new) + 1))


def test_many_lines_at_once_are_the_lines_one_by_one(written: tuple[Work, list[str]]) -> None:
    work, commits = written
    work.git("mv", FILE, 'prompts/b"ö.md')
    work.commit("Move")
    lines = "one\ntwo\n\tfilename x\nfilename y\n" + f"{commits[0]} 1 1 1\nauthor Eve\nboundary\nfour\n"
    work.commit("Four", {'prompts/b"ö.md': lines})
    work.write('prompts/b"ö.md', "new\n" + lines + "\tnew\n")
    repository = work.open()
    for rev, count in ((None, 10), ("HEAD", 8)):
        found = repository.blame_lines('prompts/b"ö.md', range(1, count + 1), rev)
        assert list(found) == list(range(1, count + 1))
        assert found == {line: repository.blame('prompts/b"ö.md', line, rev) for line in found}
    found = repository.blame_lines('prompts/b"ö.md', (8, 1, 8), "HEAD")
    assert (found[8].commit, found[8].original_path, found[1].original_path) == (commits[0], FILE, FILE)
    assert repository.blame_lines('prompts/b"ö.md', ()) == {}
    with pytest.raises(UsageError, match="has no such lines in commit"):
        repository.blame_lines('prompts/b"ö.md', (1, 9), "HEAD")


def test_more_lines_than_fit_into_one_command(work: Work) -> None:
    one = work.commit("One", {FILE: "".join(f"{number}\n" for number in range(2_500))})
    two = work.commit("Two", {FILE: "".join(f"{number}\n" for number in (*range(2_400), *range(99)))})
    found = work.open().blame_lines(FILE, range(1, 2_500))
    assert [found[line].commit for line in (1, 1_000, 1_001, 2_400, 2_401, 2_499)] == [one] * 4 + [two] * 2
