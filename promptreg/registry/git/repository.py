"""The repository that a registry lives in, for reading only.

Nothing here writes, changes the index, runs a program that the repository names, or fetches anything unasked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from promptreg.errors import UsageError
from promptreg.registry.git.blame import BlameLine, blame_lines, committed_lines, working_bytes
from promptreg.registry.git.environment import Git, working_environment
from promptreg.registry.git.history import Change, is_continued, list_changes, list_renames
from promptreg.registry.git.names import decoded, path_in_repository, shown
from promptreg.registry.git.objects import ObjectReader
from promptreg.registry.git.refs import Ref, list_names, list_refs
from promptreg.registry.git.revision import Commit, find_commit, find_head, refuse_revision
from promptreg.registry.git.tree import Staged, TreeFile, list_index, list_tree

__all__ = ["MAX_BYTES", "Place", "Repository"]

MAX_BYTES = 20_000_000
"""The largest file that is read unless the caller says otherwise."""


class Place(NamedTuple):
    """Where a repository is: git folder, top of the work tree (None when bare), object format, shallow commits."""

    git_dir: str
    top: str | None
    object_format: str
    shallow: frozenset[str]


class Repository:
    """One git repository, read through the git binary. May be shared by threads, and used in a child after a fork.

    Paths and folders are text with slashes, from the top of the repository; `""` is the top. Every method raises
    GitError when git fails; MissingObject, one of its kinds, when this clone lacks something.
    """

    def __init__(self, git: Git, place: Place) -> None:
        self._git = git
        self._place = place
        self._objects = ObjectReader(git)

    @property
    def git_dir(self) -> str:
        """The git folder; that of a linked work tree is its own."""
        return self._place.git_dir

    @property
    def index_file(self) -> str:
        """The file that says what is staged; the one that git names to its hooks, where there is one."""
        return self._git.environment.get("GIT_INDEX_FILE") or os.path.join(self._place.git_dir, "index")

    @property
    def top(self) -> str | None:
        """The top folder of the work tree; None for a bare repository."""
        return self._place.top

    @property
    def object_format(self) -> str:
        """`sha1` or `sha256`."""
        return self._place.object_format

    @property
    def shallow(self) -> frozenset[str]:
        """The ids of the oldest commits of a shallow clone; empty for a whole one."""
        return self._place.shallow

    def inside(self, path: str | os.PathLike[str]) -> str:
        """The path of a file or folder on disk from the top of the repository; links are followed.

        Raises UsageError for what is outside of the work tree, and for a bare repository.
        """
        if self.top is None:
            raise UsageError("a bare repository has no work tree: name the folder as it is called in the commits")
        real = os.path.realpath(os.fspath(path))
        if real == self.top:
            return ""
        if not real.startswith(os.path.join(self.top, "")):
            raise UsageError(f"{shown(os.fspath(path))} is not in the repository {shown(self.top)}")
        return decoded(os.fsencode(os.path.relpath(real, self.top)))

    def head(self) -> Commit | None:
        """The commit that is checked out; None before the first one. A repository that has lost it is damaged."""
        return find_head(self._git, self._objects)

    def resolve(self, rev: str) -> Commit:
        """The commit that a revision names, as git reads it: a branch, tag, id, `HEAD~2`, `main@{1}`.

        Raises UsageError for what is none (with the nearest ref), a range, an option, and where git would guess.
        """
        commit = find_commit(self._objects, rev)
        if commit is None:
            head, names = self.head(), list_names(self._git)
            if not names and head is None:
                raise UsageError(f'there is no revision "{shown(rev)}": the repository has no commits yet')
            refuse_revision(rev, names, is_shallow=bool(self.shallow))
        return commit

    def refs(self) -> tuple[Ref, ...]:
        """All branches, tags and other refs, by name."""
        return list_refs(self._git)

    def tree(self, commit: Commit, folder: str = "") -> tuple[TreeFile, ...]:
        """All files of a commit below a folder; links and submodules are marked by their mode."""
        return list_tree(self._git, commit.id, folder)

    def staged(self, folder: str = "") -> Staged:
        """What is staged below a folder: in a hook, what is being committed."""
        return list_index(self._git, folder, self.object_format)

    def read(self, object_ids: Iterable[str], *, limit: int = MAX_BYTES) -> Iterator[bytes]:
        """The contents of files, in order, as they come; the ids are consumed somewhat ahead.

        Raises MissingObject, TooLarge for more than `limit` bytes, and GitError for what is no file.
        """
        return self._objects.files(object_ids, limit)

    def history(
        self, folder: str = "", *, start: Commit | None = None, since: Commit | None = None
    ) -> Iterator[Change]:
        """Every change below a folder, or to one file, newest first: see `history.list_changes`.

        Goes back from `start`, or else from what is checked out, and leaves out what leads to `since`.
        """
        begin = start or self.head()
        if begin is None:
            return iter(())
        return list_changes(self._git, folder, begin.id, since.id if since else None, self.shallow)

    def renames(self, commit: str, folder: str = "") -> dict[str, str]:
        """The files below a folder that a commit moved: the path before by the path after; see `list_renames`."""
        return list_renames(self._git, folder, commit)

    def is_continued(self, earlier: Commit, later: Commit) -> bool:
        """Whether the history of `later` is what came since `earlier`, followed by the history of `earlier`."""
        return is_continued(self._git, earlier.id, later.id)

    def blame(self, path: str, line: int, rev: str | None = None) -> BlameLine:
        """Who wrote a line (from 1) of a file; see `blame_lines`."""
        return self.blame_lines(path, (line,), rev)[line]

    def blame_lines(self, path: str, lines: Iterable[int], rev: str | None = None) -> dict[int, BlameLine]:
        """Who wrote lines (from 1) of a file, by line: of a revision, or else of the working file.

        A line of the working file that is not in the commit checked out is uncommitted: its `commit` is None. Working
        files are compared as they are, without the filters of git. Raises UsageError for a line that is not there.
        """
        path = path_in_repository(path)
        lines = tuple(lines)
        if any(line < 1 for line in lines):
            raise UsageError("lines are counted from 1")
        if rev is not None:
            return self._blame(path, lines, self.resolve(rev))
        if self.top is None:
            raise UsageError("a bare repository has no working files: name a revision")
        return self.blame_content(path, working_bytes(self.top, path, MAX_BYTES), lines)

    def blame_content(
        self, path: str, content: bytes, lines: Iterable[int], rev: str | None = None
    ) -> dict[int, BlameLine]:
        """Who wrote lines of what a file is about to become, as `blame_lines` tells of the working file.

        Compared is with the file of a revision, or else of the commit checked out.
        """
        head = self.head() if rev is None else self.resolve(rev)
        before = self._committed_bytes(path, head) if head else None
        places = committed_lines(content, before or b"", lines)
        found = {line: BlameLine(None, None, None, None, None, path, line) for line in places}
        known = {line: place for line, place in places.items() if place is not None}
        if head is None or before is None or not known:
            return found
        written = self._blame(path, tuple(known.values()), head)
        return found | {line: written[place] for line, place in known.items()}

    def _blame(self, path: str, lines: Sequence[int], commit: Commit) -> dict[int, BlameLine]:
        git = self._git if self.top is None else working_environment(self._git, self.top)
        try:
            return blame_lines(git, path, lines, commit.id, self.shallow)
        except UsageError:
            self._committed_bytes(path, commit)  # for git from 2.45 on, a file that a partial clone lacks is none
            raise

    def _committed_bytes(self, path: str, commit: Commit) -> bytes | None:
        file = next((file for file in self.tree(commit, path) if file.path == path and file.is_file), None)
        return next(self.read([file.object_id])) if file else None

    def close(self) -> None:
        """Stop the processes that are kept open; a later call starts new ones."""
        self._objects.close()

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
