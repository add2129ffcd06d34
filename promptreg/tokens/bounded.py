"""A memory of texts that cannot grow without end."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Bounded"]

V = TypeVar("V")


class Bounded(Generic[V]):
    """Values by text; the oldest go when the texts together get longer than `limit` characters.

    A text that alone is longer than a quarter of that is not kept. `found` is for reading without a call.
    """

    __slots__ = ("_held", "_limit", "_lock", "found")

    def __init__(self, limit: int) -> None:
        self.found: dict[str, V] = {}
        self._limit = limit
        self._held = 0
        self._lock = Lock()

    def keep(self, text: str, value: V) -> None:
        """Remember a value. An entry counts as 64 characters more than its text has."""
        size = len(text) + 64
        if 4 * size > self._limit:
            return
        with self._lock:
            if text not in self.found:
                self._held += size
            self.found[text] = value
            while self._held > self._limit:
                oldest = next(iter(self.found))
                del self.found[oldest]
                self._held -= len(oldest) + 64
