"""Exact counts of texts that are put together from parts, with each part given to the tokenizer once.

A text is summed up once (see `summary`); joins count only the seams again. Nothing is counted that is known already:
texts and seams are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from promptreg.tokens.bounded import Bounded
from promptreg.tokens.counter import Counter, SeamRule
from promptreg.tokens.summary import EMPTY, Summary

__all__ = ["Measure"]

_STATIC = 64_000_000
_VALUES = 16_000_000
_SEAMS = 16_000_000
"""Characters kept in memory of static texts, of values, and of the strings counted at seams."""


class Measure:
    """Counts with one counter, and remembers. Safe to share between threads.

    A counter with a `seam_rule` has its texts cut at the rule's hard boundaries. Without one every text is soft and
    joins are counted in full: slower, and as exact.
    """

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.exact = counter.kind == "exact"
        self.rule: SeamRule | None = getattr(counter, "seam_rule", None)
        self.calls = 0
        self.characters = 0
        self._static: Bounded[Summary] = Bounded(_STATIC)
        self._values: Bounded[Summary] = Bounded(_VALUES)
        self._counts: Bounded[int] = Bounded(_SEAMS)
        self._lock = Lock()

    def static(self, text: str) -> Summary:
        """The summary of a text that is the same in every render."""
        found = self._static.found.get(text)
        if found is None:
            found = self._summed(text)
            self._static.keep(text, found)
        return found

    def of(self, text: str) -> Summary:
        """The summary of a text made from values."""
        found = self._values.found.get(text)
        if found is None:
            found = self._summed(text)
            self._values.keep(text, found)
        return found

    def pieces(self, parts: Iterable[tuple[str, bool]]) -> Summary:
        """The summary of the runs laid end to end, each with whether it is static."""
        return self.joined(self.static(text) if is_static else self.of(text) for text, is_static in parts)

    def join(self, a: Summary, b: Summary) -> Summary:
        """The summary of one text after another. EMPTY is neutral, and `tokens` does not depend on the grouping."""
        return self.joined((a, b))

    def joined(self, summaries: Iterable[Summary]) -> Summary:
        """The summary of texts laid end to end; each seam is counted once, however long a chain of soft texts is."""
        parts = [one for one in summaries if one.head or not one.soft]
        if len(parts) < 2:
            return parts[0] if parts else EMPTY
        head: str | None = None
        core = 0
        run: list[str] = []
        for part in parts:
            if run and self.cuts(run[-1], part.head):
                closed = "".join(run)
                if head is None:
                    head = closed
                else:
                    core += self.count(closed)
                run = []
            run.append(part.head)
            if part.soft:
                continue
            before = "".join(run)
            if head is None:
                head = before
            else:
                core += self.count(before)
            core += part.core
            run = [part.tail]
        tail = "".join(run)
        if head is None:
            return Summary(self.count(tail), tail, tail, 0, True)
        return Summary(self.count(head) + core + self.count(tail), head, tail, core, False)

    def cuts(self, left: str, right: str) -> bool:
        """Whether two texts never merge where they meet; a side that is empty merges with nothing."""
        if not left or not right:
            return True
        return self.rule is not None and self.rule.cuts(left, right)

    def count(self, text: str) -> int:
        """Tokens of a text as a budget sees them: exact, or the upper bound of an approximate counter."""
        if not text:
            return 0
        found = self._counts.found.get(text)
        if found is None:
            found = self._asked(text)
            self._counts.keep(text, found)
        return found

    def _asked(self, text: str) -> int:
        with self._lock:
            self.calls += 1
            self.characters += len(text)
        return self.counter.count(text) if self.exact else self.counter.bounds(text).high

    def _summed(self, text: str) -> Summary:
        if not text:
            return EMPTY
        rule = self.rule
        first = rule.first(text) if rule is not None else None
        tokens = self._asked(text)
        if rule is None or first is None:
            return Summary(tokens, text, text, 0, True)
        last = rule.last(text) or first
        head, tail = text[:first], text[last:]
        return Summary(tokens, head, tail, tokens - self.count(head) - self.count(tail), False)
