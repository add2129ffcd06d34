"""Files of commits and of the index."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.errors import UsageError
from promptreg.registry.git import LINK, SUBMODULE, Repository, Staged, TooLarge, TreeFile, shown
from promptreg.registry.git import tree as tree_module
from tests.registry.git.repositories import Work, files_on_disk, needs_git

names = st.binary(min_size=1, max_size=12).filter(
    lambda name: (
        not {0, 47} & set(name) and name not in (b".", b"..") and not name.lower().startswith((b".git", b"git~"))
    )
)
odd_names = st.one_of(
    names, st.sampled_from([b"-x", b"--", b":(glob)*", b"*", b"a b", b"\n", b'"', b"\\", "é".encode(), b"\xff", b"\r"])
)
contents = st.one_of(st.binary(max_size=200), st.text(max_size=50).map(lambda text: f"{text}\r\n".encode()))
trees = st.dictionaries(st.tuples(odd_names, odd_names, odd_names), contents, max_size=8)


def read_all(repository: Repository, files: tuple[TreeFile, ...]) -> dict[bytes, bytes]:
    found = repository.read(file.object_id for file in files)
    return {file.path.encode("utf-8", "surrogateescape"): data for file, data in zip(files, found, strict=True)}


@settings(max_examples=15)
@given(trees, st.sampled_from(["sha1", "sha256"]))
def test_the_files_of_a_commit_are_the_bytes_that_were_committed(
    files: Mapping[tuple[bytes, bytes, bytes], bytes], object_format: str
) -> None:
    with TemporaryDirectory() as folder:
        work = Work.create(Path(folder).resolve() / "work", f"--object-format={object_format}")
        for parts, content in files.items():
            try:
                work.write(b"/".join((b"prompts", *parts)), content)
            except OSError:  # a file where another one needs a folder, or a name that this file system has not
                continue
        expected = files_on_disk(work.top)
        work.write("elsewhere/x.md", "x")
        commit = work.commit()
        with work.open() as repository:
            found = repository.tree(repository.resolve(commit), "prompts")
            assert read_all(repository, found) == expected
            assert {file.path.encode("utf-8", "surrogateescape"): file.size for file in found} == {
                path: len(content) for path, content in expected.items()
            }
            staged = repository.staged("prompts")
            assert staged.conflicts == ()
            assert [file._replace(size=None) for file in found] == list(staged.files)
            for file in found:
                data = expected[file.path.encode("utf-8", "surrogateescape")]
                assert hashlib.new(object_format, b"blob %d\0%s" % (len(data), data)).hexdigest() == file.object_id


def test_only_what_is_below_the_folder_is_listed(work: Work) -> None:
    names = ["prompts/a.md", "prompts/b/c.md", "prompts.md", "prompts2/a.md", "x/prompts/a.md", "PROMPTS/a.md"]
    commit = work.commit(files=dict.fromkeys(names, "x"))
    repository = work.open()
    at = repository.resolve(commit)

    def listed(folder: str) -> list[str]:
        found = [file.path for file in repository.tree(at, folder)]
        assert [file.path for file in repository.staged(folder).files] == found
        return found

    assert listed("prompts") == listed("prompts/") == ["prompts/a.md", "prompts/b/c.md"]
    assert listed("prompts/b") == ["prompts/b/c.md"]
    assert listed("prompts/a.md") == ["prompts/a.md"]
    assert listed("gone") == listed("p*") == listed(":(glob)**") == listed(":/") == listed("prompts/b/c.md/d") == []
    assert sorted(listed("")) == sorted(listed(".")) == sorted(listed("./")) == sorted(names)


@pytest.mark.parametrize("folder", ["/", "/etc", "..", "a/../b", "./a", "a//b", "a/./b", "a\0b", "x" * 5000, "\ud800"])
def test_what_is_no_path_below_the_top_is_refused(work: Work, folder: str) -> None:
    commit = work.commit(files={"a": "a"})
    repository = work.open()
    with pytest.raises(UsageError, match="is no path below the top"):
        repository.tree(repository.resolve(commit), folder)
    with pytest.raises(UsageError, match="is no path below the top"):
        repository.staged(folder)
    with pytest.raises(UsageError, match="is no path below the top"):
        list(repository.history(folder))
    with pytest.raises(UsageError, match="is no path below the top"):
        repository.blame(folder, 1)


def test_links_submodules_and_modes_are_marked(work: Work, tmp_path: Path) -> None:
    inner = Work.create(tmp_path / "inner")
    pinned = inner.commit(files={"a.md": "inner"})
    work.git("submodule", "--quiet", "add", f"file://{inner.top}", "prompts/shared")
    work.write("prompts/run.sh", "x")
    (work.top / "prompts/run.sh").chmod(0o755)
    (work.top / "prompts/link.md").symlink_to("run.sh")
    repository = work.open()
    files = {file.path: file for file in repository.tree(repository.resolve(work.commit()), "prompts")}
    assert {path: (file.mode, file.is_file) for path, file in files.items()} == {
        "prompts/link.md": (LINK, False),
        "prompts/run.sh": ("100755", True),
        "prompts/shared": (SUBMODULE, False),
    }
    assert (files["prompts/shared"].object_id, files["prompts/shared"].size) == (pinned, None)
    assert list(repository.read([files["prompts/link.md"].object_id])) == [b"run.sh"]


def test_more_files_than_anybody_has_are_refused(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_FILES", 1000)
    tree = work.git("mktree", given=f"100644 blob {work.git('hash-object', '-w', '--stdin')}\tf\n".encode())
    for _ in range(10):  # ten to the tenth files, in a few hundred bytes
        tree = work.git("mktree", given="".join(f"040000 tree {tree}\t{name}\n" for name in range(10)).encode())
    commit = work.git("commit-tree", "-m", "A bomb", tree)
    repository = work.open()
    with pytest.raises(TooLarge, match="more than 1,000 files"):
        repository.tree(repository.resolve(commit))


def test_what_is_staged_is_not_what_is_on_disk(work: Work) -> None:
    work.commit(files={"prompts/a.md": "1", "prompts/gone.md": "x", "prompts/renamed.md": "y"})
    work.write("prompts/a.md", "2")
    work.write("prompts/new.md", "n")
    work.git("rm", "-q", "prompts/gone.md")
    work.git("mv", "prompts/renamed.md", "prompts/moved.md")
    work.git("add", "prompts/a.md", "prompts/new.md")
    work.write("prompts/a.md", "3")
    work.write("prompts/untracked.md", "u")
    repository = work.open()
    staged = repository.staged("prompts")
    assert read_all(repository, staged.files) == {
        b"prompts/a.md": b"2",
        b"prompts/moved.md": b"y",
        b"prompts/new.md": b"n",
    }


def test_files_that_are_only_announced_are_not_staged(work: Work) -> None:
    work.commit(files={"prompts/a.md": "1", "prompts/empty.md": ""})
    work.write("prompts/announced.md", "x")
    work.write("prompts/empty-too.md", "")
    work.git("add", "-N", "prompts/announced.md")
    work.git("add", "prompts/empty-too.md")
    paths = [file.path for file in work.open().staged("prompts").files]
    assert paths == ["prompts/a.md", "prompts/empty-too.md", "prompts/empty.md"]
    assert work.open().staged("elsewhere") == Staged((), ())


def test_conflicts_of_a_merge_are_reported_as_such(work: Work) -> None:
    work.commit(files={"prompts/a.md": "base\n", "prompts/b.md": "b\n", "prompts/gone.md": "x\n"})
    work.git("checkout", "-q", "-b", "theirs")
    theirs = work.commit(files={"prompts/a.md": "theirs\n", "prompts/b.md": "b2\n", "prompts/gone.md": "y\n"})
    work.git("checkout", "-q", "main")
    work.git("rm", "-q", "prompts/gone.md")
    ours = work.commit(files={"prompts/a.md": "ours\n"})
    assert work.try_git("merge", "theirs").returncode == 1
    repository = work.open()
    staged = repository.staged("prompts")
    assert staged.conflicts == ("prompts/a.md", "prompts/gone.md")
    assert read_all(repository, staged.files) == {b"prompts/b.md": b"b2\n"}
    assert repository.resolve("HEAD").id == ours
    assert repository.resolve("MERGE_HEAD").id == theirs
    assert repository.blame("prompts/b.md", 1).commit is None
    work.git("add", "prompts/a.md")
    assert repository.staged("prompts").conflicts == ("prompts/gone.md",)


def test_an_empty_repository_has_nothing_staged_until_something_is(work: Work) -> None:
    repository = work.open()
    assert repository.staged() == Staged((), ())
    work.write("prompts/a.md", "a")
    work.git("add", "-A")
    assert [file.path for file in repository.staged("prompts").files] == ["prompts/a.md"]


@needs_git(2, 33)
def test_a_sparse_checkout_is_read_whole(work: Work) -> None:
    commit = work.commit(files={"prompts/a/x.md": "x", "prompts/b/y.md": "y", "other/z.md": "z"})
    work.git("sparse-checkout", "init", "--cone", "--sparse-index")
    work.git("sparse-checkout", "set", "other")
    assert not os.path.exists(work.top / "prompts")
    repository = work.open()
    paths = ["prompts/a/x.md", "prompts/b/y.md"]
    assert [file.path for file in repository.tree(repository.resolve(commit), "prompts")] == paths
    assert [file.path for file in repository.staged("prompts").files] == paths


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prompts/a.md", "prompts/a.md"),
        ("é ü 漢", "é ü 漢"),
        ("a\nb\x1b[31m", "a\\x0ab\\x1b[31m"),
        ("\udcff", "\\xff"),
        ("a\u202eb", "a\\u202eb"),
        ("\U000e0041", "\\U000e0041"),
        ("x" * 300, "x" * 100 + "…" + "x" * 100),
    ],
)
def test_names_are_shown_without_what_a_terminal_would_obey(name: str, expected: str) -> None:
    assert shown(name) == expected
    assert shown(name).isprintable()
