"""What each script and kind of content costs in tokens of o200k_base, by rates. Data; nothing here counts.

Rates were fitted by hand to o200k_base, on translations of programs and a text editor's tutorial in 130 languages,
English manuals, prompts, and source code in six languages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["ASCII", "ASCII_SCRIPTS", "ENGLISH", "ENGLISH_WORDS", "LATIN", "OTHER_SCRIPTS", "Rates", "Script"]


class Rates(NamedTuple):
    """Hundredths of a token: at least, likely, at most."""

    low: int
    best: int
    high: int


class Script(NamedTuple):
    """Characters of one kind: what each run of them costs, and what each character after the first `free` adds."""

    kind: str
    runs: re.Pattern[str]
    run: Rates
    character: Rates
    free: int


def _script(
    kind: str, pattern: str, run: tuple[int, int, int], character: tuple[int, int, int] = (0, 0, 0), free: int = 0
) -> Script:
    return Script(kind, re.compile(pattern), Rates(*run), Rates(*character), free)


_UPPER = "A-Z\u00c0-\u00de"
_ACCENTED = "\u00df-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff"
_COVERED = (
    "\\x00-\\x7f\u00c0-\u00de\u00df-\u00f6\u00f8-\u024f\u0300-\u036f\u0370-\u058f\u0590-\u06ff\u0750-\u077f"
    "\u08a0-\u0eff\u1000-\u10ff\u1780-\u17ff\u1e00-\u1fff\u2010-\u205f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef"
)

ENGLISH_WORDS = frozenset(
    {
        "the", "and", "that", "with", "you", "this", "are", "not", "from", "your", "have", "which", "when",
        "they", "there", "what", "has", "been", "would", "should", "must", "only", "their", "its", "but",
        "these", "than", "then", "each",
    }
)  # fmt: skip
"""Frequent words of English that other languages and programs seldom use: their number tells how much is English."""

LATIN = _script("latin", rf"[{_UPPER}]?[a-z{_ACCENTED}]+", (60, 88, 115), (0, 23, 50), free=5)
"""Words in Latin letters, cut where a capital follows a small letter; the blank before a word is part of it."""

ENGLISH = LATIN._replace(kind="english", run=Rates(70, 95, 108), character=Rates(0, 8, 14))
"""The same words as far as they are English."""

# Disjoint, each linear in the length of the text whatever it holds. Digits come in threes.
ASCII_SCRIPTS = (
    _script("capitals", rf"[{_UPPER}]+(?![a-z{_ACCENTED}])", (20, 90, 130), (10, 35, 75), free=1),
    _script("digits", r"[0-9]{1,3}", (100, 120, 200)),
    _script("marks", r"[!-/:-@\[-`{-~]+", (40, 85, 120), (0, 10, 60), free=1),
    _script("lines", r"[\r\n]+", (30, 90, 150), (0, 1, 10), free=1),
    _script("blanks", r"[ \t]{2,}", (0, 90, 150), (0, 1, 7), free=2),
    _script("controls", r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", (100, 100, 200)),
)
ASCII = re.compile("[\\x00-\\x7f]+")
"""What none of OTHER_SCRIPTS takes: they find the same in a text that has one blank in place of each such run."""

OTHER_SCRIPTS = (
    _script("accents", rf"[{_ACCENTED}]", (0, 60, 115)),
    _script("greek", "[\u0370-\u03ff\u1f00-\u1fff]+", (0, 20, 60), (20, 38, 70)),
    _script("greek", "[\u0386-\u03ab]{2,}", (0, 0, 0), (0, 55, 90)),
    _script("cyrillic", "[\u0400-\u052f]+", (0, 20, 60), (15, 28, 50)),
    _script("cyrillic", "[\u0400-\u042f]{2,}", (0, 0, 0), (0, 45, 80)),
    _script("armenian", "[\u0530-\u058f]+", (0, 20, 60), (20, 40, 90)),
    _script("georgian", "[\u10a0-\u10ff]+", (0, 20, 60), (20, 40, 90)),
    _script("hebrew", "[\u0590-\u05ff]+", (0, 20, 60), (20, 38, 65)),
    _script("arabic", "[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]+", (0, 20, 60), (15, 32, 60)),
    _script("devanagari", "[\u0900-\u097f]+", (0, 20, 60), (15, 32, 65)),
    _script("indic", "[\u0980-\u0aff\u0b80-\u0dff]+", (0, 20, 60), (15, 34, 65)),
    _script("odia", "[\u0b00-\u0b7f]+", (0, 20, 60), (30, 95, 125)),
    _script("thai", "[\u0e00-\u0eff]+", (0, 20, 60), (20, 36, 60)),
    _script("burmese", "[\u1000-\u109f\u1780-\u17ff]+", (0, 20, 60), (20, 55, 100)),
    _script("typography", "[\u2010-\u205f]", (0, 70, 200)),
    _script("kana", "[\u3000-\u30ff\uff00-\uffef]", (30, 62, 110)),
    _script("han", "[\u3400-\u9fff]", (45, 80, 125)),
    _script("hangul", "[\uac00-\ud7a3]", (40, 68, 110)),
    _script("other", rf"[^{_COVERED}]", (50, 180, 300)),
)
