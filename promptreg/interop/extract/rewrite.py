"""The codemod: expressions of a Python file replaced by calls of the registry, all else kept byte for byte.

LibCST is imported here only, when something is extracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from promptreg.errors import UsageError
from promptreg.interop.extract.loading import Loading
from promptreg.interop.extract.plan import Proposal
from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.finding import Place

if TYPE_CHECKING:
    import libcst

__all__ = ["Rewritten", "call_code", "require_libcst", "rewrite"]

_WIDTH = 100
"""Columns that a call may reach on one line."""


class Rewritten(NamedTuple):
    """A file with calls of the registry in place of texts; `data` are its bytes in the encoding that it had."""

    data: bytes
    text: str


def require_libcst() -> None:
    """Raise UsageError when LibCST is not installed."""
    try:
        import libcst  # noqa: F401
    except ImportError:
        message = "extracting needs LibCST, which is not installed: pip install 'promptreg[extract]'"
        raise UsageError.at(message) from None


def call_code(proposal: Proposal, registry: str, layout: tuple[str, str] | None = None) -> str:
    """The expression that renders a proposed prompt with the registry of that name.

    With `layout`, a line end and the indent of the lines in between, it is written on several lines.
    """
    given = [f'"{one.name}": {one.code}' for one in proposal.inputs]
    if layout is None or not given:
        arguments = f'"{proposal.name}"' + (f", {{{', '.join(given)}}}" if given else "")
    else:
        newline, indent = layout
        lines = [f'    "{proposal.name}",', "    {", *(f"        {one}," for one in given), "    },", ""]
        arguments = "".join(f"{newline}{indent}{line}" for line in lines)
    code = f"{registry}.render({arguments}).{proposal.form}"
    return f"({code} + {_quoted(proposal.suffix)})" if proposal.suffix else code


def rewrite(file: PythonFile, data: bytes, proposals: Sequence[Proposal], loading: Loading) -> Rewritten:
    """The file `data` with every proposal in place. Raises UsageError for a file that cannot be kept byte for byte."""
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider

    path = file.source.path
    try:
        module = libcst.parse_module(data)
    except (libcst.ParserSyntaxError, UnicodeDecodeError) as error:
        raise UsageError.at(f"LibCST cannot read it: {error}", path=path) from None
    if module.bytes != data:
        raise UsageError.at("LibCST does not keep it byte for byte: has it line ends of several kinds?", path=path)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    wanted = {_span(file, one.place): _laid_out(file, one, loading.name, module.default_newline) for one in proposals}
    found: dict[Any, str] = {}
    for node, where in positions.items():
        span = ((where.start.line, where.start.column), (where.end.line, where.end.column))
        if isinstance(node, libcst.BaseExpression) and span in wanted:
            found[node] = wanted.pop(span)
    if wanted:
        raise UsageError.at("LibCST reads another expression here", path=path, line=min(wanted)[0][0])
    changed = module.visit(_replacer(found, module.config_for_parsing))
    assert isinstance(changed, libcst.Module)
    changed = _with_loading(changed, loading)
    try:
        return Rewritten(changed.bytes, changed.code)
    except UnicodeEncodeError as error:
        message = f"a value cannot be written in the encoding {module.encoding}: {error.reason}"
        raise UsageError.at(message, path=path) from None


def _laid_out(file: PythonFile, proposal: Proposal, registry: str, newline: str) -> str:
    """The call on one line where it fits there, else on several, indented like the line that it begins on."""
    code = call_code(proposal, registry)
    line, column = file.point(proposal.place.start)
    if column + len(code) <= _WIDTH:
        return code
    text = file.source.text
    start = file.line_start(line)
    lead = text[start : start + column]
    lead = lead[: len(lead) - len(lead.lstrip())]
    block = file.block_indent(proposal.node)
    return call_code(proposal, registry, (newline, lead.removeprefix(block)))


def _replacer(found: dict[Any, str], config: libcst.PartialParserConfig) -> libcst.CSTTransformer:
    import libcst

    class Replacer(libcst.CSTTransformer):
        """Puts the new expressions in place, in the parentheses of the old ones, with the comments inside of them."""

        def on_leave(self, original_node: Any, updated_node: Any) -> Any:
            code = found.get(original_node)
            if code is None:
                return super().on_leave(original_node, updated_node)
            fresh = libcst.parse_expression(code, config)
            comments = list(_comments(original_node))
            left, right = list(original_node.lpar), list(original_node.rpar)
            if comments:
                left, right = _commented(left, right, comments)
            return fresh.with_changes(lpar=(*left, *fresh.lpar), rpar=(*fresh.rpar, *right))

    return Replacer()


def _comments(node: Any) -> Iterator[str]:
    """The comments between the pieces of an expression, those in its own parentheses aside."""
    import libcst

    bare = node.with_changes(lpar=(), rpar=())
    found: list[str] = []

    class Collector(libcst.CSTVisitor):
        def visit_Comment(self, node: libcst.Comment) -> None:
            found.append(node.value)

    bare.visit(Collector())
    yield from found


def _commented(left: list[Any], right: list[Any], comments: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """Parentheses that hold these comments, each on a line of its own above the expression."""
    import libcst

    inner = left[-1].whitespace_after if left else None
    if isinstance(inner, libcst.ParenthesizedWhitespace):
        indent = inner.last_line
        lines = [libcst.EmptyLine(whitespace=indent, comment=libcst.Comment(one)) for one in comments]
        after = inner.with_changes(empty_lines=(*inner.empty_lines, *lines))
        return [*left[:-1], left[-1].with_changes(whitespace_after=after)], right
    indent = libcst.SimpleWhitespace("    ")
    lines = [libcst.EmptyLine(whitespace=indent, comment=libcst.Comment(one)) for one in comments]
    before = libcst.ParenthesizedWhitespace(empty_lines=lines, indent=True, last_line=indent)
    behind = libcst.ParenthesizedWhitespace(indent=True)
    opening = libcst.LeftParen(whitespace_after=before)
    return [*left, opening], [libcst.RightParen(whitespace_before=behind), *right]


def _with_loading(module: libcst.Module, loading: Loading) -> libcst.Module:
    """The module with the statements that open the registry, behind the imports at its top."""
    import libcst

    if not loading.statements:
        return module
    at = loading.line
    fresh = [libcst.parse_statement(line, module.config_for_parsing) for line in loading.statements]
    fresh[-1] = fresh[-1].with_changes(leading_lines=[libcst.EmptyLine(indent=False)])
    body = list(module.body)
    if at == 0 and body:
        first = body[0]
        lines = list(getattr(first, "leading_lines", ()))
        if not lines:
            body[0] = first.with_changes(leading_lines=[libcst.EmptyLine(indent=False)])
    elif at < len(body) and not getattr(body[at], "leading_lines", ()):
        body[at] = body[at].with_changes(leading_lines=[libcst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[:at], *fresh, *body[at:]])


def _span(file: PythonFile, place: Place) -> tuple[tuple[int, int], tuple[int, int]]:
    """Line from 1 and column from 0 of both ends, in code points, a byte order mark not counted."""
    first, last = (file.point(offset) for offset in (place.start, place.end))
    return first, last


def _quoted(text: str) -> str:
    return '"' + text.replace("\r", "\\r").replace("\n", "\\n") + '"'
