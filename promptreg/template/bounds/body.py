"""The outline of a body: an abstract run of its syntax tree, in which every branch is taken and values are shapes.

Names are followed without regard to the order of statements: a name can hold whatever anything in the body assigns to
it. Where it is sure to be bound by the block around (a loop, a `with`, a macro's parameter), only that value counts.
Every result is an upper bound; a construct that cannot be followed has no limit, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jinja2 import nodes

from promptreg.template.bounds.assignments import Assignment, Assignments
from promptreg.template.bounds.bound import Bound, Lack
from promptreg.template.bounds.outline import Ceiling, Gap, Outline, Share, gap_of, of_bound, repeated, widest
from promptreg.template.bounds.shape import NOTHING, Shape, anything, join, text
from promptreg.template.bounds.values import Scope, Values, taken_apart
from promptreg.template.facts import collect
from promptreg.template.limits import Limits
from promptreg.template.parsing import Settings, parse_body
from promptreg.template.positions import start_of
from promptreg.template.reading import Reading
from promptreg.template.spans import IncludeTarget
from promptreg.text import TextMap

__all__ = ["Bind", "outline_of"]

Bind = Callable[[IncludeTarget, Mapping[str, Shape]], Mapping[str, Shape]]
"""The shapes of the inputs of an include target, from those of the names that the including text hands over."""

_STEPS = 50_000
"""Statements that are followed in one body with its includes; macros that call macros could multiply without end."""


_LETTERS = 100
"""Letters of text that cost a step, each time that they are put together: macros can multiply these too."""

_ASSIGNED = 50
"""Steps for following an assignment; variables that are set from each other can multiply without end as well."""

_CHAIN = 50
"""Assignments that are followed one from the other, far from Python's recursion limit."""

_TOO_MUCH = Lack("a template as involved as this")


def outline_of(
    body: TextMap,
    includes: Mapping[str, IncludeTarget],
    inputs: Mapping[str, Shape],
    ceiling: Ceiling,
    bind: Bind,
    reading: Reading | None = None,
) -> Outline:
    """What a body that was compiled before can print for inputs of these shapes; `includes` are its targets by ref.

    `reading` is what was parsed of the body before, where somebody kept it.
    """
    try:
        return _Reader(body, includes, inputs, _Context(ceiling, bind), reading).run()
    except RecursionError:
        share = Share("", body.location(0), None, (_TOO_MUCH,))
        return Outline((Gap(None, None, shares=(share,), lacks=(_TOO_MUCH,)),))


class _Context:
    """What a body shares with those that it includes."""

    def __init__(self, ceiling: Ceiling, bind: Bind) -> None:
        self.ceiling = ceiling
        self.bind = bind
        self._left = _STEPS

    def spent(self, steps: int) -> bool:
        """Take steps; whether there are none left."""
        self._left -= steps
        return self._left < 0


