"""Files below a folder: of a commit, and of the index (what the next commit will hold)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.registry.git.environment import Git
from promptreg.registry.git.faults import MissingObject, TooLarge
from promptreg.registry.git.names import decoded, object_id, path_in_repository
from promptreg.registry.git.process import chunks, records

__all__ = ["LINK", "SUBMODULE", "Staged", "TreeFile", "list_index", "list_tree"]

LINK = "120000"
SUBMODULE = "160000"

MAX_FILES = 200_000
"""A few kilobytes of nested trees can stand for more files than there are atoms."""

_EMPTY_FILES = frozenset(
    ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813")
)
_EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class TreeFile(NamedTuple):
    """An entry below a folder: path from the top of the repository, mode as git writes it, and the id of its content.

    `size` is in bytes; None where it is not known before the content is read: staged files, submodules, partial clones.
    """

    path: str
    mode: str
    object_id: str
    size: int | None

    @property
    def is_file(self) -> bool:
        """Whether the content is a file: not the target of a symbolic link, not the commit of a submodule."""
        return self.mode not in (LINK, SUBMODULE)


class Staged(NamedTuple):
    """The index below a folder: what is staged, and the paths in conflict during a merge, where nothing is."""

    files: tuple[TreeFile, ...]
    conflicts: tuple[str, ...]


def list_tree(git: Git, commit: str, folder: str) -> tuple[TreeFile, ...]:
    """The files of a commit below a folder, recursively, in git's order; empty when the folder is not in it.

    Raises TooLarge for more than 200,000 files, MissingObject for a clone without the trees.
    """
    place = (object_id(commit), *filter(None, (path_in_repository(folder),)))
    listing = ("ls-tree", "-r", "-z", "--full-tree")
    try:
        return tuple(_tree_files(git, (*listing, "-l", "--end-of-options", *place)))
    except MissingObject:  # a partial clone does not know the sizes of what it lacks
        return tuple(_tree_files(git, (*listing, "--end-of-options", *place)))


def _tree_files(git: Git, arguments: tuple[str, ...]) -> Iterator[TreeFile]:
    for count, record in enumerate(records(chunks(git, arguments))):
        if count >= MAX_FILES:
            raise TooLarge(f"there are more than {MAX_FILES:,} files below one folder of the repository")
        meta, _, path = record.partition(b"\t")
        mode, _, identity, *size = meta.decode("ascii").split()
        yield TreeFile(decoded(path), mode, identity, int(size[0]) if size and size[0].isdecimal() else None)


def list_index(git: Git, folder: str, object_format: str) -> Staged:
    """What is staged below a folder, in git's order. A file that is only announced (`git add -N`) is not staged."""
    place = ("--", *filter(None, (path_in_repository(folder),)))
    files: list[TreeFile] = []
    conflicts: dict[str, None] = {}
    for record in records(chunks(git, ("ls-files", "-s", "-z", "--full-name", *place))):
        meta, _, name = record.partition(b"\t")
        mode, identity, stage = meta.decode("ascii").split()
        if stage == "0":
            files.append(TreeFile(decoded(name), mode, identity, None))
        else:
            conflicts[decoded(name)] = None
    if any(file.object_id in _EMPTY_FILES for file in files):
        staged = _really_staged(git, place, object_format)
        files = [file for file in files if file.path in staged]
    return Staged(tuple(files), tuple(conflicts))


def _really_staged(git: Git, place: tuple[str, ...], object_format: str) -> set[str]:
    """The paths that a commit would hold: ls-files shows an announced file as an empty one."""
    arguments = ("diff-index", "--cached", "--ita-invisible-in-index", "--no-renames", "--raw", "-z")
    found = list(records(chunks(git, (*arguments, _EMPTY_TREES[object_format], *place))))
    return {decoded(name) for name in found[1::2]}
