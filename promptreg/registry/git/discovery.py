"""Finding the repository around a folder.

The folder decides, by the search that git itself does. The variables of a hook (GIT_DIR, GIT_WORK_TREE,
GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES) apply when they speak of that same repository,
or of one whose work tree holds the folder while no other repository begins nearer to it. So a hook sees what is being
committed or pushed, and a registry in a submodule or in another checkout is still read from its own repository.

A bare repository is found from inside of it, but not when it lies in the work tree of another one: then it is a folder
that somebody committed, and its configuration is nobody's wish.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from promptreg.errors import UsageError
from promptreg.registry.git.environment import (
    FETCHING_SETTINGS,
    SETTINGS,
    Git,
    discovery_environment,
    find_program,
    reading_environment,
)
from promptreg.registry.git.faults import GitError, NoRepository
from promptreg.registry.git.names import shown
from promptreg.registry.git.process import output
from promptreg.registry.git.repository import Place, Repository

__all__ = ["find_repository", "open_repository", "repository_of"]

_STORES = ("GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
_MORE_STORES = ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
_UNSAFE = re.compile(r"dubious ownership|unsafe repository")
_IMPLICIT = re.compile(r"safe\.bareRepository is")
_NONE = re.compile(r"not a git repository \(or any")
_QUESTIONS = ("--is-inside-work-tree", "--is-shallow-repository", "--show-object-format")


class _Hook(NamedTuple):
    """What the environment says about a repository: its place, and the variables that belong to it."""

    place: Place
    variables: Mapping[str, str]


def find_repository(folder: str | os.PathLike[str], *, fetch_missing: bool = False) -> Repository | None:
    """The repository that holds the folder (which need not exist), or None without one or without git.

    Raises NoRepository when there is one that cannot be read. See `open_repository`.
    """
    try:
        return open_repository(folder, fetch_missing=fetch_missing)
    except NoRepository as error:
        if error.reason in ("no-git", "no-repository"):
            return None
        raise


def open_repository(folder: str | os.PathLike[str], *, fetch_missing: bool = False) -> Repository:
    """The repository that holds the folder (which need not exist).

    `fetch_missing` lets git fetch the objects that a partial clone lacks, with the transport, credentials and programs
    that are configured for that; without it, nothing leaves the machine. Raises NoRepository; its `reason` says why.
    """
    program = _program()
    place = os.path.abspath(os.fspath(folder))
    while not os.path.isdir(place) and place != os.path.dirname(place):
        place = os.path.dirname(place)
    return _repository(program, *_choose(program, os.path.realpath(place)), fetch_missing=fetch_missing)


def repository_of(repo: object) -> Repository:
    """The repository of a `git.Repo` of GitPython, or of anything with its `git_dir` and `working_tree_dir`.

    Only the two paths are read. Raises UsageError for other objects, NoRepository as `open_repository` does.
    """
    git_dir, top = getattr(repo, "git_dir", None), getattr(repo, "working_tree_dir", None)
    if not isinstance(git_dir, str | os.PathLike) or not isinstance(top, str | os.PathLike | None):
        raise UsageError(f"a {type(repo).__name__} is no repository: git.Repo, or a folder, is expected")
    program = _program()
    wanted = os.path.realpath(os.fspath(git_dir))
    place = _probe(program, wanted, discovery_environment())
    if os.path.realpath(place.git_dir) != wanted:
        raise NoRepository(f"{shown(wanted)} is no git folder", "unusable")
    return _repository(program, place._replace(top=None if top is None else os.path.realpath(os.fspath(top))), {})


def _program() -> str:
    program = find_program()
    if program is None:
        raise NoRepository("git is not installed: no binary named git on the PATH", "no-git")
    return program


def _repository(program: str, place: Place, variables: Mapping[str, str], *, fetch_missing: bool = False) -> Repository:
    environment = reading_environment(place.git_dir, fetch_missing=fetch_missing) | dict(variables)
    settings = FETCHING_SETTINGS if fetch_missing else SETTINGS
    return Repository(Git(program, place.git_dir, environment, settings), place)


def _choose(program: str, folder: str) -> tuple[Place, Mapping[str, str]]:
    """The repository for a folder, and the variables of a hook where they apply to it."""
    found: Place | None = None
    failed: NoRepository | None = None
    try:
        found = _around(program, folder)
    except NoRepository as error:
        failed = error
    hook = _hook(program, folder)
    if hook and found and hook.place.git_dir == found.git_dir:
        return found, hook.variables
    if hook and _is_nearer(hook.place, found, folder):
        return hook.place, hook.variables
    if found is None:
        assert failed is not None
        raise failed
    return found, {}


def _is_nearer(one: Place, other: Place | None, folder: str) -> bool:
    """Whether the repository `one` holds the folder and does not begin above `other`."""
    if one.top is None:
        return other is None and _holds(one.git_dir, folder)
    return _holds(one.top, folder) and (other is None or other.top is None or _holds(other.top, one.top))


def _holds(outer: str, inner: str) -> bool:
    return os.path.join(inner, "").startswith(os.path.join(outer, ""))


def _around(program: str, folder: str) -> Place:
    place = _probe(program, folder, discovery_environment())
    parent = os.path.dirname(place.git_dir)
    if parent == place.git_dir or not _holds(place.git_dir, folder):
        return place
    try:
        outer = _around(program, parent)
    except NoRepository:
        return place
    return outer if outer.top is not None else place


def _hook(program: str, folder: str) -> _Hook | None:
    """The repository that the environment names, for people who set GIT_DIR and for hooks; None when it names none."""
    if not any(os.environ.get(name) for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")):
        return None
    environment = discovery_environment()
    try:
        variables = {name: os.path.abspath(os.environ[name]) for name in _STORES if os.environ.get(name)}
        variables |= {name: os.environ[name] for name in _MORE_STORES if os.environ.get(name)}
        if os.environ.get("GIT_DIR"):
            named = (name for name in ("GIT_DIR", "GIT_WORK_TREE") if os.environ.get(name))
            environment |= variables | {name: os.path.abspath(os.environ[name]) for name in named}
        # With a git folder and no work tree named, git takes the working folder for its top.
        place = _probe(program, folder if "GIT_WORK_TREE" in environment else os.getcwd(), environment)
    except (GitError, OSError):
        return None
    index = os.environ.get("GIT_INDEX_FILE")
    if index:  # git, too, starts at the top of the work tree
        variables["GIT_INDEX_FILE"] = os.path.join(place.top or place.git_dir, index)
    return _Hook(place, variables)


def _probe(program: str, folder: str, environment: Mapping[str, str]) -> Place:
    """What git finds from inside a folder; raises NoRepository."""
    git = Git(program, folder, environment)
    try:
        # One path at most, and that as the last answer: a path may hold line ends.
        inside, shallow, object_format, rest = _ask(git, *_QUESTIONS, "--show-cdup", "--absolute-git-dir").split(
            "\n", 3
        )
        top = None
        if inside == "true":
            up, _, git_dir = rest.partition("\n")
            top = os.path.realpath(os.path.join(folder, up))
        else:
            git_dir = _ask(git, "--absolute-git-dir")
        cut = _shallow(os.path.join(folder, _ask(git, "--git-path", "shallow"))) if shallow == "true" else frozenset()
    except NoRepository:
        raise
    except GitError as error:
        raise _no_repository(error, folder) from error
    return Place(os.path.realpath(git_dir), top, object_format if object_format == "sha256" else "sha1", cut)


def _ask(git: Git, *questions: str) -> str:
    return os.fsdecode(output(git, ("rev-parse", *questions))).removesuffix("\n")


def _shallow(file: str) -> frozenset[str]:
    """The commits whose parents a shallow clone lacks."""
    try:
        with open(file, encoding="ascii") as lines:
            return frozenset(line.strip() for line in lines)
    except (OSError, ValueError) as error:
        raise NoRepository(f"{shown(file)} cannot be read", "unusable") from error


def _no_repository(error: GitError, folder: str) -> NoRepository:
    text = str(error)
    if _NONE.search(text):
        return NoRepository(f"{shown(folder)} is in no git repository", "no-repository")
    if _UNSAFE.search(text):
        advice = "`git config --global --add safe.directory FOLDER` with its top folder trusts it"
        return NoRepository(f"git refuses to read {shown(folder)}, which another user owns; {advice}", "unsafe")
    if _IMPLICIT.search(text):
        return NoRepository(f"git refuses to read {shown(folder)}: {text}; GIT_DIR names it explicitly", "unsafe")
    return NoRepository(f"the git repository of {shown(folder)} cannot be read: {text}", "unusable")
