"""Python code for a checked syntax tree: Jinja2's own generator, so that scoping is Jinja2's, with our output.

With `expressions`, this is the only module that overrides private parts of Jinja2. Three things differ from the stock
code. Output goes to a list and carries marks (see `marks`); nothing is ever folded at compile time; and lookup,
operators, filters and includes call `runtime`, which checks types and sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.compiler import Frame, MacroRef, find_undeclared
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE
from jinja2.nodes import EvalContext

from promptreg.template.drafts import Drafts
from promptreg.template.expressions import ExpressionGenerator
from promptreg.template.lookup import ENVIRONMENT
from promptreg.template.marks import Enter, Event, Fork, Leave, Loop, LoopStep, Mark, Pass, Prints
from promptreg.template.origins import Origins
from promptreg.template.positions import Pos, start_of
from promptreg.template.runtime import Inclusion
from promptreg.template.weights import weight_of

__all__ = ["Code", "generate"]

# how many pieces one `extend` takes, so that huge templates do not need a huge stack
_GROUP = 64
_MACRO_COST = 100


class Code(NamedTuple):
    """Generated source, the objects that it names, and the template position of each of its lines."""

    source: str
    constants: dict[str, Any]
    lines: dict[int, Pos]


def generate(tree: nodes.Template, origins: Origins, *, expression: bool = False) -> Code:
    """Code that defines `root(values, meter, out)`; for an expression it returns the value."""
    generator = _Generator(origins)
    generator.expression = expression
    generator.visit(tree)
    lines = {line: pos for pos, line in generator.debug_info if isinstance(pos, Pos)}
    return Code(generator.stream.getvalue(), generator.drafts.finished(), lines)  # type: ignore[attr-defined]


def _at(node: nodes.Node) -> nodes.Node:
    """A stand-in for a node, positioned at its leftmost operand; errors of this line are reported there."""
    start = start_of(node)
    return nodes.Const(None, lineno=Pos.at(int(node.lineno), start, start) if start is not None else node.lineno)


class _Generator(ExpressionGenerator):
    expression = False

    def __init__(self, origins: Origins) -> None:
        super().__init__(Drafts(origins.tokens))
        self.origins = origins
        self._quiet = 0
        self._loops = 0
        self._includes = 0

    # -- the frame of the code

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        frame = Frame(EvalContext(ENVIRONMENT, None))
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        frame.buffer = "out"
        self.writeline("def root(values, meter, out):")
        self.indent()
        self.writeline("resolve = values.get")
        self.enter_frame(frame)
        if self.expression:
            (output,) = node.body
            (value,) = output.nodes  # type: ignore[attr-defined]
            self.writeline("return ", _at(value))
            self.visit(value, frame)
        else:
            self.writeline(f"meter.charge({weight_of(node.body)})")
            self.blockvisit(node.body, frame)
        self.outdent()
        self.writeline("")

    def enter_frame(self, frame: Frame) -> None:
        undefined = []
        for target, (action, param) in frame.symbols.loads.items():
            if action == VAR_LOAD_RESOLVE:
                self.writeline(f"{target} = resolve({param!r}, missing)")
            elif action == VAR_LOAD_ALIAS:
                self.writeline(f"{target} = {param}")
            elif action != VAR_LOAD_PARAMETER:
                undefined.append(target)
        if undefined:
            self.writeline(f"{' = '.join(undefined)} = missing")

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
                self.newline(_at(child))
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

    # -- statements

    def visit_If(self, node: nodes.If, frame: Frame) -> None:
        tests = [node.test, *(branch.test for branch in node.elif_)]
        if not self._quiet:
            self._fork(self.origins.flows.conditions(tests))
        self._flush(frame)
        inner = frame.soft()
        for at, branch in enumerate((node, *node.elif_)):
            self.writeline("elif " if at else "if ", _at(branch.test))
            self.visit(branch.test, inner)
            self.write(":")
            self.indent()
            self.blockvisit(branch.body, inner)
            self.outdent()
        if node.else_:
            self.writeline("else:")
            self.indent()
            self.blockvisit(node.else_, inner)
            self.outdent()

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        self._loops += 1
        number = self._loops
        body = frame.inner()
        body.loop_frame = True
        loop_ref = None
        if "loop" in find_undeclared(node.iter_child_nodes(only=("body",)), ("loop",)):
            loop_ref = body.symbols.declare_parameter("loop")
        body.symbols.analyze_node(node, for_branch="body")
        if node.test is not None:
            self._write_loop_filter(node, frame, body, number)
        path = self.origins.loop_path(node, frame.symbols)
        self._write_iterable(node, frame, number, indexed=path is not None)
        if loop_ref:
            self.writeline(f"{loop_ref} = missing")
        if node.else_:
            self.writeline(f"empty_{number} = 1")
        self.writeline("for ", _at(node.iter))
        self.visit(node.target, body)
        values = f"filter_{number}(values_{number})" if node.test is not None else f"values_{number}"
        self.write(f", {loop_ref} in LoopContext({values}, undefined):" if loop_ref else f" in {values}:")
        self.indent()
        self.enter_frame(body)
        self.drafts.close()
        self._event(Pass(number))
        with self.origins.inside_loop(node, body.symbols, path, LoopStep(number)):
            self.blockvisit(node.body, body)
        if node.else_:
            self.writeline(f"empty_{number} = 0")
        self.outdent()
        self.leave_frame(body)
        self._write_loop_else(node, frame, number)

    def _write_iterable(self, node: nodes.For, frame: Frame, number: int, *, indexed: bool) -> None:
        """The values, evaluated once; a list by a bare path tells the trace that its passes are item numbers."""
        tests = [node.iter, *([node.test] if node.test is not None else [])]
        if not self._quiet:
            self._fork(self.origins.flows.conditions(tests))
        self._flush(frame)
        self.writeline(f"values_{number} = ", _at(node.iter))
        self.visit(node.iter, frame)
        if not self._quiet:
            other = self.drafts.constant(Mark.of(before=(Loop(number, False),)))
            if indexed:
                listed = self.drafts.constant(Mark.of(before=(Loop(number, True),)))
                other = f"{listed} if values_{number}.__class__ is list else {other}"
            self.writeline(f"{frame.buffer}.append({other})")
        weight = weight_of(node.body) + (weight_of([node.test]) if node.test is not None else 0)
        self.writeline(f"values_{number} = meter.loop(values_{number}, {weight})", _at(node.iter))

    def _write_loop_filter(self, node: nodes.For, frame: Frame, body: Frame, number: int) -> None:
        assert node.test is not None
        inner = frame.inner()
        inner.symbols.analyze_node(node, for_branch="test")
        self.writeline(f"def filter_{number}(values):")
        self.indent()
        self.enter_frame(inner)
        self.writeline("for ", _at(node.target))
        self.visit(node.target, body)
        self.write(" in values:")
        self.indent()
        self.writeline("if ", _at(node.test))
        self.visit(node.test, inner)
        self.write(":")
        self.indent()
        self.writeline("yield ")
        self.visit(node.target, body)
        self.outdent(3)

    def _write_loop_else(self, node: nodes.For, frame: Frame, number: int) -> None:
        if not node.else_:
            return
        inner = frame.inner()
        inner.symbols.analyze_node(node, for_branch="else")
        self.writeline(f"if empty_{number}:")
        self.indent()
        self.enter_frame(inner)
        self.blockvisit(node.else_, inner)
        self.leave_frame(inner)
        self.outdent()

    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:
        self._decide(*node.defaults)
        self._flush(frame)
        inner, ref = self.macro_body(node, frame)
        self.writeline(f"{frame.symbols.ref(node.name)} = ")
        self.macro_def(ref, inner)

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:
        self._decide(*node.call.args, *node.call.kwargs, *node.defaults)
        self._flush(frame)
        inner, ref = self.macro_body(node, frame)
        self.writeline("caller = ")
        self.macro_def(ref, inner)
        self._event(Enter(start_of(node.call) or 0))
        self._flush(frame)
        self.writeline(f"{frame.buffer}.extend(", _at(node.call))
        self._write_call(node.call, frame, ".pieces", forward_caller=True)
        self.write(")")
        self.drafts.close()
        self._event(Leave())

    def macro_body(self, node: nodes.Macro | nodes.CallBlock, frame: Frame) -> tuple[Frame, MacroRef]:
        # a macro may be streamed from one place and captured in another, so it always writes marks
        quiet, self._quiet = self._quiet, 0
        try:
            return super().macro_body(node, frame)
        finally:
            self._quiet = quiet

    def return_buffer_contents(self, frame: Frame, force_unescaped: bool = False) -> None:
        self.writeline(f"return {frame.buffer}")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        node = macro_ref.node
        names = tuple(argument.name for argument in node.args)
        label = getattr(node, "name", "caller")
        weight = weight_of(node.body) + _MACRO_COST
        self.write(f"Macro(meter, macro, {label!r}, {names!r}, {macro_ref.accesses_caller!r}, {weight})")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        self._flush(frame)
        self._includes += 1
        site = self.origins.include_site(node, self._includes, frame.symbols)
        run = self.drafts.constant(Inclusion(site, self.origins.includes[node.ref]))  # type: ignore[attr-defined]
        scope = ", ".join(f"{name!r}: {frame.symbols.ref(name)}" for name in site.sources)
        self.writeline(f"{run}.run(meter, {frame.buffer}, {{{scope}}})", _at(node))
        self.drafts.close()
        self._event(Leave())

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self._decide(node.node)
        self.newline(_at(node.node))
        self.visit(node.target, frame)
        self.write(" = ")
        self.visit(node.node, frame)

    def visit_With(self, node: nodes.With, frame: Frame) -> None:
        self._decide(*node.values)
        super().visit_With(node, frame)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        self._decide(*node.body, node.filter)
        inner = self._captured(node, node.body, frame)
        self.newline(_at(node.target))
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
        self.writeline(f"{frame.buffer}.append(whole_text(", _at(node.filter))
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
