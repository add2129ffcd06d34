"""A registry as a commit holds it, or as it is staged: read from git's objects, without a checkout."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from promptreg.errors import InvalidFile, UsageError
from promptreg.model.kinds import is_name
from promptreg.registry.config import Config
from promptreg.registry.files import MAX_FILE_BYTES
from promptreg.registry.git import (
    LINK,
    SUBMODULE,
    Commit,
    Repository,
    TooLarge,
    TreeFile,
)
from promptreg.registry.git.names import shown
from promptreg.registry.git_files import NOTHING, OUTSIDE, TreeFiles, is_folder
from promptreg.registry.source_tree import FROZEN, FrozenFile, frozen_key
from promptreg.registry.walk import Entry, Listing, Seen, Stamp, Top, reason, shown_path, walk

__all__ = ["GitTree", "commit_tree", "folder_in_commits", "staged_tree"]

MAX_TOTAL_BYTES = 500_000_000
"""All heads of a revision together; a few kilobytes of repeated objects can stand for more than any disk holds."""

_CONFLICT = "conflict"  # no mode of git: a path that has no staged version until a merge is finished
_MAX_LINK = 5_000
_NO_STAMP: Stamp = (0, 0, 0, 0)


def commit_tree(config: Config, repository: Repository, rev: str) -> GitTree:
    """The registry of a configuration at a revision.

    Raises UsageError when there is no such revision, or no registry in it; GitError when git cannot tell.
    """
    commit = repository.resolve(rev)

    def files(folder: str) -> tuple[TreeFile, ...]:
        return repository.tree(commit, folder)

    return GitTree(config, repository, files, f"in revision {shown(rev)}", commit)


def staged_tree(config: Config, repository: Repository) -> GitTree:
    """The registry of a configuration as it is staged: in a hook, what is being committed.

    Raises like `commit_tree`.
    """

    def files(folder: str) -> list[TreeFile]:
        staged = repository.staged(folder)
        return [*staged.files, *(TreeFile(path, _CONFLICT, "", None) for path in staged.conflicts)]

    return GitTree(config, repository, files, "in the index", None)


def folder_in_commits(repository: Repository, folder: str) -> str:
    """The path of a folder from the top of the repository, as commits name it; links in the path itself stay.

    In a bare repository, paths below its git folder are those of the commits. Raises UsageError for other places.
    """
    base = repository.top or repository.git_dir
    steps = folder.split(os.sep)
    for count in range(1, len(steps) + 1):
        real = os.path.realpath(os.sep.join(steps[:count]) or os.sep)
        if os.path.join(real, "").startswith(os.path.join(base, "")):
            inner = [] if real == base else os.path.relpath(real, base).split(os.sep)
            return os.fsencode("/".join((*inner, *steps[count:]))).decode("utf-8", "surrogateescape")
    raise UsageError(f"{shown(folder)} is not in the repository {shown(base)}")


_List = Callable[[str], Iterable[TreeFile]]
"""Lists the files of a tree below a folder."""


class _Entry(NamedTuple):
    """See walk.Entry; `is_link` is a field here."""

    name: str
    path: str
    is_link: bool

    def is_symlink(self) -> bool:
        return self.is_link


class GitTree:
    """A registry in a tree of git; a SourceTree whose handles and shown paths are those of the folder on disk.

    Immutable, and its objects are named by their contents: what is read later is of the same moment.
    """

    def __init__(self, config: Config, repository: Repository, files: _List, when: str, commit: Commit | None) -> None:
        self.repository = repository
        self.commit = commit
        self.cache_key: str | None = f"{config.registry}\0git"
        self._ahead: dict[str, bytes] = {}
        self._queue: list[str] = []
        registry, root = os.fspath(config.registry), os.fspath(config.root)
        folder = folder_in_commits(repository, registry)
        self._folder = f"/{folder}" if folder else ""
        self._files = TreeFiles(self._folder, files(folder), lambda: files(""), self._read_link)
        self._top = Top(registry, self._real_folder(config.given or shown_path(registry, root), when), root)

    def _real_folder(self, path: str, when: str) -> str:
        try:
            real = self._files.real(self._folder)
        except OSError as error:
            raise UsageError.at(f"the registry cannot be read {when}: {reason(error)}", path=path) from None
        found = None if real == OUTSIDE else self._files.entry(real)
        if found is None or found.mode == SUBMODULE or not is_folder(found):
            fault = "does not exist" if found is None else "is a submodule" if is_folder(found) else "is not a folder"
            raise UsageError.at(f"the registry {fault} {when}", path=path)
        return real

    def _read_link(self, object_id: str) -> bytes:
        return next(self.repository.read([object_id], limit=_MAX_LINK))

    # -- paths: a handle is the path that the file would have on disk

    def _place(self, handle: str) -> str:
        """The path in the tree of a handle; OUTSIDE for a path that does not begin at the registry."""
        top = self._top.path
        if handle == top:
            return self._folder
        if not handle.startswith(os.path.join(top, "")):
            return OUTSIDE
        return self._folder + handle[len(top.rstrip(os.sep)) :].replace(os.sep, "/")

    def _real(self, handle: str) -> str:
        place = self._place(handle)
        return place if place == OUTSIDE else self._files.real(place)

    def path_in_commits(self, handle: str) -> str:
        """The path of a file from the top of the repository, with links followed; raises OSError for endless links."""
        return self._real(handle).removeprefix("/")

    def _is_inside(self, real: str) -> bool:
        return real.startswith(f"{self._top.real}/")

    # -- walking

    def entries(self, path: str) -> list[Entry]:
        """See walk.Folders."""
        inside = self._files.inside(self._real(path))
        return [_Entry(name, os.path.join(path, name), file.mode == LINK) for name, file in inside.items()]

    def look(self, entry: Entry, folder: str) -> Seen:
        """See walk.Folders. What a link outside of the repository leads to is told by its name."""
        real = self._real(entry.path) if entry.is_symlink() else f"{folder}/{entry.name}"
        if real == OUTSIDE:
            return Seen(OUTSIDE, "." not in entry.name, _NO_STAMP)
        found = self._files.entry(real)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return Seen(real, is_folder(found), _NO_STAMP)

    # -- SourceTree

    def listing(self) -> Listing:
        """See SourceTree."""
        listing = walk(self, self._top, self.entries(self._top.path))
        files = [self._file(item.file, item.path) for item in listing.found]
        if sum(file.size or 0 for file in files) > MAX_TOTAL_BYTES:
            raise TooLarge(f"the files of the registry hold more than {MAX_TOTAL_BYTES:,} bytes")
        wanted = (file.object_id for file in files if file.is_file and (file.size or 0) <= MAX_FILE_BYTES)
        self._queue = [object_id for object_id in dict.fromkeys(wanted) if object_id]
        return listing

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree; raises GitError when this clone does not have the file."""
        found = self._file(file, path)
        if found.mode == _CONFLICT:
            raise InvalidFile.at("is in conflict: nothing is staged until the merge is finished", path=path)
        if self._queue:
            self._read_ahead()
        data = self._ahead.pop(found.object_id, None)
        try:
            data = next(self.repository.read([found.object_id], limit=limit)) if data is None else data
        except TooLarge:
            data = None
        if data is None or len(data) > limit:
            raise InvalidFile.at(f"is larger than {limit:,} bytes", path=path)
        return data

    def _file(self, handle: str, path: str) -> TreeFile:
        try:
            real = self._real(handle)
            found = self._files.entry(real) if self._is_inside(real) else None
            if found is None and self._is_inside(real):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        except OSError as error:
            if error.filename is None or self._is_inside(error.filename):
                raise InvalidFile.at(f"cannot be read: {reason(error)}", path=path) from error
            found = None
        if found is None:
            raise InvalidFile.at("leaves the registry", path=path)
        if is_folder(found):
            raise InvalidFile.at("is not a regular file", path=path)
        return found

    def _read_ahead(self) -> None:
        """Read all that was listed in one go; where that stops, each file will tell for itself."""
        wanted, self._queue = self._queue, []
        try:
            for object_id, data in zip(wanted, self.repository.read(wanted, limit=MAX_FILE_BYTES), strict=False):
                self._ahead[object_id] = data
        except TooLarge:
            return

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree; links are followed as long as they stay inside."""
        file = os.path.join(self._top.path, relative)
        path = shown_path(file, self._top.root)
        try:
            real = self._real(file)
        except OSError as error:
            if error.filename is None or self._is_inside(error.filename):
                raise InvalidFile.at(f"cannot be read: {reason(error)}", path=path) from error
            real = OUTSIDE
        if not self._is_inside(real):
            raise InvalidFile.at("leaves the registry", path=path)
        return self._top.path + real[len(self._top.real) :].replace("/", os.sep), path

    def frozen(self) -> dict[str, dict[str, FrozenFile]]:
        """See SourceTree; links to folders are not followed."""
        found: dict[str, dict[str, FrozenFile]] = {}
        waiting = [FROZEN]
        while waiting:
            folder = waiting.pop()
            place = self._files.entry(f"{self._top.real}/{folder}")
            if place is None or place.mode == SUBMODULE or not is_folder(place):
                continue
            inside = self._files.inside(f"{self._top.real}/{folder}")
            waiting += sorted((f"{folder}/{name}" for name, file in inside.items() if is_folder(file)), reverse=True)
            name = folder.removeprefix(f"{FROZEN}/")
            files = {file: self._frozen_file(folder, file) for file in sorted(inside) if frozen_key(file)}
            files = {file: item for file, item in files.items() if not self._leads_to_folder(item.file)}
            if files and is_name(name):
                found[name] = files
        return found

    def _leads_to_folder(self, handle: str) -> bool:
        try:
            real = self._real(handle)
        except OSError:
            return False
        return is_folder(self._files.entry(real) or NOTHING) if real != OUTSIDE else False

    def _frozen_file(self, folder: str, file: str) -> FrozenFile:
        place = os.path.join(self._top.path, *folder.split("/"), file)
        return FrozenFile(place, shown_path(place, self._top.root))

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree."""
        if self._files.entry(f"{self._top.real}/{relative}") is None:
            return None
        file = os.path.join(self._top.path, relative)
        path = shown_path(file, self._top.root)
        return self.read(file, path, 64 * MAX_FILE_BYTES), path

    def stamps(self) -> Mapping[str, Stamp]:
        """See SourceTree: nothing here ever changes."""
        return {}
