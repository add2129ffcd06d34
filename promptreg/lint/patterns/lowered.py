"""A pattern that ignores case as one that does not, for texts in small letters: it finds the same, some times faster.

On a text of small ASCII letters (other letters make it unfit), `[A-Z]` under IGNORECASE means `[A-Za-z]`, and a letter
means its small form. So the syntax tree is rewritten and compiled without the flag.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

__all__ = ["compile_lowered", "is_fit"]


def is_fit(text: str) -> bool:
    """Whether ignoring case in a text comes to putting ASCII letters into small form: it has no other letters."""
    return text.isascii() or not any(letter > "\x7f" and letter.isalpha() for letter in text)


def compile_lowered(text: str, flags: int) -> re.Pattern[str] | None:
    """The pattern for texts that are fit and in small letters; None when a part of it minds case, or nothing does."""
    parser: Any = import_module("re._parser")
    compiler: Any = import_module("re._compiler")
    tree = parser.parse(text, flags)
    if not tree.state.flags & re.IGNORECASE:
        return None
    try:
        _rewrite(tree, import_module("re._constants"))
    except _MindsCase:
        return None
    tree.state.flags &= ~re.IGNORECASE
    compiled: re.Pattern[str] = compiler.compile(tree, flags & ~re.IGNORECASE)
    return compiled


class _MindsCase(Exception):
    """A part of the pattern switches a flag, so that it may mind case."""


def _rewrite(tree: Any, op: Any) -> None:
    """Put every letter of a tree into small form, in place."""
    for index in range(len(tree)):
        code, argument = tree[index]
        if code in (op.LITERAL, op.NOT_LITERAL):
            tree[index] = (code, _small(argument))
        elif code is op.IN:
            tree[index] = (code, _members(argument, op))
        elif code is op.SUBPATTERN:
            if argument[1] or argument[2]:
                raise _MindsCase
            _rewrite(argument[3], op)
        elif code is op.BRANCH:
            for branch in argument[1]:
                _rewrite(branch, op)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            _rewrite(argument[2], op)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            _rewrite(argument[1], op)
        elif code is op.ATOMIC_GROUP:
            _rewrite(argument, op)
        elif code is op.GROUPREF_EXISTS:
            for branch in argument[1:]:
                if branch is not None:
                    _rewrite(branch, op)


def _small(point: int) -> int:
    return point + 32 if 65 <= point <= 90 else _LIKE_ASCII.get(point, point)


_LIKE_ASCII = {0x130: 105, 0x131: 105, 0x17F: 115, 0x212A: 107}
"""Letters that `re` takes for i, s and k when it ignores case."""


def _members(items: list[tuple[Any, Any]], op: Any) -> list[tuple[Any, Any]]:
    """The members of a class, with the small form of every letter in it."""
    found = list(items)
    for code, argument in items:
        if code is op.LITERAL:
            found.append((code, _small(argument)))
        elif code is op.RANGE:
            low, high = max(argument[0], 65), min(argument[1], 90)
            if low <= high:
                found.append((code, (low + 32, high + 32)))
            found += [
                (op.LITERAL, small) for point, small in _LIKE_ASCII.items() if argument[0] <= point <= argument[1]
            ]
    return found
