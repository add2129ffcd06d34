"""Code asks the registry for what it does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import said
from promptreg.lint.rule import Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    for call in file.calls:
        for ref in call.refs:
            if ref.error is not None:
                for problem in ref.error.problems:
                    yield Hit(said(problem), file.place(ref.node))


RULE = Rule(
    name="unknown-prompt",
    code="CAL001",
    summary="Code asks for a prompt, component, version or label that the registry does not hold.",
    scope="call",
    check=_check,
    severity="error",
)
