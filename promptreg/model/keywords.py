"""The keywords of a schema that look at a whole value: enum, const, and the limits of numbers, texts and lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from promptreg.errors import nearest

__all__ = ["broken_keywords", "same_json"]


def broken_keywords(value: Any, schema: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Why the plain JSON `value` does not fit these keywords of `schema`, each time with the nearest valid choice."""
    for keyword, limit in schema.items():
        check = _CHECKS.get(keyword)
        reason = check(value, limit) if check is not None else None
        if reason:
            suggestion = None
            if keyword == "enum" and isinstance(value, str):
                suggestion = nearest(value, [item for item in limit if isinstance(item, str)])
            yield reason, suggestion


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
