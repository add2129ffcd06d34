"""Why no choice of versions fulfils the refs below a head: the refs at fault, and the chains that led there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from promptreg.errors import PromptregError, UnsatisfiableRef, VersionConflict
from promptreg.model.component import Component
from promptreg.model.ref import Constraint
from promptreg.model.version import Version
from promptreg.registry.chains import Chain, Walk, arrows, refused, via
from promptreg.registry.choose import asks_for_release, candidates
from promptreg.registry.heads import Head
from promptreg.registry.store import Store

__all__ = ["explain"]

_ROUNDS = 20
"""Readings of the refs until the versions they ask for no longer change; two are usual."""


def explain(root: Head, store: Store) -> list[PromptregError]:
    """What is wrong below a head for which there is no choice of versions; never empty.

    Each name is given the first version that fits all refs to it, until that changes nothing; what is then wrong is
    told. Where nothing is, but versions that fit have refs that exclude each other, one of these pairs is told.
    """
    picks: dict[str, Component] = {}
    walk = Walk(lambda name: picks[name] if name in picks else _first(name, store))
    for _ in range(_ROUNDS):
        walk = Walk(walk.lookup)
        walk.down(root)
        found = {name: _fitting(name, chains, store) for name, chains in walk.wishes.items()}
        better = {name: item for name, item in found.items() if item is not None and item is not walk.lookup(name)}
        if not better:
            break
        picks.update(better)
    errors = [*walk.errors, *(error for target in walk.wishes for error in _judge(target, walk.wishes[target], store))]
    return errors or [_unfulfilled(root, walk.wishes, store)]


def _first(name: str, store: Store) -> Component:
    """The head of a name, else its highest release; raises UnknownName, or the errors of its file."""
    if name not in store.heads and name not in store.broken:
        found = next(candidates(name, Constraint(""), store), None)
        if found is not None:
            return found
    return store.component(name)


def _fitting(name: str, chains: list[Chain], store: Store) -> Component | None:
    """The first version that fits every ref."""
    uses = [chain[-1].use for chain in chains]
    for found in candidates(name, Constraint(""), store):
        fits = all(use.ref.constraint.allows(found.version) for use in uses)
        if fits and (found.frozen or not any(asks_for_release(use, store) for use in uses)):
            return found
    return None


def _judge(target: str, chains: list[Chain], store: Store) -> Iterator[PromptregError]:
    """What is wrong with the refs to one component: each that no version fits, or that excludes another, once."""
    if _fitting(target, chains, store) is not None:
        return
    held = _held(target, store)
    holds = f"the registry holds {_listed(held)}"
    told: set[Chain] = set()
    for chain in chains:
        wish = chain[-1].use.ref.constraint
        near = f"{target}@^{_nearest(wish, held).major}"
        if wish.label is not None:
            message = f"labels are for entry points only; name a version or a range here{via(chain)}"
            yield refused(UnsatisfiableRef, chain, message, near)
            continue
        fits = any(wish.allows(version) for version in held)
        rival = _rival(chain, chains, held if fits else None)
        if rival is not None and chain not in told:
            told.add(rival)
            both = f"{arrows(chain)} ({chain[-1].place}), but {arrows(rival)} ({rival[-1].place})"
            message = f"two chains want different versions of {target}: {both}; {holds}"
            yield refused(VersionConflict, chain, message, near)
        elif not fits and rival is None:
            message = f"no version of {target} fits {chain[-1].use.text}; {holds}{via(chain)}"
            yield refused(UnsatisfiableRef, chain, message, near)


def _held(target: str, store: Store) -> list[Version]:
    """The versions of a name, the head first, then the releases from the highest."""
    return list(dict.fromkeys(found.version for found in candidates(target, Constraint(""), store)))


def _listed(held: list[Version]) -> str:
    more = f" and {len(held) - 6} older ones" if len(held) > 6 else ""
    return ", ".join(map(str, held[:6])) + more


def _nearest(wish: Constraint, held: list[Version]) -> Version:
    """The version that is least far from what was asked for; the first of those that are equally far."""
    low = wish.low
    if low is None:
        return held[0]
    return min(
        held, key=lambda item: (abs(item.major - low.major), abs(item.minor - low.minor), abs(item.patch - low.patch))
    )


def _rival(chain: Chain, chains: Iterable[Chain], held: list[Version] | None) -> Chain | None:
    """The first chain that excludes `chain`: of the versions held, or of all versions that there could be."""
    wish = chain[-1].use.ref.constraint
    for other in chains:
        rival = other[-1].use.ref.constraint
        if rival.label is not None:
            continue
        if held is None:
            if not wish.meets(rival):
                return other
        elif any(rival.allows(item) for item in held) and not any(wish.allows(v) and rival.allows(v) for v in held):
            return other
    return None


def _unfulfilled(root: Head, wishes: Mapping[str, list[Chain]], store: Store) -> PromptregError:
    """The error where each name has a version that fits, and the refs of these exclude each other."""
    for chains in wishes.values():
        for chain in chains:
            if asks_for_release(chain[-1].use, store):
                message = f"{arrows(chain)} means the release, which the other refs of {root.name} do not fit"
                return refused(VersionConflict, chain, message)
    first = next(iter(wishes.values()))[0]
    return refused(VersionConflict, first[:1], f"no choice of versions fulfils all refs of {root.name}")
