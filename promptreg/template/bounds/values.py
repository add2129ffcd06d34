"""The shapes of expressions: what they can evaluate to, whatever the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from jinja2 import nodes

from promptreg.template.bounds.bound import NO_TEXT, Bound, Lack, together
from promptreg.template.bounds.call import Argument, FilterCall, constant
from promptreg.template.bounds.interval import ANY_NUMBER, Interval, between
from promptreg.template.bounds.list_filters import FILTER_BOUNDS
from promptreg.template.bounds.shape import (
    NOTHING,
    TRUTH,
    Record,
    Row,
    Shape,
    anything,
    bundled,
    join,
    listed,
    number,
    of_value,
    text,
)
from promptreg.template.facts import walk
from promptreg.template.flows import constant_key

__all__ = ["Names", "Scope", "Values", "taken_apart"]

_STEPS = 1_000_000
"""A loop has no more passes: the limit of templates."""


class Scope(NamedTuple):
    """What is known of names at one place: `shapes` of variables whose value is sure to come from around it.

    `loop` are the passes of the innermost loop; `caller` is the call block around a macro, with the scope it stands in.
    """

    shapes: dict[str, Shape]
    loop: Row | None = None
    caller: tuple[nodes.CallBlock, Scope] | None = None

    def plus(self, shapes: dict[str, Shape]) -> Scope:
        """The scope with more variables."""
        return self._replace(shapes={**self.shapes, **shapes})


class Names(Protocol):
    """What names stand for."""

    @property
    def seam(self) -> int:
        """See `outline.Ceiling`."""

    def variable(self, name: str, scope: Scope) -> Shape:
        """What a variable or input can hold."""

    def called(self, node: nodes.Call, scope: Scope) -> Bound:
        """The text that a call of a macro or of `caller` gives."""


class Values:
    """Evaluates expressions to shapes. Every node that the dialect allows has a branch; any other gives anything."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def shape(self, node: nodes.Node, scope: Scope) -> Shape:
        """What the expression can be."""
        value, known = constant(node)
        if known:
            return of_value(value)
        if isinstance(node, nodes.Name):
            return self.names.variable(node.name, scope)
        if isinstance(node, nodes.TemplateData):
            return of_value(node.data)
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            return self._item(node, scope)
        if isinstance(node, nodes.Filter):
            return self.filtered(node, self.shape(node.node, scope) if node.node is not None else NOTHING, scope)
        if isinstance(node, nodes.Call):
            return self._call(node, scope)
        if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
            return self._operator(node, scope)
        return self._others(node, scope)

    def printed(self, node: nodes.Node, scope: Scope) -> Bound:
        """The text of the expression where it is printed."""
        return self.shape(node, scope).printed(self.names.seam)

    def filtered(self, node: nodes.Filter, subject: Shape, scope: Scope) -> Shape:
        """What a filter makes of `subject`."""
        make = FILTER_BOUNDS.get(node.name)
        if make is None:
            return anything(Lack(f'the filter "{node.name}"'))
        args = tuple(self._argument(argument, scope) for argument in node.args)
        kwargs = {str(keyword.key): self._argument(keyword.value, scope) for keyword in node.kwargs}
        return make(FilterCall(node.name, subject, args, kwargs, self.names.seam))

    def _argument(self, node: nodes.Node, scope: Scope) -> Argument:
        return Argument(self.shape(node, scope), *constant(node))

    def _others(self, node: nodes.Node, scope: Scope) -> Shape:
        if isinstance(node, nodes.Test | nodes.Compare):
            return TRUTH
        if isinstance(node, nodes.Concat):
            return text(together([self.printed(part, scope) for part in node.nodes], self.names.seam))
        if isinstance(node, nodes.CondExpr):
            other = self.shape(node.expr2, scope) if node.expr2 is not None else text(NO_TEXT)
            return join([self.shape(node.expr1, scope), other])
        if isinstance(node, nodes.List | nodes.Tuple):
            return listed(self.shape(part, scope) for part in node.items)
        if isinstance(node, nodes.Dict):
            return self._mapping(node, scope)
        return anything(Lack(f"an expression of kind {type(node).__name__}"))

    def _mapping(self, node: nodes.Dict, scope: Scope) -> Shape:
        fields: dict[str, Shape] = {}
        for pair in node.items:
            key, known = constant(pair.key)
            if not known or not isinstance(key, str):
                return anything(Lack("a mapping whose keys are not written in the template"))
            fields[key] = self.shape(pair.value, scope)
        return bundled(Shape(record=Record(fields)), fields.values())

    def _operator(self, node: nodes.BinExpr | nodes.UnaryExpr, scope: Scope) -> Shape:
        if isinstance(node, nodes.Not):
            return TRUTH
        if isinstance(node, nodes.UnaryExpr):
            found = self._number(node.node, scope)
            return number(found.negated() if isinstance(node, nodes.Neg) else found)
        if isinstance(node, nodes.And | nodes.Or):
            return join([self.shape(node.left, scope), self.shape(node.right, scope)])
        return number(self._number(node.left, scope).calculated(node.operator, self._number(node.right, scope)))

    def _number(self, node: nodes.Node, scope: Scope) -> Interval:
        """The operand of an operator; what is no number would be an error."""
        found = self.shape(node, scope)
        return ANY_NUMBER if found.unknown or found.number is None else found.number

    def _item(self, node: nodes.Getattr | nodes.Getitem, scope: Scope) -> Shape:
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return self._loop(node, scope)
        owner = self.shape(node.node, scope)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
            return self._cut(owner, node.arg)
        key = constant_key(node)
        return owner.any_item() if key is None else owner.item(key)

    def _cut(self, owner: Shape, cut: nodes.Slice) -> Shape:
        """A slice of a list or text; its length is limited by literal ends on the same side."""
        if owner.unknown:
            return owner
        most = _length(cut)
        found = []
        if owner.row is not None:
            limits = [limit for limit in (most, owner.row.most) if limit is not None]
            found.append(Shape(row=Row(owner.row.each, min(limits, default=None), owner.row.lack)))
        if owner.text is not None:
            size = owner.text.bytes if most is None else 4 * most
            piece = owner.text._replace(tokens=None, texts=None) if size is None else owner.text.cut(size, 0)
            found.append(text(piece._replace(tokens=None)))
        return join(found)

    def _loop(self, node: nodes.Getattr | nodes.Getitem, scope: Scope) -> Shape:
        """`loop.index` and the like."""
        word = constant_key(node)
        if word in ("first", "last"):
            return TRUTH
        if word in ("previtem", "nextitem"):
            return scope.loop.each if scope.loop is not None else anything(Lack(f"loop.{word}"))
        most = scope.loop.most if scope.loop is not None else None
        return number(between(0, _STEPS if most is None else most, floats=False))

    def _call(self, node: nodes.Call, scope: Scope) -> Shape:
        target = node.node
        if isinstance(target, nodes.Getattr):
            if target.attr == "changed":
                return TRUTH
            return join([self.shape(argument, scope) for argument in node.args])
        return text(self.names.called(node, scope))


def _length(cut: nodes.Slice) -> int | None:
    """The most items of a slice whose ends are literals; None where they say nothing."""
    start, stop = (_end(node) for node in (cut.start, cut.stop))
    step, known = constant(cut.step) if cut.step is not None else (None, True)
    if not known or step not in (None, 1):
        return None
    if stop is not None and stop >= 0 and (start is None or start >= 0):
        return max(0, stop - (start or 0))
    if start is not None and start < 0 and (stop is None or stop < 0):
        return max(0, (stop or 0) - start)
    return None


def _end(node: nodes.Expr | None) -> int | None:
    if node is None:
        return None
    value, known = constant(node)
    return value if known and isinstance(value, int) else None


def taken_apart(target: nodes.Node, shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Each name that a target assigns, with its shape."""
    if isinstance(target, nodes.Name):
        yield target.name, shape
        return
    if isinstance(target, nodes.Tuple):
        row = shape.passes()
        for at, part in enumerate(target.items):
            yield from taken_apart(part, row.places[at] if at < len(row.places) else row.each)
        return
    for node in walk(target):
        if isinstance(node, nodes.Name):
            yield node.name, anything(Lack(f'the variable "{node.name}"'))
