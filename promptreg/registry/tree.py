"""Trees for people: what a component or prompt is made of, and what is made with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from promptreg.errors import LimitExceeded
from promptreg.model.component import Use
from promptreg.model.version import Version
from promptreg.registry.chains import MAX_CHAIN
from promptreg.registry.heads import Head
from promptreg.registry.resolve import Closure
from promptreg.registry.store import Store

__all__ = ["MAX_NODES", "Node", "above", "below"]

MAX_NODES = 100_000
"""A tree repeats what is used twice, so a few components can make one that nobody could print."""


class Node(NamedTuple):
    """One node of a dependency tree; `ref` is the wish that led here, None at the root."""

    name: str
    kind: str
    version: str
    ref: str | None
    children: tuple[Node, ...]


def below(closure: Closure) -> Node:
    """What the root of a closure is made of; raises LimitExceeded for a tree too large."""
    heads: list[Head] = [closure.root, *closure.members.values()]
    parts: dict[str, list[tuple[Head, str]]] = {
        head.name: [(closure.members[use.ref.name], use.text) for use in head.uses] for head in heads
    }
    shown = {closure.pin.name: closure.pin.shown, **{name: pin.shown for name, pin in closure.pins.items()}}
    return _Planter(closure.root.name, parts, shown).plant(closure.root, None, (closure.root.name,))


def above(head: Head, around: Iterable[Head], store: Store, *, fitting: bool = False) -> Node:
    """What among `around` is made with a component or prompt: what uses its name, and users of that.

    With `fitting`, only users whose refs take the version that is used. Circles are cut where they close. Raises
    LimitExceeded for a tree too large.
    """
    users: dict[str, list[tuple[Head, str]]] = {}
    by_name = {user.name: user for user in around}
    versions = {name: user.version for name, user in by_name.items()} | {head.name: head.version}
    for _, user in sorted(by_name.items()):
        misfits = {use.ref.name for use in user.uses if not _fits(use, versions)} if fitting else ()
        for used, text in {use.ref.name: use.text for use in user.uses}.items():
            if used not in misfits:
                users.setdefault(used, []).append((user, text))
    shown = {
        name: str(found.version) if store.is_clean(found) else f"{found.version}+head"
        for name, found in [*by_name.items(), (head.name, head)]
    }
    return _Planter(head.name, users, shown).plant(head, None, (head.name,))


def _fits(use: Use, versions: Mapping[str, Version]) -> bool:
    return use.ref.name in versions and use.ref.constraint.allows(versions[use.ref.name])


class _Planter:
    """Builds one tree along `edges`, and counts its nodes."""

    def __init__(self, root: str, edges: Mapping[str, list[tuple[Head, str]]], shown: Mapping[str, str]) -> None:
        self.root = root
        self.edges = edges
        self.shown = shown
        self.count = 0

    def plant(self, head: Head, ref: str | None, path: tuple[str, ...]) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            self._refuse(f"has more than {MAX_NODES:,} nodes", "nodes of a tree", MAX_NODES)
        if len(path) > MAX_CHAIN + 1:
            self._refuse(f"has a chain of more than {MAX_CHAIN} refs", "chain of refs", MAX_CHAIN)
        edges = self.edges.get(head.name, [])
        children = tuple(
            self.plant(other, text, (*path, other.name)) for other, text in edges if other.name not in path
        )
        return Node(head.name, head.kind, self.shown[head.name], ref, children)

    def _refuse(self, reason: str, limit: str, allowed: int) -> None:
        raise LimitExceeded(f"the tree of {self.root} {reason}", limit=limit, allowed=allowed)
