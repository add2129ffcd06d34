"""Which components hold nearly the same text.

Texts are compared as sets of runs of five words, by the Jaccard index. Pairs are proposed by bottom-k sketches
(Broder 1997, on the resemblance of documents): two texts that share none of their 24 smallest hashes are not compared;
at a resemblance of 0.9 the chance to miss a pair so is below 1e-20.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zlib import crc32

__all__ = ["Twins", "near_duplicates"]

_WORDS = re.compile(r"\w+")
_RUN = 5
_SKETCH = 24
_FEWEST = 40


class Twins(NamedTuple):
    """Two names, the first one in order first, and how much of their runs of words is in both."""

    first: str
    second: str
    share: float


def near_duplicates(texts: Iterable[tuple[str, str]], least: float) -> Iterator[Twins]:
    """Pairs of named texts of 40 words or more that are at least that much alike, by name."""
    runs = {name: found for name, text in sorted(texts) if (found := _runs(text))}
    by_hash: dict[int, list[str]] = {}
    for name, found in runs.items():
        for value in sorted(found)[:_SKETCH]:
            by_hash.setdefault(value, []).append(name)
    compared: set[tuple[str, str]] = set()
    for names in by_hash.values():
        for number, second in enumerate(names):
            for first in names[:number]:
                if (first, second) in compared:
                    continue
                compared.add((first, second))
                both = len(runs[first] & runs[second])
                share = both / (len(runs[first]) + len(runs[second]) - both)
                if share >= least:
                    yield Twins(first, second, share)


def _runs(text: str) -> frozenset[int]:
    words = _WORDS.findall(text.casefold())
    if len(words) < _FEWEST:
        return frozenset()
    return frozenset(crc32(" ".join(words[at : at + _RUN]).encode()) for at in range(len(words) - _RUN + 1))
