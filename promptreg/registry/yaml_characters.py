"""Characters that YAML text may not hold."""

from __future__ import annotations

import re

from promptreg.errors import Problem
from promptreg.registry.yaml_places import problem_at
from promptreg.text import Source

__all__ = ["character_problems", "without_forbidden"]

_FORBIDDEN = re.compile("\r(?!\n)|[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def character_problems(source: Source, start: int, end: int, *, limit: int, only: str = "") -> list[Problem]:
    """A complaint for each character between two offsets that YAML may not hold; `limit` of them at most.

    With `only`, for those of its characters alone.
    """
    found: list[Problem] = []
    for match in _FORBIDDEN.finditer(source.text, start, end):
        if only and match[0] not in only:
            continue
        found.append(problem_at(source, match.start(), _character(match[0])))
        if len(found) == limit:
            break
    return found


def _character(char: str) -> str:
    if char == "\r":
        return "a lone carriage return; lines end with LF or CR LF"
    if char == "\ufeff":
        return "a byte order mark (U+FEFF); save the file as UTF-8 without one"
    if "\ud800" <= char <= "\udfff":
        return f"U+{ord(char):04X} is half of a surrogate pair and no character"
    return f'control character U+{ord(char):04X}; in double quotes it can be written "\\x{ord(char):02x}"'


def without_forbidden(text: str) -> str:
    """`text` with a harmless stand-in for each forbidden character; lengths and lines stay."""
    return _FORBIDDEN.sub(_stand_in, text)


def _stand_in(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\r" else "\ufffd"
