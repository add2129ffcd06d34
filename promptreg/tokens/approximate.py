"""A guess at token counts that needs no vocabulary: rates by script and kind of content, with a range around the guess.

The rates were fitted to o200k_base; a family of models with another tokenizer scales them (see `ratios`). What
measuring gave is on the page docs/reference/counters.md, and the tests repeat it in small. Letters drawn at random
read like nothing anybody writes, and can cost three times the upper bound: one token per UTF-8 byte (two for Claude)
is the only bound that holds for everything, and no bound here exceeds it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from promptreg.tokens.counter import Bounds
from promptreg.tokens.ratios import Ratio, Ratios, load_ratios
from promptreg.tokens.scripts import ASCII, ASCII_SCRIPTS, ENGLISH, ENGLISH_WORDS, LATIN, OTHER_SCRIPTS, Rates, Script

if TYPE_CHECKING:
    from promptreg.tokens.tally import ApproximateTally

__all__ = ["ENGLISH_SHARE", "SLACK", "UNIT", "ApproximateCounter", "load_approximate"]

SLACK = Rates(-100, 0, 200)
"""Hundredths of a token, added to every text that is not empty."""

ENGLISH_SHARE = 8
"""In English, one word in so many at least is one of ENGLISH_WORDS: measured 7 in manuals, 11 in messages of programs,
and less than one in 400 in texts of other languages."""

_SAME = Ratio(100, 100, 100)
UNIT = 1_000 * 100 * 100
"""A token, in what is summed up: thousandths of a share times hundredths of a rate times hundredths of a ratio."""


class ApproximateCounter:
    """Estimates what a tokenizer would count from the scripts of a text; the module says how far it may be off.

    Without `ratios` the tokenizer is o200k_base.
    """

    __slots__ = ("_kinds", "id", "ratios")

    kind: Literal["approximate"] = "approximate"

    def __init__(self, ratios: Ratios | None = None) -> None:
        self.id = f"approximate/{ratios.family}" if ratios else "approximate"
        self.ratios = ratios
        self._kinds = ratios.kinds if ratios else {}

    @property
    def most_per_byte(self) -> int:
        """The most tokens that a byte of text can cost."""
        return self.ratios.most_per_byte if self.ratios else 1

    @property
    def tally(self) -> ApproximateTally:
        """The sums that the upper bound follows from."""
        from promptreg.tokens.tally import ApproximateTally

        return ApproximateTally(self)

    def ratio(self, script: Script) -> Ratio:
        """By how much the rates of a script are scaled for this family of models."""
        return self._kinds.get(script.kind, _SAME)

    def count(self, text: str) -> int:
        """The likely number of tokens, at least 1 for a text that is not empty."""
        return self._estimate(text).best

    def bounds(self, text: str) -> Bounds:
        """The range in which the number lies for nearly all texts, never above what its bytes can cost."""
        estimate = self._estimate(text)
        return Bounds(estimate.low, estimate.high)

    def _estimate(self, text: str) -> Rates:
        if not text:
            return Rates(0, 0, 0)
        total = [100_000 * part for part in SLACK]
        words = LATIN.runs.findall(text)
        frequent = sum(map(ENGLISH_WORDS.__contains__, words))
        english = min(1_000, 1_000 * ENGLISH_SHARE * frequent // len(words)) if words else 0
        self._add(total, ENGLISH, words, english)
        self._add(total, LATIN, words, 1_000 - english)
        for script in ASCII_SCRIPTS:
            self._add(total, script, script.runs.findall(text), 1_000)
        if not text.isascii():
            beyond = ASCII.sub(" ", text)
            for script in OTHER_SCRIPTS:
                self._add(total, script, script.runs.findall(beyond), 1_000)
        most = len(text.encode("utf-8", "surrogatepass")) * self.most_per_byte
        low, best, high = total[0] // UNIT, (total[1] + UNIT // 2) // UNIT, -(-total[2] // UNIT)
        return Rates(min(max(0, low), most), min(max(1, best), most), min(high, most))

    def _add(self, total: list[int], script: Script, runs: list[str], share: int) -> None:
        """Add what runs of a script cost, as far as `share` thousandths of them are of its kind."""
        if not runs or not share:
            return
        more = sum([len(run) - script.free for run in runs if len(run) > script.free])
        ratio = self.ratio(script)
        for at in range(3):
            total[at] += share * ratio[at] * (len(runs) * script.run[at] + more * script.character[at])


@cache
def load_approximate(name: str = "approximate") -> ApproximateCounter:
    """The counter of that name: `approximate`, or `approximate/` and a family. Raises UsageError for other families."""
    family = name.removeprefix("approximate").removeprefix("/")
    return ApproximateCounter(load_ratios(family) if family or name.endswith("/") else None)
