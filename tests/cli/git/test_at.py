"""--at and --staged: the whole registry of another moment, for every command that reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.git.conftest import change
from tests.cli.running import Result, run
from tests.cli.schemas import valid
from tests.cli.test_completion import complete
from tests.registry.git.repositories import Work, snapshot

SAMPLE = ("support/reply", "--sample", "small-claim")
READING = {
    "list": ("list",),
    "list as JSON": ("list", "--format", "json"),
    "show": ("show", "rules/refund-limits"),
    "show as JSON": ("show", "support/reply", "--format", "json"),
    "tree": ("tree",),
    "tree of users": ("tree", "rules/tone", "--dependants", "--format", "json"),
    "render": ("render", *SAMPLE),
    "render as JSON": ("render", *SAMPLE, "--format", "json"),
    "render what was removed": ("render", "hello"),
    "why": ("why", *SAMPLE, "--text", "promise a refund"),
    "verify": ("verify",),
    "an unknown name": ("render", "suport/reply"),
    "broken inputs": ("render", "support/reply", "-v", "max_amount=-1"),
}
every_command = pytest.mark.parametrize("arguments", READING.values(), ids=list(READING))


def without_commits(result: Result) -> tuple[int, str, str]:
    """What was said, without what only a repository knows."""
    lines = [line for line in result.out.splitlines() if not line.startswith("  commit ")]
    return result.code, "\n".join(lines), result.err


@every_command
@pytest.mark.parametrize("rev", ["v1", "v2"])
def test_a_revision_is_its_checkout(past: Work, tmp_path: Path, arguments: tuple[str, ...], rev: str) -> None:
    past.git("worktree", "add", "-q", str(tmp_path / "checkout"), rev)
    expected = run(*arguments, folder=tmp_path / "checkout")
    assert without_commits(run(*arguments, "--at", rev, folder=past.top)) == without_commits(expected)
    assert without_commits(run(*arguments, "--staged", folder=tmp_path / "checkout")) == without_commits(expected)


@every_command
def test_what_is_staged_is_what_a_checkout_of_it_would_be(
    past: Work, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    past.git("add", "prompts/rules")
    change(past.top, "rules/refund-limits.md", "NEVER EVER", "never")
    past.git("checkout-index", "-a", f"--prefix={tmp_path}/index/")
    expected = run(*arguments, folder=tmp_path / "index")
    assert without_commits(run(*arguments, "--staged", folder=past.top)) == without_commits(expected)


def test_samples_are_of_the_revision_and_files_of_inputs_of_today(past: Work) -> None:
    change(past.top, "support/reply.yaml", "Where is my parcel?", "Where is my bike?")
    past.write("inputs.json", '{"max_amount": 9, "ticket": "From a file"}')
    assert "Where is my parcel?" in run("render", *SAMPLE, "--at", "HEAD", folder=past.top).out
    assert "Where is my bike?" in run("render", *SAMPLE, folder=past.top).out
    result = run("render", "support/reply", "-i", "inputs.json", "--at", "v1", folder=past.top)
    assert "From a file" in result.out
    assert "Never promise a refund above 9" in result.out


def test_a_folder_that_is_gone_today_needs_no_disk(past: Work) -> None:
    past.git("rm", "-q", "-r", "-f", "prompts")
    past.commit("Remove all")
    (past.top / "promptreg.toml").unlink(missing_ok=True)
    assert run("list", folder=past.top).code == 2
    assert "support/reply" in run("list", "--at", "v1", folder=past.top).out
    result = run("list", "--at", "HEAD", folder=past.top)
    assert (result.code, result.err) == (2, "error: prompts: the registry does not exist in revision HEAD\n")


# -- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rev", "message"),
    [
        ("v11", 'there is no revision "v11" (did you mean "v1"?)'),
        ("v1..v2", 'the revision "v1..v2" is a range: name one revision'),
        ("--help", 'the revision "--help" begins with a dash: options are not accepted here'),
        ("", 'the revision "" is empty'),
        ("v1:prompts", 'the revision "v1:prompts" names a file or a search: name one revision'),
    ],
)
def test_a_revision_that_is_none_is_one_clear_error(past: Work, rev: str, message: str) -> None:
    result = run("render", *SAMPLE, "--at", rev, folder=past.top)
    assert (result.code, result.out, result.err) == (2, "", f"error: {message}\n")
    document = run("render", *SAMPLE, "--at", rev, "--format", "json", folder=past.top)
    assert (document.code, document.err) == (2, "")
    (error,) = valid(document.out, "error")["errors"]
    assert error["code"] == "usage"


@pytest.mark.parametrize("moment", [["--at", "HEAD"], ["--staged"]], ids=["at", "staged"])
def test_without_a_repository_or_git_it_is_one_clear_error(past: Work, tmp_path: Path, moment: list[str]) -> None:
    (tmp_path / "plain/prompts").mkdir(parents=True)
    result = run("list", *moment, folder=tmp_path / "plain")
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {tmp_path}/plain/prompts is in no git repository\n"
    result = run("list", *moment, folder=past.top, environment={"PATH": str(tmp_path)})
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: git is not installed: no binary named git on the PATH\n"


def test_two_moments_are_refused(past: Work) -> None:
    result = run("list", "--at", "v1", "--staged", folder=past.top)
    assert (result.code, result.err) == (2, "error: choose one: a revision, or what is staged\n")


def test_a_repository_without_commits_has_no_revision(work: Work) -> None:
    work.write("prompts/a.md", "---\nkind: rule\nversion: 1.0.0\n---\n- A\n")
    result = run("list", "--at", "HEAD", folder=work.top)
    assert (result.code, result.err) == (2, 'error: there is no revision "HEAD": the repository has no commits yet\n')
    assert run("list", "--staged", folder=work.top).code == 2
    work.git("add", "-A")
    assert run("list", "--staged", folder=work.top).out.startswith("a  1.0.0")


# -- wherever the repository is --------------------------------------------------------------------------------------


def names(result: Result) -> list[str]:
    assert (result.code, result.err) == (0, "")
    return [line.split()[0] for line in result.out.splitlines()]


BOTH = [
    "examples/refunds",
    "instructions/agent",
    "notes",
    "rules/refund-limits",
    "rules/tone",
    "support/reply",
    "templates/windows",
]


def test_with_a_detached_head_and_in_a_linked_work_tree(past: Work, tmp_path: Path) -> None:
    past.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "v1")
    for rev in ("v2", "main", "main~0"):
        assert names(run("list", "--at", rev, folder=tmp_path / "linked")) == BOTH
    assert "hello" in names(run("list", "--at", "HEAD", folder=tmp_path / "linked"))
    assert names(run("list", "--at", "HEAD", folder=past.top / "prompts/rules")) == BOTH


def test_in_a_shallow_clone_the_past_ends_early(past: Work, tmp_path: Path) -> None:
    shallow = past.clone(tmp_path / "shallow", "--depth", "1")
    assert names(run("list", "--at", "main", folder=shallow.top)) == BOTH
    result = run("list", "--at", "main~1", folder=shallow.top)
    assert result.code == 2
    assert "this clone is shallow" in result.err


def test_a_partial_clone_reads_what_it_has_and_names_what_it_lacks(past: Work, tmp_path: Path) -> None:
    partial = past.clone(tmp_path / "partial", "--filter=blob:none")
    assert names(run("list", "--at", "main", folder=partial.top)) == BOTH
    before = snapshot(partial.top)
    result = run("list", "--at", "v1", folder=partial.top)
    assert (result.code, result.out) == (2, "")
    assert "is not in this clone: it is partial" in result.err
    assert snapshot(partial.top) == before


def test_in_a_repository_with_long_ids(tmp_path: Path) -> None:
    work = Work.create(tmp_path / "long", "--object-format=sha256")
    commit = work.commit("One", {"prompts/a.md": "---\nkind: rule\nversion: 1.0.0\n---\n- A\n"})
    assert len(commit) == 64
    assert names(run("list", "--at", commit, folder=work.top)) == ["a"]
    assert names(run("list", "--staged", folder=work.top)) == ["a"]


def test_during_a_merge(past: Work) -> None:
    past.git("checkout", "-q", "-f", "-b", "side", "v1")
    change(past.top, "rules/refund-limits.md", "Never promise", "Side: promise")
    past.commit("Side")
    past.git("checkout", "-q", "main")
    assert past.try_git("merge", "side").returncode == 1
    assert names(run("list", "--at", "HEAD", folder=past.top)) == BOTH
    result = run("list", "--staged", folder=past.top)
    assert result.code == 2
    assert result.err == (
        "error: prompts/rules/refund-limits.md: is in conflict: nothing is staged until the merge is finished\n"
    )
    assert [line.split()[0] for line in result.out.splitlines()] == [name for name in BOTH if "limits" not in name]


def test_in_a_bare_repository(past: Work, tmp_path: Path) -> None:
    bare = past.clone(tmp_path / "bare.git", "--bare")
    result = run("render", *SAMPLE, "--at", "v1", folder=bare.top)
    assert result.out == run("render", *SAMPLE, "--at", "v1", folder=past.top).out
    assert [
        row.split()[-1] for row in run("show", "rules/tone", "--at", "v1", folder=bare.top).out.splitlines()[:1]
    ] == ["prompts/rules/tone.md"]


def test_a_hook_reads_what_is_being_committed(past: Work) -> None:
    change(past.top, "rules/tone.md", "Never blame", "Do not blame")
    past.git("add", "prompts/rules/tone.md")
    environment = {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_PREFIX": "", "GIT_EXEC_PATH": "/nowhere"}
    result = run("render", *SAMPLE, "--staged", folder=past.top, environment=environment)
    assert "Do not blame" in result.out
    assert "Do not promise" in result.out
    partly = {**environment, "GIT_INDEX_FILE": ".git/next-index"}
    past.git("read-tree", "v1", variables={"GIT_INDEX_FILE": ".git/next-index"})
    result = run("render", *SAMPLE, "--staged", folder=past.top, environment=partly)
    assert "Never promise" in result.out


# -- around it -------------------------------------------------------------------------------------------------------


def test_revisions_are_completed(past: Work) -> None:
    assert complete("list --at v", past.top) == ["v1", "v2"]
    assert complete("list --at m", past.top) == ["main"]
    assert complete("list --at v", past.top.parent) == []


def test_reading_the_past_writes_nothing_but_the_cache(past: Work, tmp_path: Path) -> None:
    before = snapshot(past.top)
    cache = {"PROMPTREG_CACHE_DIR": str(tmp_path / "cache")}
    for arguments in READING.values():
        run(*arguments, "--at", "v1", folder=past.top, environment=cache)
    assert snapshot(past.top) == before
    assert os.listdir(tmp_path / "cache") == ["heads"]
    assert len(list((tmp_path / "cache/heads").iterdir())) == 1