class _Reader:
    """One body. What a name can hold is worked out once."""

    def __init__(
        self,
        body: TextMap,
        includes: Mapping[str, IncludeTarget],
        inputs: Mapping[str, Shape],
        context: _Context,
        reading: Reading | None,
    ) -> None:
        self.parsed = parse_body(body, Settings(), Limits()) if reading is None else reading.parsed
        self.facts = collect(self.parsed.tree) if reading is None else reading.facts
        self.assignments = Assignments(self.parsed.tree, self.facts)
        self.includes = includes
        self.inputs = inputs
        self.context = context
        self.ceiling = context.ceiling
        self.seam = context.ceiling.seam
        self.values = Values(self)
        self._found: dict[str, Shape] = {}
        self._open: set[int] = set()
        self._left_out = 0

    def run(self) -> Outline:
        return self._body(self.parsed.tree.body, Scope({}))

    # -- names and calls, for expressions

    def variable(self, name: str, scope: Scope) -> Shape:
        """What a variable or input can hold.

        No assignment feeds on its own result: a loop forgets what its body sets, and macros do not call themselves. So
        while one is worked out, it is left out wherever it would be needed. What was found without leaving anything
        out holds everywhere.
        """
        if name in scope.shapes:
            return scope.shapes[name]
        if name in self._found:
            return self._found[name]
        before = self._left_out
        shapes = [self.inputs[name]] if name in self.inputs else []
        for assignment in self.assignments.by_name.get(name, ()):
            if id(assignment) in self._open:
                self._left_out += 1
                continue
            if len(self._open) >= _CHAIN or self.context.spent(_ASSIGNED):
                return anything(_TOO_MUCH)
            self._open.add(id(assignment))
            shapes += [found for own, found in self._assigned(assignment) if own == name]
            self._open.discard(id(assignment))
        shape = join(shapes)
        if not self._open or self._left_out == before:
            self._found[name] = shape
        return shape

    def _assigned(self, assignment: Assignment) -> list[tuple[str, Shape]]:
        value, scope = assignment.value, Scope({})
        if value is None:
            shape = NOTHING
        elif isinstance(value, nodes.AssignBlock):
            shape = self._captured(value.body, value.filter, scope)
        elif isinstance(value, nodes.For):
            shape = self.values.shape(value.iter, scope).passes().each
        else:
            shape = self.values.shape(value, scope)
        return list(taken_apart(assignment.target, shape))

    def _scoped(self, target: nodes.Node, shape: Shape) -> dict[str, Shape]:
        return {name: found for name, found in taken_apart(target, shape) if self.assignments.is_scoped(name)}

    def called(self, node: nodes.Call, scope: Scope) -> Bound:
        """The text that a call of a macro or of `caller` gives."""
        return _as_bound(gap_of(self._macro(node, scope, None), self.ceiling))

    def _macro(self, call: nodes.Call, scope: Scope, block: nodes.CallBlock | None) -> Outline:
        assert isinstance(call.node, nodes.Name)
        macro: nodes.Macro | nodes.CallBlock
        if call.node.name != "caller":
            macro = self.facts.macros[call.node.name]
            inside = Scope({}, None, (block, scope) if block is not None else None)
        elif scope.caller is not None:
            macro, inside = scope.caller
        else:
            return Outline()
        given = {argument.name: value for argument, value in zip(macro.args, call.args, strict=False)}
        given |= {keyword.key: keyword.value for keyword in call.kwargs}
        shapes = {name: self.values.shape(value, scope) for name, value in given.items()}
        for argument, default in zip(reversed(macro.args), reversed(macro.defaults), strict=False):
            if argument.name not in shapes:
                shapes[argument.name] = self.values.shape(default, inside)
        bound: dict[str, Shape] = {}
        for argument in macro.args:
            bound |= self._scoped(argument, shapes.get(argument.name, NOTHING))
        return self._body(macro.body, inside.plus(bound))

    def _captured(self, body: Sequence[nodes.Node], change: nodes.Filter | None, scope: Scope) -> Shape:
        """The text of a block that is kept, after its filters."""
        outline = self._body(body, scope)
        known = outline.text
        shape = text(_as_bound(gap_of(outline, self.ceiling)) if known is None else _exact(known))
        return self._through(change, shape, scope)

    def _through(self, change: nodes.Filter | None, shape: Shape, scope: Scope) -> Shape:
        """The filters of a block, innermost first: the last one has no subject of its own."""
        if change is None:
            return shape
        inner = change.node
        subject = self._through(inner, shape, scope) if isinstance(inner, nodes.Filter) else shape
        return self.values.filtered(change, subject, scope)

    # -- statements

    def _body(self, statements: Sequence[nodes.Node], scope: Scope) -> Outline:
        if self.context.spent(len(statements) + 1):
            return Outline((self._endless(_TOO_MUCH),))
        outline = Outline.of(piece for statement in statements for piece in self._statement(statement, scope))
        if self.context.spent(sum(len(piece) for piece in outline.pieces if isinstance(piece, str)) // _LETTERS):
            return Outline((self._endless(_TOO_MUCH),))
        return outline

    def _statement(self, node: nodes.Node, scope: Scope) -> tuple[str | Gap, ...]:
        if isinstance(node, nodes.Output):
            return tuple(piece for child in node.nodes for piece in self._printed(child, scope))
        if isinstance(node, nodes.If):
            return (self._if(node, scope),)
        if isinstance(node, nodes.For):
            return (self._for(node, scope),)
        if isinstance(node, nodes.With):
            bound: dict[str, Shape] = {}
            for target, value in zip(node.targets, node.values, strict=True):
                bound |= self._scoped(target, self.values.shape(value, scope))
            return self._body(node.body, scope.plus(bound)).pieces
        if isinstance(node, nodes.FilterBlock):
            shape = self._captured(node.body, node.filter, scope)
            return (self._value(shape, node.filter),)
        if isinstance(node, nodes.CallBlock):
            return self._macro(node.call, scope, node).pieces
        if isinstance(node, nodes.Include):
            return self._include(node, scope)
        if isinstance(node, nodes.Assign | nodes.AssignBlock | nodes.Macro):
            return ()
        lack = Lack(f"a statement of kind {type(node).__name__}")
        return (self._endless(lack),)

    def _endless(self, lack: Lack) -> Gap:
        return Gap(None, None, shares=(self._share("", None, lack),), lacks=(lack,))

    def _printed(self, node: nodes.Node, scope: Scope) -> tuple[str | Gap, ...]:
        if isinstance(node, nodes.TemplateData):
            return (node.data,)
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
            return self._macro(node, scope, None).pieces
        return (self._value(self.values.shape(node, scope), node),)

    def _value(self, shape: Shape, node: nodes.Node) -> str | Gap:
        return of_bound(shape.printed(self.seam), self._share(None, node), self.ceiling)

    def _if(self, node: nodes.If, scope: Scope) -> Gap:
        bodies = [node.body, *(branch.body for branch in node.elif_), node.else_]
        return widest([gap_of(self._body(body, scope), self.ceiling) for body in bodies])

    def _for(self, node: nodes.For, scope: Scope) -> Gap:
        row = self.values.shape(node.iter, scope).passes()
        inside = scope.plus(self._scoped(node.target, row.each))._replace(loop=row)
        lack = row.lack or Lack("the list of a loop")
        passes = repeated(gap_of(self._body(node.body, inside), self.ceiling), row.most, self._share(None, node, lack))
        if not node.else_:
            return passes
        return widest([passes, gap_of(self._body(node.else_, scope), self.ceiling)])

    def _include(self, node: nodes.Include, scope: Scope) -> tuple[str | Gap, ...]:
        target = self.includes[node.template.value]  # type: ignore[attr-defined]
        known = (self.inputs.keys() | self.assignments.by_name.keys()) - self.facts.macros.keys()
        found = {name: self.variable(name, scope) for name in sorted(known & set(target.inputs))}
        inputs = self.context.bind(target, found)
        template = target.template
        return _Reader(template.body, template.includes, inputs, self.context, template.reading).run().pieces

    def _share(self, expression: str | None, node: nodes.Node | None, *lacks: Lack) -> Share:
        """A share for what stands at a node, by default named by the text of its tag."""
        start = (start_of(node) if node is not None else None) or 0
        tag = self.parsed.tokens.tag_at(start)
        if expression is None:
            expression = self.parsed.body.text[tag.inner_start : tag.inner_end] if tag is not None else ""
        return Share(expression, self.parsed.body.location(start), None, lacks)


def _as_bound(gap: Gap) -> Bound:
    return Bound(gap.bytes, gap.tokens, None, gap.lacks)


def _exact(known: str) -> Bound:
    return Bound(len(known.encode("utf-8", "surrogatepass")), None, (known,))
