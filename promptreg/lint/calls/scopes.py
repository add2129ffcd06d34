"""Who binds which name in a Python file: scopes, bindings, and every call with the scope that it stands in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

__all__ = ["Binding", "Function", "Scope", "Scopes", "read_scopes"]

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Binding(NamedTuple):
    """One place that gives a name (or an attribute of `self`) a value.

    `kind`: value (node is the expression), import (path is the dotted name), parameter, function, class, grown (`+=`,
    node is what is added), other (a loop, an unpacking, `except`, `del`, …: nothing is known).
    `scope` is where the expression stands.
    """

    kind: str
    scope: Scope
    node: ast.AST | None = None
    annotation: ast.expr | None = None
    path: str = ""


class Scope:
    """A module, class, function, lambda or comprehension with the names that it binds.

    `attributes` of a class are what its methods assign to their first parameter.
    """

    __slots__ = ("attributes", "elsewhere", "names", "node", "parent")

    def __init__(self, node: ast.AST, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.names: dict[str, list[Binding]] = {}
        self.attributes: dict[str, list[Binding]] = {}
        self.elsewhere: dict[str, Scope] = {}

    @property
    def is_class(self) -> bool:
        """Whether this is the body of a class, whose names nested functions do not see."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def bind(self, name: str, binding: Binding) -> None:
        """Add a binding, in the scope that a `global` or `nonlocal` statement names."""
        self.elsewhere.get(name, self).names.setdefault(name, []).append(binding)

    def home(self, name: str) -> Scope | None:
        """The scope that a name means here; None for one that the file does not bind."""
        scope: Scope | None = self.elsewhere.get(name, self)
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None

    def around(self) -> Scope:
        """The nearest scope that is no comprehension: where `:=` binds."""
        scope = self
        while isinstance(scope.node, _COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
        return scope


class Scopes(NamedTuple):
    """What a file binds: its module scope, every scope by its node, and every call in source order."""

    module: Scope
    of: dict[ast.AST, Scope]
    calls: list[tuple[ast.Call, Scope]]


def read_scopes(tree: ast.Module) -> Scopes:
    """Names and calls of a syntax tree. Raises RecursionError for code nested too deeply."""
    reader = _Reader(tree)
    for statement in tree.body:
        reader.visit(statement, reader.found.module)
    return reader.found


class _Reader:
    """One walk over a tree; every node is visited once, with its scope."""

    def __init__(self, tree: ast.Module) -> None:
        module = Scope(tree, None)
        self.found = Scopes(module, {tree: module}, [])

    def visit(self, node: ast.AST, scope: Scope) -> None:
        kind = type(node)
        if kind in _LEAVES:
            return
        handler: Callable[[_Reader, Any, Scope], None] | None = _HANDLERS.get(kind)
        if handler is None:
            self.children(node, scope)
        else:
            handler(self, node, scope)

    def children(self, node: ast.AST, scope: Scope) -> None:
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item, scope)
            elif isinstance(value, ast.AST):
                self.visit(value, scope)

    def inner(self, node: ast.AST, parent: Scope) -> Scope:
        scope = self.found.of[node] = Scope(node, parent)
        return scope

    def call(self, node: ast.Call, scope: Scope) -> None:
        self.found.calls.append((node, scope))
        self.children(node, scope)

    def function(self, node: Function, scope: Scope) -> None:
        if not isinstance(node, ast.Lambda):
            scope.bind(node.name, Binding("function", scope, node))
            for decorator in node.decorator_list:
                self.visit(decorator, scope)
        inner = self.inner(node, scope)
        for argument, default in _parameters(node.args):
            inner.bind(argument.arg, Binding("parameter", scope, default, argument.annotation))
            if default is not None:
                self.visit(default, scope)
        for rest in (node.args.vararg, node.args.kwarg):
            if rest is not None:
                inner.bind(rest.arg, Binding("other", inner))
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        for part in body:
            self.visit(part, inner)

    def klass(self, node: ast.ClassDef, scope: Scope) -> None:
        scope.bind(node.name, Binding("class", scope, node))
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part, scope)
        inner = self.inner(node, scope)
        for statement in node.body:
            self.visit(statement, inner)

    def comprehension(self, node: ast.AST, scope: Scope) -> None:
        inner = self.inner(node, scope)
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        self.visit(generators[0].iter, scope)
        for index, generator in enumerate(generators):
            self.unknown(generator.target, inner)
            for part in (*([generator.iter] if index else []), *generator.ifs):
                self.visit(part, inner)
        for field in ("elt", "key", "value"):
            result = getattr(node, field, None)
            if result is not None:
                self.visit(result, inner)

    def imported(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            scope.bind(name, Binding("import", scope, node, path=alias.name if alias.asname else name))

    def imported_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                path = f"{base}.{alias.name}" if node.module else f"{base}{alias.name}"
                scope.bind(alias.asname or alias.name, Binding("import", scope, node, path=path))

    def assign(self, node: ast.Assign, scope: Scope) -> None:
        self.visit(node.value, scope)
        for target in node.targets:
            self.target(target, node.value, scope)

    def annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.visit(node.value, scope)
        self.target(node.target, node.value, scope, node.annotation)

    def grown(self, node: ast.AugAssign, scope: Scope) -> None:
        self.visit(node.value, scope)
        if isinstance(node.target, ast.Name):
            scope.bind(node.target.id, Binding("grown", scope, node.value))
        else:
            self.unknown(node.target, scope)

    def walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        self.visit(node.value, scope)
        scope.around().bind(node.target.id, Binding("value", scope, node.value))

    def target(
        self, target: ast.expr, value: ast.expr | None, scope: Scope, annotation: ast.expr | None = None
    ) -> None:
        """Bind what a value is assigned to; tuples of equal length are taken apart."""
        if isinstance(target, ast.Name):
            scope.bind(target.id, Binding("value", scope, value, annotation))
        elif isinstance(target, ast.Attribute):
            owner = _class_of_self(target, scope)
            if owner is not None:
                owner.attributes.setdefault(target.attr, []).append(Binding("value", scope, value, annotation))
            self.visit(target.value, scope)
        elif _same_shape(target, value):
            assert isinstance(target, ast.Tuple | ast.List)
            assert isinstance(value, ast.Tuple | ast.List)
            for one, part in zip(target.elts, value.elts, strict=True):
                self.target(one, part, scope)
        else:
            self.unknown(target, scope)

    def unknown(self, target: ast.AST, scope: Scope) -> None:
        """Bind every name of a target to nothing known."""
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                scope.bind(node.id, Binding("other", scope))
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                owner = _class_of_self(node, scope)
                if owner is not None:
                    owner.attributes.setdefault(node.attr, []).append(Binding("other", scope))
            elif isinstance(node, ast.Call):
                self.found.calls.append((node, scope))

    def loop(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self.unknown(node.target, scope)
        for part in (node.iter, *node.body, *node.orelse):
            self.visit(part, scope)

    def managed(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            self.visit(item.context_expr, scope)
            if isinstance(item.optional_vars, ast.Name):
                scope.bind(item.optional_vars.id, Binding("value", scope, item.context_expr))
            elif item.optional_vars is not None:
                self.unknown(item.optional_vars, scope)
        for statement in node.body:
            self.visit(statement, scope)

    def handler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        if node.name:
            scope.bind(node.name, Binding("other", scope))
        self.children(node, scope)

    def captured(self, node: ast.AST, scope: Scope) -> None:
        name = getattr(node, "rest" if isinstance(node, ast.MatchMapping) else "name", None)
        if name:
            scope.bind(name, Binding("other", scope))
        self.children(node, scope)

    def deleted(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            self.unknown(target, scope)

    def shared(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            home = scope.module if isinstance(node, ast.Global) else scope.parent and scope.parent.home(name)
            if home is not None and home is not scope:
                scope.elsewhere[name] = home


_LEAVES = frozenset((
    ast.Name, ast.Constant, ast.Load, ast.Store, ast.Pass, ast.Break, ast.Continue, ast.alias,
    *ast.operator.__subclasses__(), *ast.cmpop.__subclasses__(), *ast.unaryop.__subclasses__(),
    *ast.boolop.__subclasses__(),
))  # fmt: skip
"""Nodes that bind nothing and hold no call; most nodes are such."""

_HANDLERS: dict[type, Any] = {
    ast.Call: _Reader.call,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.Lambda: _Reader.function,
    ast.ClassDef: _Reader.klass,
    **dict.fromkeys(_COMPREHENSIONS, _Reader.comprehension),
    ast.Import: _Reader.imported,
    ast.ImportFrom: _Reader.imported_from,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated,
    ast.AugAssign: _Reader.grown,
    ast.NamedExpr: _Reader.walrus,
    ast.For: _Reader.loop,
    ast.AsyncFor: _Reader.loop,
    ast.With: _Reader.managed,
    ast.AsyncWith: _Reader.managed,
    ast.ExceptHandler: _Reader.handler,
    ast.MatchAs: _Reader.captured,
    ast.MatchStar: _Reader.captured,
    ast.MatchMapping: _Reader.captured,
    ast.Delete: _Reader.deleted,
    ast.Global: _Reader.shared,
    ast.Nonlocal: _Reader.shared,
}


def _parameters(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Every named parameter with its default."""
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    yield from zip(positional, [*[None] * missing, *arguments.defaults], strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _same_shape(target: ast.expr, value: ast.expr | None) -> bool:
    if not isinstance(target, ast.Tuple | ast.List) or not isinstance(value, ast.Tuple | ast.List):
        return False
    starred = any(isinstance(one, ast.Starred) for one in (*target.elts, *value.elts))
    return not starred and len(target.elts) == len(value.elts)


def _class_of_self(target: ast.Attribute, scope: Scope) -> Scope | None:
    """The class whose method this stands in, when the attribute is one of the method's first parameter."""
    if not isinstance(target.value, ast.Name):
        return None
    home = scope.home(target.value.id)
    if home is None or not isinstance(home.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    first = [*home.node.args.posonlyargs, *home.node.args.args][:1]
    is_method = home.parent is not None and home.parent.is_class
    return home.parent if is_method and first and first[0].arg == target.value.id else None
