"""The line of source that a finding points at, with carets below it, cut to the columns there are."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.lint.finding import Place
from promptreg.output.lint_secrets import Secrets
from promptreg.output.terminal import visible, width

__all__ = ["Excerpt", "excerpt"]

_TAB = "    "
_MORE = "…"


class Excerpt(NamedTuple):
    """A line number, the line, and how many columns stand before and above the carets.

    `note` is what follows the carets: where a place of several lines ends.
    """

    number: int
    line: str
    before: int
    carets: int
    note: str = ""


def excerpt(place: Place, secrets: Secrets, columns: int) -> Excerpt:
    """The first line of a place in at most `columns`; hidden characters are written as escapes, tabs as spaces."""
    source = place.source
    first = source.location(place.start)
    start = place.start - first.column + 1
    end = source.text.find("\n", start)
    end = len(source.text) if end < 0 else end
    stop = min(place.end, end)
    before, middle, after = (
        _shown(secrets.line(source, lo, hi)) for lo, hi in ((start, place.start), (place.start, stop), (stop, end))
    )
    last = source.location(max(place.start, place.end - 1)).line
    note = f"to line {last}" if last > first.line else ""
    before, middle, after = _cut(before, middle, after, max(20, columns))
    return Excerpt(first.line, before + middle + after, width(before), max(1, width(middle)), note)


def _shown(text: str) -> str:
    return visible(text.rstrip("\r")).replace("\t", _TAB)


def _cut(before: str, middle: str, after: str, columns: int) -> tuple[str, str, str]:
    """The three pieces in at most `columns`: the middle comes first, what is left is shared by its two sides."""
    if width(before) + width(middle) + width(after) <= columns:
        return before, middle, after
    middle = _head(middle, columns * 2 // 3)
    room = columns - width(middle)
    left = max(room // 2, room - width(after))
    before = _tail(before, left)
    return before, middle, _head(after, room - width(before))


def _head(text: str, columns: int) -> str:
    """The beginning of a text in at most `columns`, with a mark where it was cut."""
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) >= columns:
            break
        kept += char
    return kept + _MORE


def _tail(text: str, columns: int) -> str:
    """The end of a text in at most `columns`, with a mark where it was cut."""
    return _head(text[::-1], columns)[::-1]
