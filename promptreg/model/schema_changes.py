"""How the values that a schema allows have changed from one release to the next, as far as its keywords tell.

A step that could refuse a value that was fine before is always major; what is called major may still refuse nothing,
where the keywords of a schema overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.model.check import path_text
from promptreg.model.keywords import same_json

__all__ = ["Found", "bare_schema", "schema_changes"]

Found = tuple[str, str]
"""A level, and what has changed: `major`, `was narrowed: minimum is now 3`."""

At = tuple[str | int, ...]

_ATOMS = {"number": ("integer", "number")}
_LEAST = {"minimum": None, "minLength": 0, "minItems": 0}
_MOST = ("maximum", "maxLength", "maxItems")


def schema_changes(old: Any, new: Any, at: At = ()) -> Iterator[Found]:
    """Every change from the schema `old` to `new` (plain JSON; true and None allow anything)."""
    old, new = _as_mapping(old), _as_mapping(new)
    if old == new and same_json(old, new):
        return
    where = f" at {path_text(at)}" if at else ""
    yield from _type_changes(old, new, where)
    for keyword in (*_LEAST, *_MOST):
        absent = _LEAST.get(keyword)
        yield from _bound_change(keyword, old.get(keyword, absent), new.get(keyword, absent), where)
    yield from _choice_changes(_choices(old), _choices(new), where)
    if old.get("pattern") != new.get("pattern"):
        is_wider = "pattern" not in new
        words = "widened: the pattern is gone" if is_wider else f"narrowed: the pattern is now {new['pattern']}"
        yield ("minor" if is_wider else "major"), _worded(words, where)
    if "items" in old or "items" in new:
        yield from schema_changes(old.get("items"), new.get("items"), (*at, "items"))
    yield from _key_changes(old, new, at, where)


def _as_mapping(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, Mapping) else {}


def _worded(words: str, where: str) -> str:
    """`was narrowed at items: …`"""
    verb, _, rest = words.partition(":")
    return f"was {verb}{where}:{rest}"


def _type_changes(old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[Found]:
    before, after = _types(old), _types(new)
    if _atoms(before) == _atoms(after):
        return
    is_wider = not after or (bool(before) and _atoms(before) <= _atoms(after))
    shown = [" or ".join(kinds) or "any type" for kinds in (before, after)]
    yield ("minor" if is_wider else "major"), f"was retyped{where} from {shown[0]} to {shown[1]}"


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else sorted(kinds)


def _atoms(kinds: list[str]) -> set[str]:
    return {atom for kind in kinds for atom in _ATOMS.get(kind, (kind,))}


def _bound_change(keyword: str, old: Any, new: Any, where: str) -> Iterator[Found]:
    if old == new:
        return
    if new is None:
        yield "minor", f"was widened{where}: {keyword} {old} is gone"
        return
    is_tighter = old is None or (new > old if keyword in _LEAST else new < old)
    words = "narrowed" if is_tighter else "widened"
    yield ("major" if is_tighter else "minor"), f"was {words}{where}: {keyword} is now {new}"


def _choices(schema: Mapping[str, Any]) -> list[Any] | None:
    """The values that const and enum leave, None when there is neither."""
    found = schema.get("enum")
    if "const" not in schema:
        return None if found is None else list(found)
    only = schema["const"]
    return [only] if found is None or any(same_json(only, item) for item in found) else []


def _choice_changes(before: list[Any] | None, after: list[Any] | None, where: str) -> Iterator[Found]:
    if after is None:
        if before is not None:
            yield "minor", f"was widened{where}: any value is allowed now"
        return
    if before is None:
        yield "major", f"was narrowed{where}: only {_listed(after)} is allowed now"
        return
    gone = [item for item in before if not any(same_json(item, other) for other in after)]
    added = [item for item in after if not any(same_json(item, other) for other in before)]
    if gone:
        yield "major", f"was narrowed{where}: {_listed(gone)} is no longer allowed"
    if added:
        yield "minor", f"was widened{where}: {_listed(added)} is allowed now"


def _listed(values: list[Any]) -> str:
    return ", ".join(map(str, values)) or "no value"


def _key_changes(old: Mapping[str, Any], new: Mapping[str, Any], at: At, where: str) -> Iterator[Found]:
    """Keys of objects: required ones, declared ones, and all others."""
    needed, needs = old.get("required", ()), new.get("required", ())
    for name in needs:
        if name not in needed:
            yield "major", f'was narrowed{where}: the key "{name}" became required'
    for name in needed:
        if name not in needs:
            yield "minor", f'was widened{where}: the key "{name}" became optional'
    before, after = old.get("properties", {}), new.get("properties", {})
    rest = old.get("additionalProperties", True), new.get("additionalProperties", True)
    for name in dict.fromkeys([*before, *after]):
        pair = before.get(name, rest[0]), after.get(name, rest[1])
        yield from _allowance_changes(*pair, (*at, name), f'the key "{name}"', where)
    yield from _allowance_changes(*rest, (*at, "*"), "a key that is not declared", where)


def _allowance_changes(old: Any, new: Any, at: At, what: str, where: str) -> Iterator[Found]:
    """Changes of what may stand under a key; False means that the key itself is not allowed."""
    if new is False:
        if old is not False:
            yield "major", f"was narrowed{where}: {what} is no longer allowed"
    elif old is False:
        yield "minor", f"was widened{where}: {what} is allowed now"
    else:
        yield from schema_changes(old, new, at)


_ANNOTATIONS = frozenset(
    ("title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly", "$comment", "$id", "$schema")
)
_NAMED_SCHEMAS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_VERBATIM = ("enum", "const", "dependentRequired")


def bare_schema(schema: Any) -> Any:
    """A JSON Schema without annotations; the names of properties are no keywords, and sets are in one order."""
    if isinstance(schema, list):
        return [bare_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED_SCHEMAS and isinstance(value, dict):
            found[key] = {name: bare_schema(item) for name, item in value.items()}
        elif key in _VERBATIM:
            found[key] = value
        elif key in ("required", "type") and isinstance(value, list):
            found[key] = sorted(map(str, value))
        elif key not in _ANNOTATIONS:
            found[key] = bare_schema(value)
    return found
