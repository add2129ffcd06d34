"""Locks after a merge: the releases of both sides, as git puts the two texts together."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.errors import IntegrityError
from promptreg.model.lock import LockEntry, lock_text, parse_lock, read_line
from promptreg.model.lock_merge import merge_lock
from tests.model.test_lock import PATH, entries, entry, locks

OTHER = "0" * 64


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merge")


def merged_by_git(folder: Path, base: str, ours: str, theirs: str, *options: str) -> str:
    """What git leaves of a file that two sides have changed."""
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(text.encode())
    names = ("-L", "HEAD", "-L", "base", "-L", "feature")
    command = ["git", "merge-file", "-p", "-q", *options, *names, "ours", "base", "theirs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode < 128, done.stderr
    return done.stdout.decode()


histories = st.lists(st.tuples(entries, st.sampled_from(["base", "HEAD", "feature", "both"])), max_size=8)


@settings(max_examples=60)
@given(histories, st.sampled_from([(), ("--diff3",), ("--union",)]), st.sampled_from(["\n", "\r\n"]))
def test_both_sides_of_any_merge_are_kept(
    folder: Path, history: list[tuple[LockEntry, str]], options: Sequence[str], end: str
) -> None:
    """Whatever was released on either side, git's merge of the two locks holds it, and nothing else."""
    known = {found.key: (found, where) for found, where in history}
    base = [found for found, where in known.values() if where == "base"]
    ours = [*base, *(found for found, where in known.values() if where in ("HEAD", "both"))]
    theirs = [*base, *(found for found, where in known.values() if where in ("feature", "both"))]
    texts = [lock_text(side).replace("\n", end) for side in (base, ours, theirs)]
    text = merged_by_git(folder, *texts, *options)
    merged = merge_lock(text, PATH)
    assert merged.entries == {key: found for key, (found, _) in known.items()}
    assert merged.disputed == []
    assert set(merged.sides) <= {"HEAD", "feature"}
    try:
        assert parse_lock(text, PATH) == merged.entries
    except IntegrityError:
        assert text not in texts  # the merge of one change and none is a lock already


@settings(max_examples=30)
@given(locks, entries, entries, st.sampled_from([(), ("--diff3",), ("--union",)]))
def test_what_the_sides_tell_differently_is_disputed(
    folder: Path, both: list[LockEntry], one: LockEntry, other: LockEntry, options: Sequence[str]
) -> None:
    other = other._replace(name=one.name, version=one.version)
    base = [found for found in both if found.key != one.key]
    texts = [lock_text(side) for side in (base, [*base, one], [*base, other])]
    merged = merge_lock(merged_by_git(folder, *texts, *options), PATH)
    assert merged.entries.keys() == {one.key, *(found.key for found in base)}
    if one == other:
        assert merged.disputed == []
    else:
        ((first, second),) = merged.disputed
        assert (first.entry, second.entry) == (one, other)
        assert first.line < second.line
        if options != ("--union",):
            assert (first.side, second.side) == ("HEAD", "feature")


def test_a_union_of_lines_alone_is_no_lock(folder: Path) -> None:
    """Why `merge=union` is no answer: the comma of the line that was last makes it a line of each side."""
    base, ours, theirs = ([entry("a", "1.0.0")], [entry("b", "1.0.0")], [entry("c", "1.0.0")])
    texts = [lock_text(side) for side in (base, [*base, *ours], [*base, *theirs])]
    text = merged_by_git(folder, *texts, "--union")
    with pytest.raises(IntegrityError, match="is not the JSON of a lock"):
        parse_lock(text, PATH)
    assert [str(found) for found in merge_lock(text, PATH).entries.values()] == ["a@1.0.0", "b@1.0.0", "c@1.0.0"]


@given(locks)
def test_a_lock_is_merged_already(found: list[LockEntry]) -> None:
    merged = merge_lock(lock_text(found), PATH)
    assert merged.entries == {item.key: item for item in found}
    assert merged.sides == {}


@given(entries)
def test_a_line_is_read_as_it_is_written(found: LockEntry) -> None:
    line = lock_text([found]).split("\n")[1]
    for end in ("", ",", "\r", ",\r"):
        assert read_line(line + end) == found
    for wrong in (line[:-1], f" {line}", f"{line},,", f"{line}, {line}", line.replace('"kind"', '"Kind"'), "", "{}"):
        assert read_line(wrong) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda line: line.replace('"kind"', ' "kind"'), id="a space"),
        pytest.param(lambda line: line.replace("1.0.0", "1.0"), id="no version"),
        pytest.param(lambda line: line[:-5], id="cut"),
        pytest.param(lambda line: line + line, id="two in one line"),
        pytest.param(lambda line: "x", id="something else"),
        pytest.param(lambda line: '{"schema": "promptreg/lock/2", "releases": {', id="another schema"),
    ],
)
def test_lines_that_nobody_wrote_are_refused_with_their_place(change: object) -> None:
    lines = lock_text([entry("a", "1.0.0"), entry("b", "1.0.0")]).split("\n")
    lines[1] = change(lines[1])  # type: ignore[operator]
    with pytest.raises(IntegrityError) as caught:
        merge_lock("\n".join(["<<<<<<< HEAD", *lines]), PATH)
    assert str(caught.value).startswith(f"{PATH}:3:1: this line is not as promptreg writes it")
