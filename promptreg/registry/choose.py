"""Choosing versions: the first assignment of heads and releases, in order of preference, that fulfils every ref."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.errors import InvalidFile, LimitExceeded, UnsatisfiableRef
from promptreg.model.component import Component, Use
from promptreg.model.ref import Constraint
from promptreg.model.version import Version
from promptreg.registry.chains import MAX_CHAIN
from promptreg.registry.heads import Head
from promptreg.registry.store import Store

__all__ = ["MAX_ATTEMPTS", "asks_for_release", "candidates", "choose"]

MAX_ATTEMPTS = 2_000
"""Assignments tried before the search gives up; a registry that needs more has no readable answer."""


def choose(root: Head, store: Store) -> dict[str, Component] | None:
    """A component for every name below `root` so that all refs fit, or None when there is no such choice.

    A name is its head where that fits every ref: what somebody is writing is never passed over for an older version
    that happens to work. Otherwise it is a release. Names are met depth first in document order, and for each the head
    is tried first, then the releases, highest first; the answer is the first complete assignment in that order
    (chronological backtracking), so it depends on nothing but the refs and the versions there are.

    Raises LimitExceeded after MAX_ATTEMPTS assignments.
    """
    return _Search(root, store).run({})


def candidates(name: str, wish: Constraint, store: Store, *, strict: bool = False) -> Iterator[Component]:
    """The components of a name that fit a ref: the head, then the releases from the highest down.

    There is none for a broken head: that is an error, never a reason to take an older version. Nor is a release that
    was lost or spoilt: with `strict`, IntegrityError is raised when its turn comes; otherwise it is passed over.
    """
    if name in store.broken:
        return
    head = store.heads.get(name)
    if isinstance(head, Component) and wish.allows(head.version):
        yield head
    for version in store.releases.released(name):
        if wish.allows(version):
            found = _release(name, version, store)
            if found is not None:
                yield found
            elif strict and store.releases.has_lock():
                store.releases.verified(name, version)


def _release(name: str, version: Version, store: Store) -> Component | None:
    try:
        found = store.releases.head(name, version)
    except (InvalidFile, UnsatisfiableRef):
        return None
    return found if isinstance(found, Component) else None


def asks_for_release(use: Use, store: Store) -> bool:
    """Whether a ref names one exact version that is released, and the head of that number is something else."""
    exact = use.ref.constraint.exact
    if exact is None:
        return False
    head = store.heads.get(use.ref.name)
    if head is not None and head.version == exact and store.is_clean(head):
        return False
    return exact in store.releases.released(use.ref.name)


def _fits(use: Use, found: Component, store: Store) -> bool:
    """Whether a component may stand for a ref."""
    if found.kind == "examples" and not use.key:
        return False
    return use.ref.constraint.allows(found.version) and (found.frozen or not asks_for_release(use, store))


class _Search:
    def __init__(self, root: Head, store: Store) -> None:
        self.root = root
        self.store = store
        self.left = MAX_ATTEMPTS
        self.universe: dict[str, list[Use]] | None = None

    def run(self, chosen: dict[str, Component]) -> dict[str, Component] | None:
        """A complete assignment that extends `chosen`, or None."""
        self.left -= 1
        if self.left < 0 or len(chosen) > MAX_CHAIN * 5:
            message = f"gave up looking for versions that fulfil all refs of {self.root.name}: too many combinations"
            raise LimitExceeded(message, limit="choices of versions", allowed=MAX_ATTEMPTS)
        gap = self._gap(chosen)
        if gap is None:
            return chosen if self._takes_heads(chosen) else None
        if gap is _CLASH:
            return None
        name, wish = gap
        for candidate in candidates(name, wish, self.store, strict=True):
            if candidate.frozen and not self._may_pass_over(name):
                return None
            found = self.run({**chosen, name: candidate})
            if found is not None:
                return found
        return None

    def _takes_heads(self, chosen: dict[str, Component]) -> bool:
        """Whether no release stands where the head would have fitted every ref."""
        uses: dict[str, list[Use]] = {}
        for user in (self.root, *chosen.values()):
            for use in user.uses:
                uses.setdefault(use.ref.name, []).append(use)
        return not any(found.frozen and self._head_fits(name, uses[name]) for name, found in chosen.items())

    def _head_fits(self, name: str, uses: list[Use]) -> bool:
        head = self.store.heads.get(name)
        return isinstance(head, Component) and all(_fits(use, head, self.store) for use in uses)

    def _may_pass_over(self, name: str) -> bool:
        """Whether any version of anything below the root has a ref that the head of `name` does not fit.

        Without this look ahead, one misspelt ref in a head would be met again under every combination of releases.
        """
        if self.universe is None:
            self.universe = self._all_uses()
        return not self._head_fits(name, self.universe.get(name, []))

    def _all_uses(self) -> dict[str, list[Use]]:
        uses: dict[str, list[Use]] = {}
        left: list[Head] = [self.root]
        while left:
            for use in left.pop().uses:
                if use.ref.name not in uses:
                    left += candidates(use.ref.name, Constraint(""), self.store)
                uses.setdefault(use.ref.name, []).append(use)
        return uses

    def _gap(self, chosen: dict[str, Component]) -> tuple[str, Constraint] | None:
        """The first name that is met without a choice, None when all are chosen, _CLASH when a ref does not fit."""
        stack: list[tuple[Head, Iterator[Use]]] = [(self.root, iter(self.root.uses))]
        names = {self.root.name}
        done: set[str] = set()
        while stack:
            head, uses = stack[-1]
            use = next(uses, None)
            if use is None:
                stack.pop()
                names.discard(head.name)
                done.add(head.name)
                continue
            name, wish = use.ref.name, use.ref.constraint
            if name in names or len(stack) > MAX_CHAIN:
                return _CLASH
            target = chosen.get(name)
            if target is None:
                return name, wish
            if not _fits(use, target, self.store):
                return _CLASH
            if name not in done:
                names.add(name)
                stack.append((target, iter(target.uses)))
        return None


_CLASH: tuple[str, Constraint] = ("", Constraint("clash"))
