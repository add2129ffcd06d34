"""Repairing the lock after a merge: the releases of both sides, as far as the frozen files bear them out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from promptreg.errors import IntegrityError, InvalidFile, Problem, UnsatisfiableRef, WriteFailed
from promptreg.model.digest import text_digest
from promptreg.model.lock import LockEntry, lock_text
from promptreg.model.lock_merge import Merged, Stated, merge_lock
from promptreg.registry.atomic import locked, replace_file
from promptreg.registry.read_component import Scan
from promptreg.registry.recheck import Recheck
from promptreg.registry.releases import Releases, lock_source
from promptreg.registry.source_tree import LOCK, FolderTree
from promptreg.registry.store import Store, frozen_reader, load_store
from promptreg.registry.verify import release_faults, strays
from promptreg.registry.walk import shown_path

__all__ = ["Repaired", "repair_lock"]

_HINT = (
    "hint: nothing was written. A release that does not fit was made with the other side of one that both had: delete "
    "its line and its frozen file, and release it again under the next number."
)


class Repaired(NamedTuple):
    """The lock by its path for people, how many releases it holds, and how many came from one side of a merge alone.

    `is_changed` is false where there was nothing to repair.
    """

    path: str
    releases: int
    sides: Mapping[str, int]
    is_changed: bool


def repair_lock(tree: FolderTree, scan: Scan) -> Repaired:
    """Put the releases of both sides of a merge into the lock; nothing is done to one that is as it should be.

    Every entry is checked against its frozen file, and every frozen file must have an entry. Waits for other writers.

    Raises IntegrityError for releases that the sides tell differently, entries that the frozen files do not bear out
    and a lock that is lost; WriteFailed when the disk refuses. The lock is then as it was.
    """
    if not os.path.isdir(tree.registry):
        tree.listing()  # says what is wrong with the folder
    with locked(tree.registry):
        store = load_store(tree, scan)
        try:
            known = store.releases.lock
            return Repaired(shown_path(os.path.join(tree.registry, LOCK), tree.root), len(known), {}, is_changed=False)
        except IntegrityError:
            source = lock_source(tree)
            if source is None:
                raise
        merged = merge_lock(source.text, source.path)
        union = Releases(tree, frozen_reader(scan), merged.entries)
        union.lock_path = source.path
        _check(merged, store, union)
        _write(tree, merged.entries.values(), source.path)
        return Repaired(source.path, len(merged.entries), merged.sides, is_changed=True)


def _check(merged: Merged, store: Store, union: Releases) -> None:
    """Raise IntegrityError unless the union is one, and all that is frozen bears it out."""
    disputed = merged.disputed
    if disputed:
        raise IntegrityError(_dispute(stated, union) for stated in disputed)
    candidate = Store(tree=store.tree, heads=store.heads, broken=store.broken, problems=store.problems, releases=union)
    lines = {key: stated[0].line for key, stated in merged.stated.items()}
    problems = release_faults(Recheck(candidate, lines), merged.entries.values())
    problems += (stray for _, stray in strays(candidate))
    if problems:
        error = IntegrityError(dict.fromkeys(problems))
        error.add_note(_HINT)
        raise error


def _dispute(stated: Sequence[Stated], union: Releases) -> Problem:
    """The complaint about a release that the sides of a merge tell differently."""
    first, *others = stated
    told = "".join(f", in line {other.line}{_by(other.side)}" for other in others)
    kept = [str(one.line) for one in stated if _is_frozen(one.entry, union)]
    fits = f"; the frozen file is that of line {kept[0]}" if len(kept) == 1 else ""
    advice = "keep one line and delete the other, take the frozen file of the same side"
    message = f"{first.entry} was released twice, differently: in this line{_by(first.side)}{told}{fits}; {advice}"
    message += ", and release the other text under the next number"
    return Problem(IntegrityError.code, message, union.lock_path, first.line, 1)


def _by(side: str) -> str:
    return f" by {side}" if side else ""


def _is_frozen(entry: LockEntry, union: Releases) -> bool:
    """Whether the frozen file is the one of this entry."""
    try:
        return text_digest(union.source(entry.name, entry.version).text) == entry.file
    except (InvalidFile, UnsatisfiableRef):
        return False


def _write(tree: FolderTree, entries: Iterable[LockEntry], path: str) -> None:
    file = os.path.realpath(os.path.join(tree.registry, LOCK))
    try:
        replace_file(file, lock_text(entries).encode(), mode=stat.S_IMODE(os.stat(file).st_mode))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WriteFailed.at(f"cannot be written: {reason}; the lock is as it was", path=path) from None
