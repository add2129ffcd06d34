"""Releasing: from the request to the disk, one writer at a time.

The order of writing: frozen files, heads with a raised version, the lock. Everything is on disk under temporary names
before the first file gets its own, so a full disk is noticed before anything has changed. Until the lock is replaced,
nothing is released; a frozen file that it does not know is adopted or removed by the next release.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from promptreg.errors import IntegrityError, InvalidFile, Problem, ReleaseRefused, WriteFailed
from promptreg.model.lock import lock_text
from promptreg.registry.atomic import locked, put_new, replace_file, stage, sweep, sync_folder
from promptreg.registry.draft import Draft
from promptreg.registry.read_component import Scan
from promptreg.registry.release_plan import Compile, Request, Step, plan
from promptreg.registry.source_tree import FROZEN, LOCK, FolderTree, FrozenFile
from promptreg.registry.store import load_store
from promptreg.registry.walk import shown_path

__all__ = ["Outcome", "release"]


class Outcome(NamedTuple):
    """What was released (or would be), and the frozen files that were removed because the lock does not know them."""

    steps: tuple[Step, ...]
    removed: tuple[str, ...]
    lock: str


def release(tree: FolderTree, request: Request, scan: Scan, compile_closure: Compile, *, dry_run: bool) -> Outcome:
    """Release heads: freeze a copy of each and of what it is made of, and write the lock entries, all or none.

    Waits for other writers, and reads the registry after them. A dry run waits for nobody and writes nothing.

    Raises ReleaseRefused, the errors of heads, refs and templates, IntegrityError for a lock or release that cannot be
    trusted, WriteFailed when the disk refuses; the registry is then as it was.
    """

    def planned() -> tuple[Draft, Outcome]:
        draft = Draft(tree, load_store(tree, scan), scan)
        steps = plan(draft, request, compile_closure)
        kept = {file.path for step in steps for file in step.files}
        removed = tuple(file.path for file in draft.unknown if file.path not in kept)
        return draft, Outcome(steps, removed, shown_path(os.path.join(tree.registry, LOCK), tree.root))

    if dry_run or not os.path.isdir(tree.registry):  # loading says what is wrong with the folder
        return planned()[1]
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(tree.registry))
            sweep(tree.registry)
        except OSError as error:
            raise _failed(error, tree) from None
        draft, outcome = planned()
        try:
            _Writer(draft, outcome).run()
        except OSError as error:
            raise _failed(error, tree) from None
        return outcome


def _failed(error: OSError, tree: FolderTree) -> WriteFailed:
    reason = (error.strerror or str(error)).lower()
    path = shown_path(error.filename, tree.root) if isinstance(error.filename, str) else None
    return WriteFailed([Problem(WriteFailed.code, f"cannot be written: {reason}; nothing was released", path)])


def _restore(target: str, data: bytes) -> None:
    replace_file(target, data, mode=stat.S_IMODE(os.stat(target).st_mode))


class _Writer:
    """One plan on its way to the disk; undoes what it did when a later step fails."""

    def __init__(self, draft: Draft, outcome: Outcome) -> None:
        self.draft = draft
        self.steps = outcome.steps
        self.tree = draft.tree
        self.real = os.path.realpath(self.tree.registry)
        self.heads = {found.name: os.path.realpath(found.file) for found in self.tree.listing().found}
        self.undo: list[Callable[[], object]] = []

    def run(self) -> None:
        self._check_heads()
        try:
            self._write()
        except BaseException:
            for action in reversed(self.undo):
                with suppress(OSError):
                    action()
            raise

    def _check_heads(self) -> None:
        """The heads must still be what was read: somebody may have saved one in the meantime."""
        for step in self.steps:
            if self.tree.read(self.heads[step.entry.name], step.path) != step.before.encode():
                raise ReleaseRefused.at("was changed while it was being released; release it again", path=step.path)

    def _write(self) -> None:
        lock = os.path.realpath(os.path.join(self.tree.registry, LOCK))  # a link stays a link
        frozen = list(self._frozen())
        raised = [step for step in self.steps if step.text != step.before]
        names = [(self._stage(file, data), file) for file, data in frozen]
        heads = [(self._stage(self.heads[step.entry.name], step.text.encode()), step) for step in raised]
        entries = self._stage(lock, lock_text(self.draft.lock.values()).encode())
        if not os.path.exists(lock):  # so that frozen files without a lock always mean that the lock was lost
            replace_file(lock, lock_text(()).encode())
        self._remove_unknown({file for file, _ in frozen})
        for temporary, file in names:
            put_new(temporary, file)
            self.undo.append(partial(os.unlink, file))
        for folder in dict.fromkeys(os.path.dirname(file) for _, file in names):
            sync_folder(folder)
        for temporary, step in heads:
            target = self.heads[step.entry.name]
            os.replace(temporary, target)
            self.undo.append(partial(_restore, target, step.before.encode()))
            sync_folder(os.path.dirname(target))
        os.replace(entries, lock)
        self.undo.clear()
        with suppress(OSError):  # released it is; only a power cut at once could still undo it
            sync_folder(self.real)

    def _frozen(self) -> Iterator[tuple[str, bytes]]:
        """Frozen files to write; one that a killed release left with these very bytes is adopted as it is."""
        for step in self.steps:
            for file, text in zip(step.files, (step.text, step.schema), strict=False):
                assert text is not None
                data = text.encode()
                if not any(item.path == file.path and self._holds(item, data) for item in self.draft.unknown):
                    yield file.file, data

    def _holds(self, file: FrozenFile, data: bytes) -> bool:
        try:
            return self.tree.read(file.file, file.path) == data
        except InvalidFile:
            return False

    def _remove_unknown(self, replaced: set[str]) -> None:
        kept = {file.path for step in self.steps for file in step.files}
        for item in self.draft.unknown:
            if item.path not in kept or item.file in replaced:
                os.unlink(item.file)

    def _stage(self, target: str, data: bytes) -> str:
        folder = Path(target).parent
        self._make(folder)
        mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else None
        try:
            temporary = stage(target, data, mode)
        except OSError as error:
            error.filename = target  # people do not know the temporary name
            raise
        self.undo.append(lambda: os.unlink(temporary))
        return temporary

    def _make(self, folder: Path) -> None:
        """Make a folder and what is missing above it, inside of the registry.

        A link among the frozen folders is refused wherever it leads: reading does not follow it.
        """
        missing = []
        while not os.path.lexists(folder):
            missing.append(folder)
            folder = folder.parent
        real = os.path.realpath(folder)
        if real != self.real and not real.startswith(self.real + os.sep):
            raise IntegrityError.at("leads out of the registry", path=shown_path(folder, self.tree.root))
        frozen = os.path.join(self.tree.registry, FROZEN)
        if folder.is_relative_to(frozen) and real != os.path.join(self.real, folder.relative_to(self.tree.registry)):
            raise IntegrityError.at("is a link, or behind one", path=shown_path(folder, self.tree.root))
        for path in reversed(missing):
            path.mkdir()
            self.undo.append(path.rmdir)
            sync_folder(str(path.parent))
