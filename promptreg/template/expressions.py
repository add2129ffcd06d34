"""Python code for expressions. The half of the code generator that does not know about output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

from promptreg.template.drafts import Drafts
from promptreg.template.list_filters import FILTERS
from promptreg.template.lookup import ENVIRONMENT
from promptreg.template.tests import TESTS

__all__ = ["ExpressionGenerator"]


class ExpressionGenerator(CodeGenerator):
    """Jinja2's generator with lookup, operators, filters and tests of our own; `drafts` holds the constants."""

    def __init__(self, drafts: Drafts) -> None:
        # no name: Jinja2 would write it into the code; not optimized: nothing is folded at compile time
        super().__init__(ENVIRONMENT, None, None, None, False, False)
        self.drafts = drafts

    def newline(self, node: Any = None, extra: int = 0) -> None:
        self._new_lines = max(self._new_lines, 1 + extra)
        if node is not None:
            self._write_debug_info = node.lineno

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            self.visit(node.node, frame)
            self.write(f".{node.attr}")
        else:
            self._write_function("item", [node.node], frame, extra=repr(node.attr))

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if isinstance(node.arg, nodes.Slice):
            bounds = (node.arg.start, node.arg.stop, node.arg.step)
            empty = nodes.Const(None)
            self._write_function("cut", [node.node, *(bound or empty for bound in bounds)], frame, metered=True)
        else:
            self._write_function("item", [node.node, node.arg], frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        self.write(f"{self.drafts.constant(FILTERS[node.name])}(meter, ")
        if node.node is not None:
            self.visit(node.node, frame)
        else:
            self.write(f"meter.join({frame.buffer})")
        self.signature(node, frame)
        self.write(")")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:
        self.write(f"{self.drafts.constant(TESTS[node.name])}(meter, ")
        self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        target = node.node
        if isinstance(target, nodes.Getattr) and target.attr == "changed":
            self._write_function("loop_changed", [target.node, *node.args], frame, metered=True)
        else:
            self._write_call(node, frame, "")

    def _write_call(self, node: nodes.Call, frame: Frame, method: str, *, forward_caller: bool = False) -> None:
        self.visit(node.node, frame)
        self.write(f"{method}(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        if node.kwargs:
            self.write("**{")
            for keyword in node.kwargs:
                self.write(f"{keyword.key!r}: ")
                self.visit(keyword.value, frame)
                self.write(", ")
            self.write("}, ")
        self.write("caller=caller)" if forward_caller else ")")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        if len(node.ops) == 1:
            (operand,) = node.ops
            if _is_cheap(node.expr, operand):
                super().visit_Compare(node, frame)
            else:
                sign = repr(operand.op)
                self._write_function("compare", [node.expr, operand.expr], frame, metered=True, first=sign)
            return
        self.write("compare_chain(meter, ")
        self.visit(node.expr, frame)
        for operand in node.ops:
            self.write(f", ({operand.op!r}, lambda: ")
            self.visit(operand.expr, frame)
            self.write(")")
        self.write(")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self._write_function("concat", node.nodes, frame, metered=True)

    def visit_Neg(self, node: nodes.UnaryExpr, frame: Frame) -> None:
        if isinstance(node.node, nodes.Const) and type(node.node.value) in (int, float):
            self.write(f"(-{node.node.value!r})")
        else:
            self._write_function("negate", [node.node], frame, metered=True)

    def visit_Pos(self, node: nodes.UnaryExpr, frame: Frame) -> None:
        self._write_function("posate", [node.node], frame, metered=True)

    def _visit_arithmetic(self, node: nodes.BinExpr, frame: Frame) -> None:
        sign = repr(node.operator)
        self._write_function("arithmetic", [node.left, node.right], frame, metered=True, first=sign)

    visit_Add = visit_Sub = visit_Mul = visit_Div = visit_FloorDiv = visit_Mod = _visit_arithmetic

    def _write_function(
        self,
        name: str,
        operands: Sequence[nodes.Node],
        frame: Frame,
        *,
        metered: bool = False,
        first: str | None = None,
        extra: str | None = None,
    ) -> None:
        """A call of a runtime function: `name(meter?, first?, operands…, extra?)`."""
        self.write(f"{name}(" + ("meter, " if metered else "") + (f"{first}, " if first else ""))
        for at, operand in enumerate(operands):
            self.write(", " if at else "")
            self.visit(operand, frame)
        self.write(f", {extra})" if extra is not None else ")")


def _is_cheap(left: nodes.Expr, operand: nodes.Operand) -> bool:
    """Does the comparison look at no more than what is written in the template?"""
    right = operand.expr
    if operand.op in ("in", "notin"):
        return isinstance(right, nodes.List | nodes.Tuple) and all(isinstance(i, nodes.Const) for i in right.items)
    return isinstance(left, nodes.Const) or isinstance(right, nodes.Const)
