"""The version table: who made which version of which file."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.errors import UsageError
from promptreg.registry.git import SUBMODULE, Change, Commit
from tests.registry.git.repositories import Work


def rows(work: Work, folder: str = "prompts", **options: Commit) -> list[tuple[str, str, str]]:
    """Commit, status and path of each change."""
    return [(change.commit, change.status, change.path) for change in work.open().history(folder, **options)]


def test_every_version_has_its_commit_newest_first(work: Work) -> None:
    one = work.commit("One", {"prompts/a.md": "1", "prompts/b.md": "b", "elsewhere.md": "x"})
    work.commit("Elsewhere", {"elsewhere.md": "y"})
    two = work.commit("Two", {"prompts/a.md": "2"})
    work.git("rm", "-q", "prompts/b.md")
    three = work.commit("Three")
    assert rows(work) == [
        (three, "D", "prompts/b.md"),
        (two, "M", "prompts/a.md"),
        (one, "A", "prompts/a.md"),
        (one, "A", "prompts/b.md"),
    ]
    deleted, modified, added, _ = work.open().history("prompts")
    assert (deleted.old_id, deleted.new_id, deleted.mode) == (work.id(f"{one}:prompts/b.md"), None, "100644")
    assert modified == Change(
        commit=two,
        author="Ada Test",
        email="ada@example.com",
        time="2023-11-15T00:16:20+02:00",
        subject="Two",
        path="prompts/a.md",
        old_id=work.id(f"{one}:prompts/a.md"),
        new_id=work.id(f"{two}:prompts/a.md"),
        status="M",
        mode="100644",
    )
    assert (added.old_id, added.new_id) == (None, work.id(f"{one}:prompts/a.md"))


def test_history_may_begin_and_end_anywhere(work: Work) -> None:
    commits = [work.commit(files={"prompts/a.md": str(number)}) for number in range(5)]
    repository = work.open()
    one, two = repository.resolve(commits[1]), repository.resolve(commits[3])
    assert [row[0] for row in rows(work, start=two)] == commits[3::-1]
    assert [row[0] for row in rows(work, since=one)] == commits[:1:-1]
    assert [row[0] for row in rows(work, start=two, since=one)] == [commits[3], commits[2]]
    assert rows(work, start=one, since=two) == []
    with pytest.raises(UsageError, match="full object id"):
        rows(work, start=Commit("--output=x", ""))
    with pytest.raises(UsageError, match="full object id"):
        rows(work, since=Commit("HEAD", ""))


def test_history_of_one_file_and_of_everything(work: Work) -> None:
    one = work.commit(files={"prompts/a.md": "1", "prompts/ab.md": "1", "x.md": "x"})
    assert rows(work, "prompts/a.md") == [(one, "A", "prompts/a.md")]
    assert [row[2] for row in rows(work, "")] == ["prompts/a.md", "prompts/ab.md", "x.md"]
    assert rows(work, "prompts/*") == rows(work, ":(glob)**") == rows(work, "gone") == []


def test_a_rename_is_a_deletion_and_an_addition(work: Work) -> None:
    work.commit(files={"prompts/a.md": "the same text\n" * 20})
    work.git("mv", "prompts/a.md", "prompts/b.md")
    moved = work.commit()
    assert rows(work)[:2] == [(moved, "D", "prompts/a.md"), (moved, "A", "prompts/b.md")]
    work.git("config", "diff.renames", "copies")
    work.git("config", "log.follow", "true")
    assert rows(work)[:2] == [(moved, "D", "prompts/a.md"), (moved, "A", "prompts/b.md")]
    assert rows(work, "prompts/b.md") == [(moved, "A", "prompts/b.md")]


def test_links_submodules_and_type_changes_are_marked(work: Work, tmp_path: Path) -> None:
    inner = Work.create(tmp_path / "inner")
    inner.commit(files={"a.md": "inner"})
    one = work.commit(files={"prompts/a.md": "1"})
    (work.top / "prompts/a.md").unlink()
    (work.top / "prompts/a.md").symlink_to("b.md")
    two = work.commit()
    work.git("submodule", "--quiet", "add", f"file://{inner.top}", "prompts/shared")
    for ignore in ("all", "dirty"):
        work.git("config", "diff.ignoreSubmodules", ignore)
        work.git("config", "submodule.prompts/shared.ignore", ignore)
    three = work.commit()
    assert rows(work) == [(three, "A", "prompts/shared"), (two, "T", "prompts/a.md"), (one, "A", "prompts/a.md")]
    assert [(change.mode, change.is_file) for change in work.open().history("prompts")] == [
        (SUBMODULE, False),
        ("120000", False),
        ("100644", True),
    ]


def branches(work: Work) -> tuple[str, str, str]:
    """A base, then a commit on each of two branches; main is checked out."""
    base = work.commit(files={"prompts/a.md": "base\n", "prompts/b.md": "base\n", "prompts/c.md": "base\n"})
    work.git("checkout", "-q", "-b", "theirs")
    theirs = work.commit(files={"prompts/a.md": "theirs\n", "prompts/b.md": "theirs\n"})
    work.git("checkout", "-q", "main")
    ours = work.commit(files={"prompts/a.md": "ours\n", "prompts/c.md": "ours\n"})
    return base, theirs, ours


def test_a_merge_adds_nothing_but_what_it_made_itself(work: Work) -> None:
    base, theirs, ours = branches(work)
    work.try_git("merge", "theirs")
    merge = work.commit("Merge", {"prompts/a.md": "both\n", "prompts/made.md": "in the merge\n"})
    assert rows(work) == [
        (merge, "M", "prompts/a.md"),
        (merge, "A", "prompts/made.md"),
        (ours, "M", "prompts/a.md"),
        (ours, "M", "prompts/c.md"),
        (theirs, "M", "prompts/a.md"),
        (theirs, "M", "prompts/b.md"),
        (base, "A", "prompts/a.md"),
        (base, "A", "prompts/b.md"),
        (base, "A", "prompts/c.md"),
    ]
    first = next(work.open().history("prompts"))
    assert (first.old_id, first.new_id) == (work.id(f"{ours}:prompts/a.md"), work.id(f"{merge}:prompts/a.md"))


def test_versions_that_a_merge_has_overruled_are_not_lost(work: Work) -> None:
    _, theirs, ours = branches(work)
    work.git("merge", "-q", "-s", "ours", "-m", "Overruled", "theirs")
    found = rows(work)
    assert (theirs, "M", "prompts/b.md") in found
    assert found[0][0] == ours


def test_a_file_deleted_in_a_merge_is_deleted_there(work: Work) -> None:
    branches(work)
    work.try_git("merge", "theirs")
    work.git("rm", "-q", "-f", "prompts/a.md", "prompts/b.md")
    merge = work.commit("Merge")
    assert rows(work)[:2] == [(merge, "D", "prompts/a.md"), (merge, "D", "prompts/b.md")]
    assert next(work.open().history("prompts")).new_id is None


def test_a_merge_of_three_and_of_strangers(work: Work) -> None:
    work.commit(files={"prompts/a.md": "base\n"})
    for name in ("one", "two"):
        work.git("checkout", "-q", "-b", name, "main")
        work.commit(name, {f"prompts/{name}.md": name})
    work.git("checkout", "-q", "main")
    work.commit(files={"prompts/main.md": "main"})
    work.git("merge", "-q", "-m", "Three", "one", "two")
    work.git("checkout", "-q", "--orphan", "stranger")
    work.git("rm", "-q", "-r", "-f", ".")
    stranger = work.commit("Stranger", {"prompts/a.md": "stranger\n"})
    work.git("checkout", "-q", "main")
    work.try_git("merge", "--allow-unrelated-histories", "stranger")
    merge = work.commit("Met", {"prompts/a.md": "met\n"})
    found = rows(work)
    assert found[0] == (merge, "M", "prompts/a.md")
    assert (stranger, "A", "prompts/a.md") in found
    assert sum(status == "A" and path == "prompts/one.md" for _, status, path in found) == 1


def random_history(work: Work, chance: random.Random, count: int) -> None:
    """Commits with any number of parents, each with files of its own choice; main is the last one."""
    stream = b""
    for mark in range(1, count + 1):
        parents = chance.sample(range(1, mark), min(mark - 1, chance.choice((0, 1, 1, 1, 2, 2, 3))))
        stream += b"commit refs/heads/main\nmark :%d\ncommitter A <a> %d +0000\ndata 0\n" % (mark, chance.randrange(99))
        if not parents and mark > 1:
            parents = [mark - 1]
        stream += b"".join(b"%s :%d\n" % (b"merge" if place else b"from", p) for place, p in enumerate(parents))
        stream += b"deleteall\n"
        for folder, name in ((folder, name) for folder in (b"prompts", b"x") for name in b"abc"):
            content = chance.randrange(4)
            if content:
                stream += b"M 100644 inline %s/%c.md\ndata 1\n%d\n" % (folder, name, content)
    work.git("fast-import", "--quiet", "--force", given=stream)


@settings(max_examples=8)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_history_is_every_path_that_differs_from_all_parents(chance: random.Random, count: int) -> None:
    with TemporaryDirectory() as folder:
        work = Work.create(Path(folder).resolve() / "work")
        random_history(work, chance, count)
        parents = {line.split()[0]: line.split()[1:] for line in work.git("rev-list", "--parents", "main").split("\n")}
        repository = work.open()
        trees = {
            commit: {file.path: file.object_id for file in repository.tree(Commit(commit, ""), "prompts")}
            for commit in parents
        }
        expected = {
            (commit, path, trees[commit].get(path))
            for commit, above in parents.items()
            for path in {path for one in (commit, *above) for path in trees[one]}
            if all(trees[commit].get(path) != trees[parent].get(path) for parent in above or [""] if parent in trees)
            and (above or path in trees[commit])
        }
        found = list(repository.history("prompts"))
        assert {(change.commit, change.path, change.new_id) for change in found} == expected
        assert len(found) == len(expected)
        place = {change.commit: number for number, change in enumerate(found)}
        assert all(place[c] < place[p] for c, above in parents.items() for p in above if {c, p} <= place.keys())
        for change in found:
            before = [trees[parent].get(change.path) for parent in parents[change.commit]]
            assert change.old_id == next(filter(None, before), None)
            assert change.status == ("D" if not change.new_id else "M" if change.old_id else "A")


def test_children_come_before_parents_whatever_the_clocks_say(work: Work) -> None:
    commits = []
    for number, minutes in enumerate((500, 3, 900, 1, 2)):
        work.minutes = minutes
        commits.append(work.commit(files={"prompts/a.md": str(number)}))
    assert [row[0] for row in rows(work)] == commits[::-1]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_all_object_formats(tmp_path: Path, object_format: str) -> None:
    work = Work.create(tmp_path / "work", f"--object-format={object_format}")
    one = work.commit(files={"prompts/a.md": "1"})
    two = work.commit(files={"prompts/a.md": "2"})
    assert rows(work) == [(two, "M", "prompts/a.md"), (one, "A", "prompts/a.md")]
    repository = work.open()
    assert repository.object_format == object_format
    assert len(repository.resolve("main").id) == {"sha1": 40, "sha256": 64}[object_format]
    assert list(repository.read(str(change.new_id) for change in repository.history("prompts"))) == [b"2", b"1"]
    assert repository.blame("prompts/a.md", 1, "HEAD").commit == two
    assert len(repository.staged("prompts").files) == 1


def test_words_of_people_are_read_as_they_were_written(work: Work) -> None:
    person = {
        "GIT_AUTHOR_NAME": "Zoë O'Neil \x1b[31m",
        "GIT_AUTHOR_EMAIL": "zoë@exämple",
        "GIT_AUTHOR_DATE": "@0 -1130",
    }
    work.write("prompts/a.md", "1")
    work.write(".mailmap", "Somebody Else <else@example.com> <zoë@exämple>\n")
    work.git("add", "-A")
    message = "A subject\nover two lines: :100644 \x01 “é”\n\nbody"
    work.git("commit", "-q", "-m", message, variables=person)
    work.git("config", "log.mailmap", "true")
    work.git("config", "log.date", "relative")
    work.git("config", "format.pretty", "oneline")
    work.git("config", "i18n.logOutputEncoding", "UTF-16")
    (change,) = work.open().history("prompts")
    assert change.author == "Zoë O'Neil \x1b[31m"
    assert change.email == "zoë@exämple"
    assert change.time == "1969-12-31T12:30:00-11:30"
    assert change.subject == "A subject over two lines: :100644 \x01 “é”"


def test_old_encodings_and_broken_commits_are_survived(work: Work) -> None:
    tree = work.git("mktree", given=f"100644 blob {work.git('hash-object', '-w', '--stdin')}\ta.md\n".encode())
    parent = ""
    for header in (
        b"author J\xfcrgen <j> 1700000000 +0200\ncommitter J <j> 1700000001 +0000\nencoding ISO-8859-1\n\nGr\xfc\xdfe",
        b"author J\xfcrgen <j> 1700000000 +0200\ncommitter J <j> 1700000002 +0000\n\nGr\xfc\xdfe",
        b"author nobody at all\ncommitter J <j> 1700000003 +0000\n\n",
        b"author <> <> 99999999999999999999 +9999\ncommitter J <j> 1700000004 +0000\n\n\n\n",
        b"author J <j> 5 -0100\ncommitter J <j> 1700000005 +0000\n\nBefore 1970",
    ):
        data = f"tree {tree}\n{parent}".encode() + header
        commit = work.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=data)
        parent = f"parent {commit}\n"
        tree = work.git("mktree", given=f"100644 blob {work.git('hash-object', '-w', '--stdin')}\t{commit}\n".encode())
    work.git("update-ref", "HEAD", commit)
    found = list(work.open().history())
    assert [(change.author, change.time, change.subject) for change in found if change.status == "A"] == [
        ("J", "1969-12-31T23:00:05-01:00", "Before 1970"),
        ("", "1970-01-01T00:00:00+00:00", ""),
        ("", "1970-01-01T00:00:00+00:00", ""),
        ("J\udcfcrgen", "2023-11-15T00:13:20+02:00", "Gr\udcfc\udcdfe"),
        ("Jürgen", "2023-11-15T00:13:20+02:00", "Grüße"),
    ]


def test_nothing_is_waited_for_when_a_reader_stops_early(work: Work) -> None:
    commits = [work.commit(files={"prompts/a.md": str(number)}) for number in range(3)]
    history = work.open().history("prompts")
    assert next(history).commit == commits[2]
    del history
