"""The smallest text that still fails: what a report shows instead of the text that failed first."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["shrink"]


def shrink(text: str, fails: Callable[[str], bool], *, most: int = 2_000) -> str:
    """A part of the text that still fails, without a character that could be left out, after at most `most` trials.

    Leaves out runs of half the length, then of a quarter, and so on (the complements of ddmin, Zeller and Hildebrandt
    2002, from the left to the right, until none of one character is left to try).
    """
    trials = 0
    size = max(1, len(text) // 2)
    while text and trials < most:
        start, smaller = 0, False
        while start < len(text) and trials < most:
            trials += 1
            shorter = text[:start] + text[start + size :]
            if fails(shorter):
                text, smaller = shorter, True
            else:
                start += size
        if size == 1 and not smaller:
            break
        size = max(1, size // 2)
    return text
