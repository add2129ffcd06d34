"""What a template of another project expects of its inputs, read from how it uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, nodes

__all__ = ["input_schemas"]


class _Shape:
    """What is known of one value: fields, items, whether it is a number, how many names its items are unpacked into."""

    def __init__(self) -> None:
        self.fields: dict[str, _Shape] = {}
        self.items: _Shape | None = None
        self.number = False
        self.unpacked = 0

    def schema(self) -> dict[str, Any]:
        if self.items is not None:
            return {"type": "array", "items": self.items.schema()}
        if self.unpacked:
            return {"type": "array", "items": {"type": "string"}, "minItems": self.unpacked}
        if self.fields:
            properties = {name: shape.schema() for name, shape in self.fields.items()}
            return {"type": "object", "properties": properties, "required": list(properties)}
        return {"type": "number"} if self.number else {"type": "string"}


def input_schemas(texts: Sequence[str]) -> dict[str, Any]:
    """A schema for each name that templates read and do not assign, by name; raises TemplateSyntaxError."""
    reader = _Reader()
    for text in texts:
        reader.walk(Environment(trim_blocks=True, lstrip_blocks=True).parse(text), {})
    return {name: shape.schema() for name, shape in sorted(reader.inputs.items())}


class _Reader:
    def __init__(self) -> None:
        self.inputs: dict[str, _Shape] = {}

    def walk(self, node: nodes.Node, scope: Mapping[str, _Shape]) -> None:
        """Note every use below the node; `scope` holds what loops and assignments around it name."""
        if isinstance(node, nodes.For):
            self.walk(node.iter, scope)
            inner = {**scope, **self.loop(node, scope), "loop": _Shape()}
            for part in (*node.body, *([node.test] if node.test else [])):
                inner = self.step(part, inner)
            for part in node.else_:
                self.walk(part, scope)
            return
        if isinstance(node, nodes.Macro):
            scope = {**scope, **{argument.name: _Shape() for argument in node.args}, "caller": _Shape()}
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            self.find(node, scope)
        if isinstance(node, nodes.Compare):
            self.compare(node, scope)
        here = dict(scope)
        for child in node.iter_child_nodes():
            here = self.step(child, here)

    def step(self, node: nodes.Node, scope: Mapping[str, _Shape]) -> dict[str, _Shape]:
        """Walk a node; the scope after it."""
        if isinstance(node, nodes.Name) and node.ctx != "load":
            return dict(scope)
        after = dict(scope)
        if isinstance(node, nodes.Assign | nodes.AssignBlock):
            for target in node.find_all(nodes.Name):
                if target.ctx == "store":
                    found = self.find(node.node, scope) if isinstance(node, nodes.Assign) else None
                    after[target.name] = found or _Shape()
        if isinstance(node, nodes.Macro):
            after[node.name] = _Shape()
        self.walk(node, scope)
        return after

    def loop(self, node: nodes.For, scope: Mapping[str, _Shape]) -> dict[str, _Shape]:
        """What the targets of a loop name."""
        listed = self.find(node.iter, scope)
        item = _Shape()
        if listed is not None:
            listed.items = item = listed.items or item
        if isinstance(node.target, nodes.Tuple):
            item.unpacked = len(node.target.items)
            return {name.name: _Shape() for name in node.target.find_all(nodes.Name)}
        return {node.target.name: item} if isinstance(node.target, nodes.Name) else {}

    def find(self, node: nodes.Node, scope: Mapping[str, _Shape]) -> _Shape | None:
        """The shape that an expression leads to, made when it is new; None for what is no path."""
        if isinstance(node, nodes.Name):
            return scope[node.name] if node.name in scope else self.inputs.setdefault(node.name, _Shape())
        if isinstance(node, nodes.Getattr):
            return self.field(node.node, node.attr, scope)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            if isinstance(node.arg.value, str):
                return self.field(node.node, node.arg.value, scope)
            listed = self.find(node.node, scope)
            if listed is not None and isinstance(node.arg.value, int):
                listed.items = listed.items or _Shape()
                return listed.items
        return None

    def field(self, node: nodes.Node, name: str, scope: Mapping[str, _Shape]) -> _Shape | None:
        owner = self.find(node, scope)
        return None if owner is None else owner.fields.setdefault(name, _Shape())

    def compare(self, node: nodes.Compare, scope: Mapping[str, _Shape]) -> None:
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        sides = [side.node if isinstance(side, nodes.Neg) else side for side in sides]
        if any(isinstance(side, nodes.Const) and type(side.value) in (int, float) for side in sides):
            for side in sides:
                found = self.find(side, scope)
                if found is not None:
                    found.number = True
