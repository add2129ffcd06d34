"""What an expression of a Python file denotes, as far as the file itself proves it: a dotted path, never a guess.

`OpenAI()` after `from openai import OpenAI` is `openai.OpenAI()`, and a name, an attribute of `self`, a parameter with
an annotation, or a function of the file that returns it is the same. Where two bindings disagree, nothing is known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

from promptreg.lint.calls.scopes import Binding, Scope, Scopes

__all__ = ["REGISTRY", "Resolver", "Value"]

REGISTRY = "promptreg.Registry()"

_SAME = {
    "promptreg.load()": REGISTRY,
    "promptreg.load_bundle()": REGISTRY,
    "promptreg.api.load()": REGISTRY,
    "promptreg.api.load_bundle()": REGISTRY,
    "promptreg.api.Registry()": REGISTRY,
}
_CACHES = ("functools.cache", "functools.lru_cache", "functools.lru_cache()")
_WRAPPERS = ("Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Mapped")


class Value(NamedTuple):
    """A dotted path with `()` for calls and `[]` for items, and the calls that opened it when it is a registry.

    A class or function of the file itself has its scope as `local`; an instance of such a class has a path of `()`.
    """

    path: str
    opened: tuple[tuple[ast.Call, Scope], ...] = ()
    local: Scope | None = None

    def then(self, step: str) -> Value:
        """The value one step further: an attribute, an item or the result of a call."""
        path = self.path + step
        return Value(_SAME.get(path, path), self.opened)


NOTHING = Value("None")


class Resolver:
    """Answers for one file; remembers what it found."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self._found: dict[tuple[int, str], Value | None] = {}
        self._busy: set[int] = set()

    def value(self, node: ast.AST | None, scope: Scope) -> Value | None:
        """What an expression denotes; None when the file does not prove it."""
        if node is None or id(node) in self._busy:
            return None
        reader: Callable[[Resolver, Any, Scope], Value | None] | None = _READERS.get(type(node))
        if reader is None:
            return None
        self._busy.add(id(node))
        try:
            return reader(self, node, scope)
        finally:
            self._busy.discard(id(node))

    def path(self, node: ast.AST | None, scope: Scope) -> str:
        """The dotted path of an expression, empty when it is not known."""
        found = self.value(node, scope)
        return found.path if found is not None and found.local is None else ""

    def bindings(self, name: str, scope: Scope) -> tuple[Scope | None, list[Binding]]:
        """The scope that a name means, and everything that binds it there."""
        home = scope.home(name)
        return home, [] if home is None else home.names[name]

    def _name(self, node: ast.Name, scope: Scope) -> Value | None:
        home, bindings = self.bindings(node.id, scope)
        if home is None:
            return None
        key = (id(home), node.id)
        if key not in self._found:
            self._found[key] = None  # while it is being worked out, a circle knows nothing
            self._found[key] = self._agreed(bindings)
        return self._found[key]

    def _agreed(self, bindings: list[Binding]) -> Value | None:
        """The one value that all bindings give; those to None do not count."""
        found: Value | None = None
        for binding in bindings:
            value = self._bound(binding)
            if value is None:
                return None
            if value == NOTHING:
                continue
            if found is not None and (found.path, found.local) != (value.path, value.local):
                return None
            opened = (*(found.opened if found else ()), *value.opened)
            found = value._replace(opened=opened)
        return found

    def _bound(self, binding: Binding) -> Value | None:
        if binding.annotation is not None:
            declared = self.annotation(binding.annotation, binding.scope)
            if declared is not None and binding.kind == "value":
                return self.value(binding.node, binding.scope) or declared
            if declared is not None:
                return declared
        if binding.kind == "import":
            return Value(binding.path)
        if binding.kind in ("function", "class") and binding.node is not None:
            return Value(binding.kind, local=self.scopes.of[binding.node])
        if binding.kind == "parameter" and isinstance(binding.scope.node, ast.ClassDef):
            return None
        return self.value(binding.node, binding.scope) if binding.kind == "value" else None

    def annotation(self, node: ast.expr, scope: Scope) -> Value | None:
        """An instance of the class that an annotation names; `X | None`, `Optional[X]` and text are understood."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self.annotation(ast.parse(node.value.strip(), mode="eval").body, scope)
            except (SyntaxError, ValueError):
                return None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = [side for side in (node.left, node.right) if not _is_none(side)]
            return self.annotation(sides[0], scope) if len(sides) == 1 else None
        if isinstance(node, ast.Subscript):
            word = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            return self.annotation(inner, scope) if word in _WRAPPERS else None
        found = self.value(node, scope) if isinstance(node, ast.Name | ast.Attribute) else None
        if found is None or found.path == "function":  # a method named like a type hides it in its class
            return None
        return self._called(found)

    def attribute_bindings(self, node: ast.Attribute, scope: Scope) -> list[Binding]:
        """Everything that gives an attribute of `self`, or of a class of this file, its value."""
        owner = self._owner(node, scope)
        if owner is None or owner.local is None or not owner.local.is_class:
            return []
        return [*owner.local.names.get(node.attr, ()), *owner.local.attributes.get(node.attr, ())]

    def _owner(self, node: ast.Attribute, scope: Scope) -> Value | None:
        return self._self(node.value, scope) or self.value(node.value, scope)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value | None:
        owner = self._owner(node, scope)
        if owner is None:
            return None
        if owner.local is None:
            return owner.then(f".{node.attr}")
        return self._member(self.attribute_bindings(node, scope))

    def _self(self, node: ast.expr, scope: Scope) -> Value | None:
        """The instance that the first parameter of a method stands for."""
        if not isinstance(node, ast.Name):
            return None
        home, bindings = self.bindings(node.id, scope)
        if home is None or len(bindings) != 1 or home.parent is None or not home.parent.is_class:
            return None
        if not isinstance(home.node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_static(home.node):
            return None
        first = [*home.node.args.posonlyargs, *home.node.args.args][:1]
        return Value("()", local=home.parent) if first and first[0].arg == node.id else None

    def _member(self, bindings: list[Binding]) -> Value | None:
        """An attribute of a class of this file or of an instance of one: what its body and its methods assign."""
        found = self._agreed(bindings)
        if found is not None and found.path == "function" and found.local is not None and _is_property(found.local):
            return self._returned(found.local)
        return found

    def _call(self, node: ast.Call, scope: Scope) -> Value | None:
        function = self.value(node.func, scope)
        if function is None:
            return None
        if function.path.rpartition(".")[2] == "cast" and len(node.args) == 2:
            return self.annotation(node.args[0], scope)
        found = self._called(function)
        if found is not None and found.path == REGISTRY and not found.opened and function.local is None:
            return found._replace(opened=((node, scope),))
        return found

    def _called(self, function: Value) -> Value | None:
        if function.local is None:
            return function.then("()")
        if function.path == "class":
            return Value("()", local=function.local)
        return self._returned(function.local) if function.path == "function" else None

    def _returned(self, scope: Scope) -> Value | None:
        """What a function of this file gives: what it is annotated with, or what all its returns agree on."""
        node = scope.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or scope.parent is None:
            return None
        for decorator in node.decorator_list:
            known = self.path(decorator, scope.parent)
            if known not in _CACHES and not _is_property(scope) and not _is_static(node):
                return None
        if node.returns is not None:
            declared = self.annotation(node.returns, scope.parent)
            if declared is not None:
                return declared
        returns = [one for one in _own_nodes(node) if isinstance(one, ast.Return)]
        if not returns or any(isinstance(one, ast.Yield | ast.YieldFrom) for one in _own_nodes(node)):
            return None
        return self._agreed([Binding("value", scope, one.value) for one in returns])

    def _inner(self, node: ast.Await | ast.NamedExpr, scope: Scope) -> Value | None:
        return self.value(node.value, scope)

    def _item(self, node: ast.Subscript, scope: Scope) -> Value | None:
        owner = self.value(node.value, scope)
        return owner.then("[]") if owner is not None and owner.local is None else None

    def _either(self, node: ast.IfExp | ast.BoolOp, scope: Scope) -> Value | None:
        """What all branches agree on; of `given or default`, what the branches that are known agree on."""
        if isinstance(node, ast.IfExp):
            return self._agreed([Binding("value", scope, one) for one in (node.body, node.orelse)])
        known = [one for one in node.values if self.value(one, scope) is not None]
        is_default = isinstance(node.op, ast.Or) and len(known) >= 1 and known[-1] is node.values[-1]
        return self._agreed([Binding("value", scope, one) for one in known]) if is_default else None

    def _constant(self, node: ast.Constant, scope: Scope) -> Value | None:
        return NOTHING if node.value is None else None


_READERS: dict[type, Any] = {
    ast.Name: Resolver._name,
    ast.Attribute: Resolver._attribute,
    ast.Call: Resolver._call,
    ast.Await: Resolver._inner,
    ast.NamedExpr: Resolver._inner,
    ast.Subscript: Resolver._item,
    ast.IfExp: Resolver._either,
    ast.BoolOp: Resolver._either,
    ast.Constant: Resolver._constant,
}


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)


def _is_property(scope: Scope) -> bool:
    node = scope.node
    words = ("property", "cached_property")
    return isinstance(node, ast.FunctionDef) and any(
        getattr(one, "attr", getattr(one, "id", "")) in words for one in node.decorator_list
    )


def _own_nodes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST]:
    """Every node of a function's body, those of nested functions and classes aside."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))
    return found
