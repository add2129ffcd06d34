"""Checking values against declared inputs, and copying them to plain JSON on the way.

The copy holds only exact dict, list, str, int, float, bool and None, so nothing that a template touches can run code.
Every fault is reported, with the path of the value inside the inputs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from promptreg.errors import nearest
from promptreg.model.kinds import SLOT_ROLES

__all__ = ["Fault", "copy_checked", "copy_messages", "path_text", "same_json"]

MAX_DEPTH = 64
"""Nesting of input values; far above what prompts use, far below Python's recursion limit."""

MAX_INT_BITS = 4096
"""Larger integers are refused: CPython itself refuses to print integers of more than 4,300 digits."""

_TYPE_NAMES = {dict: "object", list: "array", str: "string", int: "integer", float: "number", bool: "boolean"}
_MESSAGE_KEYS = ("role", "content", "name", "tool_calls", "tool_call_id")


class Fault(NamedTuple):
    """One thing wrong with a value: its path inside the inputs, and the reason."""

    at: tuple[str | int, ...]
    message: str
    suggestion: str | None = None


Faults = list[Fault]


def path_text(path: Sequence[str | int]) -> str:
    """A value path for people and JSON: `history[3].content`; odd keys are quoted: `row["a b"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def copy_checked(value: Any, schema: Mapping[str, Any], at: tuple[str | int, ...], faults: Faults) -> Any:
    """A plain copy of `value`, with what breaks `schema` appended to `faults`."""
    wanted = schema.get("type")
    if type(value) is str and wanted == "string":
        _check_text(value, at, faults)
        plain: Any = value
    else:
        if wanted == "messages":
            return copy_messages(value, SLOT_ROLES, at, faults)
        plain = _copy(value, schema, at, faults)
    if len(schema) > 1:
        _check_keywords(plain, schema, at, faults)
    return plain


def _copy(value: Any, schema: Mapping[str, Any], at: tuple[str | int, ...], faults: Faults) -> Any:
    if len(at) > MAX_DEPTH:
        faults.append(Fault(at, f"is nested deeper than {MAX_DEPTH} levels"))
        return None
    plain = _plain_scalar(value, at, faults)
    if plain is _NOT_SCALAR:
        if isinstance(value, Mapping):
            plain = _copy_mapping(value, schema, at, faults)
        elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
            inner = schema.get("items", _ANY)
            plain = [copy_checked(item, inner, (*at, index), faults) for index, item in enumerate(value)]
        else:
            faults.append(Fault(at, f"is a Python {type(value).__name__}, not a JSON value"))
            return None
    _check_type(plain, schema.get("type"), at, faults)
    return plain


_ANY: Mapping[str, Any] = {}
_NOT_SCALAR = object()


def _plain_scalar(value: Any, at: tuple[str | int, ...], faults: Faults) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if isinstance(value, str):
        text = value if kind is str else str.__str__(value)
        _check_text(text, at, faults)
        return text
    if isinstance(value, int):
        number = int(value)
        if number.bit_length() > MAX_INT_BITS:
            faults.append(Fault(at, f"is an integer of more than {MAX_INT_BITS} bits"))
            return 0
        return number
    if isinstance(value, float):
        if not math.isfinite(value):
            faults.append(Fault(at, "is not a finite number"))
        return float(value)
    return _NOT_SCALAR


def _check_text(text: str, at: tuple[str | int, ...], faults: Faults) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        faults.append(Fault(at, f"holds a lone surrogate (U+{code:04X}) at character {error.start + 1}"))


def _copy_mapping(
    value: Mapping[Any, Any], schema: Mapping[str, Any], at: tuple[str | int, ...], faults: Faults
) -> Any:
    properties = schema.get("properties", _ANY)
    others = schema.get("additionalProperties", True)
    plain: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            faults.append(Fault(at, f"has a key that is not a string: {key!r}"))
            continue
        name = str.__str__(key)
        _check_text(name, at, faults)
        inner = properties.get(name)
        if inner is None:
            if others is False:
                faults.append(Fault((*at, name), "is not a known key here", nearest(name, properties)))
                continue
            inner = others if isinstance(others, Mapping) else _ANY
        plain[name] = copy_checked(item, inner, (*at, name), faults)
    for name in schema.get("required", ()):
        if name not in plain:
            faults.append(Fault((*at, name), "is missing"))
    return plain


def _check_type(value: Any, wanted: Any, at: tuple[str | int, ...], faults: Faults) -> None:
    if wanted is None:
        return
    kinds = (wanted,) if isinstance(wanted, str) else wanted
    if not any(_is_type(value, kind) for kind in kinds):
        found = "null" if value is None else _TYPE_NAMES[type(value)]
        faults.append(Fault(at, f"must be {_article(kinds)}, not {found}"))


def _article(kinds: Sequence[str]) -> str:
    def word(kind: str) -> str:
        if kind == "null":
            return kind
        return f"an {kind}" if kind[0] in "aio" else f"a {kind}"

    return " or ".join(map(word, kinds))


def _is_type(value: Any, kind: str) -> bool:
    if kind == "number":
        return type(value) in (int, float)
    return type(value) is _PYTHON_TYPES[kind]


_PYTHON_TYPES = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _check_keywords(value: Any, schema: Mapping[str, Any], at: tuple[str | int, ...], faults: Faults) -> None:
    for keyword, limit in schema.items():
        check = _CHECKS.get(keyword)
        if check is not None:
            reason = check(value, limit)
            if reason:
                suggestion = None
                if keyword == "enum" and isinstance(value, str):
                    suggestion = nearest(value, [item for item in limit if isinstance(item, str)])
                faults.append(Fault(at, reason, suggestion))


def same_json(left: Any, right: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    return bool(left == right)


def _enum(value: Any, choices: Sequence[Any]) -> str | None:
    if any(same_json(value, choice) for choice in choices):
        return None
    return "must be one of " + ", ".join(map(_shown, choices))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _bound(kind: tuple[type, ...], fits: Callable[[Any, Any], bool], words: str) -> Callable[[Any, Any], str | None]:
    def check(value: Any, limit: Any) -> str | None:
        if type(value) not in kind or fits(value, limit):
            return None
        return words.format(limit)

    return check


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_NUMBERS = (int, float)
_CHECKS: Mapping[str, Callable[[Any, Any], str | None]] = {
    "enum": _enum,
    "const": lambda value, only: None if same_json(value, only) else f"must be {_shown(only)}",
    "minimum": _bound(_NUMBERS, lambda value, limit: value >= limit, "must be at least {}"),
    "maximum": _bound(_NUMBERS, lambda value, limit: value <= limit, "must be at most {}"),
    "minLength": _bound((str,), lambda value, limit: len(value) >= limit, "must have at least {} characters"),
    "maxLength": _bound((str,), lambda value, limit: len(value) <= limit, "must have at most {} characters"),
    "minItems": _bound((list,), lambda value, limit: len(value) >= limit, "must have at least {} items"),
    "maxItems": _bound((list,), lambda value, limit: len(value) <= limit, "must have at most {} items"),
    "pattern": _bound((str,), lambda value, limit: _compiled(limit).search(value) is not None, "must match {}"),
}


def copy_messages(value: Any, roles: Sequence[str], at: tuple[str | int, ...], faults: Faults) -> list[Any]:
    """A plain copy of a message list `[{role, content, name?, tool_calls?, tool_call_id?}]`, checked."""
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray, memoryview)):
        found = "null" if value is None else _TYPE_NAMES.get(type(value), type(value).__name__)
        faults.append(Fault(at, f"must be a list of messages, not {found}"))
        return []
    return [_copy_message(item, roles, (*at, index), faults) for index, item in enumerate(value)]


def _copy_message(value: Any, roles: Sequence[str], at: tuple[str | int, ...], faults: Faults) -> Any:
    if not isinstance(value, Mapping):
        faults.append(Fault(at, "must be a message: an object with role and content"))
        return {"role": "user", "content": ""}
    role, content = value.get("role"), value.get("content")
    if type(role) is str and role in roles and type(content) is str and len(value) == 2:
        _check_text(content, (*at, "content"), faults)
        return {"role": role, "content": content}
    return _copy_rich_message(value, roles, at, faults)


def _copy_rich_message(
    value: Mapping[Any, Any], roles: Sequence[str], at: tuple[str | int, ...], faults: Faults
) -> Any:
    plain: dict[str, Any] = _copy_mapping(value, _ANY, at, faults)
    for key in plain:
        if key not in _MESSAGE_KEYS:
            faults.append(Fault((*at, key), "is not a key of a message", nearest(key, _MESSAGE_KEYS)))
    role = plain.get("role")
    if not isinstance(role, str) or role not in roles:
        reason = f"must be one of {', '.join(roles)}"
        faults.append(Fault((*at, "role"), reason if "role" in plain else "is missing"))
    for key in ("name", "tool_call_id"):
        if key in plain and not isinstance(plain[key], str):
            faults.append(Fault((*at, key), "must be a string"))
    if "tool_calls" in plain and not isinstance(plain["tool_calls"], list):
        faults.append(Fault((*at, "tool_calls"), "must be an array"))
    _check_content(plain, at, faults)
    return plain


def _check_content(plain: dict[str, Any], at: tuple[str | int, ...], faults: Faults) -> None:
    content = plain.get("content")
    if isinstance(content, str):
        return
    if content is None:
        if plain.get("tool_calls"):
            plain["content"] = None
        else:
            faults.append(Fault((*at, "content"), "is null" if "content" in plain else "is missing"))
        return
    if not isinstance(content, list):
        faults.append(Fault((*at, "content"), "must be a string or a list of content parts"))
        return
    for index, part in enumerate(content):
        here = (*at, "content", index)
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            faults.append(Fault(here, "must be a content part: an object with a type"))
        elif part["type"] == "text" and not isinstance(part.get("text"), str):
            faults.append(Fault((*here, "text"), "must be a string"))
