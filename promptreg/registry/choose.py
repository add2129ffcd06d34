"""Choosing versions: the first assignment of heads and releases, in order of preference, that fulfils every ref."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.errors import InvalidFile, UnsatisfiableRef
from promptreg.model.component import Component, Use
from promptreg.model.ref import Constraint
from promptreg.registry.chains import MAX_CHAIN
from promptreg.registry.heads import Head
from promptreg.registry.store import Store

__all__ = ["MAX_ATTEMPTS", "asks_for_release", "choose"]

MAX_ATTEMPTS = 20_000
"""Assignments tried before the search gives up; a registry that needs more has no readable answer."""


def choose(root: Head, store: Store) -> dict[str, Component] | None:
    """A component for every name below `root` so that all refs fit, or None when there is no such choice.

    Names are met depth first in document order. For each, its head is tried first if it fits, then the releases that
    fit, highest first. The answer is the first complete assignment in that order (chronological backtracking), so it
    depends on nothing but the refs and the versions there are.
    """
    return _Search(root, store).run({})


def asks_for_release(use: Use, store: Store) -> bool:
    """Whether a ref names one exact version that is released, and the head of that number is something else."""
    exact = use.ref.constraint.exact
    if exact is None or not store.releases.holds(use.ref.name, exact):
        return False
    head = store.heads.get(use.ref.name)
    return head is None or head.version != exact or not store.is_clean(head)


class _Search:
    def __init__(self, root: Head, store: Store) -> None:
        self.root = root
        self.store = store
        self.left = MAX_ATTEMPTS

    def run(self, chosen: dict[str, Component]) -> dict[str, Component] | None:
        """A complete assignment that extends `chosen`, or None."""
        self.left -= 1
        if self.left < 0 or len(chosen) > MAX_CHAIN * 5:
            return None
        gap = self._gap(chosen)
        if gap is None:
            return chosen
        if gap is _CLASH:
            return None
        name, wish = gap
        for candidate in self._candidates(name, wish):
            found = self.run({**chosen, name: candidate})
            if found is not None:
                return found
        return None

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
            if target.kind == "examples" and not use.key:
                return _CLASH
            if not wish.allows(target.version) or (asks_for_release(use, self.store) and not target.frozen):
                return _CLASH
            if name not in done:
                names.add(name)
                stack.append((target, iter(target.uses)))
        return None

    def _candidates(self, name: str, wish: Constraint) -> Iterator[Component]:
        if name in self.store.broken:
            return  # a broken head is an error, never a reason to take an older version
        head = self.store.heads.get(name)
        if isinstance(head, Component) and wish.allows(head.version):
            yield head
        for version in self.store.releases.versions(name):
            if wish.allows(version):
                try:
                    found = self.store.releases.head(name, version)
                except (InvalidFile, UnsatisfiableRef):
                    continue
                if isinstance(found, Component):
                    yield found


_CLASH: tuple[str, Constraint] = ("", Constraint("clash"))
