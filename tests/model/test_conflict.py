"""Merge conflicts: found where git leaves them, and nowhere else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.conflict import Conflict, body_conflicts, conflicts, problem_of, sided_lines

OURS, SPLIT, THEIRS, BASE = "<<<<<<< HEAD\n", "=======\n", ">>>>>>> feature\n", "||||||| 1234567\n"

lines = st.lists(
    st.sampled_from(["a", "b", "", " <<<<<<< x", "<<<<<<<<", "======", "= = =", ">>>>>>>x", "é"]), max_size=4
)
hunks = st.lists(st.tuples(lines, lines, st.none() | lines, lines), max_size=4)


def written(found: list[tuple[list[str], list[str], list[str] | None, list[str]]], end: str) -> str:
    """A text in conflict: for each hunk our lines, their lines, perhaps what was there before, and lines of both."""
    parts = []
    for ours, theirs, base, both in found:
        before = [] if base is None else ["||||||| 1234567", *base]
        parts += ["<<<<<<< HEAD", *ours, *before, "=======", *theirs, ">>>>>>> feature", *both]
    return end.join([*parts, ""])


@given(hunks, st.sampled_from(["\n", "\r\n"]))
def test_both_sides_of_a_conflict_are_read(found: list[tuple[list[str], ...]], end: str) -> None:
    text = written(found, end)  # type: ignore[arg-type]
    told = [(line.text.removesuffix("\r"), line.side) for line in sided_lines(text)]
    expected = []
    for ours, theirs, _, both in found:
        expected += [(line, "HEAD") for line in ours] + [(line, "feature") for line in theirs]
        expected += [(line, "") for line in both]
    assert told == [*expected, ("", "")]
    numbered = text.split("\n")
    assert all(numbered[line.number - 1] == line.text for line in sided_lines(text))
    assert len(conflicts(text)) == len(found)
    for conflict in conflicts(text):
        assert numbered[conflict.start - 1].startswith("<<<<<<< HEAD")
        assert numbered[conflict.end - 1].startswith(">>>>>>> feature")


@given(lines)
def test_other_texts_have_no_conflict(found: list[str]) -> None:
    text = "\n".join(found)
    assert conflicts(text) == body_conflicts(text) == ()
    assert [line.text for line in sided_lines(text)] == text.split("\n")


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_what_git_writes_is_a_conflict(tmp_path: Path, style: str) -> None:
    for name, middle in (("ours", "b1\nx\n"), ("base", "b\n"), ("theirs", "b2\nx\n")):
        (tmp_path / name).write_text(f"a\n{middle}c\n")
    command = ["git", "-c", f"merge.conflictStyle={style}", "merge-file", "-p", "ours", "base", "theirs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        pytest.skip(f"this git does not know the style {style}")
    (found,) = conflicts(done.stdout)
    assert (found.start, found.ours, found.theirs) == (2, "ours", "theirs")
    assert [line.text for line in sided_lines(done.stdout) if line.side != "theirs"][:3] == ["a", "b1", "x"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(f"a\n{OURS}b\n", Conflict(2, 2, "HEAD"), id="only the beginning is left"),
        pytest.param(f"a\n{SPLIT}b\n", Conflict(2, 2), id="only the middle is left"),
        pytest.param(f"a\n{THEIRS}b\n", Conflict(2, 2, "", "feature"), id="only the end is left"),
        pytest.param(f"{OURS}{SPLIT}b\n{THEIRS}", Conflict(1, 4, "HEAD", "feature", 2), id="one side is empty"),
        pytest.param("<<<<<<<\na\n=======\n>>>>>>>", Conflict(1, 4, "", "", 3), id="without names"),
    ],
)
def test_what_is_left_of_a_conflict_is_one(text: str, found: Conflict) -> None:
    assert conflicts(text) == (found,)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(f"{OURS}a\n{SPLIT}b\n{THEIRS}", 1, id="whole"),
        pytest.param(f"Heading\n{SPLIT}text\n", 0, id="a heading"),
        pytest.param(f"{OURS}a\n{THEIRS}", 0, id="no middle"),
        pytest.param(f"```\n{OURS}a\n{SPLIT}b\n{THEIRS}```\n", 0, id="an example in a fence"),
        pytest.param(f"~~~~ diff\n```\n{OURS}a\n{SPLIT}b\n{THEIRS}~~~~\n", 0, id="a fence in a fence"),
        pytest.param(f"```\nx\n```\n{OURS}a\n{SPLIT}b\n{THEIRS}", 1, id="behind a fence"),
        pytest.param(f"  {OURS}  a\n  {SPLIT}  b\n  {THEIRS}", 0, id="indented"),
    ],
)
def test_a_text_for_people_may_speak_of_conflicts(text: str, count: int) -> None:
    assert len(body_conflicts(text)) == count


def test_a_conflict_is_told_with_its_sides_and_extent() -> None:
    told = [str(problem_of(found, "x", "a.md")) for found in conflicts(f"{OURS}{SPLIT}{THEIRS}{SPLIT}{OURS}")]
    assert told == [
        "a.md:1:1: unresolved merge conflict between HEAD and feature, up to line 3",
        "a.md:4:1: unresolved merge conflict",
        "a.md:5:1: unresolved merge conflict of HEAD",
    ]


def test_blocks_of_an_editing_form_are_no_conflict() -> None:
    block = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
    assert body_conflicts(block) == ()
    assert len(body_conflicts(block.replace("SEARCH", "HEAD"))) == 1
