"""The versions of one component or prompt over the commits of its repository."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from promptreg.cache_folder import cache_folder
from promptreg.errors import InvalidFile, Problem, UnknownName, UsageError, nearest
from promptreg.model.digest import text_digest
from promptreg.model.kinds import name_fault
from promptreg.model.prompt import Message, Prompt
from promptreg.model.semver import contract_changes, level_of
from promptreg.registry.config import Config
from promptreg.registry.files import MAX_FILE_BYTES, decode_utf8
from promptreg.registry.git import Change, Commit, Repository, TooLarge, open_repository
from promptreg.registry.git.history_cache import cached_history
from promptreg.registry.git_trail import SUFFIXES, Own, Stretch, head_name, trail
from promptreg.registry.git_tree import folder_in_commits
from promptreg.registry.heads import Head, read_head

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
    own = Own(config, folder, name)
    if not any(own.holds(change.path) for change in changes):
        if any(os.path.isfile(os.path.join(config.registry, name + suffix)) for suffix in SUFFIXES):
            raise UnknownName.at(f'"{name}" has no history: no commit holds it yet')
        names = {head for change in changes if (head := head_name(change.path, folder))}
        raise UnknownName.at(f'no commit holds anything named "{name}"', suggestion=nearest(name, names))
    return map(_Log(repository, scan).step, trail(repository, changes, own))


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


class _Outcome(NamedTuple):
    """What a commit did to the file of a name, and what that says before and after it."""

    change: str
    reasons: Sequence[str]
    before: Step | None
    after: Step | None


class _Log:
    """Turns the changes of one commit into a step; a version that stands in several commits is read once."""

    def __init__(self, repository: Repository, scan: Scan) -> None:
        self._repository = repository
        self._scan = scan
        self._known: dict[tuple[str, str], Step] = {}

    def step(self, found: Stretch) -> Logged:
        """What one commit did."""
        own = found.own
        changes = [*found.heads, *found.frozen]
        first = changes[0]
        header = (first.commit, first.author, first.time, first.subject)
        releases = tuple(_version(own, change) for change in found.frozen if change.status == "A")
        reasons = [f"moved from {found.before}"] if found.before else [f"moved to {found.after}"] if found.after else []
        changed = [
            f"the frozen copy of {_version(own, change)} was {'removed' if change.status == 'D' else 'changed'}"
            for change in found.frozen
            if change.status not in "A?"
        ]
        outcome = self._head_outcome(found) if found.heads else self._frozen_outcome(found, releases)
        if any(change.status == "?" for change in changes):
            outcome = _Outcome("oldest", [], None, outcome.after)
        told = (*reasons, *outcome.reasons, *changed)
        return Logged(*header, outcome.change, told, releases, outcome.before, outcome.after)

    def _head_outcome(self, found: Stretch) -> _Outcome:
        now = next((change for change in found.heads if change.new_id), None)
        old = next((change for change in found.heads if change.old_id), None)
        after = self._read(found.own, now.path, now.new_id, is_file=now.is_file) if now else None
        # Of a file that became a link or the other way round, only the new mode is known: then neither is read.
        is_file = old is not None and old.is_file and old.status != "T"
        before = self._read(found.own, old.path, old.old_id, is_file=is_file) if old else None
        return _compared(before, after)

    def _frozen_outcome(self, found: Stretch, releases: Sequence[str]) -> _Outcome:
        latest = next((change for change in reversed(found.frozen) if change.new_id), None)
        step = self._read(found.own, latest.path, latest.new_id, is_file=latest.is_file) if latest else None
        return _Outcome("release" if releases else "none", [], step, step)

    def _read(self, own: Own, path: str, object_id: str | None, *, is_file: bool) -> Step:
        shown = own.shown(path)
        if not is_file or object_id is None:
            return Step(shown, "", None, (Problem(InvalidFile.code, "is a link or a submodule", shown),))
        found = self._known.get((path, object_id))
        if found is None:
            found = self._known[path, object_id] = self._parse(own.name, shown, object_id)
        return found

    def _parse(self, name: str, path: str, object_id: str) -> Step:
        try:
            source = decode_utf8(next(self._repository.read([object_id], limit=MAX_FILE_BYTES)), path)
        except TooLarge:
            too_large = Problem(InvalidFile.code, f"is larger than {MAX_FILE_BYTES:,} bytes", path)
            return Step(path, "", None, (too_large,))
        except InvalidFile as error:
            return Step(path, "", None, error.problems)
        digest = text_digest(source.text)
        try:
            return Step(path, digest, read_head(source, name, self._scan))
        except InvalidFile as error:
            return Step(path, digest, None, error.problems)


def _version(own: Own, change: Change) -> str:
    return str(own.frozen_version(change.path))


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
