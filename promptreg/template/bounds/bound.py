"""How long a text can be at most, and what is not declared where there is no limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple

from promptreg.text import Location

__all__ = ["NO_TEXT", "Bound", "Lack", "at_most", "either", "exactly", "times", "together", "unbounded"]

_CHOICES = 32
_WRITTEN = 100_000
"""Texts that are told apart, and the bytes that they have together; beyond it only their greatest length is kept."""


class Lack(NamedTuple):
    """Why something has no limit: `subject` (an input, or part of one) declares none of `missing`.

    Without `missing` nothing can be declared, and `subject` says in words what has no limit. `place` is the declaration
    of the input.
    """

    subject: str
    missing: tuple[str, ...] = ()
    place: Location | None = None

    def __str__(self) -> str:
        return f"{self.subject} has no {' or '.join(self.missing)}" if self.missing else self.subject


class Bound(NamedTuple):
    """Upper bounds of a text: UTF-8 bytes, and tokens when it is counted alone; None where there is no limit.

    A token is at least one byte, so `bytes` limits the tokens too. `texts` are the only texts that are possible, where
    they are few. `lacks` says what is not declared: why there is no limit in bytes, or why it is a very high one.
    """

    bytes: int | None = 0
    tokens: int | None = None
    texts: tuple[str, ...] | None = None
    lacks: tuple[Lack, ...] = ()

    @property
    def alone(self) -> int | None:
        """The most tokens when counted alone, as far as that is known without counting."""
        if self.bytes is None or self.tokens is None:
            return self.tokens if self.bytes is None else self.bytes
        return min(self.tokens, self.bytes)

    def scaled(self, factor: int, more: int = 0) -> Bound:
        """A text of at most `factor` times the bytes and `more`, whose tokens have nothing to do with those before."""
        if self.bytes is None:
            return unbounded(self.lacks)
        return at_most(self.bytes * factor + more)

    def mapped(self, change: Callable[[str], str], factor: int, more: int = 0) -> Bound:
        """What `change` makes of the text: exact where the texts are known, else as `scaled`."""
        if self.texts is not None:
            return exactly(*map(change, self.texts))
        return self.scaled(factor, more)

    def cut(self, size: int, slack: int) -> Bound:
        """A piece of the text of at most `size` bytes; cutting inside a token may add `slack` tokens."""
        tokens = None if self.tokens is None else self.tokens + slack
        return Bound(size if self.bytes is None else min(size, self.bytes), tokens)

    def meet(self, other: Bound) -> Bound:
        """A text that keeps both limits."""
        if self.texts is not None or other.texts is not None:
            return self if self.texts is not None else other
        size = min((size for size in (self.bytes, other.bytes) if size is not None), default=None)
        tokens = min((count for count in (self.tokens, other.tokens) if count is not None), default=None)
        return Bound(size, tokens, None, self.lacks or other.lacks)


NO_TEXT = Bound(0, 0, ("",))


def exactly(*texts: str) -> Bound:
    """One of these texts."""
    sizes = [len(text.encode("utf-8", "surrogatepass")) for text in texts]
    chosen = tuple(dict.fromkeys(texts))
    is_few = len(chosen) <= _CHOICES and sum(sizes) <= _WRITTEN
    return Bound(max(sizes, default=0), None, chosen if is_few else None)


def at_most(size: int) -> Bound:
    """Any text of so many bytes."""
    return Bound(size)


def unbounded(lacks: Iterable[Lack]) -> Bound:
    """Any text."""
    return Bound(None, None, None, tuple(dict.fromkeys(lacks)))


def either(bounds: Iterable[Bound]) -> Bound:
    """One of several texts."""
    found = list(bounds)
    if not found:
        return NO_TEXT
    if all(bound.texts is not None for bound in found):
        return exactly(*(text for bound in found for text in bound.texts or ()))
    sizes = [bound.bytes for bound in found]
    counts = [bound.alone for bound in found]
    return Bound(
        None if None in sizes else max(size for size in sizes if size is not None),
        None if None in counts else max(count for count in counts if count is not None),
        None,
        tuple(dict.fromkeys(lack for bound in found for lack in bound.lacks)),
    )


def together(bounds: Iterable[Bound], seam: int) -> Bound:
    """Texts laid end to end; a seam may cost `seam` tokens more than its two sides alone."""
    found = list(bounds)
    choices = 1
    for bound in found:
        choices = min(_CHOICES + 1, choices * (len(bound.texts) if bound.texts is not None else _CHOICES + 1))
    if choices <= _CHOICES and choices * sum(bound.bytes or 0 for bound in found) <= _WRITTEN:
        return exactly(*map("".join, product(*(bound.texts or () for bound in found))))
    return Bound(
        _sum(bound.bytes for bound in found),
        _sum(None if bound.alone is None else bound.alone + seam for bound in found),
        None,
        tuple(dict.fromkeys(lack for bound in found for lack in bound.lacks)),
    )


def times(bound: Bound, most: int | None, seam: int) -> Bound:
    """At most `most` such texts laid end to end; the caller knows why there is no `most`."""
    if most is None:
        return unbounded(bound.lacks)
    size = None if bound.bytes is None else bound.bytes * most
    tokens = None if bound.alone is None else (bound.alone + seam) * most
    return Bound(size, tokens, None, bound.lacks)


def _sum(values: Iterable[int | None]) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total
