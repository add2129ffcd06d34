"""Repositories that are not to be trusted: nothing is run, nothing is written, no wrong answer is given."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from promptreg.errors import UsageError
from promptreg.registry.git import GitError, MissingObject, Repository, open_repository, repository_of
from promptreg.registry.git.history_cache import cached_history
from tests.registry.git.hostile import Trap
from tests.registry.git.repositories import Work, snapshot


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trap:
    trap = Trap(tmp_path.resolve())
    monkeypatch.chdir(trap.work.top)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return trap


def use_everything(repository: Repository) -> None:
    """Call every method in every way that reads something else, errors included."""
    head = repository.resolve("HEAD")
    assert repository.head() == head
    for rev in ("main", "HEAD~1", "@{1}", head.id, head.id[:8]):
        repository.resolve(rev)
    for rev in ("nothing", "-x", "origin/main", "@{u}", "@{push}", "HEAD@{9}", "a..b", "HEAD^{/Two}", "other:x"):
        with pytest.raises(UsageError):
            repository.resolve(rev)
    assert [ref.short for ref in repository.refs()] == ["main"]
    files = repository.tree(head, "prompts")
    assert [file.path for file in files] == ["prompts/a.md", "prompts/empty.md", "prompts/lost.md"]
    assert list(repository.read(file.object_id for file in files[:2])) == [b"one\ntwo\n", b""]
    with pytest.raises(MissingObject):
        list(repository.read([files[2].object_id]))
    staged = repository.staged()
    assert [file.path for file in staged.files] == ["other.md", "prompts/a.md", "prompts/empty.md", "prompts/lost.md"]
    changes = list(repository.history("prompts"))
    assert [change.subject for change in changes] == ["Lost", "Two", "One", "One"]
    assert repository.is_continued(repository.resolve("HEAD~1"), head)
    assert cached_history(repository, "prompts", None) == tuple(changes)
    assert repository.blame("prompts/a.md", 2, "main").summary == "Two"
    if repository.top is not None:
        found = [repository.blame("prompts/a.md", line) for line in (1, 2, 3)]
        assert [line.summary for line in found] == ["One", "Two", None]
    repository.close()


def test_no_program_of_a_hostile_repository_is_run_and_no_file_is_written(trap: Trap, tmp_path: Path) -> None:
    top = trap.work.top
    before = snapshot(tmp_path)
    use_everything(open_repository(top / "prompts"))
    use_everything(open_repository(top / ".git" / "objects"))
    use_everything(repository_of(SimpleNamespace(git_dir=top / ".git", working_tree_dir=top)))
    use_everything(repository_of(SimpleNamespace(git_dir=top / ".git", working_tree_dir=None)))
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_neither_inside_of_a_hook(trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("GIT_DIR", ".git"), ("GIT_INDEX_FILE", ".git/index"), ("GIT_PREFIX", "")):
        monkeypatch.setenv(name, value)
    before = snapshot(tmp_path)
    use_everything(open_repository("prompts"))
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_what_the_environment_says_to_git_is_not_passed_on(
    trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = str(next((tmp_path / "programs").iterdir()))
    for name in ("EXTERNAL_DIFF", "PAGER", "EDITOR", "SSH", "SSH_COMMAND", "ASKPASS", "PROXY_COMMAND"):
        monkeypatch.setenv(f"GIT_{name}", program)
    for name in ("PAGER", "EDITOR", "VISUAL", "SSH_ASKPASS"):
        monkeypatch.setenv(name, program)
    for name in ("TRACE", "TRACE_SETUP", "TRACE_PACKET", "TRACE2", "TRACE2_EVENT", "TRACE2_PERF", "TRACE_CURL"):
        monkeypatch.setenv(f"GIT_{name}", str(tmp_path / "trace"))
    for name, value in (
        ("GIT_TEMPLATE_DIR", str(tmp_path)),
        ("GIT_EXEC_PATH", str(tmp_path / "programs")),
        ("GIT_NAMESPACE", "other"),
        ("GIT_LITERAL_PATHSPECS", "0"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_REFLOG_ACTION", "x"),
        ("GIT_OPTIONAL_LOCKS", "1"),
        ("GIT_FLUSH", "0"),
        ("LANGUAGE", "de"),
        ("LC_ALL", "de_DE.UTF-8"),
    ):
        monkeypatch.setenv(name, value)
    before = snapshot(tmp_path)
    use_everything(open_repository(trap.work.top))
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


ORDINARY = """
status
-c filter.worse.process= diff
-c filter.worse.process= diff --ext-diff HEAD~1
-c filter.worse.process= -c diff.external= log -p --textconv
-c filter.worse.process= show --show-signature HEAD~1
blame prompts/a.md
cat-file --textconv HEAD:prompts/a.md
cat-file --filters HEAD:other.md
cat-file --filters HEAD:prompts/a.md
cat-file -p HEAD:prompts/lost.md
log
config --edit
checkout -b other
interpret-trailers --trailer evil=x
"""


def test_the_traps_do_spring_under_ordinary_commands(trap: Trap) -> None:
    for command in ORDINARY.strip().split("\n"):
        trap.work.try_git(*command.split())
    wanted = {
        "core.editor",
        "core.fsmonitor",
        "core.sshCommand",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.worse.process",
        "gpg.program",
        "hook-reference-transaction",
        "remote.origin.url",
        "remote.other.uploadpack",
        "trailer.evil.command",
    }
    sprung = {name.replace("evil.cmd", "evil.command") for name in trap.sprung()}
    assert wanted - sprung == set()


def test_what_a_fetch_would_run_is_not_run_where_git_knows_no_switch(trap: Trap, tmp_path: Path) -> None:
    """The second wall, for git before 2.39.4: no protocol is allowed."""
    repository = open_repository(trap.work.top)
    environment = {name: value for name, value in repository._git.environment.items() if name != "GIT_NO_LAZY_FETCH"}
    old = Repository(repository._git._replace(environment=environment), repository._place)
    before = snapshot(tmp_path)
    with pytest.raises(MissingObject):
        list(old.read([trap.missing]))
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("value", ["missing", "pipe"])
def test_settings_that_name_files_make_nobody_wait(work: Work, value: str) -> None:
    work.commit(files={"prompts/a.md": "one\n"})
    os.mkfifo(work.top / "pipe")
    for setting in (
        "diff.orderFile",
        "mailmap.file",
        "core.attributesFile",
        "core.excludesFile",
        "gpg.ssh.revocationFile",
    ):
        work.git("config", setting, str(work.top / value))
    if value == "pipe":
        (work.top / ".git/info/grafts").unlink(missing_ok=True)
        os.mkfifo(work.top / ".git/info/grafts")
        os.mkfifo(work.top / ".gitmodules")
        os.mkfifo(work.top / ".gitattributes")
    repository = work.open()
    assert len(list(repository.history("prompts"))) == 1
    assert repository.blame("prompts/a.md", 1).summary == "Change"
    assert [file.path for file in repository.staged().files] == ["prompts/a.md"]
    work.git("config", "blame.ignoreRevsFile", value)
    with pytest.raises(GitError, match="which is no file"):
        repository.blame("prompts/a.md", 1)
