"""What keeps a value from being a JSON Schema of the 2020-12 draft, as far as its own keywords go.

Every fault told here is one by the meta-schema of the draft; it finds more. Importing a library for that would take
longer than all other rules of a run together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["schema_faults"]

Path = tuple[str | int, ...]

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_SCHEMAS = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("$defs", "dependentSchemas", "patternProperties", "properties")
_COUNTS = ("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties")
_NUMBERS = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")


def schema_faults(schema: Any) -> Iterator[tuple[Path, str]]:
    """Key path and fault, in no order that matters."""
    waiting: list[tuple[Path, Any]] = [((), schema)]
    while waiting:
        path, here = waiting.pop()
        if isinstance(here, bool):
            continue
        if not isinstance(here, Mapping):
            yield path, "must be an object, true or false"
            continue
        yield from _own(path, here)
        waiting += _inner(path, here)


def _own(path: Path, schema: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in _TYPES:
            yield (*path, "type"), f"must be one of {', '.join(_TYPES)}, not {kind!r}"
    for key, value in schema.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if key in _COUNTS and not (is_number and value >= 0 and float(value).is_integer()):
            yield (*path, key), "must be a number of things"
        elif key in _NUMBERS and not is_number:
            yield (*path, key), "must be a number"
        elif key == "enum" and not isinstance(value, list):
            yield (*path, key), "must be a list"
        elif key == "required" and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
            yield (*path, key), "must be a list of names"
        elif key in _NAMED and not isinstance(value, Mapping):
            yield (*path, key), "must be an object"
        elif key in _LISTS and not (isinstance(value, list) and value):
            yield (*path, key), "must be a list of schemas"


def _inner(path: Path, schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for key, value in schema.items():
        if key in _SCHEMAS:
            yield (*path, key), value
        elif key in _NAMED and isinstance(value, Mapping):
            yield from (((*path, key, name), inner) for name, inner in value.items())
        elif key in _LISTS and isinstance(value, list):
            yield from (((*path, key, index), inner) for index, inner in enumerate(value))
