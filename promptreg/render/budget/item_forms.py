"""A part without some of its items: which go first, and what is left of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from promptreg.render.budget.form import Range
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import Summary

__all__ = ["ItemForms", "ItemSpan", "drop_order"]


class ItemSpan(NamedTuple):
    """An item: its id, its characters `start:end` in the text of the part (line ends included), its own priority."""

    id: str
    start: int
    end: int
    priority: float | None = None


class ItemForms:
    """The text of a part without its first 1, 2, … items in the order in which they are dropped.

    What stands before, between and after the items stays. `joined` says that what stands between two neighbours is a
    joiner: it goes with the item after it, and with the one before it if that is the first that is left. Line ends
    that are left at the end of the text go too, so the text is what it would be had the item never been written.
    `runs` are the pieces of the text, each with whether it is static.
    """

    def __init__(
        self,
        measure: Measure,
        runs: Sequence[tuple[str, bool]],
        items: Sequence[ItemSpan],
        drop: str,
        *,
        joined: bool,
    ) -> None:
        self.text = "".join(text for text, _ in runs)
        self.items = sorted((item for item in items if item.start < item.end), key=attrgetter("start"))
        self._measure = measure
        self._runs = runs
        self._order = drop_order(self.items, drop)
        self._joined = joined

    def left_out(self, dropped: int) -> tuple[str, ...]:
        """The ids of the items that are dropped, in the order of the text."""
        return tuple(self.items[at].id for at in sorted(self._order[:dropped]))

    def ranges(self, dropped: int) -> tuple[Range, ...]:
        """What is left of the text without the first `dropped` items; no range is empty."""
        gone = set(self._order[:dropped])
        cuts = [Range(*item[1:3]) for at, item in enumerate(self.items) if at in gone]
        if self._joined:
            first = min((at for at in range(len(self.items)) if at not in gone), default=len(self.items))
            pairs = enumerate(pairwise(self.items), start=1)
            cuts += [Range(a.end, b.start) for at, (a, b) in pairs if at in gone or at <= first]
        return self._without(sorted(cuts))

    def has_text(self, dropped: int) -> bool:
        """Whether more than white space is left without the first `dropped` items."""
        return not dropped or any(self.text[start:end].strip() for start, end in self.ranges(dropped))

    def summary(self, ranges: Sequence[Range]) -> Summary:
        """The summary of the ranges of the text laid end to end."""
        return self._measure.pieces(self._pieces(ranges))

    def _without(self, cuts: Sequence[Range]) -> tuple[Range, ...]:
        found: list[Range] = []
        here = 0
        for cut in (*cuts, Range(len(self.text), len(self.text))):
            if here < cut.start:
                found.append(Range(here, cut.start))
            here = max(here, cut.end)
        while found:
            last = found.pop()
            end = last.start + len(self.text[last.start : last.end].rstrip("\r\n"))
            if last.start < end:
                found.append(Range(last.start, end))
                break
        return tuple(found)

    @cached_property
    def _seams(self) -> list[int]:
        """Where the text is cut to be counted: at the ends of runs and of items, so that what is counted recurs."""
        edges = {0, len(self.text)}
        at = 0
        for text, _ in self._runs:
            at += len(text)
            edges.add(at)
        for item in self.items:
            edges.update(item[1:3])
        return sorted(edges)

    @cached_property
    def _static(self) -> list[bool]:
        """For each piece between two seams whether it is static."""
        ends: list[int] = []
        for text, _ in self._runs:
            ends.append(len(text) + (ends[-1] if ends else 0))
        return [self._runs[bisect_right(ends, start)][1] for start in self._seams[:-1]]

    def _pieces(self, ranges: Sequence[Range]) -> Iterator[tuple[str, bool]]:
        seams = self._seams
        for start, end in ranges:
            at = bisect_right(seams, start) - 1
            while at < len(seams) - 1 and seams[at] < end:
                yield self.text[max(start, seams[at]) : min(end, seams[at + 1])], self._static[at]
                at += 1


def drop_order(items: Sequence[ItemSpan], drop: str) -> list[int]:
    """Positions of the items in the order in which they go.

    `first`, `last`, or `lowest`: by the items' own priority, an item without one before all others, and of equals the
    later one first.
    """
    every = range(len(items))
    if drop == "lowest":
        lowest = float("-inf")
        return sorted(every, key=lambda at: (lowest if items[at].priority is None else items[at].priority, -at))
    return list(every) if drop == "first" else list(reversed(every))
