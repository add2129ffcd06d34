"""Checking values against declared inputs, and copying them to plain JSON on the way.

The copy holds only exact dict, list, str, int, float, bool and None, so nothing that a template touches can run code.
Every fault is reported, with the path of the value inside the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Sized
from typing import Any, NamedTuple

from promptreg.errors import nearest
from promptreg.model.keywords import broken_keywords
from promptreg.model.kinds import SLOT_ROLES

__all__ = ["Fault", "copy_checked", "copy_messages", "kind_of", "path_text"]

MAX_DEPTH = 64
"""Nesting of input values; far above what prompts use, far below Python's recursion limit."""

MAX_VALUES = 1_000_000
"""Values in one input; a few lists that hold each other several times would otherwise never end."""

MAX_INT_BITS = 4096
"""Larger integers are refused: CPython itself refuses to print integers of more than 4,300 digits."""

_TYPE_NAMES = {dict: "object", list: "array", str: "string", int: "integer", float: "number", bool: "boolean"}
_MESSAGE_KEYS = ("role", "content", "name", "tool_calls", "tool_call_id")


class Fault(NamedTuple):
    """One thing wrong with a value: its path inside the inputs, and the reason; `key` when its key is what is wrong."""

    at: tuple[str | int, ...]
    message: str
    suggestion: str | None = None
    key: bool = False


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
    try:
        return _checked(value, schema, at, _Run(faults))
    except _Refused as refused:
        faults.append(refused.fault)
        return None


class _Run:
    """One value being copied: the faults so far, and how many values may still follow."""

    __slots__ = ("faults", "left")

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.left = MAX_VALUES

    def enter(self, value: Sized, at: tuple[str | int, ...]) -> None:
        """Account for the values in a list or object. Raises _Refused, also for those that contain themselves."""
        self.left -= len(value)
        if self.left < 0:
            raise _Refused(Fault(at, f"holds more than {MAX_VALUES:,} values, counting shared ones again"))
        if len(at) >= MAX_DEPTH and len(value):
            raise _Refused(Fault(at, f"is nested deeper than {MAX_DEPTH} levels"))


