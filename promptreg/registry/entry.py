"""Entry refs: what a caller asks for by name, version, range or label, as one version or the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from promptreg.errors import IntegrityError, Problem, PromptregError, UnknownName, UnsatisfiableRef
from promptreg.model.ref import Ref, RefFault
from promptreg.model.version import Version
from promptreg.registry.heads import Head
from promptreg.registry.labels import Pick, pointless
from promptreg.registry.resolve import Closure, resolve_head, resolve_release
from promptreg.registry.store import Store, unknown

__all__ = [
    "Wanted",
    "all_wanted",
    "closure_of",
    "head_of",
    "latest_releases",
    "no_version_fits",
    "parse_ref",
    "wanted",
]


class Wanted(NamedTuple):
    """What an entry ref stands for: a release, or the head when `version` is None; `pick` when a label decided."""

    name: str
    version: Version | None
    pick: Pick | None = None


def parse_ref(ref: str) -> Ref:
    """The ref that a caller wrote; raises UnknownName when it is none."""
    if not isinstance(ref, str):
        raise UnknownName.at(f"a ref is text such as support/reply@^1, not {type(ref).__name__}")
    try:
        return Ref.parse(ref)
    except RefFault as fault:
        raise UnknownName.at(str(fault)) from None


def wanted(ref: Ref, store: Store, *, locked: bool = False, key: str | None = None) -> Wanted:
    """Decide between the head and the releases of a name.

    A bare name or a range takes the head when it fits, else (and always when `locked`) the highest release that fits.
    A version takes its release, or the head of that number while there is none. A label takes the release it points to.

    Raises UnknownName, UnsatisfiableRef, IntegrityError when a label points to nothing, UsageError for a missing key.
    """
    wish = ref.constraint
    if wish.label is not None:
        return _labelled(ref.name, store.labels.pick(wish.label, ref.name, key), store)
    if wish.exact is not None and (ref.name, wish.exact) in store.releases.lock:
        return Wanted(ref.name, wish.exact)
    head = None if locked else store.heads.get(ref.name)
    if head is not None and wish.allows(head.version):
        return Wanted(ref.name, None)
    releases = [version for version in _released(ref.name, store) if wish.allows(version)]
    if releases and not (ref.name in store.broken and not wish.text and not locked):
        return Wanted(ref.name, releases[0])
    if wish.exact is not None and store.releases.holds(ref.name, wish.exact):
        return Wanted(ref.name, wish.exact)  # which fails: the lock does not know it
    raise _nothing_fits(ref, store, locked=locked)


def all_wanted(ref: Ref, store: Store, *, locked: bool = False) -> list[Wanted]:
    """Everything that an entry ref can stand for: all versions of a label that splits by percentages; see `wanted`."""
    label = ref.constraint.label
    labelled = store.labels.table.get(label, {}).get(ref.name) if label is not None else None
    if label is None or labelled is None:
        return [wanted(ref, store, locked=locked)]
    return [_labelled(ref.name, Pick(label, version), store) for version, _ in labelled.shares]


def _labelled(name: str, pick: Pick, store: Store) -> Wanted:
    """The release that a label gave; raises IntegrityError when there is none."""
    if not _is_released(name, pick.version, store):
        raise pointless(pick.label, name, pick.version, store.labels.table[pick.label][name].place)
    return Wanted(name, pick.version, pick)


def _is_released(name: str, version: Version, store: Store) -> bool:
    return store.releases.holds(name, version) or (name, version) in store.releases.lock


def _released(name: str, store: Store) -> list[Version]:
    """The versions of a name that the lock vouches for, highest first; a killed release leaves files without it."""
    return sorted((version for other, version in store.releases.lock if other == name), reverse=True)


def _nothing_fits(ref: Ref, store: Store, *, locked: bool) -> Exception:
    held = _released(ref.name, store)
    if locked and not held and ref.name not in store.heads and ref.name not in store.broken:
        known = [name for name, _ in store.releases.lock]
        return unknown(f'the registry holds nothing named "{ref.name}"', ref.name, known)
    if locked and not held:
        return UnsatisfiableRef.at(f"{ref.name} has no release yet; only releases are used here")
    if not held or not locked:
        head = store.head(ref.name)  # raises the file's own errors, or UnknownName with the nearest name
        held = [head.version, *(version for version in held if version != head.version)]
    return no_version_fits(ref, held)


def no_version_fits(ref: Ref, held: Sequence[Version]) -> PromptregError:
    """The error for a ref that none of the versions in `held` (at least one) fits, with the nearest of them."""
    shown = ", ".join(map(str, held[:6]))
    near = min(held, key=lambda version: _distance(version, ref))
    message = f"no version of {ref.name} fits {ref}; the registry holds {shown}"
    return UnsatisfiableRef.at(message, suggestion=f"{ref.name}@{near}")


def _distance(version: Version, ref: Ref) -> tuple[int, int, int]:
    low = ref.constraint.low or Version(0, 0, 0)
    return abs(version.major - low.major), abs(version.minor - low.minor), abs(version.patch - low.patch)


def latest_releases(store: Store) -> list[Head]:
    """The highest release of every name, checked against the lock; raises IntegrityError with all that differ."""
    highest = dict(sorted(store.releases.lock))  # of one name the last wins
    heads: list[Head] = []
    problems: list[Problem] = []
    for name, version in highest.items():
        try:
            heads.append(store.releases.verified(name, version))
        except IntegrityError as error:
            problems.extend(error.problems)
    if problems:
        raise IntegrityError(problems)
    return heads


def head_of(target: Wanted, store: Store) -> Head:
    """The component or prompt that an entry stands for."""
    if target.version is None:
        return store.head(target.name)
    return store.releases.verified(target.name, target.version)


def closure_of(target: Wanted, store: Store) -> Closure:
    """The closure of an entry: working mode for a head, the pins of the lock for a release."""
    if target.version is None:
        return resolve_head(store.head(target.name), store)
    return resolve_release(target.name, target.version, store)
