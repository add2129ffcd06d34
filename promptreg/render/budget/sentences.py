"""Where sentences end, as far as punctuation tells: abbreviations, lists, numbers and code are not taken for ends."""

from __future__ import annotations

import re

from promptreg.render.budget.borders import Borders, Gap

__all__ = ["ends_sentence", "sentence_after", "sentence_before"]

_STOPS = ".!?\u2026\u203c\u2047-\u2049\u061f\u06d4\u0964\u0965\u0589\u1362\u104b\u17d4\u17d5\u037e"
_WIDE_STOPS = "\u3002\uff01\uff1f\uff0e\uff61"
_CLOSERS = "\"'\u201d\u2019\u00bb\u203a)\\]}*_~"
_WIDE_CLOSERS = "\u300d\u300f\uff09\u201d\u2019\u3011\u300b\u3009\"')"
_END = re.compile(
    rf"(?<![{_STOPS}])[{_STOPS}]{{1,8}}+[{_CLOSERS}]{{0,8}}+(?=\s)"
    rf"|(?<![{_WIDE_STOPS}])[{_WIDE_STOPS}]{{1,8}}+[\u2026{_WIDE_CLOSERS}]{{0,8}}+(?=[\s\S])"
)
"""A match starts where a run of stops starts. More than eight of them end no sentence, so that a search is linear,
whatever the text holds."""
_WINDOW = 512
_REACH = 24
"""Characters of a match and a few more: so far back a search starts."""
_LINE = 2000
"""Characters of a line that are looked at to tell whether a stop stands in code or a list."""

_ABBREVIATIONS = """
    mr mrs ms dr prof st sr jr rev hon gen col sgt capt lt vs etc al cf ca approx est incl excl resp dept univ inc ltd
    corp bros co jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri viz ibid
    bzw usw evtl ggf inkl exkl zzgl sog vgl str hr fr frl abb bspw etw mme mlle dra srta lic ing av avda tel env
"""
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())
_NUMBERED = "no nr nos num fig figs p pp vol art abs ch sec eq ex kap s bd ziff tab núm pág"
_BEFORE_NUMBER = frozenset(_NUMBERED.split())
"""Abbreviations where a number follows, words otherwise."""


def ends_sentence(borders: Borders, gap: Gap) -> bool:
    """Whether a sentence ends where the gap begins."""
    low = max(0, gap.end - _REACH)
    return any(match.end() == gap.end for match in _ends(borders.text, low, gap.end))


def sentence_before(borders: Borders, low: int, high: int) -> Gap | None:
    """The last gap after the end of a sentence that ends after `low` and not after `high`."""
    size = _WINDOW
    while high > low:
        for match in reversed(_ends(borders.text, max(0, high - size - _REACH), high)):
            gap = borders.last_end(match.end())
            if gap is not None and gap.end == match.end() > low:
                return gap
        high -= size
        size *= 2
    return None


def sentence_after(borders: Borders, low: int, high: int) -> Gap | None:
    """The first gap after the end of a sentence that starts at or after `low` and before `high`."""
    gap = borders.first_start(low)
    here = gap.end if gap is not None else high
    high = min(high, len(borders.text))
    size = _WINDOW
    while here <= high:
        for match in _ends(borders.text, max(0, here - _REACH), min(here + size, high)):
            gap = borders.last_end(match.end())
            if gap is not None and gap.end == match.end() and low <= gap.start < high:
                return gap
        here += size
        size *= 2
    return None


def _ends(text: str, low: int, high: int) -> list[re.Match[str]]:
    """The ends of sentences in `low:high`, both included."""
    found = _END.finditer(text, low, min(len(text), high + 1))
    return [match for match in found if match.end() <= high and _is_end(text, match)]


def _is_end(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    low = max(0, start - _LINE)
    line = max(low, text.rfind("\n", low, start) + 1)
    if text.count("`", line, start) % 2:
        return False
    mark = text[start]
    if mark in _WIDE_STOPS:
        return text[end] not in "\u3068\u3063\u3001"
    following = text[end : end + _REACH].lstrip()[:1]
    if following.islower():
        return False
    return mark != "." or text[start : start + 2] == ".." or not _is_abbreviation(text[line:start], following)


def _is_abbreviation(before: str, following: str) -> bool:
    """Whether a full stop after `before`, the line so far, belongs to its last word."""
    before = before.lstrip()
    if before.isdigit():
        return True
    words = before[-_REACH:].split()
    word = words[-1].lstrip("\"'\u201c\u201e\u2018\u00ab([{*_").lower() if words else ""
    if word in _BEFORE_NUMBER and following.isdigit():
        return True
    letters = word.split(".")
    return word in _ABBREVIATED or all(len(one) == 1 and one.isalpha() for one in letters)
