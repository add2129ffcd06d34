"""How much work a piece of template is, counted once when it is compiled and charged whenever it runs."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

__all__ = ["weight_of"]

_NODE = 2
_PIECE = 8


def weight_of(parts: Iterable[nodes.Node]) -> int:
    """Units of work for running the parts once, without the passes of loops and the bodies of macros in them."""
    weight = 0
    stack = list(parts)
    while stack:
        node = stack.pop()
        weight += _NODE
        if isinstance(node, nodes.Output):
            weight += _PIECE * len(node.nodes)
        if isinstance(node, nodes.For):
            stack.extend([node.iter, *node.else_])
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            weight += _PIECE
        else:
            stack.extend(node.iter_child_nodes())
    return weight
