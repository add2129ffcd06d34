"""Our exact count against tiktoken's own `len(encode_ordinary(text))`, the approximate count, and the time to load.

Run from the project folder: python -m benchmarks.token_count [rounds]. tiktoken gets its rank files from a cache
folder that this script fills, so nothing here needs a network.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tiktoken

from benchmarks.measure import interleaved, median, process_seconds, table
from promptreg.tokens import get_counter
from tests.tokens.multiscript import text
from tests.tokens.reference import fill_cache

_GOAL = 1.1
"""Ours to tiktoken's time on texts of 10 KB and more: what we add must not be noticed."""

_LOADS = {
    "pass": "pass",
    "import tiktoken": "import tiktoken",
    "tiktoken, from its cache": "import tiktoken; tiktoken.get_encoding('{name}').encode_ordinary('ready')",
    "ours, from the package": "from promptreg.tokens import get_counter; get_counter('{name}').count('ready')",
}


def main(rounds: int = 15) -> int:
    """Measure and print; 1 when the goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIKTOKEN_CACHE_DIR"] = str(fill_cache(Path(folder)))
        missed = _counts(rounds)
        _load_times(max(3, rounds // 3))
    return 1 if missed else 0


def _samples() -> dict[str, list[str]]:
    """Lists of texts, each list about as long, in characters, as a text of the next row."""
    seed = random.Random(1)
    english = " ".join(text(seed, "english") for _ in range(4_000))
    mixed = " ".join(text(seed) for _ in range(800))
    return {
        "200 characters, English": [english[at : at + 200] for at in range(0, 20_000, 200)],
        "10,000 characters, English": [english[at : at + 10_000] for at in range(0, 200_000, 10_000)],
        "10,000 characters, mixed": [mixed[at : at + 10_000] for at in range(0, 200_000, 10_000)],
        "1,000,000 characters, English": [(english * 3)[:1_000_000]],
    }


def _counts(rounds: int) -> int:
    rows = []
    missed = 0
    approximate = get_counter("approximate")
    for name in ("o200k_base", "cl100k_base"):
        theirs, ours = tiktoken.get_encoding(name), get_counter(name)
        for label, texts in _samples().items():
            assert [ours.count(one) for one in texts] == [len(theirs.encode_ordinary(one)) for one in texts]
            seconds = interleaved(
                {
                    "tiktoken": lambda t=texts, c=theirs: [len(c.encode_ordinary(one)) for one in t],
                    "ours": lambda t=texts, c=ours: [c.count(one) for one in t],
                    "approximate": lambda t=texts: [approximate.count(one) for one in t],
                },
                rounds,
            )
            base = median(seconds["tiktoken"])
            ratio = median([ours / theirs for ours, theirs in zip(seconds["ours"], seconds["tiktoken"], strict=True)])
            size = sum(len(one.encode()) for one in texts) / 1e6
            goal = "-" if len(texts[0]) < 10_000 else _GOAL
            missed += goal != "-" and ratio > _GOAL
            rows.append((name, label, size / base, ratio, goal, median(seconds["approximate"]) / base))
    head = ("encoding", "texts", "tiktoken MB/s", "ours / tiktoken", "goal", "approximate / tiktoken")
    table("counting", head, rows)
    return missed


def _load_times(rounds: int) -> None:
    rows: list[Sequence[object]] = []
    for name in ("o200k_base", "cl100k_base"):
        commands = {label: (sys.executable, "-c", code.format(name=name)) for label, code in _LOADS.items()}
        process_seconds(commands, 1)
        seconds = {label: median(values) for label, values in process_seconds(commands, rounds).items()}
        rows += [(name, label, 1000 * value, value / seconds["pass"]) for label, value in seconds.items()]
    table("import, load and first count, whole processes", ("encoding", "process", "ms", "x pass"), rows)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
