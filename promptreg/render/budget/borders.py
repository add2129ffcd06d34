"""Where a text may be cut: between words, with the ends of lines and sentences known.

A *gap* is what a cut leaves out between two words: blanks and line ends, or nothing where a script writes words
without blanks. Text is only read here, never changed and never counted.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from promptreg.render.budget.clusters import extends, is_cluster_border

__all__ = ["Borders", "Gap"]

_BLOCK = 512
_STRETCH = 64
"""Characters in a row without a gap, from which on the text is cut between any two characters: minified code, data,
scripts whose words only a dictionary can tell. Longer than words are, shorter than it would hurt to lose."""

_ENDS = "\n\r\x85\u2028\u2029"
_BLANKS = " \t\v\f\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u200b\u205f\u3000"
"""Blanks at which a line may break; so no-break blanks are not among them, and the zero-width space is."""
_SPACE = re.compile(f"[{_BLANKS}{_ENDS}]+")
_END = re.compile(f"[{_ENDS}]")
_TRIES = 8
"""Line ends looked at that turn out to be no gap; only text made to be awkward has so many of them."""

# Ideographs and Hiragana are cut anywhere, Katakana only from them: it spells foreign words, several letters each.
_IDEOGRAPH = (
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u3096\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_CLOSING = (
    "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019\u301f"
    "\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d\uff60-\uff64"
)
_OPENING = "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301d\uff08\uff3b\uff5b\uff5f"
_SMALL_KANA = (
    "\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u3095\u3096"
    "\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6"
)
_NOT_FIRST = f"{_CLOSING}{_SMALL_KANA}\u3005\u309b-\u309e\u30fb-\u30fe\u2019\u201d\u2025\u2026\u2014!),.:;?\\]}}%\u00bb"
_NOT_LAST = f"{_OPENING}\u2018\u201c(\\[{{\u00ab$\u00a5\u20ac#@"
_WIDE = re.compile(
    f"(?<=[{_IDEOGRAPH}{_CLOSING}])(?=[^{_NOT_FIRST}{_BLANKS}{_ENDS}])"
    f"|(?<=[^{_NOT_LAST}{_BLANKS}{_ENDS}])(?=[{_IDEOGRAPH}{_OPENING}])(?=[^{_NOT_FIRST}])"
)


class Gap(NamedTuple):
    """What lies between two words: text kept before it ends at `end`, text kept after it starts at `start`.

    `start` comes after the last line end in the gap, so that a line keeps its indent.
    """

    end: int
    start: int


class Borders:
    """The gaps of one text, found block by block where they are asked for; blanks at its ends are no gaps.

    `block` is a number of characters and makes no difference to what is found.
    """

    def __init__(self, text: str, block: int = _BLOCK) -> None:
        self.text = text
        self._size = block
        self._plain = text.isascii()
        self._low = len(text) - len(text.lstrip(_BLANKS + _ENDS))
        self._high = len(text.rstrip(_BLANKS + _ENDS))
        self._blocks: dict[int, tuple[list[int], list[int]]] = {}
        self._run: tuple[int, int, Gap | None] | None = None

    def last_end(self, at: int) -> Gap | None:
        """The last gap that ends at or before `at`."""
        for block in self._down(at):
            ends, starts = self._gaps(block)
            index = bisect_right(ends, at) - 1
            if index >= 0:
                return Gap(ends[index], starts[index])
        return None

    def next_end(self, at: int) -> Gap | None:
        """The first gap that ends after `at`."""
        for block in self._up(at):
            ends, starts = self._gaps(block)
            index = bisect_right(ends, at)
            if index < len(ends):
                return Gap(ends[index], starts[index])
        return None

    def first_start(self, at: int) -> Gap | None:
        """The first gap that starts at or after `at`."""
        for block in self._up(at):
            ends, starts = self._gaps(block)
            index = bisect_left(starts, at)
            if index < len(starts):
                return Gap(ends[index], starts[index])
        return None

    def last_start(self, at: int) -> Gap | None:
        """The last gap that starts before `at`."""
        for block in self._down(at):
            ends, starts = self._gaps(block)
            index = bisect_left(starts, at) - 1
            if index >= 0:
                return Gap(ends[index], starts[index])
        return None

    def is_line(self, gap: Gap) -> bool:
        """Whether a line ends in the gap."""
        return _END.search(self.text, gap.end, gap.start) is not None

    def line_before(self, low: int, high: int) -> Gap | None:
        """The last gap with a line end that ends after `low` and not after `high`."""
        here = high + 1
        for _ in range(_TRIES):
            here = self._last_line_end(low, here)
            gap = self.last_end(min(here, high)) if here >= 0 else None
            if gap is None or gap.end <= low:
                return None
            if gap.start > here:
                return gap
        return None

    def line_after(self, low: int, high: int) -> Gap | None:
        """The first gap with a line end that starts at or after `low` and before `high`."""
        here = max(0, low - 1)
        for _ in range(_TRIES):
            found = _END.search(self.text, here, high)
            if found is None:
                return None
            gap = self.last_end(found.start())
            if gap is not None and low <= gap.start < high and self.is_line(gap):
                return gap
            here = found.end()
        return None

    def _last_line_end(self, low: int, high: int) -> int:
        return max(self.text.rfind(end, low, high) for end in (_ENDS[:2] if self._plain else _ENDS))

    def _down(self, at: int) -> range:
        return range(min(at, self._high) // self._size, -1, -1)

    def _up(self, at: int) -> range:
        return range(max(at, self._low) // self._size, self._high // self._size + 1)

    def _gaps(self, block: int) -> tuple[list[int], list[int]]:
        """Ends and starts of the gaps that touch a block, in order."""
        found = self._blocks.get(block)
        if found is None:
            gaps = sorted(self._in_block(block * self._size, min((block + 1) * self._size, len(self.text))))
            found = self._blocks[block] = ([gap.end for gap in gaps], [gap.start for gap in gaps])
        return found

    def _in_block(self, low: int, high: int) -> Iterator[Gap]:
        """The gaps that touch `low:high`. Stretches without a gap are recognised from `_STRETCH` beyond the block."""
        first, last = max(0, low - _STRETCH), min(len(self.text), high + _STRETCH)
        done = first
        for end, start, gap in sorted(self._between(first, last), key=itemgetter(0)):
            yield from self._inside(done, end, low, high)
            done = max(done, start)
            if gap is not None and gap.end <= high and gap.start >= low:
                yield gap
        yield from self._inside(done, last, low, high)

    def _between(self, first: int, last: int) -> Iterator[tuple[int, int, Gap | None]]:
        """Ranges of white space, and places between wide characters, with the gaps that they are."""
        for match in _SPACE.finditer(self.text, first, last):
            end, start = match.span()
            if end == first or start == last:
                yield self._run_around(end, start)
            else:
                yield end, start, self._gap(end, start)
        if self._plain:
            return
        for match in _WIDE.finditer(self.text, first, last):
            at = match.start()
            if 0 < at < len(self.text) and is_cluster_border(self.text, at):
                yield at, at, Gap(at, at)

    def _run_around(self, end: int, start: int) -> tuple[int, int, Gap | None]:
        """All of the white space that `end:start` is a part of; remembered, since it may touch many blocks."""
        known = self._run
        if known is None or end < known[0] or known[1] < start:
            match = _SPACE.match(self.text, start - 1)
            start = match.end() if match else start
            end = len(self.text[:end].rstrip(_BLANKS + _ENDS))
            known = self._run = end, start, self._gap(end, start)
        return known

    def _gap(self, end: int, start: int) -> Gap | None:
        """The gap that a run of white space is; a blank that carries a combining mark is left to what follows."""
        if end == 0 or start == len(self.text):
            return None
        if _END.search(self.text, end, start):
            return Gap(end, self._last_line_end(end, start) + 1)
        if not self._plain and extends(self.text[start]):
            start -= 1
        return Gap(end, start) if end < start else None

    def _inside(self, start: int, end: int, low: int, high: int) -> Iterator[Gap]:
        """The places between characters of a stretch without gaps, if it is a long one."""
        if end - start <= _STRETCH:
            return
        for at in range(max(start + 1, low), min(end - 1, high) + 1):
            if self._plain or is_cluster_border(self.text, at):
                yield Gap(at, at)
