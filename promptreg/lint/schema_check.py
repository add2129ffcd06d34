"""Does a JSON value break a JSON Schema? For lint, which must answer at once and must never say so wrongly.

Keywords of draft 2020-12 are decided except `unevaluated*`, `dependent*`, `propertyNames`, `$dynamicRef` and references
to other documents, which accept everything here; `format` is an annotation. So what is invalid here is invalid.
Answers are checked with a maintained library, whose import alone takes longer than linting a registry.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["Violation", "at_pointer", "property_schema", "violations"]

_DEPTH = 60
"""References and nested schemas followed; deeper ones accept everything."""

KeyPath = tuple[str | int, ...]


class Violation(NamedTuple):
    """One place of a value that breaks the schema; `name` is the key that is missing or not allowed, if it is one."""

    at: KeyPath
    message: str
    keyword: str
    name: str | None = None


def violations(value: Any, schema: Any, root: Any = None) -> Iterator[Violation]:
    """Everything in plain JSON `value` that breaks `schema`; `root` is the document that its references look into."""
    yield from _Check(schema if root is None else root).run(value, schema, (), 0)


def at_pointer(root: Any, reference: str) -> Any:
    """The schema that a reference inside the document leads to; True (which accepts everything) if it leads nowhere."""
    if reference == "#":
        return root
    if not reference.startswith("#/"):
        return True
    found = root
    for step in reference[2:].split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, Mapping) and key in found:
            found = found[key]
        else:
            return True
    return found


def property_schema(schema: Any, key: str, root: Any) -> Any:
    """The schema of a property as `properties` gives it, references followed; None if nothing is known of it."""
    for _ in range(_DEPTH):
        if isinstance(schema, Mapping) and "$ref" in schema and "properties" not in schema:
            schema = at_pointer(root, str(schema["$ref"]))
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return properties.get(key) if isinstance(properties, Mapping) else None


class _Check:
    def __init__(self, root: Any) -> None:
        self.root = root

    def run(self, value: Any, schema: Any, at: KeyPath, depth: int) -> Iterator[Violation]:
        if schema is False:
            yield Violation(at, "is not allowed here", "false")
        if not isinstance(schema, Mapping) or depth > _DEPTH:
            return
        for keyword, argument in schema.items():
            check = _VALUES.get(keyword)
            if check is not None:
                message = check(value, argument)
                if message is not None:
                    yield Violation(at, message, keyword)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield from self.run(value, at_pointer(self.root, reference), at, depth + 1)
        yield from self._combined(value, schema, at, depth + 1)
        if isinstance(value, dict):
            yield from self._object(value, schema, at, depth + 1)
        elif isinstance(value, list):
            yield from self._array(value, schema, at, depth + 1)

    def _fits(self, value: Any, schema: Any, depth: int) -> bool:
        return next(self.run(value, schema, (), depth), None) is None

    def _combined(self, value: Any, schema: Mapping[str, Any], at: KeyPath, depth: int) -> Iterator[Violation]:
        for inner in _list(schema.get("allOf")):
            yield from self.run(value, inner, at, depth)
        choices = _list(schema.get("anyOf"))
        if choices and not any(self._fits(value, inner, depth) for inner in choices):
            yield Violation(at, "fits none of the schemas in anyOf", "anyOf")
        choices = _list(schema.get("oneOf"))
        if choices:
            fitting = sum(self._fits(value, inner, depth) for inner in choices)
            # What accepts too much here could make two choices fit where one does.
            if not fitting:
                yield Violation(at, "fits none of the schemas in oneOf", "oneOf")
        if "not" in schema and _is_decided(schema["not"], depth) and self._fits(value, schema["not"], depth):
            yield Violation(at, "fits the schema in not", "not")
        if "if" in schema and _is_decided(schema["if"], depth):
            branch = schema.get("then" if self._fits(value, schema["if"], depth) else "else", True)
            yield from self.run(value, branch, at, depth)

    def _object(self, value: dict[str, Any], schema: Mapping[str, Any], at: KeyPath, depth: int) -> Iterator[Violation]:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        patterns = schema.get("patternProperties")
        patterns = patterns if isinstance(patterns, Mapping) else {}
        others = schema.get("additionalProperties", True)
        for key, item in value.items():
            matching = [inner for pattern, inner in patterns.items() if _found(pattern, key)]
            unread = any(_found(pattern, key) is None for pattern in patterns)
            if key in properties:
                yield from self.run(item, properties[key], (*at, key), depth)
            elif not matching and not unread and others is False:
                yield Violation((*at, key), "is not a key that the schema allows", "additionalProperties", key)
            elif not matching and not unread:
                yield from self.run(item, others, (*at, key), depth)
            for inner in matching:
                yield from self.run(item, inner, (*at, key), depth)
        for key in _list(schema.get("required")):
            if key not in value:
                yield Violation(at, f'lacks the key "{key}"', "required", key)

    def _array(self, value: list[Any], schema: Mapping[str, Any], at: KeyPath, depth: int) -> Iterator[Violation]:
        first = _list(schema.get("prefixItems"))
        for index, item in enumerate(value):
            inner = first[index] if index < len(first) else schema.get("items", True)
            yield from self.run(item, inner, (*at, index), depth)
        wanted = schema.get("contains", True) if schema.get("minContains", 1) != 0 else True
        if wanted is not True and not any(self._fits(item, wanted, depth) for item in value):
            yield Violation(at, "holds no item that fits contains", "contains")


_UNDECIDED = frozenset(
    ("unevaluatedProperties", "unevaluatedItems", "$ref", "$dynamicRef", "dependentSchemas", "dependentRequired",
     "oneOf", "propertyNames", "minContains", "maxContains", "multipleOf", "uniqueItems", "pattern",
     "patternProperties")
)  # fmt: skip


def _is_decided(schema: Any, depth: int) -> bool:
    """Whether nothing in a schema is taken for granted, so that what fits it here fits it everywhere."""
    if depth > _DEPTH:
        return False
    if isinstance(schema, Mapping):
        return not _UNDECIDED & schema.keys() and all(_is_decided(inner, depth + 1) for inner in schema.values())
    return not isinstance(schema, list) or all(_is_decided(inner, depth + 1) for inner in schema)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _found(pattern: Any, text: str) -> bool | None:
    """Whether a pattern occurs in a text; None for what Python cannot read."""
    compiled = _compiled(pattern) if isinstance(pattern, str) else None
    return None if compiled is None else compiled.search(text) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_type(value: Any, kind: Any) -> bool:
    if kind == "integer":
        return _is_number(value) and math.isfinite(value) and value == int(value)
    if kind == "number":
        return _is_number(value)
    known = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}.get(kind)
    return known is None or isinstance(value, known)


def _same(left: Any, right: Any) -> bool:
    """Equality of JSON values: truth values are no numbers."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    return bool(left == right)


