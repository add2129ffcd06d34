"""Inputs at the door: missing, extra, ill-typed and null ones are refused before any text exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from promptreg.errors import InputError, Problem, nearest
from promptreg.model.check import Fault, copy_checked, copy_messages, path_text
from promptreg.model.inputs import InputSpec
from promptreg.model.keywords import broken_keywords
from promptreg.model.kinds import SLOT_ROLES
from promptreg.model.prompt import Prompt

__all__ = ["Count", "check_inputs", "token_fault"]

Count = Callable[[str], int]
"""Counts the tokens of a text; asked only for inputs with `max_tokens`."""


def check_inputs(
    prompt: Prompt, given: Mapping[str, Any], roles: Mapping[str, tuple[str, ...]], count: Count
) -> dict[str, Any]:
    """The prompt's inputs as a plain-JSON copy, with defaults; raises InputError with every fault."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, spec in prompt.inputs.items():
        if name in given:
            before = len(faults)
            values[name] = _copy(given[name], spec, roles, faults)
            if spec.max_tokens is not None and len(faults) == before:
                faults.extend(token_fault(values[name], spec, count))
        elif spec.required:
            faults.append(Fault((name,), f"is missing; it is {_described(spec)}"))
        else:
            values[name] = spec.default
    if faults or any(name not in values for name in given):
        _refuse(prompt, given, faults)
    return values


def _copy(value: Any, spec: InputSpec, roles: Mapping[str, tuple[str, ...]], faults: list[Fault]) -> Any:
    if value is None:
        faults.append(Fault((spec.name,), f"must be {_described(spec)}, not null"))
        return None
    if spec.type == "messages":
        messages = copy_messages(value, roles.get(spec.name, SLOT_ROLES), (spec.name,), faults)
        faults.extend(Fault((spec.name,), *broken) for broken in broken_keywords(messages, spec.schema))
        return messages
    return copy_checked(value, spec.schema, (spec.name,), faults)


def _described(spec: InputSpec) -> str:
    if spec.type == "messages":
        return "a list of messages"
    return f"an {spec.type}" if spec.type[0] in "aio" else f"a {spec.type}"


def token_fault(value: Any, spec: InputSpec, count: Count) -> list[Fault]:
    """What breaks the `max_tokens` of an input; a token is at least one byte, so short values are never counted."""
    limit = spec.max_tokens
    if limit is None:
        return []
    texts = [value] if isinstance(value, str) else [text for item in value or () for text in _texts(item)]
    if sum(len(text.encode("utf-8", "replace")) for text in texts) <= limit:
        return []
    tokens = sum(map(count, texts))
    return [Fault((spec.name,), f"has {tokens} tokens; at most {limit} are allowed")] if tokens > limit else []


def _texts(message: Any) -> list[str]:
    content = message.get("content")
    if isinstance(content, list):
        return [part["text"] for part in content if part.get("type") == "text" and isinstance(part.get("text"), str)]
    return [content] if isinstance(content, str) else []


def _refuse(prompt: Prompt, given: Mapping[str, Any], faults: list[Fault]) -> None:
    for name in given:
        if name not in prompt.inputs:
            shown = name if isinstance(name, str) else repr(name)
            known = ", ".join(prompt.inputs) or "none"
            near = nearest(shown, prompt.inputs)
            faults.append(
                Fault((shown,), "is not an input of the prompt" + ("" if near else f"; known: {known}"), near)
            )
    if faults:
        raise InputError([_placed(prompt, fault) for fault in faults])


def _placed(prompt: Prompt, fault: Fault) -> Problem:
    """The fault at the declaration of its input."""
    root = fault.at[0]
    if root in prompt.inputs:
        place = prompt.written.location(("inputs", root), key=True)
    elif prompt.inputs:
        place = prompt.written.location(("inputs",), key=True)
    else:
        place = prompt.written.location(())
    key = path_text(fault.at)
    return Problem(InputError.code, fault.message, place.path, place.line, place.column, key, fault.suggestion)
