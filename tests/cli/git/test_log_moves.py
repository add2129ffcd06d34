"""The log of a component that has had another name."""

from __future__ import annotations

import pytest

from tests.cli.git.test_log import FILE, entries, rule
from tests.cli.running import run
from tests.registry.git.repositories import Work

LONG = "".join(f"- Rule number {number} says what it says.\n" for number in range(12))
NEW = "prompts/rules/voice.md"


@pytest.fixture
def moved(work: Work) -> Work:
    """rules/tone, changed once, moved to rules/voice, changed once more."""
    work.commit("Write", {FILE: rule(LONG), "prompts/other.md": rule("- Something else.\n")})
    work.commit("Grow", {FILE: rule(f"{LONG}- More.\n", version="1.0.1")})
    work.git("mv", FILE, NEW)
    work.commit("Move")
    work.commit("Grow again", {NEW: rule(f"{LONG}- More.\n- Still more.\n", version="1.0.2")})
    return work


def told(work: Work, name: str, *arguments: str) -> list[tuple[str, str, list[str]]]:
    return [(row["subject"], row["change"], row["reasons"]) for row in entries(work, *arguments, name=name)]


def test_the_log_goes_on_under_the_name_before(moved: Work) -> None:
    assert told(moved, "rules/voice") == [
        ("Grow again", "patch", []),
        ("Move", "none", ["moved from rules/tone"]),
        ("Grow", "patch", []),
        ("Write", "added", []),
    ]
    paths = [row["path"] for row in entries(moved, name="rules/voice")]
    assert paths == [NEW, NEW, FILE, FILE]


def test_the_name_before_says_where_it_went(moved: Work) -> None:
    assert told(moved, "rules/tone") == [
        ("Move", "removed", ["moved to rules/voice"]),
        ("Grow", "patch", []),
        ("Write", "added", []),
    ]


def test_the_table_tells_it_below_the_row(moved: Work) -> None:
    out = run("log", "rules/voice", folder=moved.top).out
    assert "\n            moved from rules/tone\n" in out


def test_a_move_may_change_the_file_a_little(moved: Work) -> None:
    moved.git("mv", NEW, "prompts/speech.md")
    moved.write("prompts/speech.md", rule(f"{LONG}- New.\n", version="2.0.0", inputs="inputs: {a: {type: string}}\n"))
    moved.commit("Move and change")
    assert told(moved, "speech")[0] == (
        "Move and change",
        "major",
        ["moved from rules/voice", 'input "a" was added as required'],
    )
    assert [subject for subject, _, _ in told(moved, "speech")][-1] == "Write"


def test_another_file_in_the_same_commit_is_no_move(moved: Work) -> None:
    moved.git("rm", "-q", NEW)
    moved.commit("Start over", {"prompts/fresh.md": rule("- Quite different words here.\n", version="4.0.0")})
    assert [(subject, change) for subject, change, _ in told(moved, "fresh")] == [("Start over", "added")]
    assert told(moved, "rules/voice")[0] == ("Start over", "removed", [])


def test_what_came_to_the_old_name_later_is_another_component(moved: Work) -> None:
    moved.commit("New tone", {FILE: rule("- Something new.\n")})
    assert [subject for subject, _, _ in told(moved, "rules/tone")] == ["New tone", "Move", "Grow", "Write"]
    assert [subject for subject, _, _ in told(moved, "rules/voice")][-1] == "Write"
    assert "New tone" not in [subject for subject, _, _ in told(moved, "rules/voice")]


def test_frozen_files_that_went_along_are_no_new_releases(work: Work) -> None:
    work.commit("Write", {FILE: rule(LONG)})
    assert run("release", "rules/tone", folder=work.top).code == 0
    work.commit("Release")
    work.git("mv", FILE, NEW)
    work.git("mv", "prompts/.versions/rules/tone", "prompts/.versions/rules/voice")
    work.commit("Move all of it")
    found = {row["subject"]: row["releases"] for row in entries(work, name="rules/voice")}
    assert found == {"Move all of it": [], "Release": ["1.0.0"], "Write": []}


def test_a_new_suffix_is_no_other_name(work: Work) -> None:
    work.commit("Write", {"prompts/x.md": rule(LONG)})
    work.git("mv", "prompts/x.md", "prompts/x.yaml")
    work.commit("Break")
    assert [(subject, change) for subject, change, _ in told(work, "x")] == [("Break", "broken"), ("Write", "added")]
    assert not any("moved" in reason for _, _, reasons in told(work, "x") for reason in reasons)


def test_settings_of_the_repository_do_not_decide_what_a_move_is(moved: Work) -> None:
    expected = told(moved, "rules/voice")
    for setting in ("diff.renames=false", "diff.renameLimit=1", "diff.external=false", "diff.relative=true"):
        moved.git("config", *setting.split("="))
        assert told(moved, "rules/voice") == expected


def test_a_clone_without_the_files_goes_on_with_what_it_knows(moved: Work) -> None:
    moved.git("mv", NEW, "prompts/last.md")
    moved.write("prompts/last.md", rule(f"{LONG}- Last.\n", version="3.0.0"))
    moved.commit("Move once more")
    clone = moved.clone(moved.top.parent / "partial", "--filter=blob:none")
    result = run("log", "last", "--limit", "1", folder=clone.top)
    assert "Move once more" in result.out
    assert "moved from" not in result.out
