"""What a syntax tree says about its names: which are assigned, which are macros, and which loop a `loop` belongs to.

All walks are iterative, because a tree that is too deep must be refused and not crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes

__all__ = ["Facts", "child_expressions", "collect", "depth_of", "walk"]


class Facts(NamedTuple):
    """Names of one tree. `assigned` maps a name to the nodes that its values come from.

    `set_names` are the names that get a value from anything but a loop. `loop_of` gives, by the id of a `loop` name
    node, the loop that it stands for.
    """

    macros: dict[str, nodes.Macro]
    duplicates: tuple[nodes.Macro, ...]
    assigned: dict[str, list[nodes.Node]]
    set_names: frozenset[str]
    callers: tuple[nodes.CallBlock, ...]
    calls: tuple[nodes.Call, ...]
    loop_of: dict[int, nodes.For]


def walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """A node and everything below it, in source order."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(list(here.iter_child_nodes())))


def collect(tree: nodes.Node) -> Facts:
    """Gather the facts of a tree."""
    macros: dict[str, nodes.Macro] = {}
    duplicates: list[nodes.Macro] = []
    assigned: dict[str, list[nodes.Node]] = {}
    set_names: set[str] = set()
    everything = list(walk(tree))
    for node in everything:
        for name, source in _assignments(node):
            assigned.setdefault(name, []).append(source)
            if not isinstance(node, nodes.For):
                set_names.add(name)
        if isinstance(node, nodes.Macro):
            if node.name in macros:
                duplicates.append(node)
            macros.setdefault(node.name, node)
    return Facts(
        macros,
        tuple(duplicates),
        assigned,
        frozenset(set_names),
        tuple(node for node in everything if isinstance(node, nodes.CallBlock)),
        tuple(node for node in everything if isinstance(node, nodes.Call)),
        dict(_loops(tree)),
    )


def _loops(tree: nodes.Node) -> Iterator[tuple[int, nodes.For]]:
    stack: list[tuple[nodes.Node, nodes.For | None]] = [(tree, None)]
    while stack:
        node, loop = stack.pop()
        if isinstance(node, nodes.Name) and node.name == "loop" and loop is not None:
            yield id(node), loop
        if isinstance(node, nodes.For):
            stack.extend((part, loop) for part in node.iter_child_nodes(exclude=("body",)))
            stack.extend((part, node) for part in node.body)
        else:
            stack.extend((part, loop) for part in node.iter_child_nodes())


def _assignments(node: nodes.Node) -> Iterator[tuple[str, nodes.Node]]:
    """Each name that a node gives a value, with the node that the value comes from."""
    if isinstance(node, nodes.Assign):
        yield from ((name, node.node) for name in _targets(node.target))
    elif isinstance(node, nodes.AssignBlock):
        yield from ((name, node) for name in _targets(node.target))
    elif isinstance(node, nodes.For):
        yield from ((name, node.iter) for name in _targets(node.target))
    elif isinstance(node, nodes.With):
        for target, value in zip(node.targets, node.values, strict=True):
            yield from ((name, value) for name in _targets(target))
    elif isinstance(node, nodes.Macro | nodes.CallBlock):
        for argument in node.args:
            yield argument.name, nodes.Const(None)
        for argument, default in zip(reversed(node.args), reversed(node.defaults), strict=False):
            yield argument.name, default


def _targets(target: nodes.Node) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, nodes.Name):
            yield node.name


def child_expressions(node: nodes.Node) -> Iterator[nodes.Expr]:
    """The expressions directly below a node."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Expr):
            yield child
        elif isinstance(child, nodes.Helper):
            yield from child_expressions(child)


def depth_of(expression: nodes.Node) -> int:
    """How deep an expression is nested; a lone name has depth 1."""
    deepest = 0
    stack = [(expression, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        step = 0 if isinstance(node, nodes.Helper) else 1
        stack.extend((child, depth + step) for child in node.iter_child_nodes())
    return deepest
