"""Our exact count against tiktoken's own `len(encode_ordinary(text))`, the approximate count, and the time to load.

Run from the project folder: python -m benchmarks.token_count [rounds]. tiktoken gets its rank files from a cache
folder that this script fills, so nothing here needs a network. Other engines with the same ranks (rs-bpe, bpe-openai)
are measured where they are installed; promptreg does not use them.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
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


_ENGINES = {
    "rs-bpe": ("rs_bpe", "from rs_bpe import openai; openai.{name}().count('ready')"),
    "bpe-openai": ("bpe_openai", "import bpe_openai; bpe_openai.get_encoding('{name}')._backend.count('ready')"),
}
"""Other engines: the module that shows that one is installed, and how to load and count with it."""


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


def _installed() -> list[str]:
    return [engine for engine, (module, _) in _ENGINES.items() if find_spec(module)]


def _engine(engine: str, name: str) -> Callable[[str], int]:
    """The count of another engine; bpe-openai has no public one, and its wrapper refuses a million characters."""
    if engine == "rs-bpe":
        counter = getattr(import_module("rs_bpe").openai, name)()
    else:
        counter = import_module("bpe_openai").get_encoding(name)._backend
    found: Callable[[str], int] = counter.count
    return found


def _counts(rounds: int) -> int:
    rows = []
    missed = 0
    approximate = get_counter("approximate")
    engines = _installed()
    for name in ("o200k_base", "cl100k_base"):
        theirs, ours = tiktoken.get_encoding(name), get_counter(name)
        others = {engine: _engine(engine, name) for engine in engines}
        for label, texts in _samples().items():
            expected = [len(theirs.encode_ordinary(one)) for one in texts]
            for count in (ours.count, *others.values()):
                assert [count(one) for one in texts] == expected
            seconds = interleaved(
                {
                    "tiktoken": lambda t=texts, c=theirs: [len(c.encode_ordinary(one)) for one in t],
                    "ours": lambda t=texts, c=ours: [c.count(one) for one in t],
                    "approximate": lambda t=texts: [approximate.count(one) for one in t],
                    **{
                        engine: lambda t=texts, count=count: [count(one) for one in t]
                        for engine, count in others.items()
                    },
                },
                rounds,
            )
            base = median(seconds["tiktoken"])
            ratio = median([ours / theirs for ours, theirs in zip(seconds["ours"], seconds["tiktoken"], strict=True)])
            size = sum(len(one.encode()) for one in texts) / 1e6
            goal = "-" if len(texts[0]) < 10_000 else _GOAL
            missed += goal != "-" and ratio > _GOAL
            rest = [median(seconds[label]) / base for label in ("approximate", *engines)]
            rows.append((name, label, size / base, ratio, goal, *rest))
    head = ("encoding", "texts", "tiktoken MB/s", "ours / tiktoken", "goal")
    table("counting", (*head, *(f"{label} / tiktoken" for label in ("approximate", *engines))), rows)
    return missed


def _load_times(rounds: int) -> None:
    rows: list[Sequence[object]] = []
    loads = _LOADS | {engine: _ENGINES[engine][1] for engine in _installed()}
    for name in ("o200k_base", "cl100k_base"):
        commands = {label: (sys.executable, "-c", code.format(name=name)) for label, code in loads.items()}
        process_seconds(commands, 1)
        seconds = {label: median(values) for label, values in process_seconds(commands, rounds).items()}
        rows += [(name, label, 1000 * value, value / seconds["pass"]) for label, value in seconds.items()]
    table("import, load and first count, whole processes", ("encoding", "process", "ms", "x pass"), rows)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
