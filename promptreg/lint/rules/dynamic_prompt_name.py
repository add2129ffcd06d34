"""The name of a prompt is worked out while the program runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]

_METHODS = ("render", "check_output", "require")


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    for call in file.calls:
        if call.method in _METHODS:
            for ref in call.refs:
                if ref.text is None:
                    yield Hit("which prompt this is can only be known when it runs", file.place(ref.node))


RULE = Rule(
    name="dynamic-prompt-name",
    code="CAL007",
    summary="Code asks for a prompt by a name that is not written in it, so that nothing can be checked.",
    scope="call",
    check=_check,
    severity="note",
    standing="off",
)
