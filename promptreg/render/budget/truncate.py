"""Cutting a text to a number of tokens, with a mark that shows the cut.

A cut is at the longest word border that fits. It moves back to the end of a line, or else of a sentence, where that
keeps at least four fifths of the tokens. Tokens of prefixes grow strictly from one hard boundary of the tokenizer to
the next, so there the longest cut is found by bisection; where words are not set apart by such boundaries, a longer
text may have fewer tokens, and the cut found fits while the next longer one does not.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from promptreg.render.budget.borders import Borders, Gap
from promptreg.render.budget.cut_family import CutFamily, Gaps, Middle, OneSide
from promptreg.render.budget.form import Mark, Piece
from promptreg.render.budget.ruler import Ruler
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY, Summary

__all__ = ["MARK", "Cut", "Truncation"]

MARK = "[\u2026]"
"""Stands where text was cut."""

_STEPS = 8
"""Neighbours of the shortest cut that are looked at."""
_RECOUNTS = 3
"""Exact counts of a long stretch without hard boundaries that are spent on coming nearer to the number of tokens."""
_NEAR = 8
"""Tokens left over for which such a stretch is not counted again."""
_READ = 100_000
"""Characters of such stretches read again to try one word more, and one more."""


class Cut(NamedTuple):
    """A text with something cut: its pieces, and the summary of what is sent, fence included."""

    pieces: tuple[Piece, ...]
    summary: Summary

    @property
    def tokens(self) -> int:
        """Tokens of what is sent, alone."""
        return self.summary.tokens


class Truncation:
    """The ways to cut one text. `side` says what goes: end, start or middle."""

    def __init__(
        self, measure: Measure, text: str, side: str, fence: tuple[str, str] | None, *, is_static: bool
    ) -> None:
        self._measure = measure
        self._count = measure.static if is_static else measure.of
        self._opening, self._closing = map(self._count, fence) if fence else (EMPTY, EMPTY)
        self._borders = Borders(text)
        head, tail = (Ruler(measure, self._borders, self._count, tail=tail) for tail in (False, True))
        self._family: CutFamily = Middle(head, tail) if side == "middle" else OneSide(tail if side == "start" else head)
        self._side = side
        self._cuts: dict[Gaps, Cut] = {}

    def shortest(self, least: int) -> Cut | None:
        """The cut with the fewest tokens that has at least `least`; None when there is none."""
        family = self._family
        gaps = family.at(least - self._spent()) or family.first()
        while gaps is not None and (short := least - self._cut(gaps).tokens) > 0:
            farther = family.at(family.tokens(gaps) + short) if short > _NEAR else None
            gaps = family.longer(gaps) if farther is None or farther == gaps else farther
        if gaps is None:
            return None
        near = [self._cut(gaps)]
        steps = _STEPS if self._is_exact(gaps) else 1
        for step in (family.shorter, family.longer):
            here = step(gaps)
            for _ in range(steps):
                if here is None:
                    break
                near.append(self._cut(here))
                here = step(here)
        return min((cut for cut in near if cut.tokens >= least), key=lambda cut: cut.tokens)

    def longest(self, aim: int, least: int, accepts: Callable[[Cut], bool]) -> Cut | None:
        """The longest cut that is accepted, at one of the preferred places; None when it has fewer than `least` tokens.

        The search starts at `aim` tokens. A cut that is accepted while the next longer one is not counts as longest.
        """
        found = self._longest(aim, accepts)
        if found is None or self._cut(found).tokens < least:
            return None
        for gaps in self._family.preferred(found):
            cut = self._cut(gaps)
            if cut.tokens >= least and (gaps == found or accepts(cut)):
                return cut
        return None

    def _longest(self, aim: int, accepts: Callable[[Cut], bool]) -> Gaps | None:
        family = self._family
        found = self._descend(aim, accepts)
        if found is None:
            return None
        is_exact = self._is_exact(found)
        for _ in range(0 if is_exact else _RECOUNTS):
            left = aim - self._cut(found).tokens
            longer = family.at(family.tokens(found) + left) if left > _NEAR else None
            if longer is None or longer == found or not accepts(self._cut(longer)):
                break
            found = longer
        steps = count() if is_exact else range(_READ // self._kept(found))
        for _ in steps:
            longer = family.longer(found)
            if longer is None or not accepts(self._cut(longer)):
                break
            found = longer
        return found

    def _descend(self, aim: int, accepts: Callable[[Cut], bool]) -> Gaps | None:
        """A cut that is accepted, from `aim` tokens downwards in growing steps."""
        family = self._family
        step = 1
        gaps = family.at(aim - self._spent())
        while gaps is not None and not accepts(self._cut(gaps)):
            down = max(step, self._cut(gaps).tokens - aim)
            gaps = family.at(family.tokens(gaps) - down)
            step *= 2
        if gaps is None:
            gaps = family.first()
            return gaps if gaps is not None and accepts(self._cut(gaps)) else None
        return gaps

    def _is_exact(self, gaps: Gaps) -> bool:
        pairs = zip(self._family.rulers, gaps, strict=True)
        return all(ruler.is_exact(ruler.length(gap)) for ruler, gap in pairs)

    def _kept(self, gaps: Gaps) -> int:
        """Characters that a cut keeps."""
        return sum(ruler.length(gap) for ruler, gap in zip(self._family.rulers, gaps, strict=True))

    def _spent(self) -> int:
        """Tokens of the fence and the mark."""
        return self._measure.joined((self._opening, self._measure.static(f" {MARK}"), self._closing)).tokens

    def _cut(self, gaps: Gaps) -> Cut:
        cut = self._cuts.get(gaps)
        if cut is None:
            cut = self._cuts[gaps] = self._made(gaps)
        return cut

    def _made(self, gaps: Gaps) -> Cut:
        rulers = self._family.rulers
        before = "" if self._side == "start" else self._glue(gaps[0])
        mark = Mark(f"{before}{MARK}{'' if self._side == 'end' else self._glue(gaps[-1])}")
        pieces: list[Piece] = [ruler.kept(gap) for ruler, gap in zip(rulers, gaps, strict=True)]
        pieces.insert(0 if self._side == "start" else 1, mark)
        texts = [ruler.summary(ruler.length(gap)) for ruler, gap in zip(rulers[:-1], gaps, strict=False)]
        texts.append(rulers[-1].summary(rulers[-1].length(gaps[-1]), mark.text))
        return Cut(tuple(pieces), self._measure.joined((self._opening, *texts, self._closing)))

    def _glue(self, gap: Gap) -> str:
        return "\n" if self._borders.is_line(gap) else " "
