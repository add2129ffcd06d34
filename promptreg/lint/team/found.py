"""What a kind of team rule finds in passages, before it becomes a hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from promptreg.lint.team.sheet import Passage, Sheet

__all__ = ["Finder", "Found", "Other", "Unit"]

Unit = Sequence[Passage]
"""Passages that are looked at together: one sentence, one block, all of a text, of a component or of a prompt."""


class Other(NamedTuple):
    """Another place that took part."""

    message: str
    passage: Passage
    start: int
    end: int


class Found(NamedTuple):
    """Characters `start:end` of a passage. `values` are those of the placeholders of the message.

    `replacement` is what they should be; None where no text can be told. `amount` is what a baseline lets only fall.
    """

    passage: Passage
    start: int
    end: int
    values: Mapping[str, str] = {}
    replacement: str | None = None
    others: tuple[Other, ...] = ()
    amount: float | None = None

    @property
    def text(self) -> str:
        """The characters, template tags masked."""
        return self.passage.text[self.start : self.end]


class Finder(Protocol):
    """One rule's own part: what it looks for."""

    def may_find(self, sheet: Sheet) -> bool:
        """Whether a text can hold anything to find; True where only a look could tell."""

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """The passages of a text that can hold anything to find, in order; all where only a look could tell."""

    def find(self, unit: Unit) -> Iterator[Found]:
        """What is wrong in a unit, in document order."""
