"""The most tokens that a text can add to any text it becomes a part of: what a worst case is summed up from.

Between hard boundaries (see `summary`) counts add up exactly. What is left are the ends of a text: there it may merge
with its neighbours, and the joined text can cost more than its two sides alone, because the tokenizer cuts it in other
places. A token is at least one byte, so an end never costs more than its bytes; a longer one gets SEAM on top.

SEAM is measured. Among 8 million joins in o200k_base and cl100k_base, built to do harm from tokens of the vocabulary
(whole words, cut words, camel case against small letters, single alphabets, periods), none cost more than 7 tokens over
its sides ("TouchUpInside" and "webElementXpaths"; `python -m benchmarks.seam_cost` makes such joins).

One kind of text knows no such limit: both patterns cut runs of digits into threes, from the left, so a digit before a
run moves all of its cuts, and in scripts other than ASCII the groups differ in cost; one such group of three was never
more than twice as dear, and cannot be more than DIGITS times as dear in characters of one token each.

With an approximate counter all this is a guess, as its counts are: what a text costs by its upper bounds depends on
how much English stands around it.
"""

from __future__ import annotations

from promptreg.tokens.measure import Measure

__all__ = ["DIGITS", "SEAM", "TokenCeiling"]

SEAM = 10
DIGITS = 3


class TokenCeiling:
    """Upper bounds by one counter; what a budget counts is never above them (see the module for what is measured)."""

    __slots__ = ("digits", "measure", "per_byte", "seam")

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.seam = SEAM
        self.digits = DIGITS
        ratios = getattr(measure.counter, "ratios", None)
        self.per_byte: int = ratios.most_per_byte if ratios is not None else 1

    def written(self, text: str, *, start: bool, end: bool) -> int:
        """The most tokens of a known text; `start` and `end`: whether unknown text may touch it there."""
        found = self.measure.static(text)
        if found.soft:
            return self._loose(text, found.tokens, start + end)
        return (
            found.core
            + self._loose(found.head, self.measure.count(found.head), int(start))
            + self._loose(found.tail, self.measure.count(found.tail), int(end))
        )

    def _loose(self, text: str, tokens: int, seams: int) -> int:
        if not seams:
            return tokens
        size = len(text.encode("utf-8", "surrogatepass")) * self.per_byte
        if text[:1].isnumeric() and not text[0].isascii():
            return size  # a digit may stand before it, see above
        return min(size, tokens + seams * self.seam)
