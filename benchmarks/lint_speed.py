"""The linter's speed: files per second of CPU time, one changed file, the hook, memory; and which rules cost most.

Run with `python -m benchmarks.lint_speed [rounds]`. Goals: 400 prompt files per CPU second cold, 3,000 when nothing
changed; one changed file among 1,000 in a new process within 0.3 s; the hook on our own registry within 2.5 times
`python -c pass` when nothing changed and 9 times with one changed file; 200 MB. All rules that are on by default run,
renderings of all samples included. The registry is made of the shipped prompts, copied and changed.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.lint_registry import FOLDER, build
from benchmarks.measure import median, process_seconds, table

_RUN = "import sys; from promptreg.cli.app import main; sys.exit(main())"  # the console script
_SETTLE = 0.2
"""Seconds before a run may keep a record: younger changes cannot be told apart."""


class Cost(NamedTuple):
    """One process: seconds of CPU time and on the clock, and the most memory in MB."""

    cpu: float
    clock: float
    memory: float


def main(rounds: int = 5) -> None:
    """Print the tables."""
    folder = Path(tempfile.mkdtemp())
    try:
        files = build(folder / "large" / "prompts")
        _large(folder / "large", files, rounds)
        shutil.copytree(FOLDER, folder / "own" / "prompts")
        _hook(folder / "own", rounds)
        _rules(folder / "large" / "prompts")
    finally:
        shutil.rmtree(folder)


def _large(project: Path, files: int, rounds: int) -> None:
    found: dict[str, list[Cost]] = defaultdict(list)
    for _ in range(rounds):
        shutil.rmtree(project / "cache", ignore_errors=True)
        found["cold"].append(_lint(project))
        time.sleep(_SETTLE)
        found["once more, nothing changed"].append(_lint(project))
        for name, path in (("a prompt changed", "support/triage.yaml"), ("a shared rule changed", "rules/tone.md")):
            _touch(project / "prompts" / "team00" / path)
            time.sleep(_SETTLE)
            found[name].append(_lint(project))
            _touch(project / "prompts" / "team00" / path)
            time.sleep(_SETTLE)
            found[f"{name}, only that file named"].append(_lint(project, f"prompts/team00/{path}"))
    rows = [
        (name, *(statistics.median(column) for column in zip(*costs, strict=True))) for name, costs in found.items()
    ]
    rows = [(name, files / cpu, cpu, clock, memory) for name, cpu, clock, memory in rows]
    table(f"{files} files, whole processes", ("what", "files per CPU s", "CPU s", "clock s", "MB"), rows)


def _hook(project: Path, rounds: int) -> None:
    """Our own registry: nothing changed, and one file changed before each run."""
    _lint(project)
    time.sleep(_SETTLE)
    _lint(project)
    command = (sys.executable, "-c", _RUN, "lint")
    options: dict[str, Any] = {"cwd": project, "env": _environment(project), "stderr": subprocess.DEVNULL}
    base = median(process_seconds({"pass": (sys.executable, "-c", "pass")}, 4 * rounds)["pass"])
    rows: list[tuple[object, ...]] = [("python -c pass", 1000 * base, 1.0)]
    rows += [_row("nothing changed", [_clock(command, options) for _ in range(4 * rounds)], base)]
    for name, path in (("a prompt changed", "support/triage.yaml"), ("a shared rule changed", "rules/tone.md")):
        seconds = []
        for _ in range(rounds):
            _touch(project / "prompts" / path)
            time.sleep(_SETTLE)
            seconds.append(_clock(command, options))
        rows.append(_row(name, seconds, base))
    table("the hook on our own registry", ("what", "ms", "x python -c pass"), rows)


def _row(name: str, seconds: list[float], base: float) -> tuple[object, ...]:
    return name, 1000 * median(seconds), median(seconds) / base


def _clock(command: tuple[str, ...], options: Mapping[str, Any]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def _environment(project: Path) -> dict[str, str]:
    here = str(Path(__file__).parent.parent)
    return {
        **os.environ,
        "PROMPTREG_CACHE_DIR": str(project / "cache"),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPATH": here,
    }


def _lint(project: Path, *targets: str) -> Cost:
    """One process of `promptreg lint`."""
    start = time.perf_counter()
    process = subprocess.Popen(
        (sys.executable, "-c", _RUN, "lint", *targets),
        cwd=project,
        env=_environment(project),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"promptreg lint ended with exit code {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, _megabytes(usage))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)


def _touch(file: Path) -> None:
    """Change what a file says without changing what it means: a comment of YAML."""
    text = file.read_text("utf-8")
    place = text.index("version:")
    file.write_text(f"{text[:place]}# changed\n{text[place:]}", "utf-8")


def _rules(registry: Path) -> None:
    """Seconds of CPU time by what is shared and by rule, in one process."""
    import promptreg
    from promptreg.lint.catalogue import builtin_rules
    from promptreg.lint.engine import run_rules
    from promptreg.lint.selection import Selection
    from promptreg.lint.settings import Settings
    from promptreg.lint.workspace import Workspace

    os.environ["PROMPTREG_CACHE_DIR"] = "off"
    active = Selection(Settings(), builtin_rules()).active
    start = time.process_time()
    workspace = Workspace(promptreg.load(registry))
    rows = [("loading", time.process_time() - start)]
    for name, work in _shared(workspace):
        start = time.process_time()
        for _ in work:
            pass
        rows.append((name, time.process_time() - start))
    names, paths = list(workspace.store.heads), [file.path for file in workspace.files]
    seconds = []
    for one in active:
        start = time.process_time()
        run_rules(workspace, names, paths, [one])
        seconds.append((one.rule.name, time.process_time() - start))
    rows += sorted(seconds, key=lambda row: -row[1])[:12]
    rows.append((f"all {len(active)} rules", sum(row[1] for row in seconds)))
    table("what costs most, in the order of the work", ("what", "CPU s"), rows)


def _shared(workspace: Any) -> Iterator[tuple[str, Iterator[object]]]:
    yield "parsing templates", (template.parsed for head in workspace.heads for template in head.templates)
    yield "compiling prompts", (workspace.trial(one.prompt.name) for one in workspace.compositions)
    yield "rendering", (workspace.rendered(one.prompt.name) for one in workspace.compositions)
    yield (
        "masking renderings",
        (
            text.instructions
            for one in workspace.compositions
            for rendered in workspace.rendered(one.prompt.name)
            for text in rendered.texts
        ),
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
