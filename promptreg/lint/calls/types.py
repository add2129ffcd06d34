"""What type a value has, as far as the file says it: the JSON Schema type of an input that would hold it."""

from __future__ import annotations

import ast

from promptreg.lint.calls.scopes import Scope
from promptreg.lint.calls.values import Resolver

__all__ = ["ends_in_text", "is_pure", "type_of"]

_ANNOTATIONS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_BUILTINS = {"str": "string", "repr": "string", "format": "string", "input": "string", "len": "integer",
             "int": "integer", "ord": "integer", "float": "number", "bool": "boolean"}  # fmt: skip
_TEXT_METHODS = ("strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "replace", "format", "join",
                 "casefold", "removeprefix", "removesuffix", "center", "ljust", "rjust", "zfill")  # fmt: skip
_TEXT_FUNCTIONS = ("json.dumps", "textwrap.dedent", "textwrap.fill", "textwrap.indent", "inspect.cleandoc")


def type_of(node: ast.AST | None, scope: Scope, resolver: Resolver, depth: int = 0) -> str | None:
    """string, integer, number or boolean, where annotations (which are believed) or the code itself say so."""
    if node is None or depth > 8:
        return None
    if isinstance(node, ast.JoinedStr):
        return "string"
    if isinstance(node, ast.Constant):
        return _ANNOTATIONS.get(type(node.value).__name__)
    if isinstance(node, ast.Name):
        return _of_name(node, scope, resolver, depth)
    if isinstance(node, ast.Call):
        return _of_call(node, scope, resolver, depth)
    if isinstance(node, ast.IfExp):
        kinds = {type_of(one, scope, resolver, depth + 1) for one in (node.body, node.orelse)}
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        left = type_of(node.left, scope, resolver, depth + 1)
        return "string" if left == "string" else None
    return None


def _of_name(node: ast.Name, scope: Scope, resolver: Resolver, depth: int) -> str | None:
    home, bindings = resolver.bindings(node.id, scope)
    kinds = set()
    for binding in bindings:
        kind = None
        if binding.annotation is not None:
            kind = _annotated(binding.annotation, resolver, binding.scope)
        elif binding.kind in ("value", "grown"):
            kind = type_of(binding.node, binding.scope, resolver, depth + 1)
        kinds.add(kind)
    return kinds.pop() if home is not None and len(kinds) == 1 else None


def _annotated(node: ast.expr, resolver: Resolver, scope: Scope) -> str | None:
    """The type that an annotation names; text annotations are read, `X | None` is not `X`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        word = node.value.strip()
    else:
        word = node.id if isinstance(node, ast.Name) else ""
    return _ANNOTATIONS.get(word) if scope.home(word) is None else None


def _of_call(node: ast.Call, scope: Scope, resolver: Resolver, depth: int) -> str | None:
    function = node.func
    if isinstance(function, ast.Name) and scope.home(function.id) is None:
        return _BUILTINS.get(function.id)
    if isinstance(function, ast.Attribute) and function.attr in _TEXT_METHODS:
        return "string" if type_of(function.value, scope, resolver, depth + 1) == "string" else None
    return "string" if resolver.path(function, scope) in _TEXT_FUNCTIONS else None


def ends_in_text(node: ast.expr, scope: Scope, resolver: Resolver) -> bool:
    """Whether the text of a value surely does not end with a line end."""
    if isinstance(node, ast.Constant):
        return not str(node.value).endswith(("\n", "\r"))
    if type_of(node, scope, resolver) in ("integer", "number", "boolean"):
        return True
    if isinstance(node, ast.JoinedStr) and node.values:
        last = node.values[-1]
        return isinstance(last, ast.Constant) and ends_in_text(last, scope, resolver)
    if isinstance(node, ast.IfExp):
        return all(ends_in_text(one, scope, resolver) for one in (node.body, node.orelse))
    if isinstance(node, ast.Name):
        home, bindings = resolver.bindings(node.id, scope)
        return home is not None and all(
            one.kind == "value" and isinstance(one.node, ast.expr) and ends_in_text(one.node, one.scope, resolver)
            for one in bindings
        )
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("strip", "rstrip") and not node.args:
        return type_of(function.value, scope, resolver) == "string"
    return resolver.path(function, scope) == "json.dumps"


def is_pure(node: ast.expr) -> bool:
    """Whether it makes no difference how often and when an expression is worked out: names, their parts, literals."""
    if isinstance(node, ast.Name | ast.Constant):
        return True
    if isinstance(node, ast.Attribute):
        return is_pure(node.value)
    return isinstance(node, ast.Subscript) and is_pure(node.value) and isinstance(node.slice, ast.Constant | ast.Name)
