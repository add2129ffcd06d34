"""`promptreg verify` as people and scripts see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.schemas import valid
from tests.support.frozen import history


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    history(tmp_path)
    return tmp_path


def test_good_releases_are_summed_up(folder: Path) -> None:
    result = run("verify", folder=folder)
    assert (result.code, result.err) == (0, "")
    assert result.out == "12 releases of 5 names in 14 frozen files, 2 labels: all as released\n"


def test_names_and_what_they_are_made_of(folder: Path) -> None:
    result = run("verify", "rules/limits", folder=folder)
    assert (result.code, result.out) == (0, "2 releases of 2 names in 2 frozen files, 0 labels: all as released\n")


def test_one_changed_byte_is_exit_4(folder: Path) -> None:
    path = folder / "prompts/.versions/rules/tone/1.0.0.md"
    path.write_bytes(path.read_bytes().replace(b"kind.", b"kind!"))
    (folder / "prompts/.versions/rules/tone/1.0.1.md").unlink()
    result = run("verify", folder=folder)
    assert (result.code, result.out) == (4, "")
    first, second = result.err.splitlines()
    assert first.startswith("error: prompts/.versions/rules/tone/1.0.0.md: is not the file that was released")
    missing = "the frozen file of rules/tone@1.0.1 is missing: restore it from your version control"
    assert second == f"error: prompts/.versions/rules/tone/1.0.1.md: {missing}"


def test_faults_as_json(folder: Path) -> None:
    assert valid(run("verify", "--format", "json", folder=folder).out, "verify")["problems"] == []
    (folder / "prompts/.versions/rules/tone/1.0.1.md").unlink()
    result = run("verify", "--format", "json", folder=folder)
    assert (result.code, result.err) == (4, "")
    document = valid(result.out, "verify")
    assert [problem["path"] for problem in document["problems"]] == ["prompts/.versions/rules/tone/1.0.1.md"]


def test_conflict_markers_are_told_with_their_line(folder: Path) -> None:
    lock = folder / "prompts/promptreg.lock"
    lines = lock.read_text().split("\n")
    lock.write_text("\n".join([*lines[:3], "<<<<<<< ours", *lines[3:]]))
    for words in (["verify"], ["list", "--locked"], ["release", "chat/reply"]):
        result = run(*words, folder=folder)
        assert (result.code, result.out) == (4, "")
        assert result.err == (
            "error: prompts/promptreg.lock:4:1: unresolved merge conflict of ours: "
            "`promptreg verify --repair-lock` puts the releases of both sides together\n"
        )


def conflict(folder: Path) -> None:
    """Let the lock be in a conflict of two sides with two releases each."""
    lock = folder / "prompts/promptreg.lock"
    lines = lock.read_text().split("\n")
    hunk = ["<<<<<<< HEAD", *lines[2:4], "=======", *lines[4:6], ">>>>>>> feature"]
    lock.write_text("\n".join([*lines[:2], *hunk, *lines[6:]]))


def test_a_lock_in_conflict_is_repaired_and_verified(folder: Path) -> None:
    lock = folder / "prompts/promptreg.lock"
    before = lock.read_text()
    conflict(folder)
    result = run("verify", "--repair-lock", folder=folder)
    assert result.code == 0
    assert result.err == "prompts/promptreg.lock: repaired, 12 releases (2 releases of HEAD, 2 releases of feature)\n"
    assert result.out == "12 releases of 5 names in 14 frozen files, 2 labels: all as released\n"
    assert lock.read_text() == before
    result = run("verify", "--repair-lock", "--format", "json", folder=folder)
    assert (result.code, result.err) == (0, "prompts/promptreg.lock: nothing to repair\n")
    assert valid(result.out, "verify")["releases"] == 12


def test_a_repair_that_is_refused_says_why(folder: Path) -> None:
    conflict(folder)
    lock = folder / "prompts/promptreg.lock"
    before = lock.read_text()
    (folder / "prompts/.versions/rules/tone/1.0.1.md").unlink()
    for form in ("text", "json"):
        result = run("verify", "--repair-lock", "--format", form, folder=folder)
        assert result.code == 4
        assert "the frozen file of rules/tone@1.0.1 is missing" in (result.err if form == "text" else result.out)
        assert lock.read_text() == before


def test_only_the_lock_of_a_folder_is_repaired(folder: Path) -> None:
    for option in (["--staged"], ["--at", "HEAD"]):
        result = run("verify", "--repair-lock", *option, folder=folder)
        assert (result.code, result.out) == (2, "")
        assert "--repair-lock writes the lock of the folder: it goes without --at and --staged" in result.err


def test_a_name_without_release_is_bad_input(folder: Path) -> None:
    result = run("verify", "rules/tune", folder=folder)
    assert result.code == 2
    assert 'did you mean "rules/tone"' in result.err


def test_nothing_released(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other/a.md").write_text("---\nkind: rule\nversion: 1.0.0\n---\n- A.\n")
    assert run("verify", "--registry", "other", folder=folder).out == "nothing is released\n"


def test_verify_writes_nothing(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    run("verify", folder=folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