def _type(value: Any, wanted: Any) -> str | None:
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if any(_is_type(value, kind) for kind in kinds):
        return None
    return f"must be of type {' or '.join(map(str, kinds))}"


def _enum(value: Any, choices: Any) -> str | None:
    if not isinstance(choices, list) or any(_same(value, choice) for choice in choices):
        return None
    shown = ", ".join(map(str, choices[:6])) + (", …" if len(choices) > 6 else "")
    return f"must be one of {shown}"


def _limit(kind: Callable[[Any], bool], broken: Callable[[Any, Any], bool], words: str) -> Callable[[Any, Any], Any]:
    def check(value: Any, limit: Any) -> str | None:
        return words.format(limit) if kind(value) and _is_number(limit) and broken(value, limit) else None

    return check


def _multiple(value: Any, step: Any) -> str | None:
    whole = type(value) is int and type(step) is int and step > 0
    return f"must be a multiple of {step}" if whole and value % step else None


def _unique(value: Any, wanted: Any) -> str | None:
    if wanted is not True or not isinstance(value, list) or len(value) > 200:
        return None
    twice = any(_same(left, right) for index, left in enumerate(value) for right in value[:index])
    return "holds an item twice" if twice else None


def _pattern(value: Any, pattern: Any) -> str | None:
    refused = isinstance(value, str) and _found(pattern, value) is False
    return f"must match {pattern}" if refused else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


_VALUES: Mapping[str, Callable[[Any, Any], str | None]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value, wanted: None if _same(value, wanted) else f"must be {wanted!r}",
    "minimum": _limit(_is_number, lambda value, limit: value < limit, "must be at least {}"),
    "maximum": _limit(_is_number, lambda value, limit: value > limit, "must be at most {}"),
    "exclusiveMinimum": _limit(_is_number, lambda value, limit: value <= limit, "must be above {}"),
    "exclusiveMaximum": _limit(_is_number, lambda value, limit: value >= limit, "must be below {}"),
    "minLength": _limit(_is_text, lambda value, limit: len(value) < limit, "must have at least {} characters"),
    "maxLength": _limit(_is_text, lambda value, limit: len(value) > limit, "must have at most {} characters"),
    "minItems": _limit(_is_list, lambda value, limit: len(value) < limit, "must have at least {} items"),
    "maxItems": _limit(_is_list, lambda value, limit: len(value) > limit, "must have at most {} items"),
    "minProperties": _limit(_is_object, lambda value, limit: len(value) < limit, "must have at least {} keys"),
    "maxProperties": _limit(_is_object, lambda value, limit: len(value) > limit, "must have at most {} keys"),
    "multipleOf": _multiple,
    "uniqueItems": _unique,
    "pattern": _pattern,
}
