"""Compiling a body and running it. The one place in the package that executes generated code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, NoReturn

from jinja2.runtime import LoopContext, Undefined
from jinja2.utils import missing

from promptreg.errors import LimitExceeded, Problem, TemplateInvalid
from promptreg.template import runtime
from promptreg.template.bullets import Bullets
from promptreg.template.callables import Macro
from promptreg.template.codegen import Code, generate
from promptreg.template.dialect import check
from promptreg.template.facts import collect
from promptreg.template.faults import FAULTS, LineTable, located
from promptreg.template.limits import Limits, Meter
from promptreg.template.marks import Mark
from promptreg.template.origins import Origins, hand_over
from promptreg.template.parsing import Parsed, Settings, parse_body, parse_expression
from promptreg.template.places import Places
from promptreg.template.reading import Reading
from promptreg.template.spans import Binding, IncludeTarget, Path
from promptreg.template.trace import Trace
from promptreg.text import TextMap

__all__ = ["Expression", "Template", "compile_expression", "compile_template"]

_RUNTIME: dict[str, Any] = {
    **{name: getattr(runtime, name) for name in ("arithmetic", "compare", "compare_chain", "concat", "cut", "item")},
    **{name: getattr(runtime, name) for name in ("loop_changed", "negate", "posate", "show", "whole_text")},
    "Macro": Macro,
    "undefined": runtime.Missing,
    "cond_expr_undefined": Undefined,
    "missing": missing,
    "LoopContext": LoopContext,
}
_LATE = ("difflib", "textwrap")
_Root = Callable[[Mapping[str, Any], Meter, list[str]], Any]


class Template:
    """A compiled body: immutable, and safe to run in many threads at once."""

    __slots__ = ("_root", "body", "includes", "literals", "marks", "name", "places", "reading")

    def __init__(
        self,
        root: _Root,
        body: TextMap,
        name: str,
        includes: Mapping[str, IncludeTarget],
        bullets: Bullets | None,
        marks: tuple[Mark, ...],
        reading: Reading | None,
    ) -> None:
        self._root = root
        self.body = body
        self.includes = includes
        self.name = name
        self.places = Places(body, bullets)
        self.reading = reading
        """What was parsed, where the caller of `compile_template` keeps it anyway."""
        self.marks = marks
        """The literal pieces of its own that a stream may hold."""
        self.literals = frozenset(map(str, marks))
        """The texts of the literal pieces of its own that a stream may hold; those of includes are not among them."""

    def prepare(self) -> None:
        """Compile all that this template includes and load what errors and slow filters import when used."""
        for module in _LATE:
            import_module(module)
        for target in self.includes.values():
            target.template.prepare()

    def stream(self, values: Mapping[str, Any], meter: Meter) -> list[str]:
        """The pieces of the rendered text; joined they are the text. `values` is plain data, one for each input.

        Raises RenderError or LimitExceeded with the place of the failing expression, and InputError when an include
        does not accept what it would get.
        """
        out: list[str] = []
        try:
            self._root(values, meter, out)
        except FAULTS as error:
            _raise(error)
        self._check_size(out, meter)
        return out

    def run(self, values: Mapping[str, Any], meter: Meter, out: list[str]) -> None:
        """Append the pieces to a stream; for includes."""
        self._root(values, meter, out)

    def all_literals(self) -> frozenset[str]:
        """The texts of all literal pieces that a stream may hold, those of included components too."""
        found: set[str] = set()
        seen: set[int] = set()
        left = [self]
        while left:
            template = left.pop()
            if id(template) not in seen:
                seen.add(id(template))
                found |= template.literals
                left += [target.template for target in template.includes.values()]
        return frozenset(found)

    def trace(self, stream: Iterable[str], bindings: Mapping[str, Binding], label: object) -> Trace:
        """Spans and branches of a stream of this template; `bindings` says where each input came from."""
        return Trace(self, stream, bindings, label)

    def _check_size(self, out: list[str], meter: Meter) -> None:
        if sum(map(len, out)) > meter.limits.output:
            from promptreg.template.overflow import crossing

            error = meter.fail("output")
            place, *includes = crossing(self.body, out, meter.limits.output)
            message = error.problems[0].message + "".join(f"; included at {link}" for link in includes)
            raise LimitExceeded([Problem(error.code, message, *place)], limit=error.limit, allowed=error.allowed)


class Expression:
    """A compiled expression. `reads` are the paths that it may read, each starting with a name."""

    __slots__ = ("_root", "reads", "text")

    def __init__(self, root: _Root, text: TextMap, reads: frozenset[Path]) -> None:
        self._root = root
        self.text = text
        self.reads = reads

    def value(self, values: Mapping[str, Any], meter: Meter) -> Any:
        """The value on these inputs; raises RenderError or LimitExceeded with the place."""
        try:
            result = self._root(values, meter, [])
            if isinstance(result, Undefined):
                str(result)
                raise runtime.ValueProblem("the expression has no value")
        except FAULTS as error:
            _raise(error)
        return result


def compile_template(
    body: TextMap,
    *,
    name: str,
    inputs: Collection[str],
    includes: Mapping[str, IncludeTarget],
    bullets: bool,
    limits: Limits = Limits(),  # noqa: B008 - an immutable default
    settings: Settings = Settings(),  # noqa: B008
    reading: Reading | None = None,
) -> Template:
    """Check a body against the dialect and compile it; one that was read and checked before comes with its `reading`.

    Raises TemplateInvalid with every problem, each with the place in `body.source`. `settings` is for tests only.
    """
    kept = reading
    if reading is None:
        parsed = parse_body(body, settings, limits)
        reading = Reading(parsed, collect(parsed.tree))
        problems = check(parsed, reading.facts, inputs=inputs, includes=includes)
        if problems:
            raise TemplateInvalid(problems)
    code = _compiled(reading, inputs, includes)
    found = Bullets(body.text, reading.parsed.tokens) if bullets else None
    marks = tuple(mark for mark in code.constants.values() if isinstance(mark, Mark) and mark)
    return Template(_load(code, body), body, name, MappingProxyType(dict(includes)), found, marks, kept)


def compile_expression(
    text: TextMap,
    *,
    name: str,
    names: Collection[str],
    limits: Limits = Limits(),  # noqa: B008
) -> Expression:
    """Check and compile a bare expression over `names`. Raises TemplateInvalid with every problem."""
    parsed = parse_expression(text, limits)
    facts = collect(parsed.tree)
    problems = check(parsed, facts, inputs=names, includes={})
    if problems:
        raise TemplateInvalid(problems)
    origins = Origins(parsed, facts, names, {}, hand_over(parsed.tree, facts, names, {}))
    code = _generated(parsed, origins, expression=True)
    return Expression(_load(code, text), text, origins.flows.conditions(parsed.tree.body))


def _raise(error: Exception) -> NoReturn:
    found = located(error)
    if found is error:
        raise found
    raise found from error


def _compiled(reading: Reading, inputs: Collection[str], includes: Mapping[str, IncludeTarget]) -> Code:
    parsed, facts = reading
    names = hand_over(parsed.tree, facts, inputs, includes)
    return _generated(parsed, Origins(parsed, facts, inputs, includes, names))


def _generated(parsed: Parsed, origins: Origins, *, expression: bool = False) -> Code:
    try:
        return generate(parsed.tree, origins, expression=expression)
    except RecursionError as error:
        message = "blocks or expressions are nested too deeply to be compiled"
        raise TemplateInvalid([parsed.problem("template-limit", message, 0)]) from error


def _load(code: Code, body: TextMap) -> _Root:
    """The `root` function of generated code."""
    module: dict[str, Any] = {
        "__builtins__": {"str": str, "list": list},
        **_RUNTIME,
        **code.constants,
        "line_table": LineTable(body, code.lines),
    }
    exec(compile(code.source, "<promptreg template>", "exec"), module)
    root: _Root = module["root"]
    return root
