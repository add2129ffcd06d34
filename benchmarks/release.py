"""One release in a registry of 200 components and 1,000 releases, against a process that only starts Python.

Run with `python -m benchmarks.release`. What many processes at once and killed processes leave behind is a test:
`PROMPTREG_FULL=1 python -m pytest tests/registry/test_release_processes.py --durations=3` runs 16 processes of 50
releases and 200 kills.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from itertools import count
from pathlib import Path

from benchmarks.measure import interleaved, median, process_seconds, table
from promptreg.registry.release import release
from promptreg.registry.release_plan import Request
from promptreg.registry.source_tree import FolderTree
from promptreg.render.compiling import compile_closure
from promptreg.render.scanning import scan

COMPONENTS = 200
VERSIONS = 5
ROUNDS = 9
TEXT = "---\nkind: rule\nversion: 1.{version}.0\n---\n- Rule {number}, text {text}.\n"


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp())
    try:
        registry = folder / "prompts"
        registry.mkdir()
        tree = FolderTree(registry, folder)

        def write(number: int, version: int, text: int) -> str:
            name = f"r{number}"
            (registry / f"{name}.md").write_text(TEXT.format(number=number, version=version, text=text))
            return name

        def put(*names: str, bump: str | None = None, dry_run: bool = False) -> None:
            release(tree, Request(names, bump), scan, compile_closure, dry_run=dry_run)

        for version in range(VERSIONS):
            put(*(write(number, version, version) for number in range(COMPONENTS)))
        texts = count(100)
        tasks = {
            "dry run": lambda: put(write(0, 4, next(texts)), bump="auto", dry_run=True),
            "release": lambda: put(write(1, 4, next(texts)), bump="auto"),
        }
        found = interleaved(tasks, ROUNDS)
        found |= process_seconds({"python -c pass": [sys.executable, "-c", "pass"]}, ROUNDS)
        rows = [(name, median(seconds) * 1000) for name, seconds in found.items()]
        title = f"{COMPONENTS} components, {COMPONENTS * VERSIONS:,} releases in the lock, within one process"
        table(title, ("what", "ms"), rows)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
