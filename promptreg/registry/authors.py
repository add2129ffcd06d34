"""Who last changed a line of a registry's files, as git tells; git is never a reason to fail here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from promptreg.errors import PromptregError
from promptreg.registry.config import Config
from promptreg.registry.source_tree import FROZEN, FolderTree, SourceTree, frozen_key

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
        self.learn([(path, line)])
        return self._known[path, line]

    def learn(self, places: Iterable[tuple[str, int]]) -> None:
        """Ask for many lines at once, which is quicker than one by one."""
        wanted: dict[str, set[int]] = {}
        for path, line in places:
            if (path, line) not in self._known:
                wanted.setdefault(path, set()).add(line)
        for path, lines in wanted.items():
            found: Mapping[int, BlameLine] = {}
            with suppress(PromptregError, OSError):
                found = self._ask(path, lines)
            self._known |= {(path, line): found.get(line) for line in lines}

    def _ask(self, path: str, lines: Iterable[int]) -> Mapping[int, BlameLine]:
        file = os.path.join(self._config.root, path)
        if isinstance(self._tree, FolderTree):
            repository = self._repository()
            if repository is None:
                return {}
            return _written(
                repository, repository.blame_lines(repository.inside(file), lines), self._tree.read(file, path)
            )
        from promptreg.registry.git_tree import GitTree

        return _in_tree(self._tree, file, path, lines) if isinstance(self._tree, GitTree) else {}

    def _repository(self) -> Repository | None:
        if not self._is_open:
            self._is_open = True
            if _may_have_git(self._config.registry):
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


def _in_tree(tree: GitTree, file: str, path: str, lines: Iterable[int]) -> Mapping[int, BlameLine]:
    inside = tree.path_in_commits(file)
    content = tree.read(file, path)
    if tree.commit is not None:
        return _written(tree.repository, tree.repository.blame_lines(inside, lines, tree.commit.id), content)
    return _written(tree.repository, tree.repository.blame_content(inside, content, lines), content)


def _written(repository: Repository, found: Mapping[int, BlameLine], content: bytes) -> Mapping[int, BlameLine]:
    """Who wrote the lines of a file in this state, where `found` may only tell who released them.

    The commit that added a frozen file holds the head that it is a copy of: there the line is looked up, and who wrote
    it in the head. A line that is not in that head keeps the commit that added it.
    """
    copied: dict[tuple[str | None, str], list[int]] = {}
    for line, author in found.items():
        head = _head_of_copy(author.original_path)
        if head is not None:
            copied.setdefault((author.commit, head), []).append(line)
    written = dict(found)
    for (commit, head), lines in copied.items():
        with suppress(PromptregError):
            authors = repository.blame_content(head, content, lines, commit)
            written |= {line: author for line, author in authors.items() if author.commit is not None}
    return written


def _head_of_copy(path: str) -> str | None:
    """The path of the head that a frozen file is a copy of, in the registry that it lies in; None for other files."""
    registry, found, inner = f"/{path}".rpartition(f"/{FROZEN}/")
    name, _, file = inner.rpartition("/")
    key = frozen_key(file)
    return f"{registry}/{name}{key[1]}".removeprefix("/") if found and name and key else None
