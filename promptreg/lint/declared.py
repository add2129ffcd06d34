"""What the declared inputs say about the value of an expression, and so about the tests of a template."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from jinja2 import nodes

from promptreg.lint.subjects import Template
from promptreg.model.check import Fault, copy_checked
from promptreg.template.flows import path_of

__all__ = ["Declared"]

_DEPTH = 30


class Declared:
    """Answers for one template. `schema` gives the schema of a path; `truth` whether a test can only go one way."""

    def __init__(self, template: Template) -> None:
        facts = template.facts
        self._names = template.body.names
        self._assigned = facts.assigned if facts is not None else {}
        tree = template.parsed.tree if template.parsed is not None else None
        self._iterated = {id(loop.iter) for loop in tree.find_all(nodes.For)} if tree is not None else set()

    def schema(self, node: nodes.Node, depth: int = 0) -> Mapping[str, Any] | None:
        """The declared schema of a bare path; None for everything else, and where nothing is declared."""
        found = path_of(node)
        if found is None or depth > _DEPTH:
            return None
        name, keys = found
        schema = self._root(name.name, depth)
        for key in keys:
            if schema is None or schema.get("type") not in ("object", "array"):
                return None
            inner = schema.get("items") if isinstance(key, int) else schema.get("properties", {}).get(key)
            schema = inner if isinstance(inner, Mapping) else None
        return schema

    def _root(self, name: str, depth: int) -> Mapping[str, Any] | None:
        sources = self._assigned.get(name, [])
        if not sources:
            spec = self._names.get(name)
            return spec.schema if spec is not None and spec.type != "messages" else None
        if name in self._names or len(sources) != 1 or id(sources[0]) not in self._iterated:
            return None
        listed = self.schema(sources[0], depth + 1)
        items = listed.get("items") if listed is not None and listed.get("type") == "array" else None
        return items if isinstance(items, Mapping) else None

    def truth(self, test: nodes.Node) -> bool | None:
        """True or False where a test can only have that outcome, for inputs that fit their declarations."""
        if isinstance(test, nodes.Const):
            return bool(test.value)
        if isinstance(test, nodes.Not):
            inner = self.truth(test.node)
            return None if inner is None else not inner
        if isinstance(test, nodes.And | nodes.Or):
            left, right = self.truth(test.left), self.truth(test.right)
            decisive = isinstance(test, nodes.Or)
            if decisive in (left, right):
                return decisive
            return left if left is right else None
        if isinstance(test, nodes.Compare) and len(test.ops) == 1:
            return self._compared(test.expr, test.ops[0].op, test.ops[0].expr)
        if isinstance(test, nodes.Test):
            return self._tested(test)
        return None

    def _tested(self, test: nodes.Test) -> bool | None:
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name):
            is_input = test.node.name in self._names and test.node.name not in self._assigned
            return (test.name == "defined") if is_input else None
        schema = self.schema(test.node)
        if test.name == "none" and schema is not None and "type" in schema and not _allows(schema, None):
            return False
        return None

    def _compared(self, left: nodes.Expr, op: str, right: nodes.Expr) -> bool | None:
        constant = _constant(right)
        if constant is None and op in ("eq", "ne", *_TURNED) and _constant(left) is not None:
            left, right, op = right, left, _TURNED.get(op, op)
            constant = _constant(right)
        if op in ("in", "notin"):
            found = self._member(left, right)
            return found if found is None or op == "in" else not found
        schema = self.schema(left)
        if constant is None or schema is None:
            return None
        if op in ("eq", "ne"):
            return (op == "ne") if not _may_equal(schema, constant[0]) else None
        return _ordered(schema, op, constant[0])

    def _member(self, item: nodes.Expr, where: nodes.Expr) -> bool | None:
        """Whether an input can be one of some constants, or a constant one of the items of an input: False if not."""
        if isinstance(where, nodes.List | nodes.Tuple):
            schema, choices = self.schema(item), [_constant(choice) for choice in where.items]
            if schema is None or None in choices:
                return None
            return None if any(_may_equal(schema, choice[0]) for choice in choices if choice is not None) else False
        constant, listed = _constant(item), self.schema(where)
        items = listed.get("items") if listed is not None and listed.get("type") == "array" else None
        if constant is None or not isinstance(items, Mapping):
            return None
        return None if _may_equal(items, constant[0]) else False


_TURNED = {"lt": "gt", "lteq": "gteq", "gt": "lt", "gteq": "lteq"}


def _constant(node: nodes.Node) -> tuple[Any] | None:
    if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const) and type(node.node.value) in (int, float):
        return (-node.node.value,)
    return (node.value,) if isinstance(node, nodes.Const) else None


def _allows(schema: Mapping[str, Any], value: Any) -> bool:
    faults: list[Fault] = []
    copy_checked(value, schema, (), faults)
    return not faults


def _may_equal(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value of that schema can be equal to a constant; numbers and truth values can be equal in Python."""
    if "type" not in schema and "enum" not in schema and "const" not in schema:
        return True
    if isinstance(value, int | float):
        return any(_allows(schema, twin) for twin in _twins(value))
    return _allows(schema, value)


def _twins(value: float) -> list[Any]:
    found: list[Any] = [value]
    if value in (0, 1):
        found += [bool(value), int(value), float(value)]
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        found.append(int(value))
    return found


def _ordered(schema: Mapping[str, Any], op: str, value: Any) -> bool | None:
    if type(value) not in (int, float) or schema.get("type") not in ("integer", "number"):
        return None
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    numbers = [choice for choice in schema.get("enum", ()) if type(choice) in (int, float)]
    if numbers:
        low, high = min(numbers), max(numbers)
    outcomes = {
        "lt": (high < value, low >= value),
        "lteq": (high <= value, low > value),
        "gt": (low > value, high <= value),
        "gteq": (low >= value, high < value),
    }[op]
    return True if outcomes[0] else False if outcomes[1] else None
