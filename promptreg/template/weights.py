"""How much work a piece of template is, counted once when it is compiled and charged whenever it runs."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

__all__ = ["weight_of"]

_NODE = 2
_LITERAL = 8
# a printed value may be a string of its own, of some 60 bytes
_PIECE = 40
# nodes that run as a function call
_CALL = 18
_INCLUDE = 200
_CALLS = (
    *(nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Call, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
)


def weight_of(parts: Iterable[nodes.Node]) -> int:
    """Units of work for running the parts once, without the passes of loops and the bodies of macros in them."""
    weight = 0
    stack = list(parts)
    while stack:
        node = stack.pop()
        weight += _NODE
        if isinstance(node, _CALLS):
            weight += _CALL
        elif isinstance(node, nodes.Include):
            weight += _INCLUDE
        if isinstance(node, nodes.Output):
            weight += sum(_LITERAL if isinstance(c, nodes.TemplateData) else _PIECE for c in node.nodes)
        if isinstance(node, nodes.For):
            stack.extend([node.iter, *node.else_])
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            weight += _CALL
        else:
            stack.extend(node.iter_child_nodes())
    return weight