class _Refused(Exception):
    """The value cannot be copied any further."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def _checked(value: Any, schema: Mapping[str, Any], at: tuple[str | int, ...], run: _Run) -> Any:
    wanted = schema.get("type")
    if type(value) is str and wanted == "string":
        _check_text(value, at, run)
        plain: Any = value
    elif wanted == "messages":
        plain = _copy_list(value, SLOT_ROLES, at, run)
    else:
        plain = _copy(value, schema, at, run)
    if len(schema) > 1 or wanted is None:
        run.faults.extend(Fault(at, *broken) for broken in broken_keywords(plain, schema))
    return plain


def _copy(value: Any, schema: Mapping[str, Any], at: tuple[str | int, ...], run: _Run) -> Any:
    plain = _plain_scalar(value, at, run)
    if plain is _NOT_SCALAR:
        if isinstance(value, Mapping):
            plain = _copy_mapping(value, schema, at, run)
        elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
            run.enter(value, at)
            inner = schema.get("items", _ANY)
            plain = [_checked(item, inner, (*at, index), run) for index, item in enumerate(value)]
        else:
            run.faults.append(Fault(at, f"is a Python {type(value).__name__}, not a JSON value"))
            return None
    _check_type(plain, schema.get("type"), at, run)
    return plain


_ANY: Mapping[str, Any] = {}
_NOT_SCALAR = object()


def _plain_scalar(value: Any, at: tuple[str | int, ...], run: _Run) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if isinstance(value, str):
        text = value if kind is str else str.__str__(value)
        _check_text(text, at, run)
        return text
    if isinstance(value, int):
        number = int.__int__(value)
        if number.bit_length() > MAX_INT_BITS:
            run.faults.append(Fault(at, f"is an integer of more than {MAX_INT_BITS} bits"))
            return 0
        return number
    if isinstance(value, float):
        if not math.isfinite(value):
            run.faults.append(Fault(at, "is not a finite number"))
        return float.__float__(value)
    return _NOT_SCALAR


def _check_text(text: str, at: tuple[str | int, ...], run: _Run) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        run.faults.append(Fault(at, f"holds a lone surrogate (U+{code:04X}) at character {error.start + 1}"))


def _copy_mapping(value: Mapping[Any, Any], schema: Mapping[str, Any], at: tuple[str | int, ...], run: _Run) -> Any:
    run.enter(value, at)
    properties = schema.get("properties", _ANY)
    others = schema.get("additionalProperties", True)
    plain: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            run.faults.append(Fault(at, f"has a key that is not a string: {key!r}"))
            continue
        name = str.__str__(key)
        _check_text(name, at, run)
        inner = properties.get(name)
        if inner is None:
            if others is False:
                run.faults.append(Fault((*at, name), "is not a known key here", nearest(name, properties), True))
            inner = others if isinstance(others, Mapping) else _ANY
        plain[name] = _checked(item, inner, (*at, name), run)
    for name in schema.get("required", ()):
        if name not in plain:
            run.faults.append(Fault((*at, name), "is missing"))
    return plain


def _check_type(value: Any, wanted: Any, at: tuple[str | int, ...], run: _Run) -> None:
    if wanted is None:
        return
    kinds = (wanted,) if isinstance(wanted, str) else wanted
    if not any(_is_type(value, kind) for kind in kinds):
        run.faults.append(Fault(at, f"must be {_article(kinds)}, not {kind_of(value)}"))


def kind_of(value: Any) -> str:
    """What sort of JSON value this is, for messages; of other values the name of their Python type."""
    return "null" if value is None else _TYPE_NAMES.get(type(value), type(value).__name__)


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


def copy_messages(value: Any, roles: Sequence[str], at: tuple[str | int, ...], faults: Faults) -> list[Any]:
    """A plain copy of a message list `[{role, content, name?, tool_calls?, tool_call_id?}]`, checked."""
    try:
        return _copy_list(value, roles, at, _Run(faults))
    except _Refused as refused:
        faults.append(refused.fault)
        return []


def _copy_list(value: Any, roles: Sequence[str], at: tuple[str | int, ...], run: _Run) -> list[Any]:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray, memoryview)):
        run.faults.append(Fault(at, f"must be a list of messages, not {kind_of(value)}"))
        return []
    run.enter(value, at)
    return [_copy_message(item, roles, (*at, index), run) for index, item in enumerate(value)]


def _copy_message(value: Any, roles: Sequence[str], at: tuple[str | int, ...], run: _Run) -> Any:
    if not isinstance(value, Mapping):
        run.faults.append(Fault(at, "must be a message: an object with role and content"))
        return {"role": "user", "content": ""}
    role, content = value.get("role"), value.get("content")
    if type(role) is str and role in roles and type(content) is str and len(value) == 2:
        _check_text(content, (*at, "content"), run)
        return {"role": role, "content": content}
    return _copy_rich_message(value, roles, at, run)


def _copy_rich_message(value: Mapping[Any, Any], roles: Sequence[str], at: tuple[str | int, ...], run: _Run) -> Any:
    plain: dict[str, Any] = _copy_mapping(value, _ANY, at, run)
    for key in plain:
        if key not in _MESSAGE_KEYS:
            run.faults.append(Fault((*at, key), "is not a key of a message", nearest(key, _MESSAGE_KEYS), True))
    role = plain.get("role")
    if not isinstance(role, str) or role not in roles:
        reason = f"must be one of {', '.join(roles)}"
        run.faults.append(Fault((*at, "role"), reason if "role" in plain else "is missing"))
    for key in ("name", "tool_call_id"):
        if key in plain and not isinstance(plain[key], str):
            run.faults.append(Fault((*at, key), "must be a string"))
    if "tool_calls" in plain and not isinstance(plain["tool_calls"], list):
        run.faults.append(Fault((*at, "tool_calls"), "must be an array"))
    _check_content(plain, at, run)
    return plain


def _check_content(plain: dict[str, Any], at: tuple[str | int, ...], run: _Run) -> None:
    content = plain.get("content")
    if isinstance(content, str):
        return
    if content is None:
        if plain.get("tool_calls"):
            plain["content"] = None
        else:
            run.faults.append(Fault((*at, "content"), "is null" if "content" in plain else "is missing"))
        return
    if not isinstance(content, list):
        run.faults.append(Fault((*at, "content"), "must be a string or a list of content parts"))
        return
    for index, part in enumerate(content):
        here = (*at, "content", index)
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            run.faults.append(Fault(here, "must be a content part: an object with a type"))
        elif part["type"] == "text" and not isinstance(part.get("text"), str):
            run.faults.append(Fault((*here, "text"), "must be a string"))
