"""Who last changed a line of a registry's files, as git tells; git is never a reason to fail here."""

from __future__ import annotations

import os

from promptreg.errors import PromptregError
from promptreg.registry.config import Config
from promptreg.registry.source_tree import FolderTree, SourceTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.git import BlameLine, Repository
    from promptreg.registry.git_tree import GitTree

__all__ = ["Authors"]


class Authors:
    """The authors of the lines of one registry: its files on disk, at a revision, or staged. Each is asked for once."""

    def __init__(self, config: Config, tree: SourceTree) -> None:
        self._config = config
        self._tree = tree
        self._known: dict[tuple[str, int], BlameLine | None] = {}
        self._found: Repository | None = None
        self._is_open = False

    def of(self, path: str, line: int) -> BlameLine | None:
        """Who last changed a line (from 1) of a file, which is named by its path for people.

        A line that is not committed yet has no commit. None where there is no git, or where git cannot tell.
        """
        key = (path, line)
        if key not in self._known:
            try:
                self._known[key] = self._ask(path, line)
            except (PromptregError, OSError):
                self._known[key] = None
        return self._known[key]

    def _ask(self, path: str, line: int) -> BlameLine | None:
        file = os.path.join(self._config.root, path)
        if isinstance(self._tree, FolderTree):
            repository = self._repository()
            return repository.blame(repository.inside(file), line) if repository else None
        from promptreg.registry.git_tree import GitTree

        return _in_tree(self._tree, file, path, line) if isinstance(self._tree, GitTree) else None

    def _repository(self) -> Repository | None:
        if not self._is_open:
            self._is_open = True
            if _may_have_git(str(self._config.registry)):
                from promptreg.registry.git import find_repository

                self._found = find_repository(self._config.registry)
        return self._found


def _may_have_git(folder: str) -> bool:
    """Whether it is worth a process to ask git."""
    if "GIT_DIR" in os.environ:
        return True
    place = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(place, ".git")):
        outer = os.path.dirname(place)
        if outer == place:
            return False
        place = outer
    return True


def _in_tree(tree: GitTree, file: str, path: str, line: int) -> BlameLine | None:
    inside, repository = tree.path_in_commits(file), tree.repository
    if tree.commit is not None:
        return repository.blame(inside, line, tree.commit.id)
    from promptreg.registry.git import BlameLine
    from promptreg.registry.git.blame import committed_line

    head = repository.head()
    listed = repository.tree(head, inside) if head else ()
    before = next((next(repository.read([item.object_id])) for item in listed if item.path == inside), b"")
    place = committed_line(tree.read(file, path), before, line)
    if head is None or place is None or not listed:
        return BlameLine(None, None, None, None, None, inside, line)
    return repository.blame(inside, place, head.id)
