"""Inputs for a prompt without a sample that works: values of the declared types, as ordinary as schemas allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptreg.model.check import Fault, copy_checked
from promptreg.model.prompt import Prompt, Slot

__all__ = ["made_inputs"]

_TEXTS = ("text", "2026-01-31", "en", "a", "A", "1", "AA", "ABC", "abc-1", "2026-01-31T12:00:00Z", "a@example.org",
          "https://example.org", "auto", "A1", "01", "#1")  # fmt: skip
_DEPTH = 8


def made_inputs(prompt: Prompt) -> dict[str, Any] | None:
    """A value for every declared input, None if none is found for one of them. What a prompt requires is not known."""
    roles = {slot.input: slot.roles[0] for slot in prompt.messages if isinstance(slot, Slot)}
    found: dict[str, Any] = {}
    for name, spec in prompt.inputs.items():
        if spec.type == "messages":
            found[name] = [{"role": roles.get(name, "user"), "content": "text"}]
        elif spec.required:
            faults: list[Fault] = []
            found[name] = copy_checked(_value(spec.schema, 0), spec.schema, (name,), faults)
            if faults:
                return None
    return found


def _value(schema: Any, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "string")
    kinds = kind if isinstance(kind, list) else [kind]
    kind = next((one for one in kinds if one != "null"), "null")
    if kind == "string":
        return _text(schema)
    if kind in ("integer", "number"):
        return schema.get("minimum", min(1, schema.get("maximum", 1)))
    if kind == "boolean":
        return True
    if kind == "array":
        size = max(1, schema.get("minItems", 1))
        return [_value(schema.get("items", {}), depth + 1) for _ in range(min(size, 100, schema.get("maxItems", 100)))]
    if kind == "object":
        return {key: _value(inner, depth + 1) for key, inner in schema.get("properties", {}).items()}
    return None


def _text(schema: Mapping[str, Any]) -> str:
    """The first of some usual texts that the schema allows, lengthened where it asks for more."""
    least = schema.get("minLength", 0)
    for text in _TEXTS:
        longer = (f"{text} " * (least // len(text) + 1))[:least] if len(text) < least <= 10_000 else text
        faults: list[Fault] = []
        copy_checked(longer, schema, (), faults)
        if not faults:
            return longer
    return ""
