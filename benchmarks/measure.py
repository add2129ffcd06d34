"""How benchmarks measure: interleaved rounds, medians, one table."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["interleaved", "process_seconds", "table"]


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each task in each round; the tasks of one round run one after the other, so noise hits all alike."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            found[name].append(time.perf_counter() - start)
    return found


def process_seconds(commands: Mapping[str, Sequence[str]], rounds: int, **options: object) -> dict[str, list[float]]:
    """Seconds of whole processes, interleaved."""

    def run(command: Sequence[str]) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)  # type: ignore[call-overload]

    return interleaved({name: lambda command=command: run(command) for name, command in commands.items()}, rounds)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; floats with three significant digits."""
    shown = [[f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *shown, strict=True)]
    print(f"\n{title}  (Python {sys.version.split()[0]})")
    for row in (head, ["-" * width for width in widths], *shown):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def median(values: Sequence[float]) -> float:
    """The median of seconds."""
    return statistics.median(values)
