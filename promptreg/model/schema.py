"""Is a declared schema itself well formed? The checks of the keyword table in `inputs`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import nearest
from promptreg.model.check import Fault
from promptreg.model.inputs import KEYWORDS

__all__ = ["schema_faults"]

_JSON_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
_NUMERIC = ("minimum", "maximum")


def schema_faults(schema: Any, at: tuple[str | int, ...], *, top: bool = False) -> Iterator[Fault]:
    """What is wrong with a schema (plain JSON) at key path `at`; a `top` schema may have `type: messages`."""
    if not isinstance(schema, Mapping):
        yield Fault(at, "must be a schema (a mapping)")
        return
    for key, value in schema.items():
        kind = KEYWORDS.get(key)
        if kind is None:
            yield Fault((*at, key), "is not a schema keyword that inputs may use", nearest(key, KEYWORDS), True)
        elif kind == "type":
            if not top:
                yield from _type_faults(value, (*at, key))
        else:
            yield from _value_faults(kind, value, (*at, key))
    yield from _range_faults(schema, at)


def _type_faults(value: Any, at: tuple[str | int, ...]) -> Iterator[Fault]:
    for kind in value if isinstance(value, list) and value else [value]:
        if kind not in _JSON_TYPES:
            yield Fault(at, f'"{kind}" is not a type', nearest(str(kind), _JSON_TYPES))
    yield from _repeated(value, at)


def _repeated(value: Any, at: tuple[str | int, ...]) -> Iterator[Fault]:
    texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    for text in dict.fromkeys(texts):
        if texts.count(text) > 1:
            yield Fault(at, f'names "{text}" twice')


def _value_faults(kind: str, value: Any, at: tuple[str | int, ...]) -> Iterator[Fault]:
    if kind == "schema" or (kind == "schema-or-bool" and not isinstance(value, bool)):
        yield from schema_faults(value, at)
    elif kind == "schemas":
        if not isinstance(value, Mapping):
            yield Fault(at, "must be a mapping of schemas")
            return
        for name, inner in value.items():
            yield from schema_faults(inner, (*at, name))
    elif kind == "regex":
        yield from _regex_faults(value, at)
    elif not _is_kind(kind, value):
        yield Fault(at, f"must be {_WORDS[kind]}")
    elif kind == "names":
        yield from _repeated(value, at)


_WORDS = {
    "list": "a list with at least one value",
    "number": "a number",
    "count": "a whole number, zero or more",
    "names": "a list of names",
    "text": "text",
}


def _is_kind(kind: str, value: Any) -> bool:
    if kind == "list":
        return isinstance(value, list) and bool(value)
    if kind == "number":
        return type(value) in (int, float)
    if kind == "count":
        return type(value) is int and value >= 0
    if kind == "names":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return kind != "text" or isinstance(value, str)


def _regex_faults(value: Any, at: tuple[str | int, ...]) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(at, "must be a regular expression")
        return
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        yield Fault(at, f"is not a regular expression: {error}")


def _range_faults(schema: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Fault]:
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            yield Fault((*at, low), f"is above {high}: no value fits")
    properties, required = schema.get("properties"), schema.get("required")
    if schema.get("additionalProperties") is False and isinstance(required, list) and isinstance(properties, Mapping):
        for name in required:
            if name not in properties:
                yield Fault((*at, "required"), f'names "{name}", which properties does not allow')
