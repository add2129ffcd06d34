"""Is a syntax tree inside the dialect? Every violation is found and gets a place and advice.

The allowed node types are a list: what Jinja2 may add later is refused until it is allowed here. Walks are iterative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple
from unicodedata import normalize

from jinja2 import nodes

from promptreg.errors import Problem, nearest
from promptreg.template.facts import Facts, child_expressions, depth_of
from promptreg.template.names import NameRules
from promptreg.template.parsing import Parsed
from promptreg.template.positions import start_of
from promptreg.template.words import (
    ALLOWED_FILTERS,
    ALLOWED_TESTS,
    LOOP_ATTRIBUTES,
    METHOD_ADVICE,
    REFUSED_FILTERS,
    REFUSED_TESTS,
    RESERVED_NAMES,
)

__all__ = ["check"]

_BLOCKS = (nodes.If, nodes.For, nodes.With, nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)
_PLAIN = (
    *(nodes.Template, nodes.TemplateData, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Mul),
    *(nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.Concat, nodes.Compare, nodes.Operand),
    *(nodes.CondExpr, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.With, nodes.Assign),
    *(nodes.AssignBlock, nodes.FilterBlock),
)
_REFUSED = {
    nodes.Pow: '"**" is not part of the dialect',
    nodes.Extends: '"extends" is not part of the dialect: compose components with include',
    nodes.Block: '"block" is not part of the dialect: compose components with include',
    nodes.Import: '"import" is not part of the dialect: define the macro in this body',
    nodes.FromImport: '"import" is not part of the dialect: define the macro in this body',
    nodes.Scope: '"autoescape" is not part of the dialect: nothing is escaped',
    nodes.NSRef: "setting an attribute is not part of the dialect: set a variable of its own",
}
_BY_FILTER = {"map": 0}
_BY_TEST = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}


class Scope(NamedTuple):
    """Where a node stands: how many blocks are open and whether `loop` and `caller` mean something."""

    blocks: int = 0
    loop: bool = False
    caller: bool = False
    captured: bool = False


def check(parsed: Parsed, facts: Facts, *, inputs: Collection[str], includes: Mapping[str, Any]) -> list[Problem]:
    """Every violation in source order; empty when the body may be compiled."""
    checker = _Checker(parsed, facts, NameRules(facts, inputs, parsed.limits.macro_depth), includes)
    return sorted(set(checker.run()), key=lambda p: (p.line or 0, p.column or 0, p.message))


class _Checker:
    def __init__(self, parsed: Parsed, facts: Facts, names: NameRules, includes: Mapping[str, Any]) -> None:
        self._parsed = parsed
        self._facts = facts
        self._names = names
        self._includes = includes
        self._limits = parsed.limits
        self._rules: dict[type[nodes.Node], Callable[[Any, Scope], Iterator[Problem]]] = {
            nodes.Output: self._output,
            nodes.Name: self._name,
            nodes.Const: self._const,
            nodes.Getattr: self._getattr,
            nodes.Getitem: self._getitem,
            nodes.Call: self._call,
            nodes.Filter: self._filter,
            nodes.Test: self._test,
            nodes.If: self._if,
            nodes.For: self._for,
            nodes.Macro: self._macro,
            nodes.CallBlock: self._call_block,
            nodes.Include: self._include,
        }

    def run(self) -> Iterator[Problem]:
        for message, node in self._names.conflicts():
            yield self._problem("bad-name", message, node)
        stack: list[tuple[nodes.Node, Scope]] = [(self._parsed.tree, Scope())]
        while stack:
            node, scope = stack.pop()
            if isinstance(node, _BLOCKS):
                scope = scope._replace(blocks=scope.blocks + 1)
                if scope.blocks == self._limits.block_nesting + 1:
                    yield self._too_deep("block_nesting", "blocks are nested", node)
            rule = self._rules.get(type(node))
            if rule is not None:
                yield from rule(node, scope)
            elif type(node) not in _PLAIN:
                kind = type(node).__name__
                yield self._problem("refused-syntax", _REFUSED.get(type(node), f"{kind} is not allowed here"), node)
                continue
            if not isinstance(node, nodes.Expr):
                for expression in child_expressions(node):
                    if depth_of(expression) > self._limits.expression_depth:
                        yield self._too_deep("expression_depth", "an expression is nested", expression)
            stack.extend(self._children(node, scope))

    def _problem(self, code: str, message: str, node: nodes.Node, suggestion: str | None = None) -> Problem:
        return self._parsed.problem(code, message, start_of(node) or 0, suggestion)

    def _at(self, code: str, message: str, node: nodes.Node, suggestion: str | None = None) -> Problem:
        """A complaint about a node's own token (a filter name, a dot), not its leftmost operand."""
        start = getattr(node.lineno, "start", None)
        if start is None:
            start = start_of(node) or 0
        if isinstance(node, nodes.Test):
            start = self._parsed.tokens.name_after(start, node.name)
        return self._parsed.problem(code, message, start, suggestion)

    def _too_deep(self, limit: str, what: str, node: nodes.Node) -> Problem:
        allowed = getattr(self._limits, limit)
        return self._problem("template-limit", f"{what} deeper than {limit} allows ({allowed})", node)

    def _children(self, node: nodes.Node, scope: Scope) -> Iterator[tuple[nodes.Node, Scope]]:
        """What to look at next; names in call position, loop attributes and include refs are dealt with already."""
        if isinstance(node, nodes.For):
            inside = scope._replace(loop=True)
            for part in (node.target, node.iter, *([node.test] if node.test else []), *node.else_):
                yield part, scope
            yield from ((part, inside) for part in node.body)
        elif isinstance(node, nodes.Macro):
            inside = scope._replace(caller=True)
            yield from ((part, scope) for part in (*node.args, *node.defaults))
            yield from ((part, inside) for part in node.body)
        elif isinstance(node, nodes.CallBlock):
            inside = scope._replace(caller=False)
            yield from ((part, scope) for part in (*node.args, *node.defaults, node.call))
            yield from ((part, inside) for part in node.body)
        elif isinstance(node, nodes.If):
            yield from ((part, scope) for part in (node.test, *node.body, *node.else_))
            for branch in node.elif_:
                yield from ((part, scope) for part in (branch.test, *branch.body))
        elif isinstance(node, nodes.Call):
            yield from ((part, scope) for part in (*node.args, *node.kwargs))
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
            parts = (node.node, node.arg.start, node.arg.stop, node.arg.step)
            yield from ((part, scope) for part in parts if part is not None)
        elif not isinstance(node, nodes.Include) and not _is_loop(node):
            yield from ((child, scope) for child in node.iter_child_nodes())

    def _output(self, node: nodes.Output, scope: Scope) -> Iterator[Problem]:
        for child in node.nodes:
            start = start_of(child)
            tag = self._parsed.tokens.tag_at(start) if start is not None else None
            if tag is not None and tag.type == "block_begin" and not isinstance(child, nodes.TemplateData):
                yield self._problem(
                    "refused-syntax", 'the tag "print" is not part of the dialect: write {{ … }}', child
                )
            elif isinstance(child, nodes.Const) and child.value is None:
                yield self._problem("refused-syntax", "a null cannot be printed", child)

    def _name(self, node: nodes.Name, scope: Scope) -> Iterator[Problem]:
        name = node.name
        if name.startswith("_"):
            yield self._problem("refused-name", f'names may not start with an underscore: "{name}"', node)
        elif normalize("NFKC", name) != name:
            yield self._problem("refused-name", f'write "{normalize("NFKC", name)}" for the name "{name}"', node)
        elif node.ctx != "load":
            if name in RESERVED_NAMES:
                yield self._problem("bad-name", f'a variable cannot have the reserved name "{name}"', node)
        elif name == "loop":
            yield self._problem("refused-syntax", "loop is only allowed as loop.index and the like", node)
        elif name in ("caller", *self._facts.macros):
            yield self._problem("refused-syntax", f'"{name}" can only be called: {name}(…)', node)
        elif name in ("varargs", "kwargs", "self", "super"):
            yield self._problem("refused-syntax", f'"{name}" is not part of the dialect', node)
        elif not self._names.is_known(name):
            near = "none" if name == "null" else nearest(name, self._names.visible())
            message = f'undefined variable "{name}"' + ("" if near else ': declare it under "inputs"')
            yield self._problem("undefined-variable", message, node, near)

    def _const(self, node: nodes.Const, scope: Scope) -> Iterator[Problem]:
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            yield self._problem("template-limit", "a number that is too large", node)
        elif isinstance(value, int) and value.bit_length() > self._limits.integer_bits:
            yield self._problem("template-limit", f"a number of more than {self._limits.integer_bits} bits", node)

    def _getattr(self, node: nodes.Getattr, scope: Scope) -> Iterator[Problem]:
        if _is_loop(node):
            yield from self._loop(node, scope)
        elif node.attr.startswith("_"):
            message = f'names may not start with an underscore: write ["{node.attr}"] if the input has such a key'
            yield self._at("refused-name", message, node)

    def _loop(self, node: nodes.Getattr, scope: Scope) -> Iterator[Problem]:
        if not scope.loop:
            yield self._problem("undefined-variable", "loop is only known inside a for block", node)
        elif node.attr not in LOOP_ATTRIBUTES:
            near = nearest(node.attr, sorted(LOOP_ATTRIBUTES))
            yield self._at("undefined-variable", f'loop has no "{node.attr}"', node, near)
        elif node.attr in ("cycle", "changed"):
            yield self._problem("refused-syntax", f"loop.{node.attr} must be called: loop.{node.attr}(…)", node)

    def _getitem(self, node: nodes.Getitem, scope: Scope) -> Iterator[Problem]:
        if isinstance(node.arg, nodes.Tuple) and any(isinstance(part, nodes.Slice) for part in node.arg.items):
            yield self._problem("refused-syntax", "a slice takes one range", node)

    def _call(self, node: nodes.Call, scope: Scope) -> Iterator[Problem]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            yield self._problem("refused-syntax", "* and ** arguments are not part of the dialect", node)
        target = node.node
        if isinstance(target, nodes.Name) and target.name in self._facts.macros:
            return
        if isinstance(target, nodes.Name) and target.name == "caller":
            if not scope.caller:
                yield self._problem("refused-syntax", "caller() is only known inside a macro", node)
        elif isinstance(target, nodes.Getattr) and _is_loop(target) and target.attr in ("cycle", "changed"):
            if not scope.loop:
                yield self._problem("undefined-variable", "loop is only known inside a for block", node)
        else:
            yield self._refused_call(node)

    def _refused_call(self, node: nodes.Call) -> Problem:
        target = node.node
        name = target.attr if isinstance(target, nodes.Getattr) else getattr(target, "name", "")
        advice = METHOD_ADVICE.get(name) or (f'the filter "{name}"' if name in ALLOWED_FILTERS else None)
        message = f'"{name}(…)" cannot be called' if name else "this cannot be called"
        message += f": use {advice}" if advice else "; only macros of this body can"
        near = nearest(name, sorted(self._facts.macros)) if isinstance(target, nodes.Name) else None
        return self._problem("refused-call", message, node, near)

    def _filter(self, node: nodes.Filter, scope: Scope) -> Iterator[Problem]:
        yield from self._known(node, node.name, "filter", ALLOWED_FILTERS, REFUSED_FILTERS)
        if node.name in _BY_FILTER and node.args:
            yield from self._named(node, node.args[0], "filter", ALLOWED_FILTERS, REFUSED_FILTERS)
        position = _BY_TEST.get(node.name)
        if position is not None and len(node.args) > position:
            yield from self._named(node, node.args[position], "test", ALLOWED_TESTS, REFUSED_TESTS)

    def _test(self, node: nodes.Test, scope: Scope) -> Iterator[Problem]:
        yield from self._known(node, node.name, "test", ALLOWED_TESTS, REFUSED_TESTS)

    def _known(
        self,
        node: nodes.Filter | nodes.Test,
        name: str,
        kind: str,
        allowed: Collection[str],
        refused: Mapping[str, str],
    ) -> Iterator[Problem]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            yield self._at("refused-syntax", "* and ** arguments are not part of the dialect", node)
        yield from self._word(node, name, kind, allowed, refused)

    def _named(
        self, node: nodes.Filter, argument: nodes.Expr, kind: str, allowed: Collection[str], refused: Mapping[str, str]
    ) -> Iterator[Problem]:
        """An argument that names a filter or test must be a literal, so that it can be checked here."""
        if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
            yield from self._word(argument, argument.value, kind, allowed, refused)
        else:
            yield self._at("refused-syntax", f'"{node.name}" needs the name of a {kind} as a literal', node)

    def _word(
        self, node: nodes.Node, name: str, kind: str, allowed: Collection[str], refused: Mapping[str, str]
    ) -> Iterator[Problem]:
        if name in refused:
            yield self._at(f"unknown-{kind}", f'the {kind} "{name}" is not part of the dialect: {refused[name]}', node)
        elif name not in allowed:
            yield self._at(f"unknown-{kind}", f'unknown {kind} "{name}"', node, nearest(name, sorted(allowed)))

    def _if(self, node: nodes.If, scope: Scope) -> Iterator[Problem]:
        if len(node.elif_) > self._limits.elif_count:
            yield self._too_deep("elif_count", "an if has more elif branches", node)
        for branch in node.elif_:
            if depth_of(branch.test) > self._limits.expression_depth:
                yield self._too_deep("expression_depth", "an expression is nested", branch.test)

    def _for(self, node: nodes.For, scope: Scope) -> Iterator[Problem]:
        if node.recursive:
            yield self._problem("refused-syntax", "recursive loops are not part of the dialect", node)

    def _macro(self, node: nodes.Macro, scope: Scope) -> Iterator[Problem]:
        if node.name.startswith("_"):
            yield self._problem("refused-name", f'names may not start with an underscore: "{node.name}"', node)

    def _call_block(self, node: nodes.CallBlock, scope: Scope) -> Iterator[Problem]:
        target = node.call.node
        if not (isinstance(target, nodes.Name) and target.name in self._facts.macros):
            yield self._problem("refused-call", "a call block calls a macro of this body", node)

    def _include(self, node: nodes.Include, scope: Scope) -> Iterator[Problem]:
        ref = node.template
        if not (isinstance(ref, nodes.Const) and isinstance(ref.value, str)):
            message = 'an include must name a component: {% include "name" %}'
            yield self._problem("refused-syntax", message, node)
        elif ref.value not in self._includes:
            near = nearest(ref.value, sorted(self._includes))
            yield self._problem("unknown-include", f'nothing to include as "{ref.value}"', ref, near)
        if node.ignore_missing:
            yield self._problem("refused-syntax", '"ignore missing" is not part of the dialect', node)
        tag = self._parsed.tokens.tag_at(getattr(node.lineno, "start", 0))
        inner = self._parsed.body.text[tag.inner_start : tag.inner_end] if tag else ""
        if inner.endswith("context"):
            message = '"with context" and "without context" are not part of the dialect: declare inputs'
            yield self._problem("refused-syntax", message, node)


def _is_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name == "loop"
