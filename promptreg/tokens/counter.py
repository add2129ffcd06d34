"""What a token counter is. Nothing here counts, loads or reads anything."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

__all__ = ["Bounds", "Counter", "Kind"]

Kind = Literal["exact", "approximate"]


class Bounds(NamedTuple):
    """The least and the most tokens a text may cost; equal when the counter is exact."""

    low: int
    high: int


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
