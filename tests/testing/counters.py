"""Counters that break one promise each, for trying a suite that has to notice."""

from __future__ import annotations

import threading
import time
from typing import Any, Literal

from promptreg.tokens import get_counter
from promptreg.tokens.counter import Bounds
from promptreg.tokens.seams import PatternSeams

__all__ = ["BROKEN", "Clock", "Letters", "Slow", "WithRule"]


class Letters:
    """Keeps every promise: one token per character, of which a pair of surrogates is one."""

    id = "letters"
    kind: Literal["exact", "approximate"] = "exact"

    def count(self, text: str) -> int:
        return len(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))

    def bounds(self, text: str) -> Bounds:
        return Bounds(self.count(text), self.count(text))


class _CountsNothing(Letters):
    def count(self, text: str) -> int:
        return len(text) + 1 if not text else super().count(text)


class _Raises(Letters):
    def count(self, text: str) -> int:
        if "\x00" in text:
            raise ValueError("embedded null character")
        return super().count(text)


class _Encodes(Letters):
    def count(self, text: str) -> int:
        return len(text.encode("utf-8"))


class _Floats(Letters):
    def count(self, text: str) -> Any:
        return len(text) / 4 if len(text) > 20 else len(text)


class _BelowBounds(Letters):
    kind: Literal["exact", "approximate"] = "approximate"

    def bounds(self, text: str) -> Bounds:
        return Bounds(0, max(0, len(text) - text.count("\u3000")))


class _WideBounds(Letters):
    def bounds(self, text: str) -> Bounds:
        return Bounds(0, self.count(text)) if "é" in text else super().bounds(text)


class _Remembers(Letters):
    def __init__(self) -> None:
        self.seen = 0

    def count(self, text: str) -> int:
        self.seen += 1
        return super().count(text) + (self.seen % 777 == 776 and bool(text))


class _Tires(Letters):
    """Counts one more from the 301st time on: between two texts, when each is counted three times in a row."""

    def __init__(self) -> None:
        self.seen = 0

    def count(self, text: str) -> int:
        self.seen += 1
        return super().count(text) + (self.seen > 300 and bool(text))


class _DropsRareSurrogates(Letters):
    def count(self, text: str) -> int:
        return super().count("".join([letter for letter in text if not 0xD900 <= ord(letter) < 0xDA00]))


class _KnowsControlTokens(Letters):
    def count(self, text: str) -> int:
        return super().count(text.replace("<|im_start|>", "x"))


class _DropsSurrogates(Letters):
    def count(self, text: str) -> int:
        return len([letter for letter in text if not 0xD800 <= ord(letter) < 0xE000])


class _ChangesItsName(Letters):
    def __init__(self) -> None:
        self.id = "letters"

    def count(self, text: str) -> int:
        if "7" in text:
            self.id = "numbers"
        return super().count(text)


class _Shares(Letters):
    """Keeps what it counts in itself, so that threads take each other's text."""

    def __init__(self) -> None:
        self.text = ""
        self.alone = threading.get_ident()

    def count(self, text: str) -> int:
        self.text = text
        if threading.get_ident() != self.alone:
            time.sleep(0)
            time.sleep(0.0001)
        return super().count(self.text)


BROKEN: dict[str, tuple[type[Letters], str, str | None]] = {
    "the empty text costs something": (_CountsNothing, "empty-text", ""),
    "a control character raises": (_Raises, "bounds", "\x00"),
    "a surrogate raises": (_Encodes, "bounds", "\ud800"),
    "a count is no whole number": (_Floats, "bounds", None),
    "a count lies above its bounds": (_BelowBounds, "bounds", "\u3000"),
    "an exact counter has a range": (_WideBounds, "bounds", "é"),
    "a count depends on what came before": (_Remembers, "repetition", None),
    "a count changes for good": (_Tires, "repetition", None),
    "some surrogates are dropped": (_DropsRareSurrogates, "surrogates", None),
    "a control token is known": (_KnowsControlTokens, "control-tokens", "<|im_start|>"),
    "surrogates are dropped": (_DropsSurrogates, "surrogates", None),
    "the id changes": (_ChangesItsName, "identity", "1234567"),
    "threads get in each other's way": (_Shares, "threads", None),
}
"""By what is wrong: the counter, the check that must notice, and the smallest text that shows it."""


class WithRule:
    """o200k_base with a seam rule of somebody's own."""

    kind: Literal["exact"] = "exact"

    def __init__(self, pattern: str, reach: int = 2) -> None:
        self._counter = get_counter("o200k_base")
        self.id = "o200k_base, cut"
        self.seam_rule = PatternSeams("mine/1", pattern, reach)

    def count(self, text: str) -> int:
        return self._counter.count(text)

    def bounds(self, text: str) -> Bounds:
        return self._counter.bounds(text)


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow(Letters):
    """Takes `seconds` for a megabyte, and (length / megabyte) to the power of `power` of that for other lengths."""

    def __init__(self, clock: Clock, seconds: float, power: float) -> None:
        self._clock, self._seconds, self._power = clock, seconds, power
        self.longest = 0

    def count(self, text: str) -> int:
        size = len(text.encode("utf-8", "surrogatepass"))
        self.longest = max(self.longest, size)
        self._clock.now += self._seconds * (size / 1_000_000) ** self._power
        return super().count(text)
