"""The exact token count of a message while parts come and go: only the seams at the changed place are counted."""

from __future__ import annotations

from promptreg.tokens.measure import Measure
from promptreg.tokens.place_set import PlaceSet
from promptreg.tokens.summary import EMPTY, Summary

__all__ = ["Joined"]


class Joined:
    """Texts at the places 0..size-1, in that order, with a separator between neighbours that are present.

    `total` is the count of the joined text, and `present` the number of texts. A summary of the empty text is the same
    as none: it takes no separator. Where the text after a place is closed (see `joint`), as after blank lines it
    nearly always is, a change costs the same few steps whatever else is present. Not for several threads at a time.

    What is summed up are counts, or weights where the counter is approximate and has a tally.
    """

    __slots__ = (
        *("_first", "_held", "_joint", "_last", "_measure", "_open", "_places", "_sum", "_tally", "_tried"),
        *("present", "total"),
    )

    def __init__(self, measure: Measure, separator: Summary, size: int) -> None:
        self.total = 0
        self.present = 0
        self._sum = 0
        self._tally = measure.tally
        self._measure = measure.weights or measure
        self._joint = self._measure.joint(self._weighed(separator) or EMPTY)
        self._held: list[Summary | None] = [None] * size
        self._places = PlaceSet(size)
        self._first = size
        self._last = -1
        self._open = 0
        self._tried: tuple[int, Summary | None, int] | None = None
        """The last sum that was worked out. It still holds: whatever is put is worked out, or is this one."""

    def cost(self, place: int, summary: Summary | None) -> int:
        """What `total` would be if `place` held this text; None stands for nothing."""
        if self._tally is not None:
            return self._tally.high(self._sum_with(place, self._weighed(summary)))
        return self._sum_with(place, summary)

    def put(self, place: int, summary: Summary | None) -> None:
        """Let `place` hold this text, or nothing."""
        if self._tally is not None:
            summary = self._weighed(summary)
        tried = self._tried
        if tried is not None and tried[0] == place and tried[1] is summary:
            self._sum = tried[2]
        else:
            self._sum = self._sum_with(place, summary)
        self.total = self._sum if self._tally is None else self._tally.high(self._sum)
        if self._held[place] is not None:
            self._remove(place)
        if summary is not None and (summary.head or not summary.soft):
            self._add(place, summary)

    def _weighed(self, summary: Summary | None) -> Summary | None:
        """The text as it is summed up here: in weights, where the counter has a tally."""
        if self._tally is None or summary is None:
            return summary
        if summary.soft:
            return self._measure.of(summary.head)
        ends = self._measure.count(summary.head) + self._measure.count(summary.tail)
        return summary._replace(tokens=ends + summary.core)

    def _sum_with(self, place: int, summary: Summary | None) -> int:
        """The sum of counts (or weights) if `place` held this text."""
        held = self._held[place]
        more = self._share(place, summary)
        less = 0 if held is None else self._share(place, held)
        if more is not None and less is not None:
            found = self._sum + more - less
        elif summary is held:
            found = self._sum
        else:
            left, right = self._left(place), self._right(place)
            found = self._sum - self._around(left, held, right) + self._around(left, summary, right)
        self._tried = (place, summary, found)
        return found

    def _add(self, place: int, summary: Summary) -> None:
        self._held[place] = summary
        self._places.add(place)
        self.present += 1
        self._open += self._joint.extra(summary.head) is None
        if place < self._first:
            self._first = place
        if place > self._last:
            self._last = place

    def _remove(self, place: int) -> None:
        held = self._here(place)
        self._held[place] = None
        self._places.discard(place)
        self.present -= 1
        self._open -= self._joint.extra(held.head) is None
        if place == self._first:
            after = self._places.after(place)
            self._first = after if after >= 0 else len(self._held)
        if place == self._last:
            self._last = self._places.before(place)

    def _share(self, place: int, summary: Summary | None) -> int | None:
        """What a text adds at a place where nothing is, if that does not depend on more than its own edges."""
        if summary is None or (summary.soft and not summary.head):
            return 0
        joint = self._joint
        if place >= self._last:
            return self._share_at_end(place, summary)
        if self._open and joint.extra(self._here(self._places.after(place)).head) is None:
            return None
        if joint.splits and (summary.soft or place <= self._first):
            return None
        lead = joint.leads.get(summary.tail)
        if lead is None:
            lead = joint.lead(summary.tail)
        if place <= self._first:
            return summary.tokens + lead
        extra = joint.extras.get(summary.head)
        if extra is None:
            extra = joint.extra(summary.head)
            if extra is None:
                return None
        return summary.tokens + extra + lead

    def _share_at_end(self, place: int, summary: Summary) -> int | None:
        """As `_share`, after the last text or in its place."""
        if place <= self._first:
            return summary.tokens
        before = self._here(self._places.before(place))
        extra = self._joint.extra(summary.head)
        if before.soft or extra is None:
            return None
        return self._joint.lead(before.tail) + extra + summary.tokens

    def _around(self, left: str | None, summary: Summary | None, right: str | None) -> int:
        """Tokens from the hard boundary before a place to the one after it, if the place held this text."""
        joint, count = self._joint, self._measure.count
        if summary is None or (summary.soft and not summary.head):
            if left is None or right is None:
                return count(left or right or "")
            return joint.gap(left, right)
        if summary.soft and left is not None and right is not None:
            return joint.twice(left, summary.head, right)
        if summary.soft and left is None and right is None:
            return summary.tokens
        if summary.soft:
            return joint.gap(summary.head, right or "") if left is None else joint.gap(left, summary.head)
        before = count(summary.head) if left is None else joint.gap(left, summary.head)
        after = count(summary.tail) if right is None else joint.gap(summary.tail, right)
        return before + summary.core + after

    def _left(self, place: int) -> str | None:
        """The text from the last hard boundary up to the end of the neighbour before a place."""
        at = self._places.before(place)
        if at < 0:
            return None
        pieces = [self._here(at).tail]
        while self._here(at).soft and (at := self._places.before(at)) >= 0:
            for piece in (*reversed(self._joint.between), self._here(at).tail):
                if piece is None or self._measure.cuts(piece, pieces[-1]):
                    return self._measure.glue(pieces[::-1])
                pieces.append(piece)
        return self._measure.glue(pieces[::-1])

    def _right(self, place: int) -> str | None:
        """The text from the start of the neighbour after a place up to the next hard boundary."""
        at = self._places.after(place)
        if at < 0:
            return None
        pieces = [self._here(at).head]
        while self._here(at).soft and (at := self._places.after(at)) >= 0:
            for piece in (*self._joint.between, self._here(at).head):
                if piece is None or self._measure.cuts(pieces[-1], piece):
                    return self._measure.glue(pieces)
                pieces.append(piece)
        return self._measure.glue(pieces)

    def _here(self, place: int) -> Summary:
        held = self._held[place]
        assert held is not None
        return held
