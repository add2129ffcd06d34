"""The `budget` blocks of prompts and parts: their keys and value types. The plan itself lives in the render layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from promptreg.model.prompt import MAX_TOKENS
from promptreg.model.written import KeyPath
from promptreg.registry.reader import Reader, plain

__all__ = ["PLACES", "read_part_budget", "read_prompt_budget"]

_Check = Callable[[Reader, Any, KeyPath], Any]


def _number(reader: Reader, value: Any, path: KeyPath) -> Any:
    if type(value) not in (int, float):
        reader.fault(path, "must be a number")
    return value


def _count(least: int) -> _Check:
    def check(reader: Reader, value: Any, path: KeyPath) -> Any:
        found = reader.count(value, path, least=least)
        if found > MAX_TOKENS:
            reader.fault(path, f"is above {MAX_TOKENS:,}, the most that a budget may be")
        return found

    return check


def _sticky(reader: Reader, value: Any, path: KeyPath) -> Any:
    if isinstance(value, bool):
        return value
    if type(value) is not int or not 1 <= value <= MAX_TOKENS:
        reader.fault(path, "must be true, false, or a number of tokens of at least 1")
    return value


def _one_of(*choices: str) -> _Check:
    return lambda reader, value, path: reader.choice(value, path, choices)


def _text(reader: Reader, value: Any, path: KeyPath) -> Any:
    found = reader.scalar(value, path)
    if found == "":
        reader.fault(path, "must not be empty")
    return found or ""


def _as_written(reader: Reader, value: Any, path: KeyPath) -> Any:
    return plain(value)


def _texts(reader: Reader, value: Any, path: KeyPath) -> Any:
    if isinstance(value, list):
        return [_text(reader, item, (*path, index)) for index, item in enumerate(value)]
    return [_text(reader, value, path)]


_SIZES: dict[str, _Check] = {
    "priority": _number,
    "min_tokens": _count(1),
    "max_tokens": _count(1),
    "min_items": _count(0),
    "group": _text,
    "needs": _texts,
}
_TEXT: dict[str, _Check] = {
    **_SIZES,
    "truncate": _one_of("end", "start", "middle"),
    "drop": _one_of("first", "last", "lowest"),
    "variants": _as_written,
}
PLACES: dict[str, dict[str, _Check]] = {
    "use": _TEXT,
    "text": _TEXT,
    "slot": {**_SIZES, "drop": _one_of("oldest", "newest"), "truncate": _one_of("end", "start", "middle")},
}
"""The keys of a `budget` block by the place it stands in."""

_PROMPT: dict[str, _Check] = {
    "tokens": _count(1),
    "reserve": _count(0),
    "fit": _one_of("pack", "cutoff"),
    "sticky": _sticky,
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
