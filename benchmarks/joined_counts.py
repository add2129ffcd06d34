"""What joined counts cost: parts of 200 characters put into one message in random order, each asked for first.

Run from the project folder: python -m benchmarks.joined_counts [rounds] [largest]. *Cold* knows nothing, but its rank
file is loaded; *from disk* is what a new process does that finds all counts in the cache; *in memory* is a second
render, and the microseconds are of that.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import median, table
from promptreg.tokens import get_counter
from promptreg.tokens.count_cache import CountCache
from promptreg.tokens.counter import Counter
from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from tests.tokens.multiscript import SENTENCES

_GOAL = 8.0
"""Microseconds per part to find its summary, ask for its cost and put it, at the largest size."""


def main(rounds: int = 5, largest: int = 100_000) -> int:
    """Measure and print; 1 when a goal is missed."""
    counter = get_counter("o200k_base")
    counter.count("ready")
    with tempfile.TemporaryDirectory() as folder:
        sizes = [size for size in (10, 100, 1_000, 10_000, 100_000) if size <= largest]
        rows = [_row(counter, size, rounds, Path(folder) / f"{size}.txt") for size in sizes]
    head = (
        "parts",
        "cold ms",
        "calls",
        "MB",
        "from disk ms",
        "calls",
        "in memory ms",
        "us / part",
        "us / part / log2 n",
    )
    table("joined counts, separator of a blank line", head, rows)
    return 1 if rows[-1][7] > _GOAL or any(row[5] for row in rows) else 0


def _row(counter: Counter, size: int, rounds: int, file: Path) -> tuple[Any, ...]:
    texts = _parts(size)
    order = list(range(size))
    random.Random(1).shuffle(order)
    first = Measure(counter, CountCache(str(file), most=10 * size + 10))
    total = _put_all(first, texts, order)
    first.save()
    assert total == counter.count("\n\n".join(texts))
    seconds: dict[str, list[float]] = {"cold": [], "disk": [], "memory": []}
    for _ in range(rounds):
        measures = {"cold": Measure(counter), "disk": Measure(counter, CountCache(str(file)))}
        measures["memory"] = measures["disk"]
        for name, measure in measures.items():
            copies = [text[:1] + text[1:] for text in texts]  # strings whose hash is not known yet, as in a render
            start = time.perf_counter()
            assert _put_all(measure, copies, order) == total
            seconds[name].append(time.perf_counter() - start)
    cold, disk, memory = (1e3 * median(found) for found in seconds.values())
    each = 1e3 * memory / size
    calls, megabytes = measures["cold"].calls, measures["cold"].characters / 1e6
    return (size, cold, calls, megabytes, disk, measures["disk"].calls, memory, each, each / math.log2(size))


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
