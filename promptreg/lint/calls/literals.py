"""The value of an expression that is written out in full, as plain Python data."""

from __future__ import annotations

import ast
from typing import Any, Final

from promptreg.lint.calls.scopes import Scope
from promptreg.lint.calls.values import Resolver

__all__ = ["MISSING", "literal"]


class _Missing:
    __slots__ = ()


MISSING: Final = _Missing()
"""Stands for a value that the file does not say; None is a value."""


def literal(node: ast.expr, scope: Scope, resolver: Resolver, depth: int = 0) -> Any:
    """Text, number, truth value, None, or a list or dict of them; MISSING for what is not literal through and through.

    A name counts where it is bound exactly once, to a text, a number, a truth value or None.
    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _named(node, scope, resolver, depth)
    if isinstance(node, ast.List | ast.Tuple) and depth < 50:
        items = [literal(one, scope, resolver, depth + 1) for one in node.elts]
        return MISSING if MISSING in items else items
    if isinstance(node, ast.Dict) and depth < 50:
        return _dict(node, scope, resolver, depth)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, int | float) and not isinstance(value, bool) else MISSING
    return MISSING


def _named(node: ast.Name, scope: Scope, resolver: Resolver, depth: int) -> Any:
    home, bindings = resolver.bindings(node.id, scope)
    if home is None or len(bindings) != 1 or bindings[0].kind != "value" or depth > 8:
        return MISSING
    inner = bindings[0].node
    if not isinstance(inner, ast.Constant | ast.Name | ast.UnaryOp):
        return MISSING
    return literal(inner, bindings[0].scope, resolver, depth + 1)


def _dict(node: ast.Dict, scope: Scope, resolver: Resolver, depth: int) -> Any:
    found = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = MISSING if key is None else literal(key, scope, resolver, depth + 1)
        item = literal(value, scope, resolver, depth + 1)
        if name is MISSING or item is MISSING or isinstance(name, list | dict):
            return MISSING
        found[name] = item
    return found
