"""What a token counter is. Nothing here counts, loads or reads anything."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

__all__ = ["Bounds", "Counter", "Kind", "SeamRule", "Tally"]

Kind = Literal["exact", "approximate"]


class Bounds(NamedTuple):
    """The least and the most tokens a text may cost; equal when the counter is exact."""

    low: int
    high: int


class SeamRule(Protocol):
    """Where a tokenizer cuts a text whatever stands around it (*hard boundaries*), so that joins need no recount.

    At a hard boundary, the count of any text is the count of what stands before plus the count of what follows. A rule
    may know some of them only. An optional attribute `seam_rule` of a counter; without it joins are counted in full.
    """

    @property
    def id(self) -> str:
        """A name that changes with the boundaries: it is part of what counts are remembered under."""

    def first(self, text: str) -> int | None:
        """The first hard boundary inside of the text: neither at its start nor at its end; None without one."""

    def last(self, text: str) -> int | None:
        """The last hard boundary inside of the text."""

    def cuts(self, left: str, right: str) -> bool:
        """Whether there is a hard boundary where `left` ends and `right` begins; neither is empty."""


class Counter(Protocol):
    """Counts the tokens of a text, the same way every time and without touching files or the network.

    `count` and `bounds` never raise, whatever the text holds: text that looks like a special token is ordinary
    text, and lone surrogates are counted as U+FFFD. `count` lies within `bounds`. Safe to share between threads.
    """

    @property
    def id(self) -> str:
        """The name that goes into records, such as `o200k_base`."""

    @property
    def kind(self) -> Kind:
        """`exact` only when `count` is what the model's own tokenizer gives."""

    def count(self, text: str) -> int:
        """The number of tokens of `text`; the best guess when the counter is approximate."""

    def bounds(self, text: str) -> Bounds:
        """The range in which the true number lies (see the counter for how sure that is)."""


class Tally(Counter, Protocol):
    """What an approximate counter counts by: weights of texts that add up, and the bound that follows from a weight.

    An optional attribute `tally` of a counter that has no seam rule, for budgets with many parts: without it every
    question for a total looks at the whole text again. Here `count` gives the weight of a text, an integer that is
    exact in the sense of `seam_rule`; a tally for tokens that belong to no text is their number itself.
    """

    @property
    def seam_rule(self) -> SeamRule:
        """Where weights add up."""

    def high(self, weight: int) -> int:
        """The upper bound, in tokens, for a text of this weight: what `bounds` of the counter says of that text."""
