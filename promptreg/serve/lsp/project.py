"""A registry as an editor has it: the files on disk under the texts that are not saved yet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property

from promptreg.api import Registry
from promptreg.lint.settings import Settings, read_settings
from promptreg.lint.workspace import Workspace
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt
from promptreg.registry.config import Config, find_registry
from promptreg.registry.editor_tree import EditorTree
from promptreg.registry.source_tree import FolderTree
from promptreg.registry.walk import shown_path
from promptreg.text import Source

__all__ = ["SETTINGS", "Project", "Snapshot", "find_config"]

SETTINGS = ("promptreg.toml", "pyproject.toml")
_REGISTRY = "prompts"

Head = Component | Prompt


class Snapshot:
    """A registry with unsaved texts at one moment. Immutable; raises InvalidFile or UsageError when it cannot be read.

    `last` are its heads by path, and for a file that is broken now what it said before.
    """

    def __init__(self, config: Config, texts: Mapping[str, str], last: Mapping[str, Head]) -> None:
        self.config = config

        def recall(source: Source, name: str) -> Head | None:
            found = last.get(source.path)
            return found if found and found.name == name and found.written.source.text == source.text else None

        tree = EditorTree(FolderTree(config.registry, config.root, config.given), texts)
        self.registry = Registry(config, tree, recall=recall)
        self.store = self.registry.store
        broken = {path: head for path, head in last.items() if head.name in self.store.broken}
        self.last = {**broken, **{head.path: head for head in self.store.heads.values()}}
        root = os.path.join(os.path.realpath(config.root), "")
        self.python = {
            file.removeprefix(root).replace(os.sep, "/"): text
            for file, text in texts.items()
            if file.startswith(root) and file.endswith(".py")
        }
        """The texts of Python files that are open, by path from the project root."""

    @cached_property
    def settings(self) -> Settings:
        """The settings of the linter, as they are saved; raises InvalidFile for wrong ones."""
        return read_settings(self.config)

    @cached_property
    def workspace(self) -> Workspace:
        """For answering one request at a time; a run of the linter makes its own."""
        return Workspace(self.registry)

    def head(self, path: str) -> Head | None:
        """What the file at a shown path says, or said when it was last readable."""
        return self.last.get(path)

    def name(self, path: str) -> str | None:
        """The component name of the file at a shown path; None for a file that is none of the registry."""
        head = self.head(path)
        if head is not None:
            return head.name
        prefix = shown_path(self.config.registry, self.config.root)
        inner = path.removeprefix(f"{prefix}/") if prefix != "." else path
        stem, dot, _ = inner.rpartition(".")
        return stem if dot else None


class Project:
    """One registry over time: makes snapshots, and remembers what was readable."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.registry = os.path.realpath(config.registry)
        self._last: Mapping[str, Head] = {}

    def snapshot(self, texts: Mapping[str, str]) -> Snapshot:
        """The registry under these texts, by the real path of their file."""
        found = Snapshot(self.config, texts, self._last)
        self._last = found.last
        return found

    def path(self, file: str) -> str:
        """The path of a file as findings show it."""
        real = os.path.realpath(file)
        if self.holds(real):
            inner = os.path.relpath(real, self.registry)
            return shown_path(os.path.join(self.config.registry, inner), self.config.root)
        return shown_path(real, os.path.realpath(self.config.root))

    def file(self, path: str) -> str:
        """The absolute path of a shown one."""
        return os.path.normpath(os.path.join(self.config.root, *path.split("/")))

    def holds(self, real: str) -> bool:
        """Whether a real path is below the registry folder."""
        return real.startswith(os.path.join(self.registry, ""))

    def counts(self, file: str) -> bool:
        """Whether the text of a file counts as it is in the editor: of the registry, or Python."""
        return file.endswith(".py") or self.holds(os.path.realpath(file))

    def cares(self, file: str) -> bool:
        """Whether the text of a file has a say in what is found: of the registry, its settings or the team's rules."""
        real = os.path.realpath(file)
        if self.holds(real):
            return True
        inner = os.path.relpath(real, os.path.realpath(self.config.root))
        return inner in SETTINGS or (not inner.startswith(os.pardir) and inner.endswith((".yaml", ".py")))


def find_config(file: str, folders: Iterable[str], explicit: str | None) -> Config | None:
    """The configuration of the registry that a file belongs to; None when there is none.

    `explicit` names the registry folder. Else the configuration above the file says where it is, then that of one of
    the `folders` that the editor has open; without any, it is the nearest folder `prompts` above the file. Raises
    InvalidFile for a broken configuration.
    """
    if explicit is not None:
        return find_registry(explicit, os.path.abspath(explicit), on_disk=False)
    real = os.path.realpath(file)
    around = (folder for folder in folders if real.startswith(os.path.join(os.path.realpath(folder), "")))
    starts = [os.path.dirname(file), *around]
    parents = [file]
    while os.path.dirname(parents[-1]) != parents[-1]:
        parents.append(os.path.dirname(parents[-1]))
    starts += [os.path.dirname(folder) for folder in parents if os.path.basename(folder) == _REGISTRY]
    for start in starts:
        config = find_registry(start, on_disk=False)
        if os.path.isdir(config.registry) and Project(config).cares(file):
            return config
    return None
