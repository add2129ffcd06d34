"""Code asks for a sample that the prompt does not have."""

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
        if call.sample is None:
            continue
        node, name = call.sample
        for ref in call.refs:
            for prompt in ref.prompts:
                if name not in prompt.samples:
                    near = nearest(name, prompt.samples)
                    known = f'did you mean "{near}"?' if near else f"it has {', '.join(prompt.samples) or 'none'}"
                    yield Hit(f'{ref.text} has no sample "{name}" ({known})', file.place(node))


RULE = Rule(
    name="unknown-sample",
    code="CAL008",
    summary="Code asks for a sample that the prompt does not have.",
    scope="call",
    check=_check,
    severity="error",
)
