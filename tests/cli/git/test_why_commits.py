"""Who last changed a line, as `why` says it; and that git is never a reason for `why` to fail."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.git.conftest import change
from tests.cli.registries import copy_small
from tests.cli.running import run
from tests.cli.schemas import valid
from tests.registry.git.repositories import Work, snapshot

WHY = ("why", "support/reply", "--sample", "small-claim", "--text")
RULE = "promise a refund above"
NEVER_COMMITTED = {"id": None, "author": None, "date": None, "subject": None}


def commits(work: Work, text: str, *arguments: str, **options: Any) -> list[Any]:
    """The commit of each segment of a text; "absent" where there is none."""
    result = run(*WHY, text, *arguments, "--format", "json", folder=work.top, **options)
    assert (result.code, result.err) == (0, ""), result
    return [segment.get("commit", "absent") for segment in valid(result.out, "why")["segments"]]


def row(work: Work, text: str, *arguments: str) -> list[str]:
    out = run(*WHY, text, *arguments, folder=work.top).out
    return [line.removeprefix("  commit   ") for line in out.splitlines() if line.startswith("  commit ")]


def test_a_segment_has_the_commit_of_its_line(past: Work) -> None:
    past.git("checkout", "-q", "-f", "HEAD")
    first, second = past.id("v1"), past.id("v2^{commit}")
    assert commits(past, RULE) == [
        {"id": second, "author": "Ada Test", "date": "2023-11-15T00:15:20+02:00", "subject": "Think again"}
    ]
    assert commits(past, "Offer a human")[0]["id"] == first
    assert row(past, RULE) == [f"{second[:12]}  2023-11-15  Ada Test  Think again"]


def test_every_kind_of_segment_has_one(past: Work) -> None:
    past.git("checkout", "-q", "-f", "HEAD")
    text = "promise a refund above 50 EUR.\n- Offer a human colleague when the customer asks for more.\n\n"
    found = commits(past, text)
    assert [commit["subject"] for commit in found[:3]] == ["Think again", "Think again", "Think again"]
    assert {commit["subject"] for commit in found} == {"Think again", "Start"}
    assert "absent" not in found


def test_a_line_that_is_not_committed_says_so(past: Work) -> None:
    assert commits(past, RULE) == [NEVER_COMMITTED]
    assert row(past, RULE) == ["none: this line is not committed yet"]
    past.git("add", "-A")
    assert commits(past, RULE) == [NEVER_COMMITTED]
    assert commits(past, "Offer a human")[0]["subject"] == "Start"


def test_lines_above_may_have_come_and_gone(past: Work) -> None:
    change(past.top, "rules/refund-limits.md", "These limits", "Read this.\n\nThese limits")
    change(past.top, "rules/tone.md", "- Sign", "- Be brief.\n- Sign")
    assert commits(past, "Read this.") == [NEVER_COMMITTED]
    assert commits(past, "hold for every reply")[0]["subject"] == "Start"
    assert commits(past, "Offer a human")[0]["subject"] == "Start"


def test_a_new_file_is_not_committed(past: Work) -> None:
    past.git("rm", "-q", "--cached", "prompts/rules/refund-limits.md")
    past.git("commit", "-q", "-m", "Forget")
    assert commits(past, RULE) == [NEVER_COMMITTED]


def test_at_a_revision_it_is_the_commit_of_that_moment(past: Work) -> None:
    assert commits(past, RULE, "--at", "v1")[0]["subject"] == "Start"
    assert commits(past, RULE, "--at", "v2")[0]["subject"] == "Think again"


def test_of_what_is_staged_too(past: Work) -> None:
    assert commits(past, RULE, "--staged")[0]["subject"] == "Think again"
    past.git("add", "-A")
    change(past.top, "rules/refund-limits.md", "NEVER EVER", "never")
    assert commits(past, RULE, "--staged") == [NEVER_COMMITTED]
    assert commits(past, "Offer a human", "--staged")[0]["subject"] == "Start"


def test_a_link_leads_to_the_lines_of_its_target(past: Work) -> None:
    past.git("checkout", "-q", "-f", "HEAD")
    past.git("mv", "prompts/rules/refund-limits.md", "prompts/rules/real.md")
    past.commit("Move")
    (past.top / "prompts/rules/refund-limits.md").symlink_to("real.md")
    past.commit("Link")
    assert commits(past, RULE)[0]["subject"] == "Think again"
    assert commits(past, RULE, "--at", "main")[0]["subject"] == "Think again"


def test_a_git_folder_that_the_environment_names_is_asked(past: Work, tmp_path: Path) -> None:
    (past.top / ".git").rename(tmp_path / "apart.git")
    assert commits(past, "Offer a human") == ["absent"]
    environment = {"GIT_DIR": str(tmp_path / "apart.git"), "GIT_WORK_TREE": str(past.top)}
    assert commits(past, "Offer a human", environment=environment)[0]["subject"] == "Start"


def test_the_oldest_commit_of_a_shallow_clone_may_not_be_the_one(past: Work, tmp_path: Path) -> None:
    shallow = past.clone(tmp_path / "shallow", "--depth", "1")
    assert commits(shallow, RULE)[0]["oldest"] is True
    assert row(shallow, RULE)[0].partition("  ")[0].endswith(" or before (shallow clone)")


def test_authors_of_any_encoding_and_intent(past: Work) -> None:
    past.write("prompts/x", "x")
    past.git("add", "-A")
    past.git("commit", "-q", "-m", "\x1b[2J\u202e", variables={"GIT_AUTHOR_NAME": "\x1b]0;x\x07Eve"})
    (found,) = commits(past, RULE)
    assert found["subject"] == "\x1b[2J\u202e"
    (shown,) = row(past, RULE)
    assert shown.isprintable()
    assert "Eve" in shown


# -- git is never a reason to fail -----------------------------------------------------------------------------------


def no_process(*_: object, **__: object) -> None:
    raise AssertionError("a process was started")


def test_without_a_repository_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_small(tmp_path / "plain")
    monkeypatch.setattr(subprocess, "Popen", no_process)
    result = run(*WHY, RULE, "--format", "json", folder=folder)
    assert (result.code, result.err) == (0, "")
    assert "commit" not in valid(result.out, "why")["segments"][0]
    assert "commit" not in run(*WHY, RULE, folder=folder).out


def without_git(past: Work, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PATH", str(past.top))


def with_a_setting_that_leads_nowhere(past: Work, patch: pytest.MonkeyPatch) -> None:
    past.git("config", "blame.ignoreRevsFile", "gone")


def with_a_repository_that_is_broken(past: Work, patch: pytest.MonkeyPatch) -> None:
    past.write(".git/HEAD", "nonsense")


def with_a_format_of_the_future(past: Work, patch: pytest.MonkeyPatch) -> None:
    past.git("config", "core.repositoryFormatVersion", "99")


def with_a_git_file_that_leads_nowhere(past: Work, patch: pytest.MonkeyPatch) -> None:
    (past.top / ".git").rename(past.top / "gone")
    past.write(".git", "gitdir: nowhere\n")


def with_lost_objects(past: Work, patch: pytest.MonkeyPatch) -> None:
    head = past.id("HEAD")
    for file in (past.top / ".git/objects").glob("??/*"):
        if file.parent.name + file.name != head:
            file.unlink()


def with_a_git_that_fails(past: Work, patch: pytest.MonkeyPatch) -> None:
    past.write("bin/git", "#!/bin/sh\necho nonsense\nexit 1\n")
    (past.top / "bin/git").chmod(0o755)
    patch.setenv("PATH", str(past.top / "bin"))


def with_a_git_that_cannot_run(past: Work, patch: pytest.MonkeyPatch) -> None:
    past.write("bin/git", "#!/nowhere/at/all\n")
    (past.top / "bin/git").chmod(0o755)
    patch.setenv("PATH", str(past.top / "bin"))


@pytest.mark.parametrize(
    "trouble",
    [
        without_git,
        with_a_setting_that_leads_nowhere,
        with_a_repository_that_is_broken,
        with_a_format_of_the_future,
        with_a_git_file_that_leads_nowhere,
        with_lost_objects,
        with_a_git_that_fails,
        with_a_git_that_cannot_run,
    ],
)
def test_trouble_with_git_leaves_the_rest_of_the_answer(
    past: Work, trouble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.git("checkout", "-q", "-f", "HEAD")
    expected = run(*WHY, RULE, "--format", "json", folder=past.top).out
    trouble(past, monkeypatch)
    assert commits(past, RULE) == ["absent"]
    found = valid(run(*WHY, RULE, "--format", "json", folder=past.top).out, "why")
    wanted = valid(expected, "why")
    for segment in wanted["segments"]:
        del segment["commit"]
    assert found == wanted


def test_nothing_is_written(past: Work) -> None:
    before = snapshot(past.top)
    for arguments in ((), ("--at", "v1"), ("--staged",)):
        commits(past, "refund", *arguments)
    assert snapshot(past.top) == before


# -- releases: who wrote a line, not who released the copy


RULE_FILE = "---\nkind: rule\nversion: {}\n---\n{}"
PROMPT_FILE = """kind: prompt
version: 1.0.0
messages:
  - role: user
    parts:
      - use: rules/tone@^1
      - text: "Bye."
