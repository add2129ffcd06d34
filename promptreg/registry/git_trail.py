"""Which changes in the history of a registry belong to one component: its head, its releases, and where it moved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from promptreg.model.kinds import is_name
from promptreg.registry.config import Config
from promptreg.registry.git import Change, GitError, Repository
from promptreg.registry.source_tree import FROZEN, frozen_key
from promptreg.registry.walk import shown_path

__all__ = ["SUFFIXES", "Own", "Stretch", "head_name", "trail"]

SUFFIXES = (".md", ".yaml")


class Own(NamedTuple):
    """Which paths of a repository belong to one name."""

    config: Config
    folder: str
    name: str

    def _inner(self, path: str) -> str:
        return path.removeprefix(f"{self.folder}/") if self.folder else path

    def is_head(self, path: str) -> bool:
        """Whether the path is that of the head."""
        return any(self._inner(path) == self.name + suffix for suffix in SUFFIXES)

    def frozen_version(self, path: str) -> str | None:
        """The version that a frozen file of this name has; None for other files."""
        folder, _, file = self._inner(path).rpartition("/")
        key = frozen_key(file) if folder == f"{FROZEN}/{self.name}" else None
        return str(key[0]) if key and key[1] in SUFFIXES else None

    def holds(self, path: str) -> bool:
        """Whether the path is that of the head or of a release."""
        return self.is_head(path) or self.frozen_version(path) is not None

    def shown(self, path: str) -> str:
        """The path for people."""
        return shown_path(os.path.join(self.config.registry, self._inner(path)), self.config.root)


class Stretch(NamedTuple):
    """The changes of one commit to a component: of its head (also under the name before), and to its frozen files.

    `before` and `after` are the other name, where the commit moved the head from or to it.
    """

    own: Own
    heads: Sequence[Change]
    frozen: Sequence[Change]
    before: str | None = None
    after: str | None = None


def head_name(path: str, folder: str) -> str | None:
    """The component name that a path of the repository gives, if any."""
    inner = path.removeprefix(f"{folder}/") if folder else path
    stem, _, suffix = inner.rpartition(".")
    return stem if f".{suffix}" in SUFFIXES and is_name(stem) else None


def trail(repository: Repository, changes: Iterable[Change], own: Own) -> Iterator[Stretch]:
    """The changes to a component, from newest to oldest commit; behind a move, those of the name before.

    A move is what git takes for a rename of the head in one commit (half of the file alike). Frozen files that went
    along are no releases of that commit.
    """
    for commit, group in groupby(changes, key=lambda change: change.commit):
        together = list(group)
        heads = [change for change in together if own.is_head(change.path)]
        frozen = [change for change in together if own.frozen_version(change.path)]
        if not heads and not frozen:
            continue
        before, after = _moves(repository, commit, together, heads, own.folder)
        if before is None:
            yield Stretch(own, heads, frozen, after=after)
            continue
        old = own._replace(name=before)
        gone = {change.old_id for change in together if old.frozen_version(change.path) and change.status == "D"}
        heads += [change for change in together if old.is_head(change.path)]
        yield Stretch(own, heads, [change for change in frozen if change.new_id not in gone], before, after)
        own = old


def _moves(
    repository: Repository, commit: str, together: Sequence[Change], heads: Sequence[Change], folder: str
) -> tuple[str | None, str | None]:
    """The names that the head came from and went to in a commit."""
    came = next((change.path for change in heads if change.status == "A"), None)
    went = next((change.path for change in heads if change.status == "D"), None)
    wanted = "D" if came and not went else "A" if went and not came else None  # both: another suffix, not another name
    if not any(change.status == wanted and head_name(change.path, folder) for change in together):
        return None, None
    renames: dict[str, str] = {}
    with suppress(GitError):  # a clone that lacks the files cannot compare them
        renames = repository.renames(commit, folder)
    if came:
        source = renames.get(came)
        return (head_name(source, folder) if source else None), None
    target = next((new for new, old in renames.items() if old == went), None)
    return None, (head_name(target, folder) if target else None)
