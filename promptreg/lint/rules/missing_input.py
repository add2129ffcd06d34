"""Code renders a prompt without an input that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.calls.shown import declared, described
from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    for call in file.calls:
        if call.given is None or not call.given.complete:
            continue
        for ref in call.refs:
            for prompt in ref.prompts:
                for spec in prompt.inputs.values():
                    if spec.required and spec.name not in call.given.items:
                        message = f'{ref.text} needs the input "{spec.name}", {described(spec)}'
                        place = file.place(call.given.node or ref.node)
                        yield Hit(message, place, (declared(file.workspace, prompt, spec.name),))


RULE = Rule(
    name="missing-input",
    code="CAL003",
    summary="Code renders a prompt without an input that has no default.",
    scope="call",
    check=_check,
    severity="error",
)
