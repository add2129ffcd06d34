"""Verifying the releases of a registry: everything that can be computed from the frozen files is, and compared.

Offline, and for reading only. What is wrong with one release is in `recheck`; here are the names, labels and strays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from promptreg.errors import IntegrityError, InvalidFile, Problem
from promptreg.model.kinds import KINDS, TEXT_KINDS
from promptreg.model.lock import Key, LockEntry
from promptreg.registry.labels import pointless
from promptreg.registry.recheck import Recheck
from promptreg.registry.selected import select, versions_by_name
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


def verify(store: Store, refs: Collection[str] | str = ()) -> Verified:
    """Check the releases that `refs` name and all that these are pinned to; every release without refs.

    A lock that cannot be trusted is the only fault that is told, because nothing can be compared with it. Raises
    what `select` does for refs that name no release.
    """
    try:
        lock = store.releases.lock
    except IntegrityError as error:
        return Verified(0, 0, 0, 0, error.problems)
    frozen = ((name, version) for name in store.releases.names() for version in store.releases.versions(name))
    known = versions_by_name((*lock, *frozen))
    wanted = {(one.ref.name, version) for one in select(refs, store, known) for version in one.versions}
    names = {name for name, _ in wanted}
    entries = _chosen(lock.values(), wanted) if refs else list(lock.values())
    parts = {entry.name for entry in entries} - names
    found = release_faults(Recheck(store), entries)
    found += (stray for key, stray in strays(store) if not refs or key in wanted or key[0] in parts)
    labels, pointless = _labels(store, names)
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


def _chosen(entries: Collection[LockEntry], wanted: Collection[Key]) -> list[LockEntry]:
    """The wanted entries, and those of the releases that they are pinned to."""
    pins = (pin for entry in entries if entry.key in wanted for pin in entry.pins)
    keys = {*wanted, *((pin.name, pin.version) for pin in pins)}
    return [entry for entry in entries if entry.key in keys]


def strays(store: Store) -> Iterator[tuple[Key, Problem]]:
    """The frozen files that no lock entry vouches for, each with the release that its place gives."""
    lock = store.releases.lock
    for name, files in store.tree.frozen().items():
        for file_name, item in files.items():
            key = frozen_key(file_name)
            assert key is not None
            version, suffix = key
            entry = lock.get((name, version))
            if entry is None:
                message = f"the lock has no entry for {name}@{version}"
            elif not _belongs(suffix, entry):
                message = f"is no file of {entry}: the lock knows another one"
            else:
                continue
            yield (name, version), Problem(IntegrityError.code, message, item.path)


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
