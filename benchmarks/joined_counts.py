"""What joined counts cost: parts of 200 characters put into one message in random order, each asked for first.

Run from the project folder: python -m benchmarks.joined_counts [rounds] [largest]. *Cold* knows nothing, but its rank
file is loaded; *from disk* is what a new process does that finds all counts in the cache, which it has to open first;
*in memory* is a second render, and the microseconds are of that. Every measurement gets strings of its own, whose hash
nobody knows yet.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import interleaved, median, table
from promptreg.tokens import get_counter
from promptreg.tokens.count_cache import CountCache
from promptreg.tokens.counter import Counter
from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from tests.tokens.multiscript import SENTENCES

_GOAL = 8.0
"""Microseconds per part to find its summary, ask for its cost and put it, at the largest size."""

_OPENING = 20.0
"""Milliseconds to open a cache of 10,000 counts."""


class Row(NamedTuple):
    """Milliseconds and tokenizer calls for one number of parts; `each` and `growth` are microseconds in memory."""

    parts: int
    cold: float
    calls: int
    megabytes: float
    opening: float
    from_disk: float
    calls_from_disk: int
    in_memory: float
    each: float
    growth: float


_HEAD = (
    *("parts", "cold ms", "calls", "MB", "opening ms", "from disk ms", "calls"),
    *("in memory ms", "us each", "us each / log2 n"),
)


def main(rounds: int = 5, largest: int = 100_000) -> int:
    """Measure and print; 1 when a goal is missed."""
    counter = get_counter("o200k_base")
    counter.count("ready")
    with tempfile.TemporaryDirectory() as folder:
        sizes = [size for size in (10, 100, 1_000, 10_000, 100_000) if size <= largest]
        rows = [_row(counter, size, rounds, str(Path(folder) / f"{size}.txt")) for size in sizes]
    table("joined counts, separator of a blank line", _HEAD, rows)
    missed = rows[-1].each > _GOAL or any(row.calls_from_disk for row in rows)
    missed |= any(row.opening > _OPENING for row in rows if row.parts == 10_000)
    return 1 if missed else 0


def _row(counter: Counter, size: int, rounds: int, file: str) -> Row:
    texts = _parts(size)
    order = list(range(size))
    random.Random(1).shuffle(order)
    first = Measure(counter, CountCache(file, most=10 * size + 10))
    total = _put_all(first, texts, order)
    first.save()
    assert total == counter.count("\n\n".join(texts))
    seconds: dict[str, list[float]] = {"cold": [], "opening": [], "disk": [], "memory": []}
    for _ in range(rounds):
        cold, warm = Measure(counter), Measure(counter, CountCache(file))
        copies = {name: [text[:1] + text[1:] for text in texts] for name in ("cold", "disk", "memory")}
        tasks = {
            "cold": lambda: _put_all(cold, copies["cold"], order),  # noqa: B023
            "opening": lambda: CountCache(file).text(""),
            "disk": lambda: _put_all(warm, copies["disk"], order),  # noqa: B023
            "memory": lambda: _put_all(warm, copies["memory"], order),  # noqa: B023
        }
        for name, found in interleaved(tasks, 1).items():
            seconds[name] += found
    shown = {name: 1e3 * median(found) for name, found in seconds.items()}
    each = 1e3 * shown["memory"] / size
    return Row(
        *(size, shown["cold"], cold.calls, cold.characters / 1e6),
        *(shown["opening"], shown["disk"], warm.calls, shown["memory"], each, each / math.log2(size)),
    )


def _parts(size: int) -> list[str]:
    """Distinct texts of about 200 characters: prose, lists and code."""
    seed = random.Random(size)
    sentences = SENTENCES["english"] + SENTENCES["code"] + SENTENCES["german"]
    found = []
    for number in range(size):
        text = f"{seed.choice(('## Rule', '- Note', 'Case', '[item'))} {number}: "
        while len(text) < 200:
            words = seed.choice(sentences).split(" ")
            seed.shuffle(words)
            text += " ".join(words) + " "
        found.append(text[:200])
    return found


def _put_all(measure: Measure, texts: list[str], order: list[int]) -> int:
    joined = Joined(measure, measure.static("\n\n"), len(texts))
    for place in order:
        summary = measure.static(texts[place])
        joined.cost(place, summary)
        joined.put(place, summary)
    return joined.total


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
