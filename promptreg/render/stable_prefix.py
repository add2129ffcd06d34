"""The stable prefix of a prompt: what stands before the first place that depends on an input, and what ends it.

A provider's cache can reuse nothing beyond that place. What is static behind it, in the same message, could be reused
too if it stood before it; moving parts between messages would change who says what, so that is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from promptreg.model.digest import json_digest
from promptreg.text import Location

__all__ = ["PrefixEnd", "PrefixMessage", "PrefixPart", "StablePrefix", "find_prefix"]


class PrefixEnd(NamedTuple):
    """Why a part is not the same in every render, and where: its first such place, of the inputs that decide."""

    part: str
    reason: str
    inputs: tuple[str, ...]
    place: Location


class PrefixPart(NamedTuple):
    """A part as a cache sees it: its text if it is static (`end` None), else what stands before the place.

    `head` None: nothing of it is sure to be sent, not even the separator before it.
    """

    id: str
    head: str | None
    end: PrefixEnd | None


class PrefixMessage(NamedTuple):
    """The parts of one message that are sent, in order; a slot has one part, which ends everything."""

    role: str
    separator: str
    parts: tuple[PrefixPart, ...]


class StablePrefix(NamedTuple):
    """`tokens` of contents are the same in every render, with the SHA-256 of the messages so far; then comes `end`.

    `behind` are the static parts that stand behind it in the same message; if they stood before it, `moved` tokens
    would be stable.
    """

    tokens: int
    digest: str
    end: PrefixEnd | None
    behind: tuple[str, ...]
    moved: int

    @property
    def gain(self) -> int:
        """Tokens that moving the static parts to the front of their message would add."""
        return self.moved - self.tokens


def find_prefix(messages: Sequence[PrefixMessage], count: Callable[[str], int]) -> StablePrefix:
    """The stable prefix of a prompt; `count` gives the tokens of a whole content or of its beginning."""
    prefix: list[list[str]] = []
    total = 0
    for message in messages:
        end = next((part.end for part in message.parts if part.end is not None), None)
        text = _head(message, message.parts)
        if text:
            prefix.append([message.role, text])
        tokens = count(text)
        if end is not None:
            behind = _behind(message)
            moved = tokens
            if behind:
                moved = max(tokens, count(_head(message, _static_first(message))))
            digest = json_digest(prefix)
            return StablePrefix(total + tokens, digest, end, behind if moved > tokens else (), total + moved)
        total += tokens
    return StablePrefix(total, json_digest(prefix), None, (), total)


def _head(message: PrefixMessage, parts: Sequence[PrefixPart]) -> str:
    """What stands before the first place that is not static."""
    texts = []
    for part in parts:
        if part.head is not None and (part.head or part.end is not None):
            texts.append(part.head)
        if part.end is not None:
            break
    return message.separator.join(texts)


def _behind(message: PrefixMessage) -> tuple[str, ...]:
    first = next(at for at, part in enumerate(message.parts) if part.end is not None)
    return tuple(part.id for part in message.parts[first + 1 :] if part.end is None and part.head)


def _static_first(message: PrefixMessage) -> list[PrefixPart]:
    return sorted(message.parts, key=lambda part: part.end is not None)
