"""The `inputs` block of a component or prompt."""

from __future__ import annotations

from typing import Any

from promptreg.model.check import Fault, copy_checked
from promptreg.model.inputs import KEYWORDS, MISSING, InputSpec
from promptreg.model.kinds import INPUT_TYPES
from promptreg.model.schema import schema_faults
from promptreg.model.written import KeyPath
from promptreg.registry.reader import Reader, plain

__all__ = ["read_inputs", "read_value"]

_OWN = ("trust", "pii", "max_tokens", "default", "summary")
_KNOWN = (*KEYWORDS, *_OWN)
_OF_LISTS = ("type", "minItems", "maxItems", "description", "title")
TRUSTS = ("trusted", "untrusted")


def read_inputs(reader: Reader, value: Any, path: KeyPath = ("inputs",)) -> dict[str, InputSpec]:
    """The declared inputs in document order; faults go to the reader."""
    if value is None:
        return {}
    specs = {}
    for name, declared in reader.named(value, path).items():
        here = (*path, name)
        reader.input_name(name, here)
        specs[name] = _read_spec(reader, name, declared, here)
    return specs


def _read_spec(reader: Reader, name: str, value: Any, path: KeyPath) -> InputSpec:
    meant = f"{{type: {value}}}" if isinstance(value, str) and value in INPUT_TYPES else None
    declared = reader.mapping(value, path, _KNOWN, required=("type",), meant=meant)
    kind = reader.choice(declared["type"], (*path, "type"), INPUT_TYPES) if "type" in declared else "string"
    schema = _read_schema(reader, declared, kind, path)
    trust = reader.choice(declared["trust"], (*path, "trust"), TRUSTS) if "trust" in declared else "trusted"
    limit = None
    if "max_tokens" in declared:
        limit = reader.count(declared["max_tokens"], (*path, "max_tokens"), least=1)
        if kind not in ("string", "messages"):
            reader.fault((*path, "max_tokens"), "is for inputs of type string or messages", key=True)
    spec = InputSpec(
        name=name,
        type=kind,
        schema=schema,
        trust=trust,
        pii=reader.flag(declared["pii"], (*path, "pii")) if "pii" in declared else False,
        max_tokens=limit,
        summary=reader.text(declared["summary"], (*path, "summary")) if "summary" in declared else "",
    )
    if "default" not in declared:
        return spec
    if declared.get("type") not in INPUT_TYPES:  # already told; whether the default fits cannot be said
        return spec._replace(default=plain(declared["default"]))
    return spec._replace(default=_read_default(reader, spec, declared["default"], (*path, "default")))


def _read_schema(reader: Reader, declared: dict[str, Any], kind: str, path: KeyPath) -> dict[str, Any]:
    keywords = {key: value for key, value in declared.items() if key in KEYWORDS}
    schema: dict[str, Any] = {**_as_written(reader, keywords, path), "type": kind}
    found = list(schema_faults(schema, path, top=True))
    if kind == "messages":
        reason = "is not for inputs of type messages"
        found += [Fault((*path, key), reason, None, True) for key in schema if key not in _OF_LISTS]
    reader.faults(found)
    return {"type": kind} if found else schema


def _as_written(reader: Reader, declared: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    """The plain JSON of a schema; where it lists strings, `1.10` and `on` stay what the author wrote."""
    wanted = {"type": declared.get("type")}
    schema: dict[str, Any] = {}
    for key, value in declared.items():
        here = (*path, key)
        if key in ("items", "additionalProperties") and isinstance(value, dict):
            schema[key] = _as_written(reader, value, here)
        elif key == "properties" and isinstance(value, dict):
            schema[key] = {
                name: _as_written(reader, inner, (*here, name)) if isinstance(inner, dict) else plain(inner)
                for name, inner in value.items()
            }
        elif key == "enum" and isinstance(value, list):
            schema[key] = [reader.expected(item, wanted, (*here, index)) for index, item in enumerate(value)]
        elif key == "const":
            schema[key] = reader.expected(value, wanted, here)
        elif KEYWORDS.get(key) in ("text", "regex"):
            schema[key] = reader.expected(value, _TEXT, here)
        else:
            schema[key] = plain(value)
    return schema


def _read_default(reader: Reader, spec: InputSpec, value: Any, path: KeyPath) -> Any:
    if value is None:
        reader.fault(path, "null is not a value: leave out the default to make the input required")
        return MISSING
    faults: list[Fault] = []
    checked = copy_checked(read_value(reader, spec, value, path), spec.schema, path, faults)
    reader.faults(faults)
    return checked


def read_value(reader: Reader, spec: InputSpec, value: Any, path: KeyPath) -> Any:
    """A value for the input `spec` as plain JSON; wherever a string is expected it is what the author wrote."""
    return reader.expected(value, _MESSAGES if spec.type == "messages" else spec.schema, path)


_TEXT = {"type": "string"}
_CONTENT = {"type": ["string", "array"], "items": {"properties": {"text": _TEXT}}}
_MESSAGES: dict[str, Any] = {
    "items": {"properties": {"role": _TEXT, "content": _CONTENT, "name": _TEXT, "tool_call_id": _TEXT}}
}
