"""Which state of a registry is read: the files of today, those of a git revision, or those that are staged."""

from __future__ import annotations

import os
from typing import NamedTuple

from promptreg.errors import UsageError
from promptreg.registry.config import Config
from promptreg.registry.files import find_root
from promptreg.registry.source_tree import FolderTree, SourceTree

__all__ = ["NOW", "Moment", "Place", "open_source", "place"]


class Moment(NamedTuple):
    """A git revision (`at`), what is `staged` in git, or else now.

    `repo` is the repository, where that is not the one around the folder.
    """

    at: str | None = None
    staged: bool = False
    repo: object = None


NOW = Moment()


class Place(NamedTuple):
    """A registry folder, the project root that shown paths start from, and the moment that is meant."""

    registry: str
    root: str
    moment: Moment


def place(path: str | os.PathLike[str], moment: Moment) -> Place:
    """Where and when `path` is; with `moment.repo` it starts at the top of that repository.

    Of a bare repository, whose files are only in commits, the moment is HEAD unless another is named.
    """
    if moment.repo is None:
        registry = os.path.abspath(path)
        return Place(registry, find_root(registry), moment)
    from promptreg.registry.git import repository_of

    found = repository_of(moment.repo)
    registry = os.path.abspath(os.path.join(found.top or found.git_dir, path))
    if found.top is not None:
        return Place(registry, find_root(registry), moment)
    moment = moment._replace(at="HEAD") if moment.at is None and not moment.staged else moment
    return Place(registry, found.git_dir, moment)


def open_source(config: Config, moment: Moment, *, dev: bool = False) -> SourceTree:
    """The files of a registry at a moment; with `dev` they must be able to change.

    Raises UsageError when there is no such revision or no registry in it, GitError when git cannot tell.
    """
    if moment.at is None and not moment.staged:
        return FolderTree(config.registry, config.root, config.given)
    if moment.at is not None and moment.staged:
        raise UsageError("choose one: a revision, or what is staged")
    if dev:
        raise UsageError("dev looks for changed files: it goes with a folder, not with a revision or what is staged")
    from promptreg.registry.git import open_repository, repository_of
    from promptreg.registry.git_tree import commit_tree, staged_tree

    found = open_repository(config.registry) if moment.repo is None else repository_of(moment.repo)
    return staged_tree(config, found) if moment.at is None else commit_tree(config, found, moment.at)
