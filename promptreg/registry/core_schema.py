"""The type of a plain scalar: the core schema of YAML 1.2, narrowed to what JSON can hold."""

from __future__ import annotations

import re

__all__ = ["MAX_DIGITS", "NotJson", "Scalar", "typed"]

Scalar = str | int | float | bool | None

# Python refuses to print integers above 4,300 digits; nobody writes a prompt with more than 300.
MAX_DIGITS = 300

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o([0-7]+)|0x([0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class NotJson(ValueError):
    """A plain scalar is a number that JSON cannot hold."""


def typed(text: str) -> Scalar:
    """The value of the plain scalar `text`; an empty one is null.

    Digits with leading zeros (`0123`, `00.5`) are text: YAML 1.1 reads an octal number there and 1.2 a decimal one,
    and both lose what was written. Raises NotJson for infinities, NaN and numbers out of all proportion.
    """
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMBER_STARTS else text


def _number(text: str) -> Scalar:
    if len(text) > MAX_DIGITS and (_FLOAT.fullmatch(text) or _BASED.fullmatch(text)):
        raise NotJson(f"a number of more than {MAX_DIGITS} digits")
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if based := _BASED.fullmatch(text):
        octal, hexadecimal = based.groups()
        return int(octal, 8) if octal else int(hexadecimal, 16)
    if _NOT_FINITE.fullmatch(text):
        raise NotJson(f"{text} is not a number that JSON can hold")
    return text


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise NotJson(f"{text} is too large for a number")
    return value
