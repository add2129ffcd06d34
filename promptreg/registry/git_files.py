"""The files of one git tree as a checkout would show them: folders, and links that are followed inside of the tree."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Mapping

from promptreg.registry.git import LINK, SUBMODULE, TooLarge, TreeFile

__all__ = ["FOLDER", "NOTHING", "OUTSIDE", "TreeFiles", "is_folder"]

FOLDER = TreeFile("", "040000", "", None)
"""Stands for every folder; git's own mode of one."""

NOTHING = TreeFile("", "000000", "", None)
"""Stands for what is not there; git's own mode of that."""

OUTSIDE = ".."
"""The real path of everything that is not in the repository, or that nobody can look at."""

_MAX_LINKS = 40  # as many as Linux follows
_MAX_TARGET = 4_096


def is_folder(file: TreeFile) -> bool:
    """Whether a checkout has a folder there; that of a submodule belongs to another repository."""
    return file.mode in (FOLDER.mode, SUBMODULE)


class TreeFiles:
    """Files of a tree by path. Those below one folder are known; the others are listed when a link leads there.

    The path of the top is empty, all others begin with a slash. A real path has no link in it.
    """

    def __init__(
        self,
        folder: str,
        listed: Iterable[TreeFile],
        list_all: Callable[[], Iterable[TreeFile]],
        read: Callable[[str], bytes],
    ) -> None:
        self._folder = folder
        self._folders: dict[str, dict[str, TreeFile]] = {"": {}}
        self._add(listed)
        self._list_all: Callable[[], Iterable[TreeFile]] | None = list_all if folder else None
        self._too_large = False
        self._read = read

    def _add(self, listed: Iterable[TreeFile]) -> None:
        for file in listed:
            folder, _, name = f"/{file.path}".rpartition("/")
            self._inside(folder)[name] = file

    def _inside(self, folder: str) -> dict[str, TreeFile]:
        """What is known to be in a folder; makes the folder and those around it."""
        missing = []
        while folder not in self._folders:
            outer, _, name = folder.rpartition("/")
            missing.append((outer, name))
            self._folders[folder] = {}
            folder = outer
        for outer, name in reversed(missing):
            self._folders[outer][name] = FOLDER
        return self._folders[f"{missing[0][0]}/{missing[0][1]}" if missing else folder]

    def entry(self, path: str) -> TreeFile | None:
        """What has this real path, or None."""
        folder, _, name = path.rpartition("/")
        found = self._folders.get(folder, {}).get(name) if path else FOLDER
        if found is None and self._list_all is not None and not f"{path}/".startswith(f"{self._folder}/"):
            everything, self._list_all = self._list_all, None
            try:
                self._add(everything())
            except TooLarge:
                self._too_large = True
            return self.entry(path)
        return found

    def inside(self, folder: str) -> Mapping[str, TreeFile]:
        """What is in the folder with this real path, by name; raises OSError when nobody can tell."""
        found = self._folders.get(folder)
        if found is None:
            raise OSError(errno.EACCES, "it is a submodule, whose files are in a repository of their own")
        return found

    def real(self, path: str) -> str:
        """The path with all links followed, whether or not something is there; OUTSIDE when it leaves the repository.

        Absolute links leave it: where a checkout lies is no matter of its contents. Raises OSError, with the place of
        a link, for endless ones.
        """
        todo = path.split("/")[::-1]
        done = ""
        links = 0
        while todo:
            step = todo.pop()
            if step == "..":
                if not done:
                    return OUTSIDE
                done = done.rpartition("/")[0]
            elif step not in ("", "."):
                here = f"{done}/{step}"
                found = self.entry(here)
                if found is None and self._too_large and not self._folder.startswith(f"{here}/"):
                    return OUTSIDE
                if found is None or found.mode != LINK:
                    done = here
                    continue
                links += 1
                target = self._target(found)
                if links > _MAX_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), here)
                if target.startswith("/"):
                    return OUTSIDE
                todo += target.split("/")[::-1]
        return done

    def _target(self, link: TreeFile) -> str:
        try:
            target = self._read(link.object_id)
        except TooLarge:
            target = b""
        if not target or len(target) > _MAX_TARGET or b"\0" in target:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        return target.decode("utf-8", "surrogateescape")
