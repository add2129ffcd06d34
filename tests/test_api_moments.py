"""Registries of other moments and of other repositories, from Python."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

import promptreg
from promptreg.errors import PromptregError, UsageError
from promptreg.registry.git import NoRepository
from tests.cli.git.conftest import past as past
from tests.registry.git.conftest import _isolated as _isolated
from tests.registry.git.conftest import work as work
from tests.registry.git.repositories import ROOT, Work

INPUTS = {"max_amount": 5, "ticket": "x"}


def said(registry: promptreg.Registry) -> str:
    """The word that differs between the moments of `past`."""
    text = registry.render("support/reply", INPUTS).text
    return next(word for word in ("Never promise", "Do not promise", "NEVER EVER") if word in text)


def stand_in(work: Work) -> SimpleNamespace:
    """What promptreg reads of a git.Repo."""
    return SimpleNamespace(git_dir=str(work.top / ".git"), working_tree_dir=str(work.top))


def test_load_takes_a_revision(past: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(past.top)
    assert said(promptreg.load("prompts")) == "NEVER EVER"
    assert said(promptreg.load("prompts", at="main~1")) == "Never promise"
    assert said(promptreg.load(past.top / "prompts", at="v2", preload=True)) == "Do not promise"
    assert said(promptreg.load("prompts", staged=True)) == "Do not promise"


def test_a_registry_of_the_past_does_not_change_and_can_be_shared(past: Work) -> None:
    registry = promptreg.load(past.top / "prompts", at="main", preload=True)
    past.write("prompts/rules/refund-limits.md", "broken")
    past.commit("Break")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: said(registry), range(32))) == {"Do not promise"}
        samples = pool.map(lambda _: registry.sample("support/reply", "small-claim")["ticket"], range(16))
        assert set(samples) == {"Where is my parcel?"}


def test_load_takes_a_repository(past: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(promptreg.load(repo=stand_in(past))) == "NEVER EVER"
    assert said(promptreg.load("prompts", repo=stand_in(past), at="v1")) == "Never promise"
    assert said(promptreg.load(repo=stand_in(past), staged=True)) == "Do not promise"
    past.git("clone", "-q", "--bare", str(past.top), str(tmp_path / "bare.git"))
    bare = SimpleNamespace(git_dir=tmp_path / "bare.git", working_tree_dir=None)
    registry = promptreg.load(repo=bare)
    assert said(registry) == "Do not promise"
    assert registry.items()[0].path == "prompts/examples/refunds.yaml"
    assert said(promptreg.load(repo=bare, at="v1")) == "Never promise"
    assert promptreg.load("prompts/rules", repo=bare).items()[0].path == "prompts/rules/refund-limits.md"


def test_the_variables_of_a_hook_do_not_change_which_repository_is_meant(
    past: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Work.create(tmp_path / "other")
    other.commit("One", {"x": "x"})
    monkeypatch.setenv("GIT_DIR", str(other.top / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.top / ".git/index"))
    assert said(promptreg.load(repo=stand_in(past), staged=True)) == "Do not promise"


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"at": "v9"}, UsageError, 'there is no revision "v9"'),
        ({"at": "v1", "staged": True}, UsageError, "choose one"),
        ({"at": "v1", "dev": True}, UsageError, "dev looks for changed files"),
        ({"repo": "a path"}, UsageError, "a str is no repository: git.Repo, or a folder, is expected"),
        ({"repo": SimpleNamespace(git_dir="/", working_tree_dir=None)}, NoRepository, "in no git repository"),
        ({"path": "gone", "at": "v1"}, UsageError, "gone: the registry does not exist in revision v1"),
        ({"path": "prompts/hello.yaml", "at": "v1"}, UsageError, "the registry is not a folder in revision v1"),
    ],
)
def test_what_cannot_be_loaded_is_refused(
    past: Work, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], kind: type[PromptregError], message: str
) -> None:
    monkeypatch.chdir(past.top)
    with pytest.raises(kind, match=message):
        promptreg.load(**options)  # type: ignore[arg-type]


def test_authors_are_told_from_python(past: Work) -> None:
    registry = promptreg.load(past.top / "prompts", at="main")
    segment = next(item for item in registry.render("support/reply", INPUTS).segments if "Do not" in item.text)
    author = registry.authors().of(segment.path, segment.line)
    assert author is not None
    assert (author.author, author.summary) == ("Ada Test", "Think again")
    assert registry.authors().of("prompts/gone.md", 1) is None
    assert registry.authors().of(segment.path, 999) is None


def test_loading_a_folder_does_not_import_git(past: Work) -> None:
    code = (
        "import sys, promptreg; promptreg.load('prompts').render('support/reply', sample='small-claim').messages;"
        "sys.exit(any(name == 'subprocess' or name.startswith('promptreg.registry.git') for name in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=past.top, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_repo_of_gitpython_is_a_repository(past: Work, tmp_path: Path) -> None:
    import git  # here, because it fails where there is no git binary

    with git.Repo(past.top) as repo:
        assert said(promptreg.load(repo=repo)) == "NEVER EVER"
        assert said(promptreg.load(repo=repo, staged=True)) == "Do not promise"
        assert said(promptreg.load(repo=repo, at="v1")) == "Never promise"
        with pytest.raises(UsageError, match='there is no revision "v3"'):
            promptreg.load(repo=repo, at="v3")
    with git.Repo(past.top / "prompts", search_parent_directories=True) as repo:
        assert said(promptreg.load(repo=repo)) == "NEVER EVER"
    with git.Repo(past.clone(tmp_path / "bare", "--bare").top) as repo:
        assert said(promptreg.load(repo=repo)) == "Do not promise"
    past.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "v1")
    with git.Repo(tmp_path / "linked") as repo:
        assert said(promptreg.load(repo=repo)) == "Never promise"


def test_nothing_imports_gitpython(past: Work) -> None:
    code = (
        "import sys, promptreg; promptreg.load('prompts', at='v1').render('support/reply', sample='small-claim').text;"
        "sys.exit('git' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=past.top, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
