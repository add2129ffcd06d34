"""Python code for a checked syntax tree: Jinja2's own generator, so that scoping is Jinja2's, with our output.

With `expressions` and `printing`, this is the only module that overrides private parts of Jinja2. Three things differ
from the stock code. Output goes to a list and carries marks (see `marks`); nothing is ever folded at compile time; and
lookup, operators, filters and includes call `runtime`, which checks types and sizes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.compiler import Frame, MacroRef, find_undeclared
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE
from jinja2.nodes import EvalContext

from promptreg.template.callables import Inclusion
from promptreg.template.lookup import ENVIRONMENT
from promptreg.template.marks import Enter, Leave, Loop, LoopStep, Mark, Pass
from promptreg.template.origins import Origins
from promptreg.template.positions import Pos, start_of
from promptreg.template.printing import PrintingGenerator, positioned
from promptreg.template.weights import weight_of

__all__ = ["Code", "generate"]

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


class _Generator(PrintingGenerator):
    expression = False

    def __init__(self, origins: Origins) -> None:
        super().__init__(origins)
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
            self.writeline("return ", positioned(value))
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

    # -- statements

    def visit_If(self, node: nodes.If, frame: Frame) -> None:
        tests = [node.test, *(branch.test for branch in node.elif_)]
        if not self._quiet:
            self._fork(self.origins.flows.conditions(tests))
        self._flush(frame)
        inner = frame.soft()
        for at, branch in enumerate((node, *node.elif_)):
            self.writeline("elif " if at else "if ", positioned(branch.test))
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
        self.writeline("for ", positioned(node.iter))
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
        self.writeline(f"values_{number} = ", positioned(node.iter))
        self.visit(node.iter, frame)
        if not self._quiet:
            other = self.drafts.constant(Mark.of(before=(Loop(number, False),)))
            if indexed:
                listed = self.drafts.constant(Mark.of(before=(Loop(number, True),)))
                other = f"{listed} if values_{number}.__class__ is list else {other}"
            self.writeline(f"{frame.buffer}.append({other})")
        weight = weight_of(node.body) + (weight_of([node.test]) if node.test is not None else 0)
        self.writeline(f"values_{number} = meter.loop(values_{number}, {weight})", positioned(node.iter))

    def _write_loop_filter(self, node: nodes.For, frame: Frame, body: Frame, number: int) -> None:
        assert node.test is not None
        inner = frame.inner()
        inner.symbols.analyze_node(node, for_branch="test")
        self.writeline(f"def filter_{number}(values):")
        self.indent()
        self.enter_frame(inner)
        self.writeline("for ", positioned(node.target))
        self.visit(node.target, body)
        self.write(" in values:")
        self.indent()
        self.writeline("if ", positioned(node.test))
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
        self.writeline(f"{frame.buffer}.extend(", positioned(node.call))
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
        scope = ", ".join(f"{name!r}: {self._handed_over(name, frame)}" for name in site.sources)
        self.writeline(f"{run}.run(meter, {frame.buffer}, {{{scope}}})", positioned(node))
        self.drafts.close()
        self._event(Leave())

    def _handed_over(self, name: str, frame: Frame) -> str:
        ref = frame.symbols.ref(name)
        if not self.origins.is_set(name):
            return ref
        # a variable that has no value yet hides the input of its name from expressions, but not from an include
        return f"({ref} if {ref} is not missing else resolve({name!r}, missing))"
