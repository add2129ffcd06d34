"""How long a text can be that a regular expression matches from its start to its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import _constants as words  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["longest_match"]

_STARTS = (words.AT_BEGINNING, words.AT_BEGINNING_STRING)
_ENDS = (words.AT_END, words.AT_END_STRING)
_ASCII = 0x7F
_CHARACTER = 4
"""Bytes of the longest character."""


def longest_match(pattern: str) -> int | None:
    """The UTF-8 bytes of the longest text in which `re.search` finds the pattern; None: no limit.

    There is a limit only for a pattern that starts with `^` and ends with `$`, without flags, whose repetitions have
    one. What Python's own parser of patterns says about their width is used; it is private, and tests watch it.
    """
    tree = parser.parse(pattern)
    if len(tree) < 2 or tree.state.flags & ~re.UNICODE:
        return None
    if tree[0] not in [(words.AT, place) for place in _STARTS] or tree[-1] not in [
        (words.AT, place) for place in _ENDS
    ]:
        return None
    _, widest = tree.getwidth()
    if widest >= words.MAXREPEAT:
        return None
    line_end = 1 if tree[-1][1] == words.AT_END else 0  # `$` also matches before a line end
    return int(widest) * (1 if _is_ascii(tree) else _CHARACTER) + line_end


def _is_ascii(steps: Sequence[Any]) -> bool:
    """Whether all characters that the steps can match are ASCII; no is always a safe answer."""
    return all(_step_is_ascii(*step) for step in steps)


def _step_is_ascii(operation: Any, argument: Any) -> bool:
    if operation == words.LITERAL:
        return bool(argument <= _ASCII)
    if operation == words.IN:
        return all(
            (kind == words.LITERAL and value <= _ASCII) or (kind == words.RANGE and value[1] <= _ASCII)
            for kind, value in argument
        )
    if operation in (words.MAX_REPEAT, words.MIN_REPEAT, words.POSSESSIVE_REPEAT):
        return _is_ascii(argument[2])
    if operation == words.SUBPATTERN:
        _, flags, _, steps = argument  # with the flag i, "k" matches the Kelvin sign
        return not flags and _is_ascii(steps)
    if operation == words.BRANCH:
        return all(map(_is_ascii, argument[1]))
    return bool(operation == words.AT)
