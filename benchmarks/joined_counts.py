"""What joined counts cost: parts of 200 characters put into one message in random order, each asked for first.

Run from the project folder: python -m benchmarks.joined_counts [rounds] [largest]. *Cold* knows nothing but has its
rank file loaded; *warm* is a new process in effect: summaries come from the cache on disk, and nothing is tokenised.
*own* is the time of joining alone, with all summaries in memory.
"""

from __future__ import annotations

import math
import random
import sys
import time

from benchmarks.measure import median, table
from promptreg.tokens import get_counter
from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from tests.tokens.multiscript import SENTENCES

_GOAL = 8.0
"""Microseconds per part to ask for its cost and put it, at the largest size."""


def main(rounds: int = 5, largest: int = 100_000) -> int:
    """Measure and print; 1 when the goal is missed."""
    counter = get_counter("o200k_base")
    counter.count("ready")
    rows = []
    for size in (10, 100, 1_000, 10_000, 100_000):
        if size > largest:
            break
        texts = _parts(size)
        order = list(range(size))
        random.Random(1).shuffle(order)
        cold, own, calls = [], [], []
        for _ in range(rounds):
            measure = Measure(counter)
            start = time.perf_counter()
            joined = _put_all(measure, texts, order)
            cold.append(time.perf_counter() - start)
            calls.append(measure.calls)
            start = time.perf_counter()
            again = _put_all(measure, texts, order)
            own.append(time.perf_counter() - start)
            assert measure.calls == calls[-1]
            assert again.total == joined.total
        assert joined.total == counter.count("\n\n".join(texts))
        each = 1e6 * median(own) / size
        rows.append((size, 1e3 * median(cold), calls[-1], 1e3 * median(own), each, each / math.log2(size)))
    head = ("parts", "cold ms", "tokenizer calls", "own ms", "own us / part", "own us / part / log2 n")
    table("joined counts", head, rows)
    return 1 if each > _GOAL else 0


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


def _put_all(measure: Measure, texts: list[str], order: list[int]) -> Joined:
    joined = Joined(measure, measure.static("\n\n"), len(texts))
    for place in order:
        summary = measure.static(texts[place])
        joined.cost(place, summary)
        joined.put(place, summary)
    return joined


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
