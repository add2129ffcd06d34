"""The `budget` blocks of prompts and parts: their keys and value types. The plan itself lives in the render layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from promptreg.model.written import KeyPath
from promptreg.registry.reader import Reader, plain

__all__ = ["PLACES", "read_part_budget", "read_prompt_budget"]

_Check = Callable[[Reader, Any, KeyPath], Any]


def _number(reader: Reader, value: Any, path: KeyPath) -> Any:
    if type(value) not in (int, float):
        reader.fault(path, "must be a number")
    return value


def _positive(reader: Reader, value: Any, path: KeyPath) -> Any:
    return reader.count(value, path, least=1)


def _one_of(*choices: str) -> _Check:
    return lambda reader, value, path: reader.choice(value, path, choices)


def _text(reader: Reader, value: Any, path: KeyPath) -> Any:
    return reader.text(value, path)


def _variants(reader: Reader, value: Any, path: KeyPath) -> Any:
    for index, item in enumerate(reader.sequence(value, path, least=1)):
        here = (*path, index)
        shape = reader.mapping(item, here, ("use", "text"))
        if isinstance(item, dict) and ("use" in shape) == ("text" in shape):
            reader.fault(here, 'must have either "use" or "text"')
        if "use" in shape:
            reader.ref(shape["use"], (*here, "use"))
        if "text" in shape and not isinstance(shape["text"], str):
            reader.fault((*here, "text"), "must be template text (quote it)")
    return plain(value)


def _texts(reader: Reader, value: Any, path: KeyPath) -> Any:
    if isinstance(value, list):
        return [reader.text(item, (*path, index)) for index, item in enumerate(value)]
    return [reader.text(value, path)]


_SIZES: dict[str, _Check] = {
    "priority": _number,
    "min_tokens": _positive,
    "max_tokens": _positive,
    "min_items": lambda reader, value, path: reader.count(value, path),
    "group": _text,
    "needs": _texts,
}
_TRUNCATE: dict[str, _Check] = {"truncate": _one_of("end", "start", "middle")}
PLACES: dict[str, dict[str, _Check]] = {
    "use": {**_SIZES, **_TRUNCATE, "drop": _one_of("first", "last", "lowest"), "variants": _variants},
    "text": {**_SIZES, **_TRUNCATE, "variants": _variants},
    "slot": {**_SIZES, "drop": _one_of("oldest", "newest"), "truncate": _one_of("end", "start", "middle")},
}
"""The keys of a `budget` block by the place it stands in."""

_PROMPT: dict[str, _Check] = {
    "tokens": _positive,
    "reserve": lambda reader, value, path: reader.count(value, path),
    "fit": _one_of("pack", "cutoff"),
    "sticky": lambda reader, value, path: reader.flag(value, path),
}


def read_part_budget(reader: Reader, value: Any, path: KeyPath, place: str) -> dict[str, Any]:
    """The `budget` of a part or slot; `place` is use, text or slot."""
    found = _read(reader, value, path, PLACES[place])
    least, most = found.get("min_tokens"), found.get("max_tokens")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        reader.fault((*path, "min_tokens"), "is above max_tokens")
    return found


def read_prompt_budget(reader: Reader, value: Any) -> dict[str, Any]:
    """The `budget` of a prompt."""
    found = _read(reader, value, ("budget",), _PROMPT)
    tokens, reserve = found.get("tokens"), found.get("reserve")
    if isinstance(tokens, int) and isinstance(reserve, int) and reserve >= tokens:
        reader.fault(("budget", "reserve"), "leaves no tokens for the prompt")
    return found


def _read(reader: Reader, value: Any, path: KeyPath, checks: dict[str, _Check]) -> dict[str, Any]:
    shape = reader.mapping(value, path, checks)
    return {key: checks[key](reader, item, (*path, key)) for key, item in shape.items() if key in checks}
