"""Code gives a prompt a value that its input does not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.calls.shown import declared
from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.model.check import Fault, copy_checked, copy_messages, path_text
from promptreg.model.inputs import InputSpec
from promptreg.model.keywords import broken_keywords
from promptreg.model.kinds import SLOT_ROLES

if TYPE_CHECKING:
    import ast

    from promptreg.lint.calls.python_file import PythonFile
    from promptreg.lint.calls.registry_calls import RegistryCall
    from promptreg.model.prompt import Prompt

__all__ = ["RULE"]

_FITS = {"integer": ("integer", "number"), "number": ("number",), "string": ("string",), "boolean": ("boolean",)}


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    for call in file.calls:
        if call.given is None:
            continue
        for ref in call.refs:
            for prompt in ref.prompts:
                for name, (_, value) in call.given.items.items():
                    spec = prompt.inputs.get(name)
                    for message in () if spec is None else _faults(file, call, prompt, spec, value):
                        yield Hit(message, file.place(value), (declared(file.workspace, prompt, name),))


def _faults(file: PythonFile, call: RegistryCall, prompt: Prompt, spec: InputSpec, node: ast.expr) -> Iterator[str]:
    from promptreg.lint.calls.literals import MISSING, literal
    from promptreg.lint.calls.types import type_of
    from promptreg.render.program import slot_roles

    resolver = file.resolver
    assert resolver is not None
    value = literal(node, call.scope, resolver)
    if value is MISSING:
        kind = type_of(node, call.scope, resolver)
        if kind is not None and spec.type not in _FITS[kind]:
            yield f"{spec.name} must be of type {spec.type}, and this is of type {kind}"
        return
    found: list[Fault] = []
    if value is None:
        yield f"{spec.name} must not be null"
        return
    if spec.type == "messages":
        messages = copy_messages(value, slot_roles(prompt.messages).get(spec.name, SLOT_ROLES), (spec.name,), found)
        found.extend(Fault((spec.name,), *broken) for broken in broken_keywords(messages, spec.schema))
    else:
        copy_checked(value, spec.schema, (spec.name,), found)
    for fault in found:
        hint = f' (did you mean "{fault.suggestion}"?)' if fault.suggestion else ""
        yield f"{path_text(fault.at)} {fault.message}{hint}"


RULE = Rule(
    name="ill-typed-input",
    code="CAL005",
    summary="Code gives a prompt a value that its input does not take.",
    scope="call",
    check=_check,
    severity="error",
)
