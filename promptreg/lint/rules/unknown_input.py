"""Code gives a prompt an input that it does not declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.errors import nearest
from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    for call in file.calls:
        if call.given is None:
            continue
        for ref in call.refs:
            for prompt in ref.prompts:
                for name, (key, _) in call.given.items.items():
                    if name not in prompt.inputs:
                        yield Hit(_message(ref.text or prompt.name, name, prompt.inputs), file.place(key))


def _message(ref: str, name: str, inputs: Mapping[str, Any]) -> str:
    near = nearest(name, inputs)
    known = f'did you mean "{near}"?' if near else f"it has {', '.join(inputs) or 'none'}"
    return f'{ref} has no input "{name}" ({known})'


RULE = Rule(
    name="unknown-input",
    code="CAL004",
    summary="Code gives a prompt an input that it does not declare.",
    scope="call",
    check=_check,
    severity="error",
)
