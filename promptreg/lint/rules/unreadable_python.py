"""A Python file that may use the registry cannot be parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    problem = file.problem
    if problem is not None:
        at = file.source.offset(problem.line or 1, problem.column or 1)
        yield Hit(problem.message, Place(file.source, at, at))


RULE = Rule(
    name="unreadable-python",
    code="CAL010",
    summary="A Python file that may use the registry or send prompts cannot be parsed, so nothing in it was checked.",
    scope="call",
    check=_check,
    severity="error",
)
