"""What is looked at when some files are named: those files, and everything that is made with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem, UsageError, nearest
from promptreg.lint.cache import side_files
from promptreg.lint.calls.files import python_below
from promptreg.lint.selection import glob_pattern
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace
from promptreg.model.prompt import Prompt
from promptreg.registry.source_tree import FROZEN, LABELS, LOCK

__all__ = ["Chosen", "choose"]


class Chosen(NamedTuple):
    """Heads by name and files by path, those of the heads among them; `others` are files that are not the registry's.

    `everything` says that nothing was left out. `python` are the Python files to look at, `callers` those of which only
    the calls that name one of `names` count.
    """

    names: frozenset[str]
    paths: frozenset[str]
    others: tuple[str, ...] = ()
    everything: bool = False
    python: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()


def choose(workspace: Workspace, targets: Sequence[str] | None, settings: Settings) -> Chosen:
    """What `targets` mean, paths of files or folders from the project root or absolute; None means everything.

    Python files are looked at where they are named, below a named folder outside of the registry, or by the globs of
    the settings. A file that a prompt reads stands for that prompt. The lock, labels, settings and team rules stand for
    everything.
    Raises UsageError with every target that is not there.
    """
    if targets is None:
        return _everything(workspace)._replace(python=tuple(_globbed(workspace, settings)))
    chooser = _Chooser(workspace, settings)
    for target in targets:
        chooser.add(target)
    if chooser.missing:
        raise UsageError(chooser.missing)
    globbed = _globbed(workspace, settings)
    python = chooser.python.union(path for path in globbed if chooser.all or chooser.holds(path))
    if chooser.all:
        return _everything(workspace)._replace(others=tuple(chooser.others), python=tuple(sorted(python)))
    names = frozenset(name for name in workspace.with_dependants(chooser.names) if name in workspace.store.heads)
    paths = chooser.paths | {workspace.store.heads[name].path for name in names}
    callers = tuple(path for path in globbed if path not in python) if names else ()
    return Chosen(names, frozenset(paths), tuple(chooser.others), python=tuple(sorted(python)), callers=callers)


def _globbed(workspace: Workspace, settings: Settings) -> list[str]:
    """The Python files that the settings name, by path."""
    if not settings.python:
        return []
    patterns = [glob_pattern(pattern) for pattern in settings.python]
    below = python_below(os.fspath(workspace.registry.root), ".")
    return [path for path in below if any(pattern.match(path) for pattern in patterns)]


def _everything(workspace: Workspace) -> Chosen:
    names = frozenset(workspace.store.heads)
    return Chosen(names, frozenset(file.path for file in workspace.files), everything=True)


class _Chooser:
    """Collects names and paths target by target."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.root = os.fspath(workspace.registry.root)
        self.files = dict(_files(workspace))
        self.rules = settings.rules.strip("/")
        self.names: set[str] = set()
        self.paths: set[str] = set()
        self.others: list[str] = []
        self.missing: list[Problem] = []
        self.all = False
        self.python: set[str] = set()
        self.folders: set[str] = set()

    def holds(self, path: str) -> bool:
        """Whether a path is one of the targets, or below one."""
        return any(folder in (".", path) or path.startswith(f"{folder}/") for folder in self.folders)

    def add(self, target: str) -> None:
        """Take in one target."""
        path = self._relative(target)
        self.folders.add(path)
        below = [path] if path in self.files else _below(path, self.files)
        for file in below:
            self.paths.add(file)
            self.names.add(self.files[file] or "")
        sides = [] if path in self.files else _below(path, self.sides)
        for side in sides:
            self.names |= self.sides[side]
        if below or sides or self._is_of_registry(path):
            return
        if os.path.lexists(os.path.join(self.root, path)):
            python = python_below(self.root, path)
            self.python.update(python)
            if not python:
                self.others.append(path)
        else:
            message = f'there is no file or folder "{target}"'
            self.missing.append(Problem(UsageError.code, message, suggestion=nearest(path, self.files)))

    def _relative(self, target: str) -> str:
        """A target as a path from the project root, links in the way to the root followed if need be."""
        path = os.path.relpath(os.path.join(self.root, target), self.root)
        if path.startswith(os.pardir):
            path = os.path.relpath(os.path.realpath(target), os.path.realpath(self.root))
        return path.replace(os.sep, "/")

    @cached_property
    def sides(self) -> dict[str, set[str]]:
        """The prompts that read a file that is no component (samples, schemas), by its path."""
        found: dict[str, set[str]] = {}
        for name, head in self.workspace.store.heads.items():
            if isinstance(head, Prompt):
                for relative in side_files(head):
                    try:
                        path = self.workspace.store.tree.side(relative)[1]
                    except InvalidFile:
                        continue
                    found.setdefault(path, set()).add(name)
        return found

    def _is_of_registry(self, path: str) -> bool:
        """Whether a path that no head stands in has a say in what is found; takes in what it speaks of."""
        folder, _, name = path.rpartition("/")
        if name in (LABELS, LOCK, "promptreg.toml", "pyproject.toml") or f"{path}/".startswith(f"{self.rules}/"):
            self.all = self.all or self._exists(path)
            return self.all
        if f"/{FROZEN}/" in f"/{path}/" and self._exists(path):
            self.names.add(f"{folder}/".partition(f"{FROZEN}/")[2].strip("/"))
            return True
        return False

    def _exists(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self.root, path))


def _below(path: str, files: Iterable[str]) -> list[str]:
    return [file for file in files if path in (".", file) or file.startswith(f"{path}/")]


def _files(workspace: Workspace) -> Iterator[tuple[str, str | None]]:
    """Every file of the registry with the name that it has or would have, were it not broken."""
    for file in workspace.files:
        yield file.path, file.head.name if file.head else None
    for name, error in workspace.store.broken.items():
        for problem in error.problems:
            if problem.path is not None and not name.endswith("/"):
                yield problem.path, name
