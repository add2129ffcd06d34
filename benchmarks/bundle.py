"""Loading a bundle of 1,000 components, and a warm render from a bundle, beside the folder.

Run with `python -m benchmarks.bundle`. Goals: load_bundle at most 0.1 s, warm render of 10 components at most 150
microseconds (p50).
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import promptreg
from benchmarks import load_registry, warm_render
from benchmarks.measure import interleaved, median, table
from tests.support.bundles import bundled, release_all

LOADS = 15
RENDERS = 3_000


def main() -> None:
    """Print the tables."""
    folder = Path(tempfile.mkdtemp())
    try:
        _loading(folder / "many" / "prompts")
        _rendering(folder / "few" / "prompts")
    finally:
        shutil.rmtree(folder)


def _loading(registry: Path) -> None:
    registry.mkdir(parents=True)
    uses = []
    for number in range(load_registry.COUNT):
        include = '{% include "r0@^1" %}\n' if number % 10 == 9 else ""
        text = load_registry.BODY.format(minor=0 if number == 0 else number % 7, number=number, include=include)
        (registry / f"r{number}.md").write_text(text)
        uses.append(f"      - use: r{number}@^1\n")
    inputs = "inputs: {max_amount: {type: number}}\n"
    parts = "messages:\n  - role: system\n    parts:\n"
    (registry / "all.yaml").write_text(f"kind: prompt\nversion: 1.0.0\n{inputs}{parts}{''.join(uses)}")
    (registry / "one.yaml").write_text(f"kind: prompt\nversion: 1.0.0\n{inputs}{parts}{uses[9]}")
    data = bundled(release_all(registry))
    file = registry.parent / "prompts.bundle.json"
    file.write_bytes(data)

    def first_render() -> None:
        promptreg.load_bundle(file).render("one", {"max_amount": 5})

    def items() -> None:
        assert len(promptreg.load_bundle(file).items()) == load_registry.COUNT + 2

    found = interleaved(
        {
            "json.loads of the file (baseline)": lambda: json.loads(file.read_bytes()),
            "load_bundle": lambda: promptreg.load_bundle(file),
            "load_bundle, render one": first_render,
            "load_bundle, list all": items,
        },
        LOADS,
    )
    base = median(found["json.loads of the file (baseline)"])
    rows = [(name, median(times), median(times) / base) for name, times in found.items()]
    table(f"a bundle of {load_registry.COUNT} components, {len(data) / 1e6:.1f} MB", ("what", "seconds", "x"), rows)


def _rendering(registry: Path) -> None:
    registry.mkdir(parents=True)
    release_all(warm_render.write_registry(registry))
    heads = promptreg.load(registry)
    bundle = promptreg.load_bundle(bundled(registry))
    for found in (heads, bundle):
        found.require("p")
    tasks: dict[str, Callable[[], object]] = {
        "folder, head": lambda: heads.render("p", warm_render.INPUTS),
        "bundle, bare name": lambda: bundle.render("p", warm_render.INPUTS),
        "bundle, version": lambda: bundle.render("p@1.0.0", warm_render.INPUTS),
        "bundle, messages": lambda: bundle.render("p", warm_render.INPUTS).messages,
    }
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(RENDERS):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    rows = []
    for name, values in times.items():
        values.sort()
        rows.append((name, values[len(values) // 2] * 1e6, values[int(len(values) * 0.9)] * 1e6))
    table("warm render of 10 components", ("what", "p50 us", "p90 us"), rows)


if __name__ == "__main__":
    main()
