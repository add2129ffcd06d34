"""The upper bound of an approximate counter from sums: what lets it follow a prompt whose parts come and go.

The bound itself does not add up: it rounds, and it judges by all words together how English a text is. But all that it
is made from does add up, at the ends of lines and of words. A *weight* holds those sums in lanes of one integer, so
that weights are added and subtracted as plain numbers are.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from promptreg.tokens.approximate import ENGLISH_SHARE, SLACK, UNIT, ApproximateCounter
from promptreg.tokens.counter import Bounds
from promptreg.tokens.scripts import ASCII, ASCII_SCRIPTS, ENGLISH, ENGLISH_WORDS, LATIN, OTHER_SCRIPTS, Script
from promptreg.tokens.seams import PatternSeams

__all__ = ["ApproximateTally"]

_LANE = 64
_MASK = (1 << _LANE) - 1
"""A lane has room for more than any text that fits into memory, so none runs over into the next."""

_HARD = r"(?<=[\r\n])(?=[^\r\n])|(?<=[^\t ])(?=[\t ])"
"""No run of a script holds both sides, and none looks across."""


class ApproximateTally:
    """Weighs texts, and says which bound a weight stands for: `high(count(text))` is `bounds(text).high`.

    The lanes, from the lowest: tokens that belong to no text; words in Latin letters; their letters after the first
    few; words known to be English; what everything else costs; bytes.
    """

    __slots__ = ("_ascii", "_counter", "_english", "_latin", "_others", "id")

    kind: Literal["exact"] = "exact"

    def __init__(self, counter: ApproximateCounter) -> None:
        self.id = f"{counter.id}, weights"
        self._counter = counter
        self._latin = self._rate(LATIN)
        self._english = self._rate(ENGLISH)
        self._ascii = [(script, self._rate(script)) for script in ASCII_SCRIPTS]
        self._others = [(script, self._rate(script)) for script in OTHER_SCRIPTS]

    @property
    def seam_rule(self) -> PatternSeams:
        """The boundaries at which weights add up."""
        return _seams()

    def count(self, text: str) -> int:
        """The weight of a text."""
        words = LATIN.runs.findall(text)
        rest = _cost(text, self._ascii)
        if not text.isascii():
            rest += _cost(ASCII.sub(" ", text), self._others)
        frequent = sum(map(ENGLISH_WORDS.__contains__, words))
        size = len(text.encode("utf-8", "surrogatepass"))
        weight = 0
        for lane in (size, rest, frequent, _more(LATIN, words), len(words), 0):
            weight = weight << _LANE | lane
        return weight

    def bounds(self, text: str) -> Bounds:
        """The weight, twice."""
        weight = self.count(text)
        return Bounds(weight, weight)

    def high(self, weight: int) -> int:
        """The most tokens that the counter expects of a text of this weight."""
        apart, words, more, known, rest, size = (weight >> at & _MASK for at in range(0, 6 * _LANE, _LANE))
        share = min(1_000, 1_000 * ENGLISH_SHARE * known // words) if words else 0
        total = 100_000 * SLACK.high + 1_000 * rest
        for part, (run, character) in ((share, self._english), (1_000 - share, self._latin)):
            total += part * (words * run + more * character)
        return apart + min(-(-total // UNIT), size * self._counter.most_per_byte)

    def _rate(self, script: Script) -> tuple[int, int]:
        """What a run and a further character cost at most, in hundredths of hundredths of a token."""
        ratio = self._counter.ratio(script).high
        return script.run.high * ratio, script.character.high * ratio


def _cost(text: str, rates: list[tuple[Script, tuple[int, int]]]) -> int:
    total = 0
    for script, (run, character) in rates:
        runs = script.runs.findall(text)
        if runs:
            total += len(runs) * run + _more(script, runs) * character
    return total


def _more(script: Script, runs: list[str]) -> int:
    """Characters of the runs that are not free."""
    return sum([len(run) - script.free for run in runs if len(run) > script.free])


@cache
def _seams() -> PatternSeams:
    return PatternSeams("approximate/1", _HARD, 1)
