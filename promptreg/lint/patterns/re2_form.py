"""A pattern as RE2 writes it, for texts that are all ASCII: made from the syntax tree, so that it means the same.

RE2 knows no look-around and no back-references, and repeats what may be empty in another way. Its `\\b` is that of
ASCII, so a text with other characters is not given to it, nor one that ends with a line end, before which `$` matches
for Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

__all__ = ["Untranslatable", "re2_form"]

_MOST_REPEATS = 1000
"""RE2 refuses more."""

_CATEGORIES = {"DIGIT": "0-9", "WORD": "0-9A-Za-z_", "SPACE": r"\x09-\x0d\x1c-\x20"}
_COMPLEMENTS = {
    "DIGIT": r"\x00-/:-\x7f",
    "WORD": r"\x00-/:-@\[-\^`{-\x7f",
    "SPACE": r"\x00-\x08\x0e-\x1b!-\x7f",
}


class Untranslatable(Exception):
    """The pattern uses what RE2 does not have."""


def re2_form(tree: Any, flags: int) -> str:
    """The pattern in RE2's syntax, flags included; raises Untranslatable."""
    return _Writer(flags).sequence(tree)


class _Writer:
    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.op: Any = import_module("re._constants")

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> str:
        return "".join(self.item(code, argument) for code, argument in items)

    def item(self, code: Any, argument: Any) -> str:
        op = self.op
        if code in (op.LITERAL, op.NOT_LITERAL):
            self.known(argument)
        if code is op.LITERAL:
            return self.cased(_point(argument))
        if code is op.NOT_LITERAL:
            return self.cased(f"[^{_point(argument)}]")
        if code is op.ANY:
            return r"(?s:.)" if self.flags & re.DOTALL else r"[^\n]"
        if code is op.IN:
            return self.cased(self.one_of(argument))
        if code is op.AT:
            return self.at(str(argument))
        if code is op.BRANCH:
            return f"(?:{'|'.join(self.sequence(branch) for branch in argument[1])})"
        if code is op.SUBPATTERN:
            return self.group(argument)
        if code in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self.repeat(*argument) + ("?" if code is op.MIN_REPEAT else "")
        raise Untranslatable(str(code))

    def cased(self, text: str) -> str:
        return f"(?i:{text})" if self.flags & re.IGNORECASE else text

    def known(self, point: int) -> None:
        """Refuse a letter that the two may fold in different ways."""
        if point >= 128 and self.flags & re.IGNORECASE:
            raise Untranslatable("a letter that is not ASCII, where case is ignored")

    def group(self, argument: Sequence[Any]) -> str:
        number, added, removed, inner = argument
        before = self.flags
        self.flags = (before | added) & ~removed
        text = self.sequence(inner)
        self.flags = before
        return f"(?:{text})" if number is None else f"({text})"

    def repeat(self, least: int, most: Any, inner: Any) -> str:
        if (most is not self.op.MAXREPEAT and most > _MOST_REPEATS) or least > _MOST_REPEATS:
            raise Untranslatable("many repeats")
        if inner.getwidth()[0] == 0:
            raise Untranslatable("a repeat of what may be empty")
        body = f"(?:{self.sequence(inner)})"
        return f"{body}{{{least},}}" if most is self.op.MAXREPEAT else f"{body}{{{least},{most}}}"

    def at(self, name: str) -> str:
        found = {
            "AT_BEGINNING": "(?m:^)" if self.flags & re.MULTILINE else r"\A",
            "AT_BEGINNING_STRING": r"\A",
            "AT_END": "(?m:$)" if self.flags & re.MULTILINE else r"\z",
            "AT_END_STRING": r"\z",
            "AT_BOUNDARY": r"\b",
            "AT_NON_BOUNDARY": r"\B",
        }.get(name)
        if found is None:
            raise Untranslatable(name)
        return found

    def one_of(self, items: Sequence[tuple[Any, Any]]) -> str:
        op = self.op
        parts = []
        for code, argument in items:
            if code is op.NEGATE:
                parts.append("^")
            elif code is op.LITERAL:
                self.known(argument)
                parts.append(_point(argument))
            elif code is op.RANGE:
                self.known(argument[1])
                parts.append(f"{_point(argument[0])}-{_point(argument[1])}")
            else:
                kind = str(argument).removeprefix("CATEGORY_")
                parts.append(_COMPLEMENTS[kind[4:]] if kind.startswith("NOT_") else _CATEGORIES[kind])
        return f"[{''.join(parts)}]"


def _point(number: int) -> str:
    if 0xD800 <= number < 0xE000:
        raise Untranslatable("half of a surrogate pair")
    return rf"\x{{{number:x}}}"
