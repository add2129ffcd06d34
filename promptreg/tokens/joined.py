"""The exact token count of a message while parts come and go: only the seams at the changed place are counted."""

from __future__ import annotations

from promptreg.tokens.measure import Measure
from promptreg.tokens.place_set import PlaceSet
from promptreg.tokens.summary import Summary

__all__ = ["Joined"]


class Joined:
    """Texts at the places 0..size-1, in that order, with a separator between neighbours that are present.

    `total` is the count of the joined text, and `present` the number of texts. A summary of the empty text is the same
    as none: it takes no separator. Not for several threads at a time.
    """

    __slots__ = ("_between", "_core", "_gaps", "_held", "_last", "_measure", "_places", "present", "total")

    def __init__(self, measure: Measure, separator: Summary, size: int) -> None:
        self.total = 0
        self.present = 0
        self._measure = measure
        self._between = _pieces(separator)
        self._core = separator.core
        self._held: list[Summary | None] = [None] * size
        self._places = PlaceSet(size)
        self._gaps: dict[tuple[str, str], int] = {}
        self._last: tuple[int, Summary | None, int] | None = None

    def cost(self, place: int, summary: Summary | None) -> int:
        """What `total` would be if `place` held this text; None stands for nothing."""
        held = self._held[place]
        if summary is held:
            return self.total
        left, right = self._left(place), self._right(place)
        total = self.total - self._around(left, held, right) + self._around(left, summary, right)
        self._last = (place, summary, total)
        return total

    def put(self, place: int, summary: Summary | None) -> None:
        """Let `place` hold this text, or nothing."""
        last = self._last
        if last is not None and last[0] == place and last[1] is summary:
            self.total = last[2]
        else:
            self.total = self.cost(place, summary)
        self._last = None
        if summary is not None and summary.soft and not summary.head:
            summary = None
        self.present += (summary is not None) - (self._held[place] is not None)
        self._held[place] = summary
        if summary is None:
            self._places.discard(place)
        else:
            self._places.add(place)

    def _around(self, left: str | None, summary: Summary | None, right: str | None) -> int:
        """Tokens from the hard boundary before a place to the one after it, if the place held this text."""
        if summary is None or (summary.soft and not summary.head):
            if left is None or right is None:
                return self._measure.count(left or right or "")
            return self._gap(left, right)
        if not summary.soft:
            before = self._measure.count(summary.head) if left is None else self._gap(left, summary.head)
            after = self._measure.count(summary.tail) if right is None else self._gap(summary.tail, right)
            return before + summary.core + after
        if left is None and right is None:
            return summary.tokens
        if right is None:
            return self._gap(left or "", summary.head)
        if left is None:
            return self._gap(summary.head, right)
        return 2 * self._core + self._chain([left, *self._between, summary.head, *self._between, right])

    def _gap(self, left: str, right: str) -> int:
        """Tokens of two texts and the separator between them."""
        key = (left, right)
        found = self._gaps.get(key)
        if found is None:
            found = self._gaps[key] = self._core + self._chain([left, *self._between, right])
        return found

    def _chain(self, pieces: list[str | None]) -> int:
        """Tokens of pieces laid end to end; None stands for a hard boundary."""
        total = 0
        run: list[str] = []
        for piece in pieces:
            if run and (piece is None or self._measure.cuts(run[-1], piece)):
                total += self._measure.count("".join(run))
                run = []
            if piece:
                run.append(piece)
        return total + self._measure.count("".join(run))

    def _left(self, place: int) -> str | None:
        """The text from the last hard boundary up to the end of the neighbour before a place."""
        place = self._places.before(place)
        if place < 0:
            return None
        here = self._held[place]
        assert here is not None
        if not here.soft:
            return here.tail
        pieces = [here.head]
        while here.soft and (place := self._places.before(place)) >= 0:
            here = self._held[place]
            assert here is not None
            for piece in (*reversed(self._between), here.tail):
                if piece is None or self._measure.cuts(piece, pieces[-1]):
                    return "".join(reversed(pieces))
                pieces.append(piece)
        return "".join(reversed(pieces))

    def _right(self, place: int) -> str | None:
        """The text from the start of the neighbour after a place up to the next hard boundary."""
        place = self._places.after(place)
        if place < 0:
            return None
        here = self._held[place]
        assert here is not None
        if not here.soft:
            return here.head
        pieces = [here.head]
        while here.soft and (place := self._places.after(place)) >= 0:
            here = self._held[place]
            assert here is not None
            for piece in (*self._between, here.head):
                if piece is None or self._measure.cuts(pieces[-1], piece):
                    return "".join(pieces)
                pieces.append(piece)
        return "".join(pieces)


def _pieces(separator: Summary) -> tuple[str | None, ...]:
    """A separator as it is laid between texts, with None for what lies between its own hard boundaries."""
    if separator.soft:
        return (separator.head,) if separator.head else ()
    return (separator.head, None, separator.tail)
