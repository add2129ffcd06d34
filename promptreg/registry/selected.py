"""Which releases refs name, for commands that look at releases and never at heads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from promptreg.errors import UnknownName, nearest
from promptreg.model.ref import Ref
from promptreg.model.version import Version
from promptreg.registry.entry import no_version_fits, parse_ref
from promptreg.registry.labels import pointless
from promptreg.registry.store import Store

__all__ = ["Selected", "select", "versions_by_name"]


class Selected(NamedTuple):
    """A ref and the releases that it names: all that fit a name or a range, all versions that a label points to."""

    ref: Ref
    versions: frozenset[Version]

    @property
    def meant(self) -> frozenset[Version]:
        """The releases that would be used: of a name or a range only the highest."""
        wish = self.ref.constraint
        return self.versions if wish.label is not None or wish.exact is not None else frozenset((max(self.versions),))


def select(refs: Collection[str] | str, store: Store, known: Mapping[str, Collection[Version]]) -> list[Selected]:
    """The releases among `known` that refs name, ref by ref.

    Raises UnknownName for what is no ref, a name without a release and a label that does not name it,
    UnsatisfiableRef with the nearest version when none fits, IntegrityError for a label that points to nothing.
    """
    return [_select(parse_ref(ref), store, known) for ref in ([refs] if isinstance(refs, str) else refs)]


def versions_by_name(keys: Iterable[tuple[str, Version]]) -> dict[str, set[Version]]:
    """The versions of each name."""
    found: dict[str, set[Version]] = {}
    for name, version in keys:
        found.setdefault(name, set()).add(version)
    return found


def _select(ref: Ref, store: Store, known: Mapping[str, Collection[Version]]) -> Selected:
    versions = known.get(ref.name)
    if not versions:
        raise UnknownName.at(f"{ref.name} has no release", suggestion=nearest(ref.name, known))
    label = ref.constraint.label
    if label is None:
        fitting = frozenset(version for version in versions if ref.constraint.allows(version))
        if not fitting:
            raise no_version_fits(ref, sorted(versions, reverse=True))
        return Selected(ref, fitting)
    store.labels.pick(label, ref.name, key="")  # raises what is wrong with the label
    labelled = store.labels.table[label][ref.name]
    for version, _ in labelled.shares:
        if version not in versions:
            raise pointless(label, ref.name, version, labelled.place)
    return Selected(ref, frozenset(version for version, _ in labelled.shares))
