"""An exact counter that is loaded when it first has to count: with all counts cached, it never is."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from promptreg.errors import TokenizerMissing
from promptreg.tokens.counter import Bounds, Counter
from promptreg.tokens.seams import PatternSeams, seams_of

__all__ = ["RANKS", "LazyCounter"]

_O200K = "sha256:446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
RANKS = {
    "cl100k_base": "sha256:223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": _O200K,
    "o200k_harmony": _O200K,
}
"""The digests of the rank files, as tiktoken states them."""


class LazyCounter:
    """Counts as `load_counter(id, folder)` does, which it calls with the first text; says the rest without it.

    The first count raises TokenizerMissing where exact counting is not possible.
    """

    __slots__ = ("_folder", "_loaded", "id", "ranks_digest")

    kind: Literal["exact"] = "exact"
    has_whole_bytes: Literal[True] = True
    """A token is one byte of UTF-8 at least, so a text has no more tokens than bytes."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self.id = name
        self.ranks_digest = RANKS[name]
        self._folder = folder
        self._loaded: Counter | None = None

    @property
    def seam_rule(self) -> PatternSeams | None:
        """The boundaries at which the pattern of the encoding cuts any text."""
        return seams_of(self.id)

    def count(self, text: str) -> int:
        """The number of tokens of `text`."""
        return (self._loaded or self.load()).count(text)

    def bounds(self, text: str) -> Bounds:
        """The count, twice."""
        return (self._loaded or self.load()).bounds(text)

    def load(self) -> Counter:
        """The counter itself; TokenizerMissing when it cannot be had, or has other ranks than were promised."""
        from promptreg.tokens.tiktoken_counter import load_counter

        loaded = load_counter(self.id, self._folder)
        if loaded.ranks_digest != self.ranks_digest:
            raise TokenizerMissing(f"this tiktoken has other ranks for {self.id} than its counts are remembered for")
        self._loaded = loaded
        return loaded
