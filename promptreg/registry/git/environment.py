"""What git runs with: an environment of its own, and settings that leave a repository nothing to run.

Variables that name a place (GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY) are not inherited: inside a
hook they point at the repository of the hook, which need not be the one that is read. `discovery` decides when they
apply.

Configuration is the second half. Finding a repository reads the user's own files and variables, because safe.directory
and safe.bareRepository stand there; everything after that reads the repository's configuration alone, overridden by
`SETTINGS`. All commands that are used run nothing by themselves; the settings are for what git may come to run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

__all__ = [
    "FETCHING_SETTINGS",
    "SETTINGS",
    "Git",
    "base_environment",
    "discovery_environment",
    "find_program",
    "reading_environment",
    "working_environment",
]


_NO_FILE = os.devnull + "/none"
"""Below a file that is no folder, there is nothing, everywhere."""

SETTINGS = (
    "core.fsmonitor=",  # empty, not false: before git 2.36 this was the name of a program and nothing else
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.pager=cat",
    "core.untrackedCache=false",
    "core.warnAmbiguousRefs=true",
    "core.quotePath=false",
    "core.askPass=",
    "credential.helper=",
    "protocol.ext.allow=never",
    "fetch.parallel=-1",  # where GIT_NO_LAZY_FETCH is not known, a fetch ends before it begins
    "diff.external=",
    f"diff.orderFile={os.devnull}",
    f"mailmap.file={os.devnull}",
    "mailmap.blob=",
    "log.showSignature=false",
    "submodule.recurse=false",
    "maintenance.auto=false",
    "gc.auto=0",
)

_AGAINST_FETCHING = ("core.askPass", "credential.", "fetch.")
FETCHING_SETTINGS = tuple(setting for setting in SETTINGS if not setting.startswith(_AGAINST_FETCHING))
"""The settings where missing objects may be fetched: git may ask for credentials as it is told to."""


class Git(NamedTuple):
    """A git binary with the folder, the environment and the settings it runs in."""

    program: str
    folder: str
    environment: Mapping[str, str]
    settings: tuple[str, ...] = SETTINGS


_FIXED = {
    "LC_ALL": "C",  # messages of git are read by `faults`
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",  # an object is what its id says
    "GIT_GRAFT_FILE": _NO_FILE,  # and so are the parents of a commit
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": ":",
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
}

# Nothing is fetched: git from 2.39.4 on does not try; an older one fails at a setting, and has no protocol either.
_NO_FETCH = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_ASKPASS": "", "SSH_ASKPASS": ""}
_NO_USER_CONFIGURATION = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}

_FOR_DISCOVERY = (
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_CONFIG_PARAMETERS",
)


def find_program() -> str | None:
    """The git binary on the PATH; folders of the PATH that depend on the working folder are passed over."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(folder, "git")
        if os.path.isabs(folder) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    return None


def base_environment() -> dict[str, str]:
    """The caller's environment without anything that speaks to git, and without its translations."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name != "LANGUAGE"}


def discovery_environment() -> dict[str, str]:
    """For finding a repository: limits of the search and the user's own configuration are kept."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_FOR_DISCOVERY)}
    return base_environment() | kept | _FIXED | _NO_FETCH


def working_environment(git: Git, top: str) -> Git:
    """The same git, at the top of the work tree: for blame, whose configured paths start there."""
    return git._replace(folder=top, environment={**git.environment, "GIT_WORK_TREE": top})


def reading_environment(git_dir: str, *, fetch_missing: bool = False) -> dict[str, str]:
    """For reading the repository `git_dir`.

    The git folder stands in as the work tree, so that no file of the real one (attributes, mailmap, modules) has a say,
    and no core.worktree either. With `fetch_missing`, the user's configuration applies and objects that a partial clone
    lacks are fetched: by git's own transport, with the programs that are configured for it.
    """
    place = {"GIT_DIR": git_dir, "GIT_WORK_TREE": git_dir}
    if fetch_missing:
        kept = {name: value for name, value in os.environ.items() if name.startswith((*_FOR_DISCOVERY, "GIT_SSL_"))}
        return base_environment() | kept | _FIXED | place
    return base_environment() | _FIXED | _NO_FETCH | _NO_USER_CONFIGURATION | place
