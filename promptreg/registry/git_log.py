"""The versions of one component or prompt over the commits of its repository."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from promptreg.cache_folder import cache_folder
from promptreg.errors import InvalidFile, Problem, UnknownName, UsageError, nearest
from promptreg.model.digest import text_digest
from promptreg.model.kinds import is_name, name_fault
from promptreg.model.prompt import Message, Prompt
from promptreg.model.semver import contract_changes, level_of
from promptreg.registry.config import Config
from promptreg.registry.files import MAX_FILE_BYTES, decode_utf8
from promptreg.registry.git import Change, Commit, Repository, TooLarge, open_repository
from promptreg.registry.git.history_cache import cached_history
from promptreg.registry.git_tree import folder_in_commits
from promptreg.registry.heads import Head, read_head
from promptreg.registry.source_tree import FROZEN, frozen_key
from promptreg.registry.walk import shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.read_component import Scan

__all__ = ["KINDS_OF_CHANGE", "Logged", "Step", "component_log", "own_text"]

KINDS_OF_CHANGE = ("added", "removed", "major", "minor", "patch", "none", "repaired", "broken", "release", "oldest")
"""What a commit did to a component.

`major`, `minor` and `patch` go by its contract and text; `none` touched only what is never sent (summary, samples,
layout, the number of the version); `repaired` and `broken` files could not be read before or after; `release` added a
frozen copy and nothing else; `oldest` is the oldest commit of a shallow clone, and what was before it nobody can tell.
"""

_SUFFIXES = (".md", ".yaml")


class Step(NamedTuple):
    """A file of a component in one commit: its digest, and what it says, or why it cannot be read."""

    path: str
    digest: str
    head: Head | None
    problems: tuple[Problem, ...] = ()


class Logged(NamedTuple):
    """One commit that changed a component or released it. `after` is None where the file is gone, `before` where
    there was none; a commit that only releases has the released file for both.
    """

    commit: str
    author: str
    time: str
    subject: str
    change: str
    reasons: tuple[str, ...]
    releases: tuple[str, ...]
    before: Step | None
    after: Step | None


def component_log(config: Config, name: str, scan: Scan, *, at: str | None = None) -> Iterator[Logged]:
    """The commits that changed the file of a component or its releases, newest first, back from a revision (or HEAD).

    Raises UsageError for what is no name and no revision, UnknownName for a name without history, GitError when git
    cannot tell.
    """
    fault = name_fault(name)
    if fault:
        raise UsageError(f'"{name}" {fault}; the log of a name holds all of its versions')
    repository = open_repository(config.registry)
    start = repository.head() if at is None else repository.resolve(at)
    folder = folder_in_commits(repository, config.registry)
    changes = _changes(repository, folder, start)
    own = _Own(config, folder, name)
    found = [change for change in changes if own.is_head(change.path) or own.frozen_version(change.path)]
    if not found:
        if any(os.path.isfile(os.path.join(config.registry, name + suffix)) for suffix in _SUFFIXES):
            raise UnknownName.at(f'"{name}" has no history: no commit holds it yet')
        names = {head for change in changes if (head := _head_name(change.path, folder))}
        raise UnknownName.at(f'no commit holds anything named "{name}"', suggestion=nearest(name, names))
    return _Log(repository, own, scan).steps(found)


def own_text(head: Head) -> str:
    """What a file itself brings into prompts: a body, a format with its examples, the inline texts of a prompt."""
    if isinstance(head, Prompt):
        parts = (part for message in head.messages if isinstance(message, Message) for part in message.parts)
        return "\n".join(head.written.text_map((*part.key, "text")).text for part in parts if part.use is None)
    fields = (value for example in head.examples for key, value in example.fields.items() if key != "id")
    shown = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in fields)
    return "\n".join((head.body.text, *shown))


def _changes(repository: Repository, folder: str, start: Commit | None) -> Sequence[Change]:
    cache = cache_folder()
    return cached_history(repository, folder, Path(cache) if cache else None, start=start) if start else ()


def _head_name(path: str, folder: str) -> str | None:
    """The component name that a path of the repository gives, if any."""
    inner = path.removeprefix(f"{folder}/") if folder else path
    stem, _, suffix = inner.rpartition(".")
    return stem if f".{suffix}" in _SUFFIXES and is_name(stem) else None


class _Own(NamedTuple):
    """Which paths of a repository belong to one name."""

    config: Config
    folder: str
    name: str

    def _inner(self, path: str) -> str:
        return path.removeprefix(f"{self.folder}/") if self.folder else path

    def is_head(self, path: str) -> bool:
        return any(self._inner(path) == self.name + suffix for suffix in _SUFFIXES)

    def frozen_version(self, path: str) -> str | None:
        """The version that a frozen file of this name has; None for other files."""
        folder, _, file = self._inner(path).rpartition("/")
        key = frozen_key(file) if folder == f"{FROZEN}/{self.name}" else None
        return str(key[0]) if key and key[1] in _SUFFIXES else None

    def shown(self, path: str) -> str:
        return shown_path(os.path.join(self.config.registry, self._inner(path)), self.config.root)


class _Outcome(NamedTuple):
    """What a commit did to the file of a name, and what that says before and after it."""

    change: str
    reasons: Sequence[str]
    before: Step | None
    after: Step | None


class _Log:
    """Turns the changes of one name into steps; a version that stands in several commits is read once."""

    def __init__(self, repository: Repository, own: _Own, scan: Scan) -> None:
        self._repository = repository
        self._own = own
        self._scan = scan
        self._known: dict[tuple[str, str], Step] = {}

    def steps(self, changes: Iterable[Change]) -> Iterator[Logged]:
        for _, group in groupby(changes, key=lambda change: change.commit):
            yield self._step(list(group))

    def _step(self, changes: Sequence[Change]) -> Logged:
        first = changes[0]
        header = (first.commit, first.author, first.time, first.subject)
        heads = [change for change in changes if self._own.is_head(change.path)]
        frozen = [change for change in changes if change not in heads]
        releases = tuple(self._version(change) for change in frozen if change.status == "A")
        reasons = [
            f"the frozen copy of {self._version(change)} was {'removed' if change.status == 'D' else 'changed'}"
            for change in frozen
            if change.status not in "A?"
        ]
        found = self._head_outcome(heads) if heads else self._frozen_outcome(frozen, releases)
        if any(change.status == "?" for change in changes):
            found = _Outcome("oldest", [], None, found.after)
        return Logged(*header, found.change, (*found.reasons, *reasons), releases, found.before, found.after)

    def _version(self, change: Change) -> str:
        return str(self._own.frozen_version(change.path))

    def _head_outcome(self, heads: Sequence[Change]) -> _Outcome:
        now = next((change for change in heads if change.new_id), None)
        old = next((change for change in heads if change.old_id), None)
        after = self._read(now.path, now.new_id, is_file=now.is_file) if now else None
        # Of a file that became a link or the other way round, only the new mode is known: then neither is read.
        before = self._read(old.path, old.old_id, is_file=old.is_file and old.status != "T") if old else None
        return _compared(before, after)

    def _frozen_outcome(self, frozen: Sequence[Change], releases: Sequence[str]) -> _Outcome:
        latest = next((change for change in reversed(frozen) if change.new_id), None)
        step = self._read(latest.path, latest.new_id, is_file=latest.is_file) if latest else None
        return _Outcome("release" if releases else "none", [], step, step)

    def _read(self, path: str, object_id: str | None, *, is_file: bool) -> Step:
        shown = self._own.shown(path)
        if not is_file or object_id is None:
            return Step(shown, "", None, (Problem(InvalidFile.code, "is a link or a submodule", shown),))
        found = self._known.get((path, object_id))
        if found is None:
            found = self._known[path, object_id] = self._parse(shown, object_id)
        return found

    def _parse(self, path: str, object_id: str) -> Step:
        try:
            source = decode_utf8(next(self._repository.read([object_id], limit=MAX_FILE_BYTES)), path)
        except TooLarge:
            too_large = Problem(InvalidFile.code, f"is larger than {MAX_FILE_BYTES:,} bytes", path)
            return Step(path, "", None, (too_large,))
        except InvalidFile as error:
            return Step(path, "", None, error.problems)
        digest = text_digest(source.text)
        try:
            return Step(path, digest, read_head(source, self._own.name, self._scan))
        except InvalidFile as error:
            return Step(path, digest, None, error.problems)


def _compared(before: Step | None, after: Step | None) -> _Outcome:
    """The kind of change from one step to the next, with the reasons for its level."""
    if after is None:
        return _Outcome("removed", [], before, None)
    if after.head is None:
        return _Outcome("broken", [str(problem) for problem in after.problems], before, after)
    if before is None:
        return _Outcome("added", [], None, after)
    if before.head is None:
        return _Outcome("repaired", [], before, after)
    old, new = before.head, after.head
    changes = contract_changes(old, new, (_inline_schema(old), _inline_schema(new)))
    level = level_of(changes)
    if level == "patch" and (old.body_digest, old.contract_digest) == (new.body_digest, new.contract_digest):
        level = "none"
    return _Outcome(level, [change.what for change in changes], before, after)


def _inline_schema(head: Head) -> object:
    """The output schema that is written in a prompt itself; of one in a file, the name stands for it."""
    return head.output.schema if isinstance(head, Prompt) and head.output is not None else None
