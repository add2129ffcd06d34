"""What a separator costs between two texts, remembered by the edges of the texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from promptreg.tokens.bounded import Bounded
from promptreg.tokens.summary import Summary

if TYPE_CHECKING:
    from promptreg.tokens.measure import Measure

__all__ = ["Joint"]

_EDGES = 8_000_000
"""Characters of edges that are remembered of each side."""


class Joint:
    """A separator as it stands between texts. Safe to share between threads.

    What stands before it begins at a hard boundary (or the start of everything) and is the *left* edge; the *right*
    edge goes from its end to a hard boundary. A right edge is *closed* when a hard boundary inside of the separator, or
    at its end, keeps the edge from everything on the left, whatever that is.
    """

    __slots__ = ("_core", "_extras", "_leads", "_measure", "between", "extras", "leads", "splits")

    def __init__(self, measure: Measure, separator: Summary) -> None:
        self._measure = measure
        self._core = separator.core
        self.splits = not separator.soft
        self.between: tuple[str | None, ...] = ()
        if self.splits:
            self.between = (separator.head, None, separator.tail)
        elif separator.head:
            self.between = (separator.head,)
        self._leads: Bounded[int] = Bounded(_EDGES)
        self._extras: Bounded[int] = Bounded(_EDGES)
        self.leads = self._leads.found
        self.extras = self._extras.found

    def lead(self, left: str) -> int:
        """Tokens that the separator adds to a left edge when a closed right edge follows; also found in `leads`.

        Without what stands after the separator's last inner hard boundary: that is in `extra`.
        """
        found = self.leads.get(left)
        if found is None:
            found = self.chain((left, *self.between[:1])) + self._core - self._measure.count(left)
            self._leads.keep(left, found)
        return found

    def extra(self, right: str) -> int | None:
        """Tokens that the separator's end adds to a closed right edge (`extras` has them), None for an open one."""
        found = self.extras.get(right)
        if found is None:
            if self.splits:
                found = self.chain((self.between[-1], right)) - self._measure.count(right)
            elif right and not (self.between and self._measure.cuts(self.between[0] or "", right)):
                return None
            else:
                found = 0
            self._extras.keep(right, found)
        return found

    def gap(self, left: str, right: str) -> int:
        """Tokens of a left edge, the separator and a right edge."""
        return self._core + self.chain((left, *self.between, right))

    def twice(self, left: str, soft: str, right: str) -> int:
        """Tokens of a left edge, the separator, a soft text, the separator again and a right edge."""
        return 2 * self._core + self.chain((left, *self.between, soft, *self.between, right))

    def chain(self, pieces: Iterable[str | None]) -> int:
        """Tokens of edges laid end to end; None stands for a hard boundary."""
        total = 0
        run: list[str] = []
        for piece in pieces:
            if run and (piece is None or self._measure.cuts(run[-1], piece)):
                total += self._measure.run(run)
                run = []
            if piece:
                run.append(piece)
        return total + self._measure.run(run)
