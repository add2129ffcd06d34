"""Where a text can be cut without cutting a character that a reader sees as one."""

from __future__ import annotations

import unicodedata

__all__ = ["extends", "is_cluster_border"]

_JOINER = "\u200d"
_EXTENDING = frozenset(map(chr, (0x200C, 0x200D, 0xFF9E, 0xFF9F, 0x0E33, 0x0EB3, *range(0x1F3FB, 0x1F400))))
_TAGS = range(0xE0020, 0xE0080)
_PREPENDED = frozenset(
    map(
        chr,
        (
            *(*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0xD4E, 0x1CF5, 0x1CF6, 0x110BD, 0x110CD),
            *(0x111C2, 0x111C3, 0x113D1, 0x1193F, 0x11941, 0x11A3A, *range(0x11A84, 0x11A8A), 0x11D46, 0x11F02),
        ),
    )
)
_REGIONAL = range(0x1F1E6, 0x1F200)
_INDICATORS = "".join(map(chr, _REGIONAL))
_FLAGS = 64
"""Regional indicators looked back at to tell where a flag begins; a longer run of flags is not cut further on."""


def is_cluster_border(text: str, at: int) -> bool:
    """Whether `text` may be cut before the character at `at` (neither 0 nor its length).

    The extended grapheme clusters of UAX 29 are kept whole, and some places besides: after any zero-width joiner, and
    between a virama and the letter it joins. Two lone surrogates that are a pair stay together.
    """
    a, b = text[at - 1], text[at]
    if b < "\u0300" and a < "\u0300":
        return a != "\r" or b != "\n"
    if extends(b):
        return a in "\r\n"
    if a == _JOINER or a in _PREPENDED:
        return False
    left, right = ord(a), ord(b)
    if 0xD800 <= left < 0xDC00 and 0xDC00 <= right < 0xE000:
        return False
    if left in _REGIONAL and right in _REGIONAL:
        return _flags_before(text, at) % 2 == 0
    if unicodedata.combining(a) == 9:
        return unicodedata.category(b) != "Lo"
    return not _same_syllable(left, right)


def extends(char: str) -> bool:
    """Whether a character belongs to the one before it: a mark, a joiner, a variation selector, a skin tone."""
    if char < "\u0300":
        return False
    if "\u3040" <= char <= "\ud7ff" and char not in "\u3099\u309a":
        return "\ua66f" <= char <= "\uabed" and unicodedata.category(char)[0] == "M"
    return char in _EXTENDING or unicodedata.category(char)[0] == "M" or ord(char) in _TAGS


def _flags_before(text: str, at: int) -> int:
    """Regional indicators in a row before `at`; odd where the run is too long to tell."""
    near = text[max(0, at - _FLAGS) : at]
    count = len(near) - len(near.rstrip(_INDICATORS))
    return count if count < _FLAGS else 1


def _same_syllable(left: int, right: int) -> bool:
    """Whether two Hangul letters belong to one syllable (rules GB6 to GB8)."""
    kind, after = _hangul(left), _hangul(right)
    if kind == "L":
        return after in ("L", "V", "LV", "LVT")
    if kind in ("LV", "V"):
        return after in ("V", "T")
    return kind in ("LVT", "T") and after == "T"


def _hangul(code: int) -> str:
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    return ""
