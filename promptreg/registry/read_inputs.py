"""The `inputs` block of a component or prompt."""

from __future__ import annotations

from typing import Any

from promptreg.errors import nearest
from promptreg.model.check import Fault, copy_checked
from promptreg.model.inputs import KEYWORDS, MISSING, InputSpec
from promptreg.model.kinds import INPUT_TYPES
from promptreg.model.schema import schema_faults
from promptreg.model.written import KeyPath
from promptreg.registry.reader import Reader, plain

__all__ = ["read_inputs"]

_OWN = ("trust", "pii", "max_tokens", "default", "summary")
_KNOWN = (*KEYWORDS, *_OWN)
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
    declared = reader.mapping(value, path, _KNOWN, required=("type",))
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
    return spec._replace(default=_read_default(reader, spec, declared["default"], (*path, "default")))


def _read_schema(reader: Reader, declared: dict[str, Any], kind: str, path: KeyPath) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    for key, value in declared.items():
        if key in KEYWORDS and key != "type":
            schema[key] = plain(value)
    if kind == "string":
        _keep_written(reader, schema, declared, path)
    found = list(schema_faults(schema, path, top=True))
    reader.faults(fault for fault in found if fault.at[: len(path)] == path)
    return {"type": kind} if found else schema


def _keep_written(reader: Reader, schema: dict[str, Any], declared: dict[str, Any], path: KeyPath) -> None:
    """Where a string is expected, `1.10` and `on` stay what the author wrote."""
    choices = declared.get("enum")
    if isinstance(choices, list):
        schema["enum"] = [
            item if isinstance(item, (str, dict, list)) or item is None else reader.text(item, (*path, "enum", index))
            for index, item in enumerate(choices)
        ]
    if "const" in declared:
        schema["const"] = reader.text(declared["const"], (*path, "const"))


def _read_default(reader: Reader, spec: InputSpec, value: Any, path: KeyPath) -> Any:
    if value is None:
        reader.fault(path, "null is not a value: leave out the default to make the input required")
        return MISSING
    if spec.type == "string":
        value = reader.text(value, path)
    faults: list[Fault] = []
    checked = copy_checked(plain(value), spec.schema, path, faults)
    reader.faults(Fault(fault.at, fault.message, fault.suggestion or _near(spec, value)) for fault in faults)
    return checked


def _near(spec: InputSpec, value: Any) -> str | None:
    choices = spec.schema.get("enum")
    if not isinstance(value, str) or not choices:
        return None
    return nearest(value, [choice for choice in choices if isinstance(choice, str)])
