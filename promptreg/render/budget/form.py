"""The forms in which a part may be sent: whole, without some of its items, as a shorter variant, cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from promptreg.tokens.summary import Summary

__all__ = ["Fits", "Form", "Forms", "KeptMessage", "Mark", "Piece", "Range", "Selection", "SlotSelection"]


class Range(NamedTuple):
    """Characters `start:end` of a text that are kept."""

    start: int
    end: int


class Mark(NamedTuple):
    """The visible mark of a cut, with the line ends or blanks that set it apart; glue, not text of anybody."""

    text: str


Piece = Range | Mark


class Selection(NamedTuple):
    """What is sent of a part of a message.

    `variant` is the position among the part's variants, None for the part's own text. `pieces` are laid end to end;
    ranges count characters of the text before its fence, and neither overlap nor go back. None: the text as it is.
    `items` are the ids of the items that are left out.
    """

    variant: int | None = None
    pieces: tuple[Piece, ...] | None = None
    items: tuple[str, ...] = ()


class KeptMessage(NamedTuple):
    """A message of a slot that is sent, by its place in the slot from 0; `pieces` as in Selection, for its text."""

    position: int
    pieces: tuple[Piece, ...] | None = None


class SlotSelection(NamedTuple):
    """What is sent of a slot, in order; `items` are the ids of the messages that are left out."""

    messages: tuple[KeptMessage, ...]
    items: tuple[str, ...] = ()


class Form(NamedTuple):
    """One way to send a part. `summary` is of the text with its fence; of a slot, of all its messages and their cost.

    `note` says in words how it was shortened ("2 of 5 items", "variant 1", "cut at the end"), "" for the full form.
    """

    summary: Summary
    selection: Selection | SlotSelection
    note: str = ""

    @property
    def tokens(self) -> int:
        """Tokens of the form alone."""
        return self.summary.tokens


Fits = Callable[[Form], bool]
"""Whether the prompt stays within its limit with this form of the part."""


class Forms(Protocol):
    """The legal forms of one part: none above its `max_tokens`, no shortened one below its `min_tokens`."""

    @property
    def best(self) -> Form | None:
        """The longest legal form; the full one unless `max_tokens` forbids it. None: there is no legal form."""

    @property
    def full_tokens(self) -> int:
        """Tokens of the full form alone, whether legal or not."""

    @property
    def max_tokens(self) -> int | None:
        """The part's own `max_tokens`."""

    @property
    def shortest(self) -> Form | None:
        """The legal form with the fewest tokens; `best` for a part that cannot be shortened."""

    def longest(self, fits: Fits) -> Form | None:
        """The longest legal form below `best` that fits, None when not even the shortest does."""
