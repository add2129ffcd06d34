"""Suppressions in Python: `# promptreg: ignore[rule] reason`, in real comments only."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.directives import Directive, directive_in
from promptreg.lint.finding import Place

__all__ = ["python_directives"]

_MENTION = "promptreg:"


def python_directives(file: PythonFile) -> tuple[Directive, ...]:
    """Every suppression of a Python file, in order.

    A comment on a line of a statement, or alone above it, speaks of all lines of that statement; where the statement
    holds others (a function, a loop), of its first lines up to the colon.
    """
    text = file.source.text
    if _MENTION not in text or file.tree is None:
        return ()
    spans = sorted(_spans(file.tree), key=lambda span: span[1] - span[0])
    return tuple(_widened(directive, spans) for directive in _comments(file))


def _comments(file: PythonFile) -> Iterator[Directive]:
    text = file.source.text.removeprefix("\ufeff")
    shift = len(file.source.text) - len(text)
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type == tokenize.COMMENT and token.string.lstrip("#").lstrip().startswith(_MENTION):
            line, column = token.start
            start = file.line_start(line) + column + (shift if line == 1 else 0)
            place = Place(file.source, start, start + len(token.string.rstrip()))
            yield directive_in(token.string.lstrip("#").strip(), place)


def _widened(directive: Directive, spans: list[tuple[int, int]]) -> Directive:
    """The directive with the lines of the smallest statement that its last line belongs to."""
    first, last = directive.lines
    if directive.fault or (first == 1 and last > directive.place.source.text.count("\n")):
        return directive
    for begin, end in spans:
        if begin <= last <= end:
            return directive._replace(lines=(min(first, begin), max(last, end)))
    return directive


def _spans(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last line of every statement; of one with a body, up to where the body begins."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = node.end_lineno or node.lineno
            if isinstance(body, list) and body:
                last = max(node.lineno, body[0].lineno - 1)
            yield node.lineno, last
