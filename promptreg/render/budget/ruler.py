"""How many tokens the first (or last) characters of a text have, for any number of characters, without recounting.

The text is counted in blocks, as far as it is asked for, and a length is measured from the block it ends in. Where the
tokenizer's hard boundaries are far apart (one word of a million letters), exact lengths cost a count of everything
since the last one; then blocks counted alone give an estimate, and only what is sent is counted exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from promptreg.render.budget.borders import Borders, Gap
from promptreg.render.budget.form import Range
from promptreg.render.budget.sentences import ends_sentence, sentence_after, sentence_before
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY, Summary

__all__ = ["Ruler"]

_BLOCK = 1024
_SEAM = 4 * _BLOCK
"""Characters of a seam that are counted again for each block at most."""


class _Node(NamedTuple):
    """The first blocks: their tokens, and their summary where it is cheap to know."""

    tokens: int
    exact: Summary | None


class Ruler:
    """Lengths of what is kept of a text, from its start, or from its end (`tail`).

    A *length* is a number of characters kept at that end. Gaps are those of the text; a gap stands for the length
    kept by a cut there.
    """

    def __init__(self, measure: Measure, borders: Borders, count: Callable[[str], Summary], *, tail: bool) -> None:
        self.text = borders.text
        self.borders = borders
        self.tail = tail
        self._measure = measure
        self._count = count
        self._nodes = [_Node(0, EMPTY)]
        self._sums = [0]
        self._sound = 0

    def length(self, gap: Gap) -> int:
        """The characters kept by a cut at the gap."""
        return len(self.text) - gap.start if self.tail else gap.end

    def kept(self, gap: Gap) -> Range:
        """What a cut at the gap keeps."""
        return Range(gap.start, len(self.text)) if self.tail else Range(0, gap.end)

    def shorter(self, length: int) -> Gap | None:
        """The longest cut that keeps at most `length` characters."""
        if self.tail:
            return self.borders.first_start(len(self.text) - length)
        return self.borders.last_end(length)

    def longer(self, length: int) -> Gap | None:
        """The shortest cut that keeps more than `length` characters."""
        if self.tail:
            return self.borders.last_start(len(self.text) - length)
        return self.borders.next_end(length)

    def is_exact(self, length: int) -> bool:
        """Whether `tokens` is exact there, and `summary` cheap."""
        return self._node(length // _BLOCK).exact is not None

    def tokens(self, length: int) -> int:
        """Tokens of a length; estimated where `is_exact` is false."""
        block = length // _BLOCK
        node = self._node(block)
        if node.exact is not None:
            return self.summary(length).tokens
        return node.tokens + self._count(self._slice(block * _BLOCK, length)).tokens

    def summary(self, length: int, mark: str = "") -> Summary:
        """The exact summary of a length, with the mark of a cut where the text is cut."""
        block = length // _BLOCK
        exact = self._node(block).exact
        if exact is not None:
            kept = self._join(exact, self._count(self._slice(block * _BLOCK, length)))
            return self._join(kept, self._measure.static(mark))
        while exact is None:
            block -= 1
            exact = self._nodes[block].exact
        if 2 * block * _BLOCK < length:  # joined to the stretch, that would count the stretch twice
            block, exact = 0, EMPTY
        outer = self._slice(block * _BLOCK, length)
        return self._join(exact, self._count(f"{mark}{outer}" if self.tail else f"{outer}{mark}"))

    def most(self, tokens: int) -> Gap | None:
        """The longest cut of at most `tokens` tokens, by `tokens`."""
        last = len(self.text) // _BLOCK
        while self._sums[-1] <= tokens and len(self._nodes) <= last:
            self._node(len(self._nodes))
        low = _BLOCK * max(0, bisect_right(self._sums, tokens) - 1)
        found, high = self.shorter(low), min(low + _BLOCK, len(self.text))
        while low < high:
            middle = (low + high + 1) // 2
            gap = self.shorter(middle)
            length = 0 if gap is None else self.length(gap)
            if length > low and self.tokens(length) > tokens:
                high = length - 1
            else:
                found, low = gap, middle
        return found

    def preferred(self, gap: Gap) -> Iterator[Gap]:
        """Better places than the longest cut: the last end of a line, the last end of a sentence, the gap itself.

        The first two only where they keep at least four fifths of the tokens.
        """
        least = -(-4 * self.tokens(self.length(gap)) // 5)
        low = max(0, bisect_right(self._sums, least) - 2) * _BLOCK
        for find in (self._line, self._sentence):
            found = find(gap, low)
            if found is not None and (found == gap or self.tokens(self.length(found)) >= least):
                yield found
        yield gap

    def _line(self, gap: Gap, low: int) -> Gap | None:
        if self.borders.is_line(gap):
            return gap
        if self.tail:
            return self.borders.line_after(gap.start, len(self.text) - low)
        return self.borders.line_before(low, gap.end)

    def _sentence(self, gap: Gap, low: int) -> Gap | None:
        if ends_sentence(self.borders, gap):
            return gap
        if self.tail:
            return sentence_after(self.borders, gap.start, len(self.text) - low)
        return sentence_before(self.borders, low, gap.end)

    def _slice(self, low: int, high: int) -> str:
        size = len(self.text)
        return self.text[size - high : size - low] if self.tail else self.text[low:high]

    def _join(self, inner: Summary, outer: Summary) -> Summary:
        return self._measure.join(outer, inner) if self.tail else self._measure.join(inner, outer)

    def _node(self, block: int) -> _Node:
        while len(self._nodes) <= block:
            self._grow()
        return self._nodes[block]

    def _grow(self) -> None:
        """Measure one more block; the summary goes on where the seam is short or the boundaries are back."""
        at = len(self._nodes) - 1
        last = self._nodes[at]
        piece = self._count(self._slice(at * _BLOCK, (at + 1) * _BLOCK))
        exact: Summary | None = None
        if last.exact is not None and self._seam(last.exact, piece) <= _SEAM:
            exact = self._join(last.exact, piece)
        elif not piece.soft:
            sound = self._nodes[self._sound].exact
            assert sound is not None
            exact = self._join(sound, self._count(self._slice(self._sound * _BLOCK, (at + 1) * _BLOCK)))
        if exact is not None:
            self._sound = at + 1
        self._nodes.append(_Node(exact.tokens if exact is not None else last.tokens + piece.tokens, exact))
        self._sums.append(max(self._sums[-1], self._nodes[-1].tokens))

    def _seam(self, inner: Summary, outer: Summary) -> int:
        return len(inner.head) + len(outer.tail) if self.tail else len(inner.tail) + len(outer.head)
