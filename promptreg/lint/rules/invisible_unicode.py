"""Characters that nobody sees and the model reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u180e"
_HIDDEN = re.compile(
    "(?P<tags>[\U000e0000-\U000e007f]+)|(?P<bidi>[\u202a-\u202e\u2066-\u2069]+)"
    f"|(?P<zero>[{_ZERO_WIDTH}]+)|(?P<variations>[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{3,}})"
)
_FLAG = "\U0001f3f4"
_JOINED_SCRIPTS = ("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL",
                   "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN", "THAI",
                   "LAO")  # fmt: skip
_WORDS = {
    "tags": "tag characters, which spell a hidden text",
    "bidi": "characters that reorder the text on the screen",
    "zero": "characters without width",
    "variations": "a row of variation selectors, which can spell a hidden text",
}


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = head.source.text
    if text.isascii():
        return
    for found in _HIDDEN.finditer(text):
        kind = str(found.lastgroup)
        if not _GUARDS[kind](text, found.start(), found.end()):
            codes = " ".join(f"U+{ord(character):04X}" for character in found.group()[:4])
            more = f" and {len(found.group()) - 4} more" if len(found.group()) > 4 else ""
            place = Place(head.source, found.start(), found.end())
            fix = Fix("unsafe", "remove what cannot be seen", (Edit(place, ""),))
            yield Hit(f"the text holds {_WORDS[kind]}: {codes}{more}", place, fix=fix)


def _is_flag(text: str, start: int, end: int) -> bool:
    """Flags of regions are a black flag, letters as tags, and a closing tag."""
    return text[start - 1 : start] == _FLAG and text[end - 1] == "\U000e007f" and end - start <= 8


def _is_isolated(text: str, start: int, end: int) -> bool:
    """Isolates that are closed on their line, beside text that is written from right to left."""
    line = text[text.rfind("\n", 0, start) + 1 : _line_end(text, end)]
    marks = [character for character in line if "\u2066" <= character <= "\u2069"]
    if not all("\u2066" <= character <= "\u2069" for character in text[start:end]):
        return False
    opened = sum(1 if character != "\u2069" else -1 for character in marks)
    return opened == 0 and any(unicodedata.bidirectional(character) in ("R", "AL") for character in line)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _is_harmless(text: str, start: int, end: int) -> bool:
    """Joiners where a script or an emoji needs them, a mark at the start of the file, and one left over by copying."""
    if start == 0 and text[0] == "\ufeff":
        return end == 1
    before, after = text[start - 1 : start], text[end : end + 1]
    if end - start == 1 and text[start] in "\u200c\u200d\u180e" and (_joins(before) or _joins(after)):
        return True
    inside = before.isalpha() and after.isalpha() and before.isascii() and after.isascii()
    return end - start < 3 and not inside


def _joins(character: str) -> bool:
    if not character or character.isascii():
        return False
    if unicodedata.category(character) in ("So", "Sk", "Mn"):
        return True
    return unicodedata.name(character, "").startswith(_JOINED_SCRIPTS)


def _never(text: str, start: int, end: int) -> bool:
    return False


_GUARDS = {"tags": _is_flag, "bidi": _is_isolated, "zero": _is_harmless, "variations": _never}

RULE = Rule(
    name="invisible-unicode",
    code="SEC005",
    summary="The text holds characters that cannot be seen and can carry hidden instructions.",
    scope="head",
    check=_check,
    severity="error",
    fix="unsafe",
)
