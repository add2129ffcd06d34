"""Loading 1,000 components: cold, from the cache, against PyYAML's C loader on the same front matters; and memory.

Run with `python -m benchmarks.load_registry`. Goals: cold at most 0.5 s, cached at most 0.1 s, at most 40 MB above the
interpreter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.measure import interleaved, median, table

COUNT = 1_000
ROUNDS = 9
BODY = """---
kind: rule
version: 1.{minor}.0
summary: Caps what may be promised about refunds, number {number}.
inputs:
  max_amount: {{type: number, minimum: 0, summary: "The most that may be promised."}}
  currency: {{type: string, enum: [EUR, USD, GBP], default: EUR}}
  locale: {{type: string, pattern: "^[a-z]{{2}}$", default: en}}
---
- Never promise a refund above {{{{ max_amount }}}} {{{{ currency }}}}.
- Offer a human colleague when the customer asks for more, in {{{{ locale }}}}.
{include}"""
MEMORY = """
import sys
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
before = resident()
import promptreg
registry = promptreg.load(sys.argv[1])
print(resident() - before)
"""


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp())
    try:
        registry = folder / "prompts"
        registry.mkdir()
        for number in range(COUNT):
            include = '{% include "r0@^1" %}\n' if number % 10 == 9 else ""
            text = BODY.format(minor=0 if number == 0 else number % 7, number=number, include=include)
            (registry / f"r{number}.md").write_text(text)
        _speed(registry, folder)
        _memory(registry, folder)
    finally:
        shutil.rmtree(folder)


def _speed(registry: Path, folder: Path) -> None:
    import promptreg

    def cold() -> None:
        os.environ["PROMPTREG_CACHE_DIR"] = "off"
        assert len(promptreg.load(registry).items()) == COUNT

    def cached() -> None:
        os.environ["PROMPTREG_CACHE_DIR"] = str(folder / "cache")
        assert len(promptreg.load(registry).items()) == COUNT

    def plain() -> None:
        for file in registry.iterdir():
            yaml.load(file.read_text().split("---\n")[1], Loader=yaml.CSafeLoader)

    cached()
    found = interleaved({"cold": cold, "cached": cached, "read and CSafeLoader": plain}, ROUNDS)
    base = median(found["read and CSafeLoader"])
    rows = [(name, median(times), median(times) / base) for name, times in found.items()]
    table(f"load {COUNT} components", ("what", "seconds", "x CSafeLoader"), rows)


def _memory(registry: Path, folder: Path) -> None:
    rows = []
    for name, cache in (("cold", "off"), ("cached", str(folder / "cache"))):
        environment = {**os.environ, "PROMPTREG_CACHE_DIR": cache}
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(registry)], env=environment, capture_output=True, text=True, check=True
        )
        rows.append((name, int(done.stdout) / 1e6))
    table("resident memory above the interpreter", ("what", "MB"), rows)


if __name__ == "__main__":
    main()
