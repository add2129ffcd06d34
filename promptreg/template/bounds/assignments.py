"""Everything that a body assigns to a name, and which names can only come from the blocks around their uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes

from promptreg.template.facts import Facts, walk
from promptreg.template.flows import passed_arguments

__all__ = ["Assignment", "Assignments"]


class Assignment(NamedTuple):
    """A target gets `value`: an expression, the body of a set block, or with a `for` the items of its iterable.

    `value` None: nothing, for a parameter that no call passes.
    """

    target: nodes.Node
    value: nodes.Node | None


class Assignments:
    """The assignments of one tree by name."""

    def __init__(self, tree: nodes.Node, facts: Facts) -> None:
        self.by_name: dict[str, list[Assignment]] = {}
        passed = passed_arguments(facts)
        self._set: set[str] = set()
        for node in walk(tree):
            for found in _assignments(node, passed):
                for name in _names(found.target):
                    self.by_name.setdefault(name, []).append(found)
                    if isinstance(node, nodes.Assign | nodes.AssignBlock):
                        self._set.add(name)

    def is_scoped(self, name: str) -> bool:
        """Whether no `set` gives the name a value, so that inside a block which binds it, it has that value."""
        return name not in self._set


def _assignments(node: nodes.Node, passed: dict[str, list[nodes.Node]]) -> Iterator[Assignment]:
    if isinstance(node, nodes.Assign):
        yield Assignment(node.target, node.node)
    elif isinstance(node, nodes.AssignBlock | nodes.For):
        yield Assignment(node.target, node)
    elif isinstance(node, nodes.With):
        yield from map(Assignment, node.targets, node.values)
    elif isinstance(node, nodes.Macro | nodes.CallBlock):
        for argument in node.args:
            for value in passed.get(argument.name, ()):
                yield Assignment(argument, value)
            yield Assignment(argument, None)
        for argument, default in zip(reversed(node.args), reversed(node.defaults), strict=False):
            yield Assignment(argument, default)


def _names(target: nodes.Node) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, nodes.Name):
            yield node.name
