"""A memory of texts that cannot grow without end."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Bounded"]

V = TypeVar("V")

_ENTRY = 64
"""Characters that an entry counts beyond those of its text."""


class Bounded(Generic[V]):
    """Values by text; the oldest go when the texts together get longer than `limit` characters.

    A text longer than a quarter of that is not kept. Reading is `found.get`. Safe to share between threads.
    """

    __slots__ = ("_held", "_limit", "_lock", "found")

    def __init__(self, limit: int) -> None:
        self.found: dict[str, V] = {}
        self._limit = limit
        self._held = 0
        self._lock = Lock()

    def keep(self, text: str, value: V) -> None:
        """Remember a value."""
        size = len(text) + _ENTRY
        if 4 * size > self._limit:
            return
        with self._lock:
            if text not in self.found:
                self._held += size
            self.found[text] = value
            while self._held > self._limit:
                oldest = next(iter(self.found))
                del self.found[oldest]
                self._held -= len(oldest) + _ENTRY
