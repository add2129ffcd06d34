"""Python code for output: literals with their places, printed values with their sites, captured blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame

from promptreg.template.drafts import Drafts
from promptreg.template.expressions import ExpressionGenerator
from promptreg.template.marks import Enter, Event, Fork, Leave, Prints
from promptreg.template.origins import Origins
from promptreg.template.positions import Pos, start_of

__all__ = ["PrintingGenerator", "positioned"]

# how many pieces one `extend` takes, so that huge templates do not need a huge stack
_GROUP = 64


def positioned(node: nodes.Node) -> nodes.Node:
    """A stand-in for a node, positioned at its leftmost operand; errors of this line are reported there."""
    start = start_of(node)
    return nodes.Const(None, lineno=Pos.at(int(node.lineno), start, start) if start is not None else node.lineno)


class PrintingGenerator(ExpressionGenerator):
    """Writes output to the list that `frame.buffer` names. While `_quiet` the output is captured and needs no marks."""

    def __init__(self, origins: Origins) -> None:
        super().__init__(Drafts(origins.tokens))
        self.origins = origins
        self._quiet = 0

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        self.drafts.close()
        super().blockvisit(nodes, frame)
        self._flush(frame)
        self.drafts.close()

    # -- marks

    def _event(self, *events: Event) -> None:
        if not self._quiet:
            self.drafts.add_events(events)

    def _flush(self, frame: Frame) -> None:
        """Write out events that found no literal to ride on; must happen before control can leave this line."""
        name = self.drafts.take_pending()
        if name is not None:
            self.writeline(f"{frame.buffer}.append({name})")

    def _fork(self, reads: frozenset[Any]) -> None:
        if reads:
            self._event(Fork(reads))

    def _decide(self, *parts: nodes.Node | None) -> None:
        self._fork(self.origins.flows.decisions([part for part in parts if part is not None]))

    # -- output

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        pieces: list[tuple[str | None, nodes.Expr | None]] = []
        for child in node.nodes:
            if not self._literal(child, pieces):
                self._value_events(child, frame)
                name = self.drafts.take_pending()
                if name is not None:
                    pieces.append((name, None))
                pieces.append((None, child))
                self.drafts.close()
                if not self._quiet and _streams(child):
                    self._event(Leave())
        for at in range(0, len(pieces), _GROUP):
            self._write_pieces(pieces[at : at + _GROUP], frame)

    def _literal(self, child: nodes.Expr, pieces: list[tuple[str | None, nodes.Expr | None]]) -> bool:
        """Add a child that prints text as written in the body to the open literal, or begin one."""
        if isinstance(child, nodes.TemplateData):
            start, text = child.lineno.start, child.data  # type: ignore[attr-defined]
        else:
            found = self.drafts.string_range(child)
            if found is None:
                return False
            start, text = found
        name = self.drafts.add_text(start, text)
        if name is not None:
            pieces.append((name, None))
        return True

    def _value_events(self, child: nodes.Expr, frame: Frame) -> None:
        if self._quiet:
            return
        if _streams(child):
            assert isinstance(child, nodes.Call)
            self._decide(*child.args, *child.kwargs)
            self._event(Enter(start_of(child) or 0))
            return
        self._decide(child)
        self._event(Prints(self.origins.site(child, frame.symbols)))

    def _write_pieces(self, pieces: Sequence[tuple[str | None, nodes.Expr | None]], frame: Frame) -> None:
        single = len(pieces) == 1 and not _streams(pieces[0][1])
        self.writeline(f"{frame.buffer}.append(" if single else f"{frame.buffer}.extend((")
        self.indent()
        for name, child in pieces:
            if child is None:
                self.writeline(f"{name},")
            else:
                self.newline(positioned(child))
                self._write_piece(child, frame)
                self.write(",")
        self.outdent()
        self.writeline(")" if single else "))")

    def _write_piece(self, child: nodes.Expr, frame: Frame) -> None:
        if _streams(child):
            assert isinstance(child, nodes.Call)
            self.write("*")
            self._write_call(child, frame, ".pieces")
            return
        self.write("(v if (v := ")
        self.visit(child, frame)
        self.write(").__class__ is str else show(meter, v))")

    # -- captured blocks and assignments

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self._decide(node.node)
        self.newline(positioned(node.node))
        self.visit(node.target, frame)
        self.write(" = ")
        self.visit(node.node, frame)

    def visit_With(self, node: nodes.With, frame: Frame) -> None:
        self._decide(*node.values)
        super().visit_With(node, frame)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        self._decide(*node.body, node.filter)
        inner = self._captured(node, node.body, frame)
        self.newline(positioned(node.target))
        self.visit(node.target, frame)
        self.write(" = ")
        if node.filter is not None:
            self.visit_Filter(node.filter, inner)
        else:
            self.write(f"meter.join({inner.buffer})")
        self.leave_frame(inner)

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:
        self._decide(*node.body, node.filter)
        if not self._quiet:
            self._event(Prints(self.origins.site(node.filter, frame.symbols, reads_from=node)))
        inner = self._captured(node, node.body, frame)
        self.writeline(f"{frame.buffer}.append(whole_text(", positioned(node.filter))
        self.visit_Filter(node.filter, inner)
        self.write("))")
        self.leave_frame(inner)

    def _captured(self, node: nodes.Node, body: list[nodes.Node], frame: Frame) -> Frame:
        """Code that collects the output of a body in a list of its own, without marks."""
        self._flush(frame)
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self._quiet += 1
        self.blockvisit(body, inner)
        self._quiet -= 1
        return inner


def _streams(node: nodes.Expr | None) -> bool:
    """Is this output child a call whose text goes straight to the output?"""
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name)
