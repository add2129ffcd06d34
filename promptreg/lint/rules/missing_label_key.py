"""Code renders by a label that splits callers, and does not say who calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]

_METHODS = ("render", "check_output", "component", "worst_case")


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    for call in file.calls:
        if call.method not in _METHODS or call.has_key:
            continue
        for ref in call.refs:
            if len(ref.heads) > 1 and "@" in (ref.text or ""):
                label = str(ref.text).partition("@")[2]
                message = f"the label {label} splits callers by percentages, so {call.method} needs key="
                yield Hit(message, file.place(ref.node))


RULE = Rule(
    name="missing-label-key",
    code="CAL009",
    summary="Code asks by a label that splits callers by percentages, without the key that decides.",
    scope="call",
    check=_check,
    severity="error",
)
