"""Trees for people: what a component or prompt is made of, and what is made with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from promptreg.errors import LimitExceeded
from promptreg.registry.resolve import MAX_CHAIN, resolve
from promptreg.registry.store import Head, Store

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


def below(name: str, store: Store) -> Node:
    """What head `name` is made of; raises the errors of `resolve`, and LimitExceeded for a tree too large."""
    resolve(name, store)
    heads = store.heads.values()
    parts = {head.name: [(store.heads[use.ref.name], use.text) for use in head.uses if use.ref.name in store.heads]
             for head in heads}  # fmt: skip
    return _Planter(name, parts).plant(store.head(name), None, (name,))


def above(name: str, store: Store) -> Node:
    """What is made with head `name`; raises LimitExceeded for a tree too large. Circles are cut where they close."""
    users: dict[str, list[tuple[Head, str]]] = {}
    for _, head in sorted(store.heads.items()):
        for used, text in {use.ref.name: use.text for use in head.uses}.items():
            users.setdefault(used, []).append((head, text))
    return _Planter(name, users).plant(store.head(name), None, (name,))


class _Planter:
    """Builds one tree along `edges`, and counts its nodes."""

    def __init__(self, root: str, edges: Mapping[str, list[tuple[Head, str]]]) -> None:
        self.root = root
        self.edges = edges
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
        return Node(head.name, head.kind, f"{head.version}+head", ref, children)

    def _refuse(self, reason: str, limit: str, allowed: int) -> None:
        raise LimitExceeded(f"the tree of {self.root} {reason}", limit=limit, allowed=allowed)
