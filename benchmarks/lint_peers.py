"""Files a CPU second of promptreg, yamllint and skillsaw on one folder of 1,000 prompt files, in the same run.

Run from the project folder: python -m benchmarks.lint_peers [ROUNDS] [yamllint=PATH] [skillsaw=PATH]. A tool that is
not installed is left out. The three do not do the same: yamllint reads the form of the 300 or so YAML files alone,
skillsaw reads the Markdown as instructions for agents, promptreg resolves, renders and judges everything. Time is the
processor's, of the whole process with its children, the median of the rounds; tools take turns in each round.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.lint_registry import build
from benchmarks.measure import median, table

_FILES = 1_000
_ROUNDS = 3


class _Run(NamedTuple):
    label: str
    command: tuple[str, ...]
    files: int
    fresh: bool = False
    """Whether its cache is emptied before each round."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    paths = dict(one.split("=", 1) for one in arguments if "=" in one)
    rounds = next((int(one) for one in arguments if one.isdigit()), _ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        runs = _prepare(Path(folder), paths)
        cache = Path(folder) / "cache"
        seconds: dict[str, list[float]] = {run.label: [] for run in runs}
        for _ in range(rounds):
            for run in runs:
                if run.fresh:
                    shutil.rmtree(cache, ignore_errors=True)
                seconds[run.label].append(_cpu(run.command, Path(folder), cache))
        rows = [
            (run.label, run.files, median(seconds[run.label]), round(run.files / median(seconds[run.label])))
            for run in runs
        ]
    table("linters side by side", ("tool", "files", "CPU seconds", "files a CPU second"), rows)
    return 0


def _prepare(folder: Path, paths: dict[str, str]) -> list[_Run]:
    """Write the registry and say how each tool is run on it."""
    count = build(folder / "prompts", _FILES)
    (folder / "pyproject.toml").write_text("[tool.promptreg]\n", "utf-8")
    yaml = [str(path.relative_to(folder)) for path in sorted((folder / "prompts").rglob("*.yaml"))]
    own = (sys.executable, "-m", "promptreg", "lint", "--fail-on", "error")
    runs = [_Run("promptreg, cold", own, count, fresh=True), _Run("promptreg, warm", own, count)]
    yamllint = paths.get("yamllint") or shutil.which("yamllint")
    if yamllint:
        runs.append(_Run("yamllint (YAML only)", (yamllint, "-d", "relaxed", *yaml), len(yaml)))
    skillsaw = paths.get("skillsaw") or shutil.which("skillsaw")
    if skillsaw:
        skills = folder / "skills-only"
        for number, path in enumerate(sorted((folder / "prompts").rglob("*.md"))):
            place = skills / "skills" / f"skill-{number:04}" / "SKILL.md"
            place.parent.mkdir(parents=True)
            front = f"---\nname: skill-{number:04}\ndescription: Says how a team does it.\n---\n"
            place.write_text(front + path.read_text("utf-8").split("\n---\n", 1)[1], "utf-8")
        runs.append(_Run("skillsaw (Markdown as skills)", (skillsaw, "lint", str(skills)), number + 1))
    return runs


def _cpu(command: Sequence[str], folder: Path, cache: Path) -> float:
    """User and system seconds of a process and its children."""
    before = os.times()
    subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PROMPTREG_CACHE_DIR": str(cache), "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
