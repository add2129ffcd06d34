"""The cuts of a text in a line from the shortest to the longest: at one side, or in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from promptreg.render.budget.borders import Gap
from promptreg.render.budget.ruler import Ruler

__all__ = ["CutFamily", "Gaps", "Middle", "OneSide"]

Gaps = tuple[Gap, ...]
"""A cut: the gap at which a text is cut, or the two between which the middle is left out."""


class CutFamily(Protocol):
    """Cuts in order of what they keep. Tokens are those of the kept text, estimated where `is_exact` is false."""

    @property
    def rulers(self) -> tuple[Ruler, ...]:
        """One for each side that is kept."""

    def at(self, tokens: int) -> Gaps | None:
        """The longest cut that keeps at most `tokens`."""

    def first(self) -> Gaps | None:
        """The shortest cut; None when nothing can be cut."""

    def longer(self, gaps: Gaps) -> Gaps | None:
        """The next longer cut."""

    def shorter(self, gaps: Gaps) -> Gaps | None:
        """The next shorter cut."""

    def tokens(self, gaps: Gaps) -> int:
        """The smallest number for which `at` gives this cut."""

    def preferred(self, gaps: Gaps) -> Iterator[Gaps]:
        """Cuts at better places that keep nearly as much, the best place first, the cut itself last."""


class OneSide:
    """The end is cut off, or the start."""

    def __init__(self, ruler: Ruler) -> None:
        self.rulers: tuple[Ruler, ...] = (ruler,)
        self._ruler = ruler

    def at(self, tokens: int) -> Gaps | None:
        return _one(self._ruler.most(tokens)) if tokens > 0 else None

    def first(self) -> Gaps | None:
        return _one(self._ruler.longer(0))

    def longer(self, gaps: Gaps) -> Gaps | None:
        return _one(self._ruler.longer(self._ruler.length(gaps[0])))

    def shorter(self, gaps: Gaps) -> Gaps | None:
        return _one(self._ruler.shorter(self._ruler.length(gaps[0]) - 1))

    def tokens(self, gaps: Gaps) -> int:
        return self._ruler.tokens(self._ruler.length(gaps[0]))

    def preferred(self, gaps: Gaps) -> Iterator[Gaps]:
        return ((gap,) for gap in self._ruler.preferred(gaps[0]))


class Middle:
    """The middle is left out; of `tokens` that are kept, each side gets at most half (the start the odd one)."""

    def __init__(self, head: Ruler, tail: Ruler) -> None:
        self.rulers: tuple[Ruler, ...] = (head, tail)
        self._head = head
        self._tail = tail

    def at(self, tokens: int) -> Gaps | None:
        if tokens < 2:
            return None
        head, tail = self._head.most((tokens + 1) // 2), self._tail.most(tokens // 2)
        return _two(head, tail)

    def first(self) -> Gaps | None:
        gaps = _two(self._head.longer(0), self._tail.longer(0))
        return gaps and self.at(self.tokens(gaps))

    def longer(self, gaps: Gaps) -> Gaps | None:
        head, tail = self._head.longer(self._head.length(gaps[0])), self._tail.longer(self._tail.length(gaps[1]))
        steps = [self._from(head, self._head, 1) if head else 0, self._from(tail, self._tail, 0) if tail else 0]
        least = min((step for step in steps if step > self.tokens(gaps)), default=0)
        found = self.at(least)
        return found if found != gaps else None

    def shorter(self, gaps: Gaps) -> Gaps | None:
        found = self.at(self.tokens(gaps) - 1)
        return found if found != gaps else None

    def tokens(self, gaps: Gaps) -> int:
        return max(self._from(gaps[0], self._head, 1), self._from(gaps[1], self._tail, 0))

    def preferred(self, gaps: Gaps) -> Iterator[Gaps]:
        head, tail = next(self._head.preferred(gaps[0])), next(self._tail.preferred(gaps[1]))
        yield from dict.fromkeys([(head, tail), (head, gaps[1]), (gaps[0], tail), gaps])

    def _from(self, gap: Gap, ruler: Ruler, odd: int) -> int:
        """The smallest number of tokens of which this side gets enough for `gap`."""
        return 2 * ruler.tokens(ruler.length(gap)) - odd


def _one(gap: Gap | None) -> Gaps | None:
    return None if gap is None else (gap,)


def _two(head: Gap | None, tail: Gap | None) -> Gaps | None:
    """The cut between two gaps, if there is text between them."""
    return (head, tail) if head is not None and tail is not None and head.end < tail.end else None
