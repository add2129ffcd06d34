"""Sets of characters of a pattern, over-estimated, for the question whether two of them have one in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

__all__ = ["EVERYTHING", "Characters", "one_of", "single"]

Characters = frozenset[int]
"""ASCII code points, and one number for each kind of all others."""

_WORD, _DIGIT, _SPACE, _OTHER = -1, -2, -3, -4
_ASCII = frozenset(range(128))
_REST = frozenset({_WORD, _DIGIT, _SPACE, _OTHER})

EVERYTHING: Characters = _ASCII | _REST


def single(point: int, flags: int) -> Characters:
    """A character and, where case is ignored, those that are taken for it."""
    if point >= 128:
        found = {_kind(chr(point))}
        return frozenset(found) | (_folded(chr(point)) if flags & re.IGNORECASE else frozenset())
    if not flags & re.IGNORECASE:
        return frozenset({point})
    letter = chr(point)
    found = {ord(letter.lower()), ord(letter.upper())}
    return frozenset(found | {_WORD}) if letter in "iIkKsS" else frozenset(found)


def _folded(letter: str) -> Characters:
    """What a letter that is not ASCII may be equal to: its kind, and ASCII letters."""
    others = {letter.lower(), letter.upper(), letter.casefold()}
    return frozenset(ord(one) if one.isascii() else _kind(one) for other in others for one in other) | {
        ord(one) for one in "iIkKsS"
    }


def _kind(letter: str) -> int:
    if letter.isdecimal():
        return _DIGIT
    if letter.isalnum():
        return _WORD
    return _SPACE if letter.isspace() else _OTHER


def one_of(items: Iterable[tuple[Any, Any]], flags: int) -> Characters:
    """The characters of a class in brackets."""
    op: Any = import_module("re._constants")
    found: set[int] = set()
    negated = False
    for code, argument in items:
        if code is op.NEGATE:
            negated = True
        elif code is op.LITERAL:
            found |= single(argument, flags)
        elif code is op.RANGE:
            found |= _range(argument, flags)
        else:
            found |= _category(str(argument))
    if not negated:
        return frozenset(found)
    # Of the characters that are not ASCII only whole kinds can be known to be left out.
    categories = [_category(str(argument)) for code, argument in items if code is op.CATEGORY]
    left_out = frozenset().union(*categories)
    exact = _exact_ascii(items, op)
    return (_ASCII - exact) | (_REST - left_out)


def _exact_ascii(items: Iterable[tuple[Any, Any]], op: Any) -> frozenset[int]:
    """ASCII characters that a class names for sure, whatever the flags."""
    found: set[int] = set()
    for code, argument in items:
        if code is op.LITERAL and argument < 128:
            found.add(argument)
        elif code is op.RANGE:
            found.update(range(argument[0], min(argument[1], 127) + 1))
        elif code is op.CATEGORY:
            found |= _category(str(argument)) & _ASCII
    return frozenset(found)


def _range(ends: tuple[int, int], flags: int) -> frozenset[int]:
    first, last = ends
    found: frozenset[int] = frozenset()
    for point in range(first, min(last, 127) + 1):
        found |= single(point, flags)
    return found | _REST if last >= 128 else found


def _category(name: str) -> frozenset[int]:
    """The characters of `\\w`, `\\d`, `\\s` and their opposites."""
    kind, negated = name.removeprefix("CATEGORY_").removeprefix("NOT_").lower(), "NOT_" in name
    test, rest = {
        "digit": (str.isdecimal, {_DIGIT}),
        "space": (str.isspace, {_SPACE}),
        "word": (lambda letter: letter.isalnum() or letter == "_", {_WORD, _DIGIT}),
    }[kind]
    found = frozenset(point for point in range(128) if test(chr(point)))
    found |= frozenset(rest)
    return EVERYTHING - found if negated else found
