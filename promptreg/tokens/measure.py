"""Exact counts of texts that are put together from parts, with each part given to the tokenizer once.

A text is summed up once (see `summary`); joins count only the seams again. Nothing is counted that is known already:
static texts and the seams between them are known by their digests, from memory or disk, and values from memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from promptreg.tokens.bounded import Bounded
from promptreg.tokens.count_cache import CountCache, Counted
from promptreg.tokens.counter import Counter, SeamRule, Tally
from promptreg.tokens.joint import Joint
from promptreg.tokens.summary import EMPTY, Summary

__all__ = ["Measure"]

_STATIC = 64_000_000
_VALUES = 16_000_000
_RUNS = 16_000_000
"""Characters kept in memory: of static texts, of values, and of what is counted at seams."""


class Measure:
    """Counts with one counter, and remembers. Safe to share between threads.

    A counter with a `seam_rule` has its texts cut at the hard boundaries that the rule knows. Without one every text
    is soft and joins are counted in full: slower, and as exact. `calls` and `characters` are what the counter was
    asked for so far. With a `cache`, static texts are remembered on disk, and so are runs made of nothing but their
    edges; what holds a value is in memory only. `weights` is the measure of the counter's `tally`, if it has one.
    """

    def __init__(self, counter: Counter, cache: CountCache | None = None) -> None:
        self.counter = counter
        self.exact = counter.kind == "exact"
        self.rule: SeamRule | None = getattr(counter, "seam_rule", None)
        self.tally: Tally | None = getattr(counter, "tally", None)
        self.weights = Measure(self.tally) if self.tally is not None else None
        self.calls = 0
        self.characters = 0
        self._cache = cache
        self._static: Bounded[Summary] = Bounded(_STATIC)
        self._edges: Bounded[None] = Bounded(_STATIC)
        self._values: Bounded[Summary] = Bounded(_VALUES)
        self._runs: Bounded[int] = Bounded(_RUNS)
        self._joints: dict[Summary, Joint] = {}
        self._lock = Lock()

    def static(self, text: str) -> Summary:
        """The summary of a text that is the same in every render."""
        found = self._static.found.get(text)
        if found is None:
            found = self._recalled(text) if text else EMPTY
            self._static.keep(text, found)
        return found

    def of(self, text: str) -> Summary:
        """The summary of a text made from values."""
        found = self._values.found.get(text)
        if found is None:
            found = _summary(text, self._look(text)) if text else EMPTY
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
        chain = _Chain(self)
        for part in parts:
            if chain.run and self.cuts(chain.run[-1], part.head):
                chain.cut()
            chain.run.append(part.head)
            if not part.soft:
                chain.cut()
                chain.core += part.core
                chain.run.append(part.tail)
        return chain.summary()

    def count(self, text: str) -> int:
        """Tokens of a text as a budget sees them: exact, or the upper bound of an approximate counter."""
        return self.run((text,))

    def joint(self, separator: Summary) -> Joint:
        """What this separator costs between texts, with what is known of it already."""
        found = self._joints.get(separator)
        if found is None:
            if len(self._joints) >= 100:
                self._joints.clear()
            found = self._joints[separator] = Joint(self, separator)
        return found

    def save(self) -> None:
        """Write what was learned about static texts to the cache, if there is one; never raises."""
        if self._cache is not None:
            self._cache.save()

    def cuts(self, left: str, right: str) -> bool:
        """Whether two texts never merge where they meet; what is empty merges with nothing."""
        if not left or not right:
            return True
        return self.rule is not None and self.rule.cuts(left, right)

    def glue(self, pieces: Sequence[str]) -> str:
        """The pieces as one edge, static when all of them are."""
        if len(pieces) == 1:
            return pieces[0]
        text = "".join(pieces)
        if self._cache is not None and self._are_static(pieces):
            self._edges.keep(text, None)
        return text

    def run(self, pieces: Sequence[str]) -> int:
        """Tokens of edges laid end to end."""
        text = "".join(pieces)
        if not text:
            return 0
        found = self._runs.found.get(text)
        if found is None:
            found = self._counted(text, pieces)
            self._runs.keep(text, found)
        return found

    def _counted(self, text: str, pieces: Sequence[str]) -> int:
        cache = self._cache
        if cache is None or not self._are_static(pieces):
            return self._asked(text)
        found = cache.run(text)
        if found is None:
            found = self._asked(text)
            cache.keep_run(text, found)
        return found

    def _are_static(self, pieces: Sequence[str]) -> bool:
        edges = self._edges.found
        return all(not piece or piece in edges for piece in pieces)

    def _asked(self, text: str) -> int:
        with self._lock:
            self.calls += 1
            self.characters += len(text)
        if self.tally is not None and self.weights is not None:
            return self.tally.high(self.weights.of(text).tokens)
        return self.counter.count(text) if self.exact else self.counter.bounds(text).high

    def _look(self, text: str) -> Counted:
        """What the counter and the rule say about a text."""
        tokens = self._asked(text)
        first = self.rule.first(text) if self.rule is not None else None
        last = self.rule.last(text) if self.rule is not None and first is not None else None
        if first is None or last is None:
            self._runs.keep(text, tokens)  # between two cuts it is a run of its own
            return Counted(tokens)
        return Counted(tokens, first, self.count(text[:first]), len(text) - last, self.count(text[last:]))

    def _recalled(self, text: str) -> Summary:
        """The summary of a static text, from the cache where it is known there."""
        cache = self._cache
        if cache is None:
            return _summary(text, self._look(text))
        counted = cache.text(text)
        if counted is None:
            counted = self._look(text)
            cache.keep_text(text, counted)
        summary = _summary(text, counted)
        self._keep_edge(summary.head, counted.head_tokens if counted.head else counted.tokens)
        self._keep_edge(summary.tail, counted.tail_tokens if counted.head else counted.tokens)
        return summary

    def _keep_edge(self, edge: str, tokens: int) -> None:
        """Remember an edge of static text; many texts have the same ones."""
        if edge not in self._edges.found:
            self._edges.keep(edge, None)
            self._runs.keep(edge, tokens)


def _summary(text: str, counted: Counted) -> Summary:
    if not counted.head:
        return Summary(counted.tokens, text, text, 0, True)
    core = counted.tokens - counted.head_tokens - counted.tail_tokens
    return Summary(counted.tokens, text[: counted.head], text[-counted.tail :], core, False)


class _Chain:
    """Texts laid end to end, on the way to their summary: what is open at the end is `run`."""

    __slots__ = ("core", "head", "measure", "run")

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.head: str | None = None
        self.core = 0
        self.run: list[str] = []

    def cut(self) -> None:
        """Close the run: it ends at a hard boundary."""
        if self.head is None:
            self.head = self.measure.glue(self.run)
        else:
            self.core += self.measure.run(self.run)
        self.run = []

    def summary(self) -> Summary:
        """The summary of all that was laid down."""
        tail = self.measure.glue(self.run)
        if self.head is None:
            return Summary(self.measure.count(tail), tail, tail, 0, True)
        tokens = self.measure.count(self.head) + self.core + self.measure.count(tail)
        return Summary(tokens, self.head, tail, self.core, False)
