"""Verifying the releases of a registry: everything that can be computed from the frozen files is, and compared.

Offline, and for reading only. What is wrong with one release is in `recheck`; here are the names, labels and strays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from promptreg.errors import IntegrityError, InvalidFile, Problem, UnknownName, nearest
from promptreg.model.kinds import KINDS, TEXT_KINDS
from promptreg.model.lock import Key, LockEntry
from promptreg.registry.labels import pointless
from promptreg.registry.recheck import Recheck
from promptreg.registry.source_tree import frozen_key
from promptreg.registry.store import Store

__all__ = ["Verified", "release_faults", "strays", "verify"]


class Verified(NamedTuple):
    """What was looked at, and every fault with its file and reason; without problems all of it holds."""

    releases: int
    names: int
    files: int
    labels: int
    problems: tuple[Problem, ...]


def verify(store: Store, names: Collection[str] = ()) -> Verified:
    """Check the releases of `names` and all that they are pinned to; every release without names.

    A lock that cannot be trusted is the only fault that is told, because nothing can be compared with it. Raises
    UnknownName for a name without a release.
    """
    try:
        lock = store.releases.lock
    except IntegrityError as error:
        return Verified(0, 0, 0, 0, error.problems)
    known = {name for name, _ in lock} | set(store.releases.names())
    for name in names:
        if name not in known:
            raise UnknownName.at(f"{name} has no release", suggestion=nearest(name, known))
    entries = _chosen(lock.values(), names)
    about = {*names, *(entry.name for entry in entries)} if names else known
    found = [*release_faults(Recheck(store), entries), *strays(store, about)]
    labels, pointless = _labels(store, set(names))
    return Verified(
        releases=len(entries),
        names=len({entry.name for entry in entries}),
        files=len(entries) + sum(entry.schema is not None for entry in entries),
        labels=labels,
        problems=tuple(sorted({*found, *pointless}, key=_place)),
    )


def release_faults(check: Recheck, entries: Iterable[LockEntry]) -> list[Problem]:
    """What is wrong with these releases: with the files of each, then with what each is made of."""
    entries = list(entries)
    found = [problem for entry in entries for problem in check.own_faults(entry)]
    return found + [problem for entry in entries for problem in check.part_faults(entry)]


def _place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.path or "", problem.line or 0, problem.column or 0, problem.message


def _chosen(entries: Iterable[LockEntry], names: Collection[str]) -> list[LockEntry]:
    """The entries of `names` and of the releases that they are pinned to; all without names."""
    found = list(entries)
    if not names:
        return found
    keys: set[Key] = set()
    for entry in found:
        if entry.name in names:
            keys |= {entry.key, *((pin.name, pin.version) for pin in entry.pins)}
    return [entry for entry in found if entry.key in keys]


def strays(store: Store, names: Collection[str] | None = None) -> Iterator[Problem]:
    """The frozen files (of these names) that no lock entry vouches for."""
    lock = store.releases.lock
    for name, files in store.tree.frozen().items():
        for file_name, item in files.items() if names is None or name in names else ():
            key = frozen_key(file_name)
            assert key is not None
            version, suffix = key
            entry = lock.get((name, version))
            if entry is None:
                yield Problem(IntegrityError.code, f"the lock has no entry for {name}@{version}", item.path)
            elif not _belongs(suffix, entry):
                yield Problem(IntegrityError.code, f"is no file of {entry}: the lock knows another one", item.path)


def _belongs(suffix: str, entry: LockEntry) -> bool:
    """Whether a release has a file with this suffix; a kind that there is none of is told elsewhere."""
    if suffix == ".schema.json":
        return entry.schema is not None
    return entry.kind not in KINDS or (suffix == ".md") is (entry.kind in TEXT_KINDS)


def _labels(store: Store, names: Collection[str]) -> tuple[int, list[Problem]]:
    """How many labels these names have (any name, without names), and those that point to no release.

    A labels file that cannot be read is bad input, as it is for every command.
    """
    try:
        table = store.labels.table
    except InvalidFile as error:
        return 0, list(error.problems)
    count = 0
    problems: list[Problem] = []
    for label, labelled in table.items():
        for name, target in labelled.items():
            if not names or name in names:
                count += 1
                for version, _ in target.shares:
                    if (name, version) not in store.releases.lock:
                        problems += pointless(label, name, version, target.place).problems
    return count, problems
