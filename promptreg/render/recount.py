"""The total of a message list counted anew, from nothing but the messages: the check on every plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptreg.render.ledger import content_texts
from promptreg.tokens.counter import Bounds, Counter, Kind
from promptreg.tokens.profile import Profile

__all__ = ["recount"]


def recount(messages: Sequence[Mapping[str, Any]], counter: Counter, profile: Profile | None) -> int:
    """Tokens of all contents, each counted in one, and of the chat around them.

    As a budget counts: exactly, or with the upper bounds of an approximate counter.
    """
    upper = _Upper(counter)
    total = sum(upper.count(text) for message in messages for text in content_texts(message["content"]))
    if profile is None:
        return total
    overhead = profile.overhead(messages, upper)
    return total + overhead.messages + overhead.reply


class _Upper:
    """A counter whose counts are the most that a text may cost."""

    def __init__(self, counter: Counter) -> None:
        self.id = counter.id
        self.kind: Kind = counter.kind
        self.bounds = counter.bounds

    def count(self, text: str) -> int:
        found: Bounds = self.bounds(text)
        return found.high
