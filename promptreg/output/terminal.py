"""Text that is safe to show on a terminal, and how wide it is there.

`visible` is the one gate for content: prompts, inputs, names, file names, error messages. What it returns holds no
control character except newline and tab, nothing that reorders text, and nothing that cannot be seen.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["expand_tabs", "one_line", "visible", "visible_json", "width"]

_HIDDEN = (
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian selectors
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line and paragraph separators, bidi controls
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # blanks that are no spaces, BOM, specials
    "\ud800-\udfff"  # lone surrogates
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # hieroglyph, shorthand and music controls
    "\U000e0000-\U000e0fff"  # tags and variation selectors
    "]"
)
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")


def visible(text: str) -> str:
    r"""`text` with every control, bidi and invisible character written as `\u{...}`; newline and tab stay.

    Joiners inside an emoji or between letters of Arabic and Indic scripts stay, because there they can be seen.
    """
    if text.isascii() and text.isprintable():
        return text
    return _hidden().sub(_braced, text)


def one_line(text: str) -> str:
    r"""`visible` text that cannot leave its line: newline and tab are written as `\u{a}` and `\u{9}` too."""
    return visible(text).replace("\n", "\\u{a}").replace("\t", "\\u{9}")


def visible_json(text: str) -> str:
    r"""A JSON text with hidden characters as JSON escapes (`\u009b`): safe to show, and the same value when read."""
    return _hidden().sub(_json_escape, text)


@cache
def _hidden() -> re.Pattern[str]:
    return re.compile(_HIDDEN)  # on first use: most runs show nothing on a terminal


def _braced(match: re.Match[str]) -> str:
    char = match[0]
    if char in _JOINERS + _SELECTORS and _is_seen(char, match.string, match.start()):
        return char
    return f"\\u{{{ord(char):x}}}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"


def _is_seen(char: str, text: str, at: int) -> bool:
    """Whether a joiner or an emoji selector stands where it has a visible effect."""
    before = text[at - 1] if at else ""
    if char in _SELECTORS:
        return bool(before) and _category(before) in ("So", "Sm")
    after = text[at + 1] if at + 1 < len(text) else ""
    if _joins_letters(before) and _joins_letters(after):
        return True
    return char == "\u200d" and _is_emoji(before) and bool(after) and _category(after) == "So"


def _joins_letters(char: str) -> bool:
    return "\u0600" <= char <= "\u0dff" and _category(char)[0] in "LM"


def _is_emoji(char: str) -> bool:
    if not char:
        return False
    return char == "\ufe0f" or _SKIN_TONES[0] <= char <= _SKIN_TONES[1] or _category(char) == "So"


def width(text: str) -> int:
    """Columns that `text` takes on a terminal: two for wide characters, none for marks that sit on another."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def _category(char: str) -> str:
    from unicodedata import category  # here and below: most runs show only ASCII

    return category(char)


def _char_width(char: str) -> int:
    if char < "\u0300":
        return 1
    from unicodedata import combining, east_asian_width

    if combining(char) or _category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def expand_tabs(text: str, stop: int = 8) -> str:
    """`text` (one line) with tabs as spaces up to the next multiple of `stop` columns."""
    if "\t" not in text:
        return text
    pieces = text.split("\t")
    line = pieces[0]
    for piece in pieces[1:]:
        line += " " * (stop - width(line) % stop) + piece
    return line