"""


@pytest.fixture
def released(work: Work) -> Work:
    """A rule that grew by a line a commit, and was released in the commit after each."""
    work.write("prompts/p.yaml", PROMPT_FILE)
    body = ""
    for number, line in enumerate(("Be kind.", "Be brief.", "Be warm.")):
        body += f"- {line}\n"
        work.write("prompts/rules/tone.md", RULE_FILE.format(f"1.{number}.0", body))
        work.commit(f"Say {line}")
        release(work, "rules/tone")
        work.commit(f"Release 1.{number}.0")
    release(work, "p")
    work.commit("Release p")
    return work


def release(work: Work, *names: str) -> None:
    result = run("release", *names, folder=work.top)
    assert result.code == 0, result


def subjects(work: Work, text: str, *arguments: str, ref: str = "p@1.0.0") -> list[str]:
    """The subject of the commit of each segment of a text in a release."""
    result = run("why", ref, "--text", text, *arguments, "--format", "json", folder=work.top)
    assert (result.code, result.err) == (0, ""), result
    return [segment["commit"]["subject"] for segment in valid(result.out, "why")["segments"]]


def test_a_line_of_a_release_has_the_commit_that_wrote_it(released: Work) -> None:
    for line in ("Be kind.", "Be brief.", "Be warm."):
        assert subjects(released, line) == [f"Say {line}"]
        assert subjects(released, line, "--at", "HEAD") == [f"Say {line}"]
        assert subjects(released, line, "--staged") == [f"Say {line}"]
    assert subjects(released, "Bye.") == ["Say Be kind."]


def test_the_head_may_have_become_anything_since(released: Work) -> None:
    released.write("prompts/rules/tone.md", RULE_FILE.format("2.0.0", "- Other.\n"))
    released.commit("Start over")
    released.git("rm", "-q", "prompts/p.yaml")
    released.commit("Remove p")
    assert subjects(released, "Be brief.") == ["Say Be brief."]
    assert subjects(released, "Bye.") == ["Say Be kind."]


def test_written_and_released_in_one_commit(released: Work) -> None:
    released.write("prompts/rules/tone.md", RULE_FILE.format("1.3.0", "- Be kind.\n- Be quick.\n"))
    released.write("prompts/p.yaml", PROMPT_FILE.replace("1.0.0", "1.1.0"))
    release(released, "rules/tone", "p")
    released.commit("Be quick at once")
    assert subjects(released, "Be quick.", ref="p@1.1.0") == ["Be quick at once"]
    assert subjects(released, "Be kind.", ref="p@1.1.0") == ["Say Be kind."]


def test_a_release_that_is_not_committed_yet(released: Work) -> None:
    released.write("prompts/rules/tone.md", RULE_FILE.format("1.3.0", "- Be kind.\n- Be quick.\n"))
    released.commit("Say Be quick.")
    release(released, "rules/tone")
    released.write("prompts/p.yaml", PROMPT_FILE.replace("1.0.0", "1.1.0").replace("Bye.", "So long."))
    release(released, "p")
    assert subjects(released, "Be quick.", ref="p@1.1.0") == ["Say Be quick."]
    result = run("why", "p@1.1.0", "--text", "So long.", folder=released.top)
    assert "none: this line is not committed yet" in result.out


def test_a_copy_whose_head_was_not_committed_with_it_has_its_own_commit(work: Work) -> None:
    work.write("prompts/p.yaml", PROMPT_FILE)
    work.write("prompts/rules/tone.md", RULE_FILE.format("1.0.0", "- Be kind.\n"))
    release(work, "rules/tone", "p")
    work.git("add", "prompts/.versions", "prompts/promptreg.lock")
    work.git("commit", "-q", "-m", "Releases alone")
    assert subjects(work, "Be kind.") == ["Releases alone"]


def test_the_registry_may_have_moved_since(released: Work) -> None:
    released.git("mv", "prompts", "texts")
    released.commit("Move")
    result = run(
        "why", "p@1.0.0", "--text", "Be brief.", "--format", "json", "--registry", "texts", folder=released.top
    )
    assert valid(result.out, "why")["segments"][0]["commit"]["subject"] == "Say Be brief."


def test_a_registry_may_be_the_whole_repository(work: Work) -> None:
    work.write("p.yaml", PROMPT_FILE)
    work.write("rules/tone.md", RULE_FILE.format("1.0.0", "- Be kind.\n"))
    work.commit("Say it")
    assert run("release", "p", "--with-parts", "--registry", ".", folder=work.top).code == 0
    work.commit("Release")
    assert subjects(work, "Be kind.", "--registry", ".") == ["Say it"]
